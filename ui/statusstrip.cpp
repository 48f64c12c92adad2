// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/statusstrip.h"

#include "ui/feeds/feedtexts.h"
#include "ui/look/appearance.h"
#include "ui/look/colors.h"
#include "ui/look/icons.h"

#include <QClipboard>
#include <QCoreApplication>
#include <QEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPainter>
#include <QTimer>
#include <QToolButton>
#include <algorithm>

namespace aspersor {

namespace {

using State = FfserverStatus::State;

QString stateText(State state)
{
    switch (state) {
    case State::Stopped:
        return StatusStrip::tr("ffserver stopped");
    case State::Starting:
        return StatusStrip::tr("ffserver starting…");
    case State::Running:
        return StatusStrip::tr("ffserver running");
    case State::Stopping:
        return StatusStrip::tr("ffserver stopping…");
    case State::Restarting:
        return StatusStrip::tr("ffserver restarting…");
    case State::Failed:
        return StatusStrip::tr("ffserver failed");
    }
    return {};
}

/// Which ffserver it is, and what an original cannot do.
QString kindText(const FfserverStatus &status)
{
    switch (status.kind) {
    case FfserverKind::Ours:
        return StatusStrip::tr("Aspersor's own ffserver, version %1").arg(status.version);
    case FfserverKind::Original:
        return StatusStrip::tr(
                   "FFmpeg's original ffserver, version %1, with places for %n feed(s). A further "
                   "phone is turned away, viewers cannot be dropped one by one, there is no HLS, "
                   "and a new configuration needs a restart.",
                   nullptr, status.places)
            .arg(status.version);
    case FfserverKind::Unknown:
        break;
    }
    return {};
}

Dot dotOf(State state)
{
    switch (state) {
    case State::Running:
        return Dot::Full;
    case State::Starting:
    case State::Restarting:
        return Dot::Half;
    case State::Failed:
        return Dot::Crossed;
    case State::Stopping:
    case State::Stopped:
        break;
    }
    return Dot::Hollow;
}

} // namespace

StatusStrip::StatusStrip(QWidget *parent) : QWidget(parent)
{
    setFont(tabularFont(font()));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(10, 0, 4, 0);
    row->setSpacing(6);

    m_dot = new QLabel;
    m_state = new QLabel;
    row->addWidget(m_dot);
    row->addWidget(m_state);
    row->addSpacing(12);

    const auto makeAddress = [this, row](const QString &name, const QString &toolTip) {
        auto *button = new QToolButton;
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::TabFocus);
        button->setToolTip(toolTip);
        button->setAccessibleName(name);
        button->hide();
        connect(button, &QToolButton::clicked, this, [this, button] {
            const QString address = button->property("address").toString();
            QGuiApplication::clipboard()->setText(address);
            emit copied(address);
        });
        row->addWidget(button);
        return button;
    };
    m_ingest = makeAddress(tr("Address for phones"), tr("Phones publish here; click to copy"));
    m_viewers = makeAddress(tr("Address for viewers"), tr("Viewers watch here; click to copy"));
    row->addStretch();

    for (QLabel **label : {&m_feedCount, &m_viewerCount, &m_bitrate, &m_cpu}) {
        *label = new QLabel;
        (*label)->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row->addWidget(*label);
        row->addSpacing(8);
    }
    m_feedCount->setToolTip(tr("Feeds that a phone is sending now"));
    m_viewerCount->setToolTip(tr("Viewers of all feeds"));
    m_bitrate->setToolTip(tr("What all phones together send now"));
    m_cpu->setToolTip(tr("Processor time of Aspersor and ffserver; 100 % is one core fully used"));

    auto *timer = new QTimer(this);
    timer->setInterval(2000);
    connect(timer, &QTimer::timeout, this, &StatusStrip::showCpu);
    timer->start();
    measure();
    setFfserver({});
    setFeeds({});
    showCpu();
}

void StatusStrip::measure()
{
    const QFontMetrics metrics(font());
    const auto widthOf = [&metrics](const QString &text) { return metrics.horizontalAdvance(text) + 4; };
    int state = 0;
    for (const auto each : {State::Stopped, State::Starting, State::Running, State::Stopping,
                            State::Restarting, State::Failed}) {
        state = std::max(state, widthOf(stateText(each)));
    }
    m_state->setFixedWidth(state);
    m_feedCount->setMinimumWidth(widthOf(tr("%n feed(s) live", nullptr, 888)));
    m_viewerCount->setMinimumWidth(widthOf(tr("%n viewer(s)", nullptr, 8888)));
    m_bitrate->setMinimumWidth(widthOf(tr("%1 in").arg(texts::megabits(888'800'000))));
    m_cpu->setMinimumWidth(widthOf(tr("CPU %1 %").arg(888)));
}

void StatusStrip::setFfserver(const FfserverStatus &status)
{
    m_status = status;
    m_state->setText(stateText(status.state));
    const QString toolTip = status.reason.isEmpty() ? kindText(status) : status.reason;
    m_state->setToolTip(toolTip);
    m_dot->setToolTip(toolTip);
    drawState();
    showTotals();
}

void StatusStrip::drawState()
{
    const int size = fontMetrics().height() * 2 / 3;
    QPixmap pixmap(QSize(size, size) * devicePixelRatioF());
    pixmap.setDevicePixelRatio(devicePixelRatioF());
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintDot(painter, QRectF(0, 0, size, size), dotOf(m_status.state),
             Colors::of(palette()).of(m_status.state));
    painter.end();
    m_dot->setPixmap(pixmap);
}

void StatusStrip::setAddresses(const QString &ingestUrl, const QString &viewersUrl)
{
    const auto show = [](QToolButton *button, const QString &text, const QString &url) {
        button->setText(text);
        button->setProperty("address", url);
        button->setVisible(!url.isEmpty());
    };
    show(m_ingest, tr("Phones: %1").arg(ingestUrl), ingestUrl);
    show(m_viewers, tr("Viewers: %1").arg(viewersUrl), viewersUrl);
}

void StatusStrip::setFeeds(const FeedStatsList &feeds)
{
    m_feeds = feeds;
    showTotals();
}

void StatusStrip::showTotals()
{
    int live = 0;
    qint64 bitrate = 0;
    for (const FeedStats &feed : std::as_const(m_feeds)) {
        if (feed.state == FeedState::Live) {
            ++live;
            bitrate += feed.bitrateBps;
        }
    }
    m_feedCount->setText(tr("%n feed(s) live", nullptr, live));
    m_viewerCount->setText(tr("%n viewer(s)", nullptr, m_status.viewers));
    //: %1 is the bitrate of everything that comes in, such as 7.4 Mb/s
    m_bitrate->setText(tr("%1 in").arg(texts::megabits(bitrate)));
}

void StatusStrip::showCpu()
{
    QList<qint64> pids{QCoreApplication::applicationPid()};
    if (m_status.pid > 0) {
        pids << m_status.pid;
    }
    const auto percent = m_meter.percent(pids, CpuMeter::TimePoint::clock::now());
    m_cpu->setText(tr("CPU %1 %").arg(percent ? QLocale().toString(*percent, 'f', 0) : QStringLiteral("–")));
}

void StatusStrip::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_dot) {
        drawState();
    } else if ((event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) && m_cpu) {
        measure();
    }
}

} // namespace aspersor
