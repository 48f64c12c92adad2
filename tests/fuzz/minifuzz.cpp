// SPDX-License-Identifier: GPL-3.0-or-later
// minifuzz COUNT FOLDER: runs a fuzz target over the inputs in a folder and over COUNT changed ones, always
// the same. For compilers without libFuzzer, and to see that a target still builds and holds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

using Bytes = std::vector<std::uint8_t>;

void change(Bytes &bytes, const Bytes &other, std::mt19937 &random)
{
    const auto below = [&random](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    const auto at = [&](Bytes &in) { return in.begin() + static_cast<std::ptrdiff_t>(below(in.size())); };
    static constexpr std::uint8_t telling[] = {0, 1, 0x7f, 0x80, 0xfe, 0xff, 'f', 'm'};
    switch (below(6)) {
    case 0:
    case 1:
        *at(bytes) = static_cast<std::uint8_t>(random());
        break;
    case 2:
        *at(bytes) = telling[below(std::size(telling))];
        break;
    case 3:
        bytes.insert(at(bytes), static_cast<std::uint8_t>(random()));
        break;
    case 4:
        bytes.erase(at(bytes));
        break;
    default: { // a piece of another input over this one
        const std::size_t from = below(other.size());
        const std::size_t to = below(bytes.size());
        const std::size_t count = std::min({below(64), other.size() - from, bytes.size() - to});
        std::copy_n(other.begin() + static_cast<std::ptrdiff_t>(from), count,
                    bytes.begin() + static_cast<std::ptrdiff_t>(to));
    }
    }
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    std::vector<std::filesystem::path> paths;
    for (const auto &entry : std::filesystem::directory_iterator(argv[2]))
        paths.push_back(entry.path());
    std::ranges::sort(paths);
    std::vector<Bytes> inputs;
    for (const auto &path : paths) {
        std::ifstream file(path, std::ios::binary);
        inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        LLVMFuzzerTestOneInput(inputs.back().data(), inputs.back().size());
    }
    if (inputs.empty())
        return EXIT_FAILURE;
    std::mt19937 random(4096);
    const long count = std::strtol(argv[1], nullptr, 10);
    for (long i = 0; i < count; ++i) {
        Bytes bytes = inputs[random() % inputs.size()];
        const Bytes &other = inputs[random() % inputs.size()];
        for (auto changes = 1 + random() % 8; changes > 0 && bytes.size() > 1; --changes)
            change(bytes, other, random);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    }
    std::printf("%zu inputs and %ld changed ones\n", inputs.size(), count);
    return EXIT_SUCCESS;
}
