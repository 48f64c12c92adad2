// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/phone/options.h"
#include "app/phone/progress.h"
#include "app/phone/session.h"
#include "core/media/avlog.h"

#include <csignal>
#include <cstdio>

using namespace aspersor;
using namespace aspersor::phone;

namespace {

constexpr int exitNotSent = 1;
constexpr int exitUsage = 2;

/// Before the first thread, which inherits it: the session reads these signals as events.
void blockSignals()
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

} // namespace

int main(int argc, char *argv[])
{
    const auto parsed = parseOptions(argc, argv);
    Console console;
    if (!parsed) {
        console.say({}, parsed.error().message);
        return exitUsage;
    }
    if (const auto *text = std::get_if<PlainText>(&*parsed)) {
        std::fputs(text->text.c_str(), stdout);
        return 0;
    }
    blockSignals();
    media::routeAvLog([&console](media::AvLogLevel level, std::string_view component, std::string_view,
                                 std::string_view line) {
        if (level == media::AvLogLevel::Error)
            console.say(std::string(component), std::string(line));
    });
    auto session = Session::open(std::get<Options>(*parsed), console);
    if (!session) {
        console.say({}, session.error().message);
        return session.error().kind == Error::Kind::BadRequest ? exitUsage : exitNotSent;
    }
    return (*session)->run() ? 0 : exitNotSent;
}
