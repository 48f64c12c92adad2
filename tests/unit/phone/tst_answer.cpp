// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/answer.h"

#include <QtTest>

using namespace aspersor;
using namespace aspersor::phone;

namespace {

Result<void> feed(AnswerReader &reader, const QByteArray &bytes)
{
    return reader.feed(
        {reinterpret_cast<const std::uint8_t *>(bytes.constData()), static_cast<std::size_t>(bytes.size())});
}

} // namespace

class TestAnswer : public QObject
{
    Q_OBJECT

private slots:
    void readsAnAnswerCutAtEachByte()
    {
        const QByteArray answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 409 Conflict\r\nContent-Type: "
                                "text/plain; charset=utf-8\r\n"
                                "Retry-After: 7\r\nContent-Length: 26\r\n\r\nThe feed is already live.\n");
        for (qsizetype cut = 0; cut <= answer.size(); ++cut) {
            AnswerReader reader;
            QVERIFY(feed(reader, answer.left(cut)));
            QCOMPARE(reader.take().has_value(), cut == answer.size());
            if (cut == answer.size())
                break;
            QVERIFY(feed(reader, answer.mid(cut)));
            const auto taken = reader.take();
            QVERIFY2(taken, QByteArray::number(cut));
            QCOMPARE(taken->status, 409);
            QCOMPARE(taken->reason, std::string("The feed is already live."));
            QVERIFY(taken->retryAfter == std::chrono::seconds{7});
            QVERIFY(taken->keepAlive && taken->temporary() && !taken->accepted());
        }
    }

    void aBodyWithoutLengthEndsWithTheConnection()
    {
        AnswerReader reader;
        QVERIFY(
            feed(reader, "HTTP/1.0 401 Unauthorized\r\nContent-Type: text/plain\r\n\r\nNo key was given."));
        QVERIFY(!reader.take());
        reader.close();
        const auto taken = reader.take();
        QVERIFY(taken);
        QCOMPARE(taken->reason, std::string("No key was given."));
        QVERIFY(!taken->temporary() && !taken->keepAlive);
    }

    void withoutATextTheStatusLineSpeaks()
    {
        AnswerReader reader;
        QVERIFY(
            feed(reader, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
        const auto taken = reader.take();
        QVERIFY(taken);
        QCOMPARE(taken->reason, std::string("OK"));
        QVERIFY(taken->accepted());
    }

    void answersFollowOnOneConnection()
    {
        AnswerReader reader;
        for (int status : {200, 201}) {
            QVERIFY(
                feed(reader, "HTTP/1.1 " + QByteArray::number(status) + " OK\r\nContent-Length: 0\r\n\r\n"));
            const auto taken = reader.take();
            QVERIFY(taken);
            QCOMPARE(taken->status, status);
        }
    }

    void refusesWhatIsNoAnswer_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("other protocol") << QByteArray("SSH-2.0-OpenSSH_9.2\r\n");
        QTest::newRow("a request") << QByteArray("GET / HTTP/1.1\r\n\r\n");
        QTest::newRow("a body without end")
            << "HTTP/1.1 500 X\r\nContent-Length: 9999999999\r\n\r\n" + QByteArray(100'000, 'x');
        QTest::newRow("a head without end") << "HTTP/1.1 200 OK\r\nX: " + QByteArray(100'000, 'x');
    }
    void refusesWhatIsNoAnswer()
    {
        QFETCH(QByteArray, bytes);
        AnswerReader reader;
        QVERIFY(!feed(reader, bytes));
    }
};

QTEST_GUILESS_MAIN(TestAnswer)
#include "tst_answer.moc"
