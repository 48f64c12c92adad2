// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/rtspsession.h"

#include "core/serve/worker.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds tickDistance{1};
constexpr std::chrono::seconds requestTimeout{10};
constexpr std::chrono::seconds answerTimeout{10};
constexpr std::chrono::seconds lingerTimeout{2};
constexpr std::size_t maxSequenceDigits = 10;
constexpr std::string_view methods =
    "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER";

/// A Session field without its parameters.
std::string_view sessionNumber(std::string_view field)
{
    return field.substr(0, field.find(';'));
}

} // namespace

RtspSession::RtspSession(Worker &worker, tcp::socket socket, Booking<int> connection)
    : m_worker(worker), m_socket(std::move(socket)), m_connection(std::move(connection)),
      m_timer(m_socket.get_executor())
{
}

RtspSession::~RtspSession()
{
    if (m_place.stream)
        m_place.stream->viewerLeft();
}

void RtspSession::start()
{
    error_code error;
    m_peer = m_socket.remote_endpoint(error);
    if (!error)
        m_local = plainAddress(m_socket.local_endpoint(error).address());
    if (!error)
        m_socket.non_blocking(true, error);
    if (error)
        return; // already gone
    m_heardAt = Clock::now();
    m_requestSince = m_heardAt;
    tick();
    read();
}

void RtspSession::tick()
{
    m_timer.expires_after(tickDistance);
    m_timer.async_wait([self = shared_from_this()](const error_code &error) {
        if (error || self->m_closed)
            return;
        self->watch();
        if (!self->m_closed)
            self->tick();
    });
}

/// Ends what has lasted too long.
void RtspSession::watch()
{
    const auto now = Clock::now();
    const bool isOnTcp = m_state == State::Playing && !playsOverUdp();
    if (m_writingSince && now - *m_writingSince > (m_closing ? lingerTimeout : answerTimeout)) {
        close("the viewer took nothing for too long");
    } else if (m_awaitsEncoderSince) {
        if (now - *m_awaitsEncoderSince > encoderTimeout) {
            m_awaitsEncoderSince.reset();
            refuse(notReadyInTime());
        }
    } else if (m_requestSince && now - *m_requestSince > requestTimeout) {
        close("the request did not come within 10 seconds");
    } else if (isOnTcp) {
        const RtpRooms::Totals totals = m_worker.rtp().totals(m_id);
        if (totals.stuck && now - totals.lastProgress > m_worker.state().config()->viewerTimeout)
            close("the viewer took nothing for too long");
    } else if (now - m_heardAt > timeout()) {
        close("the viewer gave no sign of life");
    }
}

void RtspSession::read()
{
    m_socket.async_read_some(asio::buffer(m_buffer),
                             [self = shared_from_this()](const error_code &error, std::size_t count) {
                                 if (self->m_closed)
                                     return;
                                 if (error) {
                                     self->close("the viewer closed the connection");
                                     return;
                                 }
                                 self->m_heardAt = Clock::now();
                                 self->m_unread = std::span(self->m_buffer).first(count);
                                 self->advance();
                             });
}

/// Obeys what has come, one request after the other: the next when the answer has gone out.
void RtspSession::advance()
{
    if (m_closing)
        m_unread = {};
    while (!m_unread.empty() && !m_writing && !m_awaitsEncoderSince && !m_closed && !m_closing) {
        switch (m_parser.feed(m_unread)) {
        case net::RtspParser::Event::Request:
            obey(m_parser.request());
            break;
        case net::RtspParser::Event::Error:
            m_sequence.clear();
            m_line = "-";
            m_closing = true;
            refuse(m_parser.error().status, m_parser.error().reason);
            break;
        case net::RtspParser::Event::Packet:
        case net::RtspParser::Event::None:
            break;
        }
    }
    if (m_closed || m_writing || m_awaitsEncoderSince)
        return;
    if (!m_parser.inMidRequest())
        m_requestSince.reset();
    else if (!m_requestSince)
        m_requestSince = Clock::now();
    read();
}

