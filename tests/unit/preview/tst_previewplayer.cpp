// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/preview/previewplayer.h"

#include "core/feed/packetsink.h"
#include "testclip.h"

#include <QElapsedTimer>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <algorithm>
#include <atomic>
#include <thread>

using namespace aspersor;
using namespace aspersor::testing;

namespace {

constexpr int patience = 20'000; // ms
constexpr qint64 atOnce =
    2'000; // ms: far below any time-out of the network, far above a busy machine's hiccups

/// Hands a clip to a sink again and again, as fast as it goes, on a thread of its own.
class Torrent
{
public:
    Torrent(const Clip &clip, std::shared_ptr<PacketSink> sink)
        : m_thread([this, &clip, sink = std::move(sink)](const std::stop_token &stop) {
              media::Ticks pts = 0;
              sink->onDescription(*clip.entries.front().description);
              while (!stop.stop_requested()) {
                  for (const Clip::Entry &entry : clip.entries) {
                      auto packet = std::make_shared<media::Packet>(*entry.packet);
                      packet->pts = packet->dts = pts += 900;
                      sink->onPacket(packet);
                      ++m_sent;
                  }
                  sink->onAway();
              }
              sink->onEnded();
          })
    {
    }
    [[nodiscard]] int sent() const { return m_sent; }

private:
    std::atomic<int> m_sent{0};
    std::jthread m_thread; // last: joins first
};

class Server : public QTcpServer
{
    Q_OBJECT

public:
    explicit Server(QByteArray answer, bool closeAfter = true)
    {
        listen(QHostAddress::LocalHost);
        connect(this, &QTcpServer::newConnection, this, [this, answer = std::move(answer), closeAfter] {
            QTcpSocket *socket = nextPendingConnection();
            ++connections;
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
            connect(socket, &QTcpSocket::readyRead, socket, [this, socket, answer, closeAfter] {
                request += socket->readAll();
                if (!request.endsWith("\r\n\r\n") || answer.isEmpty())
                    return;
                request.clear();
                socket->write(answer);
                if (closeAfter)
                    socket->disconnectFromHost();
            });
        });
    }
    [[nodiscard]] QString url() const
    {
        return QStringLiteral("http://127.0.0.1:%1/cam1.ts").arg(serverPort());
    }

    int connections = 0;
    QByteArray request;
};

} // namespace

class TestPreviewPlayer : public QObject
{
    Q_OBJECT

    QByteArray m_stream;
    Clip m_clip;

private slots:
    void initTestCase()
    {
        m_stream = makeTestStream(1);
        m_clip = demux(m_stream);
        QVERIFY2(m_clip.entries.size() > 60, "the ffmpeg program is needed to make the clips");
    }

    void playsAFeedsPackets()
    {
        PreviewPlayer player;
        int told = 0;
        QList<PreviewState> states;
        const QObject receiver; // what was queued dies with it
        connect(&player, &PreviewPlayer::pictureReady, &receiver, [&] { ++told; });
        connect(&player, &PreviewPlayer::stateChanged, &receiver,
                [&](PreviewState state) { states << state; });
        QCOMPARE(player.state(), PreviewState::Waiting);
        const auto sink = player.sink();
        QVERIFY(sink);
        sink->onDescription(*m_clip.entries.front().description);
        for (const Clip::Entry &entry : m_clip.entries)
            sink->onPacket(entry.packet);
        QTRY_VERIFY_WITH_TIMEOUT(told > 0, patience);
        PreviewPicture picture;
        QVERIFY(player.takePicture(picture));
        QCOMPARE(picture.width, 320);
        QVERIFY(picture.owner);
        QTRY_COMPARE_WITH_TIMEOUT(states, QList{PreviewState::Playing}, patience);
        float level = 0; // QTRY asks again after it was true
        QTRY_VERIFY_WITH_TIMEOUT((level = std::max(level, player.takeLevel().left)) > 0.05F, patience);
        sink->onEnded();
        QTRY_COMPARE_WITH_TIMEOUT(player.state(), PreviewState::Ended, patience);
        QTRY_COMPARE_WITH_TIMEOUT(states, (QList{PreviewState::Playing, PreviewState::Ended}), patience);
    }

    void readsWholeSamplesOnly()
    {
        PreviewPlayer player;
        QByteArray buffer(11, 'x');
        QCOMPARE(player.readSound(buffer.data(), buffer.size()), 8);
        QCOMPARE(buffer, QByteArray(8, '\0') + "xxx");
        QCOMPARE(player.readSound(buffer.data(), 0), 0);
        QCOMPARE(player.readSound(buffer.data(), 3), 0);
    }

