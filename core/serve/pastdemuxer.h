// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/demuxer.h"
#include "core/media/linkformat.h"
#include "core/serve/pastfile.h"

#include <functional>
#include <memory>

namespace aspersor::serve {

/// A feed's past as packets, from a start on and as long as more comes. Lives on its replay's thread.
class PastDemuxer final : public media::Demuxer
{
public:
    /// Waits for more to be recorded. False: nothing will be; an Error ends the demuxer.
    using Wait = std::function<Result<bool>()>;

    /// `skipped` is called when what comes next was overwritten, and reading goes on at a later keyframe.
    PastDemuxer(const PastFile &file, const PastFile::Place &from, Wait wait, std::function<void()> skipped);
    [[nodiscard]] Result<std::optional<media::Packet>> next() override;

private:
    /// The records one after the other, as a link.
    class Source final : public media::ByteSource
    {
    public:
        Source(const PastFile &file, Wait wait) : m_file(file), m_wait(std::move(wait)) {}
        [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;
        void moveTo(const PastFile::Place &place);
        [[nodiscard]] bool gone() const { return m_gone; }
        [[nodiscard]] const PastFile::Place &place() const { return m_place; }
        [[nodiscard]] Result<bool> wait() const { return m_wait(); }

    private:
        const PastFile &m_file;
        const Wait m_wait;
        PastFile::Place m_place;
        std::vector<std::uint8_t> m_bytes;
        std::size_t m_next = 0; // of m_bytes
        bool m_gone = false;
    };
    [[nodiscard]] Result<bool> skip();

    const PastFile &m_file;
    const std::function<void()> m_skipped;
    Source m_source;
    std::unique_ptr<media::LinkDemuxer> m_link;
    std::uint32_t m_linkVersion = 0;
};

} // namespace aspersor::serve
