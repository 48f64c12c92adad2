// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <functional>
#include <memory>

namespace aspersor::e2e {

constexpr int patience = 30'000; ///< ms, for what should come soon, on a loaded machine

/// A peer in a test. Killed by its process id with its owner, and by the kernel when the test itself dies.
///
/// Lives in the test's thread; its output is gathered while events are processed.
class Program : public QObject
{
    Q_OBJECT

public:
    Program(const QString &program, const QStringList &arguments,
            const QProcessEnvironment &environment = QProcessEnvironment::systemEnvironment());
    ~Program() override;

    /// What it writes goes to the standard input of `next`, which must outlive it. Before start().
    void pipeTo(Program &next) { m_process.setStandardOutputProcess(&next.m_process); }
    [[nodiscard]] bool start(); ///< false (with complaint()) when the program is not there

    void send(const QByteArray &bytes) { m_process.write(bytes); }
    void closeInput() { m_process.closeWriteChannel(); }
    void signal(int number) const; ///< to this process only

    [[nodiscard]] bool running() const { return m_process.state() != QProcess::NotRunning; }
    [[nodiscard]] bool exited(int code) const;
    [[nodiscard]] qint64 pid() const { return m_pid; }
    [[nodiscard]] const QByteArray &output() const { return m_output; }
    [[nodiscard]] const QByteArray &errors() const { return m_errors; } ///< standard error
    [[nodiscard]] bool waitForExit(int timeoutMs = patience);
    /// For a failed check: the command and what it said.
    [[nodiscard]] QByteArray complaint() const;

    std::function<void(const QByteArray &line)> onLine; ///< of standard output, without the line end

private:
    void readOutput();

    QProcess m_process;
    qint64 m_pid = 0;
    QByteArray m_output;
    QByteArray m_errors;
    qsizetype m_lineStart = 0;
};

using ProgramPtr = std::unique_ptr<Program>;

/// "a b c" as arguments; for those without blanks in them.
[[nodiscard]] QStringList words(const QString &text);
/// A file of ours beside the tests: aspersor, ffserver, aspersor-phone.
[[nodiscard]] QString ourProgram(const QString &name);
[[nodiscard]] bool isRunning(qint64 pid);
/// Resident memory in KiB; 0 when there is no such process.
[[nodiscard]] qint64 memoryKiB(qint64 pid);

} // namespace aspersor::e2e
