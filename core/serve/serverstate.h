// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"
#include "core/serve/observer.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace aspersor::serve {

/// What the whole server shares: the configuration in force, the counters that limits are about, and who is
/// told. Thread-safe.
class ServerState
{
public:
    ServerState(Config config, Observer &told)
        : observer(told), m_config(std::make_shared<const Config>(std::move(config)))
    {
    }

    /// A request is judged by one configuration from its begin to its end: keep the pointer.
    [[nodiscard]] std::shared_ptr<const Config> config() const
    {
        const std::lock_guard lock(m_mutex);
        return m_config;
    }
    void setConfig(Config config)
    {
        auto next = std::make_shared<const Config>(std::move(config));
        const std::lock_guard lock(m_mutex);
        m_config.swap(next);
    }

    /// Counts one more viewer of `address` for as long as the result lives; null: it has `limit` already.
    [[nodiscard]] std::shared_ptr<void> bookAddress(const boost::asio::ip::address &address, int limit)
    {
        const std::lock_guard lock(m_mutex);
        int &viewersThere = m_addresses[address];
        if (viewersThere >= limit)
            return nullptr;
        ++viewersThere;
        return {this, [address](ServerState *state) {
                    const std::lock_guard guard(state->m_mutex);
                    const auto found = state->m_addresses.find(address);
                    if (--found->second == 0)
                        state->m_addresses.erase(found);
                }};
    }

    Observer &observer;
    const std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
    std::atomic<int> connections = 0; ///< TCP connections of any kind
    std::atomic<int> viewers = 0;
    std::atomic<int> uploads = 0;             ///< over HTTP
    std::atomic<std::int64_t> bookedBits = 0; ///< bit/s of all viewers, as measured when each joined
    std::atomic<std::uint64_t> lastViewerId = 0;
    std::atomic<std::uint16_t> rtspPort = 0; ///< as it was really taken; 0: none

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const Config> m_config;              // guarded by m_mutex
    std::map<boost::asio::ip::address, int> m_addresses; // viewers of each; guarded by m_mutex
};

/// Adds an amount to a counter for as long as it lives.
template <typename T>
class Booking
{
public:
    Booking() = default;
    Booking(std::atomic<T> &counter, T amount) : m_counter(&counter), m_amount(amount) { counter += amount; }
    Booking(Booking &&other) noexcept
        : m_counter(std::exchange(other.m_counter, nullptr)), m_amount(other.m_amount),
          m_more(std::move(other.m_more))
    {
    }
    Booking &operator=(Booking &&other) noexcept
    {
        std::swap(m_counter, other.m_counter);
        std::swap(m_amount, other.m_amount);
        std::swap(m_more, other.m_more);
        return *this;
    }
    Booking(const Booking &) = delete;
    Booking &operator=(const Booking &) = delete;
    ~Booking()
    {
        if (m_counter)
            *m_counter -= m_amount;
    }

    /// Something else that is let go with it.
    void with(std::shared_ptr<void> more) { m_more = std::move(more); }

private:
    std::atomic<T> *m_counter = nullptr;
    T m_amount = 0;
    std::shared_ptr<void> m_more;
};

} // namespace aspersor::serve
