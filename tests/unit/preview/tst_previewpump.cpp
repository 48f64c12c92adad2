// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewpump.h"
#include "testclip.h"

#include <QTest>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

using namespace aspersor;
using namespace aspersor::testing;
using namespace std::chrono_literals;

using TimePoint = PreviewPump::TimePoint;

namespace {

/// A pump whose feed, window and sound device live by a clock of the test's.
class Rig
{
public:
    struct Shown {
        double at = 0; // s since the start
        PreviewPicture picture;
    };

    explicit Rig(bool soundDevice) : device(soundDevice) { pump.setSoundDevice(soundDevice); }

    void describe(const Clip::Entry &entry)
    {
        if (description == entry.description)
            return;
        description = entry.description;
        pump.describe(*description);
    }

    void push(const Clip::Entry &entry)
    {
        describe(entry);
        pump.push(entry.packet, now);
    }

    void advance(std::chrono::milliseconds time)
    {
        for (const TimePoint until = now + time; now < until; now += 1ms) {
            settle();
            PreviewPicture picture;
            if (pump.takePicture(picture))
                shown.push_back({seconds(), std::move(picture)});
            if (device && elapsed().count() % 10 == 0) { // a device with 20 ms in its buffer reads each 10 ms
                std::vector<std::int16_t> block(480 * 2);
                pump.readSound(block, 20ms, now);
                sound.insert(sound.end(), block.begin(), block.end());
            }
        }
    }

    /// Sends a clip as evenly as its timestamps ask.
    void play(const Clip &clip)
    {
        const TimePoint began = now;
        const media::Ticks first = clip.entries.front().packet->dts;
        for (const Clip::Entry &entry : clip.entries) {
            const auto due = began + std::chrono::microseconds((entry.packet->dts - first) * 100 / 9);
            while (now < due)
                advance(1ms);
            push(entry);
        }
    }

    void settle()
    {
        for (int i = 0; i < 1000 && pump.step(now) <= now; ++i) {
        }
    }

    [[nodiscard]] std::chrono::milliseconds elapsed() const
    {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - TimePoint(1000s));
    }
    [[nodiscard]] double seconds() const { return static_cast<double>(elapsed().count()) / 1000.0; }

    bool device = false;
    int told = 0;
    std::vector<PreviewState> states;
    TimePoint now{1000s};
    std::vector<Shown> shown;
    std::vector<std::int16_t> sound; // interleaved; with a device only
    std::shared_ptr<const media::StreamDescription> description;
    PreviewPump pump{
        {[this] { ++told; }, [this](PreviewState state, const std::string &) { states.push_back(state); }}};
};

/// Power of one frequency in the left channel, relative to all of it (Goertzel).
double share(std::span<const std::int16_t> stereo, double frequency)
{
    const double w = 2 * std::numbers::pi * frequency / SoundBuffer::rate;
    double s1 = 0;
    double s2 = 0;
    double energy = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i + 1 < stereo.size(); i += 2, ++count) {
        const double x = stereo[i];
        energy += x * x;
        const double s0 = x + 2 * std::cos(w) * s1 - s2;
        s2 = s1;
        s1 = s0;
    }
    const double power = s1 * s1 + s2 * s2 - 2 * std::cos(w) * s1 * s2;
    return energy > 0 ? power / (energy * static_cast<double>(count) / 2) : 0;
}

double meanLuma(const PreviewPicture &picture)
{
    double sum = 0;
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x)
            sum += picture.plane[0][y * picture.lineSize[0] + x];
    return sum / (picture.width * picture.height);
}

} // namespace

class TestPreviewPump : public QObject
{
    Q_OBJECT

    Clip m_clip;    // 4 s of 30 pictures/s with a 440 Hz tone
    Clip m_flashes; // a flash and a beep at each full second

private slots:
    void initTestCase()
    {
        m_clip = demux(makeTestStream(4));
        QVERIFY2(m_clip.entries.size() > 280, "the ffmpeg program is needed to make the clips");
        m_flashes = demux(makeFlashAndBeepStream(6));
        QVERIFY(m_flashes.entries.size() > 400);
    }

    void showsEachPictureOnceInTime_data()
    {
        QTest::addColumn<bool>("device");
        QTest::newRow("by the wall clock") << false;
        QTest::newRow("by the sound device") << true;
    }

