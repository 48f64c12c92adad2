// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace aspersor::serve {

/// What a control room may ask for, one JSON object a line.
struct DropCommand {
    std::uint64_t viewer = 0;
}; ///< {"drop":ID}
struct EndCommand {
    std::string feed;
}; ///< {"end":"NAME"}
struct ReloadCommand {
}; ///< {"reload":true}
struct QuitCommand {
}; ///< {"quit":true}
struct BadCommand {
    std::string reason;
}; ///< anything else: a sentence that says why
using Command = std::variant<DropCommand, EndCommand, ReloadCommand, QuitCommand, BadCommand>;

/// Pure.
[[nodiscard]] Command parseCommand(std::string_view line);

/// Reads commands from a descriptor, line by line. Lives on the loop's thread.
class ControlInput
{
public:
    static constexpr std::size_t maxLineBytes = std::size_t{64} * 1024;

    /// `onEnd` is called once, when the descriptor ends. It is not closed.
    ControlInput(boost::asio::io_context &loop, int descriptor,
                 std::function<void(const Command &)> onCommand, std::function<void()> onEnd);
    ~ControlInput();
    ControlInput(const ControlInput &) = delete;
    ControlInput &operator=(const ControlInput &) = delete;

private:
    void await();
    void read();
    void take(std::string_view bytes);

    boost::asio::io_context &m_loop;
    const int m_descriptor;
    boost::asio::posix::stream_descriptor m_stream;
    std::function<void(const Command &)> m_onCommand;
    std::function<void()> m_onEnd;
    bool m_pollable = true; // files are not, and never make a reader wait
    std::string m_line;
    bool m_tooLong = false;
};

} // namespace aspersor::serve
