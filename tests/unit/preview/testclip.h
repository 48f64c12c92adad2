// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"

#include <QByteArray>
#include <QStringList>
#include <utility>
#include <vector>

namespace aspersor::testing {

/// A clip's packets with the description that holds for each.
struct Clip {
    struct Entry {
        media::PacketPtr packet;
        std::shared_ptr<const media::StreamDescription> description;
    };
    std::vector<Entry> entries; // in the order of the container
};

/// What the ffmpeg program makes of `arguments` as MPEG-TS; empty when it fails (or is not installed).
[[nodiscard]] QByteArray makeTransportStream(const QStringList &arguments);
/// testsrc2 and a 440 Hz tone.
[[nodiscard]] QByteArray makeTestStream(double seconds, const QString &size = QStringLiteral("320x180"),
                                        int soundRate = 48'000, bool video = true, bool sound = true);
/// A white flash of 100 ms and a beep of 100 ms at each full second (not at 0), else black and silent.
[[nodiscard]] QByteArray makeFlashAndBeepStream(int seconds);

[[nodiscard]] Clip demux(const QByteArray &transportStream);
/// `second` after `first`, its timestamps moved behind those of `first`.
[[nodiscard]] Clip joined(const Clip &first, const Clip &second);

} // namespace aspersor::testing
