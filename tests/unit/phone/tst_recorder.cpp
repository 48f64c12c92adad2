// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/mediasource.h"
#include "app/phone/outbox.h"
#include "app/phone/recorder.h"
#include "core/media/demuxer.h"

#include <QtTest>
#include <cstring>

using namespace aspersor;
using namespace aspersor::phone;
using std::chrono::milliseconds;

namespace {

constexpr int patience = 30'000; // ms
constexpr std::size_t tsPacket = 188;

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '));
}

/// One block after the other, as a server would read them.
class BlockSource final : public media::ByteSource
{
public:
    explicit BlockSource(const std::vector<Block> &blocks)
    {
        for (const Block &block : blocks)
            m_bytes.insert(m_bytes.end(), block.bytes->begin(), block.bytes->end());
    }
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const std::size_t count = std::min(into.size(), m_bytes.size() - m_at);
        std::memcpy(into.data(), m_bytes.data() + m_at, count);
        m_at += count;
        return count;
    }

private:
    std::vector<std::uint8_t> m_bytes;
    std::size_t m_at = 0;
};

int pidOf(const Block &block, std::size_t packet)
{
    const std::uint8_t *bytes = block.bytes->data() + packet * tsPacket;
    return (bytes[1] & 0x1f) << 8 | bytes[2];
}

SourceRequest testRequest()
{
    SourceRequest request;
    request.source = "test";
    request.caption = "cam1";
    request.width = 160;
    request.height = 90;
    request.keyframeInterval = milliseconds{500};
    return request;
}

/// Records the test picture to its end and returns the blocks.
std::vector<Block> record(const Recorder::Cut &cut, const SourceRequest &request = testRequest())
{
    auto source = MediaSource::open(request);
    if (!source)
        return {};
    Outbox outbox([] {}, SIZE_MAX);
    outbox.setOnline(true);
    Recorder recorder(std::move(*source), cut, {&outbox}, [](const std::string &) {});
    recorder.start();
    std::vector<Block> blocks;
    const bool finished = QTest::qWaitFor([&] { return outbox.finished(); }, patience);
    while (auto block = outbox.take())
        blocks.push_back(*block);
    return finished ? blocks : std::vector<Block>{};
}

std::vector<media::Packet> demuxed(const std::vector<Block> &blocks)
{
    BlockSource bytes(blocks);
    auto demuxer = media::Demuxer::open(bytes, {});
    std::vector<media::Packet> packets;
    while (demuxer) {
        auto packet = (*demuxer)->next();
        if (!packet || !*packet)
            break;
        packets.push_back(std::move(**packet));
    }
    return packets;
}

} // namespace

class TestRecorder : public QObject
{
    Q_OBJECT

private slots:
    void everySegmentStandsForItself()
    {
        const auto blocks = record({milliseconds{500}, {}, milliseconds{1800}});
        QVERIFY2(blocks.size() == 4, QByteArray::number(static_cast<qulonglong>(blocks.size())));
        for (const Block &block : blocks) {
            QVERIFY(block.startsSegment);
            QCOMPARE(block.bytes->size() % tsPacket, 0U);
            QCOMPARE(pidOf(block, 0), 0x11); // SDT, PAT and PMT come before the first picture
            QCOMPARE(pidOf(block, 1), 0);
            const auto packets = demuxed({block});
            QVERIFY(!packets.empty());
            const auto picture = std::ranges::find_if(packets, [](const auto &p) { return p.track == 0; });
            QVERIFY(picture != packets.end() && picture->keyframe);
        }
        const auto all = demuxed(blocks);
        const auto pictures = std::ranges::count_if(all, [](const auto &p) { return p.track == 0; });
        QVERIFY2(pictures >= 50 && pictures <= 58, QByteArray::number(static_cast<qlonglong>(pictures)));
        QVERIFY(std::ranges::any_of(all, [](const auto &p) { return p.track == 1; }));
    }

    void piecesAreHandedOnAsTheyAreMade()
    {
        const auto blocks = record({milliseconds{500}, milliseconds{50}, milliseconds{1300}});
        QVERIFY2(blocks.size() > 15, QByteArray::number(static_cast<qulonglong>(blocks.size())));
        QVERIFY(blocks.front().startsSegment);
        QCOMPARE(std::ranges::count_if(blocks, [](const Block &b) { return b.startsSegment; }), 3);
        QVERIFY(!demuxed(blocks).empty());
    }

    void aFileIsBegunAgainAndTimeGoesOn_data()
    {
        QTest::addColumn<QStringList>("codecs");
        QTest::newRow("copied") << words("-c:v libx264 -g 10 -bf 2 -c:a aac");
        QTest::newRow("encoded") << words("-c:v mpeg4 -c:a libmp3lame");
    }
    void aFileIsBegunAgainAndTimeGoesOn()
    {
        QFETCH(QStringList, codecs);
        QTemporaryDir folder;
        const QString clip = folder.filePath(QStringLiteral("clip.mp4"));
        const QStringList arguments =
            words("-v error -f lavfi -i testsrc2=s=160x90:r=20 -f lavfi -i sine=r=48000 -t 1");
        QCOMPARE(QProcess::execute(QStringLiteral("ffmpeg"), arguments + codecs + QStringList(clip)), 0);

        SourceRequest request;
        request.source = clip.toStdString();
        request.loop = true;
        const auto blocks = record({milliseconds{500}, {}, milliseconds{2600}}, request);
        const auto packets = demuxed(blocks);
        for (const int track : {0, 1}) {
            media::Ticks last = media::noTicks;
            media::Ticks longest = 0;
            int count = 0;
            for (const media::Packet &packet : packets) {
                if (packet.track != track)
                    continue;
                if (last != media::noTicks) {
                    QVERIFY(packet.dts > last);
                    longest = std::max(longest, packet.dts - last);
                }
                last = packet.dts;
                ++count;
            }
            QVERIFY2(count > (track == 0 ? 40 : 90),
                     QByteArray::number(count)); // of 52 and 122: more than two turns
            QVERIFY2(longest < 90 * 250, QByteArray::number(static_cast<qlonglong>(longest)));
        }
    }

    void whatCannotBeOpenedIsTold()
    {
        SourceRequest request;
        request.source = "/no/such/file.mp4";
        const auto source = MediaSource::open(request);
        QVERIFY(!source);
        QVERIFY(source.error().message.starts_with("\"/no/such/file.mp4\" cannot be opened"));
        QVERIFY(source.error().message.ends_with("."));
    }
};

QTEST_GUILESS_MAIN(TestRecorder)
#include "tst_recorder.moc"
