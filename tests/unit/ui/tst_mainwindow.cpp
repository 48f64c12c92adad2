// SPDX-License-Identifier: GPL-3.0-or-later
#include "samples.h"
#include "ui/feeds/feedmodel.h"
#include "ui/feeds/feedpage.h"
#include "ui/feeds/feedtable.h"
#include "ui/log/logview.h"
#include "ui/mainwindow.h"
#include "ui/noticebar.h"

#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace aspersor;

class TestMainWindow : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedStates)); }

    void init()
    {
        m_window = std::make_unique<MainWindow>(Settings{});
        m_window->setStreamUrls([](const QString &feed) {
            return QStringList{QStringLiteral("http://10.9.8.7:8090/%1.ts").arg(feed),
                               QStringLiteral("http://10.9.8.7:8090/%1.flv").arg(feed)};
        });
        m_table = m_window->findChild<FeedTable *>();
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }

    void cleanup() { m_window.reset(); }

    void whatTheFfserverCannotIsGreyedOutWithTheReason()
    {
        m_window->setStreamsLeftOut([] {
            return QList<std::pair<QString, QString>>{
                {QStringLiteral("*.mp4"), QStringLiteral("only MPEG-TS, FLV and Matroska")}};
        });
        m_window->updateFeeds(samples::feeds(1));
        const auto menus = m_window->findChildren<QMenu *>();
        const auto menu =
            std::find_if(menus.begin(), menus.end(), [](QMenu *one) { return one->toolTipsVisible(); });
        QVERIFY(menu != menus.end());
        emit(*menu)->aboutToShow();
        const auto actions = (*menu)->actions();
        QCOMPARE(actions.size(), 3);
        QVERIFY(actions.at(0)->isEnabled() && actions.at(1)->isEnabled());
        QVERIFY(!actions.at(2)->isEnabled());
        QVERIFY(actions.at(2)->text().startsWith(QStringLiteral("MP4")));
        QCOMPARE(actions.at(2)->toolTip(),
                 QStringLiteral("*.mp4 is not served: only MPEG-TS, FLV and Matroska."));
    }

    void emptyPageUntilTheFirstFeed()
    {
        auto *page = m_window->findChild<FeedPage *>();
        QCOMPARE(page->currentIndex(), 0);
        m_window->updateFeeds(samples::feeds(1));
        QCOMPARE(page->currentIndex(), 1);
        QCOMPARE(m_window->currentFeed(), QStringLiteral("cam1")); // seen and heard at once
        m_window->updateFeeds({});
        QCOMPARE(page->currentIndex(), 0);
        QCOMPARE(m_window->currentFeed(), QString());
    }

    void aFeedThatGoesHandsTheSelectionToNobody()
    {
        showFeeds(3, QStringLiteral("cam2"));
        m_window->updateFeeds({samples::feed(1, 0), samples::feed(3, 0)});
        QCOMPARE(m_table->selectedFeeds(), QStringList());
        QCOMPARE(m_window->currentFeed(), QString()); // nobody's picture appears unasked, and Del hits nobody
        QVERIFY(!action(Qt::Key_Delete)->isEnabled());
    }

    void sixtyFourFeedsKeepTheSelection()
    {
        QSignalSpy current(m_window.get(), &MainWindow::currentFeedChanged);
        m_window->updateFeeds(samples::feeds(64, 0));
        m_table->sortByColumn(FeedModel::Bitrate, Qt::DescendingOrder);
        m_table->selectFeed(QStringLiteral("cam33"));
        m_table->verticalScrollBar()->setValue(200);
        const int calls = int(current.count());
        for (int round = 1; round <= 40; ++round) {
            FeedStatsList feeds = samples::feeds(64, round * 3.3);
            feeds.removeAt(round % 30); // others come and go
            m_window->updateFeeds(feeds);
            QCoreApplication::processEvents();
            QCOMPARE(m_table->selectedFeeds(), QStringList{QStringLiteral("cam33")});
            QCOMPARE(m_window->currentFeed(), QStringLiteral("cam33"));
        }
        QCOMPARE(int(current.count()), calls);
    }

    void kickAsksFirst()
    {
        QSignalSpy kicks(m_window.get(), &MainWindow::kickRequested);
        showFeeds(3, QStringLiteral("cam2"));
        QTest::keyClick(m_table, Qt::Key_Delete);
        QMessageBox *box = question();
        QVERIFY(box);
        QCOMPARE(kicks.count(), 0);
        press(*box, QMessageBox::RejectRole);
        QCOMPARE(kicks.count(), 0);

        QTest::keyClick(m_table, Qt::Key_Delete);
        box = question();
        QVERIFY(box);
        box->defaultButton()->click();
        QCOMPARE(kicks.count(), 1);
        QCOMPARE(kicks.at(0).at(0).toString(), QStringLiteral("cam2"));
    }

    void kickAsksNoMoreInThisSession()
    {
        QSignalSpy kicks(m_window.get(), &MainWindow::kickRequested);
        showFeeds(3, QStringLiteral("cam2"));
        QTest::keyClick(m_table, Qt::Key_Delete);
        QMessageBox *box = question();
        QVERIFY(box);
        box->checkBox()->setChecked(true);
        box->defaultButton()->click();
        QTRY_VERIFY(!question());
        m_table->selectFeed(QStringLiteral("cam3"));
        QTest::keyClick(m_table, Qt::Key_Delete);
        QCOMPARE(kicks.count(), 2);
        QCOMPARE(kicks.at(1).at(0).toString(), QStringLiteral("cam3"));
    }

    void kickCanBeUndone()
    {
        QSignalSpy letIn(m_window.get(), &MainWindow::letBackInRequested);
        kickCurrent(QStringLiteral("cam2"));
        NoticeBar *bar = noticeWith(QStringLiteral("cam2 was kicked."));
        QVERIFY(bar);
        auto *undo = bar->findChild<QPushButton *>();
        QCOMPARE(undo->text(), QStringLiteral("&Let back in"));
        undo->click();
        QCOMPARE(letIn.count(), 1);
        QCOMPARE(letIn.at(0).at(0).toString(), QStringLiteral("cam2"));
        QVERIFY(!bar->isVisible());
        QVERIFY(!action(QKeySequence::Undo)->isEnabled());
    }

    void undoHasAKeyAndAnEnd()
    {
        QSignalSpy letIn(m_window.get(), &MainWindow::letBackInRequested);
        kickCurrent(QStringLiteral("cam1"));
        QVERIFY(action(QKeySequence::Undo)->isEnabled());
        action(QKeySequence::Undo)->trigger();
        QCOMPARE(letIn.count(), 1);

        kickCurrent(QStringLiteral("cam3"));
        noticeWith(QStringLiteral("cam3 was kicked."))->findChild<QToolButton *>()->click(); // closed by hand
        QVERIFY(!action(QKeySequence::Undo)->isEnabled());
        QCOMPARE(letIn.count(), 1);
    }

    void undoGoesByItself()
    {
        kickCurrent(QStringLiteral("cam2"));
        NoticeBar *bar = noticeWith(QStringLiteral("cam2 was kicked."));
        QVERIFY(bar);
        QTRY_VERIFY_WITH_TIMEOUT(!bar->isVisible(), 30'000);
        QVERIFY(!action(QKeySequence::Undo)->isEnabled());
    }

    void delInTheLogOrTheFilterKicksNobody()
    {
        QSignalSpy kicks(m_window.get(), &MainWindow::kickRequested);
        showFeeds(3, QStringLiteral("cam2"));
        m_window->findChild<LogView *>()->setFocus();
        QTest::keyClick(m_window->findChild<LogView *>(), Qt::Key_Delete);
        QVERIFY(!question());
        action(QKeySequence::Find)->trigger();
        auto *field = qobject_cast<QLineEdit *>(QApplication::focusWidget());
        QVERIFY(field);
        QTest::keyClick(field, Qt::Key_Delete);
        QVERIFY(!question());
        QCOMPARE(kicks.count(), 0);
    }

    void banAsksForHowLong()
    {
        QSignalSpy bans(m_window.get(), &MainWindow::banRequested);
        showFeeds(3, QStringLiteral("cam3"));
        QTest::keyClick(m_table, Qt::Key_Delete, Qt::ShiftModifier);
        auto *dialog = qobject_cast<QDialog *>(QApplication::activeModalWidget());
        QVERIFY(dialog);
        QCOMPARE(bans.count(), 0);
        dialog->accept();
        QCOMPARE(bans.count(), 1);
        QCOMPARE(bans.at(0).at(0).toString(), QStringLiteral("cam3"));
        QCOMPARE(bans.at(0).at(1).toInt(), 600);
    }

    void actionsFitTheSelectedFeedsState()
    {
        showFeeds(9, QStringLiteral("cam1")); // live
        QVERIFY(action(Qt::Key_Delete)->isEnabled());
        QVERIFY(!action(Qt::CTRL | Qt::Key_L)->isEnabled());
        m_table->selectFeed(QStringLiteral("cam8")); // kicked
        QVERIFY(!action(Qt::Key_Delete)->isEnabled());
        QVERIFY(action(Qt::CTRL | Qt::Key_L)->isEnabled());
        FeedStatsList feeds = samples::feeds(9);
        for (FeedStats &feed : feeds) {
            feed.state = FeedState::Live; // let back in by another
        }
        m_window->updateFeeds(feeds);
        QVERIFY(action(Qt::Key_Delete)->isEnabled());
        QVERIFY(!action(Qt::CTRL | Qt::Key_L)->isEnabled());
        m_window->updateFeeds({});
        QVERIFY(!action(Qt::Key_Delete)->isEnabled());
        QVERIFY(!action(Qt::CTRL | Qt::Key_O)->isEnabled());
    }

    void copiesTheAddressesOfTheSelectedFeeds()
    {
        showFeeds(3, QStringLiteral("cam1"));
        QTest::keyClick(m_table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("http://10.9.8.7:8090/cam1.ts"));
        m_table->selectAll();
        QTest::keyClick(m_table, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text().split(QLatin1Char('\n')).size(), 3);
    }

    void filterFieldHidesRows()
    {
        showFeeds(9, QStringLiteral("cam1"));
        action(QKeySequence::Find)->trigger();
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("kicked"));
        QCOMPARE(m_table->model()->rowCount(), 1);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QCOMPARE(m_table->model()->rowCount(), 9);
        QVERIFY(m_table->hasFocus());
    }

    void ffserversTroubleIsSaid()
    {
        QSignalSpy restarts(m_window.get(), &MainWindow::restartFfserverRequested);
        FfserverStatus status;
        status.state = FfserverStatus::State::Failed;
        status.reason = QStringLiteral("port 8090 is taken");
        m_window->updateFfserver(status);
        NoticeBar *bar = noticeWith(
            QStringLiteral("Viewers see nothing, because ffserver cannot run: port 8090 is taken."));
        QVERIFY(bar);
        QVERIFY(bar->isVisible());
        bar->findChild<QPushButton *>()->click();
        QCOMPARE(restarts.count(), 1);
        status.state = FfserverStatus::State::Running;
        m_window->updateFfserver(status);
        QVERIFY(!bar->isVisible());
    }

    void logIsShownInBatchesAndFollows()
    {
        auto *view = m_window->findChild<LogView *>();
        for (int n = 0; n < 500; ++n) {
            m_window->addLog(entry(n));
        }
        QTRY_COMPARE(view->model()->rowCount(), 500);
        QTRY_COMPARE(view->verticalScrollBar()->value(), view->verticalScrollBar()->maximum());
        view->setFollowing(false);
        view->verticalScrollBar()->setValue(100);
        m_window->addLog(entry(500));
        QTRY_COMPARE(view->model()->rowCount(), 501);
        QCOMPARE(view->verticalScrollBar()->value(), 100);
    }

    void closingAsksWhileAPhoneIsLive()
    {
        showFeeds(1, QStringLiteral("cam1"));
        m_window->close();
        QVERIFY(m_window->isVisible());
        QMessageBox *box = question();
        QVERIFY(box);
        press(*box, QMessageBox::RejectRole);
        QVERIFY(m_window->isVisible());
        m_window->close();
        press(*question(), QMessageBox::AcceptRole);
        QTRY_VERIFY(!m_window->isVisible());
    }

    void closingAnIdleWindowAsksNothing()
    {
        m_window->close();
        QVERIFY(!m_window->isVisible());
    }

    void remembersHowItWasLeft()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("window.ini"));
        {
            MainWindow window(Settings{}, file);
            auto *table = window.findChild<FeedTable *>();
            table->columnActions().at(FeedModel::Audio)->setChecked(false);
            table->setColumnWidth(FeedModel::Name, 222);
            table->sortByColumn(FeedModel::Viewers, Qt::DescendingOrder);
            action(Qt::Key_F8, window)->setChecked(false);
            window.resize(1111, 666);
        }
        MainWindow window(Settings{}, file);
        auto *table = window.findChild<FeedTable *>();
        QVERIFY(table->isColumnHidden(FeedModel::Audio));
        QVERIFY(!table->columnActions().at(FeedModel::Audio)->isChecked());
        QCOMPARE(table->columnWidth(FeedModel::Name), 222);
        QCOMPARE(table->horizontalHeader()->sortIndicatorSection(), int(FeedModel::Viewers));
        QVERIFY(!action(Qt::Key_F8, window)->isChecked());
        QCOMPARE(window.size(), QSize(1111, 666));
    }

    void aDamagedStateFileIsNoHarm()
    {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("window.ini")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("[window]\ngeometry=@ByteArray(xx)\nsides=7\nappearance=Purple\n[feeds]\ncolumns=@"
                   "ByteArray(\\0\\0\\0\\v\\x1)\n[log]\nlevel=99\n");
        file.close();
        MainWindow window(Settings{}, file.fileName());
        window.updateFeeds(samples::feeds(3));
        auto *table = window.findChild<FeedTable *>();
        QVERIFY(!table->isColumnHidden(FeedModel::Audio));
        QVERIFY(table->columnWidth(FeedModel::Name) > 20);
    }

    void columnsDoNotMoveWhenNumbersChange()
    {
        m_window->updateFeeds(samples::feeds(9, 0));
        QList<int> before;
        for (int column = 0; column < FeedModel::ColumnCount; ++column) {
            before << m_table->columnViewportPosition(column);
        }
        FeedStatsList feeds = samples::feeds(9, 500);
        feeds[0].bitrateBps = 88'123'000;
        feeds[0].totalBytes = 9'876'543'210'000;
        feeds[0].viewers = 12'345;
        m_window->updateFeeds(feeds);
        QCoreApplication::processEvents();
        for (int column = 0; column < FeedModel::ColumnCount; ++column) {
            QCOMPARE(m_table->columnViewportPosition(column), before.at(column));
        }
    }

