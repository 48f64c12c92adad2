// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/confcheck.h"

#include "core/ffserver/childprocess.h"
#include "core/ffserver/ffserverevent.h"
#include "core/ffserver/operatorconf.h"
#include "core/serve/configlexer.h"
#include "core/settings/listenaddress.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <algorithm>
#include <utility>

namespace aspersor {

namespace {

constexpr qsizetype mostSaid = 1'048'576; // bytes of findings
constexpr qsizetype mostComplaint = 4096;

/// What an original cannot serve of it, on the lines of the streams.
QList<ConfFinding> leftOutByOriginal(const QByteArray &text)
{
    const OperatorConf conf = readOperatorConf(text);
    QList<OperatorConf::LeftOut> leftOut;
    if (conf.namesFeeds()) {
        for (const OperatorConf::Stream &stream : conf.streams)
            if (!stream.unusable.isEmpty())
                leftOut += {stream.name, stream.unusable};
    } else {
        static_cast<void>(conf.templates(leftOut));
    }
    QList<ConfFinding> findings;
    for (const auto &[name, reason] : std::as_const(leftOut)) {
        const auto stream = std::ranges::find(conf.streams, name, &OperatorConf::Stream::name);
        findings += {ConfFinding::Severity::Warning,
                     stream != conf.streams.end() ? stream->line : 0,
                     0,
                     0,
                     QStringLiteral("The original ffserver will not serve %1: %2.").arg(name, reason),
                     {}};
    }
    return findings;
}

/// What the control room sets itself: the operator would look for the effect of such a line in vain.
QList<ConfFinding> overruled(const QByteArray &text, const ListenAddress &http)
{
    QList<ConfFinding> findings;
    const auto add = [&](const serve::ConfigLine &line, const QString &sentence) {
        findings += {ConfFinding::Severity::Warning, line.number, line.words.front().column,
                     line.words.front().length,      sentence,    {}};
    };
    const auto lines = serve::splitConfig({text.constData(), static_cast<std::size_t>(text.size())});
    for (const serve::ConfigLine &line : lines) {
        const QString key = QString::fromStdString(line.words.front().text).toLower();
        const QString value = line.words.size() > 1 ? QString::fromStdString(line.words[1].text) : QString();
        const bool isPort = key == QLatin1String("httpport") || key == QLatin1String("port");
        const bool isHost = key == QLatin1String("httpbindaddress") || key == QLatin1String("bindaddress");
        const QString where = http.port != 0 ? toString(http) : http.host + QStringLiteral(", any free port");
        if ((isPort && value != QString::number(http.port)) || (isHost && value != http.host))
            add(line, QStringLiteral(
                          "Viewers connect where Aspersor's settings say (%1); this line counts only for "
                          "an ffserver that runs without Aspersor.")
                          .arg(where));
        else if (key == QLatin1String("feedsocket"))
            add(line, QStringLiteral(
                          "Aspersor takes a socket of its own; this line counts only for an ffserver that "
                          "runs without it."));
        else if (key == QLatin1String("feedgrace"))
            add(line, QStringLiteral(
                          "How long viewers wait for a phone is in Aspersor's settings; this line counts "
                          "only for an ffserver that runs without it."));
    }
    return findings;
}

} // namespace

ConfCheck::ConfCheck(std::chrono::milliseconds patience, QObject *parent) : QObject(parent)
{
    qRegisterMetaType<ConfReport>();
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_trouble = QStringLiteral("%1 did not answer within %2 s")
                        .arg(m_process->program())
                        .arg(std::chrono::duration<double>(m_patience.intervalAsDuration()).count());
        m_process->kill();
    });
    connect(&m_probe, &FfserverProbe::judged, this, [this](const FfserverVerdict &verdict) {
        m_report.runs = verdict;
        if (verdict.kind == FfserverKind::Ours)
            run(verdict);
        else if (verdict.kind == FfserverKind::Original)
            m_ownProbe.ask({});
        else
            tell(verdict.reason);
    });
    connect(&m_ownProbe, &FfserverProbe::judged, this, [this](const FfserverVerdict &verdict) {
        if (verdict.kind == FfserverKind::Ours)
            run(verdict);
        else
            tell(QStringLiteral("an original ffserver cannot check a file, and the one of Aspersor, which "
                                "can, lies neither beside this program nor in PATH; install it"));
    });
}

