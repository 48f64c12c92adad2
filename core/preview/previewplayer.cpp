// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewplayer.h"

#include "core/feed/packetsink.h"
#include "core/preview/previewpump.h"
#include "core/preview/streamreader.h"

#include <optional>
#include <thread>

namespace aspersor {

namespace {

using Clock = std::chrono::steady_clock;

/// A feed's way into a pump that may die before the feed lets go of it.
class PumpSink final : public PacketSink
{
public:
    explicit PumpSink(std::weak_ptr<PreviewPump> pump) : m_pump(std::move(pump)) {}

    void onDescription(const media::StreamDescription &description) override
    {
        if (const auto pump = m_pump.lock())
            pump->describe(description);
    }
    void onPacket(const media::PacketPtr &packet) override
    {
        if (const auto pump = m_pump.lock())
            pump->push(packet, Clock::now());
    }
    void onAway() override
    {
        if (const auto pump = m_pump.lock())
            pump->setAway();
    }
    void onEnded() override
    {
        if (const auto pump = m_pump.lock())
            pump->setEnded();
    }

private:
    const std::weak_ptr<PreviewPump>
        m_pump; // the feed's thread may be the last to hold it: it owns no thread
};

} // namespace

struct PreviewPlayer::Impl {
    std::shared_ptr<PreviewPump> pump;
    std::shared_ptr<PumpSink> sink;
    bool forAddress = false;
    std::optional<StreamReader> reader;
    std::jthread decoder; // after what it uses: joins first

    explicit Impl(PreviewPlayer &player)
        : pump(std::make_shared<PreviewPump>(
              PreviewPump::Events{[&player] { emit player.pictureReady(); },
                                  [&player](PreviewState state, const std::string &detail) {
                                      emit player.stateChanged(state, QString::fromStdString(detail));
                                  }})),
          sink(std::make_shared<PumpSink>(pump)),
          decoder([works = pump.get()](const std::stop_token &stop) { works->run(stop); })
    {
    }
};

PreviewPlayer::PreviewPlayer() : m_impl(std::make_unique<Impl>(*this))
{
    qRegisterMetaType<PreviewState>();
}

PreviewPlayer::PreviewPlayer(const QString &url) : PreviewPlayer()
{
    m_impl->forAddress = true;
    m_impl->reader.emplace(
        url.toStdString(), m_impl->sink,
        [pump = m_impl->pump.get()](const std::string &reason) { pump->setUnreachable(reason); });
}

PreviewPlayer::~PreviewPlayer()
{
    // The threads end while the object is still whole: they emit its signals.
    m_impl->decoder.request_stop();
    m_impl->reader.reset();
    m_impl->decoder.join();
}

std::shared_ptr<PacketSink> PreviewPlayer::sink() const
{
    return m_impl->forAddress ? nullptr : m_impl->sink;
}

bool PreviewPlayer::takePicture(PreviewPicture &picture)
{
    return m_impl->pump->takePicture(picture);
}

qint64 PreviewPlayer::readSound(char *into, qint64 size, std::chrono::microseconds delay)
{
    constexpr qint64 frameBytes = soundChannels * qint64{sizeof(std::int16_t)};
    const qint64 whole = size > 0 ? size - size % frameBytes : 0;
    // Audio devices hand out buffers made for their samples.
    m_impl->pump->readSound(
        {reinterpret_cast<std::int16_t *>(into), static_cast<std::size_t>(whole) / sizeof(std::int16_t)},
        delay, Clock::now());
    return whole;
}

void PreviewPlayer::setSoundDevice(bool present)
{
    m_impl->pump->setSoundDevice(present);
}

PreviewPlayer::Level PreviewPlayer::takeLevel()
{
    const SoundBuffer::Peaks peaks = m_impl->pump->takeLevel();
    return {peaks.left, peaks.right};
}

bool PreviewPlayer::hasVideo() const
{
    return m_impl->pump->hasVideo();
}

PreviewState PreviewPlayer::state() const
{
    return m_impl->pump->state();
}

QString PreviewPlayer::stateDetail() const
{
    return QString::fromStdString(m_impl->pump->stateDetail());
}

} // namespace aspersor
