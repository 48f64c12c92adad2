// SPDX-License-Identifier: GPL-3.0-or-later
// The editor of ffserver.conf, by keyboard; what ffserver says is played by the test.
#include "ui/conf/confdialog.h"
#include "ui/conf/conffile.h"
#include "ui/dialogs/settingsdialog.h"
#include "ui/language.h"
#include "ui/mainwindow.h"
#include "ui/noticebar.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSet>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBlock>
#include <QTreeWidget>
#include <algorithm>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

using namespace aspersor;
using Severity = ConfFinding::Severity;

namespace {

const QByteArray good("# streams\nMaxClients 20\n<Stream *.ts>\nFeed *\n</Stream>\n");

ConfFinding finding(Severity severity, int line, int column, int length, const char *text,
                    const char *suggestion = "")
{
    return {severity, line, column, length, QString::fromUtf8(text), QString::fromUtf8(suggestion)};
}

} // namespace

class TestConfDialog : public QObject
{
    Q_OBJECT

private slots:
    void initTestCase() { installLanguage(QStringLiteral("en")); } // for its plurals
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        write(good);
        open();
    }
    void cleanup() { m_dialog.reset(); }

    void anErrorIsMarkedListedAndGoneWhenItIsMended()
    {
        answerChecks({});
        QTRY_COMPARE(said("What the check said"), QStringLiteral("Nothing is wrong with this text."));
        answerChecks([](const QByteArray &text) {
            const bool wrong = text.contains("Fromat");
            return wrong ? QList{finding(Severity::Error, 3, 3, 6, "There is no directive \"Fromat\".",
                                         "Format")}
                         : QList<ConfFinding>();
        });
        m_editor->setTextCursor(QTextCursor(m_editor->document()->findBlockByNumber(1)));
        QTest::keyClick(m_editor, Qt::Key_End);
        QTest::keyClick(m_editor, Qt::Key_Return);
        QTest::keyClicks(m_editor, QStringLiteral("  Fromat mpegts"));
        QTRY_COMPARE(m_list->topLevelItemCount(), 1);
        const QTreeWidgetItem *item = m_list->topLevelItem(0);
        QCOMPARE(item->text(0), QStringLiteral("Error"));
        QCOMPARE(item->text(1), QStringLiteral("3"));
        QCOMPARE(item->text(2), QStringLiteral("3"));
        QVERIFY(item->text(3).contains(QStringLiteral("Fromat")));
        QVERIFY(!item->icon(0).isNull());
        QCOMPARE(said("What the check said"), QStringLiteral("1 error"));
        QCOMPARE(said("What is said of this line"), item->text(3));
        QCOMPARE(said("Where the cursor is"), QStringLiteral("Line 3, column 16"));

        // What is meant has a wave under it, its line a tool tip, and the gutter a picture.
        QCOMPARE(underlined(), QStringList{QStringLiteral("Fromat")});
        QVERIFY(m_editor->toolTipOf(2).contains(QStringLiteral("Error: There is no directive")));
        QVERIFY(m_editor->toolTipOf(1).isEmpty());
        const QImage marked = m_editor->gutter()->grab().toImage();
        const QImage waved = m_editor->viewport()->grab().toImage();
        m_editor->setMarks({});
        QVERIFY(m_editor->gutter()->grab().toImage() != marked);
        QVERIFY(m_editor->viewport()->grab().toImage() != waved);

        m_editor->selectAll();
        QTest::keyClicks(m_editor, QStringLiteral("MaxClients 3"));
        QTRY_COMPARE(said("What the check said"), QStringLiteral("Nothing is wrong with this text."));
        QCOMPARE(m_list->topLevelItemCount(), 0);
        QCOMPARE(underlined(), QStringList());
    }

    void columnsAreBytesOfTheFile()
    {
        answerChecks([](const QByteArray &) {
            return QList{finding(Severity::Warning, 1, 7, 5, "Wrong."),
                         finding(Severity::Error, 99, 1, 1, "Far."),
                         finding(Severity::Error, 0, 0, 0, "All of it.")};
        });
        m_editor->setPlainText(QStringLiteral("\u00e4\U0001F3A5right\nlast"));
        QTRY_COMPARE(underlined(), (QStringList{QStringLiteral("right"), QStringLiteral("l")}));
        QCOMPARE(m_list->topLevelItemCount(), 3);
        QCOMPARE(m_list->topLevelItem(0)->text(2), QStringLiteral("4")); // UTF-16 units
        QCOMPARE(m_list->topLevelItem(2)->text(1), QString());
    }

    void findingsAreWalkedByKeyboard()
    {
        answerChecks([](const QByteArray &) {
            return QList{finding(Severity::Warning, 2, 1, 10, "First."),
                         finding(Severity::Error, 4, 1, 4, "Second.")};
        });
        QTRY_COMPARE(m_list->topLevelItemCount(), 2);
        QCOMPARE(said("What the check said"), QStringLiteral("1 error, 1 warning"));
        QTest::keyClick(m_dialog.get(), Qt::Key_F8);
        QCOMPARE(m_editor->textCursor().selectedText(), QStringLiteral("MaxClients"));
        QCOMPARE(said("What is said of this line"), QStringLiteral("First."));
        QCOMPARE(m_list->indexOfTopLevelItem(m_list->currentItem()), 0);
        QTest::keyClick(m_dialog.get(), Qt::Key_F8);
        QCOMPARE(m_editor->textCursor().selectedText(), QStringLiteral("Feed"));
        QTest::keyClick(m_dialog.get(), Qt::Key_F8); // goes round
        QCOMPARE(m_editor->textCursor().blockNumber(), 1);
        QTest::keyClick(m_dialog.get(), Qt::Key_F8, Qt::ShiftModifier);
        QCOMPARE(m_editor->textCursor().blockNumber(), 3);

        // Tab leaves the editor; Enter in the list goes to the line, and is not the dialog's.
        QTest::keyClick(m_editor, Qt::Key_Tab);
        QCOMPARE(m_dialog->focusWidget(), m_list);
        m_list->setCurrentItem(m_list->topLevelItem(0));
        QTest::keyClick(m_list, Qt::Key_Return);
        QCOMPARE(m_editor->textCursor().blockNumber(), 1);
        QCOMPARE(m_dialog->focusWidget(), m_editor);
        QVERIFY(m_dialog->isVisible());
        QCOMPARE(m_reloads->count(), 0);
    }

    void aSuggestionIsWritten()
    {
        answerChecks([](const QByteArray &text) {
            return text.contains("Fed *") ? QList{finding(Severity::Error, 1, 1, 3, "No Fed.", "Feed")}
                                          : QList<ConfFinding>();
        });
        m_editor->setPlainText(QStringLiteral("Fed *"));
        QTRY_COMPARE(m_list->topLevelItemCount(), 1);
        QTest::keyClick(m_dialog.get(), Qt::Key_Period, Qt::ControlModifier);
        QCOMPARE(m_editor->toPlainText(), QStringLiteral("Feed *"));
        QTRY_COMPARE(m_list->topLevelItemCount(), 0);
        m_editor->undo();
        QCOMPARE(m_editor->toPlainText(), QStringLiteral("Fed *"));
    }

    void applyWritesKeepsABackupAndAsksForTheReload()
    {
        answerChecks({});
        QVERIFY(!button("&Apply")->isEnabled());
        QFile::setPermissions(path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup);
        typeAtEnd("FeedGrace 5\n");
        QVERIFY(button("&Apply")->isEnabled());
        QVERIFY(m_dialog->isWindowModified());
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier); // before the check has come
        QTRY_COMPARE(m_reloads->count(), 1);
        QCOMPARE(read(path()), good + "FeedGrace 5\n");
        QCOMPARE(read(path() + QStringLiteral(".bak")), good);
        struct stat info = {};
        QCOMPARE(::stat(QFile::encodeName(path()).constData(), &info), 0);
        QCOMPARE(info.st_mode & 07777U, 0640U);
        QVERIFY(!m_dialog->isWindowModified());
        QVERIFY(!button("&Apply")->isEnabled());

        ConfAnswer answer;
        answer.outcome = ConfAnswer::Outcome::Reloaded;
        m_dialog->showAnswer(answer);
        QVERIFY(said("What ffserver answered").contains(QStringLiteral("taken it up")));
        QVERIFY(notice().isEmpty());
    }

    void aRefusalShowsTheErrors()
    {
        answerChecks({});
        apply("FeedGrace 5\n");
        ConfAnswer answer;
        answer.outcome = ConfAnswer::Outcome::Refused;
        answer.findings = {finding(Severity::Error, 2, 12, 2, "Too few."),
                           finding(Severity::Warning, 4, 1, 4, "Hm.")};
        m_dialog->showAnswer(answer);
        QVERIFY2(notice().contains(QStringLiteral("refused it (1 error, 1 warning)")), qPrintable(notice()));
        QCOMPARE(m_list->topLevelItemCount(), 2);
        QCOMPARE(underlined(), (QStringList{QStringLiteral("20"), QStringLiteral("Feed")}));
    }

    void otherAnswersAreSaid_data()
    {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<bool>("restart");
        QTest::addColumn<QString>("part");
        using Outcome = ConfAnswer::Outcome;
        QTest::newRow("restart") << int(Outcome::Reloaded) << true
                                 << QStringLiteral("hold only after a restart");
        QTest::newRow("original") << int(Outcome::RestartNeeded) << true
                                  << QStringLiteral("original ffserver");
        QTest::newRow("none") << int(Outcome::NoAnswer) << true << QStringLiteral("it slept");
        QTest::newRow("starting") << int(Outcome::Starting) << false << QStringLiteral("was not running");
    }
    void otherAnswersAreSaid()
    {
        QFETCH(int, outcome);
        QFETCH(bool, restart);
        QFETCH(QString, part);
        answerChecks({});
        apply("FeedGrace 5\n");
        ConfAnswer answer;
        answer.outcome = ConfAnswer::Outcome(outcome);
        answer.restartNeeded = restart;
        answer.reason = QStringLiteral("it slept");
        m_dialog->showAnswer(answer);
        QCOMPARE(notice().contains(part), restart);
        QCOMPARE(said("What ffserver answered").contains(part), !restart);
        QSignalSpy restarts(m_dialog.get(), &ConfDialog::restartRequested);
        if (restart) {
            button("&Restart ffserver")->click();
            QCOMPARE(restarts.count(), 1);
        }
    }

    void errorsAreNotWrittenUnasked()
    {
        answerChecks([](const QByteArray &) { return QList{finding(Severity::Error, 1, 1, 1, "No.")}; });
        typeAtEnd("x");
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(question());
        QVERIFY(question()->text().contains(QStringLiteral("1 error")));
        QTest::keyClick(question(), Qt::Key_Escape);
        QTRY_VERIFY(!question());
        QCOMPARE(read(path()), good);
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_VERIFY(question());
        answerYes();
        QCOMPARE(read(path()), good + "x");
        QCOMPARE(m_reloads->count(), 1);
    }

    void changesAreNotLostUnasked()
    {
        answerChecks({});
        typeAtEnd("x");
        QTest::keyClick(m_dialog.get(), Qt::Key_Escape);
        QVERIFY(question());
        QTest::keyClick(question(), Qt::Key_Escape);
        QTRY_VERIFY(!question());
        QVERIFY(m_dialog->isVisible());
        m_dialog->close();
        QVERIFY(m_dialog->isVisible());
        QVERIFY(question());
        answerYes();
        QVERIFY(!m_dialog->isVisible());
        QCOMPARE(read(path()), good);
    }

    void unchangedItClosesUnasked()
    {
        QTest::keyClick(m_dialog.get(), Qt::Key_Escape);
        QVERIFY(!m_dialog->isVisible());
    }

    void revertGoesBackToTheFile()
    {
        answerChecks({});
        QVERIFY(!button("Re&vert")->isEnabled());
        typeAtEnd("x");
        button("Re&vert")->click();
        QVERIFY(question());
        answerYes();
        QCOMPARE(m_editor->toPlainText().toUtf8(), good);
        QVERIFY(!m_dialog->hasChanges());
    }

    void aFileThatChangesIsLoadedAgain()
    {
        answerChecks({});
        write("MaxClients 7\n");
        QTRY_COMPARE(m_editor->toPlainText(), QStringLiteral("MaxClients 7\n"));
        QVERIFY(!m_dialog->hasChanges());
        replace("MaxClients 8\n"); // another file in its place, and still another
        QTRY_COMPARE(m_editor->toPlainText(), QStringLiteral("MaxClients 8\n"));
        replace("MaxClients 9\n");
        QTRY_COMPARE(m_editor->toPlainText(), QStringLiteral("MaxClients 9\n"));
    }

    void aFileThatChangesUnderChangesIsAsked()
    {
        answerChecks({});
        typeAtEnd("x");
        write("MaxClients 7\n");
        QTRY_VERIFY(notice().contains(QStringLiteral("Another program has changed the file")));
        QCOMPARE(m_editor->toPlainText().toUtf8(), good + "x");
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(read(path()), QByteArray("MaxClients 7\n")); // not before somebody has said so
        button("&Keep mine")->click();
        QVERIFY(notice().isEmpty());
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(read(path()), good + "x");
        QCOMPARE(read(path() + QStringLiteral(".bak")), QByteArray("MaxClients 7\n"));

        ConfAnswer answer;
        answer.outcome = ConfAnswer::Outcome::Reloaded;
        m_dialog->showAnswer(answer);
        typeAtEnd("y");
        write("MaxClients 8\n");
        // Apply looks itself, whether or not the news has come.
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(read(path()), QByteArray("MaxClients 8\n"));
        button("&Load the file")->click();
        QCOMPARE(m_editor->toPlainText(), QStringLiteral("MaxClients 8\n"));
        QVERIFY(!m_dialog->hasChanges());
    }

    void aFileThatGoesIsNoticed()
    {
        answerChecks({});
        QVERIFY(QFile::remove(path()));
        QTRY_VERIFY(notice().contains(QStringLiteral("no longer there")));
        button("&Keep mine")->click();
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(read(path()), good);
    }

    void whatCannotBeEditedSaysWhy_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("part");
        QTest::newRow("binary") << QByteArray("Max\0Clients", 11) << QStringLiteral("is not a text file");
        QTest::newRow("huge") << QByteArray(1'048'577, '#') << QStringLiteral("more than 1 MiB");
    }
    void whatCannotBeEditedSaysWhy()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, part);
        write(content);
        open();
        QVERIFY2(notice().contains(part), qPrintable(notice()));
        QVERIFY(m_editor->isReadOnly());
        QVERIFY(!button("&Apply")->isEnabled() && !button("&Check")->isEnabled());
        QCOMPARE(m_checks->count(), 0);
    }

    void aFolderOrAPipeIsNoFile()
    {
        QVERIFY(QFile::remove(path()));
        QCOMPARE(::mkfifo(QFile::encodeName(path()).constData(), 0600), 0);
        open(); // does not wait for a writer
        QVERIFY2(notice().contains(QStringLiteral("is not a file")), qPrintable(notice()));
    }

    void aMissingFileIsMade()
    {
        QVERIFY(QFile::remove(path()));
        open();
        answerChecks({});
        QVERIFY2(notice().contains(QStringLiteral("Apply makes it")), qPrintable(notice()));
        typeAtEnd("MaxClients 3\n");
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(read(path()), QByteArray("MaxClients 3\n"));
        QVERIFY(!QFile::exists(path() + QStringLiteral(".bak")));
    }

    void whatCannotBeWrittenSaysWhyAndLosesNothing()
    {
        answerChecks({});
        // A folder in the backup's place: no permissions are needed, which root would not feel.
        QVERIFY(QDir().mkdir(path() + QStringLiteral(".bak")));
        apply("x", 0);
        QTRY_VERIFY2(notice().contains(QStringLiteral("Nothing was changed")), qPrintable(notice()));
        QCOMPARE(read(path()), good);
        QVERIFY(m_dialog->hasChanges());
        QCOMPARE(m_reloads->count(), 0);
    }

    void theFileKeepsItsManner_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        QTest::newRow("Latin-1") << QByteArray("# \xe4\n") << QByteArray("# \xe4\nx\n");
        QTest::newRow("CR LF") << QByteArray("a\r\nb\r\n") << QByteArray("a\r\nb\r\nx\r\n");
        QTest::newRow("mark") << QByteArray("\xef\xbb\xbf# \xc3\xa4\n")
                              << QByteArray("\xef\xbb\xbf# \xc3\xa4\nx\n");
        QTest::newRow("no end") << QByteArray("a") << QByteArray("ax\n");
    }
    void theFileKeepsItsManner()
    {
        QFETCH(QByteArray, before);
        QFETCH(QByteArray, after);
        write(before);
        ConfFile file(path());
        QCOMPARE(file.load(), QString());
        QCOMPARE(file.bytesOf(file.text()), before);
        QVERIFY(!file.changedOnDisk());
        QCOMPARE(file.save(file.text() + QStringLiteral("x\n")), QString());
        QCOMPARE(read(path()), after);
        QVERIFY(!file.changedOnDisk());
    }

    void aLinkStaysALink()
    {
        const QString link = m_folder->filePath(QStringLiteral("link.conf"));
        QVERIFY(QFile::link(path(), link));
        ConfFile file(link);
        QCOMPARE(file.load(), QString());
        QCOMPARE(file.save(QStringLiteral("new")), QString());
        QVERIFY(QFileInfo(link).isSymLink());
        QCOMPARE(read(path()), QByteArray("new"));
    }

    void whoChecksIsSaid()
    {
        ConfReport report;
        report.question = m_checks->last().at(0).toInt();
        report.runs = {{}, FfserverKind::Original, QStringLiteral("3.3.9"), {}};
        report.checkedBy = QStringLiteral("0.1.0");
        m_dialog->showReport(report);
        QVERIFY(said("Who checks it").contains(QStringLiteral("original ffserver, version 3.3.9")));
        report.problem = QStringLiteral("it is lost");
        m_dialog->showReport(report);
        QVERIFY(said("Who checks it").contains(QStringLiteral("cannot be checked: it is lost")));
        QCOMPARE(said("What the check said"), QStringLiteral("Not checked."));
        report.question = -1; // of an older text
        report.problem.clear();
        m_dialog->showReport(report);
        QCOMPARE(said("What the check said"), QStringLiteral("Not checked."));
    }

    void checkAsksAtOnceAndGoesToTheFirst()
    {
        answerChecks([](const QByteArray &) { return QList{finding(Severity::Warning, 2, 1, 10, "Hm.")}; });
        const auto before = m_checks->count();
        QTest::keyClick(m_dialog.get(), Qt::Key_F7);
        QCOMPARE(m_checks->count(), before + 1);
        QCOMPARE(m_editor->textCursor().selectedText(), QStringLiteral("MaxClients"));
    }

    void theWindowDoesNotCloseOverChanges()
    {
        Settings settings;
        settings.confFile = path();
        MainWindow window(settings);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
        auto *dialog = window.findChild<ConfDialog *>();
        QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
        dialog->findChild<ConfEditor *>()->insertPlainText(QStringLiteral("x"));
        QVERIFY(!window.close());
        QVERIFY(window.isVisible() && question(dialog));
        QTest::keyClick(question(dialog), Qt::Key_Escape);
        QTRY_VERIFY(!question(dialog));
        QVERIFY(window.isVisible());
        window.close();
        QTRY_VERIFY(question(dialog));
        answerYes(dialog);
        QTRY_VERIFY(!window.isVisible());
        QCOMPARE(read(path()), good);
    }

    void theSettingsOpenTheEditorOfTheirFile()
    {
        Settings settings;
        settings.confFile = path();
        MainWindow window(settings);
        window.show();
        window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_Comma, Qt::ControlModifier);
        auto *over = window.findChild<SettingsDialog *>();
        QVERIFY(over);
        const auto buttons = over->findChildren<QPushButton *>();
        const auto edit = std::find_if(buttons.begin(), buttons.end(), [](const QPushButton *one) {
            return one->accessibleName() == QLatin1String("Edit the configuration file");
        });
        QVERIFY(edit != buttons.end() && (*edit)->isEnabled());
        (*edit)->click();
        auto *dialog = over->findChild<ConfDialog *>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->path(), path());
    }

    void everyControlHasANameAndIsReached()
    {
        QSet<QWidget *> reached;
        QWidget *widget = m_editor;
        do {
            reached += widget;
            widget = widget->nextInFocusChain();
        } while (widget != m_editor);
        const auto buttons = m_dialog->findChildren<QPushButton *>();
        QCOMPARE(buttons.size(), 5);
        for (QPushButton *one : buttons) {
            QVERIFY(!one->text().isEmpty() && (one->focusPolicy() & Qt::TabFocus) != 0 &&
                    reached.contains(one));
            QVERIFY(!one->autoDefault() && !one->isDefault());
        }
        QVERIFY(!m_editor->accessibleName().isEmpty());
        QVERIFY(!m_list->accessibleName().isEmpty());
    }

