// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/look/colors.h"

namespace aspersor {

namespace {

QColor translucent(QColor color, int alpha)
{
    color.setAlpha(alpha);
    return color;
}

struct Tones {
    QRgb window, base, alternate, text, button, tip, tipText, highlight, link, disabled, bright;
    QRgb light, midlight, mid, dark, shadow;
};

QPalette paletteOf(const Tones &t)
{
    QPalette p;
    const auto all = [&p](QPalette::ColorRole role, QRgb color) {
        p.setColor(QPalette::All, role, QColor(color));
    };
    all(QPalette::Window, t.window);
    all(QPalette::WindowText, t.text);
    all(QPalette::Base, t.base);
    all(QPalette::AlternateBase, t.alternate);
    all(QPalette::Text, t.text);
    all(QPalette::Button, t.button);
    all(QPalette::ButtonText, t.text);
    all(QPalette::BrightText, t.bright);
    all(QPalette::ToolTipBase, t.tip);
    all(QPalette::ToolTipText, t.tipText);
    all(QPalette::PlaceholderText, t.disabled);
    all(QPalette::Highlight, t.highlight);
    all(QPalette::HighlightedText, qRgb(255, 255, 255));
    all(QPalette::Link, t.link);
    all(QPalette::LinkVisited, t.link);
    all(QPalette::Light, t.light);
    all(QPalette::Midlight, t.midlight);
    all(QPalette::Mid, t.mid);
    all(QPalette::Dark, t.dark);
    all(QPalette::Shadow, t.shadow);
    for (const auto role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText}) {
        p.setColor(QPalette::Disabled, role, QColor(t.disabled));
    }
    p.setColor(QPalette::Disabled, QPalette::Highlight, QColor(t.mid));
    return p;
}

} // namespace

bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
}

QPalette lightPalette()
{
    return paletteOf({.window = 0xfff1f3f5,
                      .base = 0xffffffff,
                      .alternate = 0xfff7f8fa,
                      .text = 0xff1c2127,
                      .button = 0xfff8f9fa,
                      .tip = 0xff262c33,
                      .tipText = 0xfff4f6f8,
                      .highlight = 0xff2166b3,
                      .link = 0xff1a5fa8,
                      .disabled = 0xff8b949e,
                      .bright = 0xffb3261e,
                      .light = 0xffffffff,
                      .midlight = 0xffe6e9ec,
                      .mid = 0xffc3c9cf,
                      .dark = 0xffa5adb5,
                      .shadow = 0xff6c757d});
}

QPalette darkPalette()
{
    return paletteOf({.window = 0xff22262b,
                      .base = 0xff181b1f,
                      .alternate = 0xff1d2125,
                      .text = 0xffe3e6e9,
                      .button = 0xff272c31,
                      .tip = 0xff3a4149,
                      .tipText = 0xfff0f2f4,
                      .highlight = 0xff2c6bb0,
                      .link = 0xff7db4f0,
                      .disabled = 0xff78818a,
                      .bright = 0xffff8a80,
                      .light = 0xff3b4148,
                      .midlight = 0xff353b41,
                      .mid = 0xff3d444b,
                      .dark = 0xff14171a,
                      .shadow = 0xff0c0e10});
}

Colors Colors::of(const QPalette &palette)
{
    if (isDark(palette)) {
        return {.good = QColor(0xff4cc38a),
                .waiting = QColor(0xfff0b429),
                .bad = QColor(0xffff6b61),
                .off = QColor(0xff848d96),
                .muted = QColor(0xff9aa3ac),
                .graph = QColor(0xff5aa9f0),
                .graphFill = translucent(QColor(0xff5aa9f0), 56),
                .noticeBase = QColor(0xff33291a),
                .line = QColor(0xff33393f),
                .section = QColor(0xffcda4f4),
                .directive = QColor(0xff7db4f0),
                .quoted = QColor(0xff84d3a5)};
    }
    return {.good = QColor(0xff1f8a4c),
            .waiting = QColor(0xffb26a00),
            .bad = QColor(0xffc62828),
            .off = QColor(0xff7a838c),
            .muted = QColor(0xff5d6670),
            .graph = QColor(0xff2b77c8),
            .graphFill = translucent(QColor(0xff2b77c8), 44),
            .noticeBase = QColor(0xfffdf3dc),
            .line = QColor(0xffd5dade),
            .section = QColor(0xff7a2fb5),
            .directive = QColor(0xff1a5fa8),
            .quoted = QColor(0xff0f6f3c)};
}

QColor Colors::of(FeedState state) const
{
    switch (state) {
    case FeedState::Live:
        return good;
    case FeedState::Away:
        return waiting;
    case FeedState::Kicked:
        return bad;
    case FeedState::Ended:
        break;
    }
    return off;
}

QColor Colors::of(FfserverStatus::State state) const
{
    using State = FfserverStatus::State;
    switch (state) {
    case State::Running:
        return good;
    case State::Starting:
    case State::Restarting:
        return waiting;
    case State::Failed:
        return bad;
    case State::Stopping:
    case State::Stopped:
        break;
    }
    return off;
}

QColor Colors::of(LogLevel level, const QPalette &palette) const
{
    switch (level) {
    case LogLevel::Debug:
        return muted;
    case LogLevel::Warning:
        return waiting;
    case LogLevel::Error:
        return bad;
    case LogLevel::Info:
        break;
    }
    return palette.color(QPalette::Text);
}

} // namespace aspersor
