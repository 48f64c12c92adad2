// SPDX-License-Identifier: GPL-3.0-or-later
#include "server.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace original {

namespace {

constexpr std::size_t longestRequest = 8191;
constexpr std::size_t blockBytes = 4096;
constexpr std::size_t longestSizeLine = 10;

std::uint32_t addressNumber(const std::string &text)
{
    in_addr address{};
    ::inet_pton(AF_INET, text.c_str(), &address);
    return ntohl(address.s_addr);
}

std::string lowerCase(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

} // namespace

Server::Server(Conf conf, Manners manners) : m_conf(std::move(conf)), m_manners(std::move(manners))
{
    if (!m_manners.report.empty())
        m_report.open(m_manners.report, std::ios::app);
}

Server::~Server() = default; // never reached: the kernel closes everything

bool Server::listen()
{
    m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int on = 1;
    ::setsockopt(m_listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(m_conf.port));
    ::inet_pton(AF_INET, m_conf.address.c_str(), &address.sin_addr);
    return ::bind(m_listener, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
           ::listen(m_listener, 5) == 0;
}

void Server::say(const std::string &json)
{
    if (m_report.is_open())
        m_report << json << std::endl;
}

void Server::run()
{
    auto nextProgress = std::chrono::steady_clock::now();
    for (;;) {
        std::vector<pollfd> waiting{{m_listener, POLLIN, 0}};
        for (const Connection &connection : m_connections) {
            const bool wants = !connection.out.empty();
            waiting.push_back(
                {connection.descriptor, static_cast<short>(wants ? POLLIN | POLLOUT : POLLIN), 0});
        }
        ::poll(waiting.data(), waiting.size(), 200);
        std::size_t i = 1;
        for (Connection &connection : m_connections) {
            const short events = waiting[i++].revents;
            if (connection.upload && (events & (POLLERR | POLLHUP)) != 0) {
                endUpload(connection, "reset");
                close(connection);
            } else if ((events & POLLIN) != 0) {
                read(connection);
            }
            if (!connection.gone)
                send(connection);
        }
        std::erase_if(m_connections, [](const Connection &connection) { return connection.gone; });
        if ((waiting[0].revents & POLLIN) != 0)
            accept();
        if (std::chrono::steady_clock::now() >= nextProgress) {
            nextProgress += std::chrono::milliseconds(200);
            for (Connection &connection : m_connections)
                progress(connection);
        }
    }
}

void Server::accept()
{
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    Connection connection;
    connection.descriptor =
        ::accept4(m_listener, reinterpret_cast<sockaddr *>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (connection.descriptor < 0)
        return;
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size());
    connection.address = text.data();
    m_connections.push_back(std::move(connection));
    if (static_cast<int>(m_connections.size()) > m_conf.maxClients)
        answer(m_connections.back(), "503 Server too busy", "too many users");
}

void Server::read(Connection &connection)
{
    std::array<char, 16'384> bytes{};
    const ssize_t got = ::recv(connection.descriptor, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        if (connection.upload)
            endUpload(connection, got == 0 ? "closed" : "reset");
        return close(connection);
    }
    if (connection.upload) {
        connection.upload->body.append(bytes.data(), static_cast<std::size_t>(got));
        return takeBody(connection);
    }
    if (connection.stream && !connection.closeWhenSent)
        return close(connection); // a viewer has nothing to say
    connection.in.append(bytes.data(), static_cast<std::size_t>(got));
    if (connection.in.find("\r\n\r\n") != std::string::npos)
        request(connection);
    else if (connection.in.size() > longestRequest)
        close(connection);
}

void Server::request(Connection &connection)
{
    const std::size_t headEnd = connection.in.find("\r\n\r\n") + 4;
    const std::string head = connection.in.substr(0, headEnd);
    const std::string method = head.substr(0, head.find(' '));
    const std::size_t urlAt = method.size() + 1;
    connection.url = head.substr(urlAt, head.find(' ', urlAt) - urlAt);
    const std::string protocol = head.substr(urlAt + connection.url.size() + 1, 8);
    if ((method != "GET" && method != "POST") || (protocol != "HTTP/1.0" && protocol != "HTTP/1.1"))
        return close(connection);
    std::string name = connection.url.substr(0, connection.url.find('?'));
    if (name.starts_with('/'))
        name.erase(0, 1);
    const std::uint32_t from = addressNumber(connection.address);

    if (method == "POST") {
        const auto feed = std::find_if(m_conf.feeds.begin(), m_conf.feeds.end(), [&](const Feed &one) {
            return one.name == name && isAllowed(one.acl, from);
        });
        if (feed == m_conf.feeds.end() || uploader(*feed) || m_manners.refuseFeeds)
            return answer(connection, "404 Not Found", "not found, or already being received");
        if (lowerCase(head).find("transfer-encoding: chunked") == std::string::npos)
            return close(connection);
        beginUpload(connection, *feed);
        connection.upload->body = connection.in.substr(headEnd);
        return takeBody(connection);
    }
    if (const auto redirect = m_conf.redirects.find(name); redirect != m_conf.redirects.end()) {
        connection.out = "HTTP/1.0 301 Moved\r\nLocation: " + redirect->second + "\r\n\r\n";
        connection.closeWhenSent = true;
        return;
    }
    const auto stream = std::find_if(m_conf.streams.begin(), m_conf.streams.end(), [&](const Stream &one) {
        return one.name == name && isAllowed(one.acl, from);
    });
    if (stream == m_conf.streams.end())
        return answer(connection, "404 Not Found", "File '" + name + "' not found");
    connection.stream = &*stream;
    connection.state = "HTTP_SEND_HEADER";
    if (stream->format == "status") {
        for (const Stream &one : m_conf.streams) // it divides by the time base of each
            if (!one.feed.empty() && one.video && !one.hasFrameRate)
                std::abort();
        connection.out =
            "HTTP/1.0 200 OK\r\nContent-type: text/html\r\nPragma: no-cache\r\n\r\n" + statusPage();
        connection.closeWhenSent = true;
        return;
    }
    int kbps = 0;
    for (const Connection &one : m_connections)
        kbps += one.stream ? one.stream->kbps : 0;
    if (kbps > m_conf.maxBandwidth) {
        connection.stream = nullptr;
        return answer(connection, "503 Server too busy", "The bandwidth is exceeded");
    }
    connection.out = "HTTP/1.0 200 OK\r\nPragma: no-cache\r\nContent-Type: video/MP2T\r\n\r\n";
    connection.state = "WAIT_FEED";
}

void Server::beginUpload(Connection &connection, Feed &feed)
{
    connection.feed = &feed;
    connection.state = "RECEIVE_DATA";
    connection.upload = std::make_unique<Upload>();
    connection.upload->number = ++m_uploads[feed.name];
    const std::string which =
        R"("feed":")" + feed.name + R"(","upload":)" + std::to_string(connection.upload->number);
    say(R"({"event":"begin",)" + which + '}');
    connection.upload->check = std::make_unique<FfmCheck>(
        feed.streams, m_newest[feed.name],
        FfmCheck::Callbacks{
            [this, which](const std::string &what) {
                say(R"({"event":"fault",)" + which + R"(,"what":")" + what + "\"}");
            },
            [this, &feed](const aspersor::media::Packet &packet) { sendFrame(feed, packet); }});
}

void Server::takeBody(Connection &connection)
{
    if (!takeChunks(connection) && !connection.gone) {
        endUpload(connection, connection.upload->ended ? "end" : "refused");
        close(connection);
    }
}

/// False: the upload is over.
bool Server::takeChunks(Connection &connection)
{
    Upload &upload = *connection.upload;
    const auto fault = [&](const char *what) {
        say(R"({"event":"fault","feed":")" + connection.feed->name + R"(","what":")" + what + "\"}");
        return false;
    };
    for (;;) {
        if (upload.left == 0) {
            std::size_t begin = 0;
            if (upload.check->blocks() > 0 || !upload.block.empty())
                begin = upload.body.starts_with("\r\n") ? 2 : 0;
            const std::size_t end = upload.body.find("\r\n", begin);
            if (end == std::string::npos)
                return upload.body.size() <= longestSizeLine + 2 || fault("a long chunk-size line");
            const std::string line = upload.body.substr(begin, end - begin);
            if (line.size() > longestSizeLine - 2 || line.empty())
                return fault("a chunk-size line that it cannot read");
            upload.left = std::strtoul(line.c_str(), nullptr, 16);
            upload.body.erase(0, end + 2);
            if (upload.left == 0) {
                upload.ended = true;
                return false;
            }
            if (upload.left != blockBytes)
                return fault("a chunk is not one block");
        }
        const std::size_t take = std::min(upload.left, upload.body.size());
        upload.block.append(upload.body, 0, take);
        upload.body.erase(0, take);
        upload.left -= take;
        connection.bytes += take;
        if (upload.block.size() < blockBytes)
            return true;
        const std::span bytes(reinterpret_cast<const std::uint8_t *>(upload.block.data()), blockBytes);
        const bool good = upload.check->block(bytes);
        upload.block.clear();
        if (!good)
            return false;
        if (upload.check->blocks() == 1)
            m_descriptions[connection.feed->name] = upload.check->description();
    }
}

