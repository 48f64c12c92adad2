// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"
#include "core/serve/diagnostic.h"
#include "core/serve/linewriter.h"
#include "core/serve/observer.h"

#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aspersor::serve {

/// Says what happens: to people on standard error, to a control room as one JSON object a line on standard
/// output, to the access log in the Common Log Format. Thread-safe.
class Reporter final : public Observer
{
public:
    /// `control`: there is a control room on standard output.
    Reporter(boost::asio::io_context &loop, bool control);
    ~Reporter() override; ///< writes what is left, within a short time

    /// "-" is standard output. False: the file cannot be opened (errno says why).
    [[nodiscard]] bool openAccessLog(const std::string &path);
    /// After a reload, or when something moved the file away. False: it cannot be opened, and the old one is
    /// written on. "" ends the log; standard output is taken at the start only.
    [[nodiscard]] bool reopenAccessLog(const std::string &path);

    struct Addresses {
        std::string http; ///< "http://127.0.0.1:8090"
        std::string rtsp; ///< the same; "": there is no RTSP
        std::string host; ///< of HTTP, as it is listened on
        int port = 0;
    };
    void ready(const Config &config, const Addresses &addresses);
    /// `restartNeeded`: what listens, and the threads, are as they were.
    void reloaded(const Config &config, const Diagnostics &diagnostics, bool restartNeeded);
    void refused(const Diagnostics &diagnostics); ///< a reload: everything stays as it was
    /// Once a second; says only what is news. `viewers`: also those of recordings, which are no feed's.
    void stats(const std::vector<FeedReport> &feeds, int viewers);
    void error(const std::string &reason);
    void configuration(const Diagnostics &diagnostics);

    void feedChanged(const std::string &name, FeedState state) override;
    void viewerJoined(const ViewerReport &viewer) override;
    void viewerLeft(const ViewerReport &viewer, const std::string &reason) override;
    void accessed(const AccessReport &access) override;
    void log(LogLevel level, const std::string &text) override;

private:
    void emitEvent(const boost::json::object &event);

    boost::asio::io_context &m_loop;
    const bool m_control;
    LineWriter m_output;
    LineWriter m_errors;
    std::mutex m_accessMutex;
    int m_accessDescriptor = -1;          // owned when above 2; guarded by m_accessMutex, as the next two
    std::unique_ptr<LineWriter> m_access; // stays once there: lines may be on their way
    bool m_logsAccess = false;
    std::string m_lastStats; // of stats(): one thread
};

} // namespace aspersor::serve
