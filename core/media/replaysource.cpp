// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/replaysource.h"

#include <algorithm>

namespace aspersor::media {

std::span<const std::uint8_t> ReplaySource::peek(std::size_t count)
{
    while (m_front.size() < count && m_last && *m_last > 0) {
        const std::size_t had = m_front.size();
        m_front.resize(count);
        m_last = m_source.read(std::span(m_front).subspan(had));
        m_front.resize(had + m_last.value_or(0));
    }
    return m_front;
}

Result<std::size_t> ReplaySource::read(std::span<std::uint8_t> into)
{
    if (m_begin < m_front.size()) {
        const std::size_t count = std::min(into.size(), m_front.size() - m_begin);
        std::copy_n(m_front.begin() + static_cast<std::ptrdiff_t>(m_begin), count, into.begin());
        m_begin += count;
        return count;
    }
    if (m_last && *m_last > 0)
        m_last = m_source.read(into);
    return m_last;
}

} // namespace aspersor::media
