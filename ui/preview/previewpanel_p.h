// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/preview/previewplayer.h"
#include "ui/look/colors.h"
#include "ui/preview/levelmeter.h"
#include "ui/preview/paneltitle.h"
#include "ui/preview/pictureview.h"
#include "ui/preview/previewpanel.h"
#include "ui/preview/previewtexts.h"
#include "ui/preview/soundoutput.h"

#include <QAction>
#include <QLabel>
#include <QSlider>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>
#include <optional>

/// The inside of PreviewPanel, shared by previewpanel.cpp (what it does) and previewpanel_build.cpp (what it
/// is made of).
namespace aspersor {

struct PreviewPanel::Parts {
    explicit Parts(PreviewPanel &owner);

    void build();
    void buildActions();
    [[nodiscard]] QWidget *buildBar();
    void connectParts();
    void retranslate();

    void follow();
    void start();
    void stop();
    void takePicture();
    void moveMeter();
    void applyVolume();
    void sourceChanged();
    void setFullScreen(bool on);
    void showWords();
    void showDevice(bool present);
    void applyPalette();

    PreviewPanel &panel;
    Factory factory;
    QString feed;
    std::optional<FeedState> feedState;
    bool shown = false;
    QTimer retry;      // a player that could not be made
    QTimer meterTimer; // runs while there is a player

    // Owned by the panel.
    PanelTitle *title = nullptr;
    PictureView *view = nullptr;
    QWidget *stage = nullptr; // in the view's place while that is full screen
    QVBoxLayout *layout = nullptr;
    QToolButton *feedButton = nullptr;
    QToolButton *viewersButton = nullptr;
    QToolButton *muteButton = nullptr;
    QToolButton *fullScreenButton = nullptr;
    QSlider *volume = nullptr;
    LevelMeter *meter = nullptr;
    QLabel *noDevice = nullptr;
    QAction *mute = nullptr;
    QAction *fullScreen = nullptr;
    QAction *leaveFullScreen = nullptr;
    QAction *feedSource = nullptr;
    QAction *viewersSource = nullptr;

    std::unique_ptr<PreviewPlayer> player; // exists only while it is seen
    SoundOutput sound;                     // reads from the player: goes first
};

} // namespace aspersor
