// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/session.h"

#include "core/serve/place.h"
#include "core/serve/replay.h"
#include "core/serve/rtsproute.h"
#include "core/serve/status.h"
#include "core/serve/streampictures.h"
#include "core/serve/worker.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;

namespace {

using boost::system::error_code;
constexpr std::chrono::seconds headTimeout{10};
constexpr std::chrono::seconds answerTimeout{10};
constexpr std::chrono::seconds lingerTimeout{2};
constexpr std::size_t lingerBytes = std::size_t{1024} * 1024;

/// As it stands in an access log: no quote, no control byte.
std::string loggable(const net::RequestHead &head)
{
    std::string line = head.method + ' ' + head.target + " HTTP/1." + std::to_string(head.minorVersion);
    for (char &c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '"')
            c = '?';
    }
    return line;
}

} // namespace

Session::Session(Worker &worker, asio::ip::tcp::socket socket, Booking<int> connection)
    : m_worker(worker), m_socket(std::move(socket)), m_connection(std::move(connection)),
      m_timer(m_socket.get_executor())
{
}

void Session::start()
{
    error_code error;
    m_peer = m_socket.remote_endpoint(error);
    if (!error)
        m_socket.non_blocking(true, error);
    if (error)
        return; // already gone
    arm(headTimeout, &Session::onHeadTimeout);
    read();
}

void Session::arm(std::chrono::milliseconds timeout, void (Session::*then)())
{
    m_timer.expires_after(timeout);
    m_timer.async_wait([self = shared_from_this(), then](const error_code &error) {
        if (!error)
            (self.get()->*then)();
    });
}

void Session::onHeadTimeout()
{
    if (m_parser->started())
        answer(errorAnswer(408, "The request did not come within 10 seconds."));
    else
        close();
}

void Session::read()
{
    m_socket.async_read_some(asio::buffer(m_buffer),
                             [self = shared_from_this()](const error_code &error, std::size_t count) {
                                 if (self->m_status != 0)
                                     return; // answered in the meantime: the time was over
                                 if (error)
                                     self->close();
                                 else
                                     self->onRead(count);
                             });
}

void Session::onRead(std::size_t count)
{
    const auto bytes = std::span(m_buffer).first(count);
    const std::size_t used = m_parser->feed(bytes, [](auto) {}); // stops after the head
    if (m_parser->headDone() && !m_parser->error())
        decide(bytes.subspan(used));
    else if (m_parser->error())
        answer(errorAnswer(m_parser->error()->status, m_parser->error()->reason));
    else
        read();
}

void Session::decide(std::span<const std::uint8_t> rest)
{
    const net::RequestHead &head = m_parser->head();
    m_headOnly = head.method == "HEAD";
    const auto config = m_worker.state().config();
    if (!config->customLog.empty())
        m_requestLine = loggable(head);
    const std::vector<std::string> live = m_worker.feeds().names();
    const Route to = route(*config, head, plainAddress(m_peer.address()), live);
    m_wantsHtml = head.field("accept").find("text/html") != std::string_view::npos;
    if (const auto *request = std::get_if<StreamRequest>(&to)) {
        if (mayHaveOneMore(*config))
            open(*request);
        else
            answer(errorAnswer(503,
                               "Your address has " + std::to_string(*config->maxClientsPerAddress) +
                                   " viewers already, which is the most; close one of them.",
                               std::string(retryLater)));
    } else if (const auto *status = std::get_if<StatusRequest>(&to))
        answerStatus(*status);
    else if (const auto *rtsp = std::get_if<RtspHint>(&to))
        answerRtsp(*rtsp);
    else if (const auto *publisher = std::get_if<UploadRequest>(&to))
        upload(publisher->feed, rest);
    else if (const auto *feeder = std::get_if<FeederRequest>(&to))
        answerFeeder(feeder->feed);
    else
        answer(std::get<Answer>(to));
}

/// Counts this connection as a viewer of its address, if that has a limit.
bool Session::mayHaveOneMore(const Config &config)
{
    if (!config.maxClientsPerAddress || m_headOnly)
        return true;
    auto booked = m_worker.state().bookAddress(plainAddress(m_peer.address()), *config.maxClientsPerAddress);
    const bool may = booked != nullptr;
    m_connection.with(std::move(booked));
    return may;
}

/// What the viewer is to see when that is not the live stream.
std::optional<ReplayOrder> Session::replayFor(const StreamRequest &request, const PastPoint &point) const
{
    const StreamSpec &spec = request.spec;
    ReplayOrder order;
    order.name = request.name;
    order.spec = spec;
    order.grace = m_worker.state().config()->feedGrace;
    order.fromMs = std::chrono::duration_cast<std::chrono::milliseconds>(point.at.time_since_epoch()).count();
    const auto asRecording = [&] {
        order.paced = true;
        order.loop = spec.loop;
        if (point.back == spec.preroll) // not asked for: from its beginning
            order.fromMs = 0;
        return order;
    };
    if (!spec.file.empty())
        return asRecording();
    order.past = m_worker.fanOut().sources().pasts.find(request.feed);
    if (!order.past) {
        const FeedSpec *feed = m_worker.state().config()->feed(request.feed);
        if (!feed || !feed->readOnly)
            return std::nullopt;
        order.spec.file = feed->file; // of the original, or none: opening it will tell
        return asRecording();
    }
    if (order.past->readOnly())
        return asRecording();
    if (spec.format->snapshot || needsEncoder(spec) || point.back.count() <= 0 ||
        !order.past->file().hasStart())
        return std::nullopt;
    return order;
}

