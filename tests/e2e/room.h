// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "program.h"

#include <QJsonObject>
#include <QList>
#include <QTemporaryDir>

namespace aspersor::e2e {

/// "aspersor --headless" on free ports of the loopback, with folders of its own, and what it says.
class Room
{
public:
    static constexpr const char *key = "the-key-of-the-test";

    /// `graceMs` is how long a feed may be away before it has ended.
    explicit Room(int graceMs, const QStringList &moreArguments = {});

    [[nodiscard]] bool start(); ///< waits for the ready line
    /// Asks it to stop and waits; true when it did so with exit code 0.
    [[nodiscard]] bool quit();
    void command(const QByteArray &json) { program.send(json + '\n'); }

    [[nodiscard]] quint16 ingestPort() const;
    [[nodiscard]] quint16 viewersPort() const;
    /// "http://127.0.0.1:PORT/NAME?key=KEY"
    [[nodiscard]] QString publishUrl(const QString &name) const;
    [[nodiscard]] QString watchUrl(const QString &stream) const; ///< of "cam1.ts"

    /// What was said since `from`, of one kind ("feed") and, if given, of one feed.
    [[nodiscard]] QList<QJsonObject> events(const QString &kind, const QString &feed = {},
                                            qsizetype from = 0) const;
    /// The states of a feed so far, in their order: {"live", "away", "live"}.
    [[nodiscard]] QStringList states(const QString &feed) const;
    [[nodiscard]] QString state(const QString &feed) const; ///< the last one, or ""
    [[nodiscard]] qint64 ffserverPid() const;               ///< of the last "running" event; 0: none yet
    [[nodiscard]] qsizetype eventCount() const { return m_events.size(); }
    [[nodiscard]] QByteArray
    story() const; ///< for a failed check: all events but statistics, and the log's end

    /// A stream that answers 200 to HEAD.
    [[nodiscard]] bool serves(const QString &stream) const;

private:
    QTemporaryDir m_folder;
    QList<QJsonObject> m_events;
    QByteArrayList m_nonsense; ///< lines on standard output that are no JSON object

public:
    Program program; ///< after what its callback uses
    [[nodiscard]] const QByteArrayList &nonsense() const { return m_nonsense; }

private:
    [[nodiscard]] static QProcessEnvironment environment(const QString &folder);
};

/// Publishers; none is started yet. `url` is Room::publishUrl().
[[nodiscard]] ProgramPtr ffmpegPublisher(const QString &file, const QString &url);
[[nodiscard]] ProgramPtr phonePublisher(const QString &options, const QString &file, const QString &url);

/// The status of the answer to one request, sent as it is; 0: none came. Waits at most `timeoutMs`.
[[nodiscard]] int statusOf(quint16 port, const QByteArray &request, QByteArray *answer = nullptr,
                           int timeoutMs = patience);

} // namespace aspersor::e2e
