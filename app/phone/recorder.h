// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/mediasource.h"
#include "app/phone/segmenter.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

namespace aspersor::phone {

class Outbox;

/// The phone's camera: plays a source in real time, cuts it into blocks and hands them to every feed that
/// sends it.
///
/// Owns its thread. The outboxes must outlive it; each is finished when the source has ended, however it did.
class Recorder
{
public:
    struct Cut {
        std::chrono::milliseconds segment{2000};
        std::optional<std::chrono::milliseconds> chunk;    ///< set: hand on what there is this often
        std::optional<std::chrono::milliseconds> duration; ///< end after that time
    };
    /// `ended` is called once, on the recorder's thread, with an empty string or a sentence on what failed.
    using Ended = std::function<void(const std::string &failure)>;

    Recorder(std::unique_ptr<MediaSource> source, const Cut &cut, std::vector<Outbox *> outboxes,
             Ended ended);
    Recorder(const Recorder &) = delete;
    Recorder &operator=(const Recorder &) = delete;
    ~Recorder(); ///< stops and joins

    void start();
    void stop(); ///< ends the recording; what was made is still handed on

private:
    using Clock = std::chrono::steady_clock;

    void run(const std::stop_token &stop);
    [[nodiscard]] Result<void> record(const std::stop_token &stop);
    [[nodiscard]] Result<void> flushIfDue();
    void handOn(const Block &block);
    /// Waits until then, flushing in between when it is due; false when stopped.
    [[nodiscard]] Result<bool> waitUntil(Clock::time_point when, const std::stop_token &stop);

    const std::unique_ptr<MediaSource> m_source;
    const Cut m_cut;
    const std::vector<Outbox *> m_outboxes;
    const Ended m_ended;
    std::unique_ptr<Segmenter> m_segmenter;
    Clock::time_point m_nextFlush{};
    std::mutex m_mutex; // only for m_wait: nothing is shared
    std::condition_variable_any m_wait;
    std::jthread m_thread; // last member: joins before the others go
};

} // namespace aspersor::phone
