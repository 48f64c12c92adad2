// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aspersor::serve {

enum class FeedState { Live, Away, Ended };
[[nodiscard]] const char *toString(FeedState state); ///< "live", "away", "ended"

enum class LogLevel { Info, Warning, Error };

/// How a stream's tracks are made anew.
struct EncoderReport {
    std::string video = {}; ///< the encoder's name; empty: copied or left out
    int width = 0;
    int height = 0;
    std::string audio = {};
    double picturesPerSecond = 0; ///< as measured
    std::uint64_t pictures = 0;   ///< encoded
    std::uint64_t leftOut = 0;    ///< pictures that there was no time for
    std::uint64_t errors = 0;     ///< packets that could not be decoded
    std::uint64_t shedCount = 0;  ///< times that it fell too far behind
    bool paused = false;          ///< it was too much for the machine and rests
    /// How long it has not kept up; nothing while it does.
    std::optional<std::chrono::milliseconds> shedFor = {};

    bool operator==(const EncoderReport &) const = default;
};

/// One stream in a report.
struct StreamReport {
    std::string name;
    std::string format;
    int viewers = 0;
    std::uint64_t bytes = 0;        ///< sent to viewers
    std::uint64_t skips = 0;        ///< times that a slow viewer was moved on
    std::int64_t bitsPerSecond = 0; ///< of the stream itself
    std::size_t ringBytes = 0;
    std::string title = {};                    ///< of its metadata; may be empty
    std::optional<EncoderReport> encoder = {}; ///< nothing: the stream is copied

    bool operator==(const StreamReport &) const = default;
};

/// One feed in a report.
struct FeedReport {
    std::string name;
    FeedState state = FeedState::Live;
    std::vector<std::string> tracks; ///< "h264 1280x720"
    std::vector<StreamReport> streams;

    bool operator==(const FeedReport &) const = default;
};

/// One viewer, in a report or as it comes and goes.
struct ViewerReport {
    std::uint64_t id = 0;
    std::string stream;
    std::string address; ///< "IP:PORT"
    std::uint64_t bytes = 0;
    std::uint32_t skips = 0;
    std::chrono::milliseconds age{0};
};

/// One answered request, for the access log.
struct AccessReport {
    std::string address; ///< without the port
    std::string requestLine;
    int status = 0;
    std::uint64_t bytes = 0;
};

/// Is told what happens in the server. Called from any of its threads, some with a lock held: must be
/// thread-safe, quick, and not call back.
class Observer
{
public:
    Observer() = default;
    Observer(const Observer &) = delete;
    Observer &operator=(const Observer &) = delete;
    virtual ~Observer() = default;

    virtual void feedChanged(const std::string &name, FeedState state) = 0;
    virtual void viewerJoined(const ViewerReport &viewer) = 0;
    virtual void viewerLeft(const ViewerReport &viewer, const std::string &reason) = 0;
    virtual void accessed(const AccessReport &access) = 0;
    virtual void log(LogLevel level, const std::string &text) = 0;
};

} // namespace aspersor::serve
