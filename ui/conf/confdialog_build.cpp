// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/conf/confdialog.h"
#include "ui/look/icons.h"
#include "ui/noticebar.h"

#include <QAction>
#include <QFileInfo>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace aspersor {

namespace {

constexpr int margin = 14;

QPushButton *makeButton(const QString &text, const QString &tip, const QKeySequence &keys = {})
{
    auto *button = new QPushButton(text);
    button->setAutoDefault(false); // Enter belongs to the editor and to the list
    button->setToolTip(
        keys.isEmpty() ? tip : QStringLiteral("%1 (%2)").arg(tip, keys.toString(QKeySequence::NativeText)));
    return button;
}

QFrame *makeFrame(QWidget *inside)
{
    auto *frame = new QFrame;
    frame->setFrameShape(QFrame::StyledPanel);
    auto *column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(inside);
    return frame;
}

} // namespace

void ConfDialog::build()
{
    setWindowFlag(Qt::WindowMaximizeButtonHint);
    m_fileNotice = new NoticeBar(NoticeBar::Kind::Problem, this);
    m_answerNotice = new NoticeBar(NoticeBar::Kind::Problem, this);
    m_editor = new ConfEditor;
    m_editor->setAccessibleName(tr("Configuration of ffserver"));

    auto *floors = new QSplitter(Qt::Vertical);
    floors->setChildrenCollapsible(false);
    floors->addWidget(makeFrame(m_editor));
    floors->addWidget(makeFindings());
    floors->setStretchFactor(0, 1);
    floors->setSizes({450, 230});

    auto *inner = new QVBoxLayout;
    inner->setContentsMargins(margin, 10, margin, margin);
    inner->setSpacing(8);
    inner->addWidget(makeHead());
    inner->addWidget(floors, 1);
    inner->addWidget(makeButtons());
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_fileNotice);
    column->addWidget(m_answerNotice);
    column->addLayout(inner);

    m_loadTheirs = new QAction(tr("&Load the file"), this);
    m_loadTheirs->setToolTip(tr("Take what is in the file now, and drop what was changed here"));
    m_keepMine = new QAction(tr("&Keep mine"), this);
    m_keepMine->setToolTip(
        tr("Go on with this text; Apply replaces the file, and keeps it as it was beside it"));
    m_restart = new QAction(tr("&Restart ffserver"), this);
    m_restart->setToolTip(tr("End ffserver and start it anew; phones stay connected"));
    const QList<QWidget *> order{m_editor, m_list, m_useSuggestion, m_check, m_revert, m_apply};
    for (qsizetype i = 1; i < order.size(); ++i) {
        setTabOrder(order.at(i - 1), order.at(i));
    }
    addKeys();
    resize(940, 780);
    m_editor->setFocus();
}

QWidget *ConfDialog::makeHead()
{
    auto *head = new QWidget;
    auto *column = new QVBoxLayout(head);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(2);
    auto *path = new QLabel(m_file.path());
    path->setTextFormat(Qt::PlainText);
    path->setTextInteractionFlags(Qt::TextSelectableByMouse);
    path->setAccessibleName(tr("File"));
    QFont bold = path->font();
    bold.setBold(true);
    path->setFont(bold);
    m_checker = new QLabel;
    m_checker->setTextFormat(Qt::PlainText);
    m_checker->setWordWrap(true);
    m_checker->setForegroundRole(QPalette::PlaceholderText);
    m_checker->setAccessibleName(tr("Who checks it"));
    column->addWidget(path);
    column->addWidget(m_checker);
    return head;
}

