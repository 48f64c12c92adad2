// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/settingsdialog.h"

#include "core/settings/publishkey.h"
#include "ui/addresses.h"
#include "ui/dialogs/copybutton.h"
#include "ui/look/colors.h"
#include "ui/look/icons.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QHostAddress>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QShowEvent>
#include <QSpinBox>
#include <QTabWidget>
#include <QToolButton>
#include <QVBoxLayout>

namespace aspersor {

namespace {

constexpr int probeAfterMs = 400;

QFormLayout *makeForm(QWidget *page)
{
    auto *form = new QFormLayout(page);
    form->setContentsMargins(18, 18, 18, 18);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setHorizontalSpacing(14);
    form->setVerticalSpacing(10);
    return form;
}

QToolButton *makeTool(const QString &icon, const QString &toolTip)
{
    auto *button = new QToolButton;
    button->setIcon(themedIcon(icon));
    button->setAutoRaise(true);
    button->setToolTip(toolTip);
    button->setAccessibleName(toolTip);
    return button;
}

QLabel *makeNote(const QString &text)
{
    auto *note = new QLabel(text);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    return note;
}

void addRow(QFormLayout &form, const QString &label, QLayout *row, QWidget *buddy)
{
    form.addRow(label, row);
    static_cast<QLabel *>(form.labelForField(row))->setBuddy(buddy);
}

QHBoxLayout *makeRow()
{
    auto *row = new QHBoxLayout;
    row->setSpacing(4);
    return row;
}

bool isListenHost(const QString &host)
{
    return host == QLatin1String("localhost") || !QHostAddress(host).isNull();
}

} // namespace

ListenAddress SettingsDialog::ListenFields::address() const
{
    // An entry of the list stands for its address; anything else is an address itself.
    const QString typed = host->currentText().trimmed();
    const int entry = host->findText(typed);
    return {entry >= 0 ? host->itemData(entry).toString() : typed, static_cast<quint16>(port->value())};
}

SettingsDialog::SettingsDialog(const Settings &settings, QWidget *parent)
    : QDialog(parent), m_before(settings)
{
    setWindowTitle(tr("Settings"));
    m_tabs = new QTabWidget;
    m_tabs->addTab(makePhonesPage(), tr("&Phones"));
    m_tabs->addTab(makeViewersPage(), tr("&Viewers"));
    m_tabs->addTab(makeProgramPage(), tr("P&rogram"));

    m_notice = new QLabel;
    m_notice->setWordWrap(true);
    m_notice->setMinimumHeight(m_notice->fontMetrics().lineSpacing() * 3);
    m_notice->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_notice->setAccessibleName(tr("What saving does"));

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Save | QDialogButtonBox::Cancel);
    m_save = buttons->button(QDialogButtonBox::Save);
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(12);
    column->addWidget(m_tabs, 1);
    column->addWidget(m_notice);
    column->addWidget(buttons);
    setMinimumWidth(600);
    check();
}

QWidget *SettingsDialog::makePhonesPage()
{
    auto *page = new QWidget;
    auto *form = makeForm(page);
    m_ingest = addListenFields(*form, m_before.ingest);

    m_key = new QLineEdit(m_before.publishKey);
    m_key->setEchoMode(QLineEdit::Password);
    m_key->setMaxLength(128);
    m_key->setCursorPosition(0);
    m_key->setToolTip(tr("What a phone must send to be let in; 1 to 128 characters without spaces"));
    auto *show = makeTool(QStringLiteral("show"), tr("Show the key"));
    show->setCheckable(true);
    auto *fresh = makeTool(QStringLiteral("dice"), tr("Make a new random key"));
    auto *row = makeRow();
    row->addWidget(m_key, 1);
    row->addWidget(show);
    row->addWidget(fresh);
    row->addWidget(new CopyButton(tr("Copy the key"), [this] { return m_key->text(); }));
    addRow(*form, tr("Publish &key:"), row, m_key);
    connect(show, &QToolButton::toggled, this, [this, show](bool shown) {
        m_key->setEchoMode(shown ? QLineEdit::Normal : QLineEdit::Password);
        show->setIcon(themedIcon(shown ? QStringLiteral("hide") : QStringLiteral("show")));
    });
    connect(fresh, &QToolButton::clicked, this, [this, show] {
        m_key->setText(makePublishKey());
        show->setChecked(true);
    });

    m_open = new QCheckBox(tr("A&nyone may publish, without a key"));
    m_open->setToolTip(tr("For phone apps that cannot send a key; use it only in a network that you trust"));
    m_open->setChecked(m_before.open);
    form->addRow(QString(), m_open);
    connect(m_open, &QCheckBox::toggled, this, &SettingsDialog::check);
    connect(m_key, &QLineEdit::textChanged, this, &SettingsDialog::check);

    m_maxFeeds = addNumber(*form, tr("Most &feeds at a time:"), m_before.maxFeeds, 1, 1000,
                           tr("A further phone is told to try again later"));
    m_maxConnections = addNumber(*form, tr("Most &connections waiting:"), m_before.maxConnections, 1, 100'000,
                                 tr("Connections that are not a feed (yet)"));
    m_silence =
        addNumber(*form, tr("Cut off a &silent phone after:"), m_before.silenceTimeoutMs / 1000, 1, 3600,
                  tr("A phone that sends nothing for this long is disconnected; it may come back"));
    m_grace = addNumber(*form, tr("&Wait for a phone to return:"), m_before.graceMs / 1000, 0, 86'400,
                        tr("Viewers stay connected for this long while a phone is away"));
    //: seconds, after a number
    m_silence->setSuffix(tr(" s"));
    m_grace->setSuffix(tr(" s"));
    return page;
}

