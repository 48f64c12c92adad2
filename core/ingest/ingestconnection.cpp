// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/ingestconnection.h"

#include "core/feed/feedregistry.h"
#include "core/ingest/credentials.h"
#include "core/ingest/ingestlistener.h"
#include "core/ingest/watchindex.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>

namespace aspersor {
namespace {

constexpr std::string_view plainText = "text/plain; charset=utf-8";
constexpr std::size_t readBytes = 16 * 1024;
constexpr int readsPerTurn = 16; // then the other connections have their turn
constexpr std::string_view challenge = "WWW-Authenticate: Bearer realm=\"aspersor\"\r\nWWW-Authenticate: "
                                       "Basic realm=\"aspersor\", charset=\"UTF-8\"\r\n";
constexpr std::string_view indexFields = "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n";
constexpr std::string_view allow = "Allow: POST, PUT\r\n";

} // namespace

IngestConnection::IngestConnection(net::Socket socket, IngestListener &listener)
    : m_socket(std::move(socket)), m_listener(listener)
{
    const std::string peer = m_socket.peerName();
    m_publisher.name = QString::fromStdString(peer);
    m_publisher.address = QString::fromStdString(peer.substr(0, peer.rfind(':')));
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &IngestConnection::timedOut);
    attach();
}

IngestConnection::~IngestConnection()
{
    m_readNotifier.reset(); // before the socket is closed
    m_writeNotifier.reset();
}

void IngestConnection::attach()
{
    m_readNotifier = std::make_unique<QSocketNotifier>(m_socket.descriptor(), QSocketNotifier::Read);
    m_writeNotifier = std::make_unique<QSocketNotifier>(m_socket.descriptor(), QSocketNotifier::Write);
    m_readNotifier->setEnabled(false);
    m_writeNotifier->setEnabled(false);
    connect(m_readNotifier.get(), &QSocketNotifier::activated, this, &IngestConnection::readable);
    connect(m_writeNotifier.get(), &QSocketNotifier::activated, this, &IngestConnection::writable);
}

/// Takes the descriptor out of the event loop at once; the notifiers may be in the middle of their signal.
void IngestConnection::detach()
{
    for (auto *notifier : {&m_readNotifier, &m_writeNotifier}) {
        if (*notifier) {
            (*notifier)->setEnabled(false);
            notifier->release()->deleteLater();
        }
    }
}

void IngestConnection::enter(State state, std::chrono::milliseconds timeout)
{
    m_state = state;
    m_readNotifier->setEnabled(state != State::Answer);
    m_writeNotifier->setEnabled(state == State::Answer);
    m_timer.start(timeout);
}

void IngestConnection::start()
{
    m_parser = std::make_unique<net::RequestParser>(m_listener.options().limits);
    enter(State::Head, m_listener.options().headTimeout);
}

void IngestConnection::resume(std::string response, std::vector<std::uint8_t> unread, bool keepAlive)
{
    m_trusted = true;
    m_unread = std::move(unread);
    answer(std::move(response), keepAlive);
}

void IngestConnection::nextRequest()
{
    m_parser = std::make_unique<net::RequestParser>(m_listener.options().limits);
    enter(State::Head, m_listener.options().keepAliveTimeout);
    readRequest(std::exchange(m_unread, {}));
}

