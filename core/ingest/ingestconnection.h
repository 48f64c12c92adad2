// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/upload.h"
#include "core/ingest/ingestoptions.h"
#include "core/ingest/uploadpath.h"

#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>
#include <optional>
#include <vector>

namespace aspersor {

class IngestListener;

/// A connection that is not (yet) a feed: reads a request head and judges it, hands uploads to the registry,
/// sends answers and sees to it that the peer can read them.
///
/// Lives on the ingest thread. Never blocks; every state has a time-out.
class IngestConnection final : public QObject
{
    Q_OBJECT

public:
    IngestConnection(net::Socket socket, IngestListener &listener);
    ~IngestConnection() override;

    /// Waits for the first request.
    void start();
    /// Goes on after an upload: its answer, then the next request.
    void resume(std::string answer, std::vector<std::uint8_t> unread, bool keepAlive);
    /// Makes room for another connection.
    void evict();

    [[nodiscard]] const QString &address() const { return m_publisher.address; }
    /// Has shown the key or brought an upload before: not the first to be thrown out.
    [[nodiscard]] bool isTrusted() const { return m_trusted; }

private:
    enum class State { Head, Playlist, Answer, Linger, Gone };

    void attach();
    void detach();
    void readable();
    void writable();
    void timedOut();
    void readRequest(std::vector<std::uint8_t> bytes);
    void judge();
    void showIndex();
    void claim(const UploadPath &path, bool hasKey);
    void readPlaylist();
    void refuse(const Refusal &refusal, const std::string &extraFields = {});
    void answer(std::string response, bool keepAlive);
    void answered();
    void nextRequest();
    void drain();
    void close();
    void enter(State state, std::chrono::milliseconds timeout);

    net::Socket m_socket;
    IngestListener &m_listener;
    Publisher m_publisher;
    State m_state = State::Head;
    bool m_trusted = false;
    std::unique_ptr<QSocketNotifier> m_readNotifier;
    std::unique_ptr<QSocketNotifier> m_writeNotifier;
    QTimer m_timer;
    std::unique_ptr<net::RequestParser> m_parser;
    std::vector<std::uint8_t> m_unread; // of this request's body or the next request
    std::uint64_t m_playlistBytes = 0;
    std::string m_answer;
    std::size_t m_answerSent = 0;
    bool m_keepAlive = false;
    QString m_feed; // as far as known, for the log
};

} // namespace aspersor
