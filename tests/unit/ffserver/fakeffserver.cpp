// SPDX-License-Identifier: GPL-3.0-or-later
//
// Stands in for ffserver: takes the same command line and behaves as the first line of its "configuration"
// says.
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <unistd.h>

namespace {

void sayReady(const std::string &socket)
{
    std::cout << R"({"event":"ready","pid":)" << ::getpid()
              << R"(,"http":"http://127.0.0.1:18090","address":"127.0.0.1","port":18090,"feedSocket":")"
              << socket << R"(","streams":[{"name":"*.ts","feed":"*","format":"mpegts"},)"
              << R"({"name":"one.flv","feed":"cam1","format":"flv"}]})" << std::endl;
}

/// Answers commands until standard input ends or somebody quits us; a reload with `answer`, if there is one.
int serve(const char *answer = nullptr)
{
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cerr << "[info] command " << line << std::endl;
        if (line.find("\"quit\"") != std::string::npos)
            return 0;
        if (answer && line.find("\"reload\"") != std::string::npos)
            std::cout << answer << std::endl;
    }
    return 0;
}

/// Waits for a signal that ends it.
int hang()
{
    for (;;)
        ::pause();
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && argv[1] == std::string("-version")) {
        std::cout << "ffserver (Aspersor) 0.0.0" << std::endl;
        return 0;
    }
    std::string conf;
    std::string socket;
    std::string all;
    for (int i = 1; i < argc; ++i) {
        all += std::string(i > 1 ? " " : "") + argv[i];
        if (argv[i] == std::string("-f") && i + 1 < argc)
            conf = argv[i + 1];
        if (argv[i] == std::string("--feed-socket") && i + 1 < argc)
            socket = argv[i + 1];
    }
    std::string mode;
    std::ifstream file(conf);
    std::getline(file, mode);

    if (mode == "ready") {
        std::cerr << "[info] arguments " << all << std::endl;
        sayReady(socket);
        return serve();
    }
    if (mode == "reloads") {
        sayReady(socket);
        return serve(R"({"event":"reloaded","restartNeeded":true,"findings":[],)"
                     R"("streams":[{"name":"*.mkv","feed":"*","format":"matroska"}]})");
    }
    if (mode == "refuses") {
        sayReady(socket);
        return serve(R"({"event":"refused","findings":[{"file":"x","line":3,"column":8,"length":4,)"
                     R"("severity":"error","text":"There is no such thing.","suggestion":""},{"line":9}]})");
    }
    if (mode == "dies of a reload") {
        sayReady(socket);
        std::string line;
        std::getline(std::cin, line);
        return 5;
    }
    if (mode == "viewers") {
        sayReady(socket);
        std::cout << R"({"event":"stats","viewers":3,"feeds":[{"name":"cam1","state":"live","viewers":2},)"
                  << R"({"name":"cam2","viewers":1}]})" << std::endl;
        return serve();
    }
    if (mode == "exits") {
        std::cerr << "[error] no room" << std::endl;
        return 3;
    }
    if (mode == "crashes") {
        std::raise(SIGKILL);
    }
    if (mode == "port taken") {
        std::cout << R"({"event":"error","reason":"the port 8090 is taken by another program"})" << std::endl;
        return 1;
    }
    if (mode == "bad line") {
        std::cout
            << R"({"event":"error","reason":"unknown directive \"Fomat\"","file":"/a/b/ffserver.conf","line":12})"
            << std::endl;
        return 2;
    }
    if (mode == "never ready")
        return hang();
    if (mode == "short life") {
        sayReady(socket);
        return 7;
    }
    if (mode == "garbage") {
        std::cout << "hello\n{\n[]\n{\"event\":5}\n{\"event\":\"ready\"}\n\x01\xff\n"
                  << "{\"event\":\"stats\",\"viewers\":-5}\n"
                  << std::string(3 * 1024 * 1024, 'x') << "\n{\"event\":\"news\"}" << std::endl;
        std::cerr << std::string(100'000, 'y') << "\nplain line\n[warning] careful" << std::endl;
        sayReady(socket);
        return serve();
    }
    if (mode == "stuck") { // ends for nothing but SIGKILL
        std::signal(SIGTERM, SIG_IGN);
        sayReady(socket);
        return hang();
    }
    std::cerr << "[error] no such mode: " << mode << std::endl;
    return 99;
}
