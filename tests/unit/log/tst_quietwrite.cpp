// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/log/quietwrite.h"

#include <QElapsedTimer>
#include <QTest>
#include <csignal>
#include <unistd.h>

using namespace aspersor;

class TestQuietWrite : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        QCOMPARE(::pipe(m_pipe), 0);
        std::signal(SIGPIPE, SIG_IGN);
    }

    void cleanup()
    {
        ::close(m_pipe[0]);
        ::close(m_pipe[1]);
    }

    void linesArrive()
    {
        QuietWriter writer(m_pipe[1]);
        const QByteArray line = QByteArray(10'000, 'x') + '\n'; // more than PIPE_BUF
        writer.write(line);
        QByteArray got(20'000, 0);
        const ssize_t size = ::read(m_pipe[0], got.data(), 20'000);
        QCOMPARE(size, ssize_t{10'001});
        QCOMPARE(got.left(10'001), line);
        QCOMPARE(writer.dropped(), 0);
    }

    void aReaderThatDoesNotReadStopsNobody()
    {
        QuietWriter writer(m_pipe[1]);
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < 10'000; ++i)
            writer.write(QByteArray(100, 'x') + '\n'); // 1 MB into a pipe of 64 KiB
        QVERIFY2(clock.elapsed() < 5000, "the writer waited for the reader again and again");
        QVERIFY(writer.dropped() > 8000);

        QByteArray got(1 << 20, 0);
        QVERIFY(::read(m_pipe[0], got.data(), 1 << 20) > 0);
        const qint64 dropped = writer.dropped();
        writer.write("after\n");
        QCOMPARE(writer.dropped(), dropped);
        QCOMPARE(::read(m_pipe[0], got.data(), 1 << 20), ssize_t{6});
    }

    void aReaderThatWentAwayStopsNobody()
    {
        ::close(m_pipe[0]);
        QuietWriter writer(m_pipe[1]);
        writer.write("x\n");
        QCOMPARE(writer.dropped(), 1);
        QCOMPARE(::pipe(m_pipe), 0);
    }

private:
    int m_pipe[2] = {-1, -1};
};

QTEST_GUILESS_MAIN(TestQuietWrite)
#include "tst_quietwrite.moc"
