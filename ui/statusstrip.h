// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"
#include "core/ffserver/ffserverstatus.h"
#include "ui/cpumeter.h"

#include <QWidget>

class QLabel;
class QToolButton;

namespace aspersor {

/// The line at the window's foot: ffserver's state, both addresses (a click copies), totals, processor time.
/// Each part has a fixed place: nothing moves when a number grows.
class StatusStrip final : public QWidget
{
    Q_OBJECT

public:
    explicit StatusStrip(QWidget *parent = nullptr);

    void setFfserver(const FfserverStatus &status);
    void setAddresses(const QString &ingestUrl, const QString &viewersUrl); ///< as others reach them
    void setFeeds(const FeedStatsList &feeds);

signals:
    void copied(const QString &text);

protected:
    void changeEvent(QEvent *event) override;

private:
    void measure();
    void drawState();
    void showTotals();
    void showCpu();

    FfserverStatus m_status;
    FeedStatsList m_feeds;
    CpuMeter m_meter;
    QLabel *m_dot = nullptr;
    QLabel *m_state = nullptr;
    QToolButton *m_ingest = nullptr;
    QToolButton *m_viewers = nullptr;
    QLabel *m_feedCount = nullptr;
    QLabel *m_viewerCount = nullptr;
    QLabel *m_bitrate = nullptr;
    QLabel *m_cpu = nullptr;
};

} // namespace aspersor
