// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/uploadbody.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <utility>

namespace aspersor::serve {

namespace {

constexpr std::size_t inputBytes = std::size_t{32} * 1024;

} // namespace

UploadInput::UploadInput(int descriptor, const net::Waker &waker, std::span<const std::uint8_t> first)
    : m_descriptor(descriptor), m_waker(waker), m_buffer(std::max(inputBytes, first.size())),
      m_end(first.size())
{
    std::ranges::copy(first, m_buffer.begin());
}

UploadInput::More UploadInput::readNow()
{
    m_begin = m_end = 0;
    for (;;) {
        const ssize_t got = ::recv(m_descriptor, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT);
        if (got > 0) {
            m_end = static_cast<std::size_t>(got);
            return More::Some;
        }
        if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
            return More::End;
        if (errno != EINTR)
            return More::Nothing;
    }
}

UploadInput::More UploadInput::read(std::chrono::milliseconds timeout)
{
    for (;;) {
        switch (net::waitReadable(m_descriptor, m_waker, timeout)) {
        case net::Wait::Woken:
            return More::Woken;
        case net::Wait::TimedOut:
            return More::TimedOut;
        case net::Wait::Ready:
            break;
        }
        if (const More more = readNow(); more != More::Nothing)
            return more;
    }
}

UploadBody::UploadBody(UploadInput &input, net::RequestParser &parser, bool untilClose,
                       const Patience &patience, std::function<void()> beforeWait)
    : m_input(input), m_parser(parser), m_untilClose(untilClose), m_silence(patience.silence),
      m_beforeWait(std::move(beforeWait))
{
    if (patience.proof.count() >= 0)
        m_deadline = Clock::now() + patience.proof;
}

Result<std::size_t> UploadBody::read(std::span<std::uint8_t> into)
{
    while (m_untilClose || !m_parser.done()) {
        std::size_t got = 0;
        const auto available = m_input.available();
        const auto take = [&](std::span<const std::uint8_t> bytes) {
            std::memcpy(into.data() + got, bytes.data(), bytes.size());
            got += bytes.size();
        };
        const auto piece = available.first(std::min(available.size(), into.size()));
        if (m_untilClose && !piece.empty()) {
            take(piece);
            m_input.consume(piece.size());
        } else if (!m_untilClose) {
            m_input.consume(m_parser.feed(piece, take));
            if (m_parser.error())
                return failure(Error::Kind::BadRequest, m_parser.error()->reason);
        }
        if (got > 0) {
            m_bytes += got;
            return got;
        }
        if ((!m_untilClose && m_parser.done()) || !m_input.available().empty())
            continue;
        auto filled = fill();
        if (!filled)
            return tl::unexpected<Error>(filled.error());
        if (!*filled)
            break;
    }
    return std::size_t{0};
}

std::uint64_t UploadBody::endedPiece() const
{
    return m_untilClose ? 0 : m_parser.endedChunk();
}

/// False: the connection has ended, which is the regular end here.
Result<bool> UploadBody::fill()
{
    using More = UploadInput::More;
    if (m_deadline && Clock::now() >= *m_deadline)
        return failure(Error::Kind::TimedOut, "no picture or sound came in time");
    More more = m_input.readNow();
    if (more == More::Nothing) {
        m_beforeWait();
        std::chrono::milliseconds timeout = m_silence;
        if (m_deadline)
            timeout = std::max(std::chrono::ceil<std::chrono::milliseconds>(*m_deadline - Clock::now()),
                               std::chrono::milliseconds(0));
        more = m_input.read(timeout);
    }
    if (more == More::Woken)
        return failure(Error::Kind::Stopped, "another upload took over, or the feed was ended");
    if (more == More::TimedOut)
        return failure(Error::Kind::TimedOut,
                       m_deadline ? "no picture or sound came in time" : "nothing came for too long");
    if (more == More::Some)
        return true;
    if (m_untilClose)
        return false;
    return failure(Error::Kind::Io, "the connection ended in mid-upload");
}

} // namespace aspersor::serve
