// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/avinput.h"

namespace aspersor::media {

namespace {
constexpr int bufferBytes = 32 * 1024;
}

AvInput::AvInput(ByteSource &source) : m_source(source)
{
    auto *buffer = static_cast<std::uint8_t *>(av_malloc(bufferBytes));
    m_io.reset(avio_alloc_context(buffer, bufferBytes, 0, this, readCallback, nullptr,
                                  source.size() >= 0 ? seekCallback : nullptr));
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
    input->m_position += static_cast<std::int64_t>(*got);
    return *got == 0 ? AVERROR_EOF : static_cast<int>(*got);
}

std::int64_t AvInput::seekCallback(void *self, std::int64_t offset, int whence)
{
    auto *input = static_cast<AvInput *>(self);
    const std::int64_t size = input->m_source.size();
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return size;
    case SEEK_CUR:
        offset += input->m_position;
        break;
    case SEEK_END:
        offset += size;
        break;
    default:
        break;
    }
    if (offset < 0 || !input->m_source.seekTo(offset))
        return AVERROR(EINVAL);
    input->m_position = offset;
    input->m_ended = false;
    return offset;
}

} // namespace aspersor::media
