// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <memory>

namespace aspersor::app {

/// SIGINT, SIGTERM and SIGHUP as a Qt signal; SIGPIPE is ignored. One object at a time, in the main thread.
///
/// The first signal asks; the same one again ends the process at once, should the end take too long for
/// somebody.
class UnixSignals final : public QObject
{
    Q_OBJECT

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override; ///< back to the default actions

signals:
    void quitRequested();

private:
    std::unique_ptr<QSocketNotifier> m_notifier;
};

/// Opens /dev/null in the place of a missing standard descriptor, so that no socket gets its number.
void holdStandardDescriptors();

/// Lets this process and its children open as many descriptors as the system allows (at most 65536): a
/// connection costs one, and a shell gives 1024.
void raiseDescriptorLimit();

} // namespace aspersor::app
