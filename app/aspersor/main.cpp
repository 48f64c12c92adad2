// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/arguments.h"
#include "app/aspersor/demo.h"
#include "app/aspersor/headless.h"
#include "app/aspersor/unixsignals.h"
#include "core/control/controlroom.h"
#include "core/log/log.h"
#include "core/settings/settingsstore.h"
#include "ui/language.h"
#include "ui/mainwindow.h"
#include "ui/wiring.h"

#include <QApplication>
#include <QLoggingCategory>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

using namespace aspersor;
using namespace aspersor::app;

Q_LOGGING_CATEGORY(lcApp, "aspersor.app")

enum ExitCode { AskedToStop = 0, CouldNotRun = 1, BadUsage = 2 };

void say(std::FILE *where, const QString &text)
{
    std::fputs(text.toLocal8Bit().constData(), where);
    std::fflush(where);
}

bool hasDisplay()
{
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY") ||
           !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
}

std::unique_ptr<QCoreApplication> makeApplication(bool headless, int &argc, char **argv)
{
    if (headless)
        return std::make_unique<QCoreApplication>(argc, argv);
    return std::make_unique<QApplication>(argc, argv);
}

int run(const Arguments &arguments, bool headless)
{
    Log::Options logOptions;
    logOptions.file = stateDir() + QStringLiteral("/aspersor.log");
    logOptions.toStderr = headless;
    Log log(logOptions);
    log.capture();

    LoadedSettings loaded = loadSettings(arguments.configDir);
    for (const QString &warning : std::as_const(loaded.warnings))
        qCWarning(lcApp).noquote() << warning;
    arguments.applyTo(loaded.settings);

    ControlRoom room(loaded.settings);
    QObject::connect(&log, &Log::logged, &room, &ControlRoom::logged);
    QCoreApplication &application = *QCoreApplication::instance();
    UnixSignals signalSource;
    // exit() and not quit(): quit() would ask the window whether it may close.
    const auto leave = [&application] { application.exit(AskedToStop); };
    QObject::connect(&signalSource, &UnixSignals::quitRequested, &application, leave);

    std::unique_ptr<Demo> demo;
    QObject::connect(&room, &ControlRoom::started, &application, [&] {
        if (arguments.demoFeeds == 0 || demo)
            return;
        const Settings &now = room.settings();
        demo = std::make_unique<Demo>(
            Demo::Options{arguments.demoFeeds, room.ingestUrl(), now.open ? QString() : now.publishKey});
        demo->start();
    });

    std::unique_ptr<Headless> protocol;
    std::unique_ptr<MainWindow> window;
    if (headless) {
        protocol = std::make_unique<Headless>(room);
        QObject::connect(protocol.get(), &Headless::quitRequested, &application, leave);
        QObject::connect(&room, &ControlRoom::startFailed, &application, [&](const QString &reason) {
            qCCritical(lcApp).noquote() << reason;
            application.exit(CouldNotRun);
        });
    } else {
        installLanguage(loaded.settings.language);
        window = std::make_unique<MainWindow>(room.settings(),
                                              configDir(loaded.settings) + QStringLiteral("/window.ini"));
        connectToRoom(*window, room);
        window->show();
    }
    QMetaObject::invokeMethod(&room, &ControlRoom::start, Qt::QueuedConnection);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    holdStandardDescriptors();
    QStringList words;
    for (int i = 0; i < argc; ++i)
        words.append(QString::fromLocal8Bit(argv[i]));
    const auto arguments = parseArguments(words);
    if (!arguments) {
        say(stderr, QStringLiteral("aspersor: %1\n").arg(QString::fromStdString(arguments.error().message)));
        return BadUsage;
    }
    if (arguments->help || arguments->version) {
        say(stdout, arguments->help ? helpText() : versionText());
        return AskedToStop;
    }
    const bool headless = arguments->headless || !hasDisplay();
    if (headless && !arguments->headless)
        say(stderr, QStringLiteral(
                        "aspersor: There is no display (neither DISPLAY nor WAYLAND_DISPLAY is set), so it "
                        "runs without a window, as with --headless.\n"));
    raiseDescriptorLimit();
    const auto application = makeApplication(headless, argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("aspersor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(ASPERSOR_VERSION));
    return run(*arguments, headless);
}
