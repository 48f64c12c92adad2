// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/trackparser.h"

#include "core/media/avptr.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace aspersor::media {

namespace {

constexpr int checkedUnits = 60; // access units looked at whole before a track is taken at its word
constexpr std::size_t heldBytesLimit = 256 * 1024; // of PES that hold no picture

/// The offset of the next 00 00 01 at or after `from`, or `size`.
std::size_t findStartCode(std::span<const std::uint8_t> bytes, std::size_t from)
{
    static constexpr std::uint8_t code[3] = {0, 0, 1};
    if (from >= bytes.size())
        return bytes.size();
    const void *found = memmem(bytes.data() + from, bytes.size() - from, code, sizeof code);
    return found ? static_cast<std::size_t>(static_cast<const std::uint8_t *>(found) - bytes.data())
                 : bytes.size();
}

enum class Nal { Slice, FirstSlice, Sps, Delimiter, Prefix, Other };

Nal kindOf(std::span<const std::uint8_t> nal, bool hevc)
{
    if (nal.size() < 3)
        return Nal::Other;
    if (hevc) {
        const int type = (nal[0] >> 1) & 0x3f;
        if (type < 32) // VCL; first_slice_segment_in_pic_flag is the first bit behind the two header bytes
            return (nal[2] & 0x80) ? Nal::FirstSlice : Nal::Slice;
        if (type == 33)
            return Nal::Sps;
        if (type == 35)
            return Nal::Delimiter;
        return type == 32 || type == 34 || type == 39 ? Nal::Prefix : Nal::Other;
    }
    const int type = nal[0] & 0x1f;
    if (type == 1 || type == 2 || type == 5) // first_mb_in_slice is ue(v): a leading 1 bit means 0
        return (nal[1] & 0x80) ? Nal::FirstSlice : Nal::Slice;
    if (type == 7)
        return Nal::Sps;
    if (type == 9)
        return Nal::Delimiter;
    return type == 6 || type == 8 || (type >= 14 && type <= 18) ? Nal::Prefix : Nal::Other;
}

/// Sampling rates by index, ISO/IEC 14496-3 Table 1.18.
constexpr int aacRates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                            22050, 16000, 12000, 11025, 8000,  7350};

} // namespace

AccessUnitShape shapeOf(std::span<const std::uint8_t> annexB, bool hevc, bool whole)
{
    AccessUnitShape shape;
    bool first = true;
    std::size_t at = findStartCode(annexB, 0);
    while (at < annexB.size()) {
        const std::size_t begin = at + 3;
        const Nal kind = kindOf(annexB.subspan(begin), hevc);
        if (first) {
            shape.startsUnit = kind != Nal::Slice && kind != Nal::Other;
            if (kind == Nal::Delimiter) {
                // an AUD holds one payload byte in H.264 (behind one of header), one behind two in HEVC
                shape.afterDelimiter = std::min(begin + (hevc ? 3U : 2U), annexB.size());
            }
            first = false;
        }
        shape.hasParameterSets = shape.hasParameterSets || kind == Nal::Sps;
        if (kind == Nal::FirstSlice)
            ++shape.pictures;
        if (!whole && (kind == Nal::FirstSlice || kind == Nal::Slice))
            break;
        at = findStartCode(annexB, begin);
    }
    return shape;
}

bool beginsWithAdts(std::span<const std::uint8_t> payload)
{
    return payload.size() >= 7 && payload[0] == 0xff && (payload[1] & 0xf6) == 0xf0;
}

std::vector<std::uint8_t> aacConfig(int objectType, int sampleRate, int channels)
{
    const auto *rate = std::ranges::find(aacRates, sampleRate);
    const int channelConfig = channels == 8 ? 7 : channels;
    if (rate == std::end(aacRates) || objectType < 1 || objectType > 30 || channelConfig < 1 ||
        channelConfig > 7)
        return {};
    // 5 bits object type, 4 bits rate index, 4 bits channels, 3 zero bits
    const auto index = static_cast<int>(rate - std::begin(aacRates));
    return {static_cast<std::uint8_t>(objectType << 3 | index >> 1),
            static_cast<std::uint8_t>((index & 1) << 7 | channelConfig << 3)};
}

struct TrackParser::Impl {
    TrackDescription description;
    std::uint32_t version = 1;
    std::uint64_t errors = 0;
    bool annexB = false;
    bool hevc = false;
    bool aac = false;
    bool wholePayloads = false; // nothing to parse or to learn

    std::vector<std::uint8_t>
        known; // H.264/HEVC: parameter sets for the parser, which may come in no payload
    Parser parser;
    CodecContext codec;
    BitstreamFilter extractor; // extract_extradata
    bool split = false;        // access units do not keep to the PES: let libav's parser find their borders
    int checked = 0;
    bool seenKeyframe = false;

