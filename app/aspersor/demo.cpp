// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/aspersor/demo.h"

#include "core/ffserver/childprocess.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QLoggingCategory>
#include <QStandardPaths>

namespace aspersor::app {

namespace {

Q_LOGGING_CATEGORY(lcDemo, "aspersor.demo")

constexpr int againMs = 2000;

QString phoneProgram()
{
    const QString name = QStringLiteral("aspersor-phone");
    const QString beside = QCoreApplication::applicationDirPath() + QLatin1Char('/') + name;
    return QFileInfo::exists(beside) ? beside : QStandardPaths::findExecutable(name);
}

} // namespace

Demo::Demo(const Options &options, QObject *parent) : QObject(parent), m_options(options)
{
    QStringList arguments{QStringLiteral("--feeds"), QString::number(options.feeds)};
    if (!options.key.isEmpty())
        arguments << QStringLiteral("--key") << options.key;
    arguments << QStringLiteral("test") << options.ingestUrl + QStringLiteral("/demo");
    m_phone.setArguments(arguments);
    m_phone.setStandardInputFile(QProcess::nullDevice());
    m_phone.setProcessChannelMode(QProcess::MergedChannels);
    m_phone.setChildProcessModifier(endsWithParent());
    m_again.setSingleShot(true);
    m_again.setInterval(againMs);
    connect(&m_again, &QTimer::timeout, this, &Demo::start);
    connect(&m_phone, &QProcess::finished, this, &Demo::onExit);
    connect(&m_phone, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            onExit();
    });
    connect(&m_phone, &QProcess::readyRead, this, [this] {
        // Bounded: a line without an end is taken in pieces.
        while (m_phone.bytesAvailable() > 0) {
            const QByteArray line = m_phone.readLine(1024).trimmed();
            if (!line.isEmpty())
                qCInfo(lcDemo).noquote() << QString::fromUtf8(line);
        }
    });
}

Demo::~Demo()
{
    m_phone.disconnect(this);
    if (m_phone.state() == QProcess::NotRunning)
        return;
    m_phone.terminate();
    if (!m_phone.waitForFinished(400)) {
        m_phone.kill();
        m_phone.waitForFinished(100);
    }
}

void Demo::start()
{
    const QString program = phoneProgram();
    if (program.isEmpty()) {
        qCWarning(lcDemo) << "There is no demo: aspersor-phone lies neither beside this program nor in PATH.";
        return;
    }
    m_phone.setProgram(program);
    m_phone.start();
}

void Demo::onExit()
{
    const QString why = m_phone.error() == QProcess::FailedToStart ? m_phone.errorString()
                        : m_phone.exitStatus() == QProcess::CrashExit
                            ? QStringLiteral("by signal %1").arg(m_phone.exitCode())
                            : QStringLiteral("exit code %1").arg(m_phone.exitCode());
    qCWarning(lcDemo).noquote().nospace()
        << "aspersor-phone ended (" << why << "); it is started again in 2 s";
    m_again.start();
}

} // namespace aspersor::app