QWidget *SettingsDialog::makeViewersPage()
{
    auto *page = new QWidget;
    auto *form = makeForm(page);
    m_http = addListenFields(*form, m_before.http);
    m_ffserver = addPathField(*form, tr("&ffserver program:"), m_before.ffserverPath,
                              tr("the one that came with Aspersor"), tr("Choose the ffserver program"));
    m_verdict = makeNote({});
    m_verdict->setAccessibleName(tr("What this ffserver is"));
    m_verdict->setMinimumHeight(m_verdict->fontMetrics().lineSpacing() * 2);
    m_verdict->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    form->addRow(QString(), m_verdict);
    m_places = addNumber(*form, tr("P&laces for feeds:"), m_before.originalPlaces, 1, 256, {});
    m_places->setAccessibleName(tr("Places for feeds of an original ffserver"));
    m_probeTimer.setSingleShot(true);
    m_probeTimer.setInterval(probeAfterMs);
    connect(&m_probeTimer, &QTimer::timeout, this,
            [this] { emit probeRequested(m_ffserver->text().trimmed()); });
    connect(m_ffserver, &QLineEdit::textChanged, this, [this] {
        showVerdict({});
        m_probeTimer.start();
    });
    showVerdict({});
    m_editConf = new QPushButton(tr("&Edit…"));
    m_editConf->setAutoDefault(false);
    m_editConf->setAccessibleName(tr("Edit the configuration file"));
    setConfEditable(true);
    connect(m_editConf, &QPushButton::clicked, this,
            [this] { emit editConfRequested(m_conf->text().trimmed()); });
    m_conf = addPathField(*form, tr("&Configuration file:"), m_before.confFile,
                          tr("ffserver.conf in the configuration folder"),
                          tr("Choose the configuration file"), m_editConf);
    form->addRow(QString(),
                 makeNote(tr("The configuration file says in which formats viewers get the feeds. What you "
                             "change in it holds at once, without a restart.")));
    return page;
}

void SettingsDialog::setConfEditable(bool on)
{
    m_editConf->setEnabled(on);
    m_editConf->setToolTip(on ? tr("Edit the configuration file; it is checked while you type")
                              : tr("The configuration is open in its editor already"));
}

void SettingsDialog::showEvent(QShowEvent *event)
{
    QDialog::showEvent(event);
    if (!event->spontaneous()) {
        emit probeRequested(m_ffserver->text().trimmed());
    }
}

void SettingsDialog::showVerdict(const FfserverVerdict &verdict)
{
    const bool original = verdict.kind == FfserverKind::Original;
    m_places->setEnabled(original);
    m_places->setToolTip(
        original ? tr("So many phones can be live at a time; for a further one it has no place")
                 : tr("Only an original ffserver of FFmpeg has a fixed number of places for feeds"));
    if (original) {
        m_verdict->setText(
            tr("This is FFmpeg's original ffserver, version %1. It serves MPEG-TS and one of FLV "
               "and Matroska, and only so many feeds at a time:")
                .arg(verdict.version));
    } else if (verdict.kind == FfserverKind::Ours) {
        m_verdict->setText(tr("This is Aspersor's own ffserver, version %1.").arg(verdict.version));
    } else if (!verdict.reason.isEmpty()) {
        //: %1 is an English clause such as "/bin/x does not exist"
        m_verdict->setText(tr("This cannot be used: %1.").arg(verdict.reason));
    } else {
        m_verdict->setText(tr("Asking the program which ffserver it is…"));
    }
}

