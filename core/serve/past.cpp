// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/past.h"

#include "core/media/ffmfile.h"
#include "core/media/linkformat.h"

#include <algorithm>
#include <pthread.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t maxQueuedBytes = std::size_t{16} * 1024 * 1024;
constexpr std::size_t recordPayload =
    std::size_t{64} * 1024; ///< a burst is cut into records of about this size

std::int64_t wallClockMs()
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

} // namespace

Result<std::shared_ptr<Past>> Past::open(const FeedSpec &feed, Observer &observer)
{
    auto file = PastFile::open(feed.file, feed.fileMaxBytes,
                               feed.readOnly ? PastFile::Access::ReadOnly : PastFile::Access::ReadWrite);
    if (!file)
        return tl::unexpected<Error>(file.error());
    return std::shared_ptr<Past>(new Past(feed.name, feed, std::move(*file), observer));
}

Past::Past(std::string name, const FeedSpec &feed, std::unique_ptr<PastFile> file, Observer &observer)
    : m_name(std::move(name)), m_path(feed.file), m_readOnly(feed.readOnly), m_truncates(feed.truncate),
      m_file(std::move(file)), m_observer(observer)
{
    if (!m_readOnly)
        m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

Past::~Past()
{
    m_thread.request_stop(); // wakes it
}

void Past::setAir(Air air)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.emplace_back(air);
        m_due = true;
    }
    m_news.notify_one();
}

Past::Air Past::air() const
{
    const std::lock_guard lock(m_mutex);
    return m_air;
}

std::chrono::steady_clock::time_point Past::offSince() const
{
    const std::lock_guard lock(m_mutex);
    return m_offSince;
}

void Past::begin()
{
    if (!m_truncates)
        return;
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_queue, [](const Item &item) { return std::holds_alternative<Piece>(item); });
    m_queuedBytes = 0;
    m_overflown = true; // until the new upload's first start
    m_queue.emplace_back(Truncation{});
}

void Past::describe(const media::StreamDescription &description)
{
    const std::lock_guard lock(m_mutex);
    if (!m_readOnly)
        m_queue.emplace_back(description);
}

void Past::push(const media::Packet &packet, bool start)
{
    if (m_readOnly)
        return;
    const std::size_t bytes = packet.data().size();
    bool full = false;
    {
        const std::lock_guard lock(m_mutex);
        const bool fits = m_queuedBytes + bytes <= maxQueuedBytes;
        if (m_overflown && start && fits)
            m_overflown = false;
        if (m_overflown)
            return;
        if (!fits) {
            m_overflown = true;
            full = true;
        } else {
            m_queue.emplace_back(Piece{packet, start, wallClockMs()});
            m_queuedBytes += bytes;
            m_due = m_due || m_queuedBytes >= recordPayload;
        }
    }
    if (full)
        m_observer.log(LogLevel::Warning, "The disk is too slow for the feed " + m_name + ": its past in " +
                                              m_path + " has a gap up to the next keyframe.");
}

void Past::flush()
{
    {
        const std::lock_guard lock(m_mutex);
        m_due = true;
    }
    m_news.notify_one();
}

void Past::addReader(const std::shared_ptr<net::Waker> &waker)
{
    const std::lock_guard lock(m_mutex);
    m_readers.push_back(waker);
}

void Past::removeReader(const std::shared_ptr<net::Waker> &waker)
{
    const std::lock_guard lock(m_mutex);
    std::erase(m_readers, waker);
}

void Past::wakeReaders()
{
    const std::lock_guard lock(m_mutex);
    for (const auto &waker : m_readers)
        waker->wake();
}

void Past::run(const std::stop_token &stop)
{
    static_cast<void>(::pthread_setname_np(::pthread_self(), "past"));
    while (true) {
        std::deque<Item> items;
        {
            std::unique_lock lock(m_mutex);
            m_news.wait(lock, stop, [this] { return m_due && !m_queue.empty(); });
            items.swap(m_queue);
            m_queuedBytes = 0;
            m_due = false;
        }
        if (items.empty())
            return; // asked to stop, and all is written
        write(items);
        wakeReaders();
    }
}

void Past::write(const std::deque<Item> &items)
{
    for (const Item &item : items) {
        if (const auto *piece = std::get_if<Piece>(&item)) {
            gather(*piece);
        } else {
            writeGathered();
            obey(item);
        }
    }
    writeGathered();
}

void Past::obey(const Item &item)
{
    if (const auto *air = std::get_if<Air>(&item)) {
        const std::lock_guard lock(m_mutex);
        if (m_air == Air::On && *air != Air::On)
            m_offSince = std::chrono::steady_clock::now();
        m_air = *air;
        return;
    }
    m_lost = true; // up to the next start
    if (const auto *description = std::get_if<media::StreamDescription>(&item)) {
        m_description = *description;
    } else if (auto done = m_file->truncate(); !done) {
        refused(done.error());
    }
}

void Past::gather(const Piece &piece)
{
    if (piece.start || m_record.size() >= recordPayload)
        writeGathered();
    if (m_lost && !piece.start)
        return;
    if (piece.start) {
        m_lost = false;
        m_recordStarts = true;
        media::appendLinkDescription(m_description, m_record);
    }
    if (m_record.empty() || piece.start)
        m_recordNewest = {piece.wallMs, piece.packet.dts};
    m_recordNewest.time = std::max(m_recordNewest.time, piece.packet.dts);
    media::appendLinkPacket(piece.packet, m_record);
}

void Past::writeGathered()
{
    if (m_record.empty())
        return;
    if (auto written = m_file->append(m_record, m_recordStarts, m_recordNewest); !written)
        refused(written.error());
    else if (std::exchange(m_faulty, false))
        m_observer.log(LogLevel::Info, "The feed " + m_name + " is recorded again in " + m_path + ".");
    m_record.clear();
    m_recordStarts = false;
}

/// The disk did not take it. Each keyframe is another try; it is said once.
void Past::refused(const Error &error)
{
    m_lost = true;
    if (!std::exchange(m_faulty, true))
        m_observer.log(LogLevel::Error, "The feed " + m_name + " is not recorded in " + m_path + ": " +
                                            error.message +
                                            ". It goes on the air all the same, and is recorded again "
                                            "as soon as that works.");
}

void PastStore::apply(const std::vector<FeedSpec> &feeds)
{
    std::map<std::string, std::shared_ptr<Past>, std::less<>> next;
    const std::lock_guard lock(m_mutex);
    for (const FeedSpec &feed : feeds) {
        if (feed.file.empty())
            continue;
        const auto found = m_pasts.find(feed.name);
        if (found != m_pasts.end() && found->second->path() == feed.file &&
            found->second->readOnly() == feed.readOnly) {
            next.emplace(*found);
            continue;
        }
        if (feed.readOnly && media::FfmFile::open(feed.file))
            continue; // of the original: replays read it as it is
        auto past = Past::open(feed, m_observer);
        if (past)
            next.emplace(feed.name, std::move(*past));
        else
            m_observer.log(LogLevel::Error, "The past of the feed " + feed.name + " is not kept: its file " +
                                                feed.file + " cannot be used, " + past.error().message + ".");
    }
    m_pasts = std::move(next);
}

std::shared_ptr<Past> PastStore::find(std::string_view feed) const
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_pasts.find(feed);
    return found == m_pasts.end() ? nullptr : found->second;
}

} // namespace aspersor::serve
