// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/bandialog.h"
#include "ui/dialogs/connectdialog.h"
#include "ui/dialogs/qrcode.h"
#include "ui/dialogs/settingsdialog.h"

#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

using namespace aspersor;

class TestDialogs : public QObject
{
    Q_OBJECT

private slots:
    void banTimes()
    {
        BanDialog dialog({QStringLiteral("cam1")});
        const auto choices = dialog.findChildren<QRadioButton *>();
        QCOMPARE(choices.size(), 4);
        QCOMPARE(dialog.seconds(), 600);
        choices.at(0)->setChecked(true);
        QCOMPARE(dialog.seconds(), 60);
        choices.at(2)->setChecked(true);
        QCOMPARE(dialog.seconds(), 3600);
        QVERIFY(!dialog.findChild<QSpinBox *>()->isEnabled());
        choices.at(3)->setChecked(true);
        QVERIFY(dialog.findChild<QSpinBox *>()->isEnabled());
        dialog.findChild<QSpinBox *>()->setValue(45);
        dialog.findChild<QComboBox *>()->setCurrentIndex(2);
        QCOMPARE(dialog.seconds(), 45 * 3600);
    }

    void codeHoldsATextAsLongAsAnAddress()
    {
        QVERIFY(QrCode::encoded(QString()).isNull());
        const QImage code =
            QrCode::encoded(QStringLiteral("http://192.168.1.10:8088/cam1?key=4f0kx92mzq7d1t8sh3w5v6y0pe"));
        QVERIFY(code.width() >= 21);
        QCOMPARE(code.width(), code.height());
        QCOMPARE(qGray(code.pixel(0, 0)), 0); // a corner of the finder pattern is black
        QVERIFY(QrCode::encoded(QString(5000, QLatin1Char('x'))).isNull());
    }

    void keyIsHiddenUntilAskedFor()
    {
        const QString key = QStringLiteral("secretsecret");
        ConnectDialog dialog(values(key));
        const auto holdsKey = [&dialog, &key] {
            const auto fields = dialog.findChildren<QLineEdit *>();
            return std::count_if(fields.begin(), fields.end(),
                                 [&](auto *f) { return f->text().contains(key); });
        };
        QCOMPARE(holdsKey(), 0);
        QVERIFY(dialog.findChild<QrCode *>()->isHidden());
        tool(dialog, QStringLiteral("Show the key"))->click();
        QCOMPARE(holdsKey(), 3);
        QVERIFY(!dialog.findChild<QrCode *>()->isHidden());
    }