QWidget *SettingsDialog::makeProgramPage()
{
    auto *page = new QWidget;
    auto *form = makeForm(page);
    m_language = new QComboBox;
    m_language->setToolTip(tr("Applies when Aspersor is started next"));
    m_language->addItem(tr("The system's language"), QString());
    m_language->addItem(QStringLiteral("English"), QStringLiteral("en"));
    m_language->addItem(QStringLiteral("Español"), QStringLiteral("es"));
    m_language->setCurrentIndex(std::max(0, m_language->findData(m_before.language)));
    connect(m_language, &QComboBox::currentIndexChanged, this, &SettingsDialog::check);
    form->addRow(tr("&Language:"), m_language);

    auto *folder = new QLineEdit(m_before.configDir);
    folder->setPlaceholderText(tr("the usual folder of this system"));
    folder->setReadOnly(true);
    folder->setToolTip(
        tr("Settings, publish key and ffserver.conf are kept here; set by --config-dir at the start"));
    form->addRow(tr("Configuration f&older:"), folder);
    form->addRow(QString(), makeNote(tr("Light and dark are in the menu View > Appearance.")));
    return page;
}

SettingsDialog::ListenFields SettingsDialog::addListenFields(QFormLayout &form, const ListenAddress &address)
{
    ListenFields fields;
    fields.host = new QComboBox;
    fields.host->setEditable(true);
    fields.host->setInsertPolicy(QComboBox::NoInsert);
    fields.host->addItem(tr("all addresses of this computer"), QStringLiteral("0.0.0.0"));
    fields.host->addItem(tr("this computer only"), QStringLiteral("127.0.0.1"));
    const QStringList hosts = addresses::reachableHosts({QStringLiteral("0.0.0.0"), 0});
    for (const QString &host : hosts) {
        if (host != QLatin1String("127.0.0.1")) {
            fields.host->addItem(host, host);
        }
    }
    if (const int entry = fields.host->findData(address.host); entry >= 0) {
        fields.host->setCurrentIndex(entry);
    } else {
        fields.host->setEditText(address.host);
    }
    fields.host->setToolTip(tr("The network address to listen on; 0.0.0.0 and :: mean all"));
    fields.port = new QSpinBox;
    fields.port->setRange(0, 65'535);
    fields.port->setValue(address.port);
    //: instead of port number 0
    fields.port->setSpecialValueText(tr("any free one"));
    fields.port->setMinimumWidth(110);
    fields.port->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    fields.port->setToolTip(tr("Port 0 takes a free one at each start"));
    form.addRow(tr("Listen on &address:"), fields.host);
    form.addRow(tr("P&ort:"), fields.port);
    connect(fields.host, &QComboBox::editTextChanged, this, &SettingsDialog::check);
    connect(fields.port, &QSpinBox::valueChanged, this, &SettingsDialog::check);
    return fields;
}

QLineEdit *SettingsDialog::addPathField(QFormLayout &form, const QString &label, const QString &path,
                                        const QString &placeholder, const QString &toolTip, QWidget *beside)
{
    auto *field = new QLineEdit(path);
    field->setPlaceholderText(placeholder);
    field->setClearButtonEnabled(true);
    auto *browse = makeTool(QStringLiteral("folder"), toolTip);
    auto *row = makeRow();
    row->addWidget(field, 1);
    row->addWidget(browse);
    if (beside) {
        row->addWidget(beside);
    }
    addRow(form, label, row, field);
    connect(field, &QLineEdit::textChanged, this, &SettingsDialog::check);
    connect(browse, &QToolButton::clicked, this, [this, field, toolTip] {
        auto *dialog = new QFileDialog(this, toolTip, QFileInfo(field->text()).path());
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        connect(dialog, &QFileDialog::fileSelected, field, &QLineEdit::setText);
        dialog->open();
    });
    return field;
}

QSpinBox *SettingsDialog::addNumber(QFormLayout &form, const QString &label, int value, int least, int most,
                                    const QString &toolTip)
{
    auto *field = new QSpinBox;
    field->setRange(least, most);
    field->setValue(value);
    field->setToolTip(toolTip);
    field->setMinimumWidth(110);
    form.addRow(label, field);
    field->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Fixed);
    connect(field, &QSpinBox::valueChanged, this, &SettingsDialog::check);
    return field;
}

