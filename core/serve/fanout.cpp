// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/fanout.h"

#include "core/serve/replay.h"
#include "core/serve/worker.h"

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace aspersor::serve {

FanOut::FanOut(std::size_t workers, ServerState &state) : m_state(state)
{
    for (std::size_t i = 0; i < workers; ++i)
        m_workers.push_back(std::make_unique<Worker>(i, state, *this));
}

FanOut::~FanOut()
{
    stop();
}

void FanOut::start(const Sources &sources)
{
    m_sources.emplace(sources);
    for (const auto &worker : m_workers)
        worker->start(sources.feeds);
}

void FanOut::stop()
{
    m_snapshots.stop();
    for (const auto &worker : m_workers)
        worker->stop();
}

void FanOut::tick()
{
    const bool needed = Multicaster::isNeeded(*m_state.config());
    if (std::exchange(m_multicasts, needed) || needed) // once more when the last has left the configuration
        m_workers.front()->multicast();
}

void FanOut::adopt(net::Socket socket, Booking<int> connection, Protocol protocol)
{
    m_turn = (m_turn + 1) % m_workers.size();
    m_workers[m_turn]->adopt(std::move(socket), std::move(connection), protocol);
}

void FanOut::drop(std::uint64_t viewerId, const std::string &reason)
{
    for (const auto &worker : m_workers)
        worker->drop(viewerId, reason);
}

void FanOut::gatherStatus(std::function<void(StatusReport)> done)
{
    struct Poll {
        std::mutex mutex;
        std::size_t missing = 0;           // guarded by mutex
        std::vector<ViewerReport> viewers; // guarded by mutex
        std::function<void(StatusReport)> done;
    };
    auto poll = std::make_shared<Poll>();
    poll->missing = m_workers.size();
    poll->done = std::move(done);
    for (const auto &worker : m_workers) {
        worker->report([this, poll](std::vector<ViewerReport> viewers) {
            StatusReport report;
            {
                const std::lock_guard lock(poll->mutex);
                std::ranges::move(viewers, std::back_inserter(poll->viewers));
                if (--poll->missing > 0)
                    return;
                report.viewerList = std::move(poll->viewers);
            }
            std::ranges::sort(report.viewerList, {}, &ViewerReport::id);
            report.uptime = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - m_state.started);
            report.viewers = m_state.viewers;
            report.maxClients = m_state.config()->maxClients;
            report.connections = m_state.connections;
            report.feeds = m_sources->feeds.report();
            m_sources->replays.addTo(report.feeds);
            poll->done(std::move(report));
        });
    }
}

void FanOut::streamAdvanced(std::size_t worker, const std::shared_ptr<Stream> &stream)
{
    m_workers[worker]->wake(stream);
}

bool FanOut::pictureWanted(Picture picture, const media::JpegOptions &options, Snapshots::Done done)
{
    return m_snapshots.request(std::move(picture), options, Snapshots::Which::This, std::move(done));
}

} // namespace aspersor::serve