void RtspSession::obey(const net::RtspRequest &request)
{
    const net::RequestHead &head = request.head;
    m_line = request.line;
    std::ranges::replace(m_line, '"', '?');
    m_sequence = head.field("cseq");
    if (m_sequence.empty() || m_sequence.size() > maxSequenceDigits ||
        m_sequence.find_first_not_of("0123456789") != std::string::npos) {
        m_sequence.clear();
        refuse(400, "The request has no CSeq number.");
        return;
    }
    const std::string_view session = sessionNumber(head.field("session"));
    const bool needsSession = head.method == "PLAY" || head.method == "PAUSE" || head.method == "TEARDOWN";
    if (const std::string_view wanted = head.field("require"); !wanted.empty())
        reply(551, "Unsupported: " + std::string(wanted) + "\r\n");
    else if ((needsSession || !session.empty()) && (m_state == State::Idle || session != m_session))
        refuse(454, "There is no such session on this connection.");
    else if (head.method == "OPTIONS")
        reply(200, "Public: " + std::string(methods) + "\r\n");
    else if (head.method == "DESCRIBE")
        describe(request);
    else if (head.method == "SETUP")
        setUp(request);
    else if (head.method == "PLAY")
        play(request);
    else if (head.method == "PAUSE")
        pause();
    else if (head.method == "TEARDOWN")
        tearDown();
    else if (head.method == "GET_PARAMETER")
        reply(200, sessionField());
    else if (head.method == "SET_PARAMETER") // there are none to be set
        reply(head.contentLength.value_or(0) == 0 ? 200 : 451, sessionField());
    else
        reply(405, "Allow: " + std::string(methods) + "\r\n");
}

void RtspSession::play(const net::RtspRequest &request)
{
    const std::string fields = "Range: npt=now-\r\n" + sessionField();
    if (m_state == State::Playing) { // it is live: wherever the request would go, it is there
        reply(200, fields);
        return;
    }
    if (std::ranges::none_of(m_tracks, [](const auto &track) { return track.has_value(); })) {
        refuse(455, "No track has been set up.");
        return;
    }
    RtpRooms &rooms = m_worker.rtp();
    m_state = State::Playing;
    if (m_id == 0) {
        prepareForStreaming(m_socket.native_handle());
        m_id = ++m_worker.state().lastViewerId;
        m_joined = Clock::now();
        m_playLine = m_line;
        rooms.enter(m_id, *this);
        m_worker.state().observer.viewerJoined(report());
    }
    const std::string address = addressOf(request.authority);
    std::string text;
    rooms.play(m_id, plan(), [&](const std::vector<std::optional<RtpBegin>> &begins) {
        std::string info;
        for (std::size_t track = 0; track < begins.size(); ++track) {
            if (begins[track] && m_tracks[track])
                info += (info.empty() ? "RTP-Info: url=" : ",url=") + address +
                        "/streamid=" + std::to_string(track) +
                        ";seq=" + std::to_string(begins[track]->sequence) +
                        ";rtptime=" + std::to_string(begins[track]->time);
        }
        text = rtspReply(200, m_sequence, fields + (info.empty() ? info : info + "\r\n"), {});
        return text;
    });
    if (m_state == State::Playing && playsOverUdp())
        send(std::move(text));
}

void RtspSession::pause()
{
    std::string rest = stopPlaying();
    send(rest.append(rtspReply(200, m_sequence, sessionField(), {})));
}

void RtspSession::tearDown()
{
    std::string rest = stopPlaying();
    rest += rtspReply(200, m_sequence, sessionField(), {});
    endSession("the viewer left");
    send(std::move(rest));
}

/// Goes from Playing to Ready and returns what must go first on the connection.
std::string RtspSession::stopPlaying()
{
    if (m_state != State::Playing)
        return {};
    const RtpRooms::Totals totals = m_worker.rtp().totals(m_id);
    m_bytes += totals.bytes;
    m_skips += totals.skips;
    m_state = State::Ready;
    return m_worker.rtp().stop(m_id);
}

