// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/look/appearance.h"

#include "ui/look/colors.h"
#include "ui/look/style.h"

#include <QApplication>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFontMetricsF>
#include <QStyleHints>
#include <QToolTip>

namespace aspersor {

namespace {

const QString portalService = QStringLiteral("org.freedesktop.portal.Desktop");
const QString portalPath = QStringLiteral("/org/freedesktop/portal/desktop");
const QString portalInterface = QStringLiteral("org.freedesktop.portal.Settings");
const QString schemeSpace = QStringLiteral("org.freedesktop.appearance");
const QString schemeKey = QStringLiteral("color-scheme"); // 0: no preference, 1: dark, 2: light

QVariant unwrapped(QVariant value)
{
    while (value.canConvert<QDBusVariant>()) { // Read() wraps the value twice
        value = value.value<QDBusVariant>().variant();
    }
    return value;
}

} // namespace

Appearance::Appearance(QObject *parent) : QObject(parent)
{
    m_systemDark = isDark(QGuiApplication::palette()); // what a desktop's Qt plugin has set, if any
    QApplication::setStyle(new Style);                 // the application owns it
    apply();
    askSystem();
}

void Appearance::setMode(Mode mode)
{
    if (mode == m_mode) {
        return;
    }
    m_mode = mode;
    apply();
}

void Appearance::askSystem()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    const auto *hints = QGuiApplication::styleHints();
    connect(hints, &QStyleHints::colorSchemeChanged, this,
            [this](Qt::ColorScheme scheme) { setSystemDark(scheme == Qt::ColorScheme::Dark); });
    setSystemDark(hints->colorScheme() == Qt::ColorScheme::Dark);
#else
    auto bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        return;
    }
    bus.connect(portalService, portalPath, portalInterface, QStringLiteral("SettingChanged"), this,
                SLOT(portalChanged(QString, QString, QDBusVariant)));
    auto call =
        QDBusMessage::createMethodCall(portalService, portalPath, portalInterface, QStringLiteral("Read"));
    call << schemeSpace << schemeKey;
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this, watcher] {
        const QDBusPendingReply<QDBusVariant> reply = *watcher;
        if (reply.isValid()) {
            setSystemDark(unwrapped(reply.value().variant()).toUInt() == 1);
        }
        watcher->deleteLater();
    });
#endif
}

void Appearance::portalChanged(const QString &space, const QString &key, const QDBusVariant &value)
{
    if (space == schemeSpace && key == schemeKey) {
        setSystemDark(unwrapped(value.variant()).toUInt() == 1);
    }
}

void Appearance::setSystemDark(bool dark)
{
    if (dark == m_systemDark) {
        return;
    }
    m_systemDark = dark;
    apply();
}

void Appearance::apply()
{
    const bool dark = m_mode == Mode::Dark || (m_mode == Mode::System && m_systemDark);
    const QPalette palette = dark ? darkPalette() : lightPalette();
    QApplication::setPalette(palette);
    QToolTip::setPalette(palette);
}

QFont tabularFont(const QFont &base)
{
    QFont font(base);
#if QT_VERSION >= QT_VERSION_CHECK(6, 7, 0)
    font.setFeature("tnum", 1);
#endif
    const QFontMetricsF metrics(font);
    const qreal width = metrics.horizontalAdvance(u'0');
    for (char16_t digit = u'1'; digit <= u'9'; ++digit) {
        if (!qFuzzyCompare(metrics.horizontalAdvance(digit), width)) {
            font.setFamilies({QStringLiteral("DejaVu Sans"), QStringLiteral("Noto Sans"), font.family()});
            break;
        }
    }
    return font;
}

} // namespace aspersor
