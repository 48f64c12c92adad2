// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/description.h"
#include "core/media/result.h"
#include "core/net/socket.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aspersor::serve {

/// A feed's past in a file of fixed size: a ring of records, the oldest of which is overwritten.
///
/// The format is our own. All numbers are big-endian. The file begins with a block of 4096 bytes: "ASPPAST1",
/// u64 tag (random, made with the file), u64 capacity (where the ring ends), u32 CRC-32 of these 24 bytes.
/// From there on stand records, each at a multiple of 16: u64 the file's tag, u64 sequence number (one more
/// each), u32 size of the payload, u8 kind (1 packets, 2 the ring goes on at its begin), u8 flags (1: a
/// start), u16 0, i64 milliseconds since 1970 when it was recorded, i64 the newest dts in it (90 kHz), u32
/// CRC-32 of the payload, u32 CRC-32 of these 44 bytes; then the payload: a piece of media::linkFormat
/// without its first 5 bytes. A start begins with a description and a keyframe: a reader can begin there.
///
/// Nothing else is written, so there is nothing to go out of step: who opens the file looks at all records'
/// heads and puts them in the order of their numbers. A torn record at the end is found by its CRC and
/// overwritten. The tag keeps a publisher from planting records in the payload. Thread-safe; one thread
/// appends. Readers take no lock while they read: what was overwritten meanwhile does not have the number or
/// the CRC that they expect.
class PastFile
{
public:
    enum class Access { ReadWrite, ReadOnly };
    /// Opens or makes it, and locks it against another ffserver. The Error's message is a clause for people.
    [[nodiscard]] static Result<std::unique_ptr<PastFile>> open(const std::string &path,
                                                                std::int64_t maxBytes, Access access);

    /// Where a record is (to be).
    struct Place {
        std::uint64_t sequence = 0;
        std::int64_t offset = 0;
        bool operator==(const Place &) const = default;
    };
    struct Start {
        Place place;
        std::int64_t wallMs = 0;
    };
    struct Newest {
        std::int64_t wallMs = 0;
        media::Ticks time = 0;
    };

    // ---- the writer

    /// Error::LimitExceeded: it is larger than the ring; Io: the disk does not take it, nothing is changed.
    [[nodiscard]] Result<void> append(std::span<const std::uint8_t> payload, bool start,
                                      const Newest &newest);
    /// Forgets everything.
    [[nodiscard]] Result<void> truncate();

    // ---- any thread

    /// The newest start of that time or older, else the oldest; nothing when there is none.
    [[nodiscard]] std::optional<Start> startAt(std::int64_t wallMs) const;
    /// A start for who found `gone` overwritten: later, and with some distance to what is overwritten next.
    [[nodiscard]] std::optional<Start> startAfter(const Place &gone) const;
    [[nodiscard]] std::optional<Newest> newest() const;
    [[nodiscard]] bool hasStart() const;
    /// Mean of what is held; 0: unknown.
    [[nodiscard]] std::int64_t bitsPerSecond() const;

    enum class Outcome {
        Got,
        AtEnd, ///< there is no such record yet
        Gone,  ///< it has been overwritten
    };
    /// Reads the payload at `place` into `payload` and moves on to the next.
    [[nodiscard]] Outcome read(Place &place, std::vector<std::uint8_t> &payload) const;

private:
    struct Head {
        std::uint64_t sequence = 0;
        std::uint32_t size = 0;
        std::uint8_t kind = 0;
        bool start = false;
        Newest newest;
        std::uint32_t payloadCrc = 0;
    };
    struct Found {
        Head head;
        std::int64_t offset = 0;
    };
    PastFile(net::Socket file, std::int64_t capacity, bool writable);

    [[nodiscard]] Result<void> prepare(std::int64_t maxBytes);
    [[nodiscard]] Result<void> writeFileHead();
    void scan(std::int64_t size);
    [[nodiscard]] std::vector<Found> findRecords(std::int64_t size) const;
    [[nodiscard]] std::optional<Head> readHead(std::int64_t offset) const;
    [[nodiscard]] bool readPayload(const Head &head, std::int64_t offset,
                                   std::vector<std::uint8_t> &into) const;
    [[nodiscard]] Result<void> writeRecord(const Head &head, std::span<const std::uint8_t> payload);
    void forget(std::int64_t end);

    const net::Socket m_file; // any descriptor is one to close
    std::int64_t m_capacity;
    const bool m_writable;
    std::uint64_t m_tag = 0;
    mutable std::mutex m_mutex;
    Place m_next;               // guarded by m_mutex, as all below: the next record
    std::deque<Start> m_starts; // oldest first
    std::int64_t m_lapEnd = 0;  // where the previous lap ended; 0: there is none
    std::optional<Newest> m_newest;
};

} // namespace aspersor::serve
