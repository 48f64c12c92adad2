// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every text and every action of the window.
#include "samples.h"
#include "ui/language.h"
#include "ui/mainwindow.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QDirIterator>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>
#include <QToolButton>
#include <QTranslator>
#include <QWidgetAction>
#include <QXmlStreamReader>

using namespace aspersor;

namespace {

struct Message {
    QString source;
    QStringList translations; // one, or one for each plural form
    bool finished = true;
};

QList<Message> readMessages(const QString &path)
{
    QList<Message> messages;
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return messages;
    }
    QXmlStreamReader xml(&file);
    while (!xml.atEnd()) {
        if (xml.readNext() != QXmlStreamReader::StartElement) {
            continue;
        }
        if (xml.name() == QLatin1String("message")) {
            messages.append(Message());
        } else if (xml.name() == QLatin1String("source")) {
            messages.last().source = xml.readElementText();
        } else if (xml.name() == QLatin1String("translation")) {
            messages.last().finished = !xml.attributes().hasAttribute(QStringLiteral("type"));
            const QString text = xml.readElementText(QXmlStreamReader::IncludeChildElements);
            messages.last().translations << text;
        }
    }
    return messages;
}

QStringList placesOf(const QString &text)
{
    static const QRegularExpression place(QStringLiteral("%L?(\\d|n)"));
    QStringList found;
    auto matches = place.globalMatch(text);
    while (matches.hasNext()) {
        found << matches.next().captured();
    }
    found.removeDuplicates();
    found.sort();
    return found;
}

/// The .ts file brought up to date with the sources, in a copy.
QString updated(const QTemporaryDir &folder, const QString &name, const QStringList &options)
{
    const QString copy = folder.filePath(name);
    QFile::copy(QStringLiteral(ASPERSOR_SOURCE_DIR "/translations/") + name, copy);
    QProcess lupdate;
    lupdate.start(QStringLiteral(LUPDATE),
                  options + QStringList{QStringLiteral("-silent"), QStringLiteral("-I"),
                                        QStringLiteral(ASPERSOR_SOURCE_DIR), QStringLiteral("-no-obsolete"),
                                        QStringLiteral(ASPERSOR_SOURCE_DIR "/ui"), QStringLiteral("-ts"),
                                        copy});
    return lupdate.waitForFinished() && lupdate.exitCode() == 0 ? copy : QString();
}

} // namespace

class TestUiTexts : public QObject
{
    Q_OBJECT

private slots:
    void everyTextIsFinishedInSpanish()
    {
        QTemporaryDir folder;
        const QString file = updated(folder, QStringLiteral("aspersor_es.ts"), {});
        QVERIFY2(!file.isEmpty(), "lupdate could not be run");
        const auto messages = readMessages(file);
        QVERIFY(messages.size() > 150);
        for (const Message &message : messages) {
            QVERIFY2(message.finished && !message.translations.value(0).trimmed().isEmpty(),
                     qPrintable(message.source));
            QCOMPARE(placesOf(message.translations.constFirst()), placesOf(message.source));
            QCOMPARE(message.translations.constFirst().contains(QLatin1Char('&')),
                     message.source.contains(QLatin1Char('&')));
        }
    }

    void everyPluralIsFinishedInEnglish()
    {
        QTemporaryDir folder;
        const QString file =
            updated(folder, QStringLiteral("aspersor_en.ts"), {QStringLiteral("-pluralonly")});
        QVERIFY2(!file.isEmpty(), "lupdate could not be run");
        const auto messages = readMessages(file);
        QVERIFY(messages.size() > 5);
        for (const Message &message : messages) {
            QVERIFY2(message.finished && !message.translations.value(0).isEmpty(),
                     qPrintable(message.source));
            QVERIFY2(!message.translations.constFirst().contains(QLatin1String("(s)")),
                     qPrintable(message.source));
        }
    }

    void everyActionIsReachedByKeyboard_data() { languages(); }
    void everyActionIsReachedByKeyboard()
    {
        const MainWindow &window = makeWindow();
        QSet<const QAction *> inMenus;
        const auto menus = window.findChildren<QMenu *>();
        for (const QMenu *menu : menus) {
            const auto entries = menu->actions();
            inMenus += QSet<const QAction *>(entries.begin(), entries.end());
        }
        int seen = 0;
        const auto actions = window.findChildren<QAction *>();
        for (const QAction *action : actions) {
            if (action->isSeparator() || action->text().isEmpty() ||
                qobject_cast<const QWidgetAction *>(action) ||
                action->objectName() == QLatin1String("_q_qlineeditclearaction")) {
                continue;
            }
            if (qobject_cast<const QToolBar *>(action->parent())) {
                continue; // the bar's own toggle: it is in no menu
            }
            const bool named = action->data().isValid() || action->text().contains(QLatin1Char('&')) ||
                               action->isCheckable();
            const bool byMenu = inMenus.contains(action) && named;
            const bool undoBar = action->toolTip() == undoBarTip();
            QVERIFY2(!action->shortcut().isEmpty() || byMenu || action->menu() || undoBar,
                     qPrintable(action->text()));
            QVERIFY2(!action->toolTip().isEmpty(), qPrintable(action->text()));
            ++seen;
        }
        QVERIFY(seen > 30);
    }