Settings SettingsDialog::settings() const
{
    Settings s = m_before;
    s.ingest = m_ingest.address();
    s.http = m_http.address();
    s.publishKey = m_key->text();
    s.open = m_open->isChecked();
    s.maxFeeds = m_maxFeeds->value();
    s.maxConnections = m_maxConnections->value();
    // A time given in milliseconds elsewhere stays what it is until its field is changed.
    if (m_silence->value() != m_before.silenceTimeoutMs / 1000) {
        s.silenceTimeoutMs = m_silence->value() * 1000;
    }
    if (m_grace->value() != m_before.graceMs / 1000) {
        s.graceMs = m_grace->value() * 1000;
    }
    s.ffserverPath = m_ffserver->text().trimmed();
    s.originalPlaces = m_places->value();
    s.confFile = m_conf->text().trimmed();
    s.language = m_language->currentData().toString();
    return s;
}

QList<std::pair<QWidget *, QString>> SettingsDialog::problems() const
{
    QList<std::pair<QWidget *, QString>> found;
    const Settings s = settings();
    for (const auto &[fields, address] : {std::pair(m_ingest, s.ingest), std::pair(m_http, s.http)}) {
        if (!isListenHost(address.host)) {
            found.append(
                {fields.host, tr("“%1” is not a network address. Choose one of the list, or type one such as "
                                 "192.168.1.5.")
                                  .arg(address.host)});
        }
    }
    if (s.ingest.port != 0 && s.ingest.port == s.http.port) {
        found.append(
            {m_http.port,
             tr("Phones and viewers cannot share port %1. Give one of them another port.").arg(s.http.port)});
    }
    if (!s.open && !isUsablePublishKey(s.publishKey)) {
        found.append(
            {m_key, tr("A publish key has 1 to 128 letters, digits or signs, without spaces. Type another "
                       "or press the button that makes one.")});
    }
    const QFileInfo program(s.ffserverPath);
    if (!s.ffserverPath.isEmpty() && !(program.isFile() && program.isExecutable())) {
        found.append(
            {m_ffserver, tr("%1 is not a program. Choose the ffserver program, or clear the field to use the "
                            "one that came with Aspersor.")
                             .arg(s.ffserverPath)});
    }
    if (!s.confFile.isEmpty() && !QFileInfo(s.confFile).isFile()) {
        found.append(
            {m_conf,
             tr("There is no file %1. Choose a configuration file, or clear the field to use the usual "
                "one.")
                 .arg(s.confFile)});
    }
    return found;
}

QStringList SettingsDialog::effects() const
{
    const Settings s = settings();
    QStringList found;
    if (s.ingest != m_before.ingest) {
        found << tr("The port for phones is opened anew: connect the phones to the new address.");
    }
    if (s.http != m_before.http || s.ffserverPath != m_before.ffserverPath ||
        s.confFile != m_before.confFile || s.originalPlaces != m_before.originalPlaces) {
        found << tr("ffserver is restarted: viewers must reconnect, phones notice nothing.");
    }
    if (s.publishKey != m_before.publishKey && !s.open) {
        found << tr("Phones need the new key when they connect next; feeds that are live go on.");
    }
    if (s.open && !m_before.open) {
        found << tr("Anyone who reaches this computer may publish.");
    }
    if (s.language != m_before.language) {
        found << tr("The language changes when Aspersor is started next.");
    }
    return found;
}

void SettingsDialog::check()
{
    if (!m_save) { // while the pages are made
        return;
    }
    const auto wrong = problems();
    const Colors colors = Colors::of(palette());
    QPalette tint = palette();
    if (!wrong.isEmpty()) {
        m_notice->setText(wrong.first().second);
        tint.setColor(QPalette::WindowText, colors.bad);
    } else if (const QStringList does = effects(); !does.isEmpty()) {
        m_notice->setText(does.join(QLatin1Char('\n')));
        tint.setColor(QPalette::WindowText, colors.waiting);
    } else {
        m_notice->setText(settings() == m_before ? QString() : tr("These changes take effect at once."));
    }
    m_notice->setPalette(tint);
    m_save->setEnabled(wrong.isEmpty());
}

} // namespace aspersor
