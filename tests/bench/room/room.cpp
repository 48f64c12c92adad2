// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/room/room.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>

namespace aspersor::bench {

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto startTimeout = 30s;

/// The number behind `before` in a line of JSON; 0 when there is none.
long numberAfter(std::string_view line, std::string_view before)
{
    const auto at = line.find(before);
    if (at == std::string_view::npos)
        return 0;
    long number = 0;
    const std::string_view rest = line.substr(at + before.size());
    std::from_chars(rest.data(), rest.data() + rest.size(), number);
    return number;
}

} // namespace

TemporaryFolder::TemporaryFolder()
{
    std::string name = (std::filesystem::temp_directory_path() / "aspersor-bench-XXXXXX").string();
    if (mkdtemp(name.data()))
        m_path = name;
}

TemporaryFolder::~TemporaryFolder()
{
    std::error_code code;
    if (!m_path.empty())
        std::filesystem::remove_all(m_path, code);
}

Result<std::unique_ptr<Room>> Room::start(const Options &options)
{
    auto folder = std::make_unique<TemporaryFolder>();
    if (folder->path().empty())
        return failure(Error::Kind::Io, "no temporary folder can be made");
    const std::filesystem::path config = folder->path() / "config";
    std::filesystem::create_directory(config);
    std::ofstream(config / "aspersor.ini") << "[ingest]\ngraceMs=" << options.graceMs << "\n";
    std::vector<std::string> command = {"env",
                                        "XDG_STATE_HOME=" + (folder->path() / "state").string(),
                                        "XDG_RUNTIME_DIR=" + folder->path().string(),
                                        options.aspersor,
                                        "--headless",
                                        "--open",
                                        "--ingest=127.0.0.1:0",
                                        "--http=127.0.0.1:0",
                                        "--config-dir=" + config.string(),
                                        "--max-feeds=" + std::to_string(options.maxFeeds)};
    if (!options.ffserver.empty())
        command.push_back("--ffserver=" + options.ffserver);
    auto child = Child::start(command, options.quiet);
    if (!child)
        return tl::unexpected<Error>(child.error());
    std::unique_ptr<Room> room(new Room(std::move(folder), std::move(*child)));
    const auto until = Clock::now() + startTimeout;
    while (room->m_ingestPort == 0 || room->m_viewersPort == 0 || room->m_ffserverPid <= 0) {
        const std::string line =
            room->m_child.line(std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()));
        if (line.empty())
            return failure(Error::Kind::Process, "aspersor did not become ready; try it by hand: " +
                                                     options.aspersor + " --headless");
        room->take(line);
    }
    return room;
}

void Room::take(const std::string &line)
{
    if (line.find("\"event\":\"ready\"") != std::string::npos) {
        m_ingestPort = static_cast<std::uint16_t>(numberAfter(line, "\"ingest\":\"http://127.0.0.1:"));
        m_viewersPort = static_cast<std::uint16_t>(numberAfter(line, "\"viewers\":\"http://127.0.0.1:"));
    }
    if (line.find("\"event\":\"ffserver\"") != std::string::npos &&
        line.find("\"state\":\"running\"") != std::string::npos)
        m_ffserverPid = static_cast<pid_t>(numberAfter(line, "\"pid\":"));
}

bool Room::waitFor(std::initializer_list<std::string_view> parts, std::chrono::milliseconds timeout)
{
    const auto until = Clock::now() + timeout;
    for (;;) {
        const std::string line =
            m_child.line(std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()));
        if (line.empty())
            return false;
        take(line);
        if (std::ranges::all_of(parts, [&](auto part) { return line.find(part) != std::string::npos; }))
            return true;
    }
}

void Room::drain()
{
    for (std::string line = m_child.line(1ms); !line.empty(); line = m_child.line(1ms))
        take(line);
}

} // namespace aspersor::bench
