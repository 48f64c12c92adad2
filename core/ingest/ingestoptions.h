// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/net/requestparser.h"

#include <QString>
#include <chrono>
#include <cstdint>

namespace aspersor {

/// Who may publish, bounds and times of the ingest; parameters so that a test does not wait.
struct IngestOptions {
    QString publishKey;
    bool open = false;        ///< publishers without the key are let in, too
    int maxConnections = 512; ///< that are not (yet) a feed
    net::RequestLimits limits;
    std::uint64_t playlistBytes = 1024 * 1024;          ///< a playlist that is accepted and ignored
    std::chrono::milliseconds headTimeout{10'000};      ///< for the whole head
    std::chrono::milliseconds keepAliveTimeout{30'000}; ///< for the next request of a publisher
    std::chrono::milliseconds answerTimeout{5'000};     ///< for the peer to take an answer
    std::chrono::milliseconds lingerTimeout{2'000};     ///< for the peer to notice an answer that came early
};

} // namespace aspersor
