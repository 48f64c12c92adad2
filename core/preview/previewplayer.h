// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/preview/previewpicture.h"
#include "core/preview/previewstate.h"

#include <QMetaType>
#include <QObject>
#include <QString>
#include <chrono>
#include <memory>

namespace aspersor {

class PacketSink;

/// Decodes one feed for the operator: pictures and sound, in step.
///
/// Lives in the GUI thread and owns a decoding thread (and a reading one for an address). Late is dropped,
/// never queued: the player stays within about a quarter of a second of live, plus the length of the pieces
/// in which a phone sends (see PreviewClock). Sound is 48 kHz, 2 channels, signed 16 bit, pulled by
/// readSound().
class PreviewPlayer final : public QObject
{
    Q_OBJECT

public:
    static constexpr int soundRate = 48'000;
    static constexpr int soundChannels = 2;

    /// Plays packets handed to sink() (from the feed's thread).
    PreviewPlayer();
    /// Plays a stream's address, as a viewer would; connects again by itself when it breaks off.
    explicit PreviewPlayer(const QString &url);
    ~PreviewPlayer() override; ///< stops and joins; never waits for the network

    /// The entrance for a feed's packets; may be called when the player is gone. Null for a player of an
    /// address.
    [[nodiscard]] std::shared_ptr<PacketSink> sink() const;

    /// The newest picture that is due; false when there is no newer one than at the last call. Any thread.
    [[nodiscard]] bool takePicture(PreviewPicture &picture);

    /// Fills `into` with sound, silence where there is none. Returns bytes written: `size` down to a whole
    /// sample of both channels. From the audio device's thread. What is read is heard `delay` later (what the
    /// device has in its buffer): it is the clock that pictures follow.
    qint64 readSound(char *into, qint64 size, std::chrono::microseconds delay = {});
    /// Without an audio device nobody calls readSound(): then pictures follow the system's clock. Any thread.
    void setSoundDevice(bool present);

    /// Peak of each channel since the last call, 0 to 1, for the level meter. Any thread.
    struct Level {
        float left = 0;
        float right = 0;
    };
    [[nodiscard]] Level takeLevel();

    [[nodiscard]] bool hasVideo() const;       ///< as far as is known. Any thread
    [[nodiscard]] PreviewState state() const;  ///< any thread
    [[nodiscard]] QString stateDetail() const; ///< English clause, for a tooltip; may be empty. Any thread

signals:
    /// A picture is due: takePicture(). Not emitted again before that one has been taken (or replaced by
    /// takePicture() of a newer one), so that a slow window drops pictures and gathers no events.
    void pictureReady();
    void stateChanged(aspersor::PreviewState state, const QString &detail);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace aspersor

Q_DECLARE_METATYPE(aspersor::PreviewState)
