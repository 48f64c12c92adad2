// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverevent.h"
#include "core/ffserver/operatorconf.h"
#include "core/media/result.h"

#include <QByteArray>
#include <QList>
#include <QString>
#include <QStringList>

namespace aspersor {

/// A feed of an original ffserver: a place that one feed of ours can have.
struct OriginalFeed {
    QString name; ///< "slot03": what stands for the feed in the streams' names
    QString path; ///< "/slot03.ffm": where it is uploaded
    /// The tracks that it is made of, which an upload must have, too: at most one sound, then one picture.
    bool sound = true;
    bool picture = true;

    bool operator==(const OriginalFeed &) const = default;
};

/// What an original ffserver is started with.
struct OriginalConf {
    QByteArray text;
    QList<OriginalFeed> feeds;
    bool pool = true;              ///< any feed may have any place; false: each its own
    QList<StreamTemplate> streams; ///< by place; "*" where `pool`
    QList<OperatorConf::LeftOut> leftOut;
    bool hasStatusPage = true; ///< under `page`, which otherwise is a redirection
    QString page;              ///< "aspersor-4f0kx92m.html"
};

struct OriginalConfOptions {
    QString host; ///< IPv4
    quint16 port = 0;
    int places = 16;
    QString folder; ///< for the feeds' files; of ours alone
    QString page;   ///< a name that nobody guesses: it tells our ffserver from another on the same port
};

/// Makes the configuration for an original ffserver of what the operator's file describes. The places' own
/// encoders are placeholders: what counts is that there are as many tracks as are uploaded. Pure.
/// Error::Process, a clause with what to do, when there is nothing to be served.
[[nodiscard]] Result<OriginalConf> makeOriginalConf(const QByteArray &operatorText,
                                                    const OriginalConfOptions &options);

} // namespace aspersor
