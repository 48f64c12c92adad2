// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of publisher, every format: what a player sees is what the phone sent, picture by picture.
#include "frames.h"
#include "room.h"
#include "tscheck.h"

#include <QtTest>
#include <map>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);
constexpr int gop = 30;             // pictures, of the clip
constexpr int latestJoin = 8 * gop; // viewers come when the feed is live; the machine may be slow
constexpr int graceMs = 2000;
constexpr double clockOfFlv = 1.01; // ms, to which FLV and Matroska round

const QStringList formats{QStringLiteral("ts"), QStringLiteral("flv"), QStringLiteral("mkv"),
                          QStringLiteral("mp4"), QStringLiteral("aac")};
// This one is watched by players on the line; the others are recorded by curl and played afterwards, so that
// thirty decoders at once do not make a slow machine drop pictures, as it should.
const QString playedLive = QStringLiteral("phone");

/// One feed with its publisher (one or two programs) and its viewers.
struct Feed {
    QString name;
    std::vector<ProgramPtr> publisher; // the last one speaks with the server
    std::map<QString, ProgramPtr> recorders;
    std::map<QString, ProgramPtr> players;

    [[nodiscard]] bool published() const { return !publisher.back()->running(); }
    [[nodiscard]] bool watched() const
    {
        const auto ended = [](const auto &entry) { return !entry.second->running(); };
        return !recorders.empty() && std::all_of(recorders.begin(), recorders.end(), ended) &&
               std::all_of(players.begin(), players.end(), ended);
    }
};

} // namespace

class TestE2eFormats : public QObject
{
    Q_OBJECT

    QTemporaryDir m_recordings;
    Room m_room{graceMs};
    std::vector<Feed> m_feeds;
    Frames m_source;

    void addFeed(const char *name, ProgramPtr publisher, ProgramPtr before = nullptr)
    {
        Feed &feed = m_feeds.emplace_back();
        feed.name = QString::fromLatin1(name);
        if (before)
            feed.publisher.push_back(std::move(before));
        feed.publisher.push_back(std::move(publisher));
    }
    [[nodiscard]] const Feed &feed(int index) const { return m_feeds[static_cast<std::size_t>(index)]; }
    [[nodiscard]] QString url(const char *name) const { return m_room.publishUrl(QString::fromLatin1(name)); }
    [[nodiscard]] QString recording(const QString &feedName, const QString &format) const
    {
        return m_recordings.filePath(feedName + QLatin1Char('.') + format);
    }

    /// A clip in real time into curl's standard input, as a shell would do it.
    void addCurl()
    {
        QStringList reading = words(QStringLiteral("-nostdin -v warning -re -i"));
        reading << clip << words(QStringLiteral("-c copy -f mpegts -"));
        QStringList sending = words(QStringLiteral("-sS -f -X POST -T - -H"));
        sending << QStringLiteral("Transfer-Encoding: chunked") << url("curl");
        auto reader = std::make_unique<Program>(QStringLiteral("ffmpeg"), reading);
        auto sender = std::make_unique<Program>(QStringLiteral("curl"), sending);
        reader->pipeTo(*sender);
        addFeed("curl", std::move(sender), std::move(reader));
    }
    /// Segments and playlists by PUT, each a request, with the key as the password.
    void addHls()
    {
        QStringList arguments = words(QStringLiteral("-nostdin -v warning -re -i"));
        arguments << clip << words(QStringLiteral("-c copy -f hls -method PUT -hls_time 2 -hls_list_size 3"))
                  << QStringLiteral("http://phone:%1@127.0.0.1:%2/hls/index.m3u8")
                         .arg(QString::fromLatin1(Room::key))
                         .arg(m_room.ingestPort());
        addFeed("hls", std::make_unique<Program>(QStringLiteral("ffmpeg"), arguments));
    }

