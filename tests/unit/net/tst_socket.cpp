// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/socket.h"

#include <QElapsedTimer>
#include <QTemporaryDir>
#include <QTest>
#include <arpa/inet.h>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

using namespace aspersor;
using namespace aspersor::net;
using namespace std::chrono_literals;

namespace {

std::pair<Socket, Socket> socketPair()
{
    int fds[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        qFatal("socketpair");
    return {Socket(fds[0]), Socket(fds[1])};
}

bool isOpenDescriptor(int descriptor)
{
    return ::fcntl(descriptor, F_GETFD) != -1;
}

} // namespace

class TestSocket : public QObject
{
    Q_OBJECT

private slots:
    void closesWithItsOwner()
    {
        int descriptor = -1;
        {
            auto [a, b] = socketPair();
            descriptor = a.descriptor();
            Socket moved = std::move(a);
            QVERIFY(!a.isOpen()); // NOLINT(bugprone-use-after-move): what is tested
            QVERIFY(isOpenDescriptor(descriptor));
            moved = std::move(b);
            QVERIFY(!isOpenDescriptor(descriptor));
            descriptor = moved.descriptor();
        }
        QVERIFY(!isOpenDescriptor(descriptor));

        auto [c, d] = socketPair();
        const Socket kept(c.release());
        QVERIFY(kept.isOpen());
        QVERIFY(!c.isOpen());
        d.close();
        QVERIFY(!d.isOpen());
    }

    void peerName()
    {
        const Socket listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        QCOMPARE(::bind(listener.descriptor(), reinterpret_cast<sockaddr *>(&address), size), 0);
        QCOMPARE(::listen(listener.descriptor(), 1), 0);
        QCOMPARE(::getsockname(listener.descriptor(), reinterpret_cast<sockaddr *>(&address), &size), 0);
        const Socket client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        QCOMPARE(::connect(client.descriptor(), reinterpret_cast<sockaddr *>(&address), size), 0);
        QCOMPARE(client.peerName(), "127.0.0.1:" + std::to_string(ntohs(address.sin_port)));
        QCOMPARE(listener.peerName(), std::string());
        auto [a, b] = socketPair();
        QCOMPARE(a.peerName(), std::string());
    }

    void connectsToALocalSocket()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("s")).toStdString();
        QVERIFY(!connectLocal(path));
        QVERIFY(!connectLocal(""));
        const auto tooLong = connectLocal(std::string(108, 'a'));
        QVERIFY(!tooLong);
        QVERIFY(tooLong.error().message.find("107") != std::string::npos);

        const Socket listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size());
        QCOMPARE(::bind(listener.descriptor(), reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        QCOMPARE(::listen(listener.descriptor(), 1), 0);
        const auto client = connectLocal(path);
        QVERIFY(client);
        QVERIFY(client->isOpen());
    }

    void wakerStaysAwakeUntilCleared()
    {
        auto [a, b] = socketPair();
        Waker waker;
        QCOMPARE(waitReadable(a.descriptor(), waker, 0ms), Wait::TimedOut);
        QCOMPARE(waitWritable(a.descriptor(), waker, 0ms), Wait::Ready);
        waker.wake();
        waker.wake();
        QCOMPARE(waitReadable(a.descriptor(), waker, 10s), Wait::Woken);
        QCOMPARE(waitWritable(a.descriptor(), waker, 10s), Wait::Woken); // wins over Ready
        waker.clear();
        QCOMPARE(waitReadable(a.descriptor(), waker, 0ms), Wait::TimedOut);
        waker.clear(); // does not block
    }

    void readableByDataAndByHangUp()
    {
        auto [a, b] = socketPair();
        const Waker waker;
        QCOMPARE(::send(b.descriptor(), "x", 1, 0), ssize_t(1));
        QCOMPARE(waitReadable(a.descriptor(), waker, 10s), Wait::Ready);
        char byte = 0;
        QCOMPARE(::recv(a.descriptor(), &byte, 1, 0), ssize_t(1));
        b.close();
        QCOMPARE(waitReadable(a.descriptor(), waker, 10s), Wait::Ready);
        QCOMPARE(::recv(a.descriptor(), &byte, 1, 0), ssize_t(0));
    }

    void aWaitIsWokenFromAnotherThread()
    {
        auto [a, b] = socketPair();
        Waker waker;
        Wait result = Wait::Ready;
        {
            const std::jthread waiting([&] { result = waitReadable(a.descriptor(), waker, 60s); });
            waker.wake();
        }
        QCOMPARE(result, Wait::Woken);
        Wait alone = Wait::Ready;
        {
            const std::jthread waiting([&] { alone = waitReadable(-1, waker, -1ms); });
        }
        QCOMPARE(alone, Wait::Woken);
    }

    void timesOut()
    {
        auto [a, b] = socketPair();
        const Waker waker;
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(waitReadable(a.descriptor(), waker, 30ms), Wait::TimedOut);
        QVERIFY(timer.elapsed() >= 29);
    }
};

QTEST_GUILESS_MAIN(TestSocket)
#include "tst_socket.moc"