    std::vector<std::uint8_t> held; // PES without a picture (parameter sets alone): the front of the next one
    Ticks nextPts = noTicks;        // of the next audio frame that begins in the PES at hand
    Ticks basePts = noTicks;
    std::int64_t samplesSinceBase = 0;
    std::uint32_t adtsFixed = 0;

    explicit Impl(TrackDescription begin, bool whole) : description(std::move(begin)), wholePayloads(whole)
    {
        const int codecId = description.codecId;
        hevc = codecId == AV_CODEC_ID_HEVC;
        annexB = hevc || codecId == AV_CODEC_ID_H264;
        aac = codecId == AV_CODEC_ID_AAC;
        if (wholePayloads)
            return;
        known = std::exchange(description.extradata, {});
        resetParser();
        if (!annexB)
            return;
        makeExtractor();
        if (!known.empty())
            learnParameterSets(Packet::copyOf(known)); // them alone: a delimiter does not belong there
    }

    void resetParser()
    {
        codec.reset(avcodec_alloc_context3(nullptr));
        codec->codec_id = static_cast<AVCodecID>(description.codecId);
        codec->codec_type = description.kind == TrackKind::Video ? AVMEDIA_TYPE_VIDEO : AVMEDIA_TYPE_AUDIO;
        if (annexB && !known.empty()) {
            const std::size_t size = known.size();
            codec->extradata = static_cast<std::uint8_t *>(av_mallocz(size + AV_INPUT_BUFFER_PADDING_SIZE));
            if (!codec->extradata)
                throw std::bad_alloc();
            std::ranges::copy(known, codec->extradata);
            codec->extradata_size = static_cast<int>(size);
        }
        parser.reset(av_parser_init(description.codecId));
        if (parser && description.kind == TrackKind::Video && !split)
            parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
    }

    void makeExtractor()
    {
        AVBSFContext *raw = nullptr;
        const AVBitStreamFilter *filter = av_bsf_get_by_name("extract_extradata");
        if (!filter || av_bsf_alloc(filter, &raw) < 0)
            return;
        extractor.reset(raw);
        raw->par_in->codec_type = AVMEDIA_TYPE_VIDEO;
        raw->par_in->codec_id = static_cast<AVCodecID>(description.codecId);
        if (av_bsf_init(raw) < 0)
            extractor.reset();
    }

    template <typename T>
    void learn(T &field, const T &value)
    {
        if (field != value) {
            field = value;
            ++version;
        }
    }

    void passOn(Packet payload, std::vector<Packet> &out);
    void parseVideo(Packet payload, std::vector<Packet> &out);
    void parseWithLibav(const Packet &payload, std::vector<Packet> &out);
    void emitVideo(Packet unit, std::vector<Packet> &out);
    void learnVideo();
    void learnParameterSets(const Packet &unit);
    void emitAudio(Packet frame, std::vector<Packet> &out);
    [[nodiscard]] bool stripAdts(Packet &frame);
};

void TrackParser::Impl::passOn(Packet payload, std::vector<Packet> &out)
{
    payload.keyframe = payload.keyframe || description.kind == TrackKind::Audio;
    seenKeyframe = seenKeyframe || payload.keyframe;
    if (seenKeyframe)
        out.push_back(std::move(payload));
}

void TrackParser::Impl::parseVideo(Packet payload, std::vector<Packet> &out)
{
    if (!annexB || split || !parser) {
        parseWithLibav(payload, out);
        return;
    }
    if (!held.empty()) {
        std::vector<std::uint8_t> joined = std::move(held);
        held.clear();
        joined.insert(joined.end(), payload.data().begin(), payload.data().end());
        Packet whole = Packet::copyOf(joined);
        whole.track = payload.track;
        whole.pts = payload.pts;
        whole.dts = payload.dts;
        whole.corrupt = payload.corrupt;
        whole.duration = payload.duration;
        payload = std::move(whole);
    }
    const bool whole = checked < checkedUnits;
    const AccessUnitShape shape = shapeOf(payload.data(), hevc, whole);
    const bool damaged = payload.corrupt;
    if (!damaged && (shape.pictures > 1 || (!shape.startsUnit && !payload.data().empty()))) {
        split = true;
        resetParser();
        parseWithLibav(payload, out);
        return;
    }
    if (shape.pictures == 0 && shape.startsUnit && payload.data().size() < heldBytesLimit) {
        held.assign(payload.data().begin(), payload.data().end());
        return;
    }
    checked += whole ? 1 : 0;
    parseWithLibav(payload, out);
}

