// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/socket.h"
#include "core/serve/feedregistry.h"
#include "core/serve/serverstate.h"
#include "core/serve/status.h"
#include "core/serve/stream.h"

#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace aspersor::serve {

class FeedPort;
class Replays;
class Worker;

enum class Protocol { Http, Rtsp };

/// Where viewers' streams come from. What it refers to must outlive FanOut::stop().
struct Sources {
    FeedRegistry &feeds;
    FeedPort &feedPort;
    const PastStore &pasts;
    Replays &replays;
};

/// The viewers' side: one event loop per core; every connection belongs to one of them for its life.
class FanOut final : public StreamListener
{
public:
    FanOut(std::size_t workers, ServerState &state);
    ~FanOut() override; ///< stops and joins the workers; their viewers are cut off

    [[nodiscard]] std::size_t workerCount() const { return m_workers.size(); }
    void start(const Sources &sources);
    [[nodiscard]] const Sources &sources() const { return *m_sources; } ///< after start()
    void stop();
    void tick(); ///< now and then, on the thread of start()

    /// Takes over a connection, and what it counts for: the workers take turns. One thread.
    void adopt(net::Socket socket, Booking<int> connection, Protocol protocol = Protocol::Http);
    /// Ends a viewer's connection, wherever it is.
    void drop(std::uint64_t viewerId, const std::string &reason);
    /// Gathers the state of feeds and viewers; `done` is called once, on a worker's thread.
    void gatherStatus(std::function<void(StatusReport)> done);

    [[nodiscard]] Snapshots &snapshots() { return m_snapshots; }

    void streamAdvanced(std::size_t worker, const std::shared_ptr<Stream> &stream) override;
    [[nodiscard]] bool pictureWanted(Picture picture, const media::JpegOptions &options,
                                     Snapshots::Done done) override;

private:
    ServerState &m_state;
    std::optional<Sources> m_sources;
    std::vector<std::unique_ptr<Worker>> m_workers;
    std::size_t m_turn = 0; // of adopt()
    bool m_multicasts = false;
    Snapshots m_snapshots; // after the workers: what it is asked for may hold a connection of theirs
};

} // namespace aspersor::serve
