// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"
#include "core/serve/feed.h"
#include "core/serve/pastquery.h"
#include "core/serve/place.h"
#include "core/serve/replay.h"
#include "core/serve/router.h"
#include "core/serve/serverstate.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace aspersor::serve {

class Worker;

/// A connection until its request has been answered or has made it a viewer.
///
/// Lives on its worker's thread; kept alive by what it waits for.
class Session final : public std::enable_shared_from_this<Session>
{
public:
    Session(Worker &worker, boost::asio::ip::tcp::socket socket, Booking<int> connection);
    void start();

private:
    void read();
    void onRead(std::size_t count);
    void decide(std::span<const std::uint8_t> rest);
    void answerFeeder(const std::string &feed);
    [[nodiscard]] bool refuseSecond(const std::string &feed);
    void upload(const std::string &feed, std::span<const std::uint8_t> rest);
    void open(const StreamRequest &request);
    void openSnapshot(const Feed &feed, const StreamRequest &request);
    [[nodiscard]] Encoder::Ready again(const StreamSpec &spec, std::function<void(Session &)> then);
    void refuseOrWait(const NoPlace &why);
    void answerStatus(const StatusRequest &request);
    [[nodiscard]] bool mayHaveOneMore(const Config &config);
    void answerRtsp(const RtspHint &request);
    [[nodiscard]] std::optional<ReplayOrder> replayFor(const StreamRequest &request,
                                                       const PastPoint &point) const;
    void beginReplay(const ReplayOrder &order);
    void admitReplay(tl::expected<std::shared_ptr<Stream>, OpenError> stream, std::int64_t bits);
    void admit(Place place, media::Ticks back);
    void answer(const Answer &answer);
    void send(std::string text);
    void linger();
    void drain();
    void arm(std::chrono::milliseconds timeout, void (Session::*then)());
    void onHeadTimeout();
    void onEncoderTimeout();
    void close();

    Worker &m_worker;
    boost::asio::ip::tcp::socket m_socket;
    boost::asio::ip::tcp::endpoint m_peer;
    Booking<int> m_connection;
    Booking<int> m_viewer; // while a replay is being opened
    std::optional<std::chrono::milliseconds> m_maxTime;
    boost::asio::steady_timer m_timer;
    std::unique_ptr<net::RequestParser> m_parser = std::make_unique<net::RequestParser>();
    std::array<std::uint8_t, 2048> m_buffer{};
    std::string m_text; // the answer
    std::string m_requestLine;
    int m_status = 0;
    bool m_headOnly = false;
    bool m_awaitsEncoder = false;
    bool m_wantsHtml = false; // a person's browser
    std::size_t m_drained = 0;
};

} // namespace aspersor::serve
