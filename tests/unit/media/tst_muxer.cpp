// SPDX-License-Identifier: GPL-3.0-or-later
#include "clips.h"

#include "core/media/linkformat.h"
#include "core/media/muxer.h"
#include "core/media/timeline.h"

#include <QTest>
#include <random>

using namespace aspersor;
using namespace aspersor::media;
using namespace aspersor::test;

class MuxerTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void ffprobeReadsWhatIsWritten_data();
    void ffprobeReadsWhatIsWritten();
    void aFlushBringsOutThePacket_data();
    void aFlushBringsOutThePacket();
    void aTrackThatDoesNotFitIsLeftOut();
    void anyTimesAreSurvived_data();
    void anyTimesAreSurvived();
    void nothingFitsIsAnError();
    void tsKeyframesBeginWithTheTables();
    void theLinkIsExact();
    void brokenLinksAreRefused();

private:
    struct Source {
        StreamDescription description;
        std::vector<Packet> packets;
    };
    [[nodiscard]] static Source load(const QByteArray &clip);
    Source m_plain;
    Source m_reordered;
};

MuxerTest::Source MuxerTest::load(const QByteArray &clip)
{
    PieceSource source(clip);
    auto demuxer = Demuxer::open(source, {});
    if (!demuxer)
        return {};
    Source loaded{.description = {}, .packets = readAll(**demuxer)};
    loaded.description = (*demuxer)->description();
    Timeline timeline;
    for (Packet &packet : loaded.packets)
        timeline.place(packet, {});
    return loaded;
}

void MuxerTest::initTestCase()
{
    m_plain = load(makeClip({QStringLiteral("-bf"), QStringLiteral("0")}));
    m_reordered = load(makeClip({QStringLiteral("-bf"), QStringLiteral("2")}, 4, 44'100));
    QVERIFY(m_plain.packets.size() > 300 && m_reordered.packets.size() > 280);
}

void MuxerTest::ffprobeReadsWhatIsWritten_data()
{
    QTest::addColumn<QString>("format");
    QTest::addColumn<bool>("bFrames");
    for (const bool b : {false, true}) {
        for (const char *format : {"mpegts", "flv", "matroska", "mp4", "nut"})
            QTest::addRow("%s%s", format, b ? " with B-frames" : "") << QString::fromLatin1(format) << b;
    }
}

void MuxerTest::ffprobeReadsWhatIsWritten()
{
    QFETCH(QString, format);
    QFETCH(bool, bFrames);
    const Source &source = bFrames ? m_reordered : m_plain;
    QByteArray written;
    auto muxer =
        Muxer::open(format.toStdString(), source.description, [&](std::span<const std::uint8_t> bytes) {
            written.append(reinterpret_cast<const char *>(bytes.data()),
                           static_cast<qsizetype>(bytes.size()));
        });
    QVERIFY2(muxer, muxer ? "" : muxer.error().message.c_str());
    std::size_t pictures = 0;
    for (const Packet &packet : source.packets) {
        auto wrote = (*muxer)->write(packet);
        QVERIFY2(wrote, wrote ? "" : wrote.error().message.c_str());
        QVERIFY((*muxer)->flush());
        pictures += packet.track == 0 ? 1 : 0;
    }
    QVERIFY((*muxer)->finish());

    bool ok = false;
    const QByteArray probed =
        run(QStringLiteral("ffprobe"),
            {QStringLiteral("-v"), QStringLiteral("warning"), QStringLiteral("-select_streams"),
             QStringLiteral("v"), QStringLiteral("-show_entries"),
             QStringLiteral("frame=key_frame,best_effort_timestamp_time"), QStringLiteral("-of"),
             QStringLiteral("csv=p=0"), QStringLiteral("-")},
            written, &ok);
    QVERIFY(ok);
    std::vector<double> times;
    for (const QByteArray &line : probed.split('\n')) {
        const auto fields = line.split(',');
        if (fields.size() >= 2)
            times.push_back(fields[1].toDouble());
        if (times.size() == 1 && fields.size() >= 2)
            QCOMPARE(fields[0], QByteArray("1"));
    }
    QCOMPARE(times.size(), pictures);
    for (std::size_t i = 1; i < times.size(); ++i)
        QVERIFY2(std::abs(times[i] - times[i - 1] - 1.0 / 30) < 0.002,
                 qPrintable(QString::number(times[i] - times[i - 1])));
}

void MuxerTest::aFlushBringsOutThePacket_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format : {"mpegts", "flv", "matroska", "mp4", "nut", "aspersor"})
        QTest::newRow(format) << QString::fromLatin1(format);
}

