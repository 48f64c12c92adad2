// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "conf.h"
#include "ffmcheck.h"

#include "core/media/muxer.h"

#include <chrono>
#include <cstdint>
#include <fstream>
#include <list>
#include <map>
#include <memory>
#include <string>

namespace original {

/// How this stand-in misbehaves, to try out those who run it.
struct Manners {
    std::string report;         ///< a file for what it saw, one JSON object a line; empty: none
    bool refuseFeeds = false;   ///< 404 to every upload
    bool strangeStatus = false; ///< a status page of nonsense
};

/// One process, one thread, one poll loop, as the original.
class Server
{
public:
    Server(Conf conf, Manners manners);
    ~Server();
    bool listen(); ///< false: the port is taken
    void run();    ///< for ever: only a signal ends it

private:
    struct Upload {
        std::unique_ptr<FfmCheck> check;
        std::string body;     // not yet taken apart
        std::string block;    // of 4096 bytes, being filled
        std::size_t left = 0; // of the chunk
        int number = 0;
        bool ended = false;
    };
    struct Connection {
        int descriptor = -1;
        std::string address;
        std::string in;
        std::string out;
        std::string url;
        std::string state = "HTTP_WAIT_REQUEST";
        const Stream *stream = nullptr;
        Feed *feed = nullptr; // being uploaded
        std::unique_ptr<Upload> upload;
        std::unique_ptr<aspersor::media::Muxer> muxer;
        bool begun = false; // a viewer has had its keyframe
        bool closeWhenSent = false;
        bool gone = false;
        std::uint64_t bytes = 0;
    };

    void accept();
    void read(Connection &connection);
    void request(Connection &connection);
    void takeBody(Connection &connection);
    bool takeChunks(Connection &connection);
    void beginUpload(Connection &connection, Feed &feed);
    void endUpload(Connection &connection, const char *how);
    void sendFrame(const Feed &feed, const aspersor::media::Packet &packet);
    void send(Connection &connection);
    void answer(Connection &connection, const std::string &status, const std::string &body);
    void close(Connection &connection);
    void say(const std::string &json);
    void progress(Connection &connection);
    [[nodiscard]] std::string statusPage() const;
    [[nodiscard]] Connection *uploader(const Feed &feed);

    Conf m_conf;
    Manners m_manners;
    int m_listener = -1;
    std::list<Connection> m_connections;
    std::ofstream m_report;
    std::map<std::string, std::map<int, std::int64_t>> m_newest; // by feed and stream: over all uploads
    std::map<std::string, aspersor::media::StreamDescription> m_descriptions; // by feed: of its last upload
    std::map<std::string, int> m_uploads;                                     // by feed
};

} // namespace original