    void showsEachPictureOnceInTime()
    {
        QFETCH(const bool, device);
        Rig rig(device);
        rig.play(m_clip);
        rig.advance(500ms);
        QVERIFY2(rig.shown.size() >= 117 && rig.shown.size() <= 120,
                 qPrintable(QString::number(rig.shown.size())));
        for (std::size_t i = 15; i < rig.shown.size(); ++i) {
            const double step = rig.shown[i].at - rig.shown[i - 1].at;
            QVERIFY2(std::abs(step - 1 / 30.0) < 0.012,
                     qPrintable(QStringLiteral("%1: %2 s").arg(i).arg(step)));
            QVERIFY(rig.shown[i].picture.pts > rig.shown[i - 1].picture.pts);
            QCOMPARE(rig.shown[i].picture.width, 320);
            QCOMPARE(rig.shown[i].picture.height, 180);
            QCOMPARE(rig.shown[i].picture.aspectNum * 9, rig.shown[i].picture.aspectDen * 16);
        }
        const auto counters = rig.pump.counters();
        QCOMPARE(counters.damaged, 0U);
        QVERIFY(counters.late <= 2);
    }

    void staysNearLive_data() { showsEachPictureOnceInTime_data(); }

    void staysNearLive()
    {
        QFETCH(const bool, device);
        Rig rig(device);
        rig.play(m_clip);
        const media::Ticks newest = m_clip.entries.back().packet->pts;
        const double behindMs = static_cast<double>(newest - rig.shown.back().picture.pts) / 90;
        QVERIFY2(behindMs < 250, qPrintable(QString::number(behindMs)));
    }

    void soundIsTheTone()
    {
        Rig rig(true);
        rig.play(m_clip);
        const std::span all(rig.sound);
        const auto second = all.subspan(2 * 48'000 * 2, 48'000 * 2);
        QVERIFY2(share(second, 440) > 0.98, qPrintable(QString::number(share(second, 440))));
        QVERIFY(share(second, 880) < 0.01);
        int crossings = 0;
        for (std::size_t i = 2; i < second.size(); i += 2)
            crossings += second[i - 2] < 0 && second[i] >= 0 ? 1 : 0;
        QVERIFY2(std::abs(crossings - 440) <= 1, qPrintable(QString::number(crossings)));
        const auto level = rig.pump.takeLevel();
        QVERIFY2(level.left > 0.08 && level.left < 0.2, qPrintable(QString::number(level.left)));
        QVERIFY(level.right > 0.08F);
    }

