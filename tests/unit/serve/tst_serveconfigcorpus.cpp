// SPDX-License-Identifier: GPL-3.0-or-later
// Configurations as people wrote them (tests/fixtures/conf), and what a careless hand makes of them.
#include "core/serve/configparser.h"
#include "core/serve/configprinter.h"

#include <QDir>
#include <QRandomGenerator>
#include <QTest>
#include <algorithm>
#include <cstdint>

using namespace aspersor::serve;

/// The fuzzer's entry point; it aborts at a fault.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

class ServeConfigCorpusTest final : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase();
    void noneHasAnError_data();
    void noneHasAnError();
    void printedAndReadAgainTheyAreTheSame_data() { noneHasAnError_data(); }
    void printedAndReadAgainTheyAreTheSame();
    void theSampleHasAllItsStreams();
    void everyValueIsPrinted();
    void mutationsAreSurvived_data() { noneHasAnError_data(); }
    void mutationsAreSurvived();

private:
    std::vector<std::pair<QString, QByteArray>> m_corpus;
};

namespace {

std::string textOf(const QByteArray &bytes)
{
    return bytes.toStdString();
}

QByteArray errorsOf(const Diagnostics &diagnostics)
{
    QByteArray text;
    for (const Diagnostic &diagnostic : diagnostics) {
        if (diagnostic.severity == Diagnostic::Severity::Error)
            text += QByteArray::fromStdString(diagnostic.withExcerpt()) + '\n';
    }
    return text;
}

bool isOfMissingEncoder(const Diagnostic &diagnostic)
{
    return diagnostic.message.find("encoder called") != std::string::npos ||
           diagnostic.message.find("This machine has no") != std::string::npos;
}

} // namespace

void ServeConfigCorpusTest::initTestCase()
{
    const QDir folder(QStringLiteral(ASPERSOR_SOURCE_DIR "/tests/fixtures/conf"));
    for (const QString &name : folder.entryList({QStringLiteral("*.conf")}, QDir::Files, QDir::Name)) {
        QFile file(folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_corpus.emplace_back(name, file.readAll());
    }
    QVERIFY(m_corpus.size() >= 20);
}

void ServeConfigCorpusTest::noneHasAnError_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const auto &[name, text] : m_corpus)
        QTest::newRow(qPrintable(name)) << text;
}

void ServeConfigCorpusTest::noneHasAnError()
{
    QFETCH(QByteArray, text);
    ParsedConfig parsed = parseConfig(textOf(text), QTest::currentDataTag());
    std::erase_if(parsed.diagnostics, isOfMissingEncoder); // a small libav
    QVERIFY2(!hasErrors(parsed.diagnostics), errorsOf(parsed.diagnostics).constData());
    for (const StreamSpec &stream : parsed.config.streams)
        QVERIFY(stream.format);
}

void ServeConfigCorpusTest::printedAndReadAgainTheyAreTheSame()
{
    QFETCH(QByteArray, text);
    const ParsedConfig parsed = parseConfig(textOf(text), QTest::currentDataTag());
    if (hasErrors(parsed.diagnostics))
        QSKIP("libav has not all of the encoders");
    const std::string printed = printConfig(parsed.config);
    const ParsedConfig again = parseConfig(printed, "printed");
    QVERIFY2(!hasErrors(again.diagnostics), errorsOf(again.diagnostics).constData());
    QVERIFY2(again.config == parsed.config, printed.c_str());
    QCOMPARE(QByteArray::fromStdString(printConfig(again.config)), QByteArray::fromStdString(printed));
    QVERIFY(parsed.config == Config{} || !printed.empty());
}

/// Every stream is there: served, or with the reason why it cannot be.
void ServeConfigCorpusTest::theSampleHasAllItsStreams()
{
    const auto found =
        std::ranges::find(m_corpus, QStringLiteral("sample.conf"), &decltype(m_corpus)::value_type::first);
    QVERIFY(found != m_corpus.end());
    const Config config = parseConfig(textOf(found->second), "sample.conf").config;
    QCOMPARE(config.streams.size() + config.unavailable.size(),
             std::size_t(found->second.count("\n<Stream ")));
    for (const UnavailableSpec &stream : config.unavailable)
        QVERIFY2(stream.reason.ends_with('.'), stream.name.c_str());
    QCOMPARE(config.httpPort, std::uint16_t{8090});
    QVERIFY(config.feed("feed1"));
    QCOMPARE(config.feed("feed1")->file, std::string("/tmp/feed1.ffm"));
    QCOMPARE(config.feed("feed1")->fileMaxBytes, std::int64_t{200 * 1024});
    QCOMPARE(config.redirects.front().name, std::string("index.html"));
}

