// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/originalconf.h"

#include "tests/original/conf.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;

namespace {

const QByteArray templatesTsFlv = "<Stream *.ts>\nFeed *\n</Stream>\n<Stream *.flv>\nFeed *\n</Stream>\n";

QByteArray ownConf(const QByteArray &streamLines = "VideoFrameRate 25\n")
{
    return "HTTPPort 1\nBindAddress 10.0.0.1\nMaxClients 30\nFeedGrace 20\n"
           "<Feed feed1.ffm>\nFile /tmp/feed1.ffm\nACL allow 127.0.0.1\n</Feed>\n"
           "<Stream live.ts>\nFeed feed1.ffm\nFormat mpegts\nNoDefaults\nAudioCodec aac\nAudioBitRate 128\n"
           "AudioChannels 2\nAudioSampleRate 44100\nVideoCodec mpeg4\nVideoBitRate 1800\nVideoSize "
           "640x360\n" +
           streamLines + "</Stream>\n";
}

} // namespace

class TestOriginalConf : public QObject
{
    Q_OBJECT

private slots:
    void aPoolIsWhatTheOriginalTakes()
    {
        const auto conf = make("MaxClients 50\n" + templatesTsFlv, 16);
        QVERIFY(conf.has_value());
        QVERIFY(conf->pool);
        QCOMPARE(conf->feeds.size(), 16);
        QCOMPARE(conf->feeds.at(2).name, QStringLiteral("slot03"));
        QCOMPARE(conf->feeds.at(2).path, QStringLiteral("/slot03.ffm"));
        QCOMPARE(conf->streams, (QList<StreamTemplate>{
                                    {QStringLiteral("*.ts"), QStringLiteral("*"), QStringLiteral("mpegts")},
                                    {QStringLiteral("*.flv"), QStringLiteral("*"), QStringLiteral("flv")}}));
        const auto taken = strictly(conf->text);
        QVERIFY(taken.has_value());
        QCOMPARE(taken->port, 8090);
        QCOMPARE(taken->maxClients, 50 + 16 + 8);
        QVERIFY(taken->maxConnections >= taken->maxClients);
        QCOMPARE(taken->maxBandwidth, 10'000'000);
        QCOMPARE(taken->feeds.size(), std::size_t(16));
        QCOMPARE(taken->streams.size(), std::size_t(33));
        for (const auto &feed : taken->feeds) { // one sound, one picture, in this order
            QCOMPARE(feed.streams.size(), std::size_t(2));
            QVERIFY(!feed.streams[0].video && feed.streams[1].video);
            QVERIFY(original::isAllowed(feed.acl, 0x7f000001));
            QVERIFY(!original::isAllowed(feed.acl, 0x0a000001)); // no stranger sends feeds past us
            QVERIFY(feed.file.starts_with(m_folder.path().toStdString()));
        }
        for (const auto &stream : taken->streams)
            QVERIFY2(stream.format == "status" || stream.hasFrameRate, stream.name.c_str());
        QVERIFY(!original::isAllowed(taken->streams.back().acl, 0x0a000001)); // the status page
    }