    void startViewers(Feed &feed)
    {
        for (const QString &format : formats) {
            const QString address = m_room.watchUrl(feed.name + QLatin1Char('.') + format);
            ProgramPtr &recorder = feed.recorders[format];
            recorder = std::make_unique<Program>(QStringLiteral("curl"), words(QStringLiteral("-sS -f -N -o"))
                                                                             << recording(feed.name, format)
                                                                             << address);
            QVERIFY2(recorder->start(), recorder->complaint());
            if (feed.name == playedLive) {
                ProgramPtr &live = feed.players[format];
                live = player(address);
                QVERIFY2(live->start(), live->complaint());
            }
        }
    }
    void playRecordings()
    {
        for (Feed &feed : m_feeds) {
            if (feed.name == playedLive)
                continue;
            for (const QString &format : formats) {
                ProgramPtr &afterwards = feed.players[format];
                afterwards = player(recording(feed.name, format));
                QVERIFY2(afterwards->start(), afterwards->complaint());
            }
            QTRY_VERIFY2_WITH_TIMEOUT(feed.watched(), m_room.story(), patience);
        }
    }

private slots:
    void initTestCase()
    {
        const ProgramPtr reader = player(clip);
        QVERIFY2(reader->start() && reader->waitForExit() && reader->exited(0), reader->complaint());
        m_source = framesOf(reader->output());
        QCOMPARE(m_source.pictures.size(), 300U);
        QVERIFY(m_source.sounds.size() > 460);

        QVERIFY2(m_room.start(), m_room.story());
        addFeed("ffmpeg", ffmpegPublisher(clip, url("ffmpeg")));
        addCurl();
        addFeed("phone", phonePublisher({}, clip, url("phone")));
        addFeed("pieces", phonePublisher(QStringLiteral("--chunk-ms 40"), clip, url("pieces")));
        addFeed("put", phonePublisher(QStringLiteral("--put-segments --segment 1"), clip, url("put")));
        addHls();
        for (Feed &feed : m_feeds) {
            for (const ProgramPtr &program : feed.publisher)
                QVERIFY2(program->start(), program->complaint());
        }
        for (Feed &feed : m_feeds) {
            QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(feed.name) == QStringLiteral("live"), m_room.story(),
                                      patience);
            QTRY_VERIFY2_WITH_TIMEOUT(m_room.serves(feed.name + QStringLiteral(".ts")), m_room.story(),
                                      patience);
            startViewers(feed);
        }
        for (Feed &feed : m_feeds) {
            QTRY_VERIFY2_WITH_TIMEOUT(feed.published(), feed.publisher.back()->complaint(), patience);
            QTRY_VERIFY2_WITH_TIMEOUT(feed.watched(), m_room.story(), patience);
        }
        playRecordings();
    }

    void thePublisherIsContent_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < static_cast<int>(m_feeds.size()); ++i)
            QTest::newRow(qPrintable(feed(i).name)) << i;
    }
    void thePublisherIsContent()
    {
        QFETCH(int, index);
        const Program &program = *feed(index).publisher.back();
        QVERIFY2(program.exited(0), program.complaint());
        QCOMPARE(m_room.state(feed(index).name), QStringLiteral("ended"));
        if (feed(index).name != QStringLiteral("hls")) // each of its segments is a connection
            QCOMPARE(m_room.states(feed(index).name), words(QStringLiteral("live away ended")));
    }

    void thePlayerSeesWhatWasSent_data()
    {
        QTest::addColumn<int>("index");
        QTest::addColumn<QString>("format");
        for (int i = 0; i < static_cast<int>(m_feeds.size()); ++i) {
            for (const QString &format : formats)
                QTest::newRow(qPrintable(feed(i).name + QLatin1Char('.') + format)) << i << format;
        }
    }
    void thePlayerSeesWhatWasSent()
    {
        QFETCH(int, index);
        QFETCH(QString, format);
        const Program &program = *feed(index).players.at(format);
        QVERIFY2(program.exited(0), program.complaint());
        QVERIFY2(streamFaults(program.errors()).isEmpty(), program.complaint());
        const Frames seen = framesOf(program.output());

        const int sound = placeInSource(seen.sounds, m_source.sounds);
        QVERIFY2(sound >= 0, runsOf(seen.sounds, m_source.sounds));
        QVERIFY(timeGrows(seen.sounds));
        double soundOffset = 0;
        const double soundUnevenness = unevennessMs(seen.sounds, m_source.sounds, sound, &soundOffset);
        if (format == QStringLiteral("aac")) // ADTS has no time of its own
            return;
        QVERIFY2(soundUnevenness <= clockOfFlv, QByteArray::number(soundUnevenness));

        const int picture = placeInSource(seen.pictures, m_source.pictures);
        QVERIFY2(picture >= 0, runsOf(seen.pictures, m_source.pictures));
        QVERIFY2(picture % gop == 0 && picture <= latestJoin,
                 QByteArray::number(picture)); // a keyframe first
        QVERIFY(timeGrows(seen.pictures));
        double pictureOffset = 0;
        const double pictureUnevenness =
            unevennessMs(seen.pictures, m_source.pictures, picture, &pictureOffset);
        QVERIFY2(pictureUnevenness <= clockOfFlv, QByteArray::number(pictureUnevenness));
        const double drift = std::abs(pictureOffset - soundOffset) * 1000;
        QVERIFY2(drift <= clockOfFlv, QByteArray::number(drift)); // sound and picture stay together
    }

    void theTransportStreamIsUnbroken_data() { thePublisherIsContent_data(); }
    void theTransportStreamIsUnbroken()
    {
        QFETCH(int, index);
        const Program &recorder = *feed(index).recorders.at(QStringLiteral("ts"));
        QVERIFY2(recorder.exited(0), recorder.complaint());
        QFile file(recording(feed(index).name, QStringLiteral("ts")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const TsReport report = checkTs(file.readAll());
        QVERIFY(report.packets > 1000);
        QCOMPARE(report.lostSync, 0);
        QVERIFY2(report.continuityErrors == 0 && report.clockErrors == 0, report.text);
        QVERIFY(report.startsWithTables);
    }

    void standardOutputIsOnlyJson() { QCOMPARE(m_room.nonsense(), QByteArrayList()); }

    void cleanupTestCase() { QVERIFY2(m_room.quit(), m_room.story()); }
};

QTEST_GUILESS_MAIN(TestE2eFormats)
#include "tst_e2e_formats.moc"