    void copiesTheKeyEvenWhenHidden()
    {
        ConnectDialog dialog(values(QStringLiteral("secretsecret")));
        tool(dialog, QStringLiteral("Copy the address with its key"))->click();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("http://192.168.1.10:8088/cam1?key=secretsecret"));
        tool(dialog, QStringLiteral("Copy the command with the key"))->click();
        QCOMPARE(QGuiApplication::clipboard()->text(),
                 QStringLiteral("ffmpeg -re -i video.mp4 -c copy -f mpegts "
                                "\"http://192.168.1.10:8088/cam1?key=secretsecret\""));
    }

    void anOpenDoorNeedsNoKey()
    {
        ConnectDialog dialog(values(QString()));
        const auto fields = dialog.findChildren<QLineEdit *>();
        QVERIFY(std::any_of(fields.begin(), fields.end(), [](auto *f) {
            return f->text() == QLatin1String("http://192.168.1.10:8088/cam1");
        }));
        QVERIFY(!dialog.findChild<QrCode *>()->isHidden());
    }

    void settingsComeBackUnchanged()
    {
        Settings settings = sample();
        settings.silenceTimeoutMs = 2'500; // not whole seconds
        settings.ingest = {QStringLiteral("10.77.66.55"), 0};
        settings.language = QStringLiteral("es");
        SettingsDialog dialog(settings);
        QVERIFY(dialog.settings() == settings);
        QVERIFY(save(dialog)->isEnabled());
    }

    void badSettingsCannotBeSaved_data()
    {
        QTest::addColumn<std::function<void(SettingsDialog &)>>("spoil");
        QTest::addColumn<QString>("said");
        using Spoil = std::function<void(SettingsDialog &)>;
        QTest::newRow("address") << Spoil([](auto &d) {
            page(d)->template findChild<QComboBox *>()->setEditText(QStringLiteral("phones.example"));
        }) << QStringLiteral("not a network address");
        QTest::newRow("same port") << Spoil([](auto &d) {
            page(d)->template findChild<QSpinBox *>()->setValue(8090);
        }) << QStringLiteral("cannot share port 8090");
        QTest::newRow("key with spaces") << Spoil([](auto &d) {
            field(d, QStringLiteral("4f0kx92mzq7d1t8sh3w5v6y0pe"))->setText(QStringLiteral("with a space"));
        }) << QStringLiteral("1 to 128");
        QTest::newRow("no such program") << Spoil([](auto &d) {
            field(d, QString(), 0)->setText(QStringLiteral("/nonexistent/ffserver"));
        }) << QStringLiteral("/nonexistent/ffserver is not a program");
        QTest::newRow("no such file")
            << Spoil([](auto &d) { field(d, QString(), 1)->setText(QStringLiteral("/nonexistent/x.conf")); })
            << QStringLiteral("There is no file /nonexistent/x.conf");
    }

    void badSettingsCannotBeSaved()
    {
        QFETCH(std::function<void(SettingsDialog &)>, spoil);
        QFETCH(QString, said);
        SettingsDialog dialog(sample());
        QVERIFY(save(dialog)->isEnabled());
        spoil(dialog);
        QVERIFY(!save(dialog)->isEnabled());
        QVERIFY2(notice(dialog).contains(said), qPrintable(notice(dialog)));
    }

    void saysWhatSavingInterrupts()
    {
        SettingsDialog dialog(sample());
        QCOMPARE(notice(dialog), QString());
        const auto numbers = page(dialog)->findChildren<QSpinBox *>();
        numbers.at(0)->setValue(9000);
        QVERIFY(notice(dialog).contains(QStringLiteral("port for phones is opened anew")));
        numbers.at(0)->setValue(8088);
        QCOMPARE(notice(dialog), QString());
        numbers.at(1)->setValue(12); // most feeds
        QVERIFY(notice(dialog).contains(QStringLiteral("at once")));
        dialog.findChild<QCheckBox *>()->setChecked(true);
        QVERIFY(notice(dialog).contains(QStringLiteral("Anyone")));
        QVERIFY(dialog.settings().open);
        QCOMPARE(dialog.settings().maxFeeds, 12);
    }

    void aNewKeyIsUsable()
    {
        SettingsDialog dialog(sample());
        tool(dialog, QStringLiteral("Make a new random key"))->click();
        QVERIFY(dialog.settings().publishKey != sample().publishKey);
        QVERIFY(save(dialog)->isEnabled());
        QVERIFY(notice(dialog).contains(QStringLiteral("new key")));
    }

    void theNamedFfserverIsAskedWhoItIs()
    {
        Settings settings = sample();
        settings.ffserverPath = QStringLiteral("/bin/sh");
        SettingsDialog dialog(settings);
        QStringList asked;
        connect(&dialog, &SettingsDialog::probeRequested, this,
                [&](const QString &program) { asked << program; });
        dialog.show();
        QCOMPARE(asked, QStringList{QStringLiteral("/bin/sh")});
        QVERIFY(labelled(dialog, "What this ffserver is")->text().contains(QStringLiteral("Asking")));
        const auto numbers = dialog.findChildren<QSpinBox *>();
        const auto found = std::find_if(numbers.begin(), numbers.end(), [](auto *number) {
            return number->accessibleName() == QLatin1String("Places for feeds of an original ffserver");
        });
        QVERIFY(found != numbers.end());
        QSpinBox *places = *found;
        QVERIFY(!places->isEnabled());
        QVERIFY(places->toolTip().contains(QStringLiteral("Only an original ffserver")));

        dialog.showVerdict({{}, FfserverKind::Original, QStringLiteral("3.3.9"), {}});
        QVERIFY(labelled(dialog, "What this ffserver is")->text().contains(QStringLiteral("version 3.3.9")));
        QVERIFY(places->isEnabled());
        places->setValue(5);
        QCOMPARE(dialog.settings().originalPlaces, 5);
        QVERIFY(notice(dialog).contains(QStringLiteral("ffserver is restarted")));

        dialog.showVerdict({{}, FfserverKind::Unknown, {}, QStringLiteral("it is ffmpeg")});
        QVERIFY(labelled(dialog, "What this ffserver is")->text().contains(QStringLiteral("it is ffmpeg")));
        QVERIFY(!places->isEnabled());
        dialog.showVerdict({{}, FfserverKind::Ours, QStringLiteral("0.1.0"), {}});
        QVERIFY(labelled(dialog, "What this ffserver is")->text().contains(QStringLiteral("own ffserver")));

        // Another path is another question, once it is typed.
        field(dialog, QStringLiteral("/bin/sh"))->setText(QStringLiteral("/bin/cat"));
        QVERIFY(labelled(dialog, "What this ffserver is")->text().contains(QStringLiteral("Asking")));
        QTRY_COMPARE(asked.size(), 2);
        QCOMPARE(asked.last(), QStringLiteral("/bin/cat"));
    }

    void everyFieldHasALabelOrName()
    {
        SettingsDialog settings(sample());
        ConnectDialog phone(values(QStringLiteral("secretsecret")));
        BanDialog ban({QStringLiteral("cam1")});
        for (QWidget *dialog : std::initializer_list<QWidget *>{&settings, &phone, &ban}) {
            QList<QWidget *> labelled;
            const auto labels = dialog->findChildren<QLabel *>();
            for (const QLabel *label : labels) {
                labelled << label->buddy();
            }
            const auto fields = dialog->findChildren<QWidget *>();
            for (QWidget *field : fields) {
                const bool part =
                    field->parentWidget() && (qobject_cast<QAbstractSpinBox *>(field->parentWidget()) ||
                                              qobject_cast<QComboBox *>(field->parentWidget()));
                const bool input = qobject_cast<QLineEdit *>(field) || qobject_cast<QComboBox *>(field) ||
                                   qobject_cast<QAbstractSpinBox *>(field);
                const bool iconOnly = qobject_cast<QToolButton *>(field) && !field->isHidden() &&
                                      field->objectName() != QLatin1String("qt_toolbar_ext_button");
                if (!part && (input || (iconOnly && !qobject_cast<QLineEdit *>(field->parentWidget()) &&
                                        !qobject_cast<QTabBar *>(field->parentWidget())))) {
                    QVERIFY2(labelled.contains(field) || !field->accessibleName().isEmpty(),
                             qPrintable(QStringLiteral("%1 in %2")
                                            .arg(QLatin1String(field->metaObject()->className()),
                                                 dialog->windowTitle())));
                }
            }
        }
    }