/// A configuration that differs from the default in everything.
void ServeConfigCorpusTest::everyValueIsPrinted()
{
    Config config;
    config.httpPort = 0;
    config.httpBindAddress = "::1";
    config.maxClients = 7;
    config.maxHttpConnections = 70;
    config.maxBandwidthKbps = 700;
    config.rtspPort = 554;
    config.rtspBindAddress = "127.0.0.1";
    config.maxClientsPerAddress = 2;
    config.feedSocket = "/tmp/a b";
    config.customLog = "-";
    config.feedGrace = std::chrono::milliseconds(1);
    config.viewerTimeout = std::chrono::milliseconds(1001);
    config.delayBudget = std::chrono::milliseconds(3);
    config.workers = 5;
    FeedSpec feed;
    feed.name = "f";
    feed.acl = Acl::loopbackOnly();
    feed.file = "/tmp/x y";
    feed.fileMaxBytes = 123'457;
    feed.truncate = true;
    feed.readOnly = true;
    feed.launch = {"a", "", "b c", "'", "d\"e"};
    config.feeds.push_back(feed);
    StreamSpec stream{.name = "s.mkv", .feed = "f", .format = formatByName("matroska")};
    stream.acl = Acl::loopbackOnly();
    stream.dynamicAcl = "/tmp/acl";
    stream.encoding.video = {.encoder = "mpeg4",
                             .width = 64,
                             .height = 48,
                             .frameRateNum = 25,
                             .frameRateDen = 2,
                             .pixelFormat = "yuv420p",
                             .options = {{"g", "1"}, {"b", "64000"}, {"flags", "+mv4"}}};
    stream.encoding.audio.encoder = "mp2";
    stream.encoding.audio.sampleRate = 48'000;
    stream.encoding.audio.channels = 1;
    stream.encoding.audio.options = {{"b", "64001"}};
    stream.loop = false;
    stream.preroll = std::chrono::milliseconds(2500);
    stream.startOnKey = true;
    stream.maxTime = std::chrono::milliseconds(1);
    stream.metadata = {{"title", ""}, {"a b", "c"}};
    stream.multicast = MulticastSpec{"224.0.0.9", 1234, 3};
    config.streams.push_back(stream);
    StreamSpec file{.name = "f.ts", .format = formatByName("mpegts")};
    file.file = "/tmp/f";
    file.inputFormat = "mpegts";
    file.encoding.video.leftOut = true;
    config.streams.push_back(file);
    StreamSpec status{.name = "s.html", .format = formatByName("status")};
    status.acl = Acl::loopbackOnly();
    status.faviconUrl = "/x.ico";
    config.streams.push_back(status);
    config.redirects.push_back({.name = "r", .url = "http://x/"});
    const std::string printed = printConfig(config);
    const ParsedConfig again = parseConfig(printed, "printed");
    QVERIFY2(!hasErrors(again.diagnostics), errorsOf(again.diagnostics).constData());
    QVERIFY2(again.config == config, printed.c_str());
}

/// Lines doubled, lost and swapped, words from other files, bytes changed: always the same ones.
void ServeConfigCorpusTest::mutationsAreSurvived()
{
    QFETCH(QByteArray, text);
    constexpr int rounds = 200;
    QRandomGenerator random(4711);
    const auto anyOf = [&](const auto &list) { return list[random.bounded(qint64(list.size()))]; };
    for (int round = 0; round < rounds; ++round) {
        QByteArrayList lines = text.split('\n');
        for (int change = random.bounded(1, 5); change-- > 0;) {
            const qsizetype at = qsizetype(random.bounded(qint64(lines.size())));
            const QByteArrayList others = anyOf(m_corpus).second.split('\n');
            switch (random.bounded(6)) {
            case 0:
                lines.insert(at, anyOf(others));
                break;
            case 1:
                lines.insert(at, lines[at]);
                break;
            case 2:
                lines[at] = lines[at].left(random.bounded(int(lines[at].size()) + 1));
                break;
            case 3:
                lines.swapItemsAt(at, qsizetype(random.bounded(qint64(lines.size()))));
                break;
            case 4: {
                QByteArrayList words = lines[at].split(' ');
                words.back() = anyOf(others).split(' ').back();
                lines[at] = words.join(' ');
                break;
            }
            default:
                if (!lines[at].isEmpty())
                    lines[at][qsizetype(random.bounded(qint64(lines[at].size())))] =
                        static_cast<char>(random.bounded(256));
            }
        }
        const QByteArray bytes = lines.join('\n');
        QCOMPARE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(bytes.constData()),
                                        static_cast<std::size_t>(bytes.size())),
                 0);
    }
}

QTEST_GUILESS_MAIN(ServeConfigCorpusTest)
#include "tst_serveconfigcorpus.moc"
