// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/ffserverprobe.h"

#include "core/ffserver/childprocess.h"
#include "core/ffserver/ffserverfiles.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <utility>

namespace aspersor {

namespace {

constexpr qsizetype mostSaid = 65'536; // bytes of a banner that are looked at
constexpr int oldestOriginal = 2;      // its configuration language is the one that is written here

const QString versionOption = QStringLiteral("-version");
const QString helpOption = QStringLiteral("-h");

} // namespace

FfserverVerdict judgeBanner(const QByteArray &said)
{
    static const QRegularExpression ours(QStringLiteral("^ffserver \\(Aspersor\\) (\\S{1,40})\\s"),
                                         QRegularExpression::MultilineOption);
    static const QRegularExpression original(QStringLiteral("^ffserver version (\\S{1,40})\\s"),
                                             QRegularExpression::MultilineOption);
    static const QRegularExpression another(QStringLiteral("^(\\w{1,20}) version "),
                                            QRegularExpression::MultilineOption);
    const QString text = QString::fromUtf8(said.left(mostSaid));
    FfserverVerdict verdict;
    if (const auto match = ours.match(text); match.hasMatch()) {
        verdict.kind = FfserverKind::Ours;
        verdict.version = match.captured(1);
        return verdict;
    }
    // "3.3.9", "2.8.15-0ubuntu0.16.04.1"; a build between releases ("N-85750-g1a2b3c") has no number to
    // judge.
    if (const auto match = original.match(text);
        match.hasMatch() && text.contains(QStringLiteral("FFmpeg developers"))) {
        verdict.version = match.captured(1);
        bool ok = false;
        const int major = verdict.version.section(QLatin1Char('.'), 0, 0).toInt(&ok);
        if (ok && major < oldestOriginal) {
            verdict.reason = QStringLiteral("ffserver %1 is too old; name one of version 2 or 3, or ours")
                                 .arg(verdict.version);
            return verdict;
        }
        verdict.kind = FfserverKind::Original;
        return verdict;
    }
    if (const auto match = another.match(text); match.hasMatch())
        verdict.reason = QStringLiteral("it is %1 and not an ffserver").arg(match.captured(1));
    else
        verdict.reason = QStringLiteral("it does not say that it is an ffserver");
    return verdict;
}

FfserverProbe::FfserverProbe(std::chrono::milliseconds patience, QObject *parent) : QObject(parent)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(patience);
    m_answer.setSingleShot(true);
    connect(&m_answer, &QTimer::timeout, this, [this] {
        m_asking = false;
        emit judged(m_verdict);
    });
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_trouble = QStringLiteral("it did not answer to \"%1\" within %2 s")
                        .arg(m_option)
                        .arg(std::chrono::duration<double>(m_patience.intervalAsDuration()).count());
        m_process->kill();
    });
}

FfserverProbe::~FfserverProbe()
{
    drop();
}

void FfserverProbe::drop()
{
    abandon(m_process, this);
}

void FfserverProbe::cancel()
{
    m_patience.stop();
    m_answer.stop();
    m_asking = false;
    drop();
}

void FfserverProbe::ask(const QString &program)
{
    cancel();
    m_asking = true;
    const auto found = findFfserver(program);
    if (!found) {
        m_fileSize = -1;
        tell({program, FfserverKind::Unknown, {}, QString::fromStdString(found.error().message)});
        return;
    }
    const QFileInfo file(*found);
    if (m_verdict.program == *found && m_verdict.kind != FfserverKind::Unknown &&
        m_fileTime == file.lastModified() && m_fileSize == file.size()) {
        m_answer.start(0);
        return;
    }
    m_program = *found;
    m_fileTime = file.lastModified();
    m_fileSize = file.size();
    run(versionOption);
}

void FfserverProbe::run(const QString &option)
{
    m_option = option;
    m_said.clear();
    m_trouble.clear();
    m_process = new QProcess(this);
    m_process->setProgram(m_program);
    m_process->setArguments({option});
    m_process->setProcessChannelMode(QProcess::MergedChannels);
    m_process->setStandardInputFile(QProcess::nullDevice());
    m_process->setChildProcessModifier(endsWithParent());
    connect(m_process, &QProcess::readyRead, this, [this] {
        const QByteArray more = m_process->readAll();
        m_said += more.left(mostSaid - m_said.size());
        if (m_said.size() >= mostSaid)
            m_process->kill(); // it goes on and on: no banner is so long
    });
    connect(m_process, &QProcess::finished, this, &FfserverProbe::onEnd);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        m_trouble = QStringLiteral("%1 cannot be run: %2").arg(m_program, m_process->errorString());
        onEnd();
    });
    m_patience.start();
    m_process->start();
}

void FfserverProbe::onEnd()
{
    m_patience.stop();
    m_process->disconnect(this);
    std::exchange(m_process, nullptr)->deleteLater();
    FfserverVerdict verdict = judgeBanner(m_said);
    if (verdict.kind == FfserverKind::Unknown && m_trouble.isEmpty() && m_option == versionOption) {
        run(helpOption);
        return;
    }
    verdict.program = m_program;
    if (verdict.kind == FfserverKind::Unknown)
        verdict.reason = m_trouble.startsWith(m_program)
                             ? m_trouble
                             : QStringLiteral("%1 cannot be used: %2; name ffserver in the settings or with "
                                              "--ffserver")
                                   .arg(m_program, m_trouble.isEmpty() ? verdict.reason : m_trouble);
    tell(verdict);
}

void FfserverProbe::tell(FfserverVerdict verdict)
{
    m_verdict = std::move(verdict);
    m_answer.start(0);
}

} // namespace aspersor
