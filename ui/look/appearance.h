// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QObject>

class QDBusVariant;

namespace aspersor {

/// Gives the program its light or dark look: Fusion with palettes of ours, so that it looks the same on a
/// bare machine. In System it follows the desktop (the freedesktop portal's color-scheme; from Qt 6.5 Qt
/// knows it itself), and without any word from there it stays light.
///
/// GUI thread; one per program, as there is one palette.
class Appearance final : public QObject
{
    Q_OBJECT

public:
    enum class Mode { System, Light, Dark };
    Q_ENUM(Mode)

    explicit Appearance(QObject *parent = nullptr);

    void setMode(Mode mode);
    [[nodiscard]] Mode mode() const { return m_mode; }

private slots:
    void portalChanged(const QString &space, const QString &key, const QDBusVariant &value);

private:
    void askSystem();
    void setSystemDark(bool dark);
    void apply();

    Mode m_mode = Mode::System;
    bool m_systemDark = false;
};

/// `base` with digits of equal width, so that a number that changes does not move what is beside it.
[[nodiscard]] QFont tabularFont(const QFont &base);

} // namespace aspersor
