// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/result.h"
#include "core/settings/settings.h"

#include <QString>
#include <QStringList>
#include <optional>

namespace aspersor::app {

/// What the command line says; an option that was not given leaves the settings' value.
struct Arguments {
    bool help = false;
    bool version = false;
    bool headless = false;
    int demoFeeds = 0; ///< 0: no demo
    bool open = false;
    std::optional<ListenAddress> ingest;
    std::optional<ListenAddress> http;
    std::optional<int> maxFeeds;
    std::optional<int> originalPlaces;
    QString ffserverPath;
    QString confFile;
    QString configDir;
    QString publishKey;

    /// Writes what was given over `settings`.
    void applyTo(Settings &settings) const;
};

/// Reads the command line, the program's name first. Error::BadRequest with a sentence for a person.
[[nodiscard]] Result<Arguments> parseArguments(QStringList arguments);

[[nodiscard]] QString helpText();
[[nodiscard]] QString versionText();

} // namespace aspersor::app
