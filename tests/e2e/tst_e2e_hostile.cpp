// SPDX-License-Identifier: GPL-3.0-or-later
// What the network throws at the ingest, beside a feed that must not notice.
#include "frames.h"
#include "room.h"

#include <QTcpSocket>
#include <QtTest>

using namespace aspersor::e2e;

namespace {

const QString clip = QStringLiteral(ASPERSOR_CLIP);
constexpr const char *key = "?key=the-key-of-the-test";
constexpr int silentPeers = 500;
constexpr qint64 memoryLimitKiB = 64 * 1024; // above what it was: connections and buffers, no hoard

QByteArray clipBytes()
{
    QFile file(clip);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray head(const char *method, const QByteArray &name, const QByteArray &fields)
{
    return QByteArray(method) + " /" + name + key + " HTTP/1.1\r\nHost: t\r\n" + fields + "\r\n";
}

QByteArray chunk(const QByteArray &bytes)
{
    return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n";
}

} // namespace

class TestE2eHostile : public QObject
{
    Q_OBJECT

    Room m_room{1000};
    Frames m_source;
    ProgramPtr m_phone;
    ProgramPtr m_viewer;
    qint64 m_memory = 0;

private slots:
    void initTestCase()
    {
        const ProgramPtr reader = player(clip);
        QVERIFY2(reader->start() && reader->waitForExit() && reader->exited(0), reader->complaint());
        m_source = framesOf(reader->output());
        QVERIFY2(m_room.start(), m_room.story());
        m_phone = phonePublisher(QStringLiteral("--loop --chunk-ms 40"), clip,
                                 m_room.publishUrl(QStringLiteral("healthy")));
        QVERIFY(m_phone->start());
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.serves(QStringLiteral("healthy.ts")), m_room.story(), patience);
        m_viewer = player(m_room.watchUrl(QStringLiteral("healthy.ts")));
        QVERIFY(m_viewer->start());
        QTRY_VERIFY2_WITH_TIMEOUT(framesOf(m_viewer->output()).pictures.size() > 60, m_viewer->complaint(),
                                  patience);
        m_memory = memoryKiB(m_room.program.pid());
        QVERIFY(m_memory > 0);
    }

    void badRequestsAreAnswered_data()
    {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QList<int>>("statuses");
        const QByteArray chunked("Transfer-Encoding: chunked\r\n");
        const QByteArray video = clipBytes().left(188 * 1000);
        QTest::newRow("garbage") << QByteArray(4096, '\xa5') + "\r\n\r\n" << QList<int>{400};
        QTest::newRow("TLS") << QByteArray::fromHex("16030100a5010000a10303") + QByteArray(200, 'x')
                             << QList<int>{400};
        QTest::newRow("huge head") << "POST /a HTTP/1.1\r\nX: " + QByteArray(64 * 1024, 'x')
                                   << QList<int>{431, 400};
        QTest::newRow("too many fields")
            << "POST /a HTTP/1.1\r\n" + QByteArray("X: y\r\n").repeated(500) + "\r\n"
            << QList<int>{431, 400};
        // A name for each: one that was just refused may still be taken for a moment.
        QTest::newRow("10 GiB chunk of nothing")
            << head("POST", "huge1", chunked) + "280000000\r\n" + QByteArray(128 * 1024, 'x')
            << QList<int>{400, 413, 415};
        QTest::newRow("a chunk of 2^64-1")
            << head("POST", "huge2", chunked) + "FFFFFFFFFFFFFFFF\r\n" + QByteArray(70'000, 'x')
            << QList<int>{400, 413, 415};
        QTest::newRow("a chunk of more than 64 bits")
            << head("POST", "huge3", chunked) + "1FFFFFFFFFFFFFFFF0\r\nx" << QList<int>{400, 413};
        QTest::newRow("a chunk of minus one") << head("POST", "huge4", chunked) + "-1\r\nxx\r\n"
                                              << QList<int>{400};
        QTest::newRow("garbage after a chunk")
            << head("POST", "huge5", chunked) + chunk(video) + "no size\r\n" + QByteArray(4096, 'x')
            << QList<int>{400};
        QTest::newRow("length and chunked")
            << head("POST", "smuggle6", chunked + "Content-Length: 5\r\n") + "0\r\n\r\nGET /"
            << QList<int>{400};
        QTest::newRow("two lengths") << head("POST", "smuggle7",
                                             "Content-Length: 5\r\nContent-Length: 6\r\n") +
                                            "hello"
                                     << QList<int>{400};
        QTest::newRow("other coding")
            << head("POST", "smuggle8", "Transfer-Encoding: gzip, chunked\r\n") + "0\r\n\r\n"
            << QList<int>{400, 501};
        QTest::newRow("no length") << head("POST", "nolength", {}) << QList<int>{400, 411};
    }
    void badRequestsAreAnswered()
    {
        QFETCH(QByteArray, request);
        QFETCH(QList<int>, statuses);
        QByteArray answer;
        const int status = statusOf(m_room.ingestPort(), request, &answer);
        QVERIFY2(statuses.contains(status),
                 QByteArray::number(status) + '\n' + answer + m_room.story().right(2000));
        QVERIFY2(answer.trimmed().endsWith('.'), answer); // a sentence
    }

    void aTruncatedUploadIsOver()
    {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, m_room.ingestPort());
        QVERIFY(socket.waitForConnected(patience));
        const QByteArray video = clipBytes();
        socket.write(head("POST", "cut", "Transfer-Encoding: chunked\r\n") +
                     QByteArray::number(video.size(), 16) + "\r\n" +
                     video.left(500'000 - 77)); // not even on a packet's border
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(QStringLiteral("cut")) == QStringLiteral("live"),
                                  m_room.story(), patience);
        socket.abort();
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(QStringLiteral("cut")) == QStringLiteral("ended"),
                                  m_room.story(), patience);
        QCOMPARE(m_room.states(QStringLiteral("cut")), words(QStringLiteral("live away ended")));
    }

