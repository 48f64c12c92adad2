// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/answer.h"
#include "core/net/socket.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace aspersor::phone {

/// Why an upload on one connection is over.
struct Ending {
    std::optional<Answer> answer; ///< what the server said, if it said something
    std::string reason;           ///< else: a clause, "the server closed the connection"
    bool stopped = false;         ///< else: because we were told to
};

/// One connection to the server: bytes out, the answer in, whichever comes first.
///
/// Lives on the uploader's thread; blocks, and wakes by `waker`. Every function returns an Ending as soon as
/// the server has answered or gone, since after either there is no use in sending on.
class UploadConnection
{
public:
    /// `waker`, `sentBytes` must outlive it; `sentBytes` counts what the kernel has taken.
    UploadConnection(net::Socket socket, net::Waker &waker, std::stop_token stop,
                     std::atomic<std::uint64_t> &sentBytes);

    /// Sends the parts one after the other. A peer that takes nothing for stallTimeout counts as gone.
    [[nodiscard]] std::optional<Ending> send(std::initializer_list<std::string_view> parts);
    /// Waits until woken (nothing is returned) or until the server answers.
    [[nodiscard]] std::optional<Ending> waitForWork();
    /// Waits for the answer to what has been sent.
    [[nodiscard]] Ending waitForAnswer(std::chrono::milliseconds timeout);

    static constexpr std::chrono::milliseconds stallTimeout{10'000};

private:
    [[nodiscard]] std::optional<Ending> receive();

    net::Socket m_socket;
    net::Waker &m_waker;
    std::stop_token m_stop;
    std::atomic<std::uint64_t> &m_sentBytes;
    AnswerReader m_reader;
};

} // namespace aspersor::phone
