// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/demuxer.h"
#include "core/media/ffm.h"
#include "core/media/ffmfile.h"
#include "ffmbuild.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

using namespace aspersor;
using namespace aspersor::media;
using namespace ffmtest;
using std::chrono::microseconds;

namespace {

constexpr std::int64_t start = 1'793'000'000'000'000;

/// Frames of 1500 bytes every 10 ms whose first four bytes are their number: blocks of a feeder.
std::vector<Bytes> blocksOf(int frames)
{
    std::vector<Bytes> blocks;
    Builder stream;
    std::vector<std::size_t> starts;
    for (int i = 0; i < frames; ++i) {
        starts.push_back(stream.out.size());
        stream.u8(0)
            .u8(1)
            .u24(1500)
            .u24(10000)
            .i64(start + i * 10000)
            .u32(static_cast<std::uint64_t>(i))
            .zeros(1496);
    }
    std::int64_t dts = 0;
    for (std::size_t at = 0; at + 4082 <= stream.out.size(); at += 4082) {
        const auto first = std::ranges::lower_bound(starts, at);
        const bool begins = first != starts.end() && *first < at + 4082;
        if (begins)
            dts = start + (first - starts.begin()) * 10000;
        blocks.push_back(
            Builder()
                .block(0, dts,
                       static_cast<std::uint16_t>((begins ? *first - at + 14 : 0) | (at == 0 ? 0x8000 : 0)),
                       std::span(stream.out).subspan(at, 4082))
                .out);
    }
    return blocks;
}

Bytes headerWith(std::uint64_t writeIndex)
{
    Builder b;
    b.text("FFM2").u32(4096).u64(writeIndex).text("MAIN").u32(8).u32(1).u32(64000);
    b.text("COMM").u32(21).u32(0x15001).u8(1).u32(64000).zeros(12);
    return b.text("S2AU").u32(14).text("ar=44100,ac=2").u8(0).zeros(8).padTo(4096).out;
}

/// What the original server leaves when it has stored `blocks` in a file of `maxBlocks`, header included.
Bytes ring(const std::vector<Bytes> &blocks, std::size_t maxBlocks)
{
    std::vector<Bytes> file{headerWith(0)};
    std::size_t index = 1;
    for (const Bytes &block : blocks) {
        if (index == file.size())
            file.push_back(block);
        else
            file[index] = block;
        if (++index >= maxBlocks)
            index = 1;
    }
    file[0] = headerWith(index * 4096);
    Bytes all;
    for (const Bytes &block : file)
        all.insert(all.end(), block.begin(), block.end());
    return all;
}

int numberOf(const Packet &packet)
{
    return packet.data()[2] << 8 | packet.data()[3];
}

} // namespace

class TestFfmFile : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path write(const Bytes &bytes)
    {
        const QString path = m_folder.filePath(QStringLiteral("feed.ffm"));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(reinterpret_cast<const char *>(bytes.data()),
                                                           static_cast<qsizetype>(bytes.size())) < 0)
            qFatal("cannot write");
        return path.toStdString();
    }
    static std::vector<Packet> readAll(FfmFile &file)
    {
        std::vector<Packet> packets;
        auto demuxer = Demuxer::open(file, {.format = ffmFormat, .stored = true});
        for (;;) {
            auto packet = demuxer ? (*demuxer)->next() : Result<std::optional<Packet>>();
            if (!packet || !*packet)
                return packets;
            packets.push_back(std::move(**packet));
        }
    }

