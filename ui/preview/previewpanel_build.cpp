// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/previewpanel_p.h"

#include "ui/look/icons.h"

#include <QActionGroup>
#include <QHBoxLayout>

namespace aspersor {

namespace {

constexpr int space = 6;
constexpr int volumeWidth = 90;
constexpr int firstVolume = 80;

QToolButton *buttonFor(QAction *action, Qt::ToolButtonStyle style)
{
    auto *button = new QToolButton;
    button->setDefaultAction(action);
    button->setToolButtonStyle(style);
    button->setAutoRaise(style == Qt::ToolButtonIconOnly);
    button->setFocusPolicy(Qt::TabFocus);
    return button;
}

} // namespace

void PreviewPanel::Parts::build()
{
    buildActions();
    title = new PanelTitle;
    view = new PictureView;
    view->installEventFilter(&panel);
    stage = new QWidget(&panel);
    stage->setSizePolicy(view->sizePolicy());
    stage->hide();
    feedButton = buttonFor(feedSource, Qt::ToolButtonTextOnly);
    viewersButton = buttonFor(viewersSource, Qt::ToolButtonTextOnly);

    auto *top = new QHBoxLayout;
    top->setSpacing(space);
    top->addWidget(title, 1);
    auto *pair = new QHBoxLayout; // one switch of two halves
    pair->setSpacing(0);
    pair->addWidget(feedButton);
    pair->addWidget(viewersButton);
    top->addLayout(pair);

    layout = new QVBoxLayout(&panel);
    layout->setContentsMargins(space, space, space, space);
    layout->setSpacing(space);
    layout->addLayout(top);
    layout->addWidget(view, 1);
    layout->addWidget(buildBar());

    // In full screen the picture is a window of its own: the shortcuts must work there too.
    const QList<QAction *> all{mute, fullScreen, feedSource, viewersSource};
    panel.addActions(all);
    view->addActions(all);
    view->addAction(leaveFullScreen);
    connectParts();
    showDevice(true);
    applyPalette();
    applyVolume();
}

void PreviewPanel::Parts::buildActions()
{
    mute = new QAction(&panel);
    mute->setCheckable(true);
    mute->setShortcut(Qt::Key_M);
    fullScreen = new QAction(&panel);
    fullScreen->setCheckable(true);
    fullScreen->setIcon(themedIcon(QStringLiteral("fullscreen")));
    fullScreen->setShortcut(Qt::Key_F11);
    leaveFullScreen = new QAction(&panel);
    leaveFullScreen->setShortcut(Qt::Key_Escape);
    leaveFullScreen->setEnabled(false);
    auto *sources = new QActionGroup(&panel);
    for (QAction **source : {&feedSource, &viewersSource}) {
        *source = new QAction(sources);
        (*source)->setCheckable(true);
    }
    feedSource->setChecked(true);
}

QWidget *PreviewPanel::Parts::buildBar()
{
    muteButton = buttonFor(mute, Qt::ToolButtonIconOnly);
    fullScreenButton = buttonFor(fullScreen, Qt::ToolButtonIconOnly);
    volume = new QSlider(Qt::Horizontal);
    volume->setRange(0, 100);
    volume->setPageStep(10);
    volume->setValue(firstVolume);
    volume->setFixedWidth(volumeWidth);
    volume->installEventFilter(&panel);
    meter = new LevelMeter;
    noDevice = new QLabel;

    auto *bar = new QWidget;
    auto *row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space);
    row->addWidget(muteButton);
    row->addWidget(volume);
    row->addSpacing(space);
    row->addWidget(meter, 1);
    row->addSpacing(space);
    row->addWidget(noDevice);
    row->addSpacing(space);
    row->addWidget(fullScreenButton);
    return bar;
}

void PreviewPanel::Parts::connectParts()
{
    connect(mute, &QAction::toggled, &panel, [this](bool on) {
        mute->setIcon(themedIcon(on ? QStringLiteral("sound-off") : QStringLiteral("sound")));
        applyVolume();
        emit panel.mutedChanged(on);
    });
    mute->setIcon(themedIcon(QStringLiteral("sound")));
    connect(volume, &QSlider::valueChanged, &panel, [this](int value) {
        applyVolume();
        emit panel.volumeChanged(value);
    });
    connect(viewersSource, &QAction::toggled, &panel, [this] {
        applyPalette();
        sourceChanged();
    });
    connect(fullScreen, &QAction::toggled, &panel, [this](bool on) { setFullScreen(on); });
    connect(leaveFullScreen, &QAction::triggered, fullScreen, [this] { fullScreen->setChecked(false); });
    connect(view, &PictureView::doubleClicked, fullScreen, &QAction::toggle);
    connect(&sound, &SoundOutput::deviceChanged, &panel, [this](bool present) { showDevice(present); });
}

void PreviewPanel::Parts::showDevice(bool present)
{
    noDevice->setVisible(!present);
    volume->setEnabled(present);
}

void PreviewPanel::Parts::applyPalette()
{
    QPalette quiet;
    quiet.setColor(QPalette::WindowText, Colors::of(panel.palette()).muted);
    noDevice->setPalette(quiet);
    // A pressed button is hard to tell from its neighbour in the dark.
    QPalette chosen;
    for (const QPalette::ColorGroup group : {QPalette::Active, QPalette::Inactive}) {
        chosen.setColor(group, QPalette::Button,
                        panel.palette().color(QPalette::Active, QPalette::Highlight));
        chosen.setColor(group, QPalette::ButtonText,
                        panel.palette().color(QPalette::Active, QPalette::HighlightedText));
    }
    for (QToolButton *button : {feedButton, viewersButton})
        button->setPalette(button->defaultAction()->isChecked() ? chosen : QPalette());
}

void PreviewPanel::Parts::retranslate()
{
    mute->setText(tr("&Mute"));
    mute->setToolTip(tr("Mute or unmute the preview"));
    fullScreen->setText(tr("&Full screen"));
    fullScreen->setToolTip(tr("Show the preview on the full screen; Esc leaves it"));
    leaveFullScreen->setText(tr("Leave full screen"));
    //: Preview what the phone sends, as it comes in
    feedSource->setText(tr("Feed"));
    feedSource->setToolTip(tr("Preview the feed as it comes in from the phone"));
    //: Preview what ffserver serves
    viewersSource->setText(tr("Viewers' stream"));
    viewersSource->setToolTip(tr("Preview what viewers get from ffserver"));
    volume->setToolTip(tr("Volume of the preview; viewers do not hear this"));
    volume->setAccessibleName(tr("Preview volume"));
    view->setAccessibleName(tr("Preview picture"));
    meter->setAccessibleName(tr("Sound level"));
    meter->setToolTip(tr("Level of the feed's sound, left over right, in decibels below full scale"));
    noDevice->setText(tr("No sound device"));
    noDevice->setToolTip(
        tr("This computer has no sound output at the moment; the meter shows the sound all the same."));
}

} // namespace aspersor
