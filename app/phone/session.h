// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/phone/feedurl.h"
#include "app/phone/options.h"
#include "app/phone/progress.h"
#include "app/phone/recorder.h"
#include "app/phone/uploader.h"
#include "core/net/socket.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace aspersor::phone {

/// All phones that one command line asks for: recorders, uploaders, the user's signals.
///
/// Lives on the main thread, which must have SIGINT and SIGTERM blocked.
class Session
{
public:
    /// Opens the sources. On an error the message is a whole sentence for the user.
    [[nodiscard]] static Result<std::unique_ptr<Session>> open(const Options &options, Console &console);

    Session(const Session &) = delete;
    Session &operator=(const Session &) = delete;
    ~Session();

    /// Runs until all feeds have ended or the user wants no more. True when all was sent.
    [[nodiscard]] bool run();

private:
    Session(const Options &options, Console &console);
    [[nodiscard]] Result<void> addRecorder(const SourceRequest &request, std::vector<Outbox *> outboxes);
    void endByUser();
    [[nodiscard]] bool allEnded() const;
    [[nodiscard]] std::vector<Uploader::Status> statuses() const;

    const Options m_options;
    Console &m_console;
    net::Waker m_waker; // an uploader has ended
    std::atomic<bool> m_sourceFailed = false;
    unsigned m_interrupts = 0; // by the user
    std::vector<std::unique_ptr<Uploader>> m_uploaders;
    std::vector<std::unique_ptr<Recorder>> m_recorders; // after what they push to
};

} // namespace aspersor::phone
