// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/config.h"

#include <string>

namespace aspersor::serve {

/// True when `peer` may open the stream: by its DynamicACL file, which is read now, or else by its ACL.
/// Without the file everybody may, as with the original; an empty one or one with a fault lets nobody in.
[[nodiscard]] bool mayWatch(const StreamSpec &stream, const boost::asio::ip::address &peer);

/// What is wrong with a DynamicACL file, as a sentence; "": nothing.
[[nodiscard]] std::string dynamicAclProblem(const std::string &path);

} // namespace aspersor::serve
