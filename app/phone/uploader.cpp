// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/uploader.h"

#include "app/phone/tcpconnect.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace aspersor::phone {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds firstBackOff{500};
constexpr milliseconds longestBackOff{5000};
constexpr milliseconds longestRetryAfter{30'000};
constexpr milliseconds goodRun{5000}; // a connection that lasted this long resets the back-off
constexpr milliseconds connectTimeout{5000};
constexpr milliseconds answerTimeout{10'000};

std::string_view asText(const Block &block)
{
    return {reinterpret_cast<const char *>(block.bytes->data()), block.bytes->size()};
}

std::string seconds(milliseconds time)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(time.count()) / 1000.0);
    return text.data();
}

/// What a person can do about a refusal; begins with a space.
std::string advice(int status)
{
    switch (status) {
    case 401:
        return " Give the publish key that the control room shows with --key.";
    case 403:
        return " The operator has to let the feed back in.";
    case 404:
        return " Choose a name of letters, digits, \".\", \"_\" and \"-\" in the URL.";
    default:
        return {};
    }
}

} // namespace

Uploader::Uploader(FeedUrl url, Mode mode, const std::string &key, Say say, std::function<void()> ended)
    : m_url(std::move(url)), m_mode(mode),
      m_authorization(key.empty() ? std::string() : "Authorization: Bearer " + key + "\r\n"),
      m_say(std::move(say)), m_ended(std::move(ended)), m_outbox([this] { m_waker.wake(); })
{
}

Uploader::~Uploader()
{
    abandon();
}

void Uploader::start()
{
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

void Uploader::abandon()
{
    m_thread.request_stop();
    m_stopWaker.wake();
    m_waker.wake();
}

Uploader::Status Uploader::status() const
{
    const unsigned connections = m_connections;
    return {m_state, m_sentBytes, m_outbox.droppedBytes(), connections > 0 ? connections - 1 : 0};
}

void Uploader::run(const std::stop_token &stop)
{
    milliseconds backOff = firstBackOff;
    while (!stop.stop_requested()) {
        auto socket = connectTcp(m_url.host, m_url.port, m_stopWaker, connectTimeout);
        Ending ending;
        if (socket) {
            const auto begin = Clock::now();
            UploadConnection connection(std::move(*socket), m_waker, stop, m_sentBytes);
            m_outbox.setOnline(true);
            ending = m_mode == Mode::LongPost ? postAll(connection) : putAll(connection);
            if (Clock::now() - begin >= goodRun)
                backOff = firstBackOff;
        } else {
            ending.stopped = socket.error().kind == Error::Kind::Stopped;
            ending.reason = "no connection to " + m_url.authority() + ": " + socket.error().message;
        }
        milliseconds wait = backOff;
        const Next next = judge(ending, wait);
        if (next == Next::GoOn)
            continue;
        m_outbox.setOnline(false);
        if (next == Next::Stop)
            break;
        backOff = std::min(backOff * 2, longestBackOff);
        setState(State::Waiting);
        waitBeforeRetry(wait, stop);
        if (m_outbox.finished()) { // nothing new will come, and what was there is lost
            m_say(name(), "Ended while there was no connection.");
            break;
        }
    }
    const State last = m_state;
    if (last != State::Done && last != State::Refused)
        setState(State::Failed);
    m_ended();
}

void Uploader::noteConnected()
{
    if (m_state == State::Sending) // a server that closes after each segment
        return;
    setState(State::Sending);
    m_say(name(), ++m_connections == 1 ? "Sending to " + m_url.authority() + '.' : "Connected again.");
}

Ending Uploader::postAll(UploadConnection &connection)
{
    noteConnected();
    if (auto ending = connection.send({head("POST", m_url.target(), "Transfer-Encoding: chunked\r\n")}))
        return std::move(*ending);
    for (;;) {
        m_waker.clear();
        if (const auto block = m_outbox.take()) {
            std::array<char, 24> size{};
            std::snprintf(size.data(), size.size(), "%zx\r\n", block->bytes->size());
            if (auto ending = connection.send({size.data(), asText(*block), "\r\n"}))
                return std::move(*ending);
        } else if (m_outbox.drained()) {
            if (auto ending = connection.send({"0\r\n\r\n"}))
                return std::move(*ending);
            return connection.waitForAnswer(answerTimeout);
        } else if (auto ending = connection.waitForWork()) {
            return std::move(*ending);
        }
    }
}

Ending Uploader::putAll(UploadConnection &connection)
{
    noteConnected();
    for (;;) {
        m_waker.clear();
        if (const auto block = m_outbox.take()) {
            const std::string length = "Content-Length: " + std::to_string(block->bytes->size()) + "\r\n";
            if (auto ending =
                    connection.send({head("PUT", m_url.segmentTarget(m_segment++), length), asText(*block)}))
                return std::move(*ending);
            Ending ending = connection.waitForAnswer(answerTimeout);
            const bool taken = ending.answer && ending.answer->accepted();
            if (!taken || !ending.answer->keepAlive || m_outbox.drained())
                return ending;
        } else if (m_outbox.drained()) {
            return {Answer{.status = 200, .reason = {}, .retryAfter = {}, .keepAlive = false}, {}, false};
        } else if (auto ending = connection.waitForWork()) {
            return std::move(*ending);
        }
    }
}

std::string Uploader::head(std::string_view method, const std::string &target, std::string_view framing) const
{
    std::string text(method);
    text += ' ' + target + " HTTP/1.1\r\nHost: " + m_url.authority() +
            "\r\nUser-Agent: aspersor-phone/" ASPERSOR_VERSION "\r\nContent-Type: video/mp2t\r\n";
    text += framing;
    text += m_authorization;
    return text + "\r\n";
}

Uploader::Next Uploader::judge(const Ending &ending, milliseconds &wait)
{
    if (ending.stopped)
        return Next::Stop;
    if (ending.answer)
        return judge(*ending.answer, wait);
    if (m_outbox.drained() && m_state == State::Sending) {
        m_say(name(), "All was sent, but " + ending.reason + '.');
        return Next::Stop;
    }
    m_say(name(), "Trying again in " + seconds(wait) + ": " + ending.reason + '.');
    return Next::TryAgain;
}

Uploader::Next Uploader::judge(const Answer &answer, milliseconds &wait)
{
    if (answer.accepted()) {
        if (m_outbox.drained()) {
            setState(State::Done);
            return Next::Stop;
        }
        if (m_mode == Mode::PutSegments) // that was a segment's answer: a new connection for the next one
            return Next::GoOn;
        m_say(name(), "The server ended the upload; trying again in " + seconds(wait) + '.');
        return Next::TryAgain;
    }
    const std::string told = "The server says " + std::to_string(answer.status) + ": " + answer.reason;
    if (!answer.temporary()) {
        m_say(name(), told + advice(answer.status));
        setState(State::Refused);
        return Next::Stop;
    }
    if (answer.retryAfter)
        wait = std::max(wait, std::min<milliseconds>(*answer.retryAfter, longestRetryAfter));
    m_say(name(), told + advice(answer.status) + " Trying again in " + seconds(wait) + '.');
    return Next::TryAgain;
}

void Uploader::waitBeforeRetry(milliseconds time, const std::stop_token &stop)
{
    const auto end = Clock::now() + time;
    while (!stop.stop_requested() && !m_outbox.finished()) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        if (left.count() <= 0 || net::waitReadable(-1, m_waker, left) == net::Wait::TimedOut)
            return;
        m_waker.clear(); // something new in the outbox: not our concern here
    }
}

} // namespace aspersor::phone
