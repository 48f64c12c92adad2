// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/packet.h"
#include "core/net/socket.h"
#include "core/serve/config.h"
#include "core/serve/observer.h"
#include "core/serve/pastfile.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace aspersor::serve {

/// What a feed sent, kept in a file for viewers who want to see it later. Outlives the feed and its uploads.
///
/// The feed hands packets over and never waits: a thread writes them. What a slow or full disk does not take
/// is dropped up to the next keyframe, which is said once; recording goes on as soon as there is room.
/// Thread-safe.
class Past
{
public:
    /// An Error's message is a clause for people.
    [[nodiscard]] static Result<std::shared_ptr<Past>> open(const FeedSpec &feed, Observer &observer);
    Past(const Past &) = delete;
    Past &operator=(const Past &) = delete;
    ~Past(); ///< writes what has been handed over, and joins

    [[nodiscard]] const std::string &path() const { return m_path; }
    [[nodiscard]] bool readOnly() const { return m_readOnly; }
    [[nodiscard]] const PastFile &file() const { return *m_file; }

    // ---- the feed

    enum class Air { Off, On, Ended };
    /// Off: a new upload may come; Ended: the feed was ended, viewers go home when they have seen all. Holds
    /// when all that was handed over before has been written.
    void setAir(Air air);
    /// A new upload begins: with "Truncate" what is there is forgotten.
    void begin();
    void describe(const media::StreamDescription &description);
    /// `start`: a viewer can begin with this packet.
    void push(const media::Packet &packet, bool start);
    /// Nothing more comes for now: what was gathered is written.
    void flush();

    // ---- viewers

    [[nodiscard]] Air air() const;
    /// Since when it is not on the air; meaningless while it is.
    [[nodiscard]] std::chrono::steady_clock::time_point offSince() const;
    /// `waker` is woken when there is something new to read; until removed.
    void addReader(const std::shared_ptr<net::Waker> &waker);
    void removeReader(const std::shared_ptr<net::Waker> &waker);

private:
    struct Piece {
        media::Packet packet;
        bool start = false;
        std::int64_t wallMs = 0;
    };
    struct Truncation {
    };
    using Item = std::variant<Piece, media::StreamDescription, Truncation, Air>;

    Past(std::string name, const FeedSpec &feed, std::unique_ptr<PastFile> file, Observer &observer);
    void run(const std::stop_token &stop);
    void write(const std::deque<Item> &items);
    void obey(const Item &item);
    void gather(const Piece &piece);
    void writeGathered();
    void refused(const Error &error);
    void wakeReaders();

    const std::string m_name; // of the feed
    const std::string m_path;
    const bool m_readOnly;
    const bool m_truncates;
    const std::unique_ptr<PastFile> m_file;
    Observer &m_observer;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_news;
    std::deque<Item> m_queue; // guarded by m_mutex, as all below
    std::size_t m_queuedBytes = 0;
    bool m_due = false;       // the queue is to be written now
    bool m_overflown = false; // packets are dropped up to the next start
    Air m_air = Air::Off;
    std::chrono::steady_clock::time_point m_offSince = std::chrono::steady_clock::now();
    std::vector<std::shared_ptr<net::Waker>> m_readers;
    // the writer only:
    media::StreamDescription m_description;
    std::vector<std::uint8_t> m_record; // what is gathered for the next record
    bool m_recordStarts = false;
    PastFile::Newest m_recordNewest;
    bool m_lost = true;    // nothing is written before a start
    bool m_faulty = false; // the disk did not take the last record, and this was said
    std::jthread m_thread; // last
};

/// The pasts of all feeds whose section names a file. Thread-safe.
class PastStore
{
public:
    explicit PastStore(Observer &observer) : m_observer(observer) {}
    /// Opens the files of `feeds`; one that cannot be opened is told. Those that are open stay so.
    void apply(const std::vector<FeedSpec> &feeds);
    [[nodiscard]] std::shared_ptr<Past> find(std::string_view feed) const;

private:
    Observer &m_observer;
    mutable std::mutex m_mutex;
    std::map<std::string, std::shared_ptr<Past>, std::less<>> m_pasts; // guarded by m_mutex
};

} // namespace aspersor::serve