QWidget *ConfDialog::makeFindings()
{
    auto *lower = new QWidget;
    auto *column = new QVBoxLayout(lower);
    column->setContentsMargins(0, 2, 0, 0);
    column->setSpacing(6);

    auto *here = new QHBoxLayout;
    here->setSpacing(14);
    m_position = new QLabel;
    m_position->setForegroundRole(QPalette::PlaceholderText);
    m_position->setAccessibleName(tr("Where the cursor is"));
    m_position->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_position->setMinimumWidth(
        m_position->fontMetrics().horizontalAdvance(tr("Line %1, column %2").arg(9999).arg(99)));
    m_here = new QLabel;
    m_here->setTextFormat(Qt::PlainText);
    m_here->setWordWrap(true);
    m_here->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_here->setMinimumHeight(m_here->fontMetrics().lineSpacing() * 2);
    m_here->setAccessibleName(tr("What is said of this line"));
    here->addWidget(m_position);
    here->addWidget(m_here, 1);
    column->addLayout(here);

    auto *summary = new QHBoxLayout;
    summary->setSpacing(6);
    m_summaryIcon = new QLabel;
    m_summary = new QLabel;
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setAccessibleName(tr("What the check said"));
    m_useSuggestion = makeButton(tr("&Use the suggestion"), tr("Write the word that was probably meant"),
                                 QKeySequence(Qt::CTRL | Qt::Key_Period));
    summary->addWidget(m_summaryIcon);
    summary->addWidget(m_summary, 1);
    summary->addWidget(m_useSuggestion);
    column->addLayout(summary);

    m_list = new QTreeWidget;
    m_list->setAccessibleName(tr("Findings"));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHeaderLabels({tr("Kind"), tr("Line"), tr("Column"), tr("What ffserver says")});
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_list->header()->setStretchLastSection(true);
    m_list->header()->setHighlightSections(false);
    m_list->setToolTip(
        tr("Enter or a double click goes to the line; F8 to the next finding, Shift+F8 to the one "
           "before"));
    column->addWidget(makeFrame(m_list), 1);
    return lower;
}

QWidget *ConfDialog::makeButtons()
{
    auto *foot = new QWidget;
    auto *row = new QHBoxLayout(foot);
    row->setContentsMargins(0, 4, 0, 0);
    row->setSpacing(8);
    m_done = new QLabel;
    m_done->setTextFormat(Qt::PlainText);
    m_done->setWordWrap(true);
    m_done->setAccessibleName(tr("What ffserver answered"));
    m_check = makeButton(tr("&Check"), tr("Ask ffserver what it says of this text, without applying it"),
                         QKeySequence(Qt::Key_F7));
    m_revert = makeButton(tr("Re&vert"), tr("Back to what is in the file"));
    m_apply =
        makeButton(tr("&Apply"), tr("Write the file, and have ffserver take it up"), QKeySequence::Save);
    auto *close = makeButton(tr("Cl&ose"), tr("Close this window"), QKeySequence(Qt::Key_Escape));
    row->addWidget(m_done, 1);
    row->addWidget(m_check);
    row->addWidget(m_revert);
    row->addWidget(m_apply);
    row->addWidget(close);
    connect(m_check, &QPushButton::clicked, this, &ConfDialog::checkNow);
    connect(m_revert, &QPushButton::clicked, this, &ConfDialog::revert);
    connect(m_apply, &QPushButton::clicked, this, &ConfDialog::apply);
    connect(close, &QPushButton::clicked, this, &ConfDialog::reject);
    return foot;
}

void ConfDialog::addKeys()
{
    const auto key = [this](const QKeySequence &keys, const auto &does) {
        connect(new QShortcut(keys, this), &QShortcut::activated, this, does);
    };
    // A click and not the action itself: a greyed button stays without effect.
    key(QKeySequence::Save, [this] { m_apply->click(); });
    key(QKeySequence(Qt::Key_F7), [this] { m_check->click(); });
    key(QKeySequence(Qt::CTRL | Qt::Key_Period), [this] { m_useSuggestion->click(); });
    key(QKeySequence(Qt::Key_F8), [this] { m_editor->goTo(m_editor->markFrom(true)); });
    key(QKeySequence(Qt::SHIFT | Qt::Key_F8), [this] { m_editor->goTo(m_editor->markFrom(false)); });
    connect(m_useSuggestion, &QPushButton::clicked, this, [this] {
        m_editor->useSuggestion(m_editor->markHere());
        m_editor->setFocus();
    });
    connect(m_list, &QTreeWidget::itemActivated, this,
            [this](QTreeWidgetItem *item) { m_editor->goTo(m_list->indexOfTopLevelItem(item)); });
    connect(m_loadTheirs, &QAction::triggered, this, &ConfDialog::loadTheirs);
    connect(m_keepMine, &QAction::triggered, this, &ConfDialog::keepMine);
    connect(m_restart, &QAction::triggered, this, [this] {
        m_answerNotice->hide();
        emit restartRequested();
    });
}

} // namespace aspersor