void TrackParser::Impl::parseWithLibav(const Packet &payload, std::vector<Packet> &out)
{
    if (!parser) { // libav has no parser for it: a PES is a frame
        Packet frame = payload;
        frame.keyframe = true;
        out.push_back(std::move(frame));
        return;
    }
    const std::uint8_t *data = payload.data().data();
    auto size = static_cast<int>(payload.data().size());
    Ticks pts = payload.pts;
    Ticks dts = payload.dts;
    const bool finishing = size == 0;
    do {
        std::uint8_t *unit = nullptr;
        int unitSize = 0;
        const int used =
            av_parser_parse2(parser.get(), codec.get(), &unit, &unitSize, data, size, pts, dts, 0);
        if (used < 0) {
            ++errors;
            return;
        }
        pts = dts = noTicks; // they belong to the first unit that begins here
        if (unitSize > 0) {
            const std::span<const std::uint8_t> bytes(unit, static_cast<std::size_t>(unitSize));
            const bool inside = payload.buffer() && bytes.data() >= payload.data().data() &&
                                bytes.data() + bytes.size() <= payload.data().data() + payload.data().size();
            Packet packet = inside ? Packet(av_buffer_ref(payload.buffer()), bytes) : Packet::copyOf(bytes);
            packet.track = payload.track;
            packet.pts = parser->pts;
            packet.dts = parser->dts;
            packet.corrupt = payload.corrupt;
            packet.duration = bytes.size() == payload.data().size() ? payload.duration : 0;
            if (description.kind == TrackKind::Video)
                emitVideo(std::move(packet), out);
            else
                emitAudio(std::move(packet), out);
        }
        data += used;
        size -= used;
        if (used == 0 && unitSize == 0)
            break;
    } while (size > 0 && !finishing);
}

void TrackParser::Impl::learnVideo()
{
    if (parser->width > 0 && parser->height > 0) {
        learn(description.width, parser->width);
        learn(description.height, parser->height);
    } else if (codec->width > 0 && codec->height > 0) {
        learn(description.width, codec->width);
        learn(description.height, codec->height);
    }
    learn(description.profile, codec->profile);
    learn(description.level, codec->level);
    if (codec->framerate.num > 0 && codec->framerate.den > 0) {
        learn(description.frameRateNum, codec->framerate.num);
        learn(description.frameRateDen, codec->framerate.den);
    }
}

void TrackParser::Impl::learnParameterSets(const Packet &unit)
{
    if (!extractor)
        return;
    const AvPacket packet(av_packet_alloc());
    packet->buf = av_buffer_ref(unit.buffer());
    packet->data = const_cast<std::uint8_t *>(unit.data().data()); // libav's type; the filter only reads
    packet->size = static_cast<int>(unit.data().size());
    if (av_bsf_send_packet(extractor.get(), packet.get()) < 0 ||
        av_bsf_receive_packet(extractor.get(), packet.get()) < 0)
        return;
    std::size_t size = 0;
    const std::uint8_t *extradata = av_packet_get_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, &size);
    if (extradata && size > 0)
        learn(description.extradata, std::vector<std::uint8_t>(extradata, extradata + size));
}

void TrackParser::Impl::emitVideo(Packet unit, std::vector<Packet> &out)
{
    unit.keyframe =
        parser->key_frame == 1 || (parser->key_frame < 0 && parser->pict_type == AV_PICTURE_TYPE_I);
    if (unit.keyframe) {
        learnVideo();
        if (annexB) {
            const AccessUnitShape shape = shapeOf(unit.data(), hevc, false);
            if (shape.hasParameterSets) {
                learnParameterSets(unit);
            } else if (!description.extradata.empty()) {
                std::vector<std::uint8_t> bytes(unit.data().begin(), unit.data().end());
                bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(shape.afterDelimiter),
                             description.extradata.begin(), description.extradata.end());
                Packet complete = Packet::copyOf(bytes);
                complete.track = unit.track;
                complete.pts = unit.pts;
                complete.dts = unit.dts;
                complete.corrupt = unit.corrupt;
                complete.duration = unit.duration;
                complete.keyframe = true;
                unit = std::move(complete);
            }
        }
        seenKeyframe = seenKeyframe || !annexB || !description.extradata.empty();
    }
    if (seenKeyframe)
        out.push_back(std::move(unit));
}

