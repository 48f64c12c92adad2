// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/feedurl.h"
#include "app/phone/options.h"
#include "app/phone/progress.h"

#include <QtTest>

using namespace aspersor;
using namespace aspersor::phone;
using std::chrono::milliseconds;

namespace {

Result<std::variant<Options, PlainText>> parse(const QByteArrayList &arguments)
{
    QByteArrayList words = arguments;
    words.prepend("aspersor-phone");
    std::vector<char *> argv;
    for (QByteArray &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    return parseOptions(static_cast<int>(words.size()), argv.data());
}

Options parsed(const QByteArrayList &arguments)
{
    return std::get<Options>(parse(arguments).value());
}

} // namespace

class TestPhoneOptions : public QObject
{
    Q_OBJECT

private slots:
    void defaultsAreThePhoneApps()
    {
        const Options options = parsed({"clip.ts", "http://h/cam1"});
        QCOMPARE(options.source, std::string("clip.ts"));
        QCOMPARE(options.url, std::string("http://h/cam1"));
        QCOMPARE(options.segment, milliseconds{2000});
        QVERIFY(!options.chunk && !options.putSegments && !options.loop && !options.duration);
        QCOMPARE(options.feeds, 1);
    }

    void everyOptionIsTaken()
    {
        const Options options = parsed({"--segment", "0.5", "--chunk-ms=40", "--loop", "--key", "k1",
                                        "--feeds", "9", "test", "http://h/x", "--duration", "1.5", "--size",
                                        "640x360", "--fps", "25", "--bitrate", "900", "--end-with-input"});
        QCOMPARE(options.segment, milliseconds{500});
        QVERIFY(options.chunk == milliseconds{40});
        QVERIFY(options.loop && options.endWithInput);
        QCOMPARE(options.key, std::string("k1"));
        QCOMPARE(options.feeds, 9);
        QVERIFY(options.duration == milliseconds{1500});
        QCOMPARE(options.size.width, 640);
        QCOMPARE(options.size.height, 360);
        QCOMPARE(options.framesPerSecond, 25);
        QCOMPARE(options.videoKbps, 900);
        QVERIFY(parsed({"--put-segments", "a", "http://h/x"}).putSegments);
    }

    void wrongUsageIsExplained_data()
    {
        QTest::addColumn<QByteArrayList>("arguments");
        QTest::addColumn<QByteArray>("named"); // what the sentence must name
        QTest::newRow("nothing") << QByteArrayList{} << QByteArray("SOURCE URL");
        QTest::newRow("no URL") << QByteArrayList{"test"} << QByteArray("SOURCE URL");
        QTest::newRow("too many") << QByteArrayList{"a", "b", "c"} << QByteArray("SOURCE URL");
        QTest::newRow("unknown") << QByteArrayList{"--sgment", "2", "a", "b"} << QByteArray("--sgment");
        QTest::newRow("no value") << QByteArrayList{"a", "b", "--key"} << QByteArray("--key");
        QTest::newRow("empty key") << QByteArrayList{"--key", "", "a", "b"} << QByteArray("--key");
        QTest::newRow("key with a line end")
            << QByteArrayList{"--key", "a\r\nX: y", "a", "b"} << QByteArray("--key");
        QTest::newRow("segment 0") << QByteArrayList{"--segment", "0", "a", "b"} << QByteArray("--segment");
        QTest::newRow("segment nan") << QByteArrayList{"--segment", "nan", "a", "b"}
                                     << QByteArray("--segment");
        QTest::newRow("chunk 0") << QByteArrayList{"--chunk-ms", "0", "a", "b"} << QByteArray("--chunk-ms");
        QTest::newRow("chunk text") << QByteArrayList{"--chunk-ms", "5x", "a", "b"}
                                    << QByteArray("--chunk-ms");
        QTest::newRow("feeds 0") << QByteArrayList{"--feeds", "0", "a", "b"} << QByteArray("--feeds");
        QTest::newRow("odd size") << QByteArrayList{"--size", "641x360", "a", "b"} << QByteArray("--size");
        QTest::newRow("no size") << QByteArrayList{"--size", "640", "a", "b"} << QByteArray("--size");
        QTest::newRow("both ways") << QByteArrayList{"--put-segments", "--chunk-ms", "5", "a", "b"}
                                   << QByteArray("--put-segments");
    }
    void wrongUsageIsExplained()
    {
        QFETCH(QByteArrayList, arguments);
        QFETCH(QByteArray, named);
        const auto result = parse(arguments);
        QVERIFY(!result);
        const QByteArray sentence = QByteArray::fromStdString(result.error().message);
        QVERIFY2(sentence.contains(named), sentence.constData());
        QVERIFY2(sentence.endsWith('.'), sentence.constData());
    }

