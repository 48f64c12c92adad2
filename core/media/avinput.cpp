// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/avinput.h"

namespace aspersor::media {

namespace {
constexpr int bufferBytes = 32 * 1024;
}

AvInput::AvInput(ByteSource &source) : m_source(source)
{
    auto *buffer = static_cast<std::uint8_t *>(av_malloc(bufferBytes));
    m_io.reset(avio_alloc_context(buffer, bufferBytes, 0, this, readCallback, nullptr, nullptr));
    if (!m_io)
        av_free(buffer);
}

int AvInput::readCallback(void *self, std::uint8_t *into, int size)
{
    auto *input = static_cast<AvInput *>(self);
    if (input->m_error)
        return AVERROR_EXIT;
    if (input->m_ended)
        return AVERROR_EOF;
    const auto got = input->m_source.read({into, static_cast<std::size_t>(size)});
    if (!got) {
        input->m_error = got.error();
        return AVERROR_EXIT;
    }
    input->m_ended = *got == 0;
    input->m_bytesRead += *got;
    return *got == 0 ? AVERROR_EOF : static_cast<int>(*got);
}

} // namespace aspersor::media
