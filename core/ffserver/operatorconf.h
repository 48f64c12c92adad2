// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>
#include <optional>

namespace aspersor {

/// What the operator's ffserver.conf asks for, as far as an original ffserver can do it.
///
/// A file that names feeds (<Feed door>) is the original's own: those are the feeds. One that names none has
/// templates (<Stream *.ts> with Feed *), which each place of a pool of feeds gets. A value.
struct OperatorConf {
    struct Feed {
        QString name; ///< "feed1": what a phone publishes as
        QString file; ///< "feed1.ffm": as it stands in the file
        int line = 0;
    };
    struct Stream {
        QString name;   ///< "*.ts", "door.ts"
        QString feed;   ///< "*", "door"; empty: a status page, a recording
        QString format; ///< "mpegts"
        int line = 0;
        bool noAudio = false;
        bool noVideo = false;
        QByteArrayList carried; ///< lines for the original: ACL, Metadata, Preroll, MaxTime
        QString unusable;       ///< why the original cannot serve it, an English clause; empty: it can
    };
    struct LeftOut {
        QString name;   ///< "*.mp4"
        QString reason; ///< an English clause

        bool operator==(const LeftOut &) const = default;
    };

    QList<Feed> feeds;
    QList<Stream> streams; ///< of feeds
    int maxClients = 1000; ///< ours, when the file says nothing
    std::optional<int> maxBandwidthKbps;
    /// The original's status page divides by the frame rate of every video that is described without one.
    bool statusPageIsSafe = true;

    [[nodiscard]] bool namesFeeds() const { return !feeds.isEmpty(); }
    /// The templates that can be served side by side, in the file's order; what cannot be is added to
    /// `leftOut`.
    [[nodiscard]] QList<Stream> templates(QList<LeftOut> &leftOut) const;
};

/// Reads the file's text; what it does not understand is left to ffserver. Pure.
[[nodiscard]] OperatorConf readOperatorConf(const QByteArray &text);

/// "mpegts", "flv", "matroska" for a stream's name or the word after "Format"; empty: the original does not
/// serve that without re-encoding.
[[nodiscard]] QString originalFormat(const QString &streamName, const QString &formatWord);
/// "feed1" of "feed1.ffm": uploads and configurations use the same name.
[[nodiscard]] QString feedOfFile(const QString &file);

} // namespace aspersor
