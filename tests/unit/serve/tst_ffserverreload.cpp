// SPDX-License-Identifier: GPL-3.0-or-later
#include "ffserverrun.h"

#include "core/net/socket.h"

#include <QJsonArray>
#include <QTest>
#include <csignal>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace aspersor;
using namespace aspersor::test;

/// The real program: a configuration that changes while it serves, who may watch, and what it tells its
/// surroundings.
class FfserverReloadTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();

    void viewersOfUnchangedStreamsLoseNothing();
    void encodedStreamsEndWhenTheyChange();
    void aBrokenFileChangesNothing();
    void whatHoldsFromTheNextStartOnIsSaid();
    void oneAddressHasALimit();
    void browsersGetAPage();
    void aclsMayChangeWithoutAReload();
    void theAccessLogIsTakenUpAnew();
    void debugLogsOnStandardOutput();
    void theServiceManagerIsTold();
    void formatsOfThePastAreAnsweredWithTheReason();

private:
    ServeClip m_clip;
};

namespace {

constexpr int patience = 20'000;

void write(const QString &path, const QByteArray &text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(text), text.size());
}

QString confOf(const FfserverRun &server)
{
    return server.folder() + QStringLiteral("/ffserver.conf");
}

/// Waits for the program to have taken up `text`.
void reload(FfserverRun &server, const QByteArray &text)
{
    const std::size_t before = server.events("reloaded").size();
    write(confOf(server), text);
    server.send(R"({"reload":true})");
    QTRY_COMPARE_WITH_TIMEOUT(server.events("reloaded").size(), before + 1, patience);
}

QString reasonOf(const FfserverRun &server, const char *stream)
{
    for (const QJsonObject &event : server.events("viewer")) {
        if (event[QStringLiteral("stream")].toString() == QLatin1String(stream) &&
            event[QStringLiteral("state")].toString() == QStringLiteral("left"))
            return event[QStringLiteral("reason")].toString();
    }
    return {};
}

} // namespace

void FfserverReloadTest::initTestCase()
{
    m_clip = loadServeClip(ASPERSOR_CLIP);
    QVERIFY(m_clip.packets.size() > 700);
}

