// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/uploadpath.h"

#include <QTest>

using namespace aspersor;

class TestUploadPath : public QObject
{
    Q_OBJECT

private slots:
    void paths_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QString>("feed"); // empty: refused
        QTest::addColumn<int>("kind");
        using Kind = UploadPath::Kind;
        const auto row = [](const QByteArray &path, const char *feed, Kind kind) {
            QTest::newRow(path.left(40).constData()) << path << QString::fromLatin1(feed) << int(kind);
        };
        row("/cam1", "cam1", Kind::Feed);
        row("/cam1.ts", "cam1", Kind::Feed);
        row("/cam1.TS", "cam1", Kind::Feed);
        row("/cam1.ffm", "cam1", Kind::Feed);
        row("/cam1.m2ts", "cam1", Kind::Feed);
        row("/cam1.mts", "cam1", Kind::Feed);
        row("/cam1.mpeg", "cam1", Kind::Feed);
        row("/cam.one", "cam.one", Kind::Feed);
        row("/cam.ts.ts", "cam.ts", Kind::Feed);
        row("/ts", "ts", Kind::Feed);
        row("/A-b_9", "A-b_9", Kind::Feed);
        row("/-", "-", Kind::Feed);
        row("/cam1/seg-001.ts", "cam1", Kind::Segment);
        row("/cam1/seg 001", "cam1", Kind::Segment);
        row("/cam1.ts/001.ts", "cam1.ts", Kind::Segment);
        row("/cam1/index.m3u8", "cam1", Kind::Playlist);
        row("/cam1.m3u8", "cam1", Kind::Playlist);
        row("/" + QByteArray(64, 'a'), QByteArray(64, 'a').constData(), Kind::Feed);
        row("/" + QByteArray(64, 'a') + ".ts", QByteArray(64, 'a').constData(), Kind::Feed);
        row("/" + QByteArray(65, 'a'), "", Kind::Feed);
        row("/cam1/" + QByteArray(256, 'a'), "", Kind::Feed);
        for (const char *bad :
             {"", "*", "/", "//", "/.ts", "/.hidden", "/..", "/../etc", "/cam 1", "/cam+1", "/c\xC3\xA9",
              "/cam1/", "/cam1/a/b.ts", "/cam1//b.ts", "cam1", "/cam1\\x", "/.m3u8", "/cam;1", "/cam:1"})
            QTest::newRow(qPrintable(QStringLiteral("bad ") + QString::fromUtf8(bad)))
                << QByteArray(bad) << QString() << 0;
    }
    void paths()
    {
        QFETCH(QByteArray, path);
        QFETCH(QString, feed);
        QFETCH(int, kind);
        const auto result =
            parseUploadPath(std::string_view(path.constData(), static_cast<std::size_t>(path.size())));
        QCOMPARE(result.has_value(), !feed.isEmpty());
        if (!result)
            return;
        QCOMPARE(result->feed, feed);
        QCOMPARE(int(result->kind), kind);
    }
};

QTEST_GUILESS_MAIN(TestUploadPath)
#include "tst_uploadpath.moc"
