// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/access.h"

#include "core/net/socket.h"
#include "core/serve/configacl.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace aspersor::serve {

namespace {

constexpr std::size_t mostBytes = std::size_t{64} * 1024;

/// Nothing: there is no such file. Never waits: what is no plain file counts as one with a fault.
std::optional<AclFile> readAcl(const std::string &path)
{
    const auto fault = [](const std::string &why) {
        AclFile file = parseAclFile({}); // allows nobody
        file.problem = why;
        return file;
    };
    const net::Socket file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file.isOpen())
        return errno == ENOENT ? std::nullopt : std::optional(fault(std::strerror(errno)));
    struct stat facts {
    };
    if (::fstat(file.descriptor(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return fault("it is not a plain file");
    std::string text(mostBytes + 1, '\0');
    std::size_t filled = 0;
    ssize_t got = 0;
    while (filled < text.size() &&
           (got = ::read(file.descriptor(), text.data() + filled, text.size() - filled)) > 0)
        filled += static_cast<std::size_t>(got);
    if (got < 0)
        return fault(std::strerror(errno));
    if (filled > mostBytes)
        return fault("it has more than 64 KiB");
    text.resize(filled);
    return parseAclFile(text);
}

} // namespace

bool mayWatch(const StreamSpec &stream, const boost::asio::ip::address &peer)
{
    if (stream.dynamicAcl.empty())
        return stream.acl.allows(peer);
    const auto file = readAcl(stream.dynamicAcl);
    return !file || file->acl.allows(peer);
}

std::string dynamicAclProblem(const std::string &path)
{
    const auto file = readAcl(path);
    if (!file)
        return "The DynamicACL file " + path + " is not there: everybody is let in until it is.";
    return file->problem.empty() ? std::string()
                                 : "The DynamicACL file " + path + " lets nobody in: " + file->problem;
}

} // namespace aspersor::serve
