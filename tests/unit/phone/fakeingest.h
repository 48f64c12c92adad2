// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>
#include <QList>
#include <QObject>
#include <QTcpServer>
#include <QTcpSocket>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace aspersor::test {

/// An ingest that keeps what comes in, chunk by chunk, and answers what a test wants. Lives in the test's
/// thread.
class FakeIngest : public QObject
{
    Q_OBJECT

public:
    struct Request {
        int connection = 0;
        QByteArray head;
        QByteArrayList chunks; ///< with a Content-Length: the body as one
        bool complete = false;
    };
    /// Called when a head has come in and when a request is complete; what it returns is sent, and the
    /// connection closed when that says so.
    using Answer = std::function<QByteArray(const Request &)>;

    FakeIngest()
    {
        connect(&m_server, &QTcpServer::newConnection, this, [this] { accept(); });
        listening = m_server.listen(QHostAddress::LocalHost);
    }
    [[nodiscard]] quint16 port() const { return m_server.serverPort(); }
    void closeAll()
    {
        for (QTcpSocket *socket : m_server.findChildren<QTcpSocket *>())
            socket->abort();
    }

    static QByteArray answer(const QByteArray &status, const QByteArray &text, const QByteArray &fields = {})
    {
        return "HTTP/1.1 " + status +
               "\r\nContent-Type: text/plain\r\nContent-Length: " + QByteArray::number(text.size()) + "\r\n" +
               fields + "\r\n" + text;
    }

    bool listening = false;
    int connections = 0;
    std::vector<std::shared_ptr<Request>> requests;
    Answer onHead = [](const Request &) { return QByteArray(); };
    Answer onComplete = [](const Request &) { return answer("200 OK", "Thank you."); };
    std::function<void(const Request &)> onChunk = [](const Request &) {};

private:
    void accept()
    {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            const int number = ++connections;
            auto buffer = std::make_shared<QByteArray>();
            auto request = std::make_shared<std::shared_ptr<Request>>();
            connect(socket, &QTcpSocket::readyRead, this, [this, socket, number, buffer, request] {
                *buffer += socket->readAll();
                while (socket->isOpen() && parse(*buffer, *request, number, *socket)) {
                }
            });
            connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    }

    /// Takes one element off the front of the buffer; false when there is no whole one.
    bool parse(QByteArray &buffer, std::shared_ptr<Request> &request, int connection, QTcpSocket &socket)
    {
        if (!request) {
            const qsizetype end = buffer.indexOf("\r\n\r\n");
            if (end < 0)
                return false;
            request = std::make_shared<Request>(Request{connection, buffer.left(end + 4), {}, false});
            buffer.remove(0, end + 4);
            requests.push_back(request);
            reply(socket, onHead(*request));
            return true;
        }
        const qsizetype lengthAt = request->head.indexOf("Content-Length: ");
        if (lengthAt >= 0) {
            const qsizetype from = lengthAt + 16;
            const qsizetype length =
                request->head.mid(from, request->head.indexOf("\r\n", from) - from).toLongLong();
            if (buffer.size() < length)
                return false;
            request->chunks += buffer.left(length);
            buffer.remove(0, length);
            finish(request, socket);
            return true;
        }
        const qsizetype lineEnd = buffer.indexOf("\r\n");
        if (lineEnd < 0)
            return false;
        const qsizetype size = buffer.left(lineEnd).toLongLong(nullptr, 16);
        if (buffer.size() < lineEnd + 2 + size + 2)
            return false;
        const QByteArray chunk = buffer.mid(lineEnd + 2, size);
        buffer.remove(0, lineEnd + 2 + size + 2);
        if (size == 0) {
            finish(request, socket);
            return true;
        }
        request->chunks += chunk;
        onChunk(*request);
        return true;
    }
    void finish(std::shared_ptr<Request> &request, QTcpSocket &socket)
    {
        request->complete = true;
        const auto done = std::exchange(request, nullptr);
        reply(socket, onComplete(*done));
    }
    static void reply(QTcpSocket &socket, const QByteArray &bytes)
    {
        socket.write(bytes);
        if (bytes.contains("Connection: close"))
            socket.disconnectFromHost();
    }

    QTcpServer m_server;
};

} // namespace aspersor::test
