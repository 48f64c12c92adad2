// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/acl.h"
#include "core/serve/configlexer.h"
#include "core/serve/configparser.h"

#include <string>
#include <string_view>
#include <vector>

namespace aspersor::serve {

/// What one "ACL allow|deny FIRST [LAST]" line says.
struct AclLine {
    std::vector<AclRule> rules; ///< none with a problem
    Word at;                    ///< where the problem or the note is
    std::string problem;        ///< a sentence; empty: none
    std::string note;           ///< a sentence for a line that counts all the same; empty: none
};

/// Pure but for `hosts`. The words are those of the line, "ACL" first.
[[nodiscard]] AclLine parseAclLine(const ConfigLine &line, const HostSource &hosts);

/// A DynamicACL file: "ACL ..." lines and comments. An empty one allows nobody, and neither does one with a
/// bad line, whose number and fault are `problem`. Pure.
struct AclFile {
    Acl acl;
    std::string problem;
};
[[nodiscard]] AclFile parseAclFile(std::string_view text);

} // namespace aspersor::serve
