// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/controlinput.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <cerrno>
#include <unistd.h>
#include <utility>

namespace aspersor::serve {

namespace json = boost::json;

Command parseCommand(std::string_view line)
{
    boost::json::error_code error;
    const json::value value = json::parse(json::string_view(line.data(), line.size()), error);
    if (error)
        return BadCommand{"A control line must be one JSON object: " + error.message() + "."};
    const json::object *object = value.if_object();
    if (!object || object->size() != 1)
        return BadCommand{"A control line must be a JSON object with one key: drop, end, reload or quit."};
    const json::string_view key = object->begin()->key();
    const json::value &argument = object->begin()->value();
    if (key == "drop") {
        if (!argument.is_int64() || argument.as_int64() < 0)
            return BadCommand{"\"drop\" needs the number of a viewer."};
        return DropCommand{static_cast<std::uint64_t>(argument.as_int64())};
    }
    if (key == "end") {
        if (!argument.is_string())
            return BadCommand{"\"end\" needs the name of a feed."};
        const json::string &name = argument.as_string();
        return EndCommand{std::string(name.data(), name.size())};
    }
    if (key != "reload" && key != "quit")
        return BadCommand{"A control line has the key drop, end, reload or quit."};
    if (!argument.is_bool() || !argument.as_bool())
        return BadCommand{"\"reload\" and \"quit\" are followed by true."};
    if (key == "reload")
        return ReloadCommand{};
    return QuitCommand{};
}

ControlInput::ControlInput(boost::asio::io_context &loop, int descriptor,
                           std::function<void(const Command &)> onCommand, std::function<void()> onEnd)
    : m_loop(loop), m_descriptor(descriptor), m_stream(loop), m_onCommand(std::move(onCommand)),
      m_onEnd(std::move(onEnd))
{
    boost::system::error_code error;
    m_stream.assign(descriptor, error);
    m_pollable = !error;
    await();
}

ControlInput::~ControlInput()
{
    if (m_stream.is_open())
        static_cast<void>(m_stream.release());
}

void ControlInput::await()
{
    if (!m_pollable) {
        boost::asio::post(m_loop, [this] { read(); });
        return;
    }
    m_stream.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [this](const boost::system::error_code &error) {
                            // Asio takes over what epoll cannot wait for (a file, /dev/null), but does not
                            // wait for it: that can always be read.
                            m_pollable = m_pollable && error != boost::asio::error::operation_not_supported;
                            if (!error)
                                read();
                            else if (!m_pollable)
                                await();
                        });
}

void ControlInput::read()
{
    std::array<char, 4096> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): written by read()
    const ssize_t got = ::read(m_descriptor, bytes.data(), bytes.size());
    if (got > 0)
        take({bytes.data(), static_cast<std::size_t>(got)});
    if (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)))
        await();
    else
        m_onEnd();
}

void ControlInput::take(std::string_view bytes)
{
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (m_line.size() + part.size() > maxLineBytes)
            m_tooLong = true;
        else
            m_line += part;
        if (end == std::string_view::npos)
            return;
        bytes.remove_prefix(end + 1);
        const std::string line = std::exchange(m_line, {});
        if (std::exchange(m_tooLong, false))
            m_onCommand(BadCommand{"A control line has at most 65536 bytes."});
        else if (line.find_first_not_of(" \t\r") != std::string::npos)
            m_onCommand(parseCommand(line));
    }
}

} // namespace aspersor::serve
