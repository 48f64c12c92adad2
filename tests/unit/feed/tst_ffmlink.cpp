// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/ffmlink.h"

#include "tests/original/ffmcheck.h"
#include "tests/unit/feed/testpackets.h"

#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <arpa/inet.h>
#include <cerrno>
#include <netinet/in.h>
#include <sys/socket.h>

using namespace aspersor;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 20'000;

/// The other end: accepts uploads and checks them as the original would.
class FakeOriginal
{
public:
    FakeOriginal() : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener.descriptor(), reinterpret_cast<sockaddr *>(&address), size) != 0 ||
            ::listen(m_listener.descriptor(), 5) != 0 ||
            ::getsockname(m_listener.descriptor(), reinterpret_cast<sockaddr *>(&address), &size) != 0)
            qFatal("the fake original cannot listen");
        port = ntohs(address.sin_port);
    }

    bool accept()
    {
        net::Socket socket(
            ::accept4(m_listener.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (!socket.isOpen())
            return false;
        m_socket = std::move(socket);
        received.clear();
        head.clear();
        ended = closed = reset = false;
        m_left = 0;
        m_check = std::make_unique<original::FfmCheck>(
            wanted, newest,
            original::FfmCheck::Callbacks{[this](const std::string &what) { faults.push_back(what); },
                                          [this](const media::Packet &packet) { frames.push_back(packet); }});
        return true;
    }
    /// What there is now.
    void read()
    {
        char bytes[16'384];
        for (;;) {
            const ssize_t got = ::recv(m_socket.descriptor(), bytes, sizeof bytes, MSG_DONTWAIT);
            if (got < 0 && errno == EAGAIN)
                break;
            if (got <= 0) {
                closed = got == 0;
                reset = got < 0;
                break;
            }
            received.append(bytes, std::size_t(got));
        }
        parse();
    }
    void answer(std::string_view text)
    {
        (void)::send(m_socket.descriptor(), text.data(), text.size(), MSG_NOSIGNAL);
        m_socket.close();
    }
    void hangUp() { m_socket.close(); }

    [[nodiscard]] std::string fault() const { return faults.empty() ? std::string() : faults.front(); }
    [[nodiscard]] const original::FfmCheck &check() const { return *m_check; }

    std::uint16_t port = 0;
    std::vector<original::Definition> wanted{{false, "sound"}, {true, "picture"}};
    std::map<int, std::int64_t> newest;
    std::vector<std::string> faults;
    std::vector<media::Packet> frames;
    std::string received;
    std::string head;
    bool ended = false; // by the zero chunk
    bool closed = false;
    bool reset = false;

private:
    void parse()
    {
        if (head.empty()) {
            const auto end = received.find("\r\n\r\n");
            if (end == std::string::npos)
                return;
            head = received.substr(0, end + 2);
            received.erase(0, end + 4);
        }
        for (;;) {
            constexpr std::size_t chunk = 6 + 4096 + 2;
            if (received == "0\r\n\r\n") {
                ended = true;
                m_check->end(true);
                received.clear();
            }
            if (received.size() < chunk)
                return;
            if (!received.starts_with("1000\r\n") || received.substr(chunk - 2, 2) != "\r\n")
                faults.emplace_back("a chunk is not one block");
            m_check->block({reinterpret_cast<const std::uint8_t *>(received.data()) + 6, 4096});
            received.erase(0, chunk);
        }
    }

    net::Socket m_listener;
    net::Socket m_socket;
    std::unique_ptr<original::FfmCheck> m_check;
    std::size_t m_left = 0;
};

media::StreamDescription asPhonesSend()
{
    auto description = videoAndSound();
    description.tracks[1].extradata = {0x11, 0x90};
    return description;
}

/// A picture as Annex B (track 0) or a sound.
media::PacketPtr packetAt(int track, bool keyframe, media::Ticks dts, std::size_t size = 600)
{
    std::vector<std::uint8_t> bytes(size, 0x21);
    if (track == 0)
        std::fill_n(bytes.begin(), 3, std::uint8_t{0});
    if (track == 0)
        bytes[3] = 1;
    auto packet = std::make_shared<media::Packet>(media::Packet::copyOf(bytes));
    packet->track = track;
    packet->keyframe = keyframe || track == 1;
    packet->pts = packet->dts = dts;
    packet->duration = 3000;
    return packet;
}

} // namespace

class TestFfmLink : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        m_target = std::make_shared<LinkTarget>();
        m_places = std::make_shared<FeedSlots>();
        m_places->set({{"slot01", "/slot01.ffm", true, true}}, true);
        m_options = {};
        m_options.refusalWithin = 1ms;
        m_options.retryAfter = 2ms;
        m_options.retryAtMost = 20ms;
        m_dts = 1'000'000;
        m_accepted = nullptr;
        m_soundLag = 0;
    }

    void uploadsAreWhatTheOriginalTakes()
    {
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > 60; }));
        QCOMPARE(server.fault(), std::string());
        QVERIFY(server.head.starts_with("POST /slot01.ffm HTTP/1.1\r\n"));
        QVERIFY(server.head.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
        QCOMPARE(server.frames.front().track, 1); // the picture, behind the sound
        QVERIFY(server.frames.front().keyframe);
        link.onEnded();
        server.read();
        QVERIFY(server.ended);
        QCOMPARE(server.fault(), std::string());
        QVERIFY(!m_places->slotOf("cam1"));
    }

    void missingTracksArePaddedOut_data()
    {
        QTest::addColumn<int>("only");
        QTest::newRow("picture only") << 0;
        QTest::newRow("sound only") << 1;
    }
    void missingTracksArePaddedOut()
    {
        QFETCH(int, only);
        FakeOriginal server;
        FfmLink link = linkTo(server);
        auto description = asPhonesSend();
        description.tracks.erase(description.tracks.begin() + (1 - only));
        link.onDescription(description);
        const bool done = goOnUntil(
            link, server, [&] { return server.frames.size() > 20; }, only);
        QCOMPARE(server.fault(), std::string());
        QVERIFY(done);
        QCOMPARE(server.check().description().tracks.size(), std::size_t(2));
        QCOMPARE(server.frames.front().track, 1 - only);
    }

    void aPhonesGapKeepsTheConnectionAndTimeGoesOn()
    {
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > 30; }));
        const std::size_t before = server.frames.size();
        link.onAway();
        server.read();
        QVERIFY(!server.ended && !server.closed && !server.reset);
        m_dts += 5 * media::ticksPerSecond; // as the Timeline has it
        link.onDescription(asPhonesSend()); // a new connection's, the same
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > before + 30; }));
        QVERIFY(!server.closed && !server.reset);
        QCOMPARE(server.fault(), std::string());
        QVERIFY(server.check().largestGap() >= 5'000'000);
        QVERIFY(!server.accept()); // the same connection
    }

    void whoHasThePlaceNextBeginsLater()
    {
        FakeOriginal server;
        (*m_places->take("before"))->newest->store(nowAhead());
        for (int track = 0; track < 2; ++track)
            server.newest[track] = nowAhead(); // as if the last feed had run ahead of the clock
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        m_soundLag = 50'000; // more than half a second
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > 60; }));
        QCOMPARE(server.fault(), std::string());
    }

    void otherParametersBeginANewUploadByABreak()
    {
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > 30; }));
        auto turned = asPhonesSend();
        turned.tracks[0].extradata.push_back(9);
        link.onDescription(turned);
        server.read();
        QVERIFY2(server.reset && !server.ended, "a regular end would send the viewers home");
        bool back = false;
        QVERIFY(goOnUntil(
            link, server, [&] { return back = back || server.accept(); }, 2, false));
        const std::size_t before = server.frames.size();
        QVERIFY(goOnUntil(link, server, [&] { return server.frames.size() > before + 30; }));
        QCOMPARE(server.fault(), std::string()); // nor does time go back
        QVERIFY(server.check().description().tracks[1].extradata == turned.tracks[0].extradata);
    }

    void aRestartedFfserverGetsTheNewestGopLater()
    {
        FakeOriginal first;
        FfmLink link = linkTo(first);
        link.onDescription(asPhonesSend());
        QVERIFY(goOnUntil(link, first, [&] { return first.frames.size() > 30; }));
        FakeOriginal second;
        second.newest = first.newest;
        m_target->set({});
        link.onIdle();
        first.hangUp();
        m_target->setHttp("127.0.0.1", second.port);
        QVERIFY(goOnUntil(link, second, [&] { return second.frames.size() > 30; }));
        QCOMPARE(second.fault(), std::string());
        QVERIFY(second.frames.front().keyframe);
    }

    void aRefusalIsSaidAndTriedAgain_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("said");
        QTest::newRow("404") << QByteArray("HTTP/1.0 404 Not Found\r\n\r\n<html>")
                             << "\\(404\\): somebody else sends to it";
        QTest::newRow("503") << QByteArray("HTTP/1.0 503 Server too busy\r\n\r\n") << "raise MaxClients";
    }
    void aRefusalIsSaidAndTriedAgain()
    {
        QFETCH(QByteArray, answer);
        QFETCH(QString, said);
        m_options.refusalWithin = 10s; // so that the refusal comes before the body
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        const QRegularExpression words(said);
        QTest::ignoreMessage(QtWarningMsg, words); // once, however often it is refused
        int refused = 0;
        for (QElapsedTimer clock; refused < 4;) {
            if (!clock.isValid())
                clock.start();
            QVERIFY(clock.elapsed() < patience);
            step(link, 2);
            if (server.accept()) {
                for (int i = 0; i < 1000 && server.head.empty(); ++i)
                    server.read();
                QVERIFY(server.received.empty()); // the head alone
                server.answer(std::string_view(answer.constData(), std::size_t(answer.size())));
                ++refused;
            }
        }
    }

    void anotherNumberOfTracksIsSaid()
    {
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("closed /slot01.ffm at once")));
        QVERIFY(goOnUntil(link, server, [&] { return !server.head.empty() && server.check().blocks() > 0; }));
        server.hangUp();
        bool again = false;
        QVERIFY(goOnUntil(
            link, server, [&] { return again = again || server.accept(); }, 2, false));
    }

    void whenItTakesNothingMemoryIsBounded()
    {
        m_options.queueBytes = 64 * 1024;
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QTest::ignoreMessage(QtWarningMsg,
                             QRegularExpression(QStringLiteral("did not take \\d+ bytes in time")));
        bool accepted = false;
        // Nothing is read: the kernel's buffers fill up, then ours.
        for (int i = 0; i < 20'000 && !(accepted && link.writeDescriptor() < 0 && i > 10'000); ++i) {
            accepted = accepted || server.accept();
            link.onPacket(packetAt(0, i == 0, m_dts += 3000, 20'000));
            link.onIdle();
            if (i < 200)
                QTest::qWait(1);
        }
        QVERIFY(accepted);
        server.read();
        QVERIFY2(server.closed || server.reset, "it was cut");
    }

    void withoutAFreePlaceItWaits()
    {
        const auto other = *m_places->take("other");
        FakeOriginal server;
        FfmLink link = linkTo(server);
        link.onDescription(asPhonesSend());
        QTest::ignoreMessage(QtWarningMsg, QRegularExpression(QStringLiteral("All 1 places")));
        for (int i = 0; i < 100; ++i) {
            step(link, 2);
            QVERIFY(!server.accept());
        }
    }

    void ofOursItWantsNothing()
    {
        FakeOriginal server;
        m_target->set("/nowhere");
        FfmLink link("cam1", m_target, m_places, nullptr, m_options);
        link.onDescription(asPhonesSend());
        for (int i = 0; i < 100; ++i)
            step(link, 2);
        QVERIFY(!server.accept());
        QVERIFY(!m_places->slotOf("cam1"));
    }

private:
    /// Two seconds from the test's start, in microseconds since the epoch.
    [[nodiscard]] std::int64_t nowAhead() const { return m_begun + 2'000'000; }
    FfmLink linkTo(const FakeOriginal &server)
    {
        m_target->setHttp("127.0.0.1", server.port);
        return {"cam1", m_target, m_places, nullptr, m_options};
    }
    /// One picture and its sound (tracks: 0 picture, 1 sound, 2 both; one alone is track 0).
    void step(FfmLink &link, int tracks)
    {
        m_dts += 3000;
        const bool key = m_dts / 3000 % 15 == 0;
        if (tracks == 1) {
            auto sound = std::make_shared<media::Packet>(*packetAt(1, true, m_dts));
            sound->track = 0;
            link.onPacket(sound);
        } else {
            link.onPacket(packetAt(0, key, m_dts));
        }
        if (tracks == 2)
            link.onPacket(packetAt(1, true, m_dts - m_soundLag, 100));
        link.onIdle();
    }
    bool goOnUntil(FfmLink &link, FakeOriginal &server, const std::function<bool()> &done, int tracks = 2,
                   bool accept = true)
    {
        QElapsedTimer clock;
        clock.start();
        bool accepted = !accept || m_accepted == &server;
        while (!done()) {
            if (clock.elapsed() > patience)
                return false;
            step(link, tracks);
            if (!accepted && server.accept()) {
                accepted = true;
                m_accepted = &server;
            }
            if (accepted && accept)
                server.read();
            QTest::qWait(1);
        }
        return true;
    }

    std::shared_ptr<LinkTarget> m_target;
    std::shared_ptr<FeedSlots> m_places;
    FfmLink::Options m_options;
    media::Ticks m_dts = 0;
    media::Ticks m_soundLag = 0;
    const std::int64_t m_begun = std::chrono::duration_cast<std::chrono::microseconds>(
                                     std::chrono::system_clock::now().time_since_epoch())
                                     .count();
    const FakeOriginal *m_accepted = nullptr;
};

QTEST_GUILESS_MAIN(TestFfmLink)
#include "tst_ffmlink.moc"