    void ourOwnDefaultConfigurationDoes()
    {
        QFile file(QStringLiteral(ASPERSOR_SOURCE_DIR "/resources/ffserver.conf"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto conf = make(file.readAll(), 4);
        QVERIFY2(conf.has_value(), conf ? "" : conf.error().message.c_str());
        QVERIFY(strictly(conf->text).has_value());
        QCOMPARE(conf->streams.first().name, QStringLiteral("*.ts"));
        QVERIFY(!conf->leftOut.isEmpty());
    }

    void foldersWithBlanksAndQuotes_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("works");
        QTest::newRow("blank") << "a b" << true;
        QTest::newRow("double quote") << "a\" b" << true;
        QTest::newRow("single quote") << "a' b" << true;
        QTest::newRow("both") << "a' \"b" << false;
        QTest::newRow("line end") << "a\nb" << false;
        QTest::newRow("long") << QString(950, QLatin1Char('x')) << false;
    }
    void foldersWithBlanksAndQuotes()
    {
        QFETCH(QString, name);
        QFETCH(bool, works);
        const QString folder = QStringLiteral("/run/") + name;
        const auto conf = makeOriginalConf(
            templatesTsFlv, {QStringLiteral("0.0.0.0"), 8090, 1, folder, QStringLiteral("p.html")});
        QCOMPARE(conf.has_value(), works);
        if (works) {
            const auto taken = strictly(conf->text);
            QVERIFY(taken.has_value());
            QCOMPARE(QString::fromStdString(taken->feeds[0].file), folder + QStringLiteral("/slot01.ffm"));
        }
    }

    void whatTheOriginalCannotIsLeftOutWithTheReason_data()
    {
        QTest::addColumn<QByteArray>("section");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char *name, const QByteArray &lines, const char *reason) {
            QTest::newRow(name) << lines << QString::fromLatin1(reason);
        };
        row("mp4", "<Stream *.mp4>\nFeed *\n</Stream>\n", "only MPEG-TS, FLV and Matroska");
        row("hls", "<Stream *.m3u8>\nFeed *\n</Stream>\n", "only MPEG-TS, FLV and Matroska");
        row("by format", "<Stream *.x>\nFeed *\nFormat hls\n</Stream>\n", "only MPEG-TS, FLV and Matroska");
        row("second with tags", "<Stream *.mkv>\nFeed *\n</Stream>\n", "*.flv comes first");
        row("encoding", "<Stream *-s.ts>\nFeed *\nVideoSize 320x180\n</Stream>\n", "\"VideoSize\" (line 9)");
        row("unknown line", "<Stream *-s.ts>\nFeed *\nNews 1\n</Stream>\n", "\"News\" (line 9)");
        row("nothing left", "<Stream *-s.ts>\nFeed *\nNoAudio\nNoVideo\n</Stream>\n", "neither picture");
        row("one feed's", "<Stream door.ts>\nFeed door\n</Stream>\n", "needs a section <Feed door>");
        // A row that the original does not understand would let everybody in.
        row("IPv6", "<Stream *-s.ts>\nFeed *\nACL allow ::1\n</Stream>\n", "IPv4 addresses only");
        row("bad action", "<Stream *-s.ts>\nFeed *\nACL permit 1.2.3.4\n</Stream>\n", "IPv4 addresses only");
        row("range", "<Stream *-s.ts>\nFeed *\nACL allow 127.0.0.2 127.0.3.1\n</Stream>\n", "whole octets");
        row("range of few", "<Stream *-s.ts>\nFeed *\nACL allow 10.0.0.0 10.0.0.127\n</Stream>\n",
            "whole octets");
    }
    void whatTheOriginalCannotIsLeftOutWithTheReason()
    {
        QFETCH(QByteArray, section);
        QFETCH(QString, reason);
        const auto conf = make(templatesTsFlv + section, 2);
        QVERIFY(conf.has_value());
        QCOMPARE(conf->leftOut.size(), 1);
        QVERIFY2(conf->leftOut.first().reason.contains(reason), qPrintable(conf->leftOut.first().reason));
        QCOMPARE(conf->streams.size(), 2);
        QVERIFY(strictly(conf->text).has_value());
    }

    void whatItCanIsCarriedOver()
    {
        const auto conf = make("MaxBandwidth 5000\n<Stream live-*.ts>\nFeed *\nPreroll 5\n"
                               "ACL allow 192.168.0.0 192.168.255.255\nMetadata title \"A B\"\nNoAudio\n"
                               "StartSendOnKey\n</Stream>\n",
                               1);
        QVERIFY(conf.has_value());
        QVERIFY(conf->leftOut.isEmpty());
        QVERIFY(conf->text.contains("Preroll 5\n") && !conf->text.contains("Preroll 2"));
        QVERIFY(conf->text.contains("Metadata title \"A B\""));
        QVERIFY(!conf->feeds.first().sound && conf->feeds.first().picture);
        const auto taken = strictly(conf->text);
        QVERIFY(taken.has_value());
        QCOMPARE(taken->maxBandwidth, 5000);
        QCOMPARE(taken->streams[0].name, std::string("live-slot01.ts"));
        QCOMPARE(taken->feeds[0].streams.size(), std::size_t(1));
        QVERIFY(original::isAllowed(taken->streams[0].acl, 0xc0a80101));
        QVERIFY(!original::isAllowed(taken->streams[0].acl, 0x0a000001));
    }

