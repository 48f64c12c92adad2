// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/uploader.h"
#include "fakeingest.h"

#include <QtTest>

using namespace aspersor::phone;
using aspersor::test::FakeIngest;

namespace {

constexpr int patience = 20'000; // ms, for a loaded machine

Block segment(const QByteArray &bytes)
{
    return {std::make_shared<const std::vector<std::uint8_t>>(bytes.begin(), bytes.end()), true};
}

/// An uploader to a fake ingest, with what it said.
struct Upload {
    explicit Upload(const FakeIngest &ingest, Uploader::Mode mode = Uploader::Mode::LongPost,
                    const std::string &key = {})
        : uploader(
              parseFeedUrl("http://127.0.0.1:" + std::to_string(ingest.port()) + "/cam").value(), mode, key,
              [this](const std::string &, const std::string &sentence) {
                  const std::lock_guard lock(mutex);
                  said += QByteArray::fromStdString(sentence) + '\n';
              },
              [this] { ended = true; })
    {
        uploader.start();
    }
    QByteArray sentences()
    {
        const std::lock_guard lock(mutex);
        return said;
    }
    void push(const QByteArray &bytes) { uploader.outbox().push(segment(bytes)); }
    void finish() { uploader.outbox().finish(); }
    [[nodiscard]] Uploader::State state() const { return uploader.status().state; }

    std::mutex mutex;
    QByteArray said; // guarded by mutex
    std::atomic<bool> ended = false;
    Uploader uploader;
};

} // namespace

