// SPDX-License-Identifier: GPL-3.0-or-later
// Renders the window and its dialogs to PNG files, for people to look at.
#include "core/preview/previewplayer.h"
#include "samples.h"
#include "ui/conf/confdialog.h"
#include "ui/dialogs/aboutdialog.h"
#include "ui/dialogs/bandialog.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/settingsdialog.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedtable.h"
#include "ui/language.h"
#include "ui/look/appearance.h"
#include "ui/mainwindow.h"
#include "ui/preview/previewpanel.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QFile>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTimer>
#include <QToolButton>
#include <functional>

using namespace aspersor;

namespace {

QDir folder;
QString look; // "Light" or "Dark"

void settle(int ms = 160)
{
    QEventLoop loop;
    QTimer::singleShot(ms, &loop, &QEventLoop::quit);
    loop.exec();
}

void shoot(QWidget &widget, const QString &name)
{
    settle();
    widget.grab().save(folder.filePath(name + QStringLiteral(".png")));
}

/// A dialog over its window, as it is seen.
void shootOver(MainWindow &window, const QString &name)
{
    settle();
    QPixmap picture = window.grab();
    if (QWidget *dialog = QApplication::activeModalWidget()) {
        dialog->grab().save(folder.filePath(name + QStringLiteral(".png")));
        dialog->close();
    }
    settle(20);
}

LogEntry line(int second, LogLevel level, const char *category, const QString &feed, const char *text)
{
    return {QDateTime(QDate(2024, 5, 17), QTime(20, 14, 0)).addMSecs(second * 1237), level,
            QString::fromLatin1(category), feed, QString::fromUtf8(text)};
}

void fill(MainWindow &window, int count)
{
    const auto actions = window.findChildren<QAction *>();
    for (QAction *action : actions) {
        if (action->data().toString() == look) {
            action->trigger();
        }
    }
    auto *model = window.findChild<FeedModel *>();
    const auto now = FeedModel::TimePoint::clock::now();
    for (int half = 120; half > 0; --half) {
        model->update(samples::feeds(count, 60 - half / 2.0), now - half * std::chrono::milliseconds(500));
    }
    window.updateFeeds(samples::feeds(count));
    window.findChild<FeedTable *>()->selectFeed(QStringLiteral("cam1"));
    FfserverStatus status;
    status.state = FfserverStatus::State::Running;
    status.httpUrl = QStringLiteral("http://127.0.0.1:8090");
    status.viewers = count * 11;
    window.updateFfserver(status);
    window.setAddresses(QStringLiteral("http://127.0.0.1:8088"), QStringLiteral("http://127.0.0.1:8090"));
    window.setStreamUrls([](const QString &feed) {
        QStringList urls;
        for (const char *suffix : {"ts", "flv", "mkv", "mp4", "aac"}) {
            urls << QStringLiteral("http://127.0.0.1:8090/%1.%2").arg(feed, QLatin1String(suffix));
        }
        return urls;
    });
    const QString cam1 = QStringLiteral("cam1");
    const QString cam4 = QStringLiteral("cam4");
    window.addLog(line(0, LogLevel::Info, "app", {}, "listening for phones on 0.0.0.0:8088"));
    window.addLog(line(1, LogLevel::Info, "ffserver", {}, "ready on http://0.0.0.0:8090, pid 4711"));
    window.addLog(line(5, LogLevel::Info, "ingest", cam1, "192.168.1.21:40713 publishes cam1"));
    window.addLog(line(6, LogLevel::Info, "feed", cam1, "video h264 1920x1080, audio aac 48000 2ch"));
    window.addLog(line(9, LogLevel::Debug, "libav.mpegts", cam1, "probing stream 0 pp:2500"));
    window.addLog(line(14, LogLevel::Warning, "feed", cam4,
                       "4 continuity gaps within a second; the phone's network loses data"));
    window.addLog(
        line(15, LogLevel::Error, "ingest", cam4, "192.168.1.24:42852 broke off in the middle of a chunk"));
    window.addLog(
        line(18, LogLevel::Info, "serve", cam1, "viewer 12 joined cam1.ts from 192.168.1.80:51992"));
}

void addPreview(MainWindow &window)
{
    auto *preview = new PreviewPanel;
    window.setPreviewWidget(preview, {preview->muteAction(), preview->fullScreenAction(),
                                      preview->feedSourceAction(), preview->viewersSourceAction()});
    QObject::connect(&window, &MainWindow::currentFeedChanged, preview, &PreviewPanel::showFeed);
}

void windows(const QString &suffix)
{
    Settings settings;
    settings.publishKey = QStringLiteral("4f0kx92mzq7d1t8sh3w5v6y0pe");
    for (const int count : {0, 1, 9, 64}) {
        MainWindow window(settings);
        addPreview(window);
        fill(window, count);
        window.show();
        shoot(window, QStringLiteral("window-%1%2").arg(count).arg(suffix));
        if (count == 9) {
            window.resize(1180, 700);
            shoot(window, QStringLiteral("window-9-small%1").arg(suffix));
        }
    }
}

QAction *actionOf(const MainWindow &window, const QKeySequence &keys)
{
    const auto actions = window.findChildren<QAction *>();
    for (QAction *action : actions) {
        if (action->shortcut() == keys) {
            return action;
        }
    }
    return nullptr;
}

void dialogs(const QString &suffix)
{
    Settings settings;
    settings.publishKey = QStringLiteral("4f0kx92mzq7d1t8sh3w5v6y0pe");
    MainWindow window(settings);
    addPreview(window);
    fill(window, 9);
    window.show();
    settle();
    auto *table = window.findChild<FeedTable *>();
    table->selectFeed(QStringLiteral("cam2"));
    const std::pair<const char *, QKeySequence> asked[] = {
        {"kick", Qt::Key_Delete},          {"ban", Qt::SHIFT | Qt::Key_Delete},
        {"connect", Qt::CTRL | Qt::Key_N}, {"settings", Qt::CTRL | Qt::Key_Comma},
        {"shortcuts", Qt::Key_F1},
    };
    for (const auto &[name, keys] : asked) {
        actionOf(window, keys)->trigger();
        shootOver(window, QStringLiteral("dialog-%1%2").arg(QLatin1String(name), suffix));
    }
    showAbout(&window);
    shootOver(window, QStringLiteral("dialog-about") + suffix);

    {
        FfserverStatus original;
        original.state = FfserverStatus::State::Running;
        original.kind = FfserverKind::Original;
        original.version = QStringLiteral("3.3.9");
        original.places = 16;
        original.viewers = 7;
        window.updateFfserver(original);
        window.setStreamUrls([](const QString &) {
            return QStringList{QStringLiteral("http://127.0.0.1:8090/slot03.ts"),
                               QStringLiteral("http://127.0.0.1:8090/slot03.flv")};
        });
        window.setStreamsLeftOut([] {
            return QList<std::pair<QString, QString>>{
                {QStringLiteral("*.mkv"), QStringLiteral("*.flv comes first")},
                {QStringLiteral("*.mp4"), QStringLiteral("only MPEG-TS, FLV and Matroska")}};
        });
        shoot(window, QStringLiteral("window-original") + suffix);
        for (QMenu *menu : window.findChildren<QMenu *>()) {
            if (menu->toolTipsVisible()) {
                menu->popup(QPoint(0, 0));
                shoot(*menu, QStringLiteral("menu-original") + suffix);
                menu->close();
            }
        }
        SettingsDialog dialog(settings);
        dialog.findChild<QTabWidget *>()->setCurrentIndex(1);
        dialog.show();
        dialog.showVerdict(
            {QStringLiteral("/opt/ffserver"), FfserverKind::Original, QStringLiteral("3.3.9"), {}});
        shoot(dialog, QStringLiteral("dialog-settings-original") + suffix);
    }
    for (int page = 1; page < 3; ++page) {
        SettingsDialog dialog(settings);
        dialog.findChild<QTabWidget *>()->setCurrentIndex(page);
        dialog.show();
        shoot(dialog, QStringLiteral("dialog-settings-%1%2").arg(page + 1).arg(suffix));
    }
    ConnectDialog phone({.ingestUrl = QStringLiteral("http://127.0.0.1:8088"),
                         .hosts = {QStringLiteral("192.168.1.10"), QStringLiteral("127.0.0.1")},
                         .feedName = QStringLiteral("cam1"),
                         .key = settings.publishKey});
    phone.findChild<QToolButton *>()->setChecked(true);
    phone.show();
    shoot(phone, QStringLiteral("dialog-connect-key") + suffix);

    actionOf(window, Qt::Key_Delete)->trigger();
    settle();
    if (auto *box = qobject_cast<QMessageBox *>(QApplication::activeModalWidget())) {
        box->defaultButton()->click();
    }
    window.showStartProblem(
        QStringLiteral("Port 8088 is taken by another program. Choose another port in the settings."));
    FfserverStatus failed;
    failed.state = FfserverStatus::State::Failed;
    failed.reason = QStringLiteral("line 12 of ffserver.conf: unknown format \"mpegtts\"");
    window.updateFfserver(failed);
    shoot(window, QStringLiteral("window-notices") + suffix);

    const auto menus = window.findChildren<QMenu *>();
    int number = 0;
    for (QMenu *menu : menus) {
        if (menu->actions().size() > 1 && menu->parent() == window.findChild<QMenuBar *>()) {
            menu->popup(QPoint(0, 0));
            shoot(*menu, QStringLiteral("menu-%1%2").arg(++number).arg(suffix));
            menu->close();
        }
    }
}

/// The editor with mistakes in its text, and after the file was refused.
void editor(const QString &suffix)
{
    QTemporaryDir place;
    const QString path = place.filePath(QStringLiteral("ffserver.conf"));
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        file.write(
            "# ffserver.conf: what ffserver serves, and to whom.\n\nHTTPPort 8090\nHTTPBindAddress 0.0.0.0\n"
            "MaxClients many\n\n# A template: a stream of every feed.\n<Stream *.ts>\nFeed *\n</Stream>\n\n"
            "<Stream *.flv>\nFeed *\nFromat flv\nMetadata title \"Front door\"\n</Stream>\n\n"
            "<Stream *-small.ts>\nFeed *\nFormat mpegst\nVideoSize 640x360\nVideoBitRate 800\n</Stream>\n");
    }
    file.close();
    MainWindow window{Settings{}};
    fill(window, 0); // for the look
    ConfDialog dialog(path, true);
    QObject::connect(&dialog, &ConfDialog::checkRequested, &dialog, [&](int question, const QByteArray &) {
        using Severity = ConfFinding::Severity;
        ConfReport report;
        report.question = question;
        report.runs.kind = FfserverKind::Ours;
        report.checkedBy = QStringLiteral("0.1.0");
        report.findings = {
            {Severity::Error,
             5,
             12,
             4,
             QStringLiteral("MaxClients is followed by a whole number from 1 to 1000000, not by \"many\"."),
             {}},
            {Severity::Warning, 14, 1, 6,
             QStringLiteral(
                 "There is no directive called \"Fromat\"; this line is ignored. Did you mean Format?"),
             QStringLiteral("Format")},
            {Severity::Error, 20, 8, 6,
             QStringLiteral(
                 "There is no format called \"mpegst\"; there are mpegts, flv, matroska, webm, mp4, mov, "
                 "3gp, "
                 "asf, avi, nut, ogg, adts, mp3, mp2, wav, au, h264, hevc, jpeg, mpjpeg, ffm, rtp and "
                 "status. Did you mean mpegts?"),
             QStringLiteral("mpegts")}};
        dialog.showReport(report);
    });
    dialog.show();
    shoot(dialog, QStringLiteral("dialog-conf") + suffix);
    auto *text = dialog.findChild<ConfEditor *>();
    text->goTo(2);
    shoot(dialog, QStringLiteral("dialog-conf-marked") + suffix);
    text->setPlainText(text->toPlainText() + QLatin1Char('#'));
    QFile other(path);
    if (other.open(QIODevice::Append)) {
        other.write("# of another\n");
    }
    other.close();
    settle(700);
    shoot(dialog, QStringLiteral("dialog-conf-changed") + suffix);
}

} // namespace

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    const QStringList arguments = QApplication::arguments();
    folder.setPath(arguments.size() > 1
                       ? arguments.at(1)
                       : QCoreApplication::applicationDirPath() + QStringLiteral("/../screenshots"));
    folder.mkpath(QStringLiteral("."));
    const QString language = arguments.value(2, QStringLiteral("en"));
    installLanguage(language);
    const QString suffix = language == QLatin1String("en") ? QString() : QLatin1Char('-') + language;
    for (const QString &mode : {QStringLiteral("Light"), QStringLiteral("Dark")}) {
        look = mode;
        const QString ending = suffix + (mode == QLatin1String("Dark") ? QStringLiteral("-dark") : QString());
        windows(ending);
        dialogs(ending);
        editor(ending);
    }
    return 0;
}
