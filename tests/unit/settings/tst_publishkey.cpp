// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/publishkey.h"

#include <QFile>
#include <QRegularExpression>
#include <QSet>
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

} // namespace

class TestPublishKey : public QObject
{
    Q_OBJECT

private slots:
    void keysAreReadableAndNeverTheSame()
    {
        const QRegularExpression shape(QStringLiteral("^[0-9a-hjkmnp-tv-z]{26}$"));
        QSet<QString> seen;
        QSet<QChar> used;
        for (int i = 0; i < 200; ++i) {
            const QString key = makePublishKey();
            QVERIFY2(shape.match(key).hasMatch(), qPrintable(key));
            QVERIFY(isUsablePublishKey(key));
            seen.insert(key);
            for (const QChar c : key)
                used.insert(c);
        }
        QCOMPARE(seen.size(), 200);
        QCOMPARE(used.size(), 32); // every digit turns up in 5200 of them
    }

    void firstStartMakesAPrivateKeyThatStays()
    {
        QTemporaryDir parent;
        const QString folder = parent.filePath(QStringLiteral("config/aspersor"));
        const mode_t old = ::umask(0);
        const auto first = loadPublishKey(folder);
        ::umask(old);
        QVERIFY(first.has_value());
        QCOMPARE(modeOf(folder), 0700);
        QCOMPARE(modeOf(publishKeyFile(folder)), 0600);
        const auto second = loadPublishKey(folder);
        QVERIFY(second.has_value());
        QCOMPARE(*second, *first);
    }

    void savingReplacesTheKey()
    {
        QTemporaryDir folder;
        QVERIFY(savePublishKey(folder.path(), QStringLiteral("another-key")));
        QCOMPARE(modeOf(publishKeyFile(folder.path())), 0600);
        QCOMPARE(loadPublishKey(folder.path()).value_or(QString()), QStringLiteral("another-key"));
    }

    void aKeyThatOthersMayReadIsMadePrivate()
    {
        QTemporaryDir folder;
        QVERIFY(savePublishKey(folder.path(), QStringLiteral("another-key")));
        QCOMPARE(::chmod(QFile::encodeName(publishKeyFile(folder.path())).constData(), 0644), 0);
        QVERIFY(loadPublishKey(folder.path()).has_value());
        QCOMPARE(modeOf(publishKeyFile(folder.path())), 0600);
    }

    void aUselessKeyFileIsAnErrorWithASentence_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("spaces inside") << QByteArray("two words here\n");
        QTest::newRow("binary") << QByteArray("\x01\x02\x03\x04\x05\x06\x07\x08\x09", 9);
        QTest::newRow("too long") << QByteArray(500, 'a');
    }

    void aUselessKeyFileIsAnErrorWithASentence()
    {
        QFETCH(QByteArray, content);
        QTemporaryDir folder;
        QFile file(publishKeyFile(folder.path()));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(content);
        file.close();
        const auto key = loadPublishKey(folder.path());
        QVERIFY(!key.has_value());
        QVERIFY(QString::fromStdString(key.error().message).contains(file.fileName()));
        QVERIFY(QString::fromStdString(key.error().message).endsWith(QLatin1Char('.')));
    }

    void aFolderThatCannotBeMadeIsAnError()
    {
        QTemporaryDir parent;
        QFile file(parent.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto key = loadPublishKey(file.fileName() + QStringLiteral("/below"));
        QVERIFY(!key.has_value());
        QCOMPARE(key.error().kind, Error::Kind::Io);
    }
};

QTEST_GUILESS_MAIN(TestPublishKey)
#include "tst_publishkey.moc"