void MuxerTest::aFlushBringsOutThePacket()
{
    QFETCH(QString, format);
    std::size_t written = 0;
    auto muxer = Muxer::open(format.toStdString(), m_plain.description,
                             [&](std::span<const std::uint8_t> bytes) { written += bytes.size(); });
    QVERIFY(muxer);
    for (const Packet &packet : m_plain.packets) {
        written = 0;
        QVERIFY((*muxer)->write(packet));
        QVERIFY((*muxer)->flush());
        if (format == QLatin1String("flv") && packet.dts < m_plain.packets.front().dts)
            continue; // FLV begins with its first packet
        QVERIFY2(written >= packet.data().size(),
                 qPrintable(QStringLiteral("%1 of %2").arg(written).arg(packet.data().size())));
    }
}

void MuxerTest::aTrackThatDoesNotFitIsLeftOut()
{
    std::size_t written = 0;
    auto muxer = Muxer::open("adts", m_plain.description,
                             [&](std::span<const std::uint8_t> bytes) { written += bytes.size(); });
    QVERIFY(muxer);
    QVERIFY(!(*muxer)->carries(0));
    QVERIFY((*muxer)->carries(1));
    QVERIFY(!(*muxer)->carries(2));
    QVERIFY((*muxer)->write(m_plain.packets.front()));
}

void MuxerTest::anyTimesAreSurvived_data()
{
    QTest::addColumn<QString>("format");
    for (const char *format :
         {"mpegts", "flv", "matroska", "mp4", "mov", "3gp", "asf", "avi", "nut", "adts", "h264"})
        QTest::newRow(format) << QString::fromLatin1(format);
    QTest::newRow("pictures only") << QStringLiteral("vob");
}

/// libav's muxers have assertions that end the process: what a Timeline lets through must not reach them.
void MuxerTest::anyTimesAreSurvived()
{
    QFETCH(QString, format);
    std::minstd_rand random(7); // NOLINT(cert-msc51-cpp): the same in every run
    for (int round = 0; round < 20; ++round) {
        std::size_t written = 0;
        Muxer::Options options;
        options.audio = format != QLatin1String("vob");
        auto muxer = Muxer::open(
            format.toStdString(), m_reordered.description,
            [&](std::span<const std::uint8_t> bytes) { written += bytes.size(); }, options);
        QVERIFY2(muxer, muxer ? "" : muxer.error().message.c_str());
        Ticks last[2] = {0, 0};
        for (Packet packet : m_reordered.packets) {
            Ticks &dts = last[packet.track];
            const auto kind = random() % 20;
            dts += kind == 0 ? Ticks(random() % (20 * ticksPerSecond)) : Ticks(random() % 6000 + 1);
            packet.dts = dts;
            packet.pts = dts + Ticks(random() % 3) * 3000;
            packet.keyframe = packet.track == 1 || random() % 8 == 0;
            if (!(*muxer)->write(packet) || (random() % 3 == 0 && !(*muxer)->flush()))
                break; // refused: an error like any other
        }
        static_cast<void>((*muxer)->finish());
        QVERIFY(written > 0);
    }
}

void MuxerTest::nothingFitsIsAnError()
{
    StreamDescription pictureOnly{.tracks = {m_plain.description.tracks[0]}};
    QVERIFY(!Muxer::open("adts", pictureOnly, [](auto) {}));
    QVERIFY(!Muxer::open("no such format", pictureOnly, [](auto) {}));
    // a container for both does not silently lose one of them
    QVERIFY(!Muxer::open("vob", m_plain.description, [](auto) {}));
    const auto why = Muxer::misfit("vob", m_plain.description, {});
    QVERIFY(why && why->find("aac sound") != std::string::npos);
    Muxer::Options silent;
    silent.audio = false;
    QVERIFY(!Muxer::misfit("vob", m_plain.description, silent));
}

