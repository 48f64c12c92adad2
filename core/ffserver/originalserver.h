// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/ffserver/ffserverevent.h"
#include "core/ffserver/originalconf.h"
#include "core/settings/settings.h"

#include <QByteArray>
#include <QElapsedTimer>
#include <QHash>
#include <QNetworkAccessManager>
#include <QObject>
#include <QTimer>
#include <chrono>
#include <memory>
#include <optional>

class QNetworkReply;
class QTemporaryDir;

namespace aspersor {

/// What is particular to an original ffserver as a child: its configuration, when it is ready, how many
/// watch, and what its few words mean. FfserverProcess runs it.
///
/// Lives in the main thread, which it never blocks.
class OriginalServer final : public QObject
{
    Q_OBJECT

public:
    struct Options {
        QString confFile;   ///< the operator's
        ListenAddress http; ///< port 0: a free one, kept over restarts
        int places = 16;
        std::chrono::milliseconds look{1000}; ///< between looks at the status page
    };

    explicit OriginalServer(QObject *parent = nullptr);
    ~OriginalServer() override;

    /// Writes the configuration and takes a look at the port. Returns the arguments to start it with.
    /// Error::Process, a clause.
    [[nodiscard]] Result<QStringList> prepare(const Options &options);
    void started(); ///< looks for its page from now on: ready() follows
    void ended();   ///< looks no more

    [[nodiscard]] const OriginalConf &conf() const { return m_conf; } ///< of the last prepare()
    [[nodiscard]] QString address() const { return m_address; }       ///< to connect to, IPv4
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString httpUrl() const;

    /// What a line of its output means for the log; nothing: nobody needs to know.
    [[nodiscard]] std::optional<FfserverLogLine> read(const QByteArray &line);
    /// Why it ended, as a clause; empty: it did not say. `code`: its exit code.
    [[nodiscard]] QString reasonOfEnd(int code, bool wasReady) const;

signals:
    void ready();
    /// At each look; the feeds by their place's name.
    void viewersCounted(int viewers, const QHash<QString, int> &viewersOfFeed);
    void trouble(const QString &sentence); ///< for the log

private:
    void look();
    void looked();
    void count(const QByteArray &html);
    [[nodiscard]] QString feedOfStream(const QString &stream) const;

    Options m_options;
    OriginalConf m_conf;
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_confFile; ///< the generated one
    QString m_address;
    quint16 m_port = 0;
    quint16 m_keptPort = 0; // a free one that was taken before
    QNetworkAccessManager m_network;
    QNetworkReply *m_reply = nullptr; // child of m_network; null: none under way
    QTimer m_timer;
    bool m_ready = false;
    int m_missed = 0;    // looks without an answer, in a row
    QString m_complaint; // the first line that says what is wrong with the configuration
    QStringList m_leftOutTold;
};

} // namespace aspersor