private slots:
    void rings_data()
    {
        QTest::addColumn<int>("frames");
        QTest::addColumn<int>("first");
        QTest::addColumn<int>("last");
        // 4082 / 1516 = 2.7 frames a block; 10 blocks hold 26.9
        QTest::newRow("not yet full") << 14 << 0 << 12;   // 5 blocks
        QTest::newRow("just full") << 27 << 0 << 25;      // 10 blocks
        QTest::newRow("one block over") << 30 << 3 << 28; // the oldest begins within frame 2
        QTest::newRow("many laps") << 1000 << 973 << 997;
    }
    void rings()
    {
        QFETCH(int, frames);
        QFETCH(int, first);
        QFETCH(int, last);
        auto file = FfmFile::open(write(ring(blocksOf(frames), 11)));
        QVERIFY(file);
        const std::vector<Packet> packets = readAll(**file);
        QCOMPARE(numberOf(packets.front()), first);
        QCOMPARE(numberOf(packets.back()), last);
        for (std::size_t i = 0; i < packets.size(); ++i) {
            QCOMPARE(numberOf(packets[i]), first + static_cast<int>(i));
            QCOMPARE(packets[i].dts, ffmTicks(start + numberOf(packets[i]) * 10000));
        }
        const auto span = (*file)->span();
        QVERIFY(span);
        QCOMPARE(span->oldest, microseconds(start + first * 10000));
        QVERIFY(span->newest <= microseconds(start + (last + 1) * 10000)); // that one is not whole
        QVERIFY(span->newest > microseconds(start + (last - 3) * 10000));

        (*file)->rewind();
        QCOMPARE(readAll(**file).size(), packets.size());
    }

    void positions()
    {
        for (const int frames : {14, 27, 30, 55, 1000}) {
            auto file = FfmFile::open(write(ring(blocksOf(frames), 11)));
            QVERIFY(file);
            const std::vector<Packet> all = readAll(**file);
            const int oldest = numberOf(all.front());
            for (int number = oldest - 5; number <= frames + 5; ++number) {
                (*file)->seek(microseconds(start + number * 10000 + 5000));
                const std::vector<Packet> packets = readAll(**file);
                QVERIFY(!packets.empty() || number >= numberOf(all.back()));
                if (packets.empty())
                    continue;
                // From the block in which `number` or one before it begins: at most a block's frames earlier.
                QVERIFY(numberOf(packets.front()) <= std::max(number, oldest));
                QVERIFY(numberOf(packets.front()) >= std::min({number - 2, numberOf(all.back()) - 2}));
                QCOMPARE(numberOf(packets.back()), numberOf(all.back()));
            }
        }
    }

    void aPlainRecording()
    {
        Bytes bytes = headerWith(0);
        for (const Bytes &block : blocksOf(100))
            bytes.insert(bytes.end(), block.begin(), block.end());
        bytes.resize(bytes.size() + 1234, 0x66); // a program was killed in mid-block
        auto file = FfmFile::open(write(bytes));
        QVERIFY(file);
        const std::vector<Packet> packets = readAll(**file);
        QCOMPARE(packets.size(), 99U); // 37 whole blocks
        QCOMPARE(numberOf(packets.front()), 0);
    }

    void anIndexThatCannotBe()
    {
        for (const std::uint64_t index : {std::uint64_t{1}, std::uint64_t{4097}, std::uint64_t{1} << 63}) {
            Bytes bytes = headerWith(index);
            for (const Bytes &block : blocksOf(14))
                bytes.insert(bytes.end(), block.begin(), block.end());
            auto file = FfmFile::open(write(bytes));
            QVERIFY(file);
            QCOMPARE(readAll(**file).size(), 13U);
        }
    }

    void withoutFrames()
    {
        auto file = FfmFile::open(write(headerWith(4096)));
        QVERIFY(file);
        QCOMPARE((*file)->header().writeIndex, 4096U);
        QVERIFY(!(*file)->span());
        (*file)->seek(microseconds(start));
        QVERIFY(readAll(**file).empty());
    }

    void notFfm_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("error");
        const Bytes header = headerWith(0);
        const QByteArray whole(reinterpret_cast<const char *>(header.data()), 4096);
        QTest::newRow("empty") << QByteArray() << QByteArray("ends within its FFM header");
        QTest::newRow("text") << QByteArray("hello, world\n")
                              << QByteArray("it does not begin with FFM2 or FFM1");
        for (int size = 1; size < 4096; size += 315)
            QTest::addRow("cut at %d", size) << whole.left(size) << QByteArray("ends within its FFM header");
    }
    void notFfm()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, error);
        const auto path = write(Bytes(bytes.begin(), bytes.end()));
        const auto file = FfmFile::open(path);
        QVERIFY(!file);
        QVERIFY(file.error().kind == Error::Kind::BadRequest);
        const QByteArray message = QByteArray::fromStdString(file.error().message);
        QVERIFY2(message.endsWith(error), message);
        QVERIFY(message.startsWith(path.c_str())); // a person must know which
    }

    void notThere()
    {
        const auto file = FfmFile::open(m_folder.filePath(QStringLiteral("none.ffm")).toStdString());
        QVERIFY(!file);
        QVERIFY(file.error().kind == Error::Kind::Io);
    }
};

QTEST_GUILESS_MAIN(TestFfmFile)
#include "tst_ffmfile.moc"
