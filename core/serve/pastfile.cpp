// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/pastfile.h"

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <random>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace aspersor::serve {

namespace {

constexpr std::string_view magic = "ASPPAST1";
constexpr std::int64_t ringBegin = 4096;
constexpr std::int64_t smallestRing = std::int64_t{64} * 1024;
constexpr std::int64_t headBytes = 48;
constexpr std::int64_t alignment = 16;
constexpr std::uint8_t packetsKind = 1;
constexpr std::uint8_t wrapKind = 2;
constexpr std::uint8_t startFlag = 1;
/// What a crash of the whole machine may have torn: so much of the end is checked byte by byte.
constexpr std::int64_t checkedBytes = std::int64_t{8} * 1024 * 1024;

using HeadBytes = std::array<std::uint8_t, headBytes>;

std::int64_t recordBytes(std::uint32_t payload)
{
    return (headBytes + std::int64_t{payload} + alignment - 1) / alignment * alignment;
}

std::uint32_t crcOf(std::span<const std::uint8_t> bytes)
{
    boost::crc_32_type crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return crc.checksum();
}

template <typename T>
void put(std::span<std::uint8_t> at, T value)
{
    for (std::size_t i = 0; i < sizeof(T); ++i)
        at[i] = static_cast<std::uint8_t>(static_cast<std::make_unsigned_t<T>>(value) >>
                                          (8 * (sizeof(T) - 1 - i)));
}

template <typename T>
T get(std::span<const std::uint8_t> at)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
        value = value << 8 | at[i];
    return static_cast<T>(value);
}

Error ioError(std::string what)
{
    const int code = errno;
    if (code == ENOSPC || code == EDQUOT)
        return {Error::Kind::Io, "the disk is full"};
    return {Error::Kind::Io, what + " (" + std::strerror(code) + ')'};
}

/// Fewer than all only at the end of the file.
std::int64_t readAt(int descriptor, std::span<std::uint8_t> into, std::int64_t offset)
{
    std::size_t got = 0;
    while (got < into.size()) {
        const ssize_t count = ::pread(descriptor, into.data() + got, into.size() - got,
                                      offset + static_cast<std::int64_t>(got));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        got += static_cast<std::size_t>(count);
    }
    return static_cast<std::int64_t>(got);
}

bool writeAt(int descriptor, std::span<const std::uint8_t> first, std::span<const std::uint8_t> second,
             std::int64_t offset)
{
    const std::size_t total = first.size() + second.size();
    for (std::size_t sent = 0; sent < total;) {
        const auto a = first.subspan(std::min(sent, first.size()));
        const auto b = second.subspan(sent > first.size() ? sent - first.size() : 0);
        const std::array<iovec, 2> pieces{{{const_cast<std::uint8_t *>(a.data()), a.size()},
                                           {const_cast<std::uint8_t *>(b.data()), b.size()}}};
        const ssize_t count =
            ::pwritev(descriptor, pieces.data(), pieces.size(), offset + static_cast<std::int64_t>(sent));
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            errno = ENOSPC;
        if (count <= 0)
            return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

} // namespace

PastFile::PastFile(net::Socket file, std::int64_t capacity, bool writable)
    : m_file(std::move(file)), m_capacity(capacity), m_writable(writable), m_next{0, ringBegin}
{
}

Result<std::unique_ptr<PastFile>> PastFile::open(const std::string &path, std::int64_t maxBytes,
                                                 Access access)
{
    const bool writable = access == Access::ReadWrite;
    net::Socket file(
        ::open(path.c_str(), (writable ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NONBLOCK, 0644));
    if (!file.isOpen())
        return tl::unexpected(ioError("it cannot be opened"));
    if (::flock(file.descriptor(), (writable ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0)
        return failure(Error::Kind::Io, "another ffserver is using it");
    auto past = std::unique_ptr<PastFile>(new PastFile(std::move(file), 0, writable));
    if (auto prepared = past->prepare(maxBytes); !prepared)
        return tl::unexpected<Error>(prepared.error());
    return past;
}

Result<void> PastFile::prepare(std::int64_t maxBytes)
{
    struct stat there {
    };
    if (::fstat(m_file.descriptor(), &there) != 0 || !S_ISREG(there.st_mode))
        return failure(Error::Kind::Io, "it is no plain file");
    m_capacity = std::max(maxBytes / alignment * alignment, ringBegin + smallestRing);
    if (there.st_size == 0 && m_writable)
        return writeFileHead();
    std::array<std::uint8_t, 28> head{};
    const bool isOurs = readAt(m_file.descriptor(), head, 0) == static_cast<std::int64_t>(head.size()) &&
                        std::memcmp(head.data(), magic.data(), magic.size()) == 0 &&
                        get<std::uint32_t>(std::span(head).subspan(24)) == crcOf(std::span(head).first(24));
    if (!isOurs)
        return failure(Error::Kind::BadRequest,
                       "it is no feed file of this ffserver; move it away or name another");
    m_tag = get<std::uint64_t>(std::span(head).subspan(8));
    const auto capacity = get<std::int64_t>(std::span(head).subspan(16));
    if (!m_writable)
        m_capacity = capacity;
    else if (capacity != m_capacity) {
        if (auto written = writeFileHead(); !written)
            return written;
    }
    if (m_writable && there.st_size > m_capacity && ::ftruncate(m_file.descriptor(), m_capacity) != 0)
        return tl::unexpected(ioError("it cannot be made smaller"));
    scan(std::min<std::int64_t>(there.st_size, m_capacity));
    return {};
}

Result<void> PastFile::writeFileHead()
{
    if (m_tag == 0) {
        std::random_device random;
        m_tag = static_cast<std::uint64_t>(random()) << 32 | random();
    }
    std::array<std::uint8_t, ringBegin> head{};
    std::ranges::copy(magic, head.begin());
    put(std::span(head).subspan(8), m_tag);
    put(std::span(head).subspan(16), m_capacity);
    put(std::span(head).subspan(24), crcOf(std::span(head).first(24)));
    if (!writeAt(m_file.descriptor(), head, {}, 0))
        return tl::unexpected(ioError("it cannot be written"));
    return {};
}

std::optional<PastFile::Head> PastFile::readHead(std::int64_t offset) const
{
    HeadBytes bytes{};
    if (offset < ringBegin || offset + headBytes > m_capacity ||
        readAt(m_file.descriptor(), bytes, offset) != headBytes)
        return std::nullopt;
    const auto at = [&](std::size_t from) { return std::span(bytes).subspan(from); };
    if (get<std::uint64_t>(at(0)) != m_tag || get<std::uint32_t>(at(44)) != crcOf(std::span(bytes).first(44)))
        return std::nullopt;
    Head head;
    head.sequence = get<std::uint64_t>(at(8));
    head.size = get<std::uint32_t>(at(16));
    head.kind = bytes[20];
    head.start = bytes[21] & startFlag;
    head.newest = {get<std::int64_t>(at(24)), get<std::int64_t>(at(32))};
    head.payloadCrc = get<std::uint32_t>(at(40));
    if (offset + recordBytes(head.size) > m_capacity)
        return std::nullopt;
    return head;
}

bool PastFile::readPayload(const Head &head, std::int64_t offset, std::vector<std::uint8_t> &into) const
{
    into.resize(head.size);
    return readAt(m_file.descriptor(), into, offset + headBytes) == head.size &&
           crcOf(into) == head.payloadCrc;
}

std::vector<PastFile::Found> PastFile::findRecords(std::int64_t size) const
{
    std::vector<Found> found;
    std::vector<std::uint8_t> window(std::size_t{64} * 1024);
    HeadBytes tag{};
    put(std::span(tag), m_tag);
    for (std::int64_t at = ringBegin; at + headBytes <= size;) {
        if (const auto head = readHead(at)) {
            found.push_back({*head, at});
            at += recordBytes(head->size);
            continue;
        }
        // Something was half overwritten here: the next record begins with the tag.
        at += alignment;
        const std::int64_t got = readAt(m_file.descriptor(), window, at);
        std::int64_t skip = 0;
        while (skip + 8 <= got && std::memcmp(window.data() + skip, tag.data(), 8) != 0)
            skip += alignment;
        if (got < 8)
            break;
        at += skip;
    }
    std::ranges::sort(found, {}, [](const Found &one) { return one.head.sequence; });
    return found;
}

void PastFile::scan(std::int64_t size)
{
    std::vector<Found> found = findRecords(size);
    // What was written last may be torn.
    std::vector<std::uint8_t> payload;
    std::int64_t checked = 0;
    for (std::size_t i = found.size(); i-- > 0 && checked < checkedBytes;) {
        checked += recordBytes(found[i].head.size);
        if (!readPayload(found[i].head, found[i].offset, payload))
            found.resize(i);
    }
    for (const Found &one : found) {
        if (one.head.start)
            m_starts.push_back({{one.head.sequence, one.offset}, one.head.newest.wallMs});
        if (one.head.kind == packetsKind)
            m_newest = one.head.newest;
    }
    if (found.empty())
        return;
    const Found &last = found.back();
    m_next = {last.head.sequence + 1, last.offset + recordBytes(last.head.size)};
    if (last.head.kind == wrapKind)
        m_next.offset = ringBegin;
    for (const Found &one : found) {
        if (one.offset >= m_next.offset)
            m_lapEnd = std::max(m_lapEnd, one.offset + recordBytes(one.head.size));
    }
}

Result<void> PastFile::writeRecord(const Head &head, std::span<const std::uint8_t> payload)
{
    HeadBytes bytes{};
    const auto at = [&](std::size_t from) { return std::span(bytes).subspan(from); };
    put(at(0), m_tag);
    put(at(8), head.sequence);
    put(at(16), head.size);
    bytes[20] = head.kind;
    bytes[21] = head.start ? startFlag : 0;
    put(at(24), head.newest.wallMs);
    put(at(32), head.newest.time);
    put(at(40), crcOf(payload));
    put(at(44), crcOf(std::span(bytes).first(44)));
    if (!writeAt(m_file.descriptor(), bytes, payload, m_next.offset))
        return tl::unexpected(ioError("it cannot be written"));
    return {};
}

/// Drops the starts that will be overwritten up to `end`; m_mutex held. The oldest ones stand behind m_next.
void PastFile::forget(std::int64_t end)
{
    while (!m_starts.empty() && m_starts.front().place.offset >= m_next.offset &&
           m_starts.front().place.offset < end)
        m_starts.pop_front();
}

Result<void> PastFile::append(std::span<const std::uint8_t> payload, bool start, const Newest &newest)
{
    const std::int64_t size = recordBytes(static_cast<std::uint32_t>(payload.size()));
    if (size > m_capacity - ringBegin)
        return failure(Error::Kind::LimitExceeded, "a picture is larger than FileMaxSize allows");
    if (m_next.offset + size > m_capacity) {
        const bool hasRoom = m_next.offset + headBytes <= m_capacity;
        {
            const std::lock_guard lock(m_mutex);
            forget(m_capacity);
        }
        if (hasRoom) {
            if (auto written =
                    writeRecord({.sequence = m_next.sequence, .kind = wrapKind, .newest = newest}, {});
                !written)
                return written;
        }
        const std::lock_guard lock(m_mutex);
        m_lapEnd = m_next.offset;
        m_next = {m_next.sequence + (hasRoom ? 1 : 0), ringBegin};
    }
    {
        const std::lock_guard lock(m_mutex);
        forget(m_next.offset + size);
    }
    const Head head{
        m_next.sequence, static_cast<std::uint32_t>(payload.size()), packetsKind, start, newest, 0};
    if (auto written = writeRecord(head, payload); !written)
        return written;
    const std::lock_guard lock(m_mutex);
    if (start)
        m_starts.push_back({m_next, newest.wallMs});
    m_next = {m_next.sequence + 1, m_next.offset + size};
    m_newest = newest;
    return {};
}

Result<void> PastFile::truncate()
{
    {
        const std::lock_guard lock(m_mutex);
        m_starts.clear();
        m_next.offset = ringBegin;
        m_lapEnd = 0;
    }
    if (::ftruncate(m_file.descriptor(), ringBegin) != 0)
        return tl::unexpected(ioError("it cannot be truncated"));
    return {};
}

std::optional<PastFile::Start> PastFile::startAt(std::int64_t wallMs) const
{
    const std::lock_guard lock(m_mutex);
    if (m_starts.empty())
        return std::nullopt;
    const auto after = std::ranges::upper_bound(m_starts, wallMs, {}, &Start::wallMs);
    return after == m_starts.begin() ? *after : *std::prev(after);
}

std::optional<PastFile::Start> PastFile::startAfter(const Place &gone) const
{
    const std::lock_guard lock(m_mutex);
    auto next = std::ranges::lower_bound(m_starts, gone.sequence, {},
                                         [](const Start &one) { return one.place.sequence; });
    if (next != m_starts.end() && next->place == gone)
        ++next; // it is damaged
    if (next == m_starts.end())
        return std::nullopt;
    return *std::max(next, m_starts.begin() + static_cast<std::ptrdiff_t>(m_starts.size() / 4));
}

std::optional<PastFile::Newest> PastFile::newest() const
{
    const std::lock_guard lock(m_mutex);
    return m_newest;
}

bool PastFile::hasStart() const
{
    const std::lock_guard lock(m_mutex);
    return !m_starts.empty();
}

std::int64_t PastFile::bitsPerSecond() const
{
    const std::lock_guard lock(m_mutex);
    if (m_starts.empty() || !m_newest)
        return 0;
    const Start &oldest = m_starts.front();
    std::int64_t bytes = m_next.offset - oldest.place.offset;
    if (bytes < 0)
        bytes += std::max(m_lapEnd, ringBegin) - ringBegin;
    const std::int64_t time = std::max<std::int64_t>(m_newest->wallMs - oldest.wallMs, 1000);
    return std::max<std::int64_t>(bytes, 0) * 8 * 1000 / time;
}

PastFile::Outcome PastFile::read(Place &place, std::vector<std::uint8_t> &payload) const
{
    for (;;) {
        {
            const std::lock_guard lock(m_mutex);
            if (place.sequence >= m_next.sequence)
                return Outcome::AtEnd;
        }
        if (place.offset + headBytes > m_capacity)
            place.offset = ringBegin;
        const auto head = readHead(place.offset);
        if (!head || head->sequence != place.sequence)
            return Outcome::Gone;
        if (head->kind == wrapKind) {
            place = {place.sequence + 1, ringBegin};
            continue;
        }
        if (!readPayload(*head, place.offset, payload))
            return Outcome::Gone;
        place = {place.sequence + 1, place.offset + recordBytes(head->size)};
        return Outcome::Got;
    }
}

} // namespace aspersor::serve
