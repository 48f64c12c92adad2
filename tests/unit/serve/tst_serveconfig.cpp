// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configlexer.h"
#include "core/serve/configparser.h"
#include "core/serve/configvalues.h"

#include <QByteArray>
#include <QFile>
#include <QRandomGenerator>
#include <QTest>

using namespace aspersor::serve;
namespace ip = boost::asio::ip;

class ServeConfigTest final : public QObject
{
    Q_OBJECT

private slots:
    void theDefaultFileIsClean();
    void directivesAreRead();
    void problemsAreNamedWithTheirPlace_data();
    void problemsAreNamedWithTheirPlace();
    void everythingIsSaidInOneRun();
    void excerptsUnderlineTheWord();
    void wordsAreSplitAsTheOriginalDid_data();
    void wordsAreSplitAsTheOriginalDid();
    void hostileFilesAreSurvived_data();
    void hostileFilesAreSurvived();
    void unreadableFilesAreOneError();
    void templatesMapNamesBothWays_data();
    void templatesMapNamesBothWays();
    void aclRowsAreEvaluatedInOrder_data();
    void aclRowsAreEvaluatedInOrder();
    void integersAreReadAsInC_data();
    void integersAreReadAsInC();
};

namespace {

QByteArray defaultFile()
{
    QFile file(QStringLiteral(ASPERSOR_SOURCE_DIR "/resources/ffserver.conf"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

ParsedConfig parse(const QByteArray &text)
{
    return parseConfig({text.constData(), static_cast<std::size_t>(text.size())}, "x.conf");
}

QByteArray allOf(const Diagnostics &diagnostics)
{
    QByteArray text;
    for (const Diagnostic &diagnostic : diagnostics)
        text += QByteArray::fromStdString(diagnostic.oneLine()) + '\n';
    return text;
}

} // namespace

void ServeConfigTest::theDefaultFileIsClean()
{
    const ParsedConfig parsed = parse(defaultFile());
    QVERIFY2(parsed.diagnostics.empty(), allOf(parsed.diagnostics).constData());
    const Config &config = parsed.config;
    QCOMPARE(config.httpPort, std::uint16_t{8090});
    QCOMPARE(config.httpBindAddress, std::string("0.0.0.0"));
    QCOMPARE(config.maxClients, 2000);
    QCOMPARE(config.streams.size(), std::size_t{7});
    QStringList formats;
    for (const StreamSpec &stream : config.streams)
        formats << QString::fromStdString(std::string(stream.format->name));
    QCOMPARE(formats.join(QLatin1Char(' ')), QStringLiteral("mpegts flv matroska mp4 adts status status"));
    QVERIFY(config.streams.back().acl.allows(ip::make_address("127.0.0.1")));
    QVERIFY(config.streams.back().acl.allows(ip::make_address("::1")));
    QVERIFY(!config.streams.back().acl.allows(ip::make_address("192.168.0.1")));
}

void ServeConfigTest::directivesAreRead()
{
    const ParsedConfig parsed =
        parse("\xEF\xBB\xBF"
              "httpport 0x1F90 remark\r\n"
              "HTTPBindAddress ::1\n"
              "MaxHTTPConnections 300\nMaxClients 020\n"
              "MaxBandwidth 5000\nFeedSocket \"/tmp/a b.sock\"\nCustomLog -\nNoDaemon\n"
              "FeedGrace 1.5\nViewerTimeout 2\nDelayBudget 120\nWorkers 3\n"
              "   # a remark\n"
              "<Feed door.ffm>\nACL allow 10.0.0.0/8\n</Feed>\n"
              "<stream front>\n feed door.ffm\n format flv\nACL deny ::1\n</stream>\n"
              "<Redirect index.html>\nURL http://x.org/\n</Redirect>\n"
              "<Stream s.html>\nFormat status\n</Stream>\n");
    QVERIFY2(parsed.diagnostics.empty(), allOf(parsed.diagnostics).constData());
    const Config &config = parsed.config;
    QCOMPARE(config.httpPort, std::uint16_t{8080});
    QCOMPARE(config.httpBindAddress, std::string("::1"));
    QCOMPARE(config.connectionLimit(), 300);
    QCOMPARE(config.maxClients, 16);
    QCOMPARE(config.maxBandwidthKbps, 5000);
    QCOMPARE(config.feedSocket, std::string("/tmp/a b.sock"));
    QCOMPARE(config.customLog, std::string("-"));
    QCOMPARE(config.feedGrace, std::chrono::milliseconds(1500));
    QCOMPARE(config.viewerTimeout, std::chrono::milliseconds(2000));
    QCOMPARE(config.delayBudget, std::chrono::milliseconds(120));
    QCOMPARE(config.workers, 3);
    QVERIFY(config.feed("door"));
    QCOMPARE(config.streams.front().name, std::string("front"));
    QCOMPARE(config.streams.front().feed, std::string("door"));
    QCOMPARE(config.streams.front().format, formatByName("flv"));
    QCOMPARE(config.redirects.front().url, std::string("http://x.org/"));
    // a status page is for this machine unless it says otherwise
    QCOMPARE(config.streams.back().acl, Acl::loopbackOnly());
}

void ServeConfigTest::problemsAreNamedWithTheirPlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isError");
    QTest::addColumn<int>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QByteArray>("fragment");
    const auto row = [](const char *name, const char *text, bool isError, int line, int column,
                        const char *fragment) {
        QTest::newRow(name) << QByteArray(text) << isError << line << column << QByteArray(fragment);
    };
    row("port is no number", "\nHTTPPort  80x90", true, 2, 11, "\"80x90\"");
    row("port too large", "HTTPPort 65536", true, 1, 10, "from 0 to 65535");
    row("port negative", "HTTPPort -1", true, 1, 10, "\"-1\"");
    row("port beyond 64 bits", "HTTPPort 99999999999999999999999", true, 1, 10, "from 0 to 65535");
    row("port missing", "HTTPPort", true, 1, 1, "needs a port number");
    row("old name", "Port 8090", false, 1, 1, "write HTTPPort");
    row("bad address", "HTTPBindAddress 1.2.3", true, 1, 17, "\"1.2.3\"");
    row("twice", "MaxClients 5\nMaxClients 6", false, 2, 1, "line 1");
    row("more clients than connections", "MaxHTTPConnections 5\nMaxClients 6", true, 2, 12, "raise");
    row("misspelt", "MaxClient 5", false, 1, 1, "Did you mean MaxClients?");
    row("letters in the wrong order", "<Feed a>\nFiel b\n</Feed>", false, 2, 1, "Did you mean File?");
    row("unknown", "Frobnicate", false, 1, 1, "ignored");
    row("in the wrong place", "VideoCodec h264", false, 1, 1, "belongs in a <Stream> section");
    row("open quote", "CustomLog \"abc", true, 1, 11, "quote");
    row("socket path too long", ("FeedSocket /" + QByteArray(108, 'x')).constData(), true, 1, 12, "too long");
    row("LoadModule", "LoadModule x", true, 1, 1, "delete");
    row("zero byte", "", true, 0, 0, ""); // replaced below: a C string cannot hold it
    row("unknown section", "<Strem a.ts>\nFeed a\n</Strem>", true, 1, 2, "Did you mean Stream?");
    row("section without >", "<Feed x\n</Feed>", true, 1, 1, "\">\"");
    row("stream without >", "<Stream x.ts\nFeed x\n</Stream>", false, 1, 1, "\">\"");
    row("section without name", "<Stream >\nFeed x\nFormat flv\n</Stream>", true, 1, 1, "name is missing");
    row("section not closed", "HTTPPort 1\n<Stream x.ts>\nFeed x", true, 2, 1, "not closed");
    row("section in a section", "<Feed a>\n<Stream x.ts>\nFeed a\n</Stream>", true, 2, 1, "inside another");
    row("wrong end", "<Feed a>\n</Stream>", true, 2, 1, "</Feed>");
    row("end of nothing", "</Feed>", true, 1, 1, "no section to close");
    row("bad feed name", "<Feed .x>\n</Feed>", true, 1, 7, "\".x\"");
    row("feed twice", "<Feed a>\n</Feed>\n<Feed a.ffm>\n</Feed>", true, 3, 7, "already a feed");
    row("stream twice", "<Stream a.ts>\nFeed a\n</Stream>\n<Stream a.ts>\nFeed a\n</Stream>", true, 4, 9,
        "already a stream");
    row("stream without feed", "<Stream a.ts>\n</Stream>", true, 1, 9, "no source");
    row("format not to be guessed", "<Stream a>\nFeed a\n</Stream>", true, 1, 9, "cannot be guessed");
    row("no such format", "<Stream a.ts>\nFeed a\nFormat mpgets\n</Stream>", true, 3, 8, "mpegts");
    row("format in capitals", "<Stream a.ts>\nFeed a\nFormat FLV\n</Stream>", true, 3, 8,
        "Did you mean flv?");
    row("format of the original", "<Stream a.x>\nFeed a\nFormat flac\n</Stream>", false, 3, 8, "told so");
    row("format that needs a file", "<Stream a.swf>\nFeed a\n</Stream>", false, 1, 9, "415");
    row("file and feed", "<Stream a.ts>\nFeed a\nFile x.mp4\n</Stream>", true, 1, 9, "not both");
    row("file template", "<Stream *.ts>\nFile x.mp4\n</Stream>", true, 1, 9, "without \"*\"");
    row("input format without file", "<Stream a.ts>\nFeed a\nInputFormat flv\n</Stream>", false, 1, 9,
        "no effect");
    row("no such input format", "<Stream a.ts>\nFile x\nInputFormat fly\n</Stream>", true, 3, 13,
        "-demuxers");
    row("name with a quote", "<Stream a\"b.ts>\nFeed a\n</Stream>", true, 1, 9, "quotes");
    row("status of a feed", "<Stream a.html>\nFormat status\nFeed a\n</Stream>", false, 1, 9, "all feeds");
    row("favicon of a stream", "<Stream a.ts>\nFeed a\nFaviconURL /x.ico\n</Stream>", false, 1, 9,
        "status pages");
    row("bare size", "<Feed a>\nFileMaxSize 500000\n</Feed>", true, 2, 13, "K, M or G");
    row("small size", "<Feed a>\nFileMaxSize 15K\n</Feed>", true, 2, 13, "from 16K");
    row("endless size", "<Feed a>\nFileMaxSize 0\n</Feed>", true, 2, 13, "\"0\"");
    row("huge size", "<Feed a>\nFileMaxSize 1e300G\n</Feed>", true, 2, 13, "1e300G");
    row("old truncate", "<Feed a>\nTruncate 1\n</Feed>", false, 2, 10, "without a number");
    row("empty launch", "<Feed a>\nLaunch\n</Feed>", true, 2, 1, "a command");
    row("no multicast address", "<Stream a.ts>\nFeed a\nMulticastPort 5000\n</Stream>", false, 1, 9,
        "sent nowhere");
    row("bad multicast address", "<Stream a.ts>\nFeed a\nMulticastAddress ::1\n</Stream>", true, 3, 18,
        "IPv4");
    row("multicast to one", "<Stream a.ts>\nFeed a\nMulticastAddress 10.0.0.1\n</Stream>", false, 3, 18,
        "one machine");
    row("TTL", "<Stream a.ts>\nFeed a\nMulticastAddress 224.0.0.9\nMulticastTTL 0\n</Stream>", true, 4, 14,
        "from 1 to 255");
    row("preroll", "<Stream a.ts>\nFeed a\nPreroll -1\n</Stream>", true, 3, 9, "seconds");
    row("old metadata", "<Stream a.ts>\nFeed a\nTitle \"My show\"\n</Stream>", false, 3, 1, "Metadata title");
    row("metadata twice", "<Stream a.ts>\nFeed a\nMetadata a 1\nMetadata a 2\n</Stream>", false, 4, 10,
        "this line counts");
    row("metadata without value", "<Stream a.ts>\nFeed a\nMetadata title\n</Stream>", true, 3, 1, "a value");
    row("RTSPOption", "<Stream a.ts>\nFeed a\nRTSPOption x\n</Stream>", false, 3, 1, "never");
    row("encoding of a recording", "<Stream a.ts>\nFile a.mp4\nVideoSize 64x48\n</Stream>", false, 3, 1,
        "A recording is not encoded");
    row("defaults of a recording", "<Stream a.ts>\nFile a.mp4\nUseDefaults\n</Stream>", false, 3, 1,
        "A recording is not encoded");
    row("host without address", "<Feed a>\nACL allow no.such.host\n</Feed>", true, 2, 11, "no address");
    row("two stars", "<Stream *.*>\nFeed *\nFormat flv\n</Stream>", true, 1, 9, "one \"*\"");
    row("template of one feed", "<Stream *.ts>\nFeed a\n</Stream>", true, 1, 9, "write \"Feed *\"");
    row("all feeds in one stream", "<Stream a.ts>\nFeed *\n</Stream>", true, 1, 9, "<Stream *.ts>");
    row("status template", "<Stream *.html>\nFormat status\n</Stream>", true, 1, 9, "cannot be a template");
    row("undeclared feed", "<Feed doors>\n</Feed>\n<Stream a.ts>\nFeed door\n</Stream>", false, 3, 9,
        "Did you mean doors?");
    row("a feeder that is kept out", "<Feed a>\nLaunch x\nACL allow 1.2.3.4\n</Feed>", false, 1, 7,
        "\"ACL allow 127.0.0.1\"");
    row("a feeder of a recording", "<Feed a>\nLaunch x\nReadOnlyFile y\n</Feed>", false, 1, 7, "no effect");
    row("acl action", "<Feed a>\nACL allwo 1.2.3.4\n</Feed>", true, 2, 5, "\"allwo\"");
    row("acl address", "<Feed a>\nACL allow 1.2.3.400\n</Feed>", true, 2, 11, "\"1.2.3.400\"");
    row("acl second address", "<Feed a>\nACL allow 1.2.3.4 x\n</Feed>", true, 2, 19, "\"x\"");
    row("acl range backwards", "<Feed a>\nACL allow 1.2.3.4 1.2.3.3\n</Feed>", true, 2, 19, "lower address");
    row("acl mixed families", "<Feed a>\nACL allow 1.2.3.4 ::1\n</Feed>", true, 2, 19, "lower address");
    row("acl prefix", "<Feed a>\nACL allow 1.2.3.4/33\n</Feed>", true, 2, 11, "1.2.3.4/33");
    row("redirect without URL", "<Redirect a>\n</Redirect>", true, 1, 11, "URL");
    row("redirect with a blank", "<Redirect a>\nURL \"http://a b\"\n</Redirect>", true, 2, 5, "%20");
    row("redirect template", "<Redirect *>\nURL http://a\n</Redirect>", true, 1, 11, "no \"*\"");
}

void ServeConfigTest::problemsAreNamedWithTheirPlace()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, isError);
    QFETCH(int, line);
    QFETCH(int, column);
    QFETCH(QByteArray, fragment);
    if (text.isEmpty()) {
        text = QByteArray("HTTPPort 80\nMax\0Clients 4", 24);
        line = 2;
        column = 4;
        fragment = "zero byte";
    }
    const ParsedConfig parsed = parse(text);
    const auto all = allOf(parsed.diagnostics);
    QVERIFY2(parsed.diagnostics.size() == 1, all.constData());
    const Diagnostic &diagnostic = parsed.diagnostics.front();
    QCOMPARE(diagnostic.severity == Diagnostic::Severity::Error, isError);
    QCOMPARE(hasErrors(parsed.diagnostics), isError);
    QCOMPARE(diagnostic.file, std::string("x.conf"));
    QCOMPARE(diagnostic.line, line);
    QCOMPARE(diagnostic.column, column);
    QVERIFY2(diagnostic.message.find(fragment.toStdString()) != std::string::npos, all.constData());
    QVERIFY2(diagnostic.message.ends_with('.') || diagnostic.message.ends_with('?'), all.constData());
}