void MuxerTest::tsKeyframesBeginWithTheTables()
{
    QByteArray written;
    auto muxer = Muxer::open("mpegts", m_plain.description, [&](std::span<const std::uint8_t> bytes) {
        written.append(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    });
    QVERIFY(muxer);
    int keyframes = 0;
    for (const Packet &packet : m_plain.packets) {
        written.clear();
        QVERIFY((*muxer)->write(packet));
        QVERIFY((*muxer)->flush());
        if (packet.track != 0 || !packet.keyframe)
            continue;
        ++keyframes;
        bool pat = false;
        for (qsizetype at = 0; at + 188 <= written.size(); at += 188) {
            const int pid = (written[at + 1] & 0x1f) << 8 | static_cast<uchar>(written[at + 2]);
            pat = pat || pid == 0;
            if (pid == 0x100) {
                QVERIFY2(pat, "a picture before the PAT");
                break;
            }
        }
        QVERIFY(pat);
    }
    QCOMPARE(keyframes, 4);
}

void MuxerTest::theLinkIsExact()
{
    QByteArray written;
    auto muxer = Muxer::open(linkFormat, m_reordered.description, [&](std::span<const std::uint8_t> bytes) {
        written.append(reinterpret_cast<const char *>(bytes.data()), static_cast<qsizetype>(bytes.size()));
    });
    QVERIFY(muxer);
    for (const Packet &packet : m_reordered.packets)
        QVERIFY((*muxer)->write(packet));
    QVERIFY((*muxer)->flush());
    for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}, SIZE_MAX}) {
        PieceSource source(written, piece);
        auto demuxer = Demuxer::open(source, {.format = linkFormat});
        QVERIFY(demuxer);
        const auto packets = readAll(**demuxer);
        QVERIFY((*demuxer)->description() == m_reordered.description);
        QCOMPARE(packets.size(), m_reordered.packets.size());
        for (std::size_t i = 0; i < packets.size(); ++i) {
            const Packet &was = m_reordered.packets[i];
            const Packet &is = packets[i];
            QVERIFY(is.pts == was.pts && is.dts == was.dts && is.duration == was.duration &&
                    is.track == was.track && is.keyframe == was.keyframe &&
                    std::ranges::equal(is.data(), was.data()));
        }
    }
}

void MuxerTest::brokenLinksAreRefused()
{
    std::vector<std::uint8_t> whole;
    appendLinkHeader(whole);
    appendLinkDescription(m_plain.description, whole);
    appendLinkPacket(m_plain.packets.front(), whole);
    const QByteArray bytes(reinterpret_cast<const char *>(whole.data()),
                           static_cast<qsizetype>(whole.size()));
    const auto outcome = [](const QByteArray &input) {
        PieceSource source(input);
        auto demuxer = Demuxer::open(source, {.format = linkFormat});
        if (!demuxer)
            return QStringLiteral("refused");
        for (;;) {
            auto packet = (*demuxer)->next();
            if (!packet)
                return QStringLiteral("error");
            if (!*packet)
                return QStringLiteral("end");
        }
    };
    QCOMPARE(outcome(bytes), QStringLiteral("end"));
    const auto headerAndDescription =
        bytes.size() - static_cast<qsizetype>(m_plain.packets.front().data().size()) - 28;
    for (qsizetype cut = 0; cut < std::min<qsizetype>(bytes.size(), 2000); ++cut) {
        const QString expected = cut < 5                                   ? QStringLiteral("refused")
                                 : cut == 5 || cut == headerAndDescription ? QStringLiteral("end")
                                                                           : QStringLiteral("error");
        QCOMPARE(outcome(bytes.left(cut)), expected);
    }
    QByteArray huge = bytes;
    huge.replace(headerAndDescription + 3, 4, QByteArray(4, '\xff')); // the packet's size
    QCOMPARE(outcome(huge), QStringLiteral("error"));
    QByteArray stranger = bytes;
    stranger[headerAndDescription + 1] = 9; // a track that was never described
    QCOMPARE(outcome(stranger), QStringLiteral("error"));
}

QTEST_GUILESS_MAIN(MuxerTest)
#include "tst_muxer.moc"
