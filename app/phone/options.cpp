// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/options.h"

#include <charconv>
#include <cmath>
#include <getopt.h>
#include <string_view>

namespace aspersor::phone {

namespace {

using std::chrono::milliseconds;

enum Option : int { // behind the range of characters: there are no short options but -h
    Segment = 256,
    ChunkMs,
    PutSegments,
    Loop,
    Key,
    Feeds,
    Duration,
    Size,
    Fps,
    Bitrate,
    EndWithInput,
    Version,
    Help,
};

constexpr option longOptions[] = {
    {"segment", required_argument, nullptr, Segment},
    {"chunk-ms", required_argument, nullptr, ChunkMs},
    {"put-segments", no_argument, nullptr, PutSegments},
    {"loop", no_argument, nullptr, Loop},
    {"key", required_argument, nullptr, Key},
    {"feeds", required_argument, nullptr, Feeds},
    {"duration", required_argument, nullptr, Duration},
    {"size", required_argument, nullptr, Size},
    {"fps", required_argument, nullptr, Fps},
    {"bitrate", required_argument, nullptr, Bitrate},
    {"end-with-input", no_argument, nullptr, EndWithInput},
    {"version", no_argument, nullptr, Version},
    {"help", no_argument, nullptr, Help},
    {nullptr, 0, nullptr, 0},
};

tl::unexpected<Error> usage(std::string sentence)
{
    return failure(Error::Kind::BadRequest, std::move(sentence) + " See aspersor-phone --help.");
}

template <typename Number>
std::optional<Number> number(std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // Negated so that "nan" is refused too.
    if (error != std::errc{} || end != text.data() + text.size() || !(value >= least && value <= most))
        return std::nullopt;
    return value;
}

std::optional<milliseconds> seconds(std::string_view text, double least, double most)
{
    const auto value = number<double>(text, least, most);
    if (!value)
        return std::nullopt;
    return milliseconds{std::llround(*value * 1000.0)};
}

std::optional<PictureSize> pictureSize(std::string_view text)
{
    const auto cross = text.find('x');
    if (cross == std::string_view::npos)
        return std::nullopt;
    const auto width = number<int>(text.substr(0, cross), 64, 7680);
    const auto height = number<int>(text.substr(cross + 1), 64, 4320);
    if (!width || !height || *width % 2 != 0 || *height % 2 != 0)
        return std::nullopt;
    return PictureSize{*width, *height};
}

/// Stores one option's value; a sentence when it cannot be taken.
std::optional<std::string> take(Options &options, int which, std::string_view value)
{
    switch (which) {
    case Segment:
        if (const auto length = seconds(value, 0.2, 60.0)) {
            options.segment = *length;
            return {};
        }
        return "--segment takes 0.2 to 60 seconds.";
    case ChunkMs:
        if (const auto interval = number<int>(value, 1, 10'000)) {
            options.chunk = milliseconds{*interval};
            return {};
        }
        return "--chunk-ms takes 1 to 10000 milliseconds.";
    case Feeds:
        if (const auto feeds = number<int>(value, 1, 1000)) {
            options.feeds = *feeds;
            return {};
        }
        return "--feeds takes a number from 1 to 1000.";
    case Duration:
        if (const auto length = seconds(value, 0.1, 1e7)) {
            options.duration = *length;
            return {};
        }
        return "--duration takes a number of seconds above 0.1.";
    case Size:
        if (const auto size = pictureSize(value)) {
            options.size = *size;
            return {};
        }
        return "--size takes WIDTHxHEIGHT in even pixels, for example 1280x720.";
    case Fps:
        if (const auto rate = number<int>(value, 1, 120)) {
            options.framesPerSecond = *rate;
            return {};
        }
        return "--fps takes a number from 1 to 120.";
    case Bitrate:
        if (const auto rate = number<int>(value, 50, 100'000)) {
            options.videoKbps = *rate;
            return {};
        }
        return "--bitrate takes 50 to 100000 kb/s.";
    case Key:
        // What would not survive in a header field is not a key that a server could have given out.
        if (!value.empty() && value.find_first_of("\r\n") == std::string_view::npos) {
            options.key = value;
            return {};
        }
        return "--key takes the publish key as the server shows it.";
    case PutSegments:
        options.putSegments = true;
        return {};
    case Loop:
        options.loop = true;
        return {};
    case EndWithInput:
        options.endWithInput = true;
        return {};
    default:
        return "That option is not known.";
    }
}

} // namespace

Result<std::variant<Options, PlainText>> parseOptions(int argc, char *const argv[])
{
    Options options;
    optind = 0; // getopt's own state: begin anew
    opterr = 0; // the sentences are ours
    for (;;) {
        const int which = getopt_long(argc, argv, ":h", longOptions, nullptr);
        if (which == -1)
            break;
        if (which == 'h' || which == Help)
            return PlainText{helpText()};
        if (which == Version)
            return PlainText{"aspersor-phone " ASPERSOR_VERSION "\n"};
        if (which == '?')
            return usage(std::string("The option \"") + argv[optind - 1] + "\" is not known.");
        if (which == ':')
            return usage(std::string("The option \"") + argv[optind - 1] + "\" needs a value.");
        if (const auto complaint = take(options, which, optarg ? optarg : ""))
            return usage(*complaint);
    }
    if (argc - optind != 2)
        return usage("Say what to send and where to: SOURCE URL.");
    if (options.chunk && options.putSegments)
        return usage(
            "--chunk-ms sends less than a segment at a time, --put-segments whole ones: choose one.");
    options.source = argv[optind];
    options.url = argv[optind + 1];
    return options;
}

std::string helpText()
{
    return R"(Usage: aspersor-phone [OPTION]... SOURCE URL

Pushes live video to Aspersor as a phone does: MPEG-TS segments, each one chunk of a long HTTP POST.

SOURCE is a media file, a camera (/dev/video0 or v4l2:/dev/video0), or "test": a moving picture with
the feed's name, a clock and a 440 Hz tone. URL is http://HOST:PORT/NAME.

  --segment SECONDS   length of a segment, cut at keyframes (default 2)
  --chunk-ms MS       do not wait for whole segments: send what has been made every MS milliseconds
  --put-segments      one PUT request per segment (NAME/seg-00001.ts) instead of one long POST
  --loop              begin the file again at its end; time goes on
  --key KEY           publish key, sent as "Authorization: Bearer KEY"
  --feeds N           send N feeds: NAME1 to NAMEN
  --duration SECONDS  end after that time
  --size WIDTHxHEIGHT size of the test picture (default 1280x720, or 640x360 for 2 to 4 feeds) or of
                      the camera's
  --fps N             pictures per second of the test picture or the camera (default 30)
  --bitrate KBPS      of a picture that has to be encoded (default: by its size)
  --end-with-input    end when standard input is closed
  --help, --version

Ctrl+C ends the upload properly. A lost connection is taken up again with the newest picture.
Exit status: 0 all was sent, 1 it was not (the reason is told), 2 wrong usage.
)";
}

} // namespace aspersor::phone