void ServeConfigTest::everythingIsSaidInOneRun()
{
    const ParsedConfig parsed =
        parse("HTTPPort a\nMaxClients b\n<Stream x>\nFormat c\nACL d\n</Stream>\nWorkers e\n");
    QStringList lines;
    for (const Diagnostic &diagnostic : parsed.diagnostics)
        lines << QString::number(diagnostic.line);
    QCOMPARE(lines.join(QLatin1Char(' ')), QStringLiteral("1 2 3 4 5 7"));
}

void ServeConfigTest::excerptsUnderlineTheWord()
{
    const ParsedConfig parsed = parse("\tHTTPPort \x1b[31m99999");
    QCOMPARE(parsed.diagnostics.size(), std::size_t{1});
    // what a terminal would obey is not passed on
    QVERIFY(parsed.diagnostics.front().withExcerpt().find('\x1b') == std::string::npos);
    const std::string excerpt = parse("  HTTPPort 99999 x").diagnostics.front().withExcerpt();
    QVERIFY2(excerpt.ends_with("\n      HTTPPort 99999 x\n               ^~~~~"), excerpt.c_str());
}

void ServeConfigTest::wordsAreSplitAsTheOriginalDid_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QStringList>("words");
    QTest::newRow("blanks") << QByteArray(" \ta \t b\v")
                            << QStringList{QStringLiteral("a"), QStringLiteral("b")};
    QTest::newRow("comment") << QByteArray("  # x") << QStringList{};
    QTest::newRow("# elsewhere") << QByteArray("a #b")
                                 << QStringList{QStringLiteral("a"), QStringLiteral("#b")};
    QTest::newRow("double quotes") << QByteArray("a \"b 'c\"")
                                   << QStringList{QStringLiteral("a"), QStringLiteral("b 'c")};
    QTest::newRow("single quotes") << QByteArray("'a \"b'") << QStringList{QStringLiteral("a \"b")};
    QTest::newRow("no escapes") << QByteArray("\"a\\\" b")
                                << QStringList{QStringLiteral("a\\"), QStringLiteral("b")};
    QTest::newRow("quote inside a word")
        << QByteArray("a\"b c\"") << QStringList{QStringLiteral("a\"b"), QStringLiteral("c\"")};
    QTest::newRow("empty word") << QByteArray("\"\" a") << QStringList{QString(), QStringLiteral("a")};
    QTest::newRow("open quote") << QByteArray("'a b") << QStringList{QStringLiteral("a b")};
}