    void slowAndSilentPeersAreSentAway()
    {
        std::vector<std::unique_ptr<QTcpSocket>> silent;
        for (int i = 0; i < silentPeers; ++i) {
            silent.push_back(std::make_unique<QTcpSocket>());
            silent.back()->connectToHost(QHostAddress::LocalHost, m_room.ingestPort());
        }
        const auto connected = [](const auto &socket) {
            return socket->state() == QAbstractSocket::ConnectedState;
        };
        // A slowloris: a head that comes a byte at a time and never ends.
        QTcpSocket slow;
        slow.connectToHost(QHostAddress::LocalHost, m_room.ingestPort());
        QTRY_VERIFY_WITH_TIMEOUT(slow.state() == QAbstractSocket::ConnectedState, patience);
        slow.write("POST /slow HTTP/1.1\r\nX: ");
        QTimer drip;
        connect(&drip, &QTimer::timeout, &slow, [&] { slow.write("x"); });
        drip.start(200);
        QByteArray answer;
        connect(&slow, &QTcpSocket::readyRead, this, [&] { answer += slow.readAll(); });

        // Meanwhile a phone gets in.
        const ProgramPtr other = phonePublisher(QStringLiteral("--chunk-ms 40"), clip,
                                                m_room.publishUrl(QStringLiteral("besides")));
        QVERIFY(other->start());
        QTRY_VERIFY2_WITH_TIMEOUT(m_room.state(QStringLiteral("besides")) == QStringLiteral("live"),
                                  m_room.story(), patience);
        const qint64 during = memoryKiB(m_room.program.pid());
        QVERIFY2(during < m_memory + memoryLimitKiB, QByteArray::number(during - m_memory));

        // The head time-out is 10 s.
        QTRY_VERIFY2_WITH_TIMEOUT(slow.state() == QAbstractSocket::UnconnectedState, answer, patience);
        QVERIFY2(answer.isEmpty() || answer.startsWith("HTTP/1.1 408 ") || answer.startsWith("HTTP/1.1 503 "),
                 answer);
        QTRY_VERIFY_WITH_TIMEOUT(std::none_of(silent.begin(), silent.end(), connected), patience);
    }

    void theHealthyFeedNoticedNothing()
    {
        const Frames seen = framesOf(m_viewer->output());
        QVERIFY2(m_viewer->running() && streamFaults(m_viewer->errors()).isEmpty(), m_viewer->complaint());
        QVERIFY2(seen.pictures.size() > 300,
                 QByteArray::number(static_cast<qulonglong>(seen.pictures.size())));
        QVERIFY(timeGrows(seen.pictures) && timeGrows(seen.sounds));
        for (std::size_t i = 1; i < seen.pictures.size(); ++i) { // every picture of every turn, none left out
            const auto found = std::ranges::find(m_source.pictures, seen.pictures[i - 1].hash, &Unit::hash);
            QVERIFY(found != m_source.pictures.end());
            const auto next = found + 1 == m_source.pictures.end() ? m_source.pictures.begin() : found + 1;
            QCOMPARE(seen.pictures[i].hash, next->hash);
        }
        QCOMPARE(m_room.states(QStringLiteral("healthy")), words(QStringLiteral("live")));
        QVERIFY2(!m_phone->errors().contains("Trying again"), m_phone->complaint());
    }

    void memoryIsFlat()
    {
        const qint64 after = memoryKiB(m_room.program.pid());
        QVERIFY2(after < m_memory + memoryLimitKiB, QByteArray::number(after - m_memory));
    }

    void cleanupTestCase() { QVERIFY2(m_room.quit(), m_room.story()); }
};

QTEST_GUILESS_MAIN(TestE2eHostile)
#include "tst_e2e_hostile.moc"
