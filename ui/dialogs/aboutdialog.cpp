// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/aboutdialog.h"

#include "ui/look/icons.h"

#include <QAction>
#include <QCoreApplication>
#include <QDialog>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QLabel>
#include <QMessageBox>

namespace aspersor {

namespace {

struct About {
    Q_DECLARE_TR_FUNCTIONS(About)
};

QString withoutMnemonic(QString text)
{
    text.remove(QLatin1Char('&'));
    text.remove(QStringLiteral("…"));
    return text;
}

} // namespace

void showAbout(QWidget *parent)
{
    auto *box = new QMessageBox(parent);
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setWindowTitle(About::tr("About Aspersor"));
    box->setIconPixmap(programIcon().pixmap(64, 64));
    box->setText(QStringLiteral("<h3>Aspersor %1</h3>").arg(QStringLiteral(ASPERSOR_VERSION)));
    box->setInformativeText(
        About::tr("A control room for live phone feeds: phones push video in, viewers pull it out in the "
                  "format they "
                  "want, and the operator sees and hears every feed.") +
        QStringLiteral("<p>") +
        About::tr(
            "Free software under the GNU General Public License, version 3 or later. It comes without any "
            "warranty. Made with Qt %1 and FFmpeg's libraries.")
            .arg(QLatin1String(qVersion())));
    box->setStandardButtons(QMessageBox::Close);
    box->open();
}

void showShortcuts(const QList<QAction *> &actions, QWidget *parent)
{
    auto *dialog = new QDialog(parent);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(About::tr("Keyboard shortcuts"));
    auto *grid = new QGridLayout(dialog);
    grid->setContentsMargins(18, 16, 18, 14);
    grid->setHorizontalSpacing(28);
    grid->setVerticalSpacing(6);
    int row = 0;
    for (const QAction *action : actions) {
        if (action->shortcut().isEmpty()) {
            continue;
        }
        auto *keys = new QLabel(action->shortcut().toString(QKeySequence::NativeText));
        QFont bold = keys->font();
        bold.setBold(true);
        keys->setFont(bold);
        grid->addWidget(keys, row, 0);
        grid->addWidget(new QLabel(withoutMnemonic(action->text())), row, 1);
        ++row;
    }
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    QObject::connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::reject);
    grid->setRowMinimumHeight(row, 8);
    grid->addWidget(buttons, row + 1, 0, 1, 2);
    dialog->layout()->setSizeConstraint(QLayout::SetFixedSize);
    dialog->open();
}

} // namespace aspersor
