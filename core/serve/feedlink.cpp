// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feedlink.h"

#include "core/media/avlog.h"
#include "core/media/demuxer.h"
#include "core/media/linkformat.h"
#include "core/serve/config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <pthread.h>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t inputBytes = std::size_t{32} * 1024;
/// A change of the tracks' parameters ends a body, and the next follows at once: no reason to be away.
constexpr std::chrono::milliseconds betweenUploads{200};
constexpr std::chrono::milliseconds forEver{-1};

std::string formatOf(std::string_view contentType)
{
    const std::string_view type = contentType.substr(0, contentType.find(';'));
    if (type == media::linkContentType)
        return media::linkFormat;
    if (type == "video/x-nut")
        return "nut";
    if (type == "video/mp2t")
        return "mpegts";
    return {}; // probe
}

} // namespace

class FeedLink::Input
{
public:
    Input(int descriptor, const net::Waker &waker)
        : m_descriptor(descriptor), m_waker(waker), m_buffer(inputBytes)
    {
    }

    [[nodiscard]] std::span<const std::uint8_t> available() const
    {
        return std::span(m_buffer).subspan(m_begin, m_end - m_begin);
    }
    void consume(std::size_t count) { m_begin += count; }

    enum class More { Some, End, TimedOut, Woken, Nothing };
    /// Reads what is there, when available() is empty; Nothing: would have to wait.
    [[nodiscard]] More readNow()
    {
        m_begin = m_end = 0;
        for (;;) {
            const ssize_t got = ::recv(m_descriptor, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
            if (got > 0) {
                m_end = static_cast<std::size_t>(got);
                return More::Some;
            }
            if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
                return More::End;
            if (errno != EINTR)
                return More::Nothing;
        }
    }
    [[nodiscard]] More read(std::chrono::milliseconds timeout)
    {
        for (;;) {
            switch (net::waitReadable(m_descriptor, m_waker, timeout)) {
            case net::Wait::Woken:
                return More::Woken;
            case net::Wait::TimedOut:
                return More::TimedOut;
            case net::Wait::Ready:
                break;
            }
            if (const More more = readNow(); more != More::Nothing)
                return more;
        }
    }

private:
    const int m_descriptor;
    const net::Waker &m_waker;
    std::vector<std::uint8_t> m_buffer;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

/// The body of one request, for a demuxer. Tells the feed before it waits.
class FeedLink::Body final : public media::ByteSource
{
public:
    Body(Input &input, net::RequestParser &parser, FeedLink &link)
        : m_input(input), m_parser(parser), m_link(link)
    {
    }

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        while (!m_parser.done()) {
            std::size_t got = 0;
            const auto available = m_input.available();
            m_input.consume(m_parser.feed(available.first(std::min(available.size(), into.size())),
                                          [&](std::span<const std::uint8_t> bytes) {
                                              std::memcpy(into.data() + got, bytes.data(), bytes.size());
                                              got += bytes.size();
                                          }));
            if (m_parser.error())
                return failure(Error::Kind::BadRequest, m_parser.error()->reason);
            if (got > 0)
                return got;
            if (m_parser.done() || !m_input.available().empty())
                continue;
            if (auto filled = fill(); !filled)
                return tl::unexpected<Error>(filled.error());
        }
        return std::size_t{0};
    }

    [[nodiscard]] std::uint64_t endedPiece() const override { return m_parser.endedChunk(); }

private:
    [[nodiscard]] Result<void> fill()
    {
        Input::More more = m_input.readNow();
        if (more == Input::More::Nothing) {
            if (m_link.m_feed)
                m_link.m_feed->idle(*m_link.m_ticket);
            more = m_input.read(forEver);
        }
        if (more == Input::More::Woken)
            return failure(Error::Kind::Stopped, "another upload took over, or the feed was ended");
        if (more != Input::More::Some)
            return failure(Error::Kind::Io, "the connection ended in mid-upload");
        return {};
    }

    Input &m_input;
    net::RequestParser &m_parser;
    FeedLink &m_link;
};

FeedLink::FeedLink(net::Socket socket, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone)
    : m_socket(std::move(socket)), m_feeds(feeds), m_observer(observer), m_onDone(std::move(onDone)),
      m_thread([this] { run(); })
{
}

FeedLink::~FeedLink()
{
    m_stopping = true;
    m_ticket->waker.wake();
}

void FeedLink::run()
{
    static_cast<void>(::pthread_setname_np(::pthread_self(), "feed link"));
    {
        Input input(m_socket.descriptor(), m_ticket->waker);
        while (!m_stopping && serveRequest(input)) {
        }
        release();
        static_cast<void>(::shutdown(m_socket.descriptor(), SHUT_RDWR));
    }
    m_done = true;
    m_onDone();
}

void FeedLink::answer(int status, std::string_view sentence, bool keepAlive)
{
    const std::string text =
        net::response(status, "text/plain; charset=utf-8", std::string(sentence) + "\n", {}, keepAlive);
    // The peer does not wait for answers, and this thread not for a peer that does not read them.
    static_cast<void>(::send(m_socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

bool FeedLink::serveRequest(Input &input)
{
    net::RequestParser parser;
    while (!parser.headDone() && !parser.error()) {
        if (input.available().empty() && input.read(forEver) != Input::More::Some)
            return false;
        input.consume(parser.feed(input.available(), [](auto) {}));
    }
    if (parser.error()) {
        answer(parser.error()->status, parser.error()->reason, false);
        return false;
    }
    const net::RequestHead &head = parser.head();
    const std::string name(feedBaseName(std::string_view(head.path).substr(1)));
    if (!isFeedName(name)) {
        answer(404, "A feed's name is 1 to 64 letters, digits, dots, dashes and underscores.", false);
        return false;
    }
    if (head.method == "POST" || head.method == "PUT")
        return upload(input, parser, name);
    if (head.method == "DELETE") {
        release();
        const bool ended = m_feeds.end(name, "the feed was ended");
        answer(ended ? 200 : 404, ended ? "The feed has ended." : "There is no such feed.", head.keepAlive);
        return head.keepAlive && parser.done();
    }
    answer(405, "This socket takes feeds: POST or PUT /NAME, DELETE /NAME.", false);
    return false;
}

void FeedLink::release()
{
    if (m_feed)
        m_feed->finish(*m_ticket, std::chrono::steady_clock::now());
    m_feed.reset();
}

/// Feeds the body's packets; nothing when it ended as it should.
std::optional<Error> FeedLink::pull(Input &input, net::RequestParser &parser, const std::string &name)
{
    Body body(input, parser, *this);
    media::Demuxer::Options options;
    options.format = formatOf(parser.head().field("content-type"));
    auto demuxer = media::Demuxer::open(body, options);
    if (!demuxer)
        return demuxer.error();
    const Error stopped{Error::Kind::Stopped, {}};
    bool claimed = false;
    std::uint32_t version = 0;
    for (;;) {
        auto packet = (*demuxer)->next();
        if (!packet)
            return packet.error();
        if (!*packet)
            return std::nullopt;
        const auto now = std::chrono::steady_clock::now();
        // Only a packet is a reason to take a feed over from another upload.
        if (!std::exchange(claimed, true)) {
            m_feed = m_feeds.claim(name, m_ticket, now);
            if (!m_feed)
                return Error{Error::Kind::LimitExceeded, "there are too many feeds"};
        }
        const std::uint32_t newest = (*demuxer)->descriptionVersion();
        if (std::exchange(version, newest) != newest &&
            !m_feed->describe(*m_ticket, (*demuxer)->description()))
            return stopped;
        if (!m_feed->publish(*m_ticket, std::move(**packet), now))
            return stopped;
    }
}

bool FeedLink::upload(Input &input, net::RequestParser &parser, const std::string &name)
{
    if (m_feed && m_feed->name() != name)
        release();
    const bool keepAlive = parser.head().keepAlive;
    if (parser.head().expectContinue) {
        const std::string text = net::response(100, {}, {}, {}, true);
        static_cast<void>(
            ::send(m_socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    }
    const media::AvLogScope scope(name);
    const std::optional<Error> error = pull(input, parser, name);
    if (!error && keepAlive && parser.done()) {
        answer(200, "The upload is complete.", true);
        if (m_feed)
            m_feed->idle(*m_ticket);
        if (!input.available().empty() || input.read(betweenUploads) == Input::More::Some)
            return !m_ticket->revoked; // the feed stays this link's: the next request will tell
        release();
        return !m_ticket->revoked;
    }
    release();
    if (!error) {
        answer(200, "The upload is complete.", false);
    } else if (error->kind == Error::Kind::Stopped) {
        answer(409, "Another upload took over the feed, or the feed was ended.", false);
    } else {
        m_observer.log(LogLevel::Warning,
                       "The upload of the feed " + name + " broke off: " + error->message + ".");
        answer(error->kind == Error::Kind::LimitExceeded ? 503 : 400,
               "The upload cannot be taken: " + error->message + ".", false);
    }
    return false;
}

} // namespace aspersor::serve
