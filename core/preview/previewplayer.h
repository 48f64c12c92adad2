// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"

#include <QByteArray>
#include <QMetaType>
#include <QObject>
#include <QString>
#include <memory>

namespace aspersor {

class PacketSink;

/// A decoded picture, planar YUV 4:2:0 (8 bit), ready to show now. Shared, not copied.
struct PreviewPicture {
    int width = 0;
    int height = 0;
    int lineSize[3] = {0, 0, 0};         ///< bytes from line to line of each plane
    std::shared_ptr<const void> owner;   ///< keeps the planes alive
    const quint8 *plane[3] = {nullptr, nullptr, nullptr};
};

/// Decodes one feed for the operator: pictures and sound, in step.
///
/// Lives in the GUI thread and owns a decoding thread. Late is dropped, never queued: the player stays within
/// about a quarter of a second of live. Sound is 48 kHz, 2 channels, signed 16 bit, pulled with readSound().
class PreviewPlayer final : public QObject
{
    Q_OBJECT

public:
    static constexpr int soundRate = 48'000;
    static constexpr int soundChannels = 2;

    /// Plays packets handed to sink() (from the feed's thread).
    PreviewPlayer();
    /// Plays a stream's address, as a viewer would.
    explicit PreviewPlayer(const QString &url);
    ~PreviewPlayer() override; ///< stops and joins; never waits for the network

    /// The entrance for a feed's packets; outlives the player safely. Null for a player of an address.
    [[nodiscard]] std::shared_ptr<PacketSink> sink() const;

    /// The newest picture that is due; nothing when there is no newer one than at the last call. Any thread.
    [[nodiscard]] bool takePicture(PreviewPicture &picture);
    /// Fills `into` with sound, silence where there is none. From the audio device's thread. Returns bytes written
    /// (always `size`). The position of the sound read is the clock that pictures follow.
    qint64 readSound(char *into, qint64 size);
    /// Without an audio device nobody calls readSound(): then pictures follow the system's clock.
    void setSoundDevice(bool present);

    /// Peak of each channel since the last call, 0 to 1, for the level meter. Any thread.
    struct Level { float left = 0; float right = 0; };
    [[nodiscard]] Level takeLevel();

signals:
    void pictureReady();                     ///< at most once per due picture
    void stateChanged(const QString &reason); ///< empty: playing; else why nothing is shown (English clause)

private:
    struct Impl;
    std::shared_ptr<Impl> m_impl;
};

} // namespace aspersor
