// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a configuration: read, printed and read again they say the same; what is said of them has its
// place and no control characters. tst_serveconfigcorpus runs it without libFuzzer.
#include "core/serve/configacl.h"
#include "core/serve/configparser.h"
#include "core/serve/configprinter.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" {
#include <libavutil/log.h>
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

using namespace aspersor::serve;

[[noreturn]] void fail(const char *what, const std::string &text)
{
    std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
    std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    av_log_set_level(AV_LOG_QUIET);
    const std::string text(reinterpret_cast<const char *>(data), size);
    const ParsedConfig parsed = parseConfig(text, "x.conf");
    for (const Diagnostic &diagnostic : parsed.diagnostics) {
        const std::string said = diagnostic.withExcerpt();
        const bool isClean =
            std::ranges::none_of(said, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; });
        if (!isClean || diagnostic.message.empty() || diagnostic.line < 0 || diagnostic.column < 0)
            fail("a diagnostic that is not fit to be shown", said);
    }
    static_cast<void>(parseAclFile(text));
    if (hasErrors(parsed.diagnostics))
        return 0;
    const std::string printed = printConfig(parsed.config);
    const ParsedConfig again = parseConfig(printed, "printed.conf");
    if (hasErrors(again.diagnostics)) {
        for (const Diagnostic &diagnostic : again.diagnostics)
            std::fprintf(stderr, "%s\n", diagnostic.withExcerpt().c_str());
        fail("the printed text has errors", printed);
    }
    if (!(again.config == parsed.config) || printConfig(again.config) != printed)
        fail("the printed text says something else",
             text + "\n-----\n" + printed + "\n-----\n" + printConfig(again.config));
    return 0;
}