    void withoutATemplateThereIsAReason()
    {
        const auto conf = make("HTTPPort 8090\n<Stream *.mp4>\nFeed *\n</Stream>\n", 2);
        QVERIFY(!conf.has_value());
        QVERIFY(conf.error().message.find("add a section <Stream *.ts>") != std::string::npos);
    }

    void theOperatorsOwnFileIsKept()
    {
        const QByteArray own = ownConf();
        const auto conf = make(own, 16);
        QVERIFY(conf.has_value());
        QVERIFY(!conf->pool);
        QCOMPARE(conf->feeds.size(), 1);
        QVERIFY((conf->feeds.first() ==
                 OriginalFeed{QStringLiteral("feed1"), QStringLiteral("/feed1.ffm"), true, true}));
        QCOMPARE(conf->streams.first().name, QStringLiteral("live.ts"));
        QCOMPARE(conf->streams.first().feed, QStringLiteral("feed1"));
        // Its lines stay where they are, so that complaints name the right ones.
        const auto before = own.split('\n');
        const auto after = conf->text.split('\n');
        for (qsizetype i = 4; i < before.size() - 1; ++i)
            QCOMPARE(after[i], before[i]);
        for (const qsizetype replaced : {0, 1, 3})
            QCOMPARE(after[replaced], QByteArray());
        const auto taken = strictly(conf->text);
        QVERIFY(taken.has_value());
        QCOMPARE(taken->port, 8090);
        QCOMPARE(taken->address, std::string("0.0.0.0"));
        QCOMPARE(taken->maxClients, 30);
        QVERIFY(conf->hasStatusPage);
    }

    void aStatusPageThatWouldCrashItIsNotAskedFor()
    {
        const auto conf = make(ownConf(""), 16);
        QVERIFY(conf.has_value());
        QVERIFY(!conf->hasStatusPage);
        const auto taken = strictly(conf->text);
        QVERIFY(taken.has_value());
        QVERIFY(taken->redirects.contains("aspersor-1.html"));
    }

    void templatesInAnOwnFileAreLeftOut()
    {
        const auto conf = make(ownConf() + templatesTsFlv, 16);
        QVERIFY(conf.has_value());
        QCOMPARE(conf->leftOut.size(), 2);
        QCOMPARE(conf->streams.size(), 1);
        QVERIFY(strictly(conf->text).has_value());
    }

    void anAddressOfItsOwnMaySendFeedsToo()
    {
        const auto conf = makeOriginalConf(templatesTsFlv, {QStringLiteral("192.168.1.5"), 8090, 1,
                                                            m_folder.path(), QStringLiteral("p.html")});
        const auto taken = strictly(conf->text);
        QVERIFY(taken.has_value());
        QVERIFY(original::isAllowed(taken->feeds[0].acl, 0xc0a80105));
        QVERIFY(!original::isAllowed(taken->feeds[0].acl, 0xc0a80106));
    }

    void nonsenseDoesNoHarm_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("cut tag") << QByteArray("<Stream");
        QTest::newRow("no name") << QByteArray("<Stream >\nFeed\n</Stream>\n<Feed>\n");
        QTest::newRow("open") << QByteArray("<Stream *.ts>\nFeed *");
        QTest::newRow("bytes") << QByteArray("\xff\xfe<\0>\n<Feed \xff>", 14);
        QTest::newRow("long") << QByteArray("<Feed " + QByteArray(100'000, 'x') + ">\n");
        QTest::newRow("nested") << QByteArray("<Feed a>\n<Stream b>\n<Feed c>\n</Feed>");
    }
    void nonsenseDoesNoHarm()
    {
        QFETCH(QByteArray, text);
        (void)make(text, 2);
    }

private:
    Result<OriginalConf> make(const QByteArray &text, int places)
    {
        return makeOriginalConf(text, {QStringLiteral("0.0.0.0"), 8090, places, m_folder.path(),
                                       QStringLiteral("aspersor-1.html")});
    }
    std::optional<original::Conf> strictly(const QByteArray &text)
    {
        QFile file(m_folder.filePath(QStringLiteral("conf")));
        if (!file.open(QIODevice::WriteOnly))
            return {};
        file.write(text);
        file.close();
        return original::readConf(file.fileName().toStdString(), {});
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(TestOriginalConf)
#include "tst_originalconf.moc"
