// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include <QFile>
#include <QTest>
#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

namespace aspersor::e2e {

Program::Program(const QString &program, const QStringList &arguments, const QProcessEnvironment &environment)
{
    m_process.setProgram(program);
    m_process.setArguments(arguments);
    m_process.setProcessEnvironment(environment);
    const qint64 test = QCoreApplication::applicationPid();
    m_process.setChildProcessModifier([test] {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != test) // it died in between
            ::_exit(1);
    });
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &Program::readOutput);
    connect(&m_process, &QProcess::readyReadStandardError, this,
            [this] { m_errors += m_process.readAllStandardError(); });
}

Program::~Program()
{
    m_process.disconnect(this);
    if (!running())
        return;
    m_process.kill();
    m_process.waitForFinished(5000);
}

bool Program::start()
{
    m_process.start();
    const bool started = m_process.waitForStarted(patience);
    m_pid = m_process.processId();
    if (!started)
        m_errors = m_process.errorString().toUtf8();
    return started;
}

void Program::signal(int number) const
{
    if (running() && m_pid > 0)
        ::kill(static_cast<pid_t>(m_pid), number);
}

bool Program::exited(int code) const
{
    return !running() && m_process.exitStatus() == QProcess::NormalExit && m_process.exitCode() == code;
}

bool Program::waitForExit(int timeoutMs)
{
    return QTest::qWaitFor([this] { return !running(); }, timeoutMs);
}

QByteArray Program::complaint() const
{
    const QByteArray end =
        running() ? QByteArray("still running") : "exit code " + QByteArray::number(m_process.exitCode());
    return m_process.program().toUtf8() + ' ' + m_process.arguments().join(QLatin1Char(' ')).toUtf8() +
           "\n(" + end + ")\n" + m_errors.right(3000);
}

void Program::readOutput()
{
    m_output += m_process.readAllStandardOutput();
    if (!onLine)
        return;
    for (qsizetype end = m_output.indexOf('\n', m_lineStart); end >= 0;
         end = m_output.indexOf('\n', m_lineStart)) {
        const QByteArray line = m_output.mid(m_lineStart, end - m_lineStart);
        m_lineStart = end + 1;
        onLine(line);
    }
}

QStringList words(const QString &text)
{
    return text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

QString ourProgram(const QString &name)
{
    return QStringLiteral(ASPERSOR_BIN_DIR "/") + name;
}

bool isRunning(qint64 pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (pid <= 0 || !stat.open(QIODevice::ReadOnly))
        return false;
    const QByteArray text = stat.readAll();
    const char state = text.mid(text.lastIndexOf(')') + 2, 1).append('X').at(0);
    return state != 'Z' && state != 'X'; // a zombie is dead: only its parent has not looked yet
}

qint64 memoryKiB(qint64 pid)
{
    QFile status(QStringLiteral("/proc/%1/status").arg(pid));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    const QByteArray text = status.readAll();
    const qsizetype at = text.indexOf("VmRSS:");
    return at < 0 ? 0 : text.mid(at + 6, text.indexOf(" kB", at) - at - 6).trimmed().toLongLong();
}

} // namespace aspersor::e2e