private:
    using Answers = std::function<QList<ConfFinding>(const QByteArray &)>;

    [[nodiscard]] QString path() const { return m_folder->filePath(QStringLiteral("ffserver.conf")); }
    static QByteArray read(const QString &path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("(nothing)");
    }
    void write(const QByteArray &text) const
    {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    }
    void replace(const QByteArray &text) const
    {
        QFile file(path() + QStringLiteral(".new"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.close();
        QCOMPARE(
            ::rename(QFile::encodeName(file.fileName()).constData(), QFile::encodeName(path()).constData()),
            0);
    }

    void open()
    {
        m_dialog = std::make_unique<ConfDialog>(path(), true);
        m_checks = std::make_unique<QSignalSpy>(m_dialog.get(), &ConfDialog::checkRequested);
        m_reloads = std::make_unique<QSignalSpy>(m_dialog.get(), &ConfDialog::reloadRequested);
        m_editor = m_dialog->findChild<ConfEditor *>();
        m_list = m_dialog->findChild<QTreeWidget *>();
        m_dialog->show();
        m_dialog->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_dialog.get()));
    }

    /// ffserver says this from now on, also of the text as it stands.
    void answerChecks(const Answers &answers)
    {
        disconnect(m_dialog.get(), &ConfDialog::checkRequested, this, nullptr);
        const auto answer = [this, answers](int question, const QByteArray &text) {
            ConfReport report;
            report.question = question;
            report.runs.kind = FfserverKind::Ours;
            report.findings = answers ? answers(text) : QList<ConfFinding>();
            m_dialog->showReport(report);
        };
        connect(m_dialog.get(), &ConfDialog::checkRequested, this, answer);
        if (!m_checks->isEmpty()) {
            answer(m_checks->last().at(0).toInt(), m_checks->last().at(1).toByteArray());
        }
    }

    void typeAtEnd(const char *text)
    {
        m_editor->moveCursor(QTextCursor::End);
        m_editor->insertPlainText(QString::fromLatin1(text));
    }
    void apply(const char *more, int reloads = 1)
    {
        typeAtEnd(more);
        QTest::keyClick(m_dialog.get(), Qt::Key_S, Qt::ControlModifier);
        QTRY_COMPARE(m_reloads->count(), reloads);
    }

    [[nodiscard]] QPushButton *button(const char *text) const
    {
        const auto buttons = m_dialog->findChildren<QPushButton *>();
        for (QPushButton *one : buttons) {
            if (one->text() == QLatin1String(text) && one->isVisibleTo(m_dialog.get())) {
                return one;
            }
        }
        qFatal("no button \"%s\"", text);
    }
    [[nodiscard]] QString said(const char *name) const
    {
        const auto labels = m_dialog->findChildren<QLabel *>();
        for (const QLabel *label : labels) {
            if (label->accessibleName() == QLatin1String(name)) {
                return label->text();
            }
        }
        return QStringLiteral("?");
    }
    [[nodiscard]] QString notice() const
    {
        QString text;
        const auto bars = m_dialog->findChildren<NoticeBar *>();
        for (const NoticeBar *bar : bars) {
            text += bar->isVisible() ? bar->text() : QString();
        }
        return text;
    }
    [[nodiscard]] QStringList underlined() const
    {
        QStringList words;
        for (const ConfMark &mark : m_editor->marks()) {
            if (const QTextCursor wave = m_editor->waveOf(mark); !wave.isNull()) {
                words += wave.selectedText();
            }
        }
        return words;
    }
    [[nodiscard]] QMessageBox *question(const QWidget *over = nullptr) const
    {
        const auto boxes = (over ? over : m_dialog.get())->findChildren<QMessageBox *>();
        for (QMessageBox *box : boxes) {
            if (box->isVisible()) {
                return box;
            }
        }
        return nullptr;
    }
    void answerYes(const QWidget *over = nullptr)
    {
        QMessageBox *box = question(over);
        const auto buttons = box->buttons();
        for (QAbstractButton *one : buttons) {
            if (box->buttonRole(one) == QMessageBox::AcceptRole) {
                one->click();
                return;
            }
        }
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<ConfDialog> m_dialog;
    std::unique_ptr<QSignalSpy> m_checks;
    std::unique_ptr<QSignalSpy> m_reloads;
    ConfEditor *m_editor = nullptr;
    QTreeWidget *m_list = nullptr;
};

QTEST_MAIN(TestConfDialog)
#include "tst_confdialog.moc"
