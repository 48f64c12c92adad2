// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configprinter.h"

#include "core/serve/configvalues.h"

#include <array>
#include <charconv>

namespace aspersor::serve {

namespace {

/// A word as the lexer reads it back: one that came out of it cannot need both kinds of quotes.
std::string asWord(std::string_view text)
{
    const bool isPlain = !text.empty() && text.front() != '"' && text.front() != '\'' &&
                         text.find_first_of(" \t\r\v\f") == std::string_view::npos;
    if (isPlain)
        return std::string(text);
    const char quote = text.find('"') == std::string_view::npos ? '"' : '\'';
    return quote + std::string(text) + quote;
}

std::string numberText(double value)
{
    std::array<char, 64> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr;
    return {text.data(), end};
}

/// Lines of "DIRECTIVE WORD...".
class Lines
{
public:
    template <typename... Words>
    void add(std::string_view directive, const Words &...words)
    {
        m_text.append(directive);
        (m_text.append(1, ' ').append(asWord(words)), ...);
        m_text += '\n';
    }
    void add(std::string_view directive, std::int64_t value) { add(directive, std::to_string(value)); }
    void add(std::string_view directive, std::chrono::milliseconds value)
    {
        add(directive, numberText(static_cast<double>(value.count()) / 1000));
    }
    void raw(std::string_view line) { m_text.append(line).append(1, '\n'); }
    [[nodiscard]] std::string take() { return std::move(m_text); }

private:
    std::string m_text;
};

void print(Lines &lines, const Acl &acl)
{
    for (const AclRule &rule : acl.rules) {
        const std::string action = rule.allow ? "allow" : "deny";
        if (rule.first == rule.last)
            lines.add("ACL", action, rule.first.to_string());
        else
            lines.add("ACL", action, rule.first.to_string(), rule.last.to_string());
    }
}

void printGlobal(Lines &lines, const Config &config)
{
    const Config defaults;
    if (config.httpPort)
        lines.add("HTTPPort", std::int64_t{*config.httpPort});
    if (config.httpBindAddress != defaults.httpBindAddress)
        lines.add("HTTPBindAddress", config.httpBindAddress);
    if (config.rtspPort)
        lines.add("RTSPPort", std::int64_t{*config.rtspPort});
    if (config.rtspBindAddress != defaults.rtspBindAddress)
        lines.add("RTSPBindAddress", config.rtspBindAddress);
    if (config.maxHttpConnections)
        lines.add("MaxHTTPConnections", std::int64_t{*config.maxHttpConnections});
    if (config.maxClients != defaults.maxClients)
        lines.add("MaxClients", std::int64_t{config.maxClients});
    if (config.maxClientsPerAddress)
        lines.add("MaxClientsPerAddress", std::int64_t{*config.maxClientsPerAddress});
    if (config.maxBandwidthKbps)
        lines.add("MaxBandwidth", std::int64_t{*config.maxBandwidthKbps});
    if (!config.customLog.empty())
        lines.add("CustomLog", config.customLog);
    if (!config.feedSocket.empty())
        lines.add("FeedSocket", config.feedSocket);
    if (config.feedGrace != defaults.feedGrace)
        lines.add("FeedGrace", config.feedGrace);
    if (config.viewerTimeout != defaults.viewerTimeout)
        lines.add("ViewerTimeout", config.viewerTimeout);
    if (config.delayBudget != defaults.delayBudget)
        lines.add("DelayBudget", std::int64_t{config.delayBudget.count()});
    if (config.workers != defaults.workers)
        lines.add("Workers", std::int64_t{config.workers});
}

void print(Lines &lines, const FeedSpec &feed)
{
    lines.raw("\n<Feed " + feed.name + '>');
    if (!feed.file.empty())
        lines.add(feed.readOnly ? "ReadOnlyFile" : "File", feed.file);
    if (feed.fileMaxBytes != FeedSpec{}.fileMaxBytes)
        lines.add("FileMaxSize", numberText(static_cast<double>(feed.fileMaxBytes) / 1024) + 'K');
    if (feed.truncate)
        lines.add("Truncate");
    if (!feed.launch.empty()) {
        std::string line = "Launch";
        for (const std::string &word : feed.launch)
            line.append(1, ' ').append(asWord(word));
        lines.raw(line);
    }
    print(lines, feed.acl);
    lines.raw("</Feed>");
}

/// A bit rate is written in kbit/s if it is a whole number of them, anything else as an option of libav's.
void printOption(Lines &lines, bool isVideo, const std::pair<std::string, std::string> &option)
{
    constexpr std::int64_t maxKbit = 1'000'000;
    const auto bits = option.first == "b" ? parseInteger(option.second) : std::nullopt;
    if (bits && *bits > 0 && *bits % 1000 == 0 && *bits / 1000 <= maxKbit &&
        std::to_string(*bits) == option.second)
        lines.add(isVideo ? "VideoBitRate" : "AudioBitRate", *bits / 1000);
    else
        lines.add(isVideo ? "AVOptionVideo" : "AVOptionAudio", option.first, option.second);
}

void print(Lines &lines, const media::TrackEncoding &track, bool isVideo, bool otherIsEncoded)
{
    if (track.leftOut)
        lines.add(isVideo ? "NoVideo" : "NoAudio");
    else if (!track.encoder.empty() || otherIsEncoded) // what is not named is not always copied then
        lines.add(isVideo ? "VideoCodec" : "AudioCodec", track.encoder.empty() ? "copy" : track.encoder);
    if (track.width > 0)
        lines.add("VideoSize", std::to_string(track.width) + 'x' + std::to_string(track.height));
    if (track.frameRateNum > 0)
        lines.add("VideoFrameRate",
                  std::to_string(track.frameRateNum) +
                      (track.frameRateDen == 1 ? std::string() : '/' + std::to_string(track.frameRateDen)));
    if (!track.pixelFormat.empty())
        lines.add("PixelFormat", track.pixelFormat);
    if (track.channels > 0)
        lines.add("AudioChannels", std::int64_t{track.channels});
    if (track.sampleRate > 0)
        lines.add("AudioSampleRate", std::int64_t{track.sampleRate});
    for (const auto &option : track.options)
        printOption(lines, isVideo, option);
}

void print(Lines &lines, const StreamSpec &stream)
{
    const StreamSpec defaults{.name = {}};
    lines.raw("\n<Stream " + stream.name + '>');
    if (!stream.feed.empty())
        lines.add("Feed", stream.feed);
    if (!stream.file.empty())
        lines.add("File", stream.file);
    if (!stream.inputFormat.empty())
        lines.add("InputFormat", stream.inputFormat);
    lines.add("Format", stream.format->name);
    print(lines, stream.encoding.video, true, !stream.encoding.audio.encoder.empty());
    print(lines, stream.encoding.audio, false, !stream.encoding.video.encoder.empty());
    if (!stream.loop)
        lines.add("NoLoop");
    if (stream.preroll != defaults.preroll)
        lines.add("Preroll", stream.preroll);
    if (stream.startOnKey)
        lines.add("StartSendOnKey");
    if (stream.maxTime)
        lines.add("MaxTime", *stream.maxTime);
    for (const auto &[key, value] : stream.metadata)
        lines.add("Metadata", key, value);
    if (!stream.faviconUrl.empty())
        lines.add("FaviconURL", stream.faviconUrl);
    if (stream.multicast) {
        lines.add("MulticastAddress", stream.multicast->address);
        lines.add("MulticastPort", std::int64_t{stream.multicast->port});
        lines.add("MulticastTTL", std::int64_t{stream.multicast->ttl});
    }
    print(lines, stream.acl);
    if (!stream.dynamicAcl.empty())
        lines.add("DynamicACL", stream.dynamicAcl);
    lines.raw("</Stream>");
}

} // namespace

std::string printConfig(const Config &config)
{
    Lines lines;
    printGlobal(lines, config);
    for (const FeedSpec &feed : config.feeds)
        print(lines, feed);
    for (const StreamSpec &stream : config.streams)
        print(lines, stream);
    for (const UnavailableSpec &stream : config.unavailable) {
        lines.raw("\n<Stream " + stream.name + '>');
        if (!stream.feed.empty())
            lines.add("Feed", stream.feed);
        if (!stream.file.empty())
            lines.add("File", stream.file);
        lines.add("Format", stream.format);
        lines.raw("</Stream>");
    }
    for (const RedirectSpec &redirect : config.redirects) {
        lines.raw("\n<Redirect " + redirect.name + '>');
        lines.add("URL", redirect.url);
        lines.raw("</Redirect>");
    }
    return lines.take();
}

std::string summaryOf(const media::Encoding &encoding)
{
    std::string text;
    for (const media::TrackEncoding *track : {&encoding.video, &encoding.audio}) {
        const bool isVideo = track == &encoding.video;
        std::string part = track->leftOut ? (isVideo ? "no video" : "no audio") : track->encoder;
        if (track->width > 0)
            part += ' ' + std::to_string(track->width) + 'x' + std::to_string(track->height);
        if (!part.empty())
            text.append(text.empty() ? "" : ", ").append(part);
    }
    return text;
}

} // namespace aspersor::serve
