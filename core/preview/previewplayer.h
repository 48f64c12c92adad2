// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <QObject>
#include <QString>
#include <chrono>
#include <memory>

namespace aspersor {

class PacketSink;

/// A decoded picture, planar YUV 4:2:0 (8 bit), ready to show now. Shared, not copied.
struct PreviewPicture {
    int width = 0;
    int height = 0;
    int lineSize[3] = {0, 0, 0}; ///< bytes from line to line of each plane
    const quint8 *plane[3] = {nullptr, nullptr, nullptr};
    std::shared_ptr<const void> owner; ///< keeps the planes alive
    int aspectNum = 0; ///< display aspect ratio of the whole picture; never 0 in a real picture
    int aspectDen = 1;
    bool fullRange = false; ///< luma 0 to 255, not 16 to 235
    bool bt709 = false;     ///< ITU-R BT.709 matrix, not BT.601
    qint64 pts = 0;         ///< 90 kHz ticks of the feed's own time
};

/// Why a preview shows what it shows. The texts for people are the UI's.
enum class PreviewState {
    Waiting,     ///< nothing has come yet, or nothing comes for the moment
    Playing,     ///< pictures or sound are coming out
    Away,        ///< the publisher broke off; the feed may go on
    Ended,       ///< the feed has ended: nothing more comes from this player
    Unreachable, ///< an address: cannot be opened; tried again by itself
    Undecodable, ///< no decoder for what comes
};

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