void Server::progress(Connection &connection)
{
    if (!connection.upload)
        return;
    const FfmCheck &check = *connection.upload->check;
    say(R"({"event":"progress","feed":")" + connection.feed->name + R"(","upload":)" +
        std::to_string(connection.upload->number) + R"(,"blocks":)" + std::to_string(check.blocks()) +
        R"(,"frames":)" + std::to_string(check.frames()) + R"(,"pictures":)" +
        std::to_string(check.pictures()) + R"(,"newest":)" + std::to_string(check.newestDts()) +
        R"(,"largestGap":)" + std::to_string(check.largestGap()) + '}');
}

void Server::endUpload(Connection &connection, const char *how)
{
    connection.upload->check->end(how == std::string("end"));
    progress(connection);
    say(R"({"event":"end","feed":")" + connection.feed->name + R"(","upload":)" +
        std::to_string(connection.upload->number) + R"(,"how":")" + how + "\"}");
    if (how != std::string("reset")) { // viewers who have all there is are sent home
        for (Connection &one : m_connections)
            if (one.stream && one.stream->feed == connection.feed->name && one.state == "WAIT_FEED") {
                if (one.muxer)
                    (void)one.muxer->finish();
                one.closeWhenSent = true;
            }
    }
    connection.upload.reset();
    connection.feed = nullptr;
}

