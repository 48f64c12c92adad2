// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/feedlink.h"

#include "core/media/avlog.h"
#include "core/media/demuxer.h"
#include "core/media/linkformat.h"
#include "core/media/sniff.h"
#include "core/serve/config.h"

#include <algorithm>
#include <pthread.h>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace {

/// A change of the tracks' parameters ends a body, and the next follows at once: no reason to be away.
constexpr std::chrono::milliseconds betweenUploads{200};
constexpr std::chrono::milliseconds forEver{-1};
/// An upload over HTTP shows a picture or a sound within this, and is over when it is silent for this.
constexpr UploadBody::Patience httpPatience{.silence = std::chrono::seconds(30),
                                            .proof = std::chrono::seconds(15)};
constexpr std::size_t probeBytes = std::size_t{512} * 1024;
constexpr std::chrono::seconds lingerTime{2};
constexpr std::size_t lingerBytes = std::size_t{1024} * 1024;
constexpr std::string_view complete = "The upload is complete.";
constexpr std::string_view takenOver = "Another upload took over the feed, or the feed was ended.";

std::string formatOf(std::string_view contentType)
{
    const std::string_view type = contentType.substr(0, contentType.find(';'));
    if (type == media::linkContentType)
        return media::linkFormat;
    if (type == "video/x-nut")
        return "nut";
    if (type == "video/mp2t")
        return "mpegts";
    return {}; // the bytes will tell
}

} // namespace

FeedLink::FeedLink(net::Socket socket, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone)
    : m_socket(std::move(socket)), m_feeds(feeds), m_observer(observer), m_onDone(std::move(onDone)),
      m_thread([this] { run(); })
{
}

FeedLink::FeedLink(HttpUpload upload, FeedRegistry &feeds, Observer &observer, std::function<void()> onDone)
    : m_socket(std::move(upload.socket)), m_http(std::move(upload)), m_feeds(feeds), m_observer(observer),
      m_onDone(std::move(onDone)), m_thread([this] { run(); })
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
    if (m_http) {
        serveHttpUpload();
    } else {
        UploadInput input(m_socket.descriptor(), m_ticket->waker);
        while (!m_stopping && serveRequest(input)) {
        }
        release();
    }
    static_cast<void>(::shutdown(m_socket.descriptor(), SHUT_RDWR));
    m_done = true;
    m_onDone();
}

void FeedLink::serveHttpUpload()
{
    UploadInput input(m_socket.descriptor(), m_ticket->waker, m_http->first);
    m_http->first = {};
    const net::RequestHead &head = m_http->parser->head();
    sayContinue(head);
    UploadBody body(input, *m_http->parser, !head.chunked && !head.contentLength, httpPatience,
                    [this] { idle(); });
    const media::AvLogScope scope(m_http->name);
    const std::optional<Error> error = pull(body, head, m_http->name);
    const bool wasOnAir = m_feed != nullptr;
    release();
    int status = 200;
    std::string sentence(complete);
    if (!error && !wasOnAir) {
        status = 415;
        sentence = "The upload ended before there was a picture or a sound in it.";
    } else if (error) {
        sentence = "The upload cannot be taken: " + error->message + ".";
        switch (error->kind) {
        case Error::Kind::Stopped:
            status = 409;
            sentence = error->message.empty()
                           ? std::string(takenOver)
                           : "Another upload is on the air under this name; end it first, or "
                             "choose another name.";
            break;
        case Error::Kind::LimitExceeded:
            status = 503;
            break;
        case Error::Kind::TimedOut:
            status = 408;
            break;
        default:
            status = m_http->parser->error() || wasOnAir ? 400 : 415;
            if (status == 415)
                sentence += " Send MPEG-TS, FFM, NUT, Matroska, FLV or fragmented MP4.";
        }
        if (!m_stopping)
            m_observer.log(LogLevel::Warning, "The upload of the feed " + m_http->name + " from " +
                                                  m_http->address +
                                                  (wasOnAir ? " broke off: " : " was refused: ") +
                                                  (error->message.empty() ? sentence : error->message + "."));
    }
    answer(status, sentence, false);
    if (!m_http->requestLine.empty())
        m_observer.accessed({m_http->address, m_http->requestLine, status, body.bytes()});
    linger(input);
}

