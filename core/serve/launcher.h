// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"
#include "core/serve/observer.h"

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aspersor::serve {

class Feeder;

/// The programs that "Launch" lines name: one for each such feed, which uploads it to us.
///
/// One that ends is started again, after a pause that grows as long as it does not live. What it says on
/// standard error is logged. Lives on its loop's thread.
class Launcher
{
public:
    Launcher(boost::asio::io_context &loop, Observer &observer);
    Launcher(const Launcher &) = delete;
    Launcher &operator=(const Launcher &) = delete;
    ~Launcher(); ///< kills what still runs

    /// From now on these feeds' feeders run, and no others; one whose line is as it was goes on. `server` is
    /// "http://127.0.0.1:8090".
    void apply(const std::vector<FeedSpec> &feeds, const std::string &server);
    /// Asks all to end; those that do not are killed.
    void stop() { apply({}, {}); }
    /// True when no process is left.
    [[nodiscard]] bool idle();

private:
    void forgetEnded();

    boost::asio::io_context &m_loop;
    Observer &m_observer;
    std::map<std::string, std::shared_ptr<Feeder>> m_feeders; // by the feed's name
};

} // namespace aspersor::serve
