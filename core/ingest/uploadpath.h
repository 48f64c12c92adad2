// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <string_view>

namespace aspersor {

/// What the path of an upload says.
struct UploadPath {
    enum class Kind {
        Feed,     ///< /NAME: the whole feed in one body
        Segment,  ///< /NAME/seg-001.ts: a part of it
        Playlist, ///< /NAME/index.m3u8: accepted and ignored
    };
    Kind kind = Kind::Feed;
    QString feed;

    bool operator==(const UploadPath &) const = default;
};

/// A feed's name: 1 to 64 of [A-Za-z0-9._-], not starting with a dot.
[[nodiscard]] bool isFeedName(std::string_view name);

/// Takes a decoded request path apart; a known media suffix of the name (".ts") is dropped. Nothing when it
/// names no feed. Pure.
[[nodiscard]] std::optional<UploadPath> parseUploadPath(std::string_view path);

} // namespace aspersor
