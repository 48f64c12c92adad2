// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMediaDevices>
#include <QObject>
#include <QTimer>
#include <memory>

class QAudioSink;

namespace aspersor {

class PreviewPlayer;

/// Plays a PreviewPlayer's sound on the system's output device.
///
/// No device is not an error: the player is told, and its pictures follow the wall clock. When the device
/// goes away or another becomes the default, it moves on by itself. GUI thread; the device may read on one of
/// its own.
class SoundOutput final : public QObject
{
    Q_OBJECT

public:
    explicit SoundOutput(QObject *parent = nullptr);
    ~SoundOutput() override;

    /// Plays `player` from now on; null: silence, and the device is closed. The player must not die before
    /// the next call.
    void setPlayer(PreviewPlayer *player);
    /// 0 to 1, linear.
    void setGain(float gain);
    [[nodiscard]] bool hasDevice() const { return m_sink != nullptr; }

signals:
    void deviceChanged(bool present); ///< only while there is a player

private:
    class Puller;

    void open();
    void close();
    void sinkStopped();
    void tell();

    QMediaDevices m_devices;
    QByteArray m_deviceId; // of the open device
    QTimer m_retry;
    PreviewPlayer *m_player = nullptr;
    float m_gain = 1.0F;
    std::unique_ptr<Puller> m_puller; // outlives m_sink, which reads from it
    std::unique_ptr<QAudioSink> m_sink;
};

} // namespace aspersor