void ServeConfigTest::wordsAreSplitAsTheOriginalDid()
{
    QFETCH(QByteArray, line);
    QFETCH(QStringList, words);
    const std::string text = line.toStdString();
    QStringList got;
    for (const ConfigLine &one : splitConfig(text)) {
        for (const Word &word : one.words)
            got << QString::fromStdString(word.text);
    }
    if (words.size() == 1 && words.front().isNull())
        words.clear();
    QCOMPARE(got, words);
}

void ServeConfigTest::hostileFilesAreSurvived_data()
{
    QTest::addColumn<QByteArray>("text");
    const QByteArray whole = defaultFile();
    QTest::newRow("one endless line") << QByteArray(1'000'000, 'x');
    QTest::newRow("only quotes") << QByteArray(100'000, '"');
    QTest::newRow("only <") << QByteArray(100'000, '<');
    QTest::newRow("many sections") << QByteArray("<Feed a>\n").repeated(2000);
    QTest::newRow("many ends") << QByteArray("</Feed>\n").repeated(2000);
    QTest::newRow("endless name") << "<Stream " + QByteArray(100'000, '*') + ">\nFeed *\n</Stream>";
    QByteArray noise(20'000, '\0');
    QRandomGenerator random(42);
    for (char &byte : noise)
        byte = static_cast<char>(random.bounded(256));
    QTest::newRow("noise") << noise;
    QTest::newRow("every cut") << QByteArray(); // see below
}

void ServeConfigTest::hostileFilesAreSurvived()
{
    QFETCH(QByteArray, text);
    if (!text.isEmpty()) {
        const ParsedConfig parsed = parse(text);
        QVERIFY(!parsed.diagnostics.empty());
        for (const Diagnostic &diagnostic : parsed.diagnostics)
            QVERIFY(diagnostic.oneLine().size() < 1000);
        return;
    }
    const QByteArray whole = defaultFile();
    for (qsizetype length = 0; length <= whole.size(); length += 1) {
        for (const StreamSpec &stream : parse(whole.left(length)).config.streams)
            QVERIFY(stream.format);
    }
}

void ServeConfigTest::unreadableFilesAreOneError()
{
    for (const char *path : {"/nonexistent/ffserver.conf", "/"}) {
        const ParsedConfig parsed = readConfig(path);
        QCOMPARE(parsed.diagnostics.size(), std::size_t{1});
        QVERIFY(hasErrors(parsed.diagnostics));
        QVERIFY(QByteArray::fromStdString(parsed.diagnostics.front().oneLine()).contains(path));
    }
}

void ServeConfigTest::templatesMapNamesBothWays_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QByteArray>("feed");
    QTest::addColumn<QByteArray>("requested");
    QTest::addColumn<QByteArray>("expected"); // empty: does not fit
    QTest::newRow("plain") << QByteArray("*.ts") << QByteArray("*") << QByteArray("cam1.ts")
                           << QByteArray("cam1");
    QTest::newRow("prefix") << QByteArray("live/*.ts") << QByteArray("cam-*") << QByteArray("live/1.ts")
                            << QByteArray("cam-1");
    QTest::newRow("nothing for the star")
        << QByteArray("*.ts") << QByteArray("*") << QByteArray(".ts") << QByteArray();
    QTest::newRow("overlapping ends")
        << QByteArray("aa*aa") << QByteArray("*") << QByteArray("aaa") << QByteArray();
    QTest::newRow("other suffix") << QByteArray("*.ts") << QByteArray("*") << QByteArray("cam1.flv")
                                  << QByteArray();
    QTest::newRow("no feed's name") << QByteArray("*.ts") << QByteArray("*") << QByteArray("../x.ts")
                                    << QByteArray();
    QTest::newRow("slash") << QByteArray("*.ts") << QByteArray("*") << QByteArray("a/b.ts") << QByteArray();
    QTest::newRow("fixed") << QByteArray("a.ts") << QByteArray("door") << QByteArray("a.ts")
                           << QByteArray("door");
    QTest::newRow("case matters") << QByteArray("a.ts") << QByteArray("door") << QByteArray("A.ts")
                                  << QByteArray();
}

void ServeConfigTest::templatesMapNamesBothWays()
{
    QFETCH(QByteArray, name);
    QFETCH(QByteArray, feed);
    QFETCH(QByteArray, requested);
    QFETCH(QByteArray, expected);
    const StreamSpec stream{
        .name = name.toStdString(), .feed = feed.toStdString(), .format = formatByName("mpegts")};
    const auto found = stream.feedFor(requested.toStdString());
    QCOMPARE(QByteArray::fromStdString(found.value_or(std::string())), expected);
    if (found)
        QCOMPARE(stream.nameFor(*found), requested.toStdString());
}

void ServeConfigTest::aclRowsAreEvaluatedInOrder_data()
{
    QTest::addColumn<QByteArray>("rows");
    QTest::addColumn<QByteArray>("address");
    QTest::addColumn<bool>("allowed");
    const auto row = [](const char *rows, const char *address, bool allowed) {
        QTest::addRow("%s / %s", rows, address) << QByteArray(rows) << QByteArray(address) << allowed;
    };
    row("", "1.2.3.4", true);
    row("allow 1.2.3.4", "1.2.3.4", true);
    row("allow 1.2.3.4", "1.2.3.5", false);
    row("deny 1.2.3.4", "1.2.3.5", true);
    row("deny 1.2.3.4;allow 1.2.3.0 1.2.3.255", "1.2.3.4", false);
    row("deny 1.2.3.4;allow 1.2.3.0 1.2.3.255", "1.2.3.255", true);
    row("deny 1.2.3.4;allow 1.2.3.0 1.2.3.255", "1.2.4.0", false);
    row("allow 127.0.0.2 127.0.3.1", "127.0.2.200", true); // the original's byte order was wrong here
    row("allow 10.0.0.0/8", "10.255.255.255", true);
    row("allow 10.0.0.0/8", "11.0.0.0", false);
    row("allow 10.1.2.3/32", "10.1.2.3", true);
    row("allow 0.0.0.0/0", "255.255.255.255", true);
    row("allow 10.0.0.0/8", "::ffff:10.0.0.1", true);
    row("allow 10.0.0.0/8", "::1", false);
    row("allow fe80::/10", "fe80::1", true);
    row("allow fe80::/10", "fec0::1", false);
    row("allow fe80::/10", "10.0.0.1", false);
    row("allow localhost", "127.0.0.1", true);
    row("allow localhost", "::1", true);
    row("deny localhost", "127.0.0.1", false);
    row("deny localhost", "8.8.8.8", true);
}

void ServeConfigTest::aclRowsAreEvaluatedInOrder()
{
    QFETCH(QByteArray, rows);
    QFETCH(QByteArray, address);
    QFETCH(bool, allowed);
    QByteArray text = "<Feed a>\n";
    for (const QByteArray &row : rows.split(';'))
        text += row.isEmpty() ? QByteArray() : "ACL " + row + '\n';
    const ParsedConfig parsed = parse(text + "</Feed>\n");
    QVERIFY2(parsed.diagnostics.empty(), allOf(parsed.diagnostics).constData());
    QCOMPARE(parsed.config.feeds.front().acl.allows(ip::make_address(address.toStdString())), allowed);
}

void ServeConfigTest::integersAreReadAsInC_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<qint64>("value"); // -99: none
    const auto row = [](const char *text, qint64 value) { QTest::newRow(text) << QByteArray(text) << value; };
    row("10", 10);
    row("0x1f", 31);
    row("017", 15);
    row("0", 0);
    row("-5", -5);
    row("+5", 5);
    row("", -99);
    row("-", -99);
    row("--5", -99);
    row("08", -99);
    row("0x", -99);
    row("0x-1", -99);
    row("1e3", -99);
    row("9223372036854775808", -99);
}

void ServeConfigTest::integersAreReadAsInC()
{
    QFETCH(QByteArray, text);
    QFETCH(qint64, value);
    QCOMPARE(parseInteger(text.toStdString()).value_or(-99), value);
}

QTEST_GUILESS_MAIN(ServeConfigTest)
#include "tst_serveconfig.moc"