class TestUploader : public QObject
{
    Q_OBJECT

private slots:
    void eachBlockIsOneChunkOfOnePost()
    {
        FakeIngest ingest;
        QVERIFY(ingest.listening);
        Upload upload(ingest, Uploader::Mode::LongPost, "k3y");
        QTRY_COMPARE_WITH_TIMEOUT(ingest.requests.size(), 1U,
                                  patience); // the head does not wait for pictures
        upload.push("one");
        const QByteArray large(3'000'000, 'x'); // more than a socket takes at once
        upload.push(large);
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Done);
        const FakeIngest::Request &request = *ingest.requests.front();
        QVERIFY(request.head.startsWith("POST /cam HTTP/1.1\r\n"));
        QVERIFY(request.head.contains("\r\nTransfer-Encoding: chunked\r\n"));
        QVERIFY(request.head.contains("\r\nAuthorization: Bearer k3y\r\n"));
        QVERIFY(request.head.contains("\r\nHost: 127.0.0.1:" + QByteArray::number(ingest.port()) + "\r\n"));
        QCOMPARE(request.chunks, QByteArrayList({"one", large}));
        QVERIFY(request.complete);
        QVERIFY(upload.uploader.status().sentBytes > 3'000'000U);
    }

    void eachSegmentIsOnePut()
    {
        FakeIngest ingest;
        Upload upload(ingest, Uploader::Mode::PutSegments);
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Sending, patience);
        for (const char *part : {"one", "two", "three"})
            upload.push(part);
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Done);
        QCOMPARE(ingest.connections, 1); // kept alive
        QCOMPARE(ingest.requests.size(), 3U);
        QVERIFY(ingest.requests[0]->head.startsWith("PUT /cam/seg-00000.ts HTTP/1.1\r\n"));
        QVERIFY(ingest.requests[2]->head.startsWith("PUT /cam/seg-00002.ts HTTP/1.1\r\n"));
        QCOMPARE(ingest.requests[2]->chunks, QByteArrayList({"three"}));
    }

    void aServerThatClosesAfterEachSegmentLosesNone()
    {
        FakeIngest ingest;
        ingest.onComplete = [](const auto &) {
            return FakeIngest::answer("201 Created", {}, "Connection: close\r\n");
        };
        Upload upload(ingest, Uploader::Mode::PutSegments);
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Sending, patience);
        for (const char *part : {"one", "two", "three"})
            upload.push(part);
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Done);
        QByteArrayList bodies;
        for (const auto &request : ingest.requests)
            bodies += request->chunks;
        QCOMPARE(bodies, QByteArrayList({"one", "two", "three"}));
        QCOMPARE(upload.uploader.status().reconnects, 0U);
    }

    void refusalsEndTheUploadAndAreTold_data()
    {
        QTest::addColumn<QByteArray>("status");
        for (const char *status :
             {"401 Unauthorized", "404 Not Found", "415 Unsupported Media Type", "400 Bad Request"})
            QTest::newRow(status) << QByteArray(status);
    }
    void refusalsEndTheUploadAndAreTold()
    {
        QFETCH(QByteArray, status);
        FakeIngest ingest;
        ingest.onHead = [&](const auto &) {
            return FakeIngest::answer(status, "Not you, cam.\n", "Connection: close\r\n");
        };
        Upload upload(ingest);
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Refused);
        QVERIFY2(upload.sentences().contains("The server says " + status.left(3) + ": Not you, cam."),
                 upload.sentences());
        QCOMPARE(ingest.connections, 1);
    }

    void whatMayPassIsTriedAgain_data()
    {
        QTest::addColumn<QByteArray>("status");
        for (const char *status : {"403 Forbidden", "409 Conflict", "408 Request Timeout",
                                   "429 Too Many Requests", "503 Service Unavailable"})
            QTest::newRow(status) << QByteArray(status);
    }
    void whatMayPassIsTriedAgain()
    {
        QFETCH(QByteArray, status);
        FakeIngest ingest;
        ingest.onHead = [&](const FakeIngest::Request &request) {
            return request.connection > 1 ? QByteArray()
                                          : FakeIngest::answer(status, "Not now.", "Connection: close\r\n");
        };
        Upload upload(ingest);
        QTRY_COMPARE_WITH_TIMEOUT(ingest.requests.size(), 2U, patience);
        QVERIFY(upload.sentences().contains("Not now."));
        QVERIFY(upload.sentences().contains("Trying again in 0.5 s."));
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Sending, patience);
        upload.push("one");
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Done);
    }

    void retryAfterIsHeeded()
    {
        FakeIngest ingest;
        ingest.onHead = [](const FakeIngest::Request &request) {
            return request.connection > 1 ? QByteArray()
                                          : FakeIngest::answer("409 Conflict", "Taken.",
                                                               "Retry-After: 2\r\nConnection: close\r\n");
        };
        Upload upload(ingest);
        QTRY_VERIFY_WITH_TIMEOUT(upload.sentences().contains("Trying again in 2.0 s."), patience);
    }

    void aBrokenConnectionIsTakenUpWithTheNewestSegment()
    {
        FakeIngest ingest;
        Upload upload(ingest);
        upload.push("one");
        QTRY_VERIFY_WITH_TIMEOUT(!ingest.requests.empty() && ingest.requests[0]->chunks.size() == 1,
                                 patience);
        ingest.closeAll();
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Waiting, patience);
        upload.push("old");
        upload.push("new");
        QTRY_COMPARE_WITH_TIMEOUT(ingest.requests.size(), 2U, patience);
        QTRY_COMPARE_WITH_TIMEOUT(ingest.requests[1]->chunks, QByteArrayList({"new"}), patience);
        QCOMPARE(upload.uploader.status().reconnects, 1U);
        QCOMPARE(upload.uploader.status().droppedBytes, 3U);
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Done);
    }

    void aSourceThatEndsWhileAwayIsAFailure()
    {
        FakeIngest ingest;
        Upload upload(ingest);
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Sending, patience);
        ingest.closeAll();
        QTRY_COMPARE_WITH_TIMEOUT(upload.state(), Uploader::State::Waiting, patience);
        upload.finish();
        QTRY_VERIFY_WITH_TIMEOUT(upload.ended, patience);
        QCOMPARE(upload.state(), Uploader::State::Failed);
    }

    void abandonEndsAServerThatTakesNothing()
    {
        QTcpServer silent; // its kernel accepts, nobody reads
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        std::atomic<bool> ended = false;
        Uploader uploader(
            parseFeedUrl("http://127.0.0.1:" + std::to_string(silent.serverPort()) + "/cam").value(),
            Uploader::Mode::LongPost, {}, [](const auto &, const auto &) {}, [&] { ended = true; });
        uploader.start();
        QTRY_COMPARE_WITH_TIMEOUT(uploader.status().state, Uploader::State::Sending, patience);
        const QByteArray huge(64 * 1024 * 1024, 'x');
        uploader.outbox().push(segment(huge));
        QTRY_VERIFY_WITH_TIMEOUT(uploader.status().sentBytes > 0, patience);
        uploader.abandon();
        QTRY_VERIFY_WITH_TIMEOUT(ended, patience);
    }
};

QTEST_GUILESS_MAIN(TestUploader)
#include "tst_uploader.moc"