private:
    static LogEntry entry(int number)
    {
        return {QDateTime::currentDateTime(), LogLevel::Info, QStringLiteral("test"), QString(),
                QString::number(number)};
    }

    static QAction *action(const QKeySequence &keys, const MainWindow &window)
    {
        const auto actions = window.findChildren<QAction *>();
        const auto found =
            std::find_if(actions.begin(), actions.end(), [&](auto *a) { return a->shortcut() == keys; });
        return found == actions.end() ? nullptr : *found;
    }
    [[nodiscard]] QAction *action(const QKeySequence &keys) const { return action(keys, *m_window); }

    static QMessageBox *question() { return qobject_cast<QMessageBox *>(QApplication::activeModalWidget()); }

    static void press(QMessageBox &box, QMessageBox::ButtonRole role)
    {
        const auto buttons = box.buttons();
        for (QAbstractButton *button : buttons) {
            if (box.buttonRole(button) == role) {
                button->click();
                return;
            }
        }
    }

    [[nodiscard]] NoticeBar *noticeWith(const QString &text) const
    {
        const auto bars = m_window->findChildren<NoticeBar *>();
        const auto found =
            std::find_if(bars.begin(), bars.end(), [&](auto *bar) { return bar->text() == text; });
        return found == bars.end() ? nullptr : *found;
    }

    void showFeeds(int count, const QString &selected)
    {
        m_window->updateFeeds(samples::feeds(count));
        m_table->selectFeed(selected);
        m_table->setFocus();
    }

    void kickCurrent(const QString &feed)
    {
        showFeeds(3, feed);
        action(Qt::Key_Delete)->trigger();
        QVERIFY(question());
        question()->defaultButton()->click();
        QTRY_VERIFY(!question());
    }

    std::unique_ptr<MainWindow> m_window;
    FeedTable *m_table = nullptr;
};

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