    void aPictureOutlivesItsPlayer()
    {
        auto player = std::make_unique<PreviewPlayer>();
        player->sink()->onDescription(*m_clip.entries.front().description);
        for (const Clip::Entry &entry : m_clip.entries)
            player->sink()->onPacket(entry.packet);
        PreviewPicture picture;
        QTRY_VERIFY_WITH_TIMEOUT(picture.owner || player->takePicture(picture), patience);
        player.reset();
        int sum = 0;
        for (int y = 0; y < picture.height; ++y)
            sum += picture.plane[0][y * picture.lineSize[0]];
        QVERIFY(sum > 0);
    }

    void diesUnderLoadAndTheSinkLivesOn()
    {
        for (int round = 0; round < 10; ++round) {
            auto player = std::make_unique<PreviewPlayer>();
            const Torrent torrent(m_clip, player->sink());
            player->setSoundDevice(round % 2 == 0);
            QTRY_VERIFY_WITH_TIMEOUT(torrent.sent() > 300, patience);
            QByteArray sound(9600, '\0');
            player->readSound(sound.data(), sound.size());
            QElapsedTimer timer;
            timer.start();
            player.reset();
            QVERIFY2(timer.elapsed() < atOnce, qPrintable(QString::number(timer.elapsed())));
            const int sent = torrent.sent();
            QTRY_VERIFY_WITH_TIMEOUT(torrent.sent() > sent + 300, patience); // no crash, no block
        }
    }

    void playsAnAddressAndComesBack()
    {
        Server server("HTTP/1.1 200 OK\r\nContent-Type: video/mp2t\r\nConnection: close\r\n\r\n" + m_stream);
        QVERIFY(server.isListening());
        PreviewPlayer player(server.url());
        QVERIFY(!player.sink());
        QList<PreviewState> states;
        const QObject receiver; // what was queued dies with it
        connect(&player, &PreviewPlayer::stateChanged, &receiver,
                [&](PreviewState state) { states << state; });
        PreviewPicture picture;
        QTRY_VERIFY_WITH_TIMEOUT(picture.owner || player.takePicture(picture), patience);
        QCOMPARE(picture.height, 180);
        QTRY_VERIFY_WITH_TIMEOUT(states.contains(PreviewState::Away), patience);
        QTRY_VERIFY_WITH_TIMEOUT(server.connections >= 3, patience);
    }

    void saysWhyAnAddressCannotBeOpened()
    {
        Server server("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        PreviewPlayer player(server.url());
        QTRY_COMPARE_WITH_TIMEOUT(player.state(), PreviewState::Unreachable, patience);
        QVERIFY2(player.stateDetail().contains(QStringLiteral("404")), qPrintable(player.stateDetail()));
        QTRY_VERIFY_WITH_TIMEOUT(server.connections >= 2, patience); // it tries again
    }

    void neverWaitsForTheNetwork_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("says nothing") << QByteArray();
        QTest::newRow("stops in the head") << QByteArray("HTTP/1.1 200 OK\r\nContent-Ty");
        QTest::newRow("stops before the body") << QByteArray("HTTP/1.1 200 OK\r\n\r\n");
        QTest::newRow("stops in the body") << QByteArray("HTTP/1.1 200 OK\r\n\r\n") + QByteArray(500, 'G');
    }

    void neverWaitsForTheNetwork()
    {
        QFETCH(const QByteArray, answer);
        Server server(answer, false);
        auto player = std::make_unique<PreviewPlayer>(server.url());
        QTRY_VERIFY_WITH_TIMEOUT(server.connections == 1, patience);
        QTest::qWait(50); // into the read, most likely; either way it must not wait
        QElapsedTimer timer;
        timer.start();
        player.reset();
        QVERIFY2(timer.elapsed() < atOnce, qPrintable(QString::number(timer.elapsed())));
    }

    void nobodyListens()
    {
        QString url;
        {
            const Server server({});
            url = server.url();
        }
        auto player = std::make_unique<PreviewPlayer>(url);
        QTRY_COMPARE_WITH_TIMEOUT(player->state(), PreviewState::Unreachable, patience);
        QElapsedTimer timer;
        timer.start();
        player.reset();
        QVERIFY(timer.elapsed() < atOnce);
    }
};

QTEST_GUILESS_MAIN(TestPreviewPlayer)
#include "tst_previewplayer.moc"
