// SPDX-License-Identifier: GPL-3.0-or-later
// The operator edits ffserver.conf in the window, by keyboard, while a phone publishes and somebody watches.
#include "core/control/controlroom.h"
#include "frames.h"
#include "room.h"
#include "ui/conf/confdialog.h"
#include "ui/language.h"
#include "ui/mainwindow.h"
#include "ui/noticebar.h"
#include "ui/wiring.h"

#include <QLabel>
#include <QTreeWidget>
#include <QtTest>

using namespace aspersor;
using namespace aspersor::e2e;

class TestE2eEditing : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase()
    {
        installLanguage(QStringLiteral("en")); // for its plurals
        const ProgramPtr reader = player(clip);
        QVERIFY2(reader->start() && reader->waitForExit() && reader->exited(0), reader->complaint());
        m_source = framesOf(reader->output());
        QCOMPARE(m_source.pictures.size(), 300U);

        Settings settings;
        settings.ingest = {QStringLiteral("127.0.0.1"), 0};
        settings.http = {QStringLiteral("127.0.0.1"), 0};
        settings.ffserverPath = ourProgram(QStringLiteral("ffserver"));
        settings.configDir = m_folder.path();
        settings.publishKey = QString::fromLatin1(Room::key);
        settings.graceMs = 2000;
        m_room = std::make_unique<ControlRoom>(settings);
        m_window = std::make_unique<MainWindow>(m_room->settings());
        connectToRoom(*m_window, *m_room);
        m_window->show();
        m_room->start();
        QTRY_COMPARE_WITH_TIMEOUT(m_room->ffserver().state, FfserverStatus::State::Running, patience);
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTest::keyClick(m_window.get(), Qt::Key_E, Qt::ControlModifier);
        m_dialog = m_window->findChild<ConfDialog *>();
        QVERIFY(m_dialog);
        m_editor = m_dialog->findChild<ConfEditor *>();
        m_list = m_dialog->findChild<QTreeWidget *>();
        QVERIFY(m_editor->toPlainText().contains(QStringLiteral("<Stream *.ts>")));
        m_dialog->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_dialog));
    }

    void whatIsWrongIsMarkedAndMended()
    {
        QTest::keyClick(m_editor, Qt::Key_End, Qt::ControlModifier);
        const int line = m_editor->textCursor().blockNumber() + 1;
        type(QStringLiteral("<Stream *.trial>\nFeed *\nFormat mpegtz\n</Stream>\n"));
        QTRY_COMPARE_WITH_TIMEOUT(errors(), (QStringList{QString::number(line + 2), QStringLiteral("8")}),
                                  patience);
        // The port and the address in the file are not those of the settings, which is said, too.
        QCOMPARE(m_list->topLevelItemCount(), 3);
        QTest::keyClick(m_editor, Qt::Key_Home, Qt::ControlModifier);
        for (int i = 0; i < 3; ++i)
            QTest::keyClick(m_dialog, Qt::Key_F8);
        QCOMPARE(m_editor->textCursor().selectedText(), QStringLiteral("mpegtz"));
        QTest::keyClick(m_dialog, Qt::Key_Period, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_list->topLevelItemCount(), 2, patience);
        QCOMPARE(errors(), QStringList());
        QVERIFY(m_editor->toPlainText().endsWith(QStringLiteral("Format mpegts\n</Stream>\n")));
    }

    void whatIsAppliedIsServedAtOnceAndViewersNoticeNothing()
    {
        const qint64 pid = m_room->ffserver().pid;
        const ProgramPtr phone = phonePublisher(
            {}, clip, m_room->ingestUrl() + QStringLiteral("/cam1?key=") + QString::fromLatin1(Room::key));
        QVERIFY2(phone->start(), phone->complaint());
        QTRY_VERIFY2_WITH_TIMEOUT(head("cam1.ts") == 200, phone->complaint(), patience);
        QCOMPARE(head("cam1.trial"), 404);
        const ProgramPtr before = player(m_room->viewersUrl() + QStringLiteral("/cam1.ts"));
        QVERIFY2(before->start(), before->complaint());
        QTRY_VERIFY_WITH_TIMEOUT(m_room->ffserver().viewers == 1, patience);

        QTest::keyClick(m_dialog, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(said().contains(QStringLiteral("ffserver has taken it up")), patience);
        QCOMPARE(m_room->ffserver().pid, pid);
        QVERIFY(m_room->streamUrls(QStringLiteral("cam1"))
                    .contains(m_room->viewersUrl() + QStringLiteral("/cam1.trial")));
        const ProgramPtr after = player(m_room->viewersUrl() + QStringLiteral("/cam1.trial"));
        QVERIFY2(after->start(), after->complaint());

        QVERIFY2(phone->waitForExit() && phone->exited(0), phone->complaint());
        for (Program *viewer : {before.get(), after.get()}) {
            QVERIFY2(viewer->waitForExit() && viewer->exited(0), viewer->complaint());
            QVERIFY2(streamFaults(viewer->errors()).isEmpty(), viewer->complaint());
            const Frames seen = framesOf(viewer->output());
            QVERIFY2(placeInSource(seen.pictures, m_source.pictures) >= 0,
                     runsOf(seen.pictures, m_source.pictures));
            QVERIFY2(placeInSource(seen.sounds, m_source.sounds) >= 0, runsOf(seen.sounds, m_source.sounds));
            QVERIFY(timeGrows(seen.pictures));
        }
    }

    void whatIsRefusedIsSaidAndChangesNothing()
    {
        // Written by another program between the check and the reload, so to say: the check is content.
        const QByteArray broken = m_editor->toPlainText().toUtf8() + "MaxClients none\n";
        connect(m_window.get(), &MainWindow::ffserverReloadRequested, this,
                [this, broken] { write(broken); });
        // The order of the slots: this one has to be before the room's.
        disconnect(m_window.get(), &MainWindow::ffserverReloadRequested, m_room.get(), nullptr);
        connect(m_window.get(), &MainWindow::ffserverReloadRequested, m_room.get(),
                &ControlRoom::reloadFfserver);
        QTest::keyClick(m_editor, Qt::Key_End, Qt::ControlModifier);
        type(QStringLiteral("# a comment\n"));
        QTest::keyClick(m_dialog, Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(noticed(QStringLiteral("has refused it (1 error")), patience);
        QCOMPARE(m_room->ffserver().state, FfserverStatus::State::Running);
        QCOMPARE(head("stat.html"), 200);
    }

    void cleanupTestCase()
    {
        m_window.reset();
        m_room.reset();
    }

private:
    [[nodiscard]] int head(const QByteArray &stream) const
    {
        return statusOf(static_cast<quint16>(QUrl(m_room->viewersUrl()).port()),
                        "HEAD /" + stream + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    }
    void type(const QString &text)
    {
        const QStringList lines = text.split(QLatin1Char('\n'));
        for (qsizetype i = 0; i < lines.size(); ++i) {
            if (i > 0)
                QTest::keyClick(m_editor, Qt::Key_Return);
            QTest::keyClicks(m_editor, lines.at(i));
        }
    }
    void write(const QByteArray &text) const
    {
        QFile file(m_folder.filePath(QStringLiteral("ffserver.conf")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    [[nodiscard]] QString said() const
    {
        const auto labels = m_dialog->findChildren<QLabel *>();
        for (const QLabel *label : labels) {
            if (label->accessibleName() == QLatin1String("What ffserver answered"))
                return label->text();
        }
        return {};
    }
    /// Line and column of what cannot stay so.
    [[nodiscard]] QStringList errors() const
    {
        QStringList places;
        const auto items = m_list->findItems(QStringLiteral("Error"), Qt::MatchExactly, 0);
        for (const QTreeWidgetItem *item : items)
            places << item->text(1) << item->text(2);
        return places;
    }
    [[nodiscard]] bool noticed(const QString &part) const
    {
        const auto bars = m_dialog->findChildren<NoticeBar *>();
        return std::any_of(bars.begin(), bars.end(),
                           [&](const NoticeBar *bar) { return bar->text().contains(part); });
    }

    const QString clip = QStringLiteral(ASPERSOR_CLIP);
    Frames m_source;
    QTemporaryDir m_folder;
    std::unique_ptr<ControlRoom> m_room;
    std::unique_ptr<MainWindow> m_window;
    ConfDialog *m_dialog = nullptr;
    ConfEditor *m_editor = nullptr;
    QTreeWidget *m_list = nullptr;
};

QTEST_MAIN(TestE2eEditing)
#include "tst_e2e_editing.moc"
