// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/media/encoding.h"
#include "core/serve/acl.h"
#include "core/serve/format.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// Where an RTP stream is sent to without being asked.
struct MulticastSpec {
    std::string address; ///< IPv4
    std::uint16_t port = 6000;
    int ttl = 16;

    bool operator==(const MulticastSpec &) const = default;
};

/// "<Stream NAME>": what a viewer opens. A name with one "*" is a template: a stream of every feed whose
/// name fits, with the same text put in the place of the feed's "*".
struct StreamSpec {
    std::string name;               ///< "cam1.ts", "*.ts"; without the leading slash
    std::string feed = {};          ///< "cam1", "*"; empty for a status page
    const Format *format = nullptr; ///< never null in a parsed configuration
    Acl acl = {};
    std::string dynamicAcl = {};          ///< a file of ACL lines, read anew for each request; empty: none
    int line = 0;                         ///< where its section begins; 0: built in
    media::Encoding encoding = {};        ///< what is made anew instead of copied
    std::string file = {};                ///< a recording that is served instead of a feed; empty: none
    std::string inputFormat = {};         ///< libav's demuxer for `file`; empty: probed
    bool loop = true;                     ///< `file` begins again at its end
    std::chrono::milliseconds preroll{0}; ///< how far in the past a viewer starts
    bool startOnKey = false;              ///< "StartSendOnKey": hold back until a keyframe
    std::optional<std::chrono::milliseconds> maxTime =
        {}; ///< a viewer is ended after this long; none: no limit
    std::vector<std::pair<std::string, std::string>> metadata = {}; ///< of the container: {"title", "..."}
    std::string faviconUrl = {};                                    ///< status pages only
    std::optional<MulticastSpec> multicast = {};                    ///< RTP only: sent there from the start

    [[nodiscard]] bool isTemplate() const { return name.find('*') != std::string::npos; }
    /// The feed that a request for `requested` ("cam1.ts") means; nothing when the name does not fit.
    [[nodiscard]] std::optional<std::string> feedFor(std::string_view requested) const;
    /// The stream's name for a feed ("cam1" -> "cam1.ts"); nothing when it is a stream of other feeds.
    [[nodiscard]] std::optional<std::string> nameFor(std::string_view feedName) const;

    /// True when both are the same stream; they may stand on different lines.
    bool operator==(const StreamSpec &other) const;
};

/// "<Feed NAME>": announces a feed, so that its streams answer 503 and not 404 before it comes.
struct FeedSpec {
    std::string name;
    Acl acl;
    int line = 0;
    std::string file; ///< the feed's past is kept there; empty: nowhere
    std::int64_t fileMaxBytes = std::int64_t{5} * 1024 * 1024; ///< of `file`; the oldest is overwritten
    bool truncate = false;                                     ///< each new upload begins `file` anew
    bool readOnly = false;           ///< uploads are refused; `file` is what there is
    std::vector<std::string> launch; ///< the words of the feeder's command; empty: none

    /// True when both are the same feed; they may stand on different lines.
    bool operator==(const FeedSpec &other) const;
};

/// "<Redirect NAME>": answers 301 with `url`.
struct RedirectSpec {
    std::string name;
    std::string url;
    int line = 0;

    bool operator==(const RedirectSpec &other) const { return name == other.name && url == other.url; }
};

/// A stream that the configuration asks for and that cannot be: who opens it is told why.
struct UnavailableSpec {
    std::string name; ///< as StreamSpec's
    std::string feed;
    std::string file;
    std::string format; ///< as written: "rm"
    std::string reason; ///< a whole sentence
    int line = 0;

    [[nodiscard]] bool names(std::string_view requested) const;
    bool operator==(const UnavailableSpec &other) const
    {
        return name == other.name && feed == other.feed && file == other.file && format == other.format &&
               reason == other.reason;
    }
};

/// An ffserver.conf as values. The defaults here are the only place a default is written.
struct Config {
    std::optional<std::uint16_t> httpPort; ///< none: no HTTP; 0: a free one
    std::string httpBindAddress = "0.0.0.0";
    int maxClients = 1000;                 ///< viewers at once
    std::optional<int> maxHttpConnections; ///< TCP connections of any kind
    std::optional<int> maxBandwidthKbps;   ///< kbit/s of all viewers together; none: no limit
    std::optional<std::uint16_t> rtspPort; ///< none: no RTSP; 0: a free one
    std::string rtspBindAddress = "0.0.0.0";
    std::optional<int> maxClientsPerAddress;         ///< viewers from one address; none: no limit
    std::string feedSocket;                          ///< Unix-domain socket for feeds; empty: none
    std::string customLog;                           ///< access log; "-" is standard output; empty: none
    std::chrono::milliseconds feedGrace{30'000};     ///< how long viewers wait for a feed that is away
    std::chrono::milliseconds viewerTimeout{30'000}; ///< a viewer that takes nothing for so long is dropped
    std::chrono::milliseconds delayBudget{45};       ///< output may be gathered for this long to save writes
    int workers = 0;                                 ///< event loops for viewers; 0: one per core
    std::vector<FeedSpec> feeds;
    std::vector<StreamSpec> streams;
    std::vector<RedirectSpec> redirects;
    std::vector<UnavailableSpec> unavailable;

    [[nodiscard]] int connectionLimit() const { return maxHttpConnections.value_or(maxClients + 256); }
    [[nodiscard]] const FeedSpec *feed(std::string_view name) const;
    /// The stream that a name means, whoever asks: a fixed one before a template.
    [[nodiscard]] const StreamSpec *streamNamed(std::string_view requested) const;

    bool operator==(const Config &) const = default;
};

/// A feed's name without a media suffix ("feed1.ffm" -> "feed1"): conf, uploads and control use the same.
[[nodiscard]] std::string_view feedBaseName(std::string_view name);
/// 1 to 64 of [A-Za-z0-9._-], not starting with a dot.
[[nodiscard]] bool isFeedName(std::string_view name);

} // namespace aspersor::serve
