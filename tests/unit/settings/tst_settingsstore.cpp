// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/settingsstore.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>

using namespace aspersor;

namespace {

int modeOf(const QString &path)
{
    struct stat info = {};
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 ? static_cast<int>(info.st_mode & 07777U)
                                                                   : -1;
}

Settings allDifferent(const QString &folder)
{
    Settings s;
    s.ingest = {QStringLiteral("127.0.0.1"), 1234};
    s.http = {QStringLiteral("::1"), 4321};
    s.ffserverPath = QStringLiteral("/opt/a, b/ffserver");
    s.confFile = QStringLiteral("/etc/ffserver \"x\".conf");
    s.configDir = folder;
    s.open = true;
    s.maxFeeds = 3;
    s.originalPlaces = 4;
    s.maxConnections = 77;
    s.silenceTimeoutMs = 5000;
    s.graceMs = 0;
    s.language = QStringLiteral("es");
    return s;
}

void writeIni(const QTemporaryDir &folder, const QByteArray &text)
{
    QFile file(folder.filePath(QStringLiteral("aspersor.ini")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

} // namespace

class TestSettingsStore : public QObject
{
    Q_OBJECT

private slots:
    void withoutAFileAllIsDefault()
    {
        QTemporaryDir folder;
        const auto loaded = loadSettings(folder.path());
        Settings expected;
        expected.configDir = folder.path();
        QCOMPARE(loaded.settings, expected);
        QVERIFY(loaded.warnings.isEmpty());
        QVERIFY(QDir(folder.path()).isEmpty()); // reading leaves nothing behind
    }

    void whatIsSavedIsLoaded()
    {
        QTemporaryDir parent;
        const Settings saved = allDifferent(parent.filePath(QStringLiteral("new")));
        const mode_t old = ::umask(0);
        QVERIFY(saveSettings(saved));
        ::umask(old);
        QCOMPARE(modeOf(saved.configDir), 0700);
        QCOMPARE(modeOf(saved.configDir + QStringLiteral("/aspersor.ini")), 0600);
        const auto loaded = loadSettings(saved.configDir);
        QCOMPARE(loaded.warnings, QStringList());
        QCOMPARE(loaded.settings, saved);
    }

    void thePublishKeyIsNotInTheSettings()
    {
        QTemporaryDir folder;
        Settings settings = allDifferent(folder.path());
        settings.publishKey = QStringLiteral("very-secret");
        QVERIFY(saveSettings(settings));
        QFile file(folder.filePath(QStringLiteral("aspersor.ini")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains("very-secret"));
    }

    void savingMakesALooseFilePrivate()
    {
        QTemporaryDir folder;
        writeIni(folder, "[ingest]\nmaxFeeds=5\n");
        const QByteArray path = QFile::encodeName(folder.filePath(QStringLiteral("aspersor.ini")));
        QCOMPARE(::chmod(path.constData(), 0666), 0);
        QVERIFY(saveSettings(loadSettings(folder.path()).settings));
        QCOMPARE(modeOf(QString::fromLocal8Bit(path)), 0600);
        QCOMPARE(loadSettings(folder.path()).settings.maxFeeds, 5);
    }

    void badValuesFallBackWithASentence_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("named");
        QTest::newRow("port") << QByteArray("[ingest]\naddress=0.0.0.0:99999\n") << "ingest/address";
        QTest::newRow("viewers") << QByteArray("[viewers]\naddress=nowhere\n") << "viewers/address";
        QTest::newRow("negative") << QByteArray("[ingest]\nmaxFeeds=-1\n") << "ingest/maxFeeds";
        QTest::newRow("too many") << QByteArray("[ingest]\nmaxFeeds=100000\n") << "ingest/maxFeeds";
        QTest::newRow("not a number") << QByteArray("[ingest]\ngraceMs=soon\n") << "ingest/graceMs";
        QTest::newRow("overflow") << QByteArray("[ingest]\nsilenceTimeoutMs=99999999999\n")
                                  << "ingest/silenceTimeoutMs";
        QTest::newRow("list") << QByteArray("[ingest]\nmaxConnections=1, 2\n") << "ingest/maxConnections";
        // Never open the door by a value that is not understood.
        QTest::newRow("open") << QByteArray("[ingest]\nopen=yes please\n") << "ingest/open";
    }

    void badValuesFallBackWithASentence()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, named);
        QTemporaryDir folder;
        writeIni(folder, line + "\n[window]\nlanguage=es\n");
        const auto loaded = loadSettings(folder.path());
        Settings expected;
        expected.configDir = folder.path();
        expected.language = QStringLiteral("es");
        QCOMPARE(loaded.settings, expected);
        QCOMPARE(loaded.warnings.size(), 1);
        QVERIFY2(loaded.warnings.first().contains(named), qPrintable(loaded.warnings.first()));
    }

    void garbageIsNoReasonToFail()
    {
        QTemporaryDir folder;
        QByteArray garbage;
        for (int i = 0; i < 4096; ++i)
            garbage += static_cast<char>(i * 37);
        writeIni(folder, garbage);
        Settings expected;
        expected.configDir = folder.path();
        QCOMPARE(loadSettings(folder.path()).settings, expected);
    }

    void foldersFollowXdg()
    {
        qputenv("XDG_STATE_HOME", "/somewhere/state");
        QCOMPARE(stateDir(), QStringLiteral("/somewhere/state/aspersor"));
        qputenv("XDG_STATE_HOME", "relative");
        QCOMPARE(stateDir(), QDir::homePath() + QStringLiteral("/.local/state/aspersor"));
        qunsetenv("XDG_STATE_HOME");
        qputenv("XDG_CONFIG_HOME", "/somewhere/config");
        QCOMPARE(configDir({}), QStringLiteral("/somewhere/config/aspersor"));
        QCOMPARE(confFile({}), QStringLiteral("/somewhere/config/aspersor/ffserver.conf"));
        Settings settings;
        settings.configDir = QStringLiteral("sub/../here");
        QCOMPARE(configDir(settings), QDir::current().absoluteFilePath(QStringLiteral("here")));
    }

    void onlyWhatADialogChangedIsKept()
    {
        Settings stored;
        stored.maxFeeds = 10;
        Settings running = stored;
        running.open = true; // by the command line, for this run
        Settings wanted = running;
        wanted.maxFeeds = 20;
        Settings expected = stored;
        expected.maxFeeds = 20;
        QCOMPARE(withChanges(stored, running, wanted), expected);
    }

    void everyFieldIsCarriedOver()
    {
        Settings after = allDifferent(QString());
        after.publishKey = QStringLiteral("new-key-123");
        QCOMPARE(withChanges({}, {}, after), after);
    }
};

QTEST_GUILESS_MAIN(TestSettingsStore)
#include "tst_settingsstore.moc"
