// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>

namespace aspersor::serve {

/// Says when news of a stream is written to its viewers, so that one write carries more than one picture.
///
/// What fan-out costs is the number of writes. A clock that ticks in its own time makes every picture wait,
/// half a tick on average; here writes keep step with the pictures: one that can wait for the next within the
/// budget does, and the last of a group goes at once. Sound rides along. Pure: the caller passes the time.
class Gathering
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Duration = TimePoint::duration;

    /// There is news; `picture`: with a picture in it. Returns when all that is new is to be written: not
    /// later than `now` means at once.
    [[nodiscard]] TimePoint news(TimePoint now, bool picture, std::chrono::milliseconds budget);
    /// It is being written.
    void written(TimePoint now);

private:
    static constexpr TimePoint never = TimePoint::max();

    TimePoint m_due = never;
    TimePoint m_firstAt{};     // of the pictures that wait
    TimePoint m_lastPicture{}; // arrived
    Duration m_spacing{0};     // of pictures, smoothed; 0: not known
    int m_waiting = 0;         // pictures
    int m_pairs = 0;           // written since a picture that could have waited did not
    bool m_late = false;       // the picture that was waited for did not come in time
};

} // namespace aspersor::serve
