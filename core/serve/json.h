// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/serve/diagnostic.h"
#include "core/serve/observer.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace aspersor::serve {

/// Reports as JSON. On the control line a stream is told when it changes: what changes all the time without
/// anybody watching (rate, bytes held) is in the status only.
enum class Detail { Control, Status };
[[nodiscard]] boost::json::object toJson(const StreamReport &stream, Detail detail);
[[nodiscard]] boost::json::object toJson(const FeedReport &feed,
                                         Detail detail); ///< with the sum of its viewers
[[nodiscard]] boost::json::object toJson(const ViewerReport &viewer);

/// A finding of the configuration. What is not UTF-8 in it becomes "?".
[[nodiscard]] boost::json::object toJson(const Diagnostic &diagnostic);
[[nodiscard]] boost::json::array toJson(const Diagnostics &diagnostics);

} // namespace aspersor::serve
