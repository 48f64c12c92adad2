// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/linechannel.h"

#include <QElapsedTimer>
#include <QTest>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace aspersor::app;

class TestLineChannel : public QObject
{
    Q_OBJECT

private slots:
    void init()
    {
        std::signal(SIGPIPE, SIG_IGN);
        QCOMPARE(::pipe(m_pipe), 0);
        QCOMPARE(::fcntl(m_pipe[0], F_SETFL, O_NONBLOCK), 0);
    }

    void cleanup()
    {
        closeEnd(0);
        closeEnd(1);
    }

    void linesComeInAndTheEndIsNoEvent()
    {
        LineInput input(m_pipe[0]);
        QList<QByteArray> lines;
        connect(&input, &LineInput::line, this, [&](const QByteArray &line) { lines.append(line); });
        send("one\n\n  \ntw");
        QTRY_COMPARE(lines, QList<QByteArray>{"one"});
        send("o\r\nthree");
        QTRY_COMPARE(lines, (QList<QByteArray>{"one", "two"}));
        closeEnd(1);
        QTRY_COMPARE(lines, (QList<QByteArray>{"one", "two", "three"})); // the last needs no line end
    }

    void anOverlongLineIsSkippedAndTold()
    {
        LineInput input(m_pipe[0]);
        QList<QByteArray> lines;
        int overlong = 0;
        connect(&input, &LineInput::line, this, [&](const QByteArray &line) { lines.append(line); });
        connect(&input, &LineInput::overlong, this, [&] { ++overlong; });
        for (int i = 0; i < 10; ++i) {
            send(QByteArray(16'000, 'x'));
            QCoreApplication::processEvents();
        }
        send("\nnext\n");
        QTRY_COMPARE(lines, QList<QByteArray>{"next"});
        QCOMPARE(overlong, 1);
    }

    void linesGoOutAtOnce()
    {
        LineOutput output(m_pipe[1]);
        output.write("one");
        output.write("two");
        QCOMPARE(received(), QByteArray("one\ntwo\n"));
    }

    void aReaderThatDoesNotReadStopsNobodyAndSeesNoCutLine()
    {
        LineOutput output(m_pipe[1]);
        qint64 lost = 0;
        connect(&output, &LineOutput::linesLost, this, [&](qint64 count) { lost += count; });
        const QByteArray line(999, 'x');
        constexpr int count = 3000; // 3 MB; the pipe takes 64 KiB and 1 MiB is kept
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < count; ++i)
            output.write(line);
        QVERIFY(clock.elapsed() < 5000);
        QByteArray all;
        QTRY_VERIFY((all += received(), lost > 0));
        const auto lines = all.split('\n');
        for (qsizetype i = 0; i + 1 < lines.size(); ++i)
            QCOMPARE(lines[i].size(), 999);
        QCOMPARE(lines.size() - 1 + lost, count);
        output.write("after");
        QCOMPARE(received(), QByteArray("after\n"));
    }

    void aReaderThatWentAwayStopsNobody()
    {
        LineOutput output(m_pipe[1]);
        closeEnd(0);
        output.write("one");
        output.write("two");
    }

    void whatIsLeftGoesOutAtTheEnd()
    {
        QByteArray all;
        {
            LineOutput output(m_pipe[1]);
            for (int i = 0; i < 100; ++i)
                output.write(QByteArray(999, 'x')); // more than the pipe holds
            all = received();
            QVERIFY(all.size() < 100'000);
        }
        all += received();
        QCOMPARE(all.size(), 100'000);
    }

private:
    void closeEnd(int end)
    {
        if (m_pipe[end] >= 0)
            ::close(m_pipe[end]);
        m_pipe[end] = -1;
    }

    void send(const QByteArray &bytes) const
    {
        QCOMPARE(::write(m_pipe[1], bytes.constData(), static_cast<std::size_t>(bytes.size())), bytes.size());
    }

    [[nodiscard]] QByteArray received() const
    {
        QByteArray all;
        QByteArray piece(64 * 1024, 0);
        for (;;) {
            const ssize_t size = ::read(m_pipe[0], piece.data(), static_cast<std::size_t>(piece.size()));
            if (size <= 0)
                return all;
            all += piece.left(size);
        }
    }

    int m_pipe[2] = {-1, -1};
};

QTEST_GUILESS_MAIN(TestLineChannel)
#include "tst_linechannel.moc"