Server::Connection *Server::uploader(const Feed &feed)
{
    for (Connection &connection : m_connections)
        if (connection.feed == &feed && !connection.gone)
            return &connection;
    return nullptr;
}

void Server::sendFrame(const Feed &feed, const aspersor::media::Packet &packet)
{
    const auto &description = m_descriptions[feed.name];
    const bool video = description.tracks.at(static_cast<std::size_t>(packet.track)).kind ==
                       aspersor::media::TrackKind::Video;
    for (Connection &one : m_connections) {
        if (!one.stream || one.stream->feed != feed.name || one.closeWhenSent || one.gone)
            continue;
        if (!one.begun && one.stream->onKey && !(video && packet.keyframe))
            continue;
        if (!one.muxer) {
            auto muxer = aspersor::media::Muxer::open(
                one.stream->format, description, [&one](std::span<const std::uint8_t> bytes) {
                    one.out.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
                });
            if (!muxer) {
                one.closeWhenSent = true;
                continue;
            }
            one.muxer = std::move(*muxer);
        }
        one.begun = true;
        if (one.muxer->write(packet) && one.muxer->flush())
            one.state = "WAIT_FEED";
    }
}

void Server::send(Connection &connection)
{
    while (!connection.out.empty()) {
        const ssize_t sent = ::send(connection.descriptor, connection.out.data(), connection.out.size(),
                                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (sent <= 0)
            return close(connection);
        connection.bytes += static_cast<std::uint64_t>(sent);
        connection.out.erase(0, static_cast<std::size_t>(sent));
    }
    if (connection.closeWhenSent)
        close(connection);
}

void Server::answer(Connection &connection, const std::string &status, const std::string &body)
{
    connection.out = "HTTP/1.0 " + status + "\r\nContent-type: text/html\r\n\r\n<html>" + body + "</html>";
    connection.closeWhenSent = true;
}

void Server::close(Connection &connection)
{
    if (connection.gone)
        return;
    std::cout << "Sun Nov 22 22:29:33 2026 " << connection.address << " - - [GET] \"" << connection.url
              << " HTTP/1.1\" 200 " << connection.bytes << std::endl;
    ::close(connection.descriptor);
    connection.gone = true;
}

std::string Server::statusPage() const
{
    if (m_manners.strangeStatus)
        return "<table><tr><td><td>\xff<td><<<td>&&&<td>WAIT_FEED" + std::string(100'000, '<') +
               "<tr><td>SEND_DATA</table";
    std::string page = "<html><head><title>ffserver Status</title></head>\n<body><h1>ffserver Status</h1>\n"
                       "<h2>Available Streams</h2>\n<table cellspacing=0 cellpadding=4>\n"
                       "<tr><th valign=top>Path<th align=left>Served<br>Conns<th>bytes<th>Format\n";
    for (const Stream &stream : m_conf.streams)
        page += "<tr><td><a href=\"/" + stream.name + "\">" + stream.name +
                "</a> <td align=right> 0 <td> 0 <td>" + stream.format + '\n';
    page += "</table>\n<h2>Connection Status</h2>\nNumber of connections: " +
            std::to_string(m_connections.size()) + " / " + std::to_string(m_conf.maxClients) +
            "<br>\n<table>\n<tr><th>#<th>File<th>IP<th>URL<th>Proto<th>State<th>Target bits/sec<th>Actual "
            "bits/sec<th>Bytes transferred\n";
    int number = 0;
    for (const Connection &one : m_connections) {
        const std::string name = one.feed     ? one.feed->name + "(input)"
                                 : one.stream ? one.stream->name
                                              : std::string();
        page += "<tr><td><b>" + std::to_string(++number) + "</b><td>" + name + "<td>" + one.address + "<td>" +
                one.url + "<td>HTTP/1.1<td>" + one.state +
                "<td align=right>1928k<td align=right>0<td align=right>" + std::to_string(one.bytes) + '\n';
    }
    return page + "</table>\n<hr>Generated at some time</body>\n</html>\n";
}

} // namespace original
