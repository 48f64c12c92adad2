// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/control/controlroom.h"

#include "core/preview/previewplayer.h"

#include <QFile>
#include <QFileInfo>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

using namespace aspersor;
using State = FfserverStatus::State;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestControlRoom : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        writeConf("ready");
    }

    void itStartsAndSaysWhere()
    {
        ControlRoom room(settings());
        bool started = false;
        connect(&room, &ControlRoom::started, this, [&] { started = true; });
        room.start();
        QTRY_VERIFY(started);
        QTRY_COMPARE(room.ffserver().state, State::Running);
        QVERIFY(room.ingestUrl().startsWith(QStringLiteral("http://127.0.0.1:")));
        QVERIFY(!room.ingestUrl().endsWith(QStringLiteral(":0")));
        QCOMPARE(room.viewersUrl(), QStringLiteral("http://127.0.0.1:18090"));
        QVERIFY(room.feeds().isEmpty());
    }

    void streamsFollowTheTemplates()
    {
        ControlRoom room(settings());
        QVERIFY(room.streamUrls(QStringLiteral("cam1")).isEmpty());
        room.start();
        QTRY_COMPARE(room.ffserver().state, State::Running);
        QCOMPARE(room.streamUrls(QStringLiteral("cam1")),
                 (QStringList{QStringLiteral("http://127.0.0.1:18090/cam1.ts"),
                              QStringLiteral("http://127.0.0.1:18090/one.flv")}));
        QCOMPARE(room.streamUrls(QStringLiteral("cam2")),
                 QStringList{QStringLiteral("http://127.0.0.1:18090/cam2.ts")});
        QVERIFY(room.previewStream(QStringLiteral("cam1")) != nullptr);
        QVERIFY(room.previewFeed(QStringLiteral("cam1")) == nullptr); // nobody publishes it
    }

    void theKeyIsMadeOnceAndKept()
    {
        QString key;
        {
            ControlRoom room(settings());
            key = room.settings().publishKey;
            QCOMPARE(contentOf(room.keyFile()), key.toLatin1() + '\n');
            QCOMPARE(room.keyFile(), m_folder->filePath(QStringLiteral("publish-key")));
        }
        ControlRoom room(settings());
        QCOMPARE(room.settings().publishKey, key);
    }

    void aKeyForThisRunLeavesTheKeptOneAlone()
    {
        const QString kept = ControlRoom(settings()).settings().publishKey;
        QString keyFile;
        {
            Settings wanted = settings();
            wanted.publishKey = QStringLiteral("for-now");
            ControlRoom room(wanted);
            keyFile = room.keyFile();
            QCOMPARE(contentOf(keyFile), QByteArray("for-now\n"));
            QVERIFY(!(QFile::permissions(keyFile) & (QFile::ReadGroup | QFile::ReadOther)));
        }
        QVERIFY(!QFileInfo::exists(keyFile));
        QCOMPARE(ControlRoom(settings()).settings().publishKey, kept);
    }

    void withoutAUsableKeyItDoesNotStart()
    {
        QFile file(m_folder->filePath(QStringLiteral("publish-key")));
        QVERIFY(file.open(QIODevice::WriteOnly)); // empty
        file.close();
        ControlRoom room(settings());
        QString reason;
        connect(&room, &ControlRoom::startFailed, this, [&](const QString &why) { reason = why; });
        room.start();
        QVERIFY(reason.contains(file.fileName()));
        QCOMPARE(room.ffserver().state, State::Stopped);

        Settings open = settings();
        open.open = true; // no key is asked for
        ControlRoom openRoom(open);
        openRoom.start();
        QTRY_COMPARE(openRoom.ffserver().state, State::Running);
    }

    void aTakenPortIsSaidAndNewSettingsMendIt()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        Settings wanted = settings();
        wanted.ingest.port = other.serverPort();
        ControlRoom room(wanted);
        QString reason;
        bool started = false;
        connect(&room, &ControlRoom::startFailed, this, [&](const QString &why) { reason = why; });
        connect(&room, &ControlRoom::started, this, [&] { started = true; });
        room.start();
        QVERIFY(reason.contains(QString::number(other.serverPort())));
        QVERIFY(reason.endsWith(QLatin1Char('.')));
        QVERIFY(!started);
        wanted = room.settings();
        wanted.ingest.port = 0;
        room.applySettings(wanted);
        QVERIFY(started);
    }

    void newSettingsAreKeptButNotWhatWasForThisRun()
    {
        Settings running = settings();
        running.open = true; // as by --open
        ControlRoom room(running);
        room.start();
        QTRY_COMPARE(room.ffserver().state, State::Running);
        const qint64 pid = room.ffserver().pid;
        Settings wanted = room.settings();
        wanted.maxFeeds = 5;
        wanted.publishKey = QStringLiteral("another-key");
        room.applySettings(wanted);
        QCOMPARE(room.settings(), wanted);
        const QByteArray ini = contentOf(m_folder->filePath(QStringLiteral("aspersor.ini")));
        QVERIFY(ini.contains("maxFeeds=5"));
        QVERIFY(ini.contains("open=false"));
        QVERIFY(!ini.contains("another-key"));
        QCOMPARE(contentOf(m_folder->filePath(QStringLiteral("publish-key"))), QByteArray("another-key\n"));
        QCOMPARE(room.ffserver().pid, pid); // nothing of ffserver's has changed
    }

    void aNewViewersAddressRestartsFfserver()
    {
        ControlRoom room(settings());
        room.start();
        QTRY_COMPARE(room.ffserver().state, State::Running);
        const qint64 pid = room.ffserver().pid;
        Settings wanted = room.settings();
        wanted.http.port = 18091;
        room.applySettings(wanted);
        QTRY_VERIFY(room.ffserver().state == State::Running && room.ffserver().pid != pid);
    }

    void aPhoneWithoutTheKeyIsRefused()
    {
        ControlRoom room(settings());
        room.start();
        QCOMPARE(statusOf(room, "POST /cam1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n"),
                 QByteArray("401"));
        Settings open = room.settings();
        open.open = true;
        room.applySettings(open);
        QCOMPARE(statusOf(room, "POST /cam1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"),
                 QByteArray("415"));
    }

    void namesAndTimesOfABanAreChecked()
    {
        ControlRoom room(settings());
        room.start();
        QVERIFY(!room.kick(QStringLiteral("nobody")));
        QVERIFY(!room.ban(QStringLiteral("../x"), 10));
        QVERIFY(!room.ban(QStringLiteral("cam1"), 0));
        QList<FeedState> states;
        connect(&room, &ControlRoom::feedStateChanged, this,
                [&](const FeedStats &feed) { states.append(feed.state); });
        QVERIFY(room.ban(QStringLiteral("cam1"), 600));
        QTRY_COMPARE(states, QList{FeedState::Kicked});
        QTRY_COMPARE(room.feeds().size(), 1);
        QVERIFY(room.feeds().first().banSecondsLeft > 590);
        room.letBackIn(QStringLiteral("cam1"));
        QTRY_COMPARE(states, (QList{FeedState::Kicked, FeedState::Ended}));
        QTRY_VERIFY_WITH_TIMEOUT(room.feeds().isEmpty(), 10'000); // some seconds after its end
    }

private:
    void writeConf(const char *mode) const
    {
        QFile file(m_folder->filePath(QStringLiteral("ffserver.conf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(mode);
        file.write("\n");
    }

    [[nodiscard]] Settings settings() const
    {
        Settings settings;
        settings.ingest = {QStringLiteral("127.0.0.1"), 0};
        settings.http = {QStringLiteral("127.0.0.1"), 0};
        settings.ffserverPath = QStringLiteral(ASPERSOR_FAKE_FFSERVER);
        settings.configDir = m_folder->path();
        return settings;
    }

    static QByteArray statusOf(const ControlRoom &room, const QByteArray &request)
    {
        const QUrl url(room.ingestUrl());
        QTcpSocket socket;
        socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
        socket.write(request);
        QByteArray answer;
        for (int i = 0; i < 100 && answer.size() < 12; ++i) {
            QCoreApplication::processEvents();
            socket.waitForReadyRead(100);
            answer += socket.readAll();
        }
        return answer.mid(9, 3);
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestControlRoom)
#include "tst_controlroom.moc"
