// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <string>

namespace aspersor::bench {

/// "--name value" pairs.
class Arguments
{
public:
    Arguments(int count, char **words)
    {
        for (int i = 2; i + 1 < count; i += 2)
            m_values[std::string(words[i]).substr(2)] = words[i + 1];
    }
    [[nodiscard]] std::string text(const std::string &name, const std::string &otherwise) const
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? otherwise : found->second;
    }
    [[nodiscard]] int number(const std::string &name, int otherwise) const
    {
        const auto found = m_values.find(name);
        return found == m_values.end() ? otherwise : std::stoi(found->second);
    }

private:
    std::map<std::string, std::string> m_values;
};

/// --to PORT|SOCKET --clip FILE [--feeds N] [--name N] [--seconds S] [--key K] [--way chunked|put|raw]
/// [--auth U:P]
int feed(const Arguments &arguments);
/// --clip FILE [--gather MS] [--seconds S]: prints its port
int floorServer(const Arguments &arguments);
/// [--feeds N]: prints its port, ends with its feeds
int copyLoop(const Arguments &arguments);
/// --port P --paths /a,/b --viewers N [...], see view.cpp: prints one JSON object
int view(const Arguments &arguments);

} // namespace aspersor::bench
