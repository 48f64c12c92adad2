// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/statuspage.h"

#include <QHostAddress>
#include <QStringList>
#include <algorithm>
#include <array>

namespace aspersor {

namespace {

constexpr qsizetype mostConnections = 65'536; // as many as it can be configured for
constexpr qsizetype mostCells = 32;
constexpr qsizetype longestCell = 1024;

// Beside HTTP_WAIT_REQUEST and the like, whose connections have no stream yet.
constexpr std::array streamStates{"SEND_DATA_HEADER", "SEND_DATA", "SEND_DATA_TRAILER", "WAIT_FEED"};
constexpr std::array otherStates{"HTTP_WAIT_REQUEST", "HTTP_SEND_HEADER", "RECEIVE_DATA",    "READY",
                                 "RTSP_WAIT_REQUEST", "RTSP_SEND_REPLY",  "RTSP_SEND_PACKET"};

bool isAmong(const QString &text, const auto &list)
{
    return std::any_of(list.begin(), list.end(), [&](const char *one) { return text == QLatin1String(one); });
}

/// Gathers the text of a row's cells.
class Row
{
public:
    void newCell()
    {
        m_full = m_cells.size() >= mostCells;
        if (!m_full)
            m_cells.emplaceBack();
    }
    void text(QByteArrayView bytes)
    {
        if (!m_full && !m_cells.isEmpty())
            m_cells.last().append(bytes.first(std::min(bytes.size(), longestCell - m_cells.last().size())));
    }
    [[nodiscard]] QStringList take()
    {
        QStringList cells;
        for (const QByteArray &cell : std::as_const(m_cells))
            cells += QString::fromLatin1(cell).simplified();
        m_cells.clear();
        return cells;
    }

private:
    QByteArrayList m_cells;
    bool m_full = false; // the rest of the row is skipped
};

/// A row: number, stream, address, URL, protocol, state and figures. The URL is what the peer likes, so the
/// state is looked for behind it.
std::optional<StatusConnection> connectionOf(const QStringList &cells)
{
    constexpr qsizetype streamAt = 1;
    constexpr qsizetype addressAt = 2;
    constexpr qsizetype firstState = 4;
    for (qsizetype i = firstState; i < cells.size(); ++i) {
        const QString &state = cells[i];
        if (!isAmong(state, streamStates) && !isAmong(state, otherStates))
            continue;
        StatusConnection connection;
        QString stream = cells[streamAt];
        const QString mark = QStringLiteral("(input)");
        connection.feeder = stream.endsWith(mark) || state == QLatin1String("RECEIVE_DATA");
        if (stream.endsWith(mark))
            stream.chop(mark.size());
        connection.stream = stream.trimmed();
        connection.address = cells[addressAt];
        connection.state = state;
        return connection;
    }
    return std::nullopt;
}

/// "tr", "td", "/table" of what stands after a "<".
QByteArray tagName(QByteArrayView tag)
{
    qsizetype end = 0;
    while (end < tag.size() && end < 12 && tag[end] != ' ' && tag[end] != '\t' && tag[end] != '\n')
        ++end;
    return tag.first(end).toByteArray().toLower();
}

} // namespace

bool StatusConnection::isViewer() const
{
    return !feeder && !stream.isEmpty() && isAmong(state, streamStates);
}

std::optional<QList<StatusConnection>> parseStatusPage(const QByteArray &html)
{
    QList<StatusConnection> connections;
    bool hasTable = false;
    Row row;
    const auto endRow = [&] {
        if (auto connection = connectionOf(row.take()); connection && connections.size() < mostConnections)
            connections += *connection;
    };
    QByteArrayView rest(html);
    while (!rest.isEmpty()) {
        const qsizetype open = rest.indexOf('<');
        row.text(open < 0 ? rest : rest.first(open));
        if (open < 0)
            break;
        rest = rest.sliced(open + 1);
        const qsizetype close = rest.indexOf('>');
        if (close < 0)
            break; // cut off: the row that it cuts does not count
        const QByteArray name = tagName(rest.first(close));
        rest = rest.sliced(close + 1);
        if (name == "table")
            hasTable = true;
        if (name == "tr" || name == "/tr" || name == "/table")
            endRow();
        else if (name == "td" || name == "th")
            row.newCell();
    }
    return hasTable ? std::optional(connections) : std::nullopt;
}

} // namespace aspersor
