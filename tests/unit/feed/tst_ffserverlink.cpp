// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/ffserverlink.h"
#include "core/media/demuxer.h"
#include "core/media/linkformat.h"
#include "core/net/requestparser.h"
#include "tests/unit/feed/testpackets.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace aspersor;
using namespace std::chrono_literals;

namespace {

class BytesSource final : public media::ByteSource
{
public:
    explicit BytesSource(std::string bytes) : m_bytes(std::move(bytes)) {}
    Result<std::size_t> read(std::span<std::uint8_t> into) override
    {
        const std::size_t count = std::min(into.size(), m_bytes.size() - m_at);
        std::memcpy(into.data(), m_bytes.data() + m_at, count);
        m_at += count;
        return count;
    }

private:
    std::string m_bytes;
    std::size_t m_at = 0;
};

/// The other end of links: accepts one, keeps what it says.
class FakeFfserver
{
public:
    explicit FakeFfserver(const QTemporaryDir &folder, const char *name = "s")
        : path(folder.filePath(QString::fromLatin1(name)).toStdString()),
          m_listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        if (::bind(m_listener.descriptor(), reinterpret_cast<sockaddr *>(&address), sizeof address) != 0 ||
            ::listen(m_listener.descriptor(), 4) != 0)
            qFatal("the fake ffserver cannot listen");
    }

    bool accept()
    {
        m_socket =
            net::Socket(::accept4(m_listener.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        received.clear();
        return m_socket.isOpen();
    }
    /// Everything there is now.
    std::size_t read()
    {
        char bytes[64 * 1024];
        std::size_t count = 0;
        for (ssize_t got = 0; (got = ::recv(m_socket.descriptor(), bytes, sizeof bytes, MSG_DONTWAIT)) > 0;) {
            received.append(bytes, std::size_t(got));
            count += std::size_t(got);
        }
        return count;
    }
    void hangUp() { m_socket.close(); }
    void die()
    {
        hangUp();
        m_listener.close();
    }

    struct Request {
        net::RequestHead head;
        std::string body;
        bool done = false;
    };
    /// What was received, as requests.
    [[nodiscard]] std::vector<Request> requests() const
    {
        std::vector<Request> result;
        std::span<const std::uint8_t> rest(reinterpret_cast<const std::uint8_t *>(received.data()),
                                           received.size());
        while (!rest.empty()) {
            net::RequestParser parser;
            Request request;
            while (!rest.empty() && !parser.done()) {
                rest = rest.subspan(
                    parser.feed(rest, [&](auto part) { request.body.append(part.begin(), part.end()); }));
                if (parser.error())
                    qFatal("the link sends nonsense: %s", parser.error()->reason.c_str());
            }
            request.head = parser.head();
            request.done = parser.done();
            result.push_back(std::move(request));
        }
        return result;
    }

    const std::string path;
    std::string received;

private:
    net::Socket m_listener;
    net::Socket m_socket;
};

struct Received {
    std::vector<media::Packet> packets;
    media::StreamDescription description; // of the last packet
};

Received demux(const std::string &body)
{
    Received result;
    BytesSource source(body);
    media::Demuxer::Options options;
    options.format = media::linkFormat;
    auto demuxer = media::Demuxer::open(source, options);
    if (!demuxer)
        return result;
    for (;;) {
        auto packet = (*demuxer)->next();
        if (!packet || !*packet)
            break;
        result.packets.push_back(**packet);
        result.description = (*demuxer)->description();
    }
    return result;
}

} // namespace

class TestFfserverLink : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::shared_ptr<LinkTarget> m_target;

private slots:
    void init() { m_target = std::make_shared<LinkTarget>(); }
    void cleanup()
    {
        for (const char *name : {"s", "t"})
            ::unlink(m_folder.filePath(QString::fromLatin1(name)).toStdString().c_str());
    }

