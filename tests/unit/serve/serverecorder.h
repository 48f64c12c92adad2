// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/observer.h"
#include "core/serve/stream.h"

#include <QStringList>

namespace aspersor::test {

/// What a <Stream> section with nothing but its format says.
inline serve::StreamSpec specOf(std::string_view format)
{
    return {.name = "x", .feed = "x", .format = serve::formatByName(format)};
}

/// Keeps what an Observer is told; one thread.
class Recorder final : public serve::Observer, public serve::StreamListener
{
public:
    void feedChanged(const std::string &name, serve::FeedState state) override
    {
        feedStates << QString::fromStdString(name) + QLatin1Char(' ') + QLatin1String(serve::toString(state));
    }
    void viewerJoined(const serve::ViewerReport &) override {}
    void viewerLeft(const serve::ViewerReport &, const std::string &) override {}
    void accessed(const serve::AccessReport &) override {}
    void log(serve::LogLevel, const std::string &text) override { logged << QString::fromStdString(text); }
    void streamAdvanced(std::size_t, const std::shared_ptr<serve::Stream> &) override { ++wakes; }

    QStringList feedStates;
    QStringList logged;
    int wakes = 0;
};

} // namespace aspersor::test