    void pictureAndSoundMeet()
    {
        Rig rig(true);
        rig.play(m_flashes);
        std::vector<double> flashes; // first bright picture after dark ones
        bool bright = false;
        for (const Rig::Shown &shown : rig.shown) {
            const bool is = meanLuma(shown.picture) > 120;
            if (is && !bright)
                flashes.push_back(shown.at);
            bright = is;
        }
        std::vector<double> beeps; // heard 20 ms after it was read
        std::size_t quiet = 48'000;
        for (std::size_t i = 0; i < rig.sound.size(); i += 2) {
            if (std::abs(rig.sound[i]) > 2000) {
                if (quiet > 9'600)
                    beeps.push_back(static_cast<double>(i) / 2 / 48'000.0 + 0.020);
                quiet = 0;
            } else {
                ++quiet;
            }
        }
        QVERIFY2(flashes.size() >= 4, qPrintable(QString::number(flashes.size())));
        QCOMPARE(beeps.size(), flashes.size());
        for (std::size_t i = 0; i < flashes.size(); ++i) {
            const double offset = flashes[i] - beeps[i];
            QVERIFY2(std::abs(offset) < 0.040, qPrintable(QStringLiteral("%1 s").arg(offset)));
        }
    }

    void meterLivesWithoutADevice()
    {
        Rig rig(false);
        rig.play(m_clip);
        QVERIFY(rig.pump.takeLevel().left > 0.08F);
    }

    void aTurnedPhoneAndAnotherRateGoOn()
    {
        const Clip clip = joined(demux(makeTestStream(2, QStringLiteral("1280x720"), 44'100)),
                                 demux(makeTestStream(2, QStringLiteral("720x1280"), 48'000)));
        QVERIFY(clip.entries.size() > 250);
        Rig rig(true);
        rig.play(clip);
        const auto turned = std::find_if(rig.shown.begin(), rig.shown.end(),
                                         [](const Rig::Shown &shown) { return shown.picture.width == 720; });
        QVERIFY(turned != rig.shown.end());
        QVERIFY(turned - rig.shown.begin() >= 55);
        QVERIFY(rig.shown.end() - turned >= 50);
        QCOMPARE(turned->picture.height, 1280);
        QVERIFY(std::all_of(turned, rig.shown.end(),
                            [](const Rig::Shown &shown) { return shown.picture.width == 720; }));
        QCOMPARE(rig.pump.counters().damaged, 0U);
        const std::span all(rig.sound);
        QVERIFY(share(all.subspan(48'000, 48'000), 440) > 0.95);         // 0.5 to 1 s: 44.1 kHz
        QVERIFY(share(all.subspan(2 * 3 * 48'000, 48'000), 440) > 0.95); // 3 to 3.5 s: 48 kHz
    }

    void oneOfTheTwoIsEnough_data()
    {
        QTest::addColumn<bool>("video");
        QTest::newRow("picture only") << true;
        QTest::newRow("sound only") << false;
    }

    void oneOfTheTwoIsEnough()
    {
        QFETCH(const bool, video);
        const Clip clip = demux(makeTestStream(2, QStringLiteral("320x180"), 48'000, video, !video));
        QVERIFY(clip.entries.size() >= 59);
        Rig rig(true);
        rig.play(clip);
        QCOMPARE(rig.pump.hasVideo(), video);
        QCOMPARE(rig.pump.state(), PreviewState::Playing);
        if (video)
            QVERIFY(rig.shown.size() >= 50);
        else
            QVERIFY(share(std::span(rig.sound).subspan(48'000, 48'000), 440) > 0.95);
    }

    void anAbsentFeedGoesOn()
    {
        Rig rig(true);
        rig.play(m_clip);
        rig.pump.setAway();
        rig.advance(5000ms);
        QCOMPARE(rig.pump.state(), PreviewState::Away);
        const std::size_t before = rig.shown.size();
        Clip later = m_clip;
        for (Clip::Entry &entry : later.entries) {
            auto moved = std::make_shared<media::Packet>(*entry.packet);
            moved->pts += 9'300 * 90;
            moved->dts += 9'300 * 90;
            entry.packet = std::move(moved);
        }
        rig.play(later);
        QCOMPARE(rig.pump.state(), PreviewState::Playing);
        QVERIFY2(rig.shown.size() - before >= 110, qPrintable(QString::number(rig.shown.size() - before)));
        QVERIFY(share(std::span(rig.sound).last(48'000), 440) > 0.95);
        rig.pump.setEnded();
        rig.advance(10ms);
        const std::vector<PreviewState> expected{PreviewState::Playing, PreviewState::Away,
                                                 PreviewState::Playing, PreviewState::Ended};
        // Playing may pause to Waiting right after the return.
        rig.states.erase(std::remove(rig.states.begin(), rig.states.end(), PreviewState::Waiting),
                         rig.states.end());
        QCOMPARE(rig.states, expected);
    }

    void silenceIsSaid()
    {
        Rig rig(false);
        QCOMPARE(rig.pump.state(), PreviewState::Waiting);
        rig.play(m_clip);
        QCOMPARE(rig.pump.state(), PreviewState::Playing);
        rig.advance(3000ms);
        QCOMPARE(rig.pump.state(), PreviewState::Waiting);
    }

    void aBacklogIsNotPlayedThrough()
    {
        Rig rig(true);
        for (const Clip::Entry &entry : m_clip.entries) // four seconds at once, as from a server's ring
            rig.push(entry);
        rig.advance(400ms);
        QVERIFY2(rig.shown.size() <= 10, qPrintable(QString::number(rig.shown.size())));
        QVERIFY(rig.shown.back().picture.pts >= m_clip.entries.back().packet->pts - 9000);
    }

    void piecesOfTwoSecondsPlayEvenly()
    {
        Clip clip = m_clip;
        for (int i = 0; i < 2; ++i)
            clip = joined(clip, m_clip);
        Rig rig(true);
        media::Ticks next = clip.entries.front().packet->dts + 2 * media::ticksPerSecond;
        for (const Clip::Entry &entry : clip.entries) {
            if (entry.packet->dts >= next) {
                next += 2 * media::ticksPerSecond;
                rig.advance(2000ms);
            }
            rig.push(entry);
        }
        rig.advance(2000ms);
        // From the fourth second on a picture every 33 ms, but for the seams between the clips (about 90 ms).
        const auto from = std::find_if(rig.shown.begin(), rig.shown.end(),
                                       [](const Rig::Shown &shown) { return shown.at > 4.0; });
        QVERIFY2(rig.shown.end() - from > 220, qPrintable(QString::number(rig.shown.end() - from)));
        for (auto shown = from + 1; shown != rig.shown.end(); ++shown)
            QVERIFY2(
                shown->at - (shown - 1)->at < 0.120,
                qPrintable(QStringLiteral("%1 s at %2").arg(shown->at - (shown - 1)->at).arg(shown->at)));
    }

    void aSlowWindowDropsPicturesAndIsToldOnce()
    {
        Rig rig(false);
        const TimePoint began = rig.now;
        for (const Clip::Entry &entry : m_clip.entries) {
            const auto due = began + std::chrono::microseconds(
                                         (entry.packet->dts - m_clip.entries.front().packet->dts) * 100 / 9);
            for (; rig.now < due; rig.now += 1ms)
                rig.settle();
            rig.push(entry);
        }
        QVERIFY(rig.pump.counters().presented > 100);
        QVERIFY2(rig.told <= 20, qPrintable(QString::number(rig.told))); // four a second, for a late receiver
        PreviewPicture picture;
        QVERIFY(rig.pump.takePicture(picture));
        QVERIFY(picture.pts > m_clip.entries.back().packet->pts - 300 * 90); // the newest, not the oldest
        QVERIFY(!rig.pump.takePicture(picture));
    }

    void garbageCostsPicturesOnly()
    {
        std::mt19937 random(7);
        Clip broken = m_clip;
        for (std::size_t i = 60; i < 160; ++i) {
            const media::Packet &good = *broken.entries[i].packet;
            std::vector<std::uint8_t> bytes(good.data().begin(), good.data().end());
            if (i % 3 == 0)
                bytes.resize(1 + random() % bytes.size());
            for (std::uint8_t &byte : bytes)
                byte = static_cast<std::uint8_t>(random());
            auto bad = std::make_shared<media::Packet>(media::Packet::copyOf(bytes));
            bad->track = i % 7 == 0 ? 9 : good.track;
            bad->keyframe = good.keyframe;
            bad->pts = good.pts;
            bad->dts = good.dts;
            broken.entries[i].packet = std::move(bad);
        }
        broken.entries[170].packet = std::make_shared<media::Packet>();
        broken.entries[171].packet = nullptr;
        Rig rig(true);
        const TimePoint began = rig.now;
        for (std::size_t i = 0; i < broken.entries.size(); ++i) {
            const auto due = began + std::chrono::milliseconds(i * 4000 / broken.entries.size());
            while (rig.now < due)
                rig.advance(1ms);
            rig.push(broken.entries[i]);
        }
        QVERIFY(rig.pump.counters().damaged > 10);
        const auto after = std::count_if(rig.shown.begin(), rig.shown.end(),
                                         [](const Rig::Shown &shown) { return shown.at > 3.0; });
        QVERIFY2(after >= 25, qPrintable(QString::number(after)));
    }

    void aDecoderThatStandsStillKeepsTheQueueBounded()
    {
        Rig rig(false);
        rig.describe(m_clip.entries.front());
        std::size_t most = 0;
        media::Ticks pts = 0;
        for (int round = 0; round < 200; ++round) {
            for (const Clip::Entry &entry : m_clip.entries) {
                auto packet = std::make_shared<media::Packet>(*entry.packet);
                packet->pts = packet->dts = pts += 900;
                rig.pump.push(packet, rig.now += 10ms);
                most = std::max(most, rig.pump.counters().queuedPackets);
            }
        }
        QVERIFY(rig.pump.counters().droppedPackets > 10'000);
        QVERIFY2(most <= 2048 + 4096, qPrintable(QString::number(most)));
        QVERIFY(rig.pump.counters().queuedBytes <= 20U * 1024 * 1024);
    }

    void anUnknownCodecIsSaid()
    {
        media::StreamDescription description;
        description.tracks.resize(1);
        description.tracks.front().kind = media::TrackKind::Video;
        description.tracks.front().codecId = 999'999;
        Rig rig(false);
        rig.pump.describe(description);
        auto packet = std::make_shared<media::Packet>(media::Packet::copyOf(std::vector<std::uint8_t>(10)));
        packet->keyframe = true;
        packet->pts = packet->dts = 0;
        rig.pump.push(packet, rig.now);
        rig.advance(10ms);
        QCOMPARE(rig.pump.state(), PreviewState::Undecodable);
        QVERIFY(!rig.pump.stateDetail().empty());
    }
};

QTEST_GUILESS_MAIN(TestPreviewPump)
#include "tst_previewpump.moc"