void IngestConnection::readable()
{
    if (m_state == State::Linger || m_state == State::Gone)
        return drain();
    std::vector<std::uint8_t> bytes(readBytes);
    const ssize_t got = ::recv(m_socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        return close();
    bytes.resize(static_cast<std::size_t>(got));
    if (m_state == State::Playlist) {
        m_unread = std::move(bytes);
        readPlaylist();
    } else {
        readRequest(std::move(bytes));
    }
}

void IngestConnection::readRequest(std::vector<std::uint8_t> bytes)
{
    const bool wasSilent = !m_parser->started();
    const std::size_t used = m_parser->feed(bytes, [](auto) {});
    m_unread.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    if (const auto &error = m_parser->error())
        return refuse({error->status, error->reason, 0});
    if (m_parser->headDone())
        return judge();
    if (wasSilent && m_parser->started() && m_trusted)
        m_timer.start(
            m_listener.options().headTimeout); // a head has begun: it has the same time as the first
}

void IngestConnection::judge()
{
    const net::RequestHead &head = m_parser->head();
    const IngestOptions &options = m_listener.options();
    if (head.method != "POST" && head.method != "PUT") {
        if ((head.method == "GET" || head.method == "HEAD") && head.path == "/")
            return showIndex();
        return refuse({405, "Video is published with POST or PUT only.", 0}, std::string(allow));
    }
    const auto path = parseUploadPath(head.path);
    if (!path)
        return refuse(
            {404,
             "The path names no feed: it must be /NAME, with 1 to 64 letters, digits, dots, dashes and "
             "underscores, not starting with a dot.",
             0});
    m_feed = path->feed;
    const bool hasKey = showsKey(head, options.publishKey.toUtf8());
    if (!hasKey && !options.open)
        return refuse({401, "Publishing needs the publish key: add ?key=KEY to the address.", 0},
                      std::string(challenge));
    m_trusted = true;
    if (!head.chunked && !head.contentLength)
        return refuse({411, "An upload needs a Content-Length or a chunked body.", 0});
    if (path->kind == UploadPath::Kind::Playlist) {
        if (head.contentLength.value_or(0) > options.playlistBytes)
            return refuse({413, "The playlist is too long.", 0});
        if (head.expectContinue && m_unread.empty()) {
            const std::string line = net::response(100, {}, {}, {}, true);
            [[maybe_unused]] const auto sent =
                ::send(m_socket.descriptor(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        }
        m_playlistBytes = 0;
        enter(State::Playlist, options.headTimeout);
        return readPlaylist();
    }
    if (head.contentLength == std::uint64_t{0})
        return refuse({415, "The upload is empty.", 0});
    claim(*path, hasKey);
}

void IngestConnection::showIndex()
{
    const WatchIndex &index = m_listener.watchIndex();
    const bool isPage = index.port != 0;
    const std::string text =
        isPage ? watchIndexPage(index, m_socket.localHost())
               : "This is where phones bring their video: send it as MPEG-TS with POST or PUT to /NAME.\n"
                 "Viewers find it on another port of this computer.\n";
    const bool keepAlive = m_parser->head().keepAlive && m_parser->done();
    std::string response =
        net::response(200, isPage ? "text/html; charset=utf-8" : plainText, text, indexFields, keepAlive);
    if (m_parser->head().method == "HEAD")
        response.resize(response.size() - text.size());
    answer(std::move(response), keepAlive);
}

void IngestConnection::claim(const UploadPath &path, bool hasKey)
{
    m_publisher.hasKey = hasKey;
    Upload upload;
    upload.parser = std::move(m_parser);
    upload.unread = std::move(m_unread);
    upload.publisher = m_publisher;
    upload.segment = path.kind == UploadPath::Kind::Segment;
    upload.finished = m_listener.returnPath();
    detach(); // before another thread may close the descriptor
    upload.socket = std::move(m_socket);
    if (const auto refusal = m_listener.registry().claim(path.feed, upload)) {
        m_socket = std::move(upload.socket);
        m_parser = std::move(upload.parser);
        attach();
        return refuse(*refusal);
    }
    m_state = State::Gone;
    m_timer.stop();
    m_listener.forget(this);
}

void IngestConnection::readPlaylist()
{
    const auto bytes = std::exchange(m_unread, {});
    const std::size_t used =
        m_parser->feed(bytes, [this](std::span<const std::uint8_t> part) { m_playlistBytes += part.size(); });
    m_unread.assign(bytes.begin() + static_cast<std::ptrdiff_t>(used), bytes.end());
    if (const auto &error = m_parser->error())
        return refuse({error->status, error->reason, 0});
    if (m_playlistBytes > m_listener.options().playlistBytes)
        return refuse({413, "The playlist is too long.", 0});
    if (m_parser->done())
        answer(net::response(200, plainText, "The playlist is not needed and was ignored.\n", {},
                             m_parser->head().keepAlive),
               m_parser->head().keepAlive);
}

void IngestConnection::refuse(const Refusal &refusal, const std::string &extraFields)
{
    // The body of a refused request is not read: the connection cannot be used again, unless there is none.
    const bool keepAlive = m_parser->done() && !m_parser->error() && m_parser->head().keepAlive;
    qCWarning(lcIngest).noquote().nospace()
        << (m_feed.isEmpty() ? QString() : m_feed + QStringLiteral(": ")) << refusal.status << " to "
        << m_publisher.name << ": " << refusal.reason.c_str();
    std::string fields = extraFields;
    if (refusal.retryAfterSeconds > 0)
        fields += "Retry-After: " + std::to_string(refusal.retryAfterSeconds) + "\r\n";
    answer(net::response(refusal.status, plainText, refusal.reason + '\n', fields, keepAlive), keepAlive);
}

void IngestConnection::answer(std::string response, bool keepAlive)
{
    m_answer = std::move(response);
    m_answerSent = 0;
    m_keepAlive = keepAlive;
    enter(State::Answer, m_listener.options().answerTimeout);
    writable();
}

void IngestConnection::writable()
{
    if (m_state != State::Answer)
        return;
    while (m_answerSent < m_answer.size()) {
        const ssize_t sent = ::send(m_socket.descriptor(), m_answer.data() + m_answerSent,
                                    m_answer.size() - m_answerSent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && errno == EAGAIN)
            return;
        if (sent < 0)
            return close();
        m_answerSent += static_cast<std::size_t>(sent);
    }
    answered();
}

void IngestConnection::answered()
{
    m_feed.clear();
    if (m_keepAlive) {
        m_trusted = true;
        return nextRequest();
    }
    // A close with unread bytes would be a reset, which throws away the answer at the peer: say that this was
    // all, and read on until the peer has noticed (RFC 9112 9.6).
    ::shutdown(m_socket.descriptor(), SHUT_WR);
    enter(State::Linger, m_listener.options().lingerTimeout);
    drain();
}

void IngestConnection::drain()
{
    std::array<std::uint8_t, readBytes> bytes{};
    for (int i = 0; i < readsPerTurn && m_state == State::Linger; ++i) {
        const ssize_t got = ::recv(m_socket.descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0)
            return close();
    }
}

void IngestConnection::timedOut()
{
    const bool headBegun = m_state == State::Head && (m_parser->started() || !m_trusted);
    if (headBegun || m_state == State::Playlist)
        refuse({408, "The request was not complete in time.", 0});
    else
        close();
}

void IngestConnection::evict()
{
    if (m_state == State::Head) {
        const std::string line = refusalAnswer({503, "There are too many connections that say nothing.", 5});
        [[maybe_unused]] const auto sent =
            ::send(m_socket.descriptor(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    close();
}

void IngestConnection::close()
{
    if (m_state == State::Gone)
        return;
    m_state = State::Gone;
    m_timer.stop();
    detach();
    m_socket.close();
    m_listener.forget(this);
}

} // namespace aspersor
