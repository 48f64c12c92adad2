// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/feed/feedinput.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

namespace aspersor {

using Clock = std::chrono::steady_clock;

FeedInput::FeedInput(Upload upload, FeedInbox &inbox, Host &host) : m_inbox(inbox), m_host(host)
{
    open(std::move(upload));
}

FeedInput::~FeedInput()
{
    if (m_upload)
        answer({}, false);
}

void FeedInput::open(Upload upload)
{
    m_upload = std::move(upload);
    m_unreadAt = 0;
    m_uploadBytes = 0;
    m_drained = false;
    m_inbox.heard(Clock::now());
    m_host.publisherChanged(m_upload->publisher);
    if (m_upload->parser->head().expectContinue && m_upload->unread.empty()) {
        const std::string line = net::response(100, {}, {}, {}, true);
        // A few bytes into an empty socket: it takes them, or it is broken and the next recv() says so.
        [[maybe_unused]] const auto sent =
            ::send(m_upload->socket.descriptor(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
}

Result<std::size_t> FeedInput::read(std::span<std::uint8_t> into)
{
    while (m_end == End::None && !into.empty()) {
        if (m_inbox.attention() && !obeys())
            break;
        if (!m_upload)
            awaitSegment();
        else if (m_upload->parser->done())
            uploadFinished();
        else if (const std::size_t count = receive(into); count > 0)
            return count;
    }
    if (m_end == End::Stopped)
        return failure(Error::Kind::Stopped, "the feed was ended");
    return std::size_t{0};
}

std::uint64_t FeedInput::endedPiece() const
{
    return m_upload ? m_upload->parser->endedChunk() : 0;
}

/// Does what other threads ordered; false when the input ends by it.
bool FeedInput::obeys()
{
    if (const auto ending = m_inbox.ending()) {
        m_end = End::Stopped;
        refuse(ending->status, ending->reason);
    } else if (m_inbox.takeoverPending()) {
        m_end = End::Replaced;
        refuse(409, "Another connection of this feed has taken over, because this one was silent.");
    }
    return m_end == End::None;
}

std::size_t FeedInput::receive(std::span<std::uint8_t> into)
{
    if (m_unreadAt < m_upload->unread.size()) {
        const std::size_t count = std::min(into.size(), m_upload->unread.size() - m_unreadAt);
        std::memcpy(into.data(), m_upload->unread.data() + m_unreadAt, count);
        return dechunk(into, count, true);
    }
    const int descriptor = m_upload->socket.descriptor();
    if (m_drained) {
        const auto wake = m_host.wait(descriptor, m_inbox.lastHeard() + m_host.silenceTimeout());
        if (wake == FeedInbox::Wake::TimedOut) {
            m_host.broken();
            m_end = End::Silent;
            refuse(408, "The publisher sent nothing for " + std::to_string(m_host.silenceTimeout().count()) +
                            " ms.");
        }
        if (wake != FeedInbox::Wake::Ready)
            return 0;
        m_drained = false;
    }
    const ssize_t got = ::recv(descriptor, into.data(), into.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        m_drained = errno == EAGAIN;
        return 0;
    }
    if (got <= 0) {
        broken(got == 0 ? QStringLiteral("the publisher broke off in the middle of its upload")
                        : QStringLiteral("the connection was lost: %1")
                              .arg(QString::fromLocal8Bit(std::strerror(errno))));
        return 0;
    }
    // A short read means that there is no more: wait without asking once again.
    m_drained = static_cast<std::size_t>(got) < into.size();
    m_inbox.heard(Clock::now());
    return dechunk(into, static_cast<std::size_t>(got), false);
}

/// Turns the first `count` bytes of `into` into body bytes, in place: a body never grows by dechunking.
std::size_t FeedInput::dechunk(std::span<std::uint8_t> into, std::size_t count, bool fromHead)
{
    std::size_t written = 0;
    net::RequestParser &parser = *m_upload->parser;
    const std::size_t used = parser.feed(into.first(count), [&](std::span<const std::uint8_t> part) {
        if (into.data() + written != part.data())
            std::memmove(into.data() + written, part.data(), part.size());
        written += part.size();
    });
    if (fromHead)
        m_unreadAt += used;
    else if (used < count && parser.done()) {
        m_upload->unread.assign(into.begin() + static_cast<std::ptrdiff_t>(used),
                                into.begin() + static_cast<std::ptrdiff_t>(count));
        m_unreadAt = 0;
    }
    m_uploadBytes += written;
    if (written > 0)
        m_host.received(written, m_inbox.lastHeard());
    if (const auto &error = parser.error()) {
        m_host.broken();
        if (!(m_upload->segment && m_recognised))
            m_end = End::Broken;
        refuse(error->status, error->reason);
    }
    return written;
}

void FeedInput::uploadFinished()
{
    if (m_upload->segment && m_recognised)
        conclude();
    else
        m_end = End::Finished;
}

void FeedInput::broken(const QString &how)
{
    m_host.broken();
    m_host.log(QStringLiteral("%1 (%2)").arg(how, m_upload->publisher.name));
    if (!(m_upload->segment && m_recognised))
        m_end = End::Broken;
    m_upload->socket.close();
    answer({}, false);
}

void FeedInput::awaitSegment()
{
    if (m_inbox.hasNext()) {
        if (m_inbox.nextContinues())
            open(std::move(*m_inbox.take()));
        else
            m_end = End::Replaced;
    } else if (m_host.wait(-1, m_inbox.lastHeard() + m_host.silenceTimeout()) == FeedInbox::Wake::TimedOut) {
        m_end = End::Silent;
    }
}

void FeedInput::conclude()
{
    if (!m_upload)
        return;
    if (!m_upload->parser->done())
        return refuse(415, "What was sent cannot be read as MPEG-TS.");
    const bool keepAlive = m_upload->parser->head().keepAlive;
    answer(net::response(200, "application/json", m_host.summary(m_uploadBytes) + '\n', {}, keepAlive),
           keepAlive);
}

void FeedInput::refuse(int status, const std::string &reason)
{
    if (!m_upload)
        return;
    m_host.log(QStringLiteral("%1 to %2: %3")
                   .arg(status)
                   .arg(m_upload->publisher.name, QString::fromStdString(reason)));
    const bool keepAlive = m_upload->parser->done() && m_upload->parser->head().keepAlive;
    answer(refusalAnswer({status, reason, status == 503 ? 5 : 0}, keepAlive), keepAlive);
}

void FeedInput::answer(std::string response, bool keepAlive)
{
    Upload upload = std::move(*m_upload);
    m_upload.reset();
    UploadEnd end{std::move(upload.socket), std::move(response), {}, keepAlive};
    if (keepAlive)
        end.unread.assign(upload.unread.begin() + static_cast<std::ptrdiff_t>(m_unreadAt),
                          upload.unread.end());
    if (upload.finished)
        upload.finished(std::move(end));
    m_inbox.release();
}

} // namespace aspersor
