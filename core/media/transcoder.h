// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/encoding.h"
#include "core/media/packet.h"
#include "core/media/result.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace aspersor::media {

/// Receives what a Transcoder makes, within its calls.
class TranscoderOutput
{
public:
    TranscoderOutput() = default;
    TranscoderOutput(const TranscoderOutput &) = delete;
    TranscoderOutput &operator=(const TranscoderOutput &) = delete;
    virtual ~TranscoderOutput() = default;

    /// The tracks of all packets that follow.
    virtual void described(const StreamDescription &description) = 0;
    virtual void made(const Packet &packet) = 0;
};

/// Makes the tracks of a stream out of those of a feed: decoded and encoded anew, copied, or left out.
///
/// Lives on the thread that calls it, which is also the one that encodes. What goes in has passed a Timeline;
/// what comes out has its guarantees, and copied packets stand among the encoded ones in the order of their
/// dts. Damaged packets cost their frames only. Of several tracks of a kind that is encoded, the first is
/// taken. Memory is bounded by what the codecs need, and a second of copied packets.
class Transcoder
{
public:
    struct Counters {
        std::uint64_t pictures = 0; ///< encoded
        std::uint64_t errors = 0;   ///< packets or frames that could not be used
    };

    /// Opens decoders and encoders and describes the output. Error::Libav: a sentence's clause why not.
    /// `output` must outlive the transcoder.
    [[nodiscard]] static Result<std::unique_ptr<Transcoder>>
    open(const StreamDescription &input, const Encoding &encoding, TranscoderOutput &output);

    Transcoder(const Transcoder &) = delete;
    Transcoder &operator=(const Transcoder &) = delete;
    ~Transcoder();

    /// The feed's tracks have changed. An encoder whose output stays the same goes on: with a named size a
    /// phone may turn and the stream's description stays. After an error the transcoder is at its end.
    [[nodiscard]] Result<void> redescribe(const StreamDescription &input);
    /// What comes before is decoded, for what refers to it, but not sent.
    void beginAt(Ticks time) { m_beginAt = time; }
    /// The next picture is one that a viewer can begin with.
    void forceKeyframe();
    /// An error is one of an encoder and ends the transcoder.
    [[nodiscard]] Result<void> send(const Packet &packet);
    /// Brings out what is held; the last call.
    [[nodiscard]] Result<void> finish();

    [[nodiscard]] const StreamDescription &description() const { return m_description; }
    [[nodiscard]] Counters counters() const;

private:
    struct Path;

    Transcoder(const Encoding &encoding, TranscoderOutput &output);
    [[nodiscard]] Result<void> lay(const StreamDescription &input);
    [[nodiscard]] Result<void> openPath(Path &path, const TrackDescription &track);
    [[nodiscard]] Result<void> drainDecoders();
    [[nodiscard]] Result<void> decode(Path &path, const Packet *packet);
    void emitEncoded(Path &path, Packet packet);
    void copy(const Path &path, const Packet &packet);
    [[nodiscard]] bool mustWait(const Packet &packet) const;
    void releaseHeld();
    void retire(Path &path);

    const Encoding m_encoding;
    TranscoderOutput &m_output;
    StreamDescription m_description; // of the output
    std::vector<Path> m_paths;       // by track of the input
    std::deque<Packet> m_held;       // copied ones that wait for encoded ones from before them
    Ticks m_beginAt = noTicks;
    Counters m_retired; // of encoders and decoders that are gone
};

} // namespace aspersor::media
