// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/soundoutput.h"

#include "core/preview/previewplayer.h"

#include <QAudioDevice>
#include <QAudioFormat>
#include <QAudioSink>
#include <QIODevice>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>

namespace aspersor {

namespace {

using namespace std::chrono_literals;

constexpr qint64 bytesPerSecond = qint64{PreviewPlayer::soundRate} * PreviewPlayer::soundChannels * 2;
constexpr qsizetype bufferBytes = bytesPerSecond * 80 / 1000; // 80 ms: survives a busy desktop, is soon heard
constexpr auto retryAfter = 2s;

QAudioFormat format()
{
    QAudioFormat format;
    format.setSampleRate(PreviewPlayer::soundRate);
    format.setChannelCount(PreviewPlayer::soundChannels);
    format.setSampleFormat(QAudioFormat::Int16);
    return format;
}

} // namespace

/// What the device pulls from.
class SoundOutput::Puller final : public QIODevice
{
public:
    explicit Puller(PreviewPlayer &player) : m_player(player) { open(ReadOnly | Unbuffered); }

    /// The device's buffer as it was granted.
    void setDeviceBuffer(qint64 bytes) { m_deviceBuffer = bytes; }

    [[nodiscard]] bool isSequential() const override { return true; }
    [[nodiscard]] qint64 bytesAvailable() const override { return std::numeric_limits<int>::max(); }

protected:
    qint64 readData(char *data, qint64 size) override
    {
        // The device fills its buffer up: what it does not ask for now is what it still has to play.
        const qint64 waiting = std::max<qint64>(0, m_deviceBuffer - size);
        return m_player.readSound(data, size,
                                  std::chrono::microseconds(waiting * 1'000'000 / bytesPerSecond));
    }
    qint64 writeData(const char * /*data*/, qint64 /*size*/) override { return -1; }

private:
    PreviewPlayer &m_player;
    std::atomic<qint64> m_deviceBuffer = bufferBytes; // the device may read on its own thread
};

SoundOutput::SoundOutput(QObject *parent) : QObject(parent)
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryAfter);
    connect(&m_retry, &QTimer::timeout, this, &SoundOutput::open);
    connect(&m_devices, &QMediaDevices::audioOutputsChanged, this, [this] {
        if (m_sink && QMediaDevices::defaultAudioOutput().id() == m_deviceId)
            return;
        close();
        open();
    });
}

SoundOutput::~SoundOutput()
{
    close();
}

void SoundOutput::setPlayer(PreviewPlayer *player)
{
    close();
    m_player = player;
    open();
}

void SoundOutput::setGain(float gain)
{
    m_gain = gain;
    if (m_sink)
        m_sink->setVolume(gain);
}

void SoundOutput::open()
{
    m_retry.stop();
    if (!m_player || m_sink)
        return;
    const QAudioDevice device = QMediaDevices::defaultAudioOutput();
    if (!device.isNull() && device.isFormatSupported(format())) {
        m_deviceId = device.id();
        m_puller = std::make_unique<Puller>(*m_player);
        m_sink = std::make_unique<QAudioSink>(device, format());
        m_sink->setBufferSize(bufferBytes);
        m_sink->setVolume(m_gain);
        m_sink->start(m_puller.get());
        if (m_sink->error() == QAudio::NoError) {
            m_puller->setDeviceBuffer(m_sink->bufferSize());
            // Queued: a sink must not be deleted in its own signal.
            connect(m_sink.get(), &QAudioSink::stateChanged, this, &SoundOutput::sinkStopped,
                    Qt::QueuedConnection);
        } else {
            close();
            m_retry.start();
        }
    }
    tell();
}

void SoundOutput::close()
{
    m_retry.stop();
    if (m_sink) {
        m_sink->disconnect(this);
        m_sink->stop();
        m_sink.reset();
    }
    m_puller.reset();
    m_deviceId.clear();
}

void SoundOutput::sinkStopped()
{
    if (!m_sink || m_sink->state() != QAudio::StoppedState)
        return;
    close(); // the device is gone
    tell();
    m_retry.start();
}

void SoundOutput::tell()
{
    if (!m_player)
        return;
    m_player->setSoundDevice(hasDevice());
    emit deviceChanged(hasDevice());
}

} // namespace aspersor
