// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/settings/settingsstore.h"

#include "core/settings/listenaddress.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>
#include <QSettings>
#include <QStandardPaths>

namespace aspersor {

namespace {

constexpr auto privateFile = QFile::ReadOwner | QFile::WriteOwner;
constexpr auto privateFolder = privateFile | QFile::ExeOwner;

QString iniFile(const QString &folder)
{
    return folder + QStringLiteral("/aspersor.ini");
}

/// Names and bounds of the values; one table for reading and writing.
struct NumberField {
    const char *key;
    int Settings::*field;
    int lowest;
    int highest;
};
constexpr NumberField numberFields[] = {
    {"ingest/maxFeeds", &Settings::maxFeeds, 1, 4096},
    {"ingest/maxConnections", &Settings::maxConnections, 1, 65536},
    {"ingest/silenceTimeoutMs", &Settings::silenceTimeoutMs, 1000, 3'600'000},
    {"ingest/graceMs", &Settings::graceMs, 0, 3'600'000},
    {"ffserver/originalMaxFeeds", &Settings::originalPlaces, 1, 256},
};
struct TextField {
    const char *key;
    QString Settings::*field;
};
constexpr TextField textFields[] = {
    {"ffserver/path", &Settings::ffserverPath},
    {"ffserver/conf", &Settings::confFile},
    {"window/language", &Settings::language},
};
struct AddressField {
    const char *key;
    ListenAddress Settings::*field;
};
constexpr AddressField addressFields[] = {
    {"ingest/address", &Settings::ingest},
    {"viewers/address", &Settings::http},
};
constexpr char openKey[] = "ingest/open";

/// A value as text; QSettings makes a list of an unquoted comma.
std::optional<QString> textOf(const QSettings &store, const char *key)
{
    const QVariant value = store.value(QString::fromLatin1(key));
    if (!value.isValid())
        return {};
    if (value.metaType().id() == QMetaType::QStringList)
        return value.toStringList().join(QLatin1String(", "));
    return value.toString();
}

QString badValue(const QString &file, const char *key, const QString &text, const QString &wanted)
{
    return QStringLiteral(
               "In %1, \"%2\" is \"%3\", which is not %4: the default is used; mend the line or set it "
               "in the settings.")
        .arg(file, QString::fromLatin1(key), text.left(100), wanted);
}

} // namespace

QString configDir(const Settings &settings)
{
    const QString folder = settings.configDir.isEmpty()
                               ? QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) +
                                     QStringLiteral("/aspersor")
                               : settings.configDir;
    return QDir::cleanPath(QDir::current().absoluteFilePath(folder));
}

QString confFile(const Settings &settings)
{
    if (settings.confFile.isEmpty())
        return configDir(settings) + QStringLiteral("/ffserver.conf");
    return QDir::cleanPath(QDir::current().absoluteFilePath(settings.confFile));
}

QString stateDir()
{
    // QStandardPaths knows the state folder from Qt 6.7 on only. The XDG Base Directory Specification wants a
    // relative path in the variable to be ignored.
    QString base = qEnvironmentVariable("XDG_STATE_HOME");
    if (!QDir::isAbsolutePath(base))
        base = QDir::homePath() + QStringLiteral("/.local/state");
    return base + QStringLiteral("/aspersor");
}

Result<void> makePrivateFolder(const QString &folder)
{
    if (QFileInfo(folder).isDir())
        return {};
    const QString parent = QFileInfo(folder).absolutePath();
    if (!QDir().mkpath(parent) || !QDir().mkdir(folder, privateFolder))
        return failure(
            Error::Kind::Io,
            QStringLiteral("The folder %1 cannot be made; check who may write to %2, or name another folder.")
                .arg(folder, parent)
                .toStdString());
    return {};
}

Result<void> writePrivateFile(const QString &file, const QByteArray &content)
{
    QSaveFile out(file);
    // The permissions come before the content, so that a secret is at no time readable by others.
    if (!out.open(QIODevice::WriteOnly) || !out.setPermissions(privateFile) ||
        out.write(content) != content.size() || !out.commit())
        return failure(
            Error::Kind::Io,
            QStringLiteral("The file %1 cannot be written: %2.").arg(file, out.errorString()).toStdString());
    return {};
}

LoadedSettings loadSettings(const QString &folder)
{
    LoadedSettings loaded;
    Settings &settings = loaded.settings;
    settings.configDir = folder;
    const QString file = iniFile(configDir(settings));
    if (!QFile::exists(file))
        return loaded;
    if (!QFile(file).open(QIODevice::ReadOnly)) {
        loaded.warnings +=
            QStringLiteral("The settings in %1 cannot be read, so all are the defaults; check who may "
                           "read that file.")
                .arg(file);
        return loaded;
    }
    const QSettings store(file, QSettings::IniFormat);
    if (store.status() != QSettings::NoError)
        loaded.warnings +=
            QStringLiteral("The settings in %1 are damaged: what cannot be read is the default.").arg(file);

    for (const auto &[key, field] : addressFields) {
        if (const auto text = textOf(store, key)) {
            if (const auto address = parseListenAddress(*text))
                settings.*field = *address;
            else
                loaded.warnings +=
                    badValue(file, key, *text, QStringLiteral("an address such as 0.0.0.0:8088"));
        }
    }
    for (const auto &[key, field, lowest, highest] : numberFields) {
        if (const auto text = textOf(store, key)) {
            bool ok = false;
            const int value = text->toInt(&ok);
            if (ok && value >= lowest && value <= highest)
                settings.*field = value;
            else
                loaded.warnings += badValue(
                    file, key, *text, QStringLiteral("a number from %1 to %2").arg(lowest).arg(highest));
        }
    }
    for (const auto &[key, field] : textFields) {
        if (const auto text = textOf(store, key))
            settings.*field = *text;
    }
    if (const auto text = textOf(store, openKey)) {
        if (*text == QLatin1String("true") || *text == QLatin1String("false"))
            settings.open = *text == QLatin1String("true");
        else
            loaded.warnings += badValue(file, openKey, *text, QStringLiteral("\"true\" or \"false\""));
    }
    return loaded;
}

Result<void> saveSettings(const Settings &settings)
{
    const QString folder = configDir(settings);
    if (auto made = makePrivateFolder(folder); !made)
        return made;
    const QString file = iniFile(folder);
    QSettings store(file, QSettings::IniFormat);
    for (const auto &[key, field] : addressFields)
        store.setValue(QString::fromLatin1(key), toString(settings.*field));
    for (const auto &field : numberFields)
        store.setValue(QString::fromLatin1(field.key), settings.*field.field);
    for (const auto &[key, field] : textFields)
        store.setValue(QString::fromLatin1(key), settings.*field);
    store.setValue(QString::fromLatin1(openKey), settings.open);
    store.sync();
    if (store.status() != QSettings::NoError || !QFile::setPermissions(file, privateFile))
        return failure(
            Error::Kind::Io,
            QStringLiteral("The settings cannot be written to %1; check who may write there and whether "
                           "the disk is full.")
                .arg(file)
                .toStdString());
    return {};
}

Settings withChanges(const Settings &stored, const Settings &before, const Settings &after)
{
    Settings merged = stored;
    const auto take = [&](auto field) {
        if (before.*field != after.*field)
            merged.*field = after.*field;
    };
    for (const auto &field : addressFields)
        take(field.field);
    for (const auto &field : numberFields)
        take(field.field);
    for (const auto &field : textFields)
        take(field.field);
    take(&Settings::open);
    take(&Settings::publishKey);
    return merged;
}

} // namespace aspersor
