// SPDX-License-Identifier: GPL-3.0-or-later
#include "frames.h"

#include <QMap>
#include <algorithm>
#include <cmath>

namespace aspersor::e2e {

ProgramPtr player(const QString &source)
{
    QStringList arguments = words(QStringLiteral("-nostdin -v warning -threads 1 -i"));
    arguments << source
              << words(QStringLiteral(
                     "-map 0:v? -map 0:a? -c:v rawvideo -c:a copy -bsf:a aac_adtstoasc -fps_mode "
                     "passthrough -enc_time_base:v -1 -copyts -flush_packets 1 -f framemd5 -"));
    return std::make_unique<Program>(QStringLiteral("ffmpeg"), arguments);
}

Frames framesOf(const QByteArray &output)
{
    struct Track {
        double tick = 0;
        bool video = false;
    };
    QMap<int, Track> tracks;
    Frames frames;
    for (const QByteArray &line : output.split('\n')) {
        const QList<QByteArray> parts = line.split(',');
        if (line.startsWith("#tb ")) { // "#tb 0: 1/90000"
            const QList<QByteArray> ratio = line.mid(line.indexOf(": ") + 2).split('/');
            if (ratio.size() == 2)
                tracks[line.mid(4, line.indexOf(':') - 4).toInt()].tick =
                    ratio[0].toDouble() / ratio[1].toDouble();
        } else if (line.startsWith("#media_type ")) { // "#media_type 0: video"
            tracks[line.mid(12, line.indexOf(':') - 12).toInt()].video = line.endsWith("video");
        } else if (!line.startsWith('#') && parts.size() >= 6) { // stream, dts, pts, duration, size, hash
            const Track &track = tracks[parts[0].trimmed().toInt()];
            auto &units = track.video ? frames.pictures : frames.sounds;
            units.push_back({parts[2].trimmed().toDouble() * track.tick, parts[5].trimmed()});
        }
    }
    return frames;
}

int placeInSource(const std::vector<Unit> &seen, const std::vector<Unit> &source, int tail)
{
    if (seen.empty() || seen.size() > source.size())
        return -1;
    const auto sameHash = [](const Unit &a, const Unit &b) { return a.hash == b.hash; };
    for (int missing = 0; missing <= tail; ++missing) {
        const auto place = static_cast<std::ptrdiff_t>(source.size() - seen.size()) - missing;
        if (place >= 0 && std::equal(seen.begin(), seen.end(), source.begin() + place, sameHash))
            return static_cast<int>(place);
    }
    return -1;
}

QByteArray runsOf(const std::vector<Unit> &seen, const std::vector<Unit> &source)
{
    QByteArray text;
    std::ptrdiff_t last = -2;
    for (std::size_t i = 0; i <= seen.size(); ++i) {
        std::ptrdiff_t place = -2;
        if (i < seen.size()) {
            // The one that goes on, where a sound occurs more than once.
            const bool goesOn = last >= 0 && last + 1 < std::ssize(source) &&
                                source[static_cast<std::size_t>(last) + 1].hash == seen[i].hash;
            const auto found = std::ranges::find(source, seen[i].hash, &Unit::hash);
            place = goesOn ? last + 1 : found == source.end() ? -1 : found - source.begin();
        }
        if (place == last + 1 && last >= 0) {
            last = place;
            continue;
        }
        if (last >= 0)
            text += '-' + QByteArray::number(static_cast<qlonglong>(last)) + ' ';
        if (place == -1)
            text += "? ";
        else if (place >= 0)
            text += QByteArray::number(static_cast<qlonglong>(place));
        last = place;
    }
    return text + "of " + QByteArray::number(static_cast<qulonglong>(source.size()));
}

double unevennessMs(const std::vector<Unit> &seen, const std::vector<Unit> &source, int place, double *offset)
{
    std::vector<double> differences;
    for (std::size_t i = 0; i < seen.size(); ++i)
        differences.push_back(seen[i].seconds - source[i + static_cast<std::size_t>(place)].seconds);
    const auto [least, most] = std::minmax_element(differences.begin(), differences.end());
    *offset = (*least + *most) / 2;
    return (*most - *least) * 1000;
}

bool timeGrows(const std::vector<Unit> &units)
{
    return std::is_sorted(units.begin(), units.end(),
                          [](const Unit &a, const Unit &b) { return a.seconds <= b.seconds; }) ||
           units.size() < 2;
}

QByteArray streamFaults(const QByteArray &errors)
{
    QByteArray faults;
    for (const QByteArray &line : errors.split('\n')) {
        const QByteArray lower = line.toLower();
        // A stream without a length ends with its connection; ffmpeg calls every such end an error.
        if (lower.contains("input/output error") || lower.contains("read error at pos"))
            continue;
        for (const char *word :
             {"corrupt", "monoton", "invalid", "error", "missing", "overread", "discontinuity"}) {
            if (lower.contains(word)) {
                faults += line + '\n';
                break;
            }
        }
    }
    return faults;
}

} // namespace aspersor::e2e