    void noKeyMeansTwoThings_data() { languages(); }
    void noKeyMeansTwoThings()
    {
        const MainWindow &window = makeWindow();
        QHash<QKeySequence, const QAction *> taken;
        const auto actions = window.findChildren<QAction *>();
        for (const QAction *action : actions) {
            if (action->shortcut().isEmpty() || action->shortcutContext() == Qt::WidgetWithChildrenShortcut) {
                continue; // the latter belong to one panel each
            }
            QVERIFY2(!taken.contains(action->shortcut()), qPrintable(action->text()));
            taken.insert(action->shortcut(), action);
        }
        QVERIFY(taken.size() > 10);
    }

    void mnemonicsOfAMenuDiffer_data() { languages(); }
    void mnemonicsOfAMenuDiffer()
    {
        const MainWindow &window = makeWindow();
        QList<QList<QAction *>> groups{window.menuBar()->actions()};
        const auto menus = window.findChildren<QMenu *>();
        for (const QMenu *menu : menus) {
            groups << menu->actions();
        }
        static const QRegularExpression mnemonic(QStringLiteral("&(\\w)"));
        for (const auto &group : std::as_const(groups)) {
            QHash<QString, QString> taken;
            for (const QAction *action : group) {
                const QString letter = mnemonic.match(action->text()).captured(1).toLower();
                if (!letter.isEmpty()) {
                    QVERIFY2(!taken.contains(letter),
                             qPrintable(action->text() + QLatin1String(" / ") + taken.value(letter)));
                    taken.insert(letter, action->text());
                }
            }
        }
    }

    void everyControlHasAName_data() { languages(); }
    void everyControlHasAName()
    {
        const MainWindow &window = makeWindow();
        int seen = 0;
        const auto widgets = window.findChildren<QWidget *>();
        for (const QWidget *widget : widgets) {
            const bool field =
                qobject_cast<const QLineEdit *>(widget) || qobject_cast<const QComboBox *>(widget);
            const auto *button = qobject_cast<const QAbstractButton *>(widget);
            const bool inner = qobject_cast<const QLineEdit *>(widget->parentWidget()) ||
                               widget->objectName().startsWith(QLatin1String("qt_"));
            const bool corner =
                QLatin1String(widget->metaObject()->className()) == QLatin1String("QTableCornerButton");
            if (inner || corner || !(field || button)) {
                continue;
            }
            ++seen;
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && !button->text().isEmpty()),
                     qPrintable(widget->toolTip() + QLatin1Char(' ') +
                                QLatin1String(widget->metaObject()->className())));
        }
        QVERIFY(seen > 10);
    }

    void spanishIsSpoken()
    {
        speak(QStringLiteral("es"));
        MainWindow window{Settings{}};
        QStringList titles;
        const auto menus = window.menuBar()->actions();
        for (const QAction *menu : menus) {
            titles << menu->text().remove(QLatin1Char('&'));
        }
        QVERIFY2(titles.contains(QStringLiteral("Ver")), qPrintable(titles.join(QLatin1Char(' '))));
    }

private:
    static void languages()
    {
        QTest::addColumn<QString>("language");
        QTest::newRow("English") << QStringLiteral("en");
        QTest::newRow("Spanish") << QStringLiteral("es");
    }

    static void speak(const QString &language)
    {
        qDeleteAll(qApp->findChildren<QTranslator *>());
        installLanguage(language);
    }

    const MainWindow &makeWindow()
    {
        const QString language = *static_cast<const QString *>(QTest::qData("language", QMetaType::QString));
        speak(language);
        m_window = std::make_unique<MainWindow>(Settings{});
        m_window->updateFeeds(samples::feeds(9));
        return *m_window;
    }

    [[nodiscard]] static QString undoBarTip() { return MainWindow::tr("Let the phone publish again"); }

    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestUiTexts)
#include "tst_uitexts.moc"
