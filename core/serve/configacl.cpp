// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/configacl.h"

#include "core/serve/configvalues.h"

#include <algorithm>
#include <iterator>

namespace aspersor::serve {

namespace {

AclLine problem(const Word &at, std::string sentence)
{
    return {{}, at, std::move(sentence), {}};
}

bool looksLikeHost(std::string_view text)
{
    constexpr std::string_view digits = "0123456789.:/";
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    return text.find_first_not_of(digits) != std::string_view::npos &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

/// Allows nobody: the opposite of a rule that allows an address that nobody has.
Acl nobody()
{
    const boost::asio::ip::address none = boost::asio::ip::address_v6::any();
    return Acl{{AclRule{true, none, none}}};
}

AclLine ofHost(const Word &host, bool allow, const HostSource &hosts)
{
    if (equalIgnoringCase(host.text, "localhost")) {
        AclLine line{Acl::loopbackOnly().rules, host, {}, {}};
        for (AclRule &rule : line.rules)
            rule.allow = allow;
        return line;
    }
    AclLine line{{}, host, {}, host.text + " is looked up now and not again; it is"};
    for (const boost::asio::ip::address &found :
         hosts ? hosts(host.text) : std::vector<boost::asio::ip::address>()) {
        const boost::asio::ip::address address = plainAddress(found);
        line.rules.push_back({allow, address, address});
        line.note.append(line.rules.size() > 1 ? ", " : " ").append(address.to_string());
    }
    line.note += '.';
    if (line.rules.empty())
        return problem(host, "The host " + quoted(host.text) + " has no address; write one in its place.");
    return line;
}

} // namespace

AclLine parseAclLine(const ConfigLine &line, const HostSource &hosts)
{
    const std::vector<Word> &words = line.words;
    if (words.size() < 2)
        return problem(words.front(),
                       words.front().text + " needs \"allow\" or \"deny\" and an address after it.");
    const bool allow = equalIgnoringCase(words[1].text, "allow");
    if (!allow && !equalIgnoringCase(words[1].text, "deny"))
        return problem(words[1],
                       "ACL is followed by \"allow\" or \"deny\", not by " + quoted(words[1].text) + ".");
    if (words.size() < 3)
        return problem(words.front(), "ACL needs an address after \"allow\" or \"deny\" after it.");
    const Word &first = words[2];
    const Word &last = words.size() > 3 ? words[3] : first;
    if (words.size() == 3 && looksLikeHost(first.text))
        return ofHost(first, allow, hosts);
    const auto from = parseAclRange(first.text);
    const auto to = words.size() > 3 ? parseAclRange(last.text) : from;
    if (!from || !to) {
        const Word &bad = from ? last : first;
        return problem(bad, "This must be an address such as 192.168.0.7, 192.168.0.0/24 or ::1, not " +
                                quoted(bad.text) + ".");
    }
    if (from->first.is_v4() != to->last.is_v4() || to->last < from->first)
        return problem(last, "The range ends before it begins; write the lower address first.");
    return {{AclRule{allow, from->first, to->last}}, first, {}, {}};
}

AclFile parseAclFile(std::string_view text)
{
    AclFile file;
    for (const ConfigLine &line : splitConfig(text)) {
        AclLine parsed = equalIgnoringCase(line.words.front().text, "ACL")
                             ? parseAclLine(line, {})
                             : problem(line.words.front(), "Only ACL lines can stand here.");
        if (!parsed.problem.empty())
            return {nobody(), "line " + std::to_string(line.number) + ": " + parsed.problem};
        std::ranges::copy(parsed.rules, std::back_inserter(file.acl.rules));
    }
    if (file.acl.rules.empty())
        file.acl = nobody();
    return file;
}

} // namespace aspersor::serve
