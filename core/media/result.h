// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace aspersor {

/// Why something did not work, as a value.
struct Error {
    enum class Kind {
        BadRequest,    ///< the peer sent what it must not
        LimitExceeded, ///< a bound of ours was reached
        Io,            ///< a socket, a file
        Libav,         ///< libav refused
        Process,       ///< a child process
        Stopped,       ///< we were asked to stop: not a fault
        TimedOut,      ///< the peer was silent for too long
    };
    Kind kind = Kind::Io;
    std::string message; ///< for the log: English, a clause without a full stop, never shown raw in the UI
};

/// A value or an Error; becomes std::expected with GCC 13: touch this line only.
template <typename T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> failure(Error::Kind kind, std::string message)
{
    return tl::unexpected<Error>(Error{kind, std::move(message)});
}

} // namespace aspersor