/// Waits for the peer to close: closing over bytes that are still coming would reset the connection, and the
/// peer might lose the answer.
void FeedLink::linger(UploadInput &input)
{
    static_cast<void>(::shutdown(m_socket.descriptor(), SHUT_WR));
    m_ticket->waker.clear(); // it may have said that the upload was revoked
    const auto deadline = std::chrono::steady_clock::now() + lingerTime;
    for (std::size_t drained = 0; !m_stopping && drained < lingerBytes;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0 || input.read(left) != UploadInput::More::Some)
            return;
        drained += input.available().size();
    }
}

void FeedLink::answer(int status, std::string_view sentence, bool keepAlive)
{
    const std::string text =
        net::response(status, "text/plain; charset=utf-8", std::string(sentence) + "\n", {}, keepAlive);
    // The peer does not wait for answers, and this thread not for a peer that does not read them.
    static_cast<void>(::send(m_socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

bool FeedLink::serveRequest(UploadInput &input)
{
    net::RequestParser parser;
    while (!parser.headDone() && !parser.error()) {
        if (input.available().empty() && input.read(forEver) != UploadInput::More::Some)
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

/// What was gathered goes to the viewers.
void FeedLink::idle()
{
    if (m_feed)
        m_feed->idle(*m_ticket);
}

/// Only a packet is a reason to take a feed: from another upload, or from those who wait for a better one.
std::optional<Error> FeedLink::claim(const std::string &name, Feed::TimePoint now)
{
    auto claimed = m_feeds.claim(name, m_ticket, now, m_http ? Manners::Polite : Manners::TakeOver);
    if (!claimed)
        return claimed.error();
    m_feed = std::move(*claimed);
    return std::nullopt;
}

/// Feeds the body's packets; nothing when it ended as it should.
std::optional<Error> FeedLink::pull(UploadBody &body, const net::RequestHead &head, const std::string &name)
{
    media::Demuxer::Options options;
    options.format = formatOf(head.field("content-type"));
    media::PeekedSource source(body);
    if (options.format.empty()) {
        const auto begin = source.peek(media::sniffBytes);
        if (!begin)
            return begin.error();
        options.format = media::sniffFormat(*begin);
        options.probeBytes = probeBytes;
    }
    auto demuxer = media::Demuxer::open(source, options);
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
        if (!std::exchange(claimed, true)) {
            if (auto refused = claim(name, now))
                return refused;
            body.released();
        }
        const std::uint32_t newest = (*demuxer)->descriptionVersion();
        if (std::exchange(version, newest) != newest &&
            !m_feed->describe(*m_ticket, (*demuxer)->description()))
            return stopped;
        if (!m_feed->publish(*m_ticket, std::move(**packet), now))
            return stopped;
    }
}

void FeedLink::sayContinue(const net::RequestHead &head) const
{
    if (!head.expectContinue)
        return;
    const std::string text = net::response(100, {}, {}, {}, true);
    static_cast<void>(::send(m_socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

bool FeedLink::upload(UploadInput &input, net::RequestParser &parser, const std::string &name)
{
    if (m_feed && m_feed->name() != name)
        release();
    const bool keepAlive = parser.head().keepAlive;
    sayContinue(parser.head());
    const media::AvLogScope scope(name);
    UploadBody body(input, parser, false, {}, [this] { idle(); });
    const std::optional<Error> error = pull(body, parser.head(), name);
    if (!error && keepAlive && parser.done()) {
        answer(200, complete, true);
        idle();
        if (!input.available().empty() || input.read(betweenUploads) == UploadInput::More::Some)
            return !m_ticket->revoked; // the feed stays this link's: the next request will tell
        release();
        return !m_ticket->revoked;
    }
    release();
    if (!error) {
        answer(200, complete, false);
    } else if (error->kind == Error::Kind::Stopped) {
        answer(409, takenOver, false);
    } else {
        m_observer.log(LogLevel::Warning,
                       "The upload of the feed " + name + " broke off: " + error->message + ".");
        answer(error->kind == Error::Kind::LimitExceeded ? 503 : 400,
               "The upload cannot be taken: " + error->message + ".", false);
    }
    return false;
}

} // namespace aspersor::serve