ConfCheck::~ConfCheck()
{
    drop();
}

void ConfCheck::check(int question, const QString &program, const ListenAddress &http, const QByteArray &text)
{
    drop();
    m_ownProbe.cancel();
    m_text = text;
    m_http = http;
    m_report = {};
    m_report.question = question;
    m_probe.ask(program);
}

void ConfCheck::drop()
{
    m_patience.stop();
    abandon(m_process, this);
}

void ConfCheck::run(const FfserverVerdict &checker)
{
    m_report.checkedBy = checker.version;
    m_said.clear();
    m_complaint.clear();
    m_trouble.clear();
    m_process = new QProcess(this);
    m_process->setProgram(checker.program);
    m_process->setArguments(
        {QStringLiteral("-n"), QStringLiteral("--json"), QStringLiteral("-f"), QStringLiteral("-")});
    m_process->setChildProcessModifier(endsWithParent());
    connect(m_process, &QProcess::readyReadStandardOutput, this, &ConfCheck::read);
    connect(m_process, &QProcess::readyReadStandardError, this, &ConfCheck::read);
    connect(m_process, &QProcess::finished, this, &ConfCheck::onEnd);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        m_trouble =
            QStringLiteral("%1 cannot be run: %2").arg(m_process->program(), m_process->errorString());
        onEnd();
    });
    m_patience.start();
    m_process->start();
    m_process->write(m_text);
    m_process->closeWriteChannel();
}

void ConfCheck::read()
{
    const QByteArray complaint = m_process->readAllStandardError();
    m_complaint += complaint.left(mostComplaint - m_complaint.size());
    const QByteArray more = m_process->readAllStandardOutput();
    m_said += more.left(mostSaid - m_said.size());
    if (m_said.size() >= mostSaid && !std::exchange(m_report.isShortened, true))
        m_process->kill(); // nobody reads more
}

void ConfCheck::onEnd()
{
    m_patience.stop();
    if (m_process->isReadable()) // not so when it could not be started
        read();
    const bool crashed = m_process->exitStatus() == QProcess::CrashExit && !m_report.isShortened;
    const int code = m_process->exitCode();
    m_process->disconnect(this);
    std::exchange(m_process, nullptr)->deleteLater();

    QByteArrayList lines = m_said.split('\n');
    lines.removeLast(); // what came after the last line end
    QString odd;
    for (const QByteArray &line : std::as_const(lines)) {
        const auto finding = parseConfFinding(QJsonDocument::fromJson(line).object());
        if (!finding)
            odd = QString::fromUtf8(line.left(200));
        else if (m_report.findings.size() < mostConfFindings)
            m_report.findings += *finding;
        else
            m_report.isShortened = true;
    }
    if (!m_trouble.isEmpty())
        tell(m_trouble);
    else if (crashed)
        tell(QStringLiteral("ffserver was ended by signal %1 while it checked").arg(code));
    else if (!odd.isEmpty())
        tell(QStringLiteral("ffserver says what is not understood here: %1").arg(odd));
    else if (code != 0 && m_report.findings.isEmpty()) // one that does not know how
        tell(QString::fromUtf8(m_complaint).section(QLatin1Char('\n'), 0, 0));
    else
        tell();
}

void ConfCheck::tell(const QString &problem)
{
    m_report.problem = problem.endsWith(QLatin1Char('.')) ? problem.chopped(1) : problem;
    if (problem.isEmpty())
        m_report.findings += overruled(m_text, m_http);
    if (problem.isEmpty() && m_report.runs.kind == FfserverKind::Original)
        m_report.findings += leftOutByOriginal(m_text);
    std::ranges::stable_sort(m_report.findings, {}, &ConfFinding::line);
    emit checked(m_report);
}

} // namespace aspersor
