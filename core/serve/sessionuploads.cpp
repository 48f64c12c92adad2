// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/ffm.h"
#include "core/media/ffmheader.h"
#include "core/serve/feederheader.h"
#include "core/serve/feedport.h"
#include "core/serve/session.h"
#include "core/serve/worker.h"

#include <chrono>

namespace aspersor::serve {

namespace {

constexpr int maxUploads = 256;

} // namespace

bool Session::refuseSecond(const std::string &feed)
{
    const auto there = m_worker.feeds().find(feed);
    if (!there || !there->taken(std::chrono::steady_clock::now()))
        return false;
    answer(errorAnswer(409,
                       "Another upload is on the air as " + feed + "; end it first, or choose another name.",
                       std::string(retryLater)));
    return true;
}

/// A block of FFM with nothing but a header, as the original had it; then the feeder closes, and uploads.
void Session::answerFeeder(const std::string &feed)
{
    if (refuseSecond(feed))
        return;
    const auto header = media::ffmHeaderBytes(feederHeader(*m_worker.state().config(), feed));
    if (!header) {
        answer(errorAnswer(500, header.error().message));
        return;
    }
    m_status = 200;
    std::string text = "HTTP/1.0 200 OK\r\nPragma: no-cache\r\nContent-Type: ";
    text.append(media::ffmContentType).append("\r\n\r\n");
    if (!m_headOnly)
        text.append(header->begin(), header->end());
    send(std::move(text));
}

/// Hands the connection to a thread of its own, which pulls the body; not before it is sure that it is
/// wanted.
void Session::upload(const std::string &feed, std::span<const std::uint8_t> rest)
{
    ServerState &state = m_worker.state();
    if (refuseSecond(feed))
        return;
    Booking<int> place(state.uploads, 1);
    if (state.uploads > maxUploads) {
        answer(errorAnswer(503, "All " + std::to_string(maxUploads) + " places for uploads are taken.",
                           std::string(retryLater)));
        return;
    }
    m_timer.cancel();
    boost::system::error_code error;
    const int descriptor = m_socket.release(error);
    if (error) {
        close();
        return;
    }
    m_status = 200; // whatever it will be: the session's part is over
    m_worker.fanOut().sources().feedPort.adopt({net::Socket(descriptor),
                                                std::move(m_parser),
                                                {rest.begin(), rest.end()},
                                                feed,
                                                plainAddress(m_peer.address()).to_string(),
                                                std::move(m_requestLine),
                                                std::move(m_connection),
                                                std::move(place)});
}

} // namespace aspersor::serve
