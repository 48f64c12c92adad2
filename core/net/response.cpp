// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/requestparser.h"

#include <boost/beast/http/status.hpp>

namespace aspersor::net {

std::string_view statusText(int status)
{
    switch (status) { // younger than Beast's table (RFC 9110 names)
    case 413:
        return "Content Too Large";
    case 422:
        return "Unprocessable Content";
    default:
        break;
    }
    const auto text = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    return {text.data(), text.size()};
}

std::string response(int status, std::string_view contentType, std::string_view body,
                     std::string_view extraFields, bool keepAlive)
{
    std::string result = "HTTP/1.1 " + std::to_string(status) + ' ';
    result.append(statusText(status)).append("\r\n");
    if (status < 200) // an interim answer: nothing but its line
        return result.append(extraFields).append("\r\n");
    if (!contentType.empty())
        result.append("Content-Type: ").append(contentType).append("\r\n");
    const bool hasBody = status != 204 && status != 304;
    if (hasBody)
        result.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    result.append(extraFields);
    result.append(keepAlive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n");
    if (hasBody)
        result.append(body);
    return result;
}

} // namespace aspersor::net
