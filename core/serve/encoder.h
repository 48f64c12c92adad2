// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/encoding.h"
#include "core/media/transcoder.h"
#include "core/serve/config.h"
#include "core/serve/encoderqueue.h"
#include "core/serve/observer.h"
#include "core/serve/openerror.h"
#include "core/serve/stream.h"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::serve {

/// True when the stream is made by an encoder, not by a copy.
[[nodiscard]] bool needsEncoder(const StreamSpec &spec);

/// What an encoder is made for.
struct EncoderSetup {
    std::string feed; ///< its name
    media::Encoding encoding;
    media::StreamDescription description; ///< of the feed
    std::vector<media::Packet> newestGop; ///< of the feed
    RingLimits ring;                      ///< of each stream
    std::size_t workers = 1;
    EncoderQueueLimits queue = {};
};

/// Makes the packets of one feed anew, for all streams of that feed with the same encoding.
///
/// Runs on a thread of its own with a lower priority than all else, from the first viewer until some time
/// after the last. Public functions may be called from any thread and never wait for the codecs: what is
/// published goes into a bounded queue, and when the encoder cannot keep up, it is the one who goes without.
class Encoder final : private media::TranscoderOutput
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    /// Called on the encoder's thread: ask again.
    using Ready = std::function<void()>;

    Encoder(EncoderSetup setup, StreamListener &listener, Observer &observer);
    ~Encoder() override; ///< ends the streams and joins: waits for a picture that is being encoded

    [[nodiscard]] const media::Encoding &encoding() const { return m_setup.encoding; }

    // ---- the feed's side

    void describe(const media::StreamDescription &description);
    void publish(const media::Packet &packet, TimePoint now);
    /// The streams are sent what is left and end; so does the thread.
    void end(const std::string &reason);
    /// Another configuration is in force, see Feed::endChanged().
    void endChanged(const Config &config);

    // ---- viewers

    /// The stream of that name, running, with one more in its count of viewers. OpenError::starting: it is
    /// not there yet, and `ready` will be called. Nothing: this encoder is at its end, another is needed.
    [[nodiscard]] std::optional<tl::expected<std::shared_ptr<Stream>, OpenError>>
    open(const std::string &streamName, const StreamSpec &spec, Ready ready);

    /// Ends streams that nobody has watched for `linger`, and the thread after the last of them; says in the
    /// log when the encoder falls behind.
    void tick(TimePoint now, std::chrono::milliseconds linger);
    /// True when it is over, and its refusal (if it is one) has been remembered for long enough.
    [[nodiscard]] bool over() const;
    /// True when its thread has ended: the destructor does not wait.
    [[nodiscard]] bool done() const { return m_done; }
    void report(std::vector<StreamReport> &streams, TimePoint now) const;

private:
    struct Seat {
        std::shared_ptr<Stream> stream;
        TimePoint idleSince{};
        bool idle = false;
        bool closing = false; ///< the thread ends it
        std::string why = "nobody watches";
    };
    struct Join {
        std::string name;
        StreamSpec spec;
        std::vector<Ready> waiting;
    };
    struct Refusal {
        std::string name; // of the stream; empty: of all
        std::string reason;
        TimePoint at{}; // the first tick after it
    };

    void run();
    [[nodiscard]] Result<void> work();
    [[nodiscard]] std::optional<EncoderQueue::Item> awaitWork();
    [[nodiscard]] Result<void> handle(const EncoderQueue::Item &item);
    void closeIdle();
    void admitJoins();
    void endStreams(const std::string &reason);
    void dropEnded();
    void noteProgress();
    void described(const media::StreamDescription &description) override;
    void made(const media::Packet &packet) override;
    [[nodiscard]] OpenError refusalOf(const StreamSpec &spec, const std::string &reason) const;
    void tellOfLoad(const ShedState &state);

    const EncoderSetup m_setup;
    StreamListener &m_listener;
    Observer &m_observer;

    // The thread's own.
    std::unique_ptr<media::Transcoder> m_transcoder;
    media::StreamDescription m_output;

    mutable std::mutex m_mutex;
    std::condition_variable m_wake;
    EncoderQueue m_queue; // guarded by m_mutex, as all below
    std::vector<Seat>
        m_seats; // grown and shrunk by the thread only, which may read `stream` without the lock
    std::vector<Join> m_joins;
    std::vector<Refusal> m_refusals;  // of the last seconds
    std::optional<std::string> m_end; // why; then nothing more is opened
    TimePoint m_emptySince{};
    bool m_empty = false;
    EncoderReport m_report; // what the thread knows of it
    std::uint64_t m_picturesBefore = 0;
    TimePoint m_measuredAt{};
    ShedState m_told; // that the log knows of

    std::atomic<bool> m_done = false;
    std::jthread m_thread; // last: runs at once
};

} // namespace aspersor::serve
