// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/pastdemuxer.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

Result<std::size_t> PastDemuxer::Source::read(std::span<std::uint8_t> into)
{
    while (m_next == m_bytes.size()) {
        switch (m_file.read(m_place, m_bytes)) {
        case PastFile::Outcome::Got:
            m_next = 0;
            break;
        case PastFile::Outcome::Gone:
            m_gone = true;
            m_bytes.clear();
            m_next = 0;
            return failure(Error::Kind::LimitExceeded, "what comes next was overwritten");
        case PastFile::Outcome::AtEnd:
            m_bytes.clear();
            m_next = 0;
            auto more = m_wait();
            if (!more)
                return tl::unexpected<Error>(more.error());
            if (!*more)
                return std::size_t{0};
            break;
        }
    }
    const std::size_t count = std::min(into.size(), m_bytes.size() - m_next);
    std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(m_next), count, into.begin());
    m_next += count;
    return count;
}

void PastDemuxer::Source::moveTo(const PastFile::Place &place)
{
    m_place = place;
    m_gone = false;
    m_bytes.clear();
    m_next = 0;
    media::appendLinkHeader(m_bytes); // records are without it
}

PastDemuxer::PastDemuxer(const PastFile &file, const PastFile::Place &from, Wait wait,
                         std::function<void()> skipped)
    : m_file(file), m_skipped(std::move(skipped)), m_source(file, std::move(wait))
{
    m_source.moveTo(from);
}

/// False: there is nothing to go on with.
Result<bool> PastDemuxer::skip()
{
    m_skipped();
    for (;;) {
        if (const auto start = m_file.startAfter(m_source.place())) {
            m_source.moveTo(start->place);
            return true;
        }
        auto more = m_source.wait();
        if (!more || !*more)
            return more;
    }
}

Result<std::optional<media::Packet>> PastDemuxer::next()
{
    for (;;) {
        if (!m_link) {
            m_link = std::make_unique<media::LinkDemuxer>(m_source);
            m_linkVersion = 0;
            if (auto opened = m_link->open(); !opened)
                return tl::unexpected<Error>(opened.error());
        }
        auto packet = m_link->next();
        if (!packet && m_source.gone()) {
            auto moved = skip();
            if (!moved)
                return tl::unexpected<Error>(moved.error());
            if (!*moved)
                return std::optional<media::Packet>();
            m_link.reset();
            continue;
        }
        // Every start describes the tracks, mostly as they were.
        if (std::exchange(m_linkVersion, m_link->descriptionVersion()) != m_link->descriptionVersion() &&
            m_link->description() != m_description) {
            m_description = m_link->description();
            ++m_version;
        }
        return packet;
    }
}

} // namespace aspersor::serve
