// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/previewpanel.h"

#include "core/preview/previewplayer.h"
#include "ui/preview/previewpanel_p.h"

#include <QAudio>
#include <QEvent>

namespace aspersor {

namespace {

constexpr int retryMs = 2000;
constexpr int meterMs = 40;
constexpr int fullVolume = 100;

} // namespace

PreviewPanel::PreviewPanel(QWidget *parent) : QWidget(parent), m_parts(std::make_unique<Parts>(*this))
{
    m_parts->build();
    m_parts->retranslate();
    m_parts->showWords();
}

PreviewPanel::~PreviewPanel()
{
    m_parts->stop();
}

void PreviewPanel::setFactory(Factory factory)
{
    m_parts->stop();
    m_parts->factory = std::move(factory);
    m_parts->follow();
}

QString PreviewPanel::feed() const
{
    return m_parts->feed;
}

int PreviewPanel::volume() const
{
    return m_parts->volume->value();
}

bool PreviewPanel::isMuted() const
{
    return m_parts->mute->isChecked();
}

PreviewPanel::Source PreviewPanel::source() const
{
    return m_parts->viewersSource->isChecked() ? Source::ViewersStream : Source::Feed;
}

QString PreviewPanel::sourceName() const
{
    return source() == Source::Feed ? QStringLiteral("feed") : QStringLiteral("viewers");
}

void PreviewPanel::setSourceName(const QString &name)
{
    if (name == QLatin1String("feed"))
        setSource(Source::Feed);
    else if (name == QLatin1String("viewers"))
        setSource(Source::ViewersStream);
}

bool PreviewPanel::isFullScreen() const
{
    return m_parts->fullScreen->isChecked();
}

QAction *PreviewPanel::muteAction() const
{
    return m_parts->mute;
}

QAction *PreviewPanel::fullScreenAction() const
{
    return m_parts->fullScreen;
}

QAction *PreviewPanel::feedSourceAction() const
{
    return m_parts->feedSource;
}

QAction *PreviewPanel::viewersSourceAction() const
{
    return m_parts->viewersSource;
}

void PreviewPanel::showFeed(const QString &name)
{
    const bool over = m_parts->player && m_parts->player->state() == PreviewState::Ended;
    if (name == m_parts->feed && !over)
        return;
    m_parts->stop();
    if (name != m_parts->feed) {
        m_parts->feedState.reset();
        m_parts->view->clearPicture();
    }
    m_parts->feed = name;
    m_parts->follow();
}

void PreviewPanel::clear()
{
    showFeed({});
}

void PreviewPanel::updateFeed(const FeedStats &feed)
{
    if (feed.name != m_parts->feed || m_parts->feed.isEmpty())
        return;
    m_parts->feedState = feed.state;
    const bool over = m_parts->player && m_parts->player->state() == PreviewState::Ended;
    if (over || feed.state == FeedState::Ended || feed.state == FeedState::Kicked)
        m_parts->stop();
    m_parts->follow();
}

void PreviewPanel::setVolume(int volume)
{
    m_parts->volume->setValue(volume);
}

void PreviewPanel::setMuted(bool muted)
{
    m_parts->mute->setChecked(muted);
}

void PreviewPanel::setSource(Source source)
{
    (source == Source::Feed ? m_parts->feedSource : m_parts->viewersSource)->setChecked(true);
}

void PreviewPanel::showEvent(QShowEvent *event)
{
    QWidget::showEvent(event);
    m_parts->shown = true;
    m_parts->follow();
}

void PreviewPanel::hideEvent(QHideEvent *event)
{
    QWidget::hideEvent(event);
    m_parts->shown = false;
    m_parts->follow();
}

void PreviewPanel::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::LanguageChange) {
        m_parts->retranslate();
        m_parts->showWords();
    } else if (event->type() == QEvent::PaletteChange) {
        m_parts->applyPalette();
        m_parts->showWords();
    }
    QWidget::changeEvent(event);
}