/// Removes the ADTS header (ISO/IEC 14496-3, 1.A.2.2); learns the AudioSpecificConfig where the header
/// changed.
bool TrackParser::Impl::stripAdts(Packet &frame)
{
    const auto bytes = frame.data();
    if (!beginsWithAdts(bytes))
        return false;
    const std::size_t header = (bytes[1] & 0x01) ? 7 : 9; // protection_absent
    if (bytes.size() <= header || (bytes[6] & 0x03) != 0) // several raw data blocks: nobody sends them
        return false;
    const std::uint32_t fixed = static_cast<std::uint32_t>(bytes[2]) << 8 | (bytes[3] & 0xf0);
    if (fixed != adtsFixed) {
        const unsigned objectType = (bytes[2] >> 6) + 1U;
        const unsigned rateIndex = (bytes[2] >> 2) & 0x0f;
        const unsigned channelConfig = (bytes[2] & 0x01U) << 2 | bytes[3] >> 6;
        if (rateIndex >= std::size(aacRates) || channelConfig == 0)
            return false;
        adtsFixed = fixed;
        learn(description.sampleRate, aacRates[rateIndex]);
        learn(description.channels, channelConfig == 7 ? 8 : static_cast<int>(channelConfig));
        learn(description.profile, static_cast<int>(objectType) - 1);
        learn(description.frameSize, 1024);
        learn(description.extradata,
              aacConfig(static_cast<int>(objectType), description.sampleRate, description.channels));
    }
    Packet stripped(av_buffer_ref(frame.buffer()), bytes.subspan(header));
    stripped.track = frame.track;
    stripped.pts = frame.pts;
    stripped.dts = frame.dts;
    stripped.corrupt = frame.corrupt;
    frame = std::move(stripped);
    return true;
}

void TrackParser::Impl::emitAudio(Packet frame, std::vector<Packet> &out)
{
    if (aac) {
        if (!stripAdts(frame)) {
            ++errors;
            return;
        }
    } else {
        // MPEG-TS says "MPEG audio"; its layer, MP2 or MP3, stands in the frames.
        if (codec->codec_id != AV_CODEC_ID_NONE)
            learn(description.codecId, static_cast<int>(codec->codec_id));
        if (codec->sample_rate > 0)
            learn(description.sampleRate, codec->sample_rate);
        if (codec->ch_layout.nb_channels > 0)
            learn(description.channels, codec->ch_layout.nb_channels);
        if (parser->duration > 0)
            learn(description.frameSize, parser->duration);
    }
    // A PES carries one timestamp for its first frame; the others follow by their samples.
    if (frame.pts != noTicks) {
        basePts = frame.pts;
        samplesSinceBase = 0;
    } else if (basePts != noTicks && description.sampleRate > 0) {
        frame.pts = basePts + samplesSinceBase * ticksPerSecond / description.sampleRate;
    }
    samplesSinceBase += description.frameSize;
    if (description.sampleRate > 0)
        frame.duration = static_cast<Ticks>(description.frameSize) * ticksPerSecond / description.sampleRate;
    frame.dts = frame.pts;
    frame.keyframe = true;
    out.push_back(std::move(frame));
}

TrackParser::TrackParser(TrackKind kind, int codecId)
    : TrackParser(TrackDescription{.kind = kind, .codecId = codecId, .extradata = {}}, Payload::Parsed)
{
}
TrackParser::TrackParser(const TrackDescription &known, Payload payload)
    : m_impl(std::make_unique<Impl>(known, payload == Payload::Whole))
{
}
TrackParser::~TrackParser() = default;
TrackParser::TrackParser(TrackParser &&) noexcept = default;
TrackParser &TrackParser::operator=(TrackParser &&) noexcept = default;

void TrackParser::parse(Packet payload, std::vector<Packet> &out)
{
    if (m_impl->wholePayloads)
        m_impl->passOn(std::move(payload), out);
    else if (m_impl->description.kind == TrackKind::Video)
        m_impl->parseVideo(std::move(payload), out);
    else
        m_impl->parseWithLibav(payload, out);
}

void TrackParser::finish(std::vector<Packet> &out)
{
    if (m_impl->parser && (m_impl->split || m_impl->description.kind == TrackKind::Audio || !m_impl->annexB))
        m_impl->parseWithLibav(Packet(), out);
}

const TrackDescription &TrackParser::description() const
{
    return m_impl->description;
}
std::uint32_t TrackParser::version() const
{
    return m_impl->version;
}
std::uint64_t TrackParser::errors() const
{
    return m_impl->errors;
}

bool TrackParser::complete() const
{
    const TrackDescription &d = m_impl->description;
    if (m_impl->wholePayloads)
        return true;
    if (d.kind == TrackKind::Video)
        return d.width > 0 && d.height > 0 && (!m_impl->annexB || !d.extradata.empty());
    return d.sampleRate > 0 && d.channels > 0;
}

} // namespace aspersor::media
