// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QProcess>
#include <QString>
#include <QTimer>

namespace aspersor::app {

/// Publishes test pictures with aspersor-phone, a child process that is started again when it ends and goes
/// with this object. Lives in the main thread; the destructor waits at most half a second.
class Demo final : public QObject
{
    Q_OBJECT

public:
    struct Options {
        int feeds = 1;
        QString ingestUrl; ///< "http://127.0.0.1:8088"
        QString key;       ///< empty: none is asked for
    };
    explicit Demo(const Options &options, QObject *parent = nullptr);
    ~Demo() override;

    void start();

private:
    void onExit();

    Options m_options;
    QProcess m_phone;
    QTimer m_again;
};

} // namespace aspersor::app
