// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/net/requestparser.h"

#include <cstdlib>
#include <cstring>
#include <vector>

using namespace aspersor::net;

namespace {

struct Outcome {
    bool done = false;
    bool failed = false;
    std::size_t used = 0;
    std::string body;
};

void require(bool condition)
{
    if (!condition)
        std::abort();
}

Outcome parse(std::span<const std::uint8_t> input, std::size_t piece)
{
    RequestParser parser;
    Outcome outcome;
    while (outcome.used < input.size() && !parser.done() && !parser.error()) {
        const auto part = input.subspan(outcome.used, std::min(piece, input.size() - outcome.used));
        const std::vector<std::uint8_t> own(part.begin(), part.end()); // a read past the end is seen
        const bool headBefore = parser.headDone();
        std::size_t bodyBytes = 0;
        const std::size_t used = parser.feed(own, [&](std::span<const std::uint8_t> body) {
            bodyBytes += body.size();
            outcome.body.append(reinterpret_cast<const char *>(body.data()), body.size());
        });
        require(used <= own.size() && bodyBytes <= used);
        require(used == own.size() || parser.done() || parser.error() || (!headBefore && parser.headDone()));
        outcome.used += used;
    }
    if (parser.headDone() && !parser.error())
        require(!(parser.head().chunked && parser.head().contentLength));
    if (parser.error())
        require(parser.error()->status >= 400 && !parser.error()->reason.empty());
    outcome.done = parser.done();
    outcome.failed = parser.error().has_value();
    return outcome;
}

} // namespace

/// However a request is cut, what is taken for one, its length and its body are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const std::span input(data, size);
    const Outcome whole = parse(input, std::max<std::size_t>(size, 1));
    for (const std::size_t piece : {std::size_t(1), std::size_t(5)}) {
        const Outcome pieces = parse(input, piece);
        require(whole.done == pieces.done);
        if (whole.done)
            require(whole.used == pieces.used && whole.body == pieces.body);
    }
    return 0;
}
