// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/testpicture.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace aspersor::phone {

namespace {

using Palette = std::array<const char *, 3>;
constexpr std::array<Palette, 6> palettes{{
    {"0x0b3954", "0x087e8b", "0x3c1642"},
    {"0x2d1e2f", "0xa4303f", "0x3a2449"},
    {"0x132a13", "0x4f772d", "0x1b4332"},
    {"0x22223b", "0x4a4e8f", "0x1d3557"},
    {"0x3d2314", "0xb5651d", "0x4a1c1c"},
    {"0x003049", "0x5f4bb6", "0x202a44"},
}};

/// Only what needs no quoting in a filter graph.
std::string plain(std::string text)
{
    std::erase_if(text, [](unsigned char c) { return !std::isalnum(c) && c != '.' && c != '_' && c != '-'; });
    return text.substr(0, 24);
}

std::string drawText(const std::string &text, const std::string &place)
{
    return ",drawtext=text='" + text + "':" + place +
           ":fontcolor=white:shadowcolor=black@0.5:shadowx=2:shadowy=2";
}

} // namespace

std::string testPictureGraph(const TestPicture &picture)
{
    const std::string rate = std::to_string(picture.framesPerSecond);
    const std::string size = std::to_string(picture.width) + 'x' + std::to_string(picture.height);
    const std::string ball = std::to_string(std::max(picture.height / 5 / 2 * 2, 8));
    const std::string bar = std::to_string(std::max(picture.height / 60, 2));
    const Palette &colours = palettes.at(picture.colours % palettes.size());
    // What does not change is drawn once and repeated, for the price of an encoder alone.
    const std::string once = ",trim=end_frame=1,loop=loop=-1:size=1,setpts=N/(" + rate + "*TB)";

    std::string graph = "gradients=s=" + size + ":r=" + rate + ":n=3:seed=3:speed=0.00001:c0=" + colours[0] +
                        ":c1=" + colours[1] + ":c2=" + colours[2] + once + ",format=yuv420p[back];";
    graph += "color=c=white:s=" + ball + 'x' + ball + ":r=" + rate +
             ",format=rgba,geq=r=255:g='200+40*Y/H':b='90+60*Y/H'"
             ":a='255*clip(W/2-hypot(X-W/2+0.5,Y-H/2+0.5),0,1)'" +
             once + "[ball];";
    graph += "color=c=0xf4a259:s=" + std::to_string(picture.width) + 'x' + bar + ":r=" + rate + "[bar];";
    graph += "[back][bar]overlay=x='-w+w*mod(t,1)':y=H-h:eval=frame[swept];";
    graph += "[swept][ball]overlay=eval=frame:x='(W-w)/2+(W-w)*0.42*sin(t*0.9)'"
             ":y='(H-h)*0.55-(H-h)*0.35*abs(sin(t*2.2))'";
    if (picture.withText) {
        graph += drawText(plain(picture.caption), "x=w/20:y=h/16:fontsize=h/9");
        graph += drawText("%{pts\\:hms}", "x=w/20:y=h-h/5:fontsize=h/9");
        graph += drawText("%{localtime\\:%T}", "x=w-tw-w/20:y=h-h/5+h/40:fontsize=h/12");
    }
    graph += ",format=yuv420p[out0];";
    graph += "sine=frequency=440:sample_rate=48000,aformat=channel_layouts=stereo[out1]";
    return graph;
}

} // namespace aspersor::phone