    void helpNamesEveryOption()
    {
        const auto help = std::get<PlainText>(parse({"--help"}).value()).text;
        for (const char *option :
             {"--segment", "--chunk-ms", "--put-segments", "--loop", "--key", "--feeds", "--duration",
              "--size", "--fps", "--bitrate", "--end-with-input", "--version"})
            QVERIFY2(help.find(option) != std::string::npos, option);
        QVERIFY(std::get<PlainText>(parse({"--version"}).value()).text.starts_with("aspersor-phone "));
    }

    void addressesAreTakenApart_data()
    {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QByteArray>("authority");
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QByteArray>("third"); // target of the third of several feeds
        QTest::addColumn<QByteArray>("segment");
        QTest::newRow("plain") << QByteArray("http://127.0.0.1:8088/cam") << QByteArray("127.0.0.1:8088")
                               << QByteArray("/cam") << QByteArray("cam") << QByteArray("/cam3")
                               << QByteArray("/cam/seg-00007.ts");
        QTest::newRow("no port") << QByteArray("http://host/cam") << QByteArray("host:80")
                                 << QByteArray("/cam") << QByteArray("cam") << QByteArray("/cam3")
                                 << QByteArray("/cam/seg-00007.ts");
        QTest::newRow("query") << QByteArray("http://h:1/a?key=b/c#x") << QByteArray("h:1")
                               << QByteArray("/a?key=b/c") << QByteArray("a") << QByteArray("/a3?key=b/c")
                               << QByteArray("/a/seg-00007.ts?key=b/c");
        QTest::newRow("suffix") << QByteArray("http://h:1/a.ts") << QByteArray("h:1") << QByteArray("/a.ts")
                                << QByteArray("a") << QByteArray("/a3.ts") << QByteArray("/a/seg-00007.ts");
        QTest::newRow("IPv6") << QByteArray("http://[::1]:9/a") << QByteArray("[::1]:9") << QByteArray("/a")
                              << QByteArray("a") << QByteArray("/a3") << QByteArray("/a/seg-00007.ts");
    }
    void addressesAreTakenApart()
    {
        QFETCH(QByteArray, url);
        const auto parsedUrl = parseFeedUrl(url.toStdString());
        QVERIFY(parsedUrl);
        QTEST(QByteArray::fromStdString(parsedUrl->authority()), "authority");
        QTEST(QByteArray::fromStdString(parsedUrl->target()), "target");
        QTEST(QByteArray::fromStdString(parsedUrl->name()), "name");
        QTEST(QByteArray::fromStdString(parsedUrl->numbered(3).target()), "third");
        QTEST(QByteArray::fromStdString(parsedUrl->segmentTarget(7)), "segment");
    }

    void badAddressesAreRefused_data()
    {
        QTest::addColumn<QByteArray>("url");
        for (const char *url : {"", "cam1", "https://h/cam", "http://", "http:///cam", "http://h",
                                "http://h/", "http://h//", "http://h:0/a", "http://h:65536/a", "http://h:x/a",
                                "http://h:/a", "http://[::1/a", "http://h/a b", "http://h/a\r\nX: y"})
            QTest::newRow(url) << QByteArray(url);
    }
    void badAddressesAreRefused()
    {
        QFETCH(QByteArray, url);
        const auto result = parseFeedUrl(url.toStdString());
        QVERIFY(!result);
        QVERIFY(result.error().message.ends_with("NAME."));
    }

    void progressShowsTheRateOfTheLastSeconds()
    {
        const auto begin = std::chrono::steady_clock::time_point{} + std::chrono::hours{1};
        ProgressLine line("demo", begin);
        Uploader::Status feed;
        feed.state = Uploader::State::Sending;
        std::string text;
        for (int second = 1; second <= 20; ++second) {
            if (second > 10)
                feed.sentBytes += 250'000; // 2000 kb/s
            text = line.update({feed}, begin + std::chrono::seconds{second});
        }
        QCOMPARE(text, std::string("00:20  demo  sending  2000 kb/s  2.5 MB sent  0 reconnects"));
        feed.reconnects = 1;
        feed.droppedBytes = 1'500'000;
        text = line.update({feed, feed}, begin + std::chrono::seconds{3725});
        QVERIFY(text.starts_with("1:02:05  demo  2 sending"));
        QVERIFY(text.ends_with("2 reconnects  3.0 MB dropped"));
    }
};

QTEST_GUILESS_MAIN(TestPhoneOptions)
#include "tst_phoneoptions.moc"