/// Under load, read again and again: every picture of the clip arrives, with no gap between packets; viewers
/// of what has vanished or changed are sent home with the reason.
void FfserverReloadTest::viewersOfUnchangedStreamsLoseNothing()
{
    FfserverRun server;
    const QByteArray kept = "<Stream *.ts>\nFeed *\n</Stream>\n";
    const QByteArray others = "<Stream *.flv>\nFeed *\n</Stream>\n<Stream cam1.mkv>\nFeed cam1\n</Stream>\n";
    server.config = kept + others;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    std::vector<std::unique_ptr<RawViewer>> viewers;
    for (int i = 0; i < 20; ++i)
        viewers.push_back(std::make_unique<RawViewer>(server, "/cam1.ts"));
    RawViewer flv(server, "/cam1.flv");
    RawViewer mkv(server, "/cam1.mkv");
    for (const auto &viewer : viewers)
        QTRY_VERIFY_WITH_TIMEOUT(viewer->body().size() > 1000, patience);
    QTRY_VERIFY_WITH_TIMEOUT(flv.body().size() > 1000 && mkv.body().size() > 1000, patience);

    // the order of sections and the lines that they stand in mean nothing
    reload(server, "# changed\n\n" + others + kept);
    QVERIFY(flv.connected() && mkv.connected());
    reload(server, kept + "<Stream cam1.mkv>\nFeed cam1\nMetadata title changed\n</Stream>\n");
    QTRY_VERIFY_WITH_TIMEOUT(!flv.connected() && !mkv.connected(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(reasonOf(server, "cam1.flv").contains(QStringLiteral("taken out")), patience);
    QTRY_VERIFY_WITH_TIMEOUT(reasonOf(server, "cam1.mkv").contains(QStringLiteral("has changed")), patience);
    RawViewer gone(server, "/cam1.flv");
    RawViewer fresh(server, "/cam1.mkv");
    QTRY_COMPARE_WITH_TIMEOUT(gone.status(), 404, patience);
    QTRY_VERIFY_WITH_TIMEOUT(fresh.body().contains("changed"), patience);
    for (int round = 0; round < 10; ++round) {
        reload(server, kept + "<Stream extra" + QByteArray::number(round) + ".ts>\nFeed cam1\n</Stream>\n");
        const auto got = viewers.front()->body().size(); // viewers are read, too
        QTRY_VERIFY_WITH_TIMEOUT(viewers.front()->body().size() > got || feeder.finished(), patience);
    }
    QTRY_VERIFY_WITH_TIMEOUT(feeder.finished(), 60'000);
    feeder.endBody();
    server.send(R"({"end":"cam1"})");
    Player whole(QStringLiteral(ASPERSOR_CLIP));
    QVERIFY(whole.waitForEnd());
    for (const auto &viewer : viewers)
        QTRY_VERIFY_WITH_TIMEOUT(!viewer->connected(), patience);
    const QByteArray first = viewers.front()->body();
    QVERIFY(first.size() > 100'000);
    QCOMPARE(first.size() % 188, qsizetype{0});
    QCOMPARE(unexplainedGaps(first), 0);
    for (const auto &viewer : viewers) {
        QVERIFY(viewer->body().endsWith(first.right(first.size() / 2)));
        QCOMPARE(unexplainedGaps(viewer->body()), 0);
    }
    const QString file = server.folder() + QStringLiteral("/seen.ts");
    write(file, first);
    Player seen(file);
    QVERIFY(seen.waitForEnd());
    const QByteArrayList pictures = seen.pictures();
    QVERIFY(pictures.size() > 100);
    QCOMPARE(pictures, whole.pictures().mid(whole.pictures().size() - pictures.size()));
    QVERIFY(seen.timeGrows());
}

void FfserverReloadTest::encodedStreamsEndWhenTheyChange()
{
    FfserverRun server;
    const auto stream = [](const char *name, const char *size) {
        return QByteArray("<Stream ") + name + ">\nFeed cam1\nFormat mpegts\nVideoCodec mpeg4\nVideoSize " +
               size + "\n</Stream>\n";
    };
    server.config = stream("kept.ts", "64x48") + stream("other.ts", "96x64");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer kept(server, "/kept.ts");
    RawViewer other(server, "/other.ts");
    QTRY_VERIFY_WITH_TIMEOUT(kept.body().size() > 1000 && other.body().size() > 1000, patience);
    reload(server, stream("kept.ts", "64x48") + stream("other.ts", "128x96"));
    QTRY_VERIFY_WITH_TIMEOUT(!other.connected(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(reasonOf(server, "other.ts").contains(QStringLiteral("has changed")), patience);
    const qsizetype before = kept.body().size();
    QTRY_VERIFY_WITH_TIMEOUT(kept.body().size() > before, patience);
    QCOMPARE(unexplainedGaps(kept.body().left(kept.body().size() / 188 * 188)), 0);
}

void FfserverReloadTest::aBrokenFileChangesNothing()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    RawViewer viewer(server, "/cam1.flv");
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > 1000, patience);
    write(confOf(server), "MaxClients none\n<Stream a.ts>\n");
    ::kill(static_cast<pid_t>(server.process().processId()), SIGHUP);
    QTRY_COMPARE_WITH_TIMEOUT(server.events("error").size(), std::size_t{3}, patience);
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("stays as it was"), patience);
    RawViewer another(server, "/cam1.flv");
    QTRY_COMPARE_WITH_TIMEOUT(another.status(), 200, patience);
    const qsizetype before = viewer.body().size();
    QTRY_VERIFY_WITH_TIMEOUT(viewer.body().size() > before, patience);
    QVERIFY(server.events("reloaded").empty());
    QTRY_COMPARE_WITH_TIMEOUT(server.events("refused").size(), std::size_t{1}, patience);
    const QJsonArray findings = server.events("refused").front()[QStringLiteral("findings")].toArray();
    QCOMPARE(findings.size(), 3);
    QCOMPARE(findings[0][QStringLiteral("line")].toInt(), 1);
    QCOMPARE(findings[0][QStringLiteral("column")].toInt(), 12);
    QCOMPARE(findings[0][QStringLiteral("length")].toInt(), 4);
    QCOMPARE(findings[0][QStringLiteral("severity")].toString(), QStringLiteral("error"));
}

void FfserverReloadTest::whatHoldsFromTheNextStartOnIsSaid()
{
    FfserverRun server("Workers 1\n");
    QVERIFY2(server.start(), server.errors().constData());
    reload(server, server.config + "MaxClients 5\nMaxCliens 6\n");
    QVERIFY(!server.events("reloaded").back()[QStringLiteral("restartNeeded")].toBool());
    const QJsonArray findings = server.events("reloaded").back()[QStringLiteral("findings")].toArray();
    QCOMPARE(findings.size(), 1);
    QCOMPARE(findings[0][QStringLiteral("severity")].toString(), QStringLiteral("warning"));
    QCOMPARE(findings[0][QStringLiteral("suggestion")].toString(), QStringLiteral("MaxClients"));
    reload(server, QByteArray(server.config).replace("Workers 1", "Workers 2"));
    QVERIFY(server.events("reloaded").back()[QStringLiteral("restartNeeded")].toBool());
}

void FfserverReloadTest::oneAddressHasALimit()
{
    FfserverRun server("MaxClientsPerAddress 2\n");
    QVERIFY2(server.start(), server.errors().constData());
    LinkFeeder feeder(server, "cam1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("cam1"), QStringLiteral("live"), patience);
    auto one = std::make_unique<RawViewer>(server, "/cam1.ts");
    RawViewer two(server, "/cam1.flv");
    QTRY_VERIFY_WITH_TIMEOUT(one->body().size() > 1000 && two.body().size() > 1000, patience);
    {
        RawViewer three(server, "/cam1.ts");
        QTRY_COMPARE_WITH_TIMEOUT(three.status(), 503, patience);
        QTRY_VERIFY_WITH_TIMEOUT(three.body().contains("Your address has 2 viewers"), patience);
    }
    RawViewer status(server, "/status.json"); // is nobody's viewer
    QTRY_COMPARE_WITH_TIMEOUT(status.status(), 200, patience);
    one.reset();
    QTRY_COMPARE_WITH_TIMEOUT(server.events("viewer").size(), std::size_t{3}, patience);
    RawViewer four(server, "/cam1.ts");
    QTRY_COMPARE_WITH_TIMEOUT(four.status(), 200, patience);
}

void FfserverReloadTest::browsersGetAPage()
{
    FfserverRun server;
    QVERIFY2(server.start(), server.errors().constData());
    const auto ask = [&](const QByteArray &accept) {
        QTcpSocket socket;
        socket.connectToHost(QStringLiteral("127.0.0.1"), server.port());
        socket.waitForConnected();
        socket.write("GET /a<b> HTTP/1.1\r\nHost: x\r\nAccept: " + accept + "\r\n\r\n");
        QByteArray answer;
        while (socket.waitForReadyRead(patience))
            answer += socket.readAll();
        return answer;
    };
    const QByteArray page = ask("text/html,application/xhtml+xml,*/*;q=0.8");
    QVERIFY2(page.startsWith("HTTP/1.1 404 "), page.constData());
    QVERIFY2(page.contains("Content-Type: text/html"), page.constData());
    QVERIFY2(page.contains("<h1>404</h1>") && page.contains("a&lt;b&gt;"), page.constData());
    const QByteArray sentence = ask("*/*");
    QVERIFY2(sentence.contains("Content-Type: text/plain") && !sentence.contains("<h1>"),
             sentence.constData());
}

void FfserverReloadTest::aclsMayChangeWithoutAReload()
{
    FfserverRun server;
    const QString path = server.folder() + QStringLiteral("/who.acl");
    server.config = "<Feed cam1>\n</Feed>\n<Stream cam1.ts>\nFeed cam1\nACL deny 127.0.0.1\nDynamicACL " +
                    path.toUtf8() + "\n</Stream>\n<Stream cam1.rtp>\nFeed cam1\nFormat rtp\nDynamicACL " +
                    path.toUtf8() + "\n</Stream>\n";
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("is not there: everybody is let in"), patience);
    const auto status = [&] {
        RawViewer viewer(server, "/cam1.ts");
        RawViewer description(server, "/cam1.sdp"); // let in, it is told that RTSP is off
        static_cast<void>(
            QTest::qWaitFor([&] { return viewer.status() != 0 && description.status() != 0; }, patience));
        return viewer.status() == description.status() ? viewer.status() : -1;
    };
    QCOMPARE(status(), 503); // let in, and there is no feed
    write(path, "# nobody\n");
    QCOMPARE(status(), 403);
    write(path, "ACL allow 127.0.0.0/8\n");
    QCOMPARE(status(), 503);
    write(path, "ACL deny 127.0.0.1\n");
    QCOMPARE(status(), 403);
    write(path, "ACL allow 127.0.0.1\nACL alow 1.2.3.4\n");
    QCOMPARE(status(), 403);
    server.send(R"({"reload":true})");
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("lets nobody in: line 2: "), patience);
}

void FfserverReloadTest::theAccessLogIsTakenUpAnew()
{
    FfserverRun server;
    const QString path = server.folder() + QStringLiteral("/access.log");
    const auto linesIn = [](const QString &name) {
        QFile file(name);
        return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : qsizetype{-1};
    };
    const auto visit = [&] {
        RawViewer viewer(server, "/nothing.ts");
        QTRY_COMPARE_WITH_TIMEOUT(viewer.status(), 404, patience);
    };
    server.config = "CustomLog " + path.toUtf8() + "\n";
    QVERIFY2(server.start(), server.errors().constData());
    visit();
    QTRY_COMPARE_WITH_TIMEOUT(linesIn(path), qsizetype{1}, patience);
    QVERIFY(QFile::rename(path, path + QStringLiteral(".1"))); // as logrotate does
    reload(server, server.config);
    visit();
    QTRY_COMPARE_WITH_TIMEOUT(linesIn(path), qsizetype{1}, patience);
    QCOMPARE(linesIn(path + QStringLiteral(".1")), qsizetype{1});
    reload(server, "CustomLog " + path.toUtf8() + ".2\n");
    visit();
    QTRY_COMPARE_WITH_TIMEOUT(linesIn(path + QStringLiteral(".2")), qsizetype{1}, patience);
    reload(server, "CustomLog /nonexistent/access.log\n");
    QTRY_VERIFY_WITH_TIMEOUT(server.errors().contains("requests are logged as before"), patience);
}

void FfserverReloadTest::debugLogsOnStandardOutput()
{
    FfserverRun helper; // only for its folder
    write(confOf(helper), "CustomLog " + helper.folder().toUtf8() + "/no.log\n");
    QProcess process;
    process.start(QStringLiteral(ASPERSOR_BIN_DIR "/ffserver"),
                  {QStringLiteral("-d"), QStringLiteral("-f"), confOf(helper), QStringLiteral("--http"),
                   QStringLiteral("127.0.0.1:0")});
    QVERIFY(process.waitForStarted());
    QByteArray errors;
    QTRY_VERIFY_WITH_TIMEOUT((errors += process.readAllStandardError()).contains("Serving viewers at "),
                             patience);
    const qsizetype colon = errors.indexOf(':', errors.indexOf("http://127.0.0.1") + 8);
    QTcpSocket socket;
    socket.connectToHost(QStringLiteral("127.0.0.1"),
                         static_cast<quint16>(errors.mid(colon + 1).split('.').front().toInt()));
    QVERIFY(socket.waitForConnected());
    socket.write("GET /here HTTP/1.0\r\n\r\n");
    QByteArray output;
    QTRY_VERIFY_WITH_TIMEOUT(
        (output += process.readAllStandardOutput()).contains("\"GET /here HTTP/1.0\" 404 "), patience);
    QVERIFY(!QFile::exists(helper.folder() + QStringLiteral("/no.log")));
    process.terminate();
    QVERIFY(process.waitForFinished(patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

void FfserverReloadTest::theServiceManagerIsTold()
{
    FfserverRun server;
    const QByteArray path = server.folder().toUtf8() + "/notify.sock";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    QVERIFY(static_cast<std::size_t>(path.size()) < sizeof address.sun_path);
    std::copy(path.begin(), path.end(), std::begin(address.sun_path));
    const net::Socket manager(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    QCOMPARE(::bind(manager.descriptor(), reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("NOTIFY_SOCKET"), QString::fromUtf8(path));
    server.process().setProcessEnvironment(environment);

    QByteArrayList told;
    const auto hear = [&] {
        QByteArray message(4096, '\0');
        for (ssize_t got = 0; (got = ::recv(manager.descriptor(), message.data(), 4096, 0)) > 0;)
            told << message.left(got);
        return told.size();
    };
    QVERIFY2(server.start(), server.errors().constData());
    QTRY_COMPARE_WITH_TIMEOUT(hear(), qsizetype{1}, patience);
    QCOMPARE(told.back(), QByteArray("READY=1"));
    ::kill(static_cast<pid_t>(server.process().processId()), SIGHUP);
    QTRY_COMPARE_WITH_TIMEOUT(hear(), qsizetype{3}, patience);
    QVERIFY2(told[1].startsWith("RELOADING=1\nMONOTONIC_USEC="), told[1].constData());
    QVERIFY(told[1].split('=').back().toLongLong() > 0);
    QCOMPARE(told[2], QByteArray("READY=1"));
    server.process().terminate();
    QVERIFY(server.waitForExit());
    QCOMPARE(hear(), qsizetype{4});
    QCOMPARE(told.back(), QByteArray("STOPPING=1"));
    QCOMPARE(server.process().exitCode(), 0);
}

/// A file in the style of the original's sample starts, and every stream of it has an answer.
void FfserverReloadTest::formatsOfThePastAreAnsweredWithTheReason()
{
    FfserverRun server;
    QFile sample(QStringLiteral(ASPERSOR_SOURCE_DIR "/tests/fixtures/conf/sample.conf"));
    QVERIFY(sample.open(QIODevice::ReadOnly));
    server.config = sample.readAll();
    server.config.replace("/tmp/feed1.ffm", server.folder().toUtf8() + "/feed1.ffm");
    QVERIFY2(server.start(), server.errors().constData());
    const auto answerTo = [&](const QByteArray &name) {
        RawViewer viewer(server, "/" + name);
        static_cast<void>(
            QTest::qWaitFor([&] { return viewer.status() != 0 && !viewer.connected(); }, patience));
        return QByteArray::number(viewer.status()) + ' ' + viewer.body();
    };
    for (const char *name : {"test1.mpg", "test.mjpg", "test.asf", "test.avi", "test.rm", "test.swf"})
        QVERIFY2(answerTo(name).startsWith("503 The feed feed1 is not on the air"),
                 answerTo(name).constData());
    QVERIFY(answerTo("stat.html").startsWith("200 "));
    QVERIFY(answerTo("stat.html").contains("<link rel=icon href=\"http://example.org/favicon.ico\">"));
    QVERIFY(answerTo("index.html").startsWith("301 "));
    LinkFeeder feeder(server, "feed1", m_clip);
    QVERIFY(feeder.start());
    QTRY_COMPARE_WITH_TIMEOUT(server.feedStates("feed1"), QStringLiteral("live"), patience);
    QVERIFY2(answerTo("test.swf").startsWith("415 The feed feed1 cannot be sent as swf: "),
             answerTo("test.swf").constData());
}

QTEST_GUILESS_MAIN(FfserverReloadTest)
#include "tst_ffserverreload.moc"