void Session::open(const StreamRequest &request)
{
    ServerState &state = m_worker.state();
    const auto point =
        pastPoint(m_parser->head().query, request.spec.preroll, std::chrono::system_clock::now());
    if (!point) {
        answer(errorAnswer(
            400, "The date is written as YYYY-MM-DDTHH:MM:SS, with a Z behind it for UTC, or as HH:MM:SS "
                 "for today."));
        return;
    }
    const auto replay = replayFor(request, *point);
    tl::expected<std::shared_ptr<Feed>, Answer> feed;
    if (!replay)
        feed = findFeed(state, m_worker.feeds(), request, plainAddress(m_peer.address()));
    if (!feed) {
        answer(feed.error());
        return;
    }
    if (m_headOnly) {
        m_status = 200;
        send(streamHead(*request.spec.format, wantsChunks(m_parser->head())));
        return;
    }
    if (!replay && request.spec.format->snapshot) {
        openSnapshot(**feed, request);
        return;
    }
    m_maxTime = request.spec.maxTime;
    if (replay) {
        beginReplay(*replay);
        return;
    }
    auto place = takePlace(state, **feed, request, plainAddress(m_peer.address()),
                           again(request.spec, [request](Session &session) { session.open(request); }));
    if (!place) {
        refuseOrWait(place.error());
        return;
    }
    admit(std::move(*place), static_cast<media::Ticks>(point->back.count()) * (media::ticksPerSecond / 1000));
}

void Session::beginReplay(const ReplayOrder &order)
{
    auto viewer = takeViewer(m_worker.state());
    if (!viewer) {
        answer(viewer.error());
        return;
    }
    m_viewer = std::move(*viewer);
    const std::int64_t bits = order.past ? order.past->file().bitsPerSecond() : 0;
    m_timer.cancel(); // a disk has its own time
    const bool begun = m_worker.fanOut().sources().replays.begin(
        order, [self = shared_from_this(), bits](tl::expected<std::shared_ptr<Stream>, OpenError> stream) {
            // This is the replay's thread.
            asio::post(self->m_socket.get_executor(), [self, bits, opened = std::move(stream)]() mutable {
                self->admitReplay(std::move(opened), bits);
            });
        });
    if (!begun)
        answer(errorAnswer(503,
                           "All " + std::to_string(Replays::maxReplays) +
                               " places for viewers of recordings are taken; try again later.",
                           std::string(retryLater)));
}

/// `bits`: of the stream, which has sent nothing yet.
void Session::admitReplay(tl::expected<std::shared_ptr<Stream>, OpenError> stream, std::int64_t bits)
{
    if (!stream) {
        answer(errorAnswer(stream.error().status, stream.error().reason,
                           stream.error().status == 503 ? std::string(retrySoon) : std::string()));
        return;
    }
    auto place = placeAt(m_worker.state(), std::move(m_viewer), std::move(*stream), bits);
    if (place)
        admit(std::move(*place), 0);
    else
        answer(place.error());
}

/// The connection becomes a viewer.
void Session::admit(Place place, media::Ticks back)
{
    if (m_status != 0) { // answered in the meantime
        place.stream->viewerLeft();
        return;
    }
    m_timer.cancel();
    m_status = 200;
    const bool chunked = wantsChunks(m_parser->head());
    m_worker.admit({std::move(m_socket), m_peer, std::move(place.stream), chunked, back, m_maxTime,
                    std::move(m_requestLine), std::move(m_connection), std::move(place.viewer),
                    std::move(place.bandwidth)});
}

void Session::answerRtsp(const RtspHint &request)
{
    ServerState &state = m_worker.state();
    if (state.rtspPort == 0) {
        answer(errorAnswer(503, "This stream is sent over RTSP, which is switched off; the configuration "
                                "switches it on with a line such as \"RTSPPort 5554\"."));
        return;
    }
    error_code error;
    const asio::ip::address local = plainAddress(m_socket.local_endpoint(error).address());
    std::string host(m_parser->head().field("host"));
    if (host.empty())
        host = peerName({local, 0});
    const std::string url = rtspUrl(host, state.rtspPort, request.stream.name);
    if (request.wanted == RtspHint::Wanted::Stream) {
        answer(errorAnswer(406, "This stream is sent over RTSP: open " + url));
        return;
    }
    if (request.wanted == RtspHint::Wanted::Address) {
        answer({200, url + "\r\n", "Cache-Control: no-store\r\n", "application/x-rtsp"});
        return;
    }
    const auto feed = findFeed(state, m_worker.feeds(), request.stream, plainAddress(m_peer.address()));
    if (!feed) {
        answer(feed.error());
        return;
    }
    const auto sections = describedTracks(
        state, **feed, request.stream, plainAddress(m_peer.address()),
        again(request.stream.spec, [request](Session &session) { session.answerRtsp(request); }));
    if (!sections) {
        refuseOrWait(sections.error());
        return;
    }
    answer({200,
            sessionDescription({request.stream.name, local, url + '/', request.stream.spec.multicast},
                               *sections),
            "Cache-Control: no-store\r\n", "application/sdp"});
}