    void packetsArriveAsTheyAre()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 9000, 5000));
        link.onPacket(testPacket(1, true, 9500, 200));
        link.onIdle();
        QVERIFY(server.accept());
        server.read();
        const auto requests = server.requests();
        QCOMPARE(requests.size(), std::size_t(1));
        QCOMPARE(requests[0].head.method, std::string("POST"));
        QCOMPARE(requests[0].head.path, std::string("/cam1"));
        QVERIFY(requests[0].head.chunked);
        QCOMPARE(requests[0].head.field("content-type"), std::string_view(media::linkContentType));
        QVERIFY(!requests[0].done);
        const auto received = demux(requests[0].body);
        QCOMPARE(received.packets.size(), std::size_t(2));
        QVERIFY(received.description == videoAndSound());
        QCOMPARE(received.packets[0].data().size(), std::size_t(5000));
        QVERIFY(received.packets[0].keyframe);
        QCOMPARE(received.packets[1].dts, media::Ticks(9500));
        QCOMPARE(received.packets[1].track, 1);
    }

    void aBurstIsOneChunk()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onIdle();
        QVERIFY(server.accept());
        server.read();
        server.received.clear();
        for (int i = 1; i <= 5; ++i)
            link.onPacket(testPacket(0, false, i * 3000));
        QCOMPARE(server.read(), std::size_t(0)); // gathered
        link.onIdle();
        QVERIFY(server.read() > 500);
        const auto lineEnd = server.received.find("\r\n");
        const auto size = std::stoul(server.received.substr(0, lineEnd), nullptr, 16);
        QCOMPARE(server.received.size(), lineEnd + 2 + size + 2); // one chunk holds it all
        link.onIdle();
        QCOMPARE(server.read(), std::size_t(0)); // nothing new, nothing sent
    }

    void aLongBurstDoesNotWaitForIdle()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        for (int i = 0; i < 5; ++i)
            link.onPacket(testPacket(0, i == 0, i * 3000, 30'000));
        QVERIFY(server.accept());
        QVERIFY(server.read() > 60'000);
    }

    void aNewFfserverBeginsWithTheNewestGop()
    {
        FakeFfserver first(m_folder);
        m_target->set(first.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onPacket(testPacket(0, true, 90'000));
        link.onPacket(testPacket(0, false, 93'000));
        link.onIdle();
        QVERIFY(first.accept());
        first.die();
        link.onPacket(testPacket(0, false, 96'000));
        link.onIdle(); // notices
        link.onPacket(testPacket(0, false, 99'000));
        link.onIdle();

        FakeFfserver second(m_folder, "t");
        m_target->set(second.path);
        link.onIdle(); // as after FeedRegistry::nudge(): no packet is needed
        QVERIFY(second.accept());
        second.read();
        QCOMPARE(second.requests().size(), std::size_t(1));
        auto received = demux(second.requests()[0].body);
        QCOMPARE(received.packets.size(), std::size_t(4));
        QCOMPARE(received.packets[0].dts, media::Ticks(90'000));
        QVERIFY(received.packets[0].keyframe);

        link.onPacket(testPacket(0, false, 102'000));
        link.onIdle();
        second.read();
        received = demux(second.requests()[0].body);
        QCOMPARE(received.packets.size(), std::size_t(5));
    }

    void aLostLinkComesBackByItself()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink::Options options;
        options.retryAfter = 1ms;
        FfserverLink link("cam1", m_target, options);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onIdle();
        QVERIFY(server.accept());
        server.hangUp();
        media::Ticks dts = 0;
        bool back = false;
        for (int i = 0; i < 1000 && !back; ++i) {
            link.onPacket(testPacket(0, false, dts += 3000));
            link.onIdle();
            back = server.accept();
            QTest::qWait(1); // the time between two packets
        }
        QVERIFY(back);
        server.read();
        const auto received = demux(server.requests()[0].body);
        QVERIFY(!received.packets.empty());
        QCOMPARE(received.packets[0].dts, media::Ticks(0));
    }

    void aSlowFfserverIsCutAndBeginsWithAKeyframe()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink::Options options;
        options.queueBytes = 100'000;
        options.retryAfter = 0ms;
        FfserverLink link("cam1", m_target, options);
        link.onDescription(videoAndSound());
        media::Ticks dts = 0;
        link.onPacket(testPacket(0, true, dts, 1000));
        link.onIdle();
        QVERIFY(server.accept()); // and reads nothing
        int packets = 0;
        while (link.cuts() == 0 && ++packets < 10'000) {
            link.onPacket(testPacket(0, false, dts += 3000, 1000));
            link.onIdle();
        }
        QCOMPARE(link.cuts(), std::uint64_t(1));
        QCOMPARE(link.writeDescriptor(), -1);
        link.onPacket(testPacket(0, false, dts += 3000, 1000));
        link.onPacket(testPacket(1, true, dts, 100));
        link.onIdle();
        QVERIFY(!server.accept()); // not in the middle of a GOP
        link.onPacket(testPacket(0, true, dts += 3000, 1000));
        link.onIdle();
        QVERIFY(server.accept());
        server.read();
        const auto received = demux(server.requests()[0].body);
        QCOMPARE(received.packets.size(), std::size_t(1));
        QCOMPARE(received.packets[0].dts, dts);
    }

    void whatIsLeftWaitsForTheSocket()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        QCOMPARE(link.writeDescriptor(), -1);
        link.onPacket(testPacket(0, true, 0, 2'000'000)); // more than a socket's buffer
        link.onIdle();
        QVERIFY(server.accept());
        QVERIFY(link.writeDescriptor() >= 0);
        for (int i = 0; i < 1000 && link.writeDescriptor() >= 0; ++i) {
            server.read();
            link.onIdle();
        }
        QCOMPARE(link.writeDescriptor(), -1);
        server.read();
        const auto received = demux(server.requests()[0].body);
        QCOMPARE(received.packets.size(), std::size_t(1));
        QCOMPARE(received.packets[0].data().size(), std::size_t(2'000'000));
    }

    void newParametersGoDownTheSameBody()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onIdle();
        link.onDescription(videoAndSound(1280));
        link.onPacket(testPacket(0, true, 3000));
        link.onIdle();
        QVERIFY(server.accept());
        server.read();
        QCOMPARE(server.requests().size(), std::size_t(1));
        const auto received = demux(server.requests()[0].body);
        QCOMPARE(received.packets.size(), std::size_t(2));
        QCOMPARE(received.description.tracks[0].width, 1280);
    }

    void absenceEndsTheBodyAndTheNextFollows()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink link("cam1", m_target);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onIdle();
        QVERIFY(server.accept());
        link.onAway();
        server.read();
        QCOMPARE(server.requests().size(), std::size_t(1));
        QVERIFY(server.requests()[0].done);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 900'000));
        link.onIdle();
        server.read();
        QCOMPARE(server.requests().size(), std::size_t(2)); // on the same connection
        const auto received = demux(server.requests()[1].body);
        QCOMPARE(received.packets.size(), std::size_t(1));
        QCOMPARE(received.packets[0].dts, media::Ticks(900'000));
    }

    void theEndIsSaid()
    {
        FakeFfserver server(m_folder);
        m_target->set(server.path);
        FfserverLink::Options options;
        options.farewell = 50ms; // nobody reads in this test
        FfserverLink link("cam1", m_target, options);
        link.onDescription(videoAndSound());
        link.onPacket(testPacket(0, true, 0));
        link.onIdle();
        QVERIFY(server.accept());
        link.onEnded();
        server.read();
        const auto requests = server.requests();
        QCOMPARE(requests.size(), std::size_t(2));
        QVERIFY(requests[0].done);
        QCOMPARE(requests[1].head.method, std::string("DELETE"));
        QCOMPARE(requests[1].head.path, std::string("/cam1"));
        QVERIFY(requests[1].done);
    }

    void withoutFfserverNothingIsKeptOrWaitedFor()
    {
        FfserverLink link("cam1", m_target);
        QElapsedTimer timer;
        timer.start();
        link.onDescription(videoAndSound());
        for (int i = 0; i < 1000; ++i) {
            link.onPacket(testPacket(0, i % 30 == 0, i * 3000));
            link.onIdle();
        }
        m_target->set(m_folder.filePath(QStringLiteral("nobody")).toStdString());
        link.onPacket(testPacket(0, false, 3'000'000));
        link.onIdle();
        QCOMPARE(link.writeDescriptor(), -1);
        link.onEnded();
        QVERIFY(timer.elapsed() < 5'000);
        QCOMPARE(link.cuts(), std::uint64_t(0));
    }
};

QTEST_GUILESS_MAIN(TestFfserverLink)
#include "tst_ffserverlink.moc"
