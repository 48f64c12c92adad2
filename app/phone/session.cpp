// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace aspersor::phone {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int ownPictureUpTo = 4; // feeds; above, one encoder serves them all
constexpr milliseconds terminalInterval{1000};
constexpr milliseconds plainInterval{10'000};

SourceRequest sourceRequest(const Options &options)
{
    SourceRequest request;
    request.source = options.source;
    request.width = options.size.width;
    request.height = options.size.height;
    request.framesPerSecond = options.framesPerSecond;
    request.videoKbps = options.videoKbps;
    request.loop = options.loop;
    // A viewer who joins waits for a keyframe: one a second when nobody waits for whole segments anyway.
    request.keyframeInterval =
        options.chunk ? milliseconds{1000} : std::min(options.segment, milliseconds{2000});
    return request;
}

/// Takes what is there; false when the input is at its end.
bool inputGoesOn()
{
    std::array<char, 256> buffer{};
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

} // namespace

Session::Session(const Options &options, Console &console) : m_options(options), m_console(console) {}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::open(const Options &options, Console &console)
{
    auto url = parseFeedUrl(options.url);
    if (!url)
        return tl::unexpected(url.error());
    std::unique_ptr<Session> session(new Session(options, console));
    const auto mode = options.putSegments ? Uploader::Mode::PutSegments : Uploader::Mode::LongPost;
    std::vector<Outbox *> outboxes;
    for (int i = 1; i <= options.feeds; ++i) {
        Session *raw = session.get();
        session->m_uploaders.push_back(std::make_unique<Uploader>(
            options.feeds == 1 ? *url : url->numbered(i), mode, options.key,
            [&console](const std::string &feed, const std::string &sentence) { console.say(feed, sentence); },
            [raw] { raw->m_waker.wake(); }));
        outboxes.push_back(&session->m_uploaders.back()->outbox());
    }
    SourceRequest request = sourceRequest(options);
    const bool ownPictures = options.source == "test" && options.feeds > 1 && options.feeds <= ownPictureUpTo;
    if (!ownPictures) {
        request.caption = url->name();
        if (auto added = session->addRecorder(request, std::move(outboxes)); !added)
            return tl::unexpected(added.error());
        return session;
    }
    if (request.width == 0) {
        request.width = 640;
        request.height = 360;
    }
    for (const auto &uploader : session->m_uploaders) {
        request.caption = uploader->name();
        if (auto added = session->addRecorder(request, {&uploader->outbox()}); !added)
            return tl::unexpected(added.error());
        ++request.colours;
    }
    return session;
}

Result<void> Session::addRecorder(const SourceRequest &request, std::vector<Outbox *> outboxes)
{
    auto source = MediaSource::open(request);
    if (!source)
        return tl::unexpected(source.error());
    if (m_recorders.empty())
        m_console.say({}, "Source: " + (*source)->summary() + '.');
    // In pieces, every keyframe is a place where a broken upload may go on.
    const Recorder::Cut cut{m_options.chunk ? request.keyframeInterval : m_options.segment, m_options.chunk,
                            m_options.duration};
    m_recorders.push_back(std::make_unique<Recorder>(std::move(*source), cut, std::move(outboxes),
                                                     [this](const std::string &failure) {
                                                         if (failure.empty())
                                                             return;
                                                         m_sourceFailed = true;
                                                         m_console.say({}, failure);
                                                     }));
    return {};
}

bool Session::run()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    const net::Socket signalSource(::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC));

    for (const auto &uploader : m_uploaders)
        uploader->start();
    for (const auto &recorder : m_recorders)
        recorder->start();

    const std::string who =
        m_uploaders.size() == 1 ? m_uploaders.front()->name() : std::to_string(m_uploaders.size()) + " feeds";
    ProgressLine progress(who, Clock::now());
    const milliseconds interval = m_console.isTerminal() ? terminalInterval : plainInterval;
    auto nextLine = Clock::now() + interval;
    bool watchInput = m_options.endWithInput;
    while (!allEnded()) {
        std::array<pollfd, 3> sources{pollfd{m_waker.descriptor(), POLLIN, 0},
                                      pollfd{signalSource.descriptor(), POLLIN, 0},
                                      pollfd{watchInput ? STDIN_FILENO : -1, POLLIN, 0}};
        const auto left = std::chrono::ceil<milliseconds>(nextLine - Clock::now()).count();
        ::poll(sources.data(), sources.size(), static_cast<int>(std::max<decltype(left)>(left, 0)));
        m_waker.clear();
        signalfd_siginfo info{};
        while (::read(signalSource.descriptor(), &info, sizeof info) == static_cast<ssize_t>(sizeof info))
            endByUser();
        if (sources[2].revents != 0 && !inputGoesOn()) {
            watchInput = false;
            endByUser();
        }
        if (Clock::now() >= nextLine) {
            m_console.showProgress(progress.update(statuses(), Clock::now()));
            nextLine += interval;
        }
    }
    m_console.showProgress(progress.update(statuses(), Clock::now()));
    m_console.end();
    const auto feeds = statuses();
    return !m_sourceFailed && std::all_of(feeds.begin(), feeds.end(), [](const Uploader::Status &feed) {
        return feed.state == Uploader::State::Done;
    });
}

void Session::endByUser()
{
    // The first time properly; who asks again does not want to wait for the network.
    if (++m_interrupts == 1) {
        for (const auto &recorder : m_recorders)
            recorder->stop();
        return;
    }
    for (const auto &uploader : m_uploaders)
        uploader->abandon();
}

bool Session::allEnded() const
{
    const auto feeds = statuses();
    return std::all_of(feeds.begin(), feeds.end(), [](const Uploader::Status &feed) {
        return feed.state == Uploader::State::Done || feed.state == Uploader::State::Refused ||
               feed.state == Uploader::State::Failed;
    });
}

std::vector<Uploader::Status> Session::statuses() const
{
    std::vector<Uploader::Status> result;
    for (const auto &uploader : m_uploaders)
        result.push_back(uploader->status());
    return result;
}

} // namespace aspersor::phone
