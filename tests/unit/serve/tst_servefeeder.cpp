// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configparser.h"
#include "core/serve/feederheader.h"

#include <QTest>

using namespace aspersor;
using namespace aspersor::serve;

class ServeFeederTest final : public QObject
{
    Q_OBJECT

private slots:
    void whatAFeederIsAskedFor_data();
    void whatAFeederIsAskedFor();
};

void ServeFeederTest::whatAFeederIsAskedFor_data()
{
    QTest::addColumn<QByteArray>("streams");
    QTest::addColumn<QByteArray>("tracks");
    const QByteArray sound = "aac b=128000,ac=2,ar=44100";
    const QByteArray picture = "h264 b=1500000";
    QTest::newRow("copied") << QByteArray("<Stream a.ts>\nFeed feed1.ffm\n</Stream>\n")
                            << sound + "; " + picture;
    QTest::newRow("two that copy")
        << QByteArray("<Stream a.ts>\nFeed feed1.ffm\n</Stream>\n<Stream a.flv>\nFeed feed1.ffm\n</Stream>\n")
        << sound + "; " + picture;
    QTest::newRow("a template") << QByteArray("<Stream *.ts>\nFeed *\n</Stream>\n") << sound + "; " + picture;
    QTest::newRow("sound only") << QByteArray("<Stream a.aac>\nFeed feed1.ffm\n</Stream>\n") << sound;
    QTest::newRow("no sound") << QByteArray("<Stream a.ts>\nFeed feed1.ffm\nNoAudio\n</Stream>\n") << picture;
    QTest::newRow("as configured for the original")
        << QByteArray("<Stream live.ts>\nFeed feed1.ffm\nFormat mpegts\nNoDefaults\nAudioCodec aac\n"
                      "AudioBitRate 96\nAudioChannels 1\nAudioSampleRate 22050\nVideoCodec mpeg4\n"
                      "VideoBitRate 1800\nVideoSize 640x360\nVideoFrameRate 25\nVideoGopSize 50\n</Stream>\n")
        << QByteArray("aac b=96000,ac=1,ar=22050; mpeg4 b=1800000,video_size=640x360,time_base=1/25,g=50");
    QTest::newRow("the largest of those that are made anew")
        << QByteArray(
               "<Stream l.ts>\nFeed feed1.ffm\nVideoCodec mpeg4\nVideoSize 320x180\nVideoBitRate "
               "3000\n</Stream>\n"
               "<Stream m.ts>\nFeed feed1.ffm\nVideoCodec mpeg2video\nVideoSize 640x360\nVideoBitRate 900\n"
               "</Stream>\n<Stream other.ts>\nFeed feed2.ffm\nVideoCodec mpeg4\nVideoSize hd720\n</Stream>\n")
        << sound + "; mpeg2video b=900000,video_size=640x360";
    QTest::newRow("one that copies goes before")
        << QByteArray("<Stream m.ts>\nFeed feed1.ffm\nVideoCodec mpeg4\nVideoSize hd720\nVideoBitRate "
                      "3000\n</Stream>\n"
                      "<Stream c.ts>\nFeed feed1.ffm\n</Stream>\n")
        << sound + "; " + picture;
    QTest::newRow("nothing shows it")
        << QByteArray("<Stream a.ts>\nFeed feed2.ffm\n</Stream>\n") << QByteArray();
}

void ServeFeederTest::whatAFeederIsAskedFor()
{
    QFETCH(QByteArray, streams);
    QFETCH(QByteArray, tracks);
    const QByteArray text = "HTTPPort 8090\n<Feed feed1.ffm>\n</Feed>\n<Feed feed2.ffm>\n</Feed>\n" +
                            streams + "<Stream stat.html>\nFormat status\n</Stream>\n";
    const ParsedConfig parsed =
        parseConfig({text.constData(), static_cast<std::size_t>(text.size())}, "x.conf");
    for (const Diagnostic &diagnostic : parsed.diagnostics)
        QVERIFY2(diagnostic.severity != Diagnostic::Severity::Error, diagnostic.oneLine().c_str());
    const media::FfmHeader header = feederHeader(parsed.config, "feed1");
    QByteArrayList found;
    for (const media::FfmTrack &track : header.tracks)
        found << QByteArray::fromStdString(track.description.codecName() + ' ' + track.text);
    QCOMPARE(found.join("; "), tracks);
    if (header.tracks.empty())
        return;
    const auto bytes = media::ffmHeaderBytes(header);
    QVERIFY(bytes);
    QCOMPARE(bytes->size(), 4096U);
    const auto read = media::readFfmHeader(*bytes);
    QVERIFY(read && *read);
    QCOMPARE((*read)->header.tracks.size(), header.tracks.size());
}

QTEST_GUILESS_MAIN(ServeFeederTest)
#include "tst_servefeeder.moc"
