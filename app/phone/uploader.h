// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/feedurl.h"
#include "app/phone/outbox.h"
#include "app/phone/uploadconnection.h"
#include "core/net/socket.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace aspersor::phone {

/// Sends one feed, and keeps sending it as a phone does: through broken connections, with a growing back-off.
///
/// Owns its thread. status() may be read from any thread; `say` and `ended` are called on the uploader's.
class Uploader
{
public:
    enum class State {
        Connecting,
        Sending,
        Waiting, ///< between two attempts
        Done,    ///< all was sent and the server took it
        Refused, ///< the server will not have the feed, now or later
        Failed,  ///< the source ended while there was no connection
    };
    struct Status {
        State state = State::Connecting;
        std::uint64_t sentBytes = 0;
        std::uint64_t droppedBytes = 0;
        unsigned reconnects = 0; ///< connections after the first one that carried something
    };
    enum class Mode { LongPost, PutSegments };
    using Say = std::function<void(const std::string &feed, const std::string &sentence)>;

    Uploader(FeedUrl url, Mode mode, const std::string &key, Say say, std::function<void()> ended);
    Uploader(const Uploader &) = delete;
    Uploader &operator=(const Uploader &) = delete;
    ~Uploader(); ///< abandons what has not been sent, and joins

    void start(); ///< call once
    /// Where the recorder puts what it makes. After its finish() the upload ends properly by itself.
    [[nodiscard]] Outbox &outbox() { return m_outbox; }
    void abandon(); ///< ends at once, whatever is still to be sent
    [[nodiscard]] Status status() const;
    [[nodiscard]] std::string name() const { return m_url.name(); }

private:
    void run(const std::stop_token &stop);
    void noteConnected();
    [[nodiscard]] Ending postAll(UploadConnection &connection);
    [[nodiscard]] Ending putAll(UploadConnection &connection);
    [[nodiscard]] std::string head(std::string_view method, const std::string &target,
                                   std::string_view framing) const;
    enum class Next { GoOn, TryAgain, Stop };
    /// Judges how a connection ended, and tells the user; `wait` is the time before the next attempt.
    [[nodiscard]] Next judge(const Ending &ending, std::chrono::milliseconds &wait);
    [[nodiscard]] Next judge(const Answer &answer, std::chrono::milliseconds &wait);
    void waitBeforeRetry(std::chrono::milliseconds time, const std::stop_token &stop);
    void setState(State state) { m_state = state; }

    const FeedUrl m_url;
    const Mode m_mode;
    const std::string m_authorization; // a whole header line, or empty
    const Say m_say;
    const std::function<void()> m_ended;
    net::Waker m_waker;     // there is something in the outbox, or we were told to stop
    net::Waker m_stopWaker; // we were told to stop
    Outbox m_outbox;
    std::atomic<State> m_state = State::Connecting;
    std::atomic<std::uint64_t> m_sentBytes = 0;
    std::atomic<unsigned> m_connections = 0;
    unsigned m_segment = 0; // the uploader's thread only: number of the next segment to PUT
    std::jthread m_thread;  // last member: joins before the others go
};

} // namespace aspersor::phone
