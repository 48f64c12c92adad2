// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/rtspparser.h"
#include "core/serve/place.h"
#include "core/serve/rtprooms.h"
#include "core/serve/rtsproute.h"
#include "core/serve/serverstate.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace aspersor::serve {

class Worker;

/// An RTSP connection, and the one session that it may have.
///
/// A session ends with its connection, by TEARDOWN, with the stream, or when a viewer over UDP gives no sign
/// of life for the session's time-out. Lives on its worker's thread; kept alive by what it waits for.
class RtspSession final : public std::enable_shared_from_this<RtspSession>, public RtpPlayer
{
public:
    RtspSession(Worker &worker, boost::asio::ip::tcp::socket socket, Booking<int> connection);
    ~RtspSession() override;
    void start();

    void ended(const std::string &reason) override;
    void awaitWritable() override;
    void heard() override;
    [[nodiscard]] ViewerReport report() const override;

private:
    using Clock = std::chrono::steady_clock;
    enum class State { Idle, Ready, Playing }; ///< RFC 2326, A.2; Idle: there is no session

    void read();
    void advance();
    void tick();
    void watch();
    void obey(const net::RtspRequest &request);
    void describe(const net::RtspRequest &request);
    void describeStream(const StreamRequest &stream, const std::string &authority);
    void setUp(const net::RtspRequest &request);
    [[nodiscard]] bool takePlaceAt(const StreamRequest &stream);
    void play(const net::RtspRequest &request);
    void pause();
    void tearDown();

    void reply(int status, const std::string &fields = {}, const std::string &body = {});
    void refuse(int status, const std::string &sentence);
    void refuse(const Answer &answer) { refuse(answer.status, answer.body); }
    void send(std::string text);
    void onSent();

    [[nodiscard]] std::optional<RtspTarget> target(const net::RtspRequest &request);
    [[nodiscard]] bool playsOverUdp() const;
    [[nodiscard]] std::string addressOf(std::string authority) const;
    [[nodiscard]] std::string sessionField() const;
    [[nodiscard]] std::string transportField(const RtspTransport &transport) const;
    [[nodiscard]] std::chrono::milliseconds timeout() const;
    [[nodiscard]] RtpPlan plan();
    [[nodiscard]] std::string stopPlaying();
    void endSession(const std::string &reason);
    void close(const std::string &reason);

    Worker &m_worker;
    boost::asio::ip::tcp::socket m_socket;
    boost::asio::ip::tcp::endpoint m_peer;
    boost::asio::ip::address m_local;
    Booking<int> m_connection;
    boost::asio::steady_timer m_timer;
    net::RtspParser m_parser;
    std::array<std::uint8_t, 2048> m_buffer{};
    std::span<const std::uint8_t> m_unread; // in m_buffer
    std::string m_text;                     // is being written
    bool m_writing = false;
    bool m_closing = false; // after what is being written
    bool m_closed = false;
    std::string m_sequence; // CSeq of the request that is answered
    std::string m_line;     // of the same, for the log
    Clock::time_point m_heardAt{};
    std::optional<Clock::time_point> m_requestSince; // begun, not whole
    std::optional<Clock::time_point> m_writingSince;
    std::optional<Clock::time_point> m_awaitsEncoderSince; // the answer to DESCRIBE

    State m_state = State::Idle;
    std::string m_session; // its number
    std::string m_name;    // of the stream
    Place m_place;
    std::vector<std::optional<RtspTransport>> m_tracks;
    UdpPair *m_udp = nullptr;
    std::uint64_t m_id = 0; // as a viewer; 0: it has not played
    std::string m_playLine; // for the log
    Clock::time_point m_joined{};
    std::uint64_t m_bytes = 0; // of before a PAUSE
    std::uint32_t m_skips = 0;
};

} // namespace aspersor::serve