bool PreviewPanel::eventFilter(QObject *watched, QEvent *event)
{
    // Closing the full-screen picture means leaving full screen.
    if (watched == m_parts->view && event->type() == QEvent::Close && isFullScreen()) {
        event->ignore();
        m_parts->fullScreen->setChecked(false);
        return true;
    }
    if (watched == m_parts->volume && event->type() == QEvent::MouseButtonDblClick) {
        setVolume(fullVolume);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

PreviewPanel::Parts::Parts(PreviewPanel &owner) : panel(owner)
{
    retry.setSingleShot(true);
    retry.setInterval(retryMs);
    connect(&retry, &QTimer::timeout, &panel, [this] { follow(); });
    meterTimer.setInterval(meterMs);
    connect(&meterTimer, &QTimer::timeout, &panel, [this] { moveMeter(); });
}

/// Has a player exactly while one is wanted.
void PreviewPanel::Parts::follow()
{
    const bool silent = feedState == FeedState::Ended || feedState == FeedState::Kicked;
    const bool wanted = !feed.isEmpty() && factory && !silent && (shown || panel.isFullScreen());
    if (!wanted)
        stop();
    else if (!player)
        start();
    showWords();
}

void PreviewPanel::Parts::start()
{
    player = factory(feed, panel.source());
    if (!player) {
        retry.start();
        return;
    }
    connect(player.get(), &PreviewPlayer::pictureReady, &panel, [this] { takePicture(); });
    connect(player.get(), &PreviewPlayer::stateChanged, &panel, [this] { showWords(); });
    sound.setPlayer(player.get());
    meterTimer.start();
    takePicture(); // it may have been there before the connection
}

void PreviewPanel::Parts::stop()
{
    retry.stop();
    meterTimer.stop();
    meter->reset();
    sound.setPlayer(nullptr);
    player.reset();
}

void PreviewPanel::Parts::takePicture()
{
    PreviewPicture picture;
    if (!player || !player->takePicture(picture))
        return;
    const bool first = !view->hasPicture();
    view->setPicture(std::move(picture));
    if (first)
        showWords();
}

void PreviewPanel::Parts::moveMeter()
{
    if (!player)
        return;
    const PreviewPlayer::Level level = player->takeLevel();
    meter->setPeaks(level.left, level.right, std::chrono::steady_clock::now());
}

void PreviewPanel::Parts::applyVolume()
{
    const float heard = static_cast<float>(volume->value()) / static_cast<float>(fullVolume);
    const float gain =
        QAudio::convertVolume(heard, QAudio::LogarithmicVolumeScale, QAudio::LinearVolumeScale);
    sound.setGain(mute->isChecked() ? 0.0F : gain);
}

void PreviewPanel::Parts::sourceChanged()
{
    stop();
    view->clearPicture();
    follow();
    emit panel.sourceChanged(panel.source());
}

void PreviewPanel::Parts::setFullScreen(bool on)
{
    leaveFullScreen->setEnabled(on);
    if (on) {
        delete layout->replaceWidget(view, stage); // the item is the caller's
        stage->show();
        view->setWindowFlags(Qt::Window);
        view->setWindowTitle(feed);
        view->showFullScreen();
        view->activateWindow(); // the shortcuts go where the focus is
    } else {
        view->setWindowFlags(Qt::Widget);
        view->showNormal();
        delete layout->replaceWidget(stage, view);
        stage->hide();
        view->show();
    }
    view->setHidesCursor(on);
    follow();
}

void PreviewPanel::Parts::showWords()
{
    PreviewSituation situation;
    situation.feed = feed;
    situation.viewersStream = panel.source() == Source::ViewersStream;
    situation.known = player != nullptr;
    situation.hasPicture = view->hasPicture();
    situation.feedState = feedState;
    QString detail;
    if (player) {
        situation.hasVideo = player->hasVideo();
        situation.state = player->state();
        detail = player->stateDetail();
    }
    const PreviewWords words = wordsFor(situation);
    const Colors colors = Colors::of(panel.palette());
    QColor color = colors.muted;
    switch (words.mood) {
    case PreviewWords::Mood::Neutral:
        break;
    case PreviewWords::Mood::Good:
        color = colors.good;
        break;
    case PreviewWords::Mood::Waiting:
        color = colors.waiting;
        break;
    case PreviewWords::Mood::Bad:
        color = colors.bad;
        break;
    }
    title->setWords(feed.isEmpty() ? tr("Preview") : feed, words.status, color);
    title->setToolTip(detail);
    view->setMessage(words.headline, words.more);
    view->setAccessibleDescription(words.headline.isEmpty() ? words.status : words.headline);
}

} // namespace aspersor