void RtspSession::endSession(const std::string &reason)
{
    if (m_state == State::Idle)
        return;
    static_cast<void>(stopPlaying());
    if (m_id != 0) {
        m_worker.rtp().leave(m_id);
        const ViewerReport left = report();
        m_worker.state().observer.viewerLeft(left, reason);
        m_worker.state().observer.accessed(
            {plainAddress(m_peer.address()).to_string(), m_playLine, 200, left.bytes});
    }
    m_place.stream->viewerLeft();
    m_place = {};
    m_tracks.clear();
    m_session.clear();
    m_id = 0;
    m_bytes = 0;
    m_skips = 0;
    m_state = State::Idle;
}

std::string RtspSession::sessionField() const
{
    if (m_state == State::Idle)
        return {};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout()).count();
    return "Session: " + m_session + ";timeout=" + std::to_string(seconds) + "\r\n";
}

std::chrono::milliseconds RtspSession::timeout() const
{
    // Twice: clients remind us of themselves at half of it at the latest.
    return std::max<std::chrono::milliseconds>(2 * m_worker.state().config()->viewerTimeout,
                                               std::chrono::seconds(2));
}

void RtspSession::refuse(int status, const std::string &sentence)
{
    const std::string body = sentence.ends_with('\n') ? sentence : sentence + '\n';
    reply(status, "Content-Type: text/plain; charset=utf-8\r\n", body);
}

void RtspSession::reply(int status, const std::string &fields, const std::string &body)
{
    std::string text = rtspReply(status, m_sequence, fields, body);
    if (status >= 400)
        m_worker.state().observer.accessed(
            {plainAddress(m_peer.address()).to_string(), m_line, status, text.size()});
    if (m_closing)
        text.insert(0, stopPlaying());
    send(std::move(text));
}

void RtspSession::send(std::string text)
{
    if (m_state == State::Playing && !playsOverUdp()) {
        if (!m_worker.rtp().say(m_id, std::move(text)))
            close("the viewer kept asking");
        return;
    }
    m_text = std::move(text);
    m_writing = true;
    m_writingSince = Clock::now();
    asio::async_write(m_socket, asio::buffer(m_text),
                      [self = shared_from_this()](const error_code &error, std::size_t) {
                          if (self->m_closed)
                              return;
                          if (error)
                              self->close("the viewer closed the connection");
                          else
                              self->onSent();
                      });
}

void RtspSession::onSent()
{
    m_writing = false;
    if (m_closing) { // closing over bytes that are still coming could cost the viewer the answer
        error_code ignored;
        m_socket.shutdown(tcp::socket::shutdown_send, ignored);
    } else {
        m_writingSince.reset();
    }
    advance();
}

void RtspSession::ended(const std::string &reason)
{
    close(reason);
}

void RtspSession::awaitWritable()
{
    m_socket.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const error_code &error) {
        if (!error && self->m_state == State::Playing)
            self->m_worker.rtp().writable(self->m_id);
    });
}

void RtspSession::heard()
{
    m_heardAt = Clock::now();
}

ViewerReport RtspSession::report() const
{
    const RtpRooms::Totals totals = m_worker.rtp().totals(m_id);
    return {m_id,
            m_name,
            peerName(m_peer),
            m_bytes + totals.bytes,
            m_skips + totals.skips,
            std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - m_joined)};
}

void RtspSession::close(const std::string &reason)
{
    if (std::exchange(m_closed, true))
        return;
    endSession(reason);
    m_timer.cancel();
    // Bytes that are still unread would turn the close into a reset and cost the viewer the end.
    error_code ignored;
    m_socket.shutdown(tcp::socket::shutdown_send, ignored);
    m_socket.read_some(asio::buffer(m_buffer), ignored);
    m_socket.close(ignored);
}

} // namespace aspersor::serve