/// One picture is an answer like any other; it only takes a moment to be made, elsewhere.
void Session::openSnapshot(const Feed &feed, const StreamRequest &request)
{
    if (const auto unfit = feed.misfit(request.spec)) {
        answer(answerFor(m_worker.state(), feed, *unfit, request.name, plainAddress(m_peer.address())));
        return;
    }
    auto picture = feed.newestPicture();
    if (!picture) {
        answer(
            answerFor(m_worker.state(), feed, picture.error(), request.name, plainAddress(m_peer.address())));
        return;
    }
    m_timer.cancel(); // the head is here
    const bool taken = m_worker.fanOut().snapshots().request(
        std::move(*picture), jpegOptions(request.spec), Snapshots::Which::Recent,
        [self = shared_from_this()](const Result<JpegPtr> &jpeg) {
            asio::post(self->m_socket.get_executor(), [self, jpeg] {
                if (!jpeg) {
                    self->answer(errorAnswer(503,
                                             "The newest picture cannot be decoded; try again in a moment.",
                                             std::string(retrySoon)));
                    return;
                }
                self->answer({200, std::string((*jpeg)->begin(), (*jpeg)->end()),
                              "Access-Control-Allow-Origin: *\r\nCache-Control: no-store\r\n"
                              "X-Content-Type-Options: nosniff\r\n",
                              "image/jpeg"});
            });
        });
    if (!taken)
        answer(errorAnswer(503, "Too many pictures are being made; try again in a moment.",
                           std::string(retrySoon)));
}

/// The encoder does not keep the session alive: the timer does, on this loop's thread.
Encoder::Ready Session::again(const StreamSpec &spec, std::function<void(Session &)> then)
{
    if (!needsEncoder(spec))
        return {};
    return [weak = weak_from_this(), executor = m_socket.get_executor(), then = std::move(then)] {
        asio::post(executor, [weak, then] {
            const auto self = weak.lock();
            if (self && self->m_status == 0)
                then(*self);
        });
    };
}

void Session::refuseOrWait(const NoPlace &why)
{
    if (!why.starting)
        answer(why.answer);
    else if (!std::exchange(m_awaitsEncoder, true))
        arm(encoderTimeout, &Session::onEncoderTimeout);
}

void Session::onEncoderTimeout()
{
    answer(notReadyInTime());
}

void Session::answerStatus(const StatusRequest &request)
{
    m_worker.fanOut().gatherStatus([self = shared_from_this(), request](StatusReport report) {
        // This is another worker's thread, perhaps.
        asio::post(self->m_socket.get_executor(), [self, request, state = std::move(report)] {
            Answer page{200, request.json ? statusJson(state) : statusHtml(state, request.faviconUrl),
                        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n",
                        request.json ? "application/json" : "text/html; charset=utf-8"};
            self->answer(page);
        });
    });
}

void Session::answer(const Answer &answer)
{
    if (m_status != 0)
        return;
    m_status = answer.status;
    m_viewer = {}; // whoever is refused takes no place
    m_connection.with({});
    send(toText(m_wantsHtml ? asHtml(answer) : answer, m_headOnly));
}

void Session::send(std::string text)
{
    m_text = std::move(text);
    arm(answerTimeout, &Session::close);
    asio::async_write(m_socket, asio::buffer(m_text),
                      [self = shared_from_this()](const error_code &error, std::size_t sent) {
                          if (!self->m_requestLine.empty())
                              self->m_worker.state().observer.accessed(
                                  {plainAddress(self->m_peer.address()).to_string(), self->m_requestLine,
                                   self->m_status, sent});
                          if (error)
                              self->close();
                          else
                              self->linger();
                      });
}

/// Waits for the peer to close: closing over bytes that are still coming would reset the connection, and the
/// peer might lose the answer.
void Session::linger()
{
    error_code error;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, error);
    if (error) {
        close();
        return;
    }
    arm(lingerTimeout, &Session::close);
    drain();
}

void Session::drain()
{
    m_socket.async_read_some(asio::buffer(m_buffer),
                             [self = shared_from_this()](const error_code &error, std::size_t count) {
                                 self->m_drained += count;
                                 if (error || self->m_drained > lingerBytes)
                                     self->close();
                                 else
                                     self->drain();
                             });
}

void Session::close()
{
    m_timer.cancel();
    error_code ignored;
    m_socket.close(ignored);
}

} // namespace aspersor::serve