private:
    static Settings sample()
    {
        Settings settings;
        settings.publishKey = QStringLiteral("4f0kx92mzq7d1t8sh3w5v6y0pe");
        return settings;
    }

    static ConnectDialog::Values values(const QString &key)
    {
        return {.ingestUrl = QStringLiteral("http://127.0.0.1:8088"),
                .hosts = {QStringLiteral("192.168.1.10"), QStringLiteral("127.0.0.1")},
                .feedName = QStringLiteral("cam1"),
                .key = key};
    }

    static QToolButton *tool(const QWidget &dialog, const QString &name)
    {
        const auto buttons = dialog.findChildren<QToolButton *>();
        const auto found = std::find_if(buttons.begin(), buttons.end(),
                                        [&](auto *b) { return b->accessibleName() == name; });
        return found == buttons.end() ? nullptr : *found;
    }

    /// The `nth` free-standing, writable text field with that text.
    static QLineEdit *field(const QWidget &dialog, const QString &text, int nth = 0)
    {
        const auto fields = dialog.findChildren<QLineEdit *>();
        for (QLineEdit *field : fields) {
            const bool part = qobject_cast<QAbstractSpinBox *>(field->parentWidget()) ||
                              qobject_cast<QComboBox *>(field->parentWidget());
            if (!part && !field->isReadOnly() && field->text() == text && nth-- == 0) {
                return field;
            }
        }
        return nullptr;
    }

    static QWidget *page(const QWidget &dialog) { return dialog.findChild<QTabWidget *>()->widget(0); }

    static QPushButton *save(const QWidget &dialog)
    {
        return dialog.findChild<QDialogButtonBox *>()->button(QDialogButtonBox::Save);
    }

    static QLabel *labelled(const QWidget &dialog, const char *name)
    {
        const auto labels = dialog.findChildren<QLabel *>();
        const auto found = std::find_if(labels.begin(), labels.end(), [name](auto *l) {
            return l->accessibleName() == QLatin1String(name);
        });
        return found == labels.end() ? nullptr : *found;
    }

    static QString notice(const QWidget &dialog)
    {
        const QLabel *label = labelled(dialog, "What saving does");
        return label ? label->text() : QStringLiteral("?");
    }
};

QTEST_MAIN(TestDialogs)
#include "tst_dialogs.moc"
