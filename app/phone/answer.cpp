// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/answer.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <charconv>
#include <string_view>

namespace aspersor::phone {

namespace http = boost::beast::http;

namespace {

constexpr std::uint64_t bodyLimit = 64 * 1024;

std::optional<std::chrono::seconds> secondsOf(std::string_view text)
{
    long value =
        0; // the HTTP-date form of Retry-After is not worth a parser here: the back-off serves as well
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
        return std::nullopt;
    return std::chrono::seconds{value};
}

Answer valuesOf(const http::response<http::string_body> &message)
{
    Answer answer;
    answer.status = static_cast<int>(message.result_int());
    answer.keepAlive = message.keep_alive();
    const auto type = message[http::field::content_type];
    if (type.starts_with("text/plain"))
        answer.reason = message.body().substr(0, message.body().find_first_of("\r\n"));
    if (answer.reason.empty())
        answer.reason = std::string(message.reason());
    const auto retry = message[http::field::retry_after];
    answer.retryAfter = secondsOf({retry.data(), retry.size()});
    return answer;
}

} // namespace

struct AnswerReader::Impl {
    std::optional<http::response_parser<http::string_body>> parser;
    std::string pending; // bytes that wait for the rest of a line

    void restart()
    {
        parser.emplace();
        parser->eager(true);
        parser->body_limit(bodyLimit);
    }
};

AnswerReader::AnswerReader() : m_impl(std::make_unique<Impl>())
{
    m_impl->restart();
}

AnswerReader::~AnswerReader() = default;

Result<void> AnswerReader::feed(std::span<const std::uint8_t> bytes)
{
    auto &pending = m_impl->pending;
    pending.insert(pending.end(), bytes.begin(), bytes.end());
    while (!pending.empty() && !m_impl->parser->is_done()) {
        boost::system::error_code error;
        const std::size_t taken = m_impl->parser->put(boost::asio::buffer(pending), error);
        pending.erase(0, taken);
        if (error == http::error::need_more)
            break;
        if (error)
            return failure(Error::Kind::BadRequest, "not an HTTP answer: " + error.message());
        const bool interim = m_impl->parser->is_header_done() && m_impl->parser->get().result_int() < 200;
        if (interim)
            m_impl->restart();
        else if (taken == 0)
            break;
    }
    return {};
}

void AnswerReader::close()
{
    boost::system::error_code error;
    if (m_impl->parser->got_some() && !m_impl->parser->is_done())
        m_impl->parser->put_eof(error); // an answer cut short stays incomplete
}

std::optional<Answer> AnswerReader::take()
{
    if (!m_impl->parser->is_done())
        return std::nullopt;
    Answer answer = valuesOf(m_impl->parser->get());
    m_impl->restart();
    return answer;
}

} // namespace aspersor::phone
