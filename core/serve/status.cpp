// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/status.h"

#include "core/serve/json.h"

#include <array>
#include <cstdio>

namespace aspersor::serve {

namespace {

constexpr std::string_view pageBegin = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<noscript><meta http-equiv="refresh" content="3"></noscript>
<title>ffserver</title>
<style>
:root{color-scheme:light dark;--line:#8884;--soft:#888;--live:#1a9c4b;--away:#c77700}
body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:1.5rem;max-width:64rem}
h1{font-size:1.3rem;margin:0 0 .25rem}h2{font-size:1rem;margin:1.75rem 0 .4rem}
p{margin:.25rem 0;color:var(--soft)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);white-space:nowrap}
th{font-weight:600;color:var(--soft)}td.n,th.n{text-align:right}
.state{font-size:.8rem;font-weight:600;padding:.1rem .5rem;border-radius:1rem;color:#fff;margin-left:.5rem}
small{color:var(--soft)}.shed{color:var(--away)}
.live{background:var(--live)}.away{background:var(--away)}.ended{background:var(--soft)}
</style>)";
constexpr std::string_view pageMain = "</head><body><main>\n";
constexpr std::string_view pageEnd = R"(</main>
<script>
setInterval(async()=>{try{const r=await fetch(location.href,{cache:"no-store"});
const d=new DOMParser().parseFromString(await r.text(),"text/html");
document.querySelector("main").replaceWith(d.querySelector("main"))}catch(e){}},2000)
</script></body></html>
)";

std::string amount(double value, std::string_view unit)
{
    constexpr std::array<const char *, 5> prefixes{"", "k", "M", "G", "T"};
    std::size_t prefix = 0;
    for (; value >= 1000 && prefix + 1 < prefixes.size(); ++prefix)
        value /= 1000;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), prefix == 0 ? "%.0f %s" : "%.1f %s", value, prefixes[prefix]);
    return std::string(text.data()).append(unit);
}

std::string duration(std::chrono::milliseconds time)
{
    const auto seconds = time.count() / 1000;
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", static_cast<long long>(seconds / 3600),
                  static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
    return text.data();
}

std::string cell(const std::string &text, bool isNumber = false)
{
    return (isNumber ? "<td class=n>" : "<td>") + text + "</td>";
}

/// "libx264 640x360 · mp2 · 25.0 pictures/s", and what the machine has no time for.
std::string encoderHtml(const EncoderReport &encoder)
{
    std::string text = escapedHtml(encoder.video);
    if (encoder.width > 0)
        text += ' ' + std::to_string(encoder.width) + 'x' + std::to_string(encoder.height);
    if (!encoder.audio.empty())
        text += (text.empty() ? "" : " · ") + escapedHtml(encoder.audio);
    if (!encoder.video.empty()) {
        std::array<char, 32> rate{};
        std::snprintf(rate.data(), rate.size(), " · %.1f pictures/s", encoder.picturesPerSecond);
        text += rate.data();
    }
    if (encoder.leftOut > 0)
        text += " · " + std::to_string(encoder.leftOut) + " left out";
    if (encoder.shedFor)
        text += std::string(" · <b class=shed>") + (encoder.paused ? "pauses" : "does not keep up") + "</b>";
    return "<br><small>" + text + "</small>";
}

std::string feedHtml(const FeedReport &feed)
{
    const std::string state = toString(feed.state);
    std::string tracks;
    for (const std::string &track : feed.tracks)
        tracks += (tracks.empty() ? "" : " · ") + escapedHtml(track);
    std::string html = "<h2>" + escapedHtml(feed.name) + "<span class=\"state " + state + "\">" + state +
                       "</span></h2><p>" + tracks + "</p>";
    if (feed.streams.empty())
        return html + "<p>Nobody watches.</p>";
    html +=
        "<div class=wide><table><tr><th>Stream<th>Format<th class=n>Viewers<th class=n>Rate<th class=n>Sent"
        "<th class=n>Skips</tr>";
    for (const StreamReport &stream : feed.streams) {
        const std::string name = escapedHtml(stream.name);
        std::string link = "<a href=\"/";
        link.append(name).append("\">").append(name).append("</a>");
        if (!stream.title.empty())
            link.append(" ").append(escapedHtml(stream.title));
        html += "<tr>" + cell(link) +
                cell(escapedHtml(stream.format) + (stream.encoder ? encoderHtml(*stream.encoder) : "")) +
                cell(std::to_string(stream.viewers), true) +
                cell(amount(static_cast<double>(stream.bitsPerSecond), "bit/s"), true) +
                cell(amount(static_cast<double>(stream.bytes), "B"), true) +
                cell(std::to_string(stream.skips), true) + "</tr>";
    }
    return html + "</table></div>";
}

} // namespace

std::string escapedHtml(std::string_view text)
{
    std::string result;
    for (const char c : text) {
        switch (c) {
        case '<':
            result += "&lt;";
            break;
        case '>':
            result += "&gt;";
            break;
        case '&':
            result += "&amp;";
            break;
        case '"':
            result += "&quot;";
            break;
        default:
            result += c;
        }
    }
    return result;
}

std::string statusJson(const StatusReport &report)
{
    boost::json::array feeds;
    for (const FeedReport &feed : report.feeds)
        feeds.push_back(toJson(feed, Detail::Status));
    boost::json::array viewers;
    for (const ViewerReport &viewer : report.viewerList)
        viewers.push_back(toJson(viewer));
    const boost::json::object status{{"version", ASPERSOR_VERSION},       {"uptimeMs", report.uptime.count()},
                                     {"viewers", report.viewers},         {"maxClients", report.maxClients},
                                     {"connections", report.connections}, {"feeds", std::move(feeds)},
                                     {"viewerList", std::move(viewers)}};
    return boost::json::serialize(status) + '\n';
}

std::string statusHtml(const StatusReport &report, std::string_view faviconUrl)
{
    std::string html(pageBegin);
    if (!faviconUrl.empty())
        html.append("<link rel=icon href=\"").append(escapedHtml(faviconUrl)).append("\">");
    html.append(pageMain);
    html += "<h1>ffserver</h1><p>" + std::to_string(report.viewers) + " of at most " +
            std::to_string(report.maxClients) + " viewers · " + std::to_string(report.connections) +
            " connections · up " + duration(report.uptime) + " · version " ASPERSOR_VERSION "</p>";
    if (report.feeds.empty())
        html += "<h2>Feeds</h2><p>Nothing is on the air.</p>";
    for (const FeedReport &feed : report.feeds)
        html += feedHtml(feed);
    if (!report.viewerList.empty()) {
        html += "<h2>Viewers</h2><div class=wide><table><tr><th class=n>Number<th>Stream<th>Address"
                "<th class=n>Connected<th class=n>Received<th class=n>Skips</tr>";
        for (const ViewerReport &viewer : report.viewerList) {
            html += "<tr>" + cell(std::to_string(viewer.id), true) + cell(escapedHtml(viewer.stream)) +
                    cell(escapedHtml(viewer.address)) + cell(duration(viewer.age), true) +
                    cell(amount(static_cast<double>(viewer.bytes), "B"), true) +
                    cell(std::to_string(viewer.skips), true) + "</tr>";
        }
        html += "</table></div>";
    }
    return html.append(pageEnd);
}

} // namespace aspersor::serve
