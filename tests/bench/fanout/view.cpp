// SPDX-License-Identifier: GPL-3.0-or-later
// Thousands of viewers in one thread: most throw away what they get inside the kernel, some look at every
// byte.
//   --port P --paths /a,/b   what they open, in turn
//   --viewers N --joinMs MS  how many, and over what time they come
//   --settleMs MS --seconds S  how long to wait before it is measured, and how long to measure
//   --samples N              how many look at every byte
//   --stalled N --slow N --slowKbit K  of them: how many take nothing, how many take only K kbit/s
//   --alone 1                the first one comes 4 s before the others; "alone" is printed in between
#include "tests/bench/fanout/commands.h"
#include "tests/bench/fanout/pacedclip.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstring>
#include <map>
#include <sstream>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace aspersor::bench {

namespace {

/// Continuity counters of an MPEG-TS (ISO/IEC 13818-1, 2.4.3.3), byte stream in any pieces.
class ContinuityCheck
{
public:
    void add(std::span<const std::uint8_t> bytes)
    {
        m_carry.insert(m_carry.end(), bytes.begin(), bytes.end());
        std::size_t at = 0;
        for (; at + 188 <= m_carry.size(); at += 188) {
            const std::uint8_t *p = m_carry.data() + at;
            if (p[0] != 0x47) {
                ++errors;
                continue;
            }
            const int pid = (p[1] & 0x1f) << 8 | p[2];
            const bool payload = p[3] & 0x10;
            const bool announced = (p[3] & 0x20) && p[4] > 0 && (p[5] & 0x80);
            const int counter = p[3] & 0x0f;
            if (const auto last = m_last.find(pid); last != m_last.end() && pid != 0x1fff && !announced) {
                const int expected = payload ? (last->second + 1) & 0x0f : last->second;
                errors += counter != expected ? 1 : 0;
            }
            m_last[pid] = counter;
        }
        m_carry.erase(m_carry.begin(), m_carry.begin() + static_cast<std::ptrdiff_t>(at));
    }
    std::uint64_t errors = 0;

private:
    std::vector<std::uint8_t> m_carry;
    std::map<int, int> m_last;
};

struct Viewer {
    int descriptor = -1;
    bool sampled = false;
    bool headDone = false;
    bool stalled = false;
    bool slow = false;
    std::int64_t connectedAt = 0;
    std::int64_t firstByteAt = 0;
    std::int64_t firstPictureAt = 0;
    std::int64_t lastByteAt = 0;
    std::int64_t longestGap = 0;
    std::uint64_t bytes = 0;
    std::string carry; // sampled: the end of the last read, where a marker may be cut
    std::int64_t lastStamp = 0;
    ContinuityCheck continuity;
};

struct Report {
    std::vector<double> delaysMs;
    std::vector<double> firstByteMs;
    std::vector<double> firstPictureMs;
    std::int64_t lastServedAt = 0; // the last first byte of all
    int keyframeFirst = 0;
    int looked = 0;
    double longestGapMs = 0;
    std::uint64_t bytes = 0;
    std::uint64_t measuredBytes = 0;
    std::uint64_t continuityErrors = 0;
    int refused = 0;
    int closed = 0;
};

double percentile(std::vector<double> &values, double share)
{
    if (values.empty())
        return -1;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(at));
    return values[at];
}

/// The marker's message stands behind the access unit delimiter; in a keyframe the SPS (nal_unit_type 7) is
/// next.
bool beginsKeyframe(std::string_view behindMarker)
{
    const std::size_t code = behindMarker.find(std::string_view("\0\0\1", 3));
    return code != std::string_view::npos && code + 3 < behindMarker.size() &&
           (behindMarker[code + 3] & 0x1f) == 7;
}

class Crowd
{
public:
    explicit Crowd(const Arguments &arguments) : m_arguments(arguments), m_epoll(epoll_create1(EPOLL_CLOEXEC))
    {
    }
    ~Crowd()
    {
        for (const Viewer &viewer : m_viewers) {
            if (viewer.descriptor >= 0)
                close(viewer.descriptor);
        }
        close(m_epoll);
    }
    Crowd(const Crowd &) = delete;
    Crowd &operator=(const Crowd &) = delete;
    int run();

private:
    bool join(std::size_t index);
    bool joinDue(std::int64_t since, std::int64_t spread);
    void readSlowly(std::int64_t now);
    void readFrom(Viewer &viewer, std::int64_t now);
    void look(Viewer &viewer, std::span<const std::uint8_t> bytes, std::int64_t now);
    void print(std::int64_t measureStart, std::int64_t end);

    const Arguments &m_arguments;
    int m_epoll;
    std::vector<Viewer> m_viewers;
    std::vector<std::string> m_paths;
    std::vector<std::uint8_t> m_buffer = std::vector<std::uint8_t>(1 << 20);
    Report m_report;
    bool m_measuring = false;
    bool m_ts = false;
    std::size_t m_joined = 0;
    std::int64_t m_startedAt = 0;
    std::int64_t m_slowReadAt = 0;
};

bool Crowd::join(std::size_t index)
{
    Viewer &viewer = m_viewers[index];
    viewer.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // Spread over the loopback range: one address has not enough ports for many thousand viewers.
    sockaddr_in from{};
    from.sin_family = AF_INET;
    from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(index % 16));
    (void)bind(viewer.descriptor, reinterpret_cast<sockaddr *>(&from), sizeof from);
    if (viewer.stalled || viewer.slow) {
        const int small = 4096;
        setsockopt(viewer.descriptor, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(m_arguments.number("port", 0)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    viewer.connectedAt = nowNs();
    if (connect(viewer.descriptor, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0)
        return false;
    const std::string request =
        "GET " + m_paths[index % m_paths.size()] + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (send(viewer.descriptor, request.data(), request.size(), MSG_NOSIGNAL) < 0)
        return false;
    if (viewer.stalled || viewer.slow)
        return true;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
    return epoll_ctl(m_epoll, EPOLL_CTL_ADD, viewer.descriptor, &event) == 0;
}

/// Joins those that are due; not so many at once that the others' bytes wait.
bool Crowd::joinDue(std::int64_t since, std::int64_t spread)
{
    const std::int64_t now = nowNs();
    if (now < since)
        return true;
    const double share =
        static_cast<double>(now - since) / static_cast<double>(std::max<std::int64_t>(spread, 1));
    const auto due = static_cast<std::size_t>(static_cast<double>(m_viewers.size()) * std::min(share, 1.0));
    for (int burst = 0; m_joined < due && burst < 16; ++burst) {
        if (!join(m_joined++))
            return false;
    }
    return true;
}

void Crowd::readSlowly(std::int64_t now)
{
    constexpr std::int64_t every = 50'000'000;
    if (now - m_slowReadAt < every)
        return;
    m_slowReadAt = now;
    const auto bytes = static_cast<std::size_t>(m_arguments.number("slowKbit", 64)) * 1000 / 8 / 20;
    for (const Viewer &viewer : m_viewers) {
        if (viewer.slow && viewer.descriptor >= 0)
            (void)recv(viewer.descriptor, m_buffer.data(), bytes, MSG_DONTWAIT | MSG_TRUNC);
    }
}

void Crowd::look(Viewer &viewer, std::span<const std::uint8_t> bytes, std::int64_t now)
{
    if (m_ts)
        viewer.continuity.add(bytes);
    std::string &text = viewer.carry;
    text.append(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    std::size_t at = 0;
    for (;;) {
        const std::size_t found = text.find(PacedClip::marker, at);
        if (found == std::string::npos || found + PacedClip::marker.size() + 16 > text.size()) {
            const std::size_t tail = viewer.firstPictureAt != 0 && text.size() > 16 ? text.size() - 16 : 0;
            at = found == std::string::npos ? std::max(at, tail) : found;
            break;
        }
        at = found + PacedClip::marker.size();
        const auto stamp = static_cast<std::int64_t>(std::strtoull(text.substr(at, 16).c_str(), nullptr, 16));
        if (viewer.firstPictureAt == 0) {
            viewer.firstPictureAt = now;
            ++m_report.looked;
            m_report.keyframeFirst += beginsKeyframe(std::string_view(text).substr(at)) ? 1 : 0;
            m_report.firstPictureMs.push_back(static_cast<double>(now - viewer.connectedAt) / 1e6);
        }
        // What is older than the viewer is the GOP it started with.
        if (stamp > viewer.connectedAt && m_measuring)
            m_report.delaysMs.push_back(static_cast<double>(now - stamp) / 1e6);
        viewer.lastStamp = stamp;
    }
    text.erase(0, at);
}

void Crowd::readFrom(Viewer &viewer, std::int64_t now)
{
    const bool whole = viewer.sampled || !viewer.headDone;
    // MSG_TRUNC on TCP: the kernel throws the bytes away without copying them (tcp(7)).
    const ssize_t got =
        recv(viewer.descriptor, m_buffer.data(), m_buffer.size(), MSG_DONTWAIT | (whole ? 0 : MSG_TRUNC));
    if (got <= 0) {
        if (got == 0 || errno != EAGAIN) {
            ++m_report.closed;
            close(viewer.descriptor);
            viewer.descriptor = -1;
        }
        return;
    }
    std::span<const std::uint8_t> bytes(m_buffer.data(), static_cast<std::size_t>(got));
    if (!viewer.headDone) {
        const std::string_view text(reinterpret_cast<const char *>(bytes.data()), bytes.size());
        m_report.refused += text.starts_with("HTTP/1.1 200") || text.starts_with("HTTP/1.0 200") ? 0 : 1;
        const std::size_t end = text.find("\r\n\r\n");
        viewer.headDone = true;
        bytes = bytes.subspan(end == std::string_view::npos ? bytes.size() : end + 4);
    }
    if (!bytes.empty() && viewer.firstByteAt == 0) {
        viewer.firstByteAt = now;
        m_report.firstByteMs.push_back(static_cast<double>(now - viewer.connectedAt) / 1e6);
        m_report.lastServedAt = now;
    }
    if (viewer.lastByteAt > 0 && m_measuring)
        viewer.longestGap = std::max(viewer.longestGap, now - viewer.lastByteAt);
    viewer.lastByteAt = now;
    m_report.bytes += static_cast<std::uint64_t>(got);
    if (m_measuring)
        m_report.measuredBytes += static_cast<std::uint64_t>(got);
    if (viewer.sampled)
        look(viewer, bytes, now);
}

void Crowd::print(std::int64_t measureStart, std::int64_t end)
{
    for (const Viewer &viewer : m_viewers) {
        m_report.continuityErrors += viewer.continuity.errors;
        m_report.longestGapMs = std::max(m_report.longestGapMs, static_cast<double>(viewer.longestGap) / 1e6);
    }
    int fed = 0;
    for (const Viewer &viewer : m_viewers)
        fed += viewer.firstByteAt > 0 ? 1 : 0;
    std::printf(
        "{\"event\":\"done\",\"viewers\":%zu,\"fed\":%d,\"refused\":%d,\"closed\":%d,\"seconds\":%.3f,"
        "\"measuredBytes\":%llu,\"bytes\":%llu,\"delayP50Ms\":%.3f,\"delayP99Ms\":%.3f,\"delayMaxMs\":%.3f,"
        "\"delaySamples\":%zu,\"firstByteP50Ms\":%.3f,\"firstByteP99Ms\":%.3f,\"firstByteMaxMs\":%.3f,"
        "\"firstPictureP50Ms\":%.3f,\"longestGapMs\":%.3f,\"continuityErrors\":%llu,\"lastServedMs\":%.3f,"
        "\"notKeyframeFirst\":%d}\n",
        m_viewers.size(), fed, m_report.refused, m_report.closed,
        static_cast<double>(end - measureStart) / 1e9,
        static_cast<unsigned long long>(m_report.measuredBytes),
        static_cast<unsigned long long>(m_report.bytes), percentile(m_report.delaysMs, 0.5),
        percentile(m_report.delaysMs, 0.99), percentile(m_report.delaysMs, 1.0), m_report.delaysMs.size(),
        percentile(m_report.firstByteMs, 0.5), percentile(m_report.firstByteMs, 0.99),
        percentile(m_report.firstByteMs, 1.0), percentile(m_report.firstPictureMs, 0.5),
        m_report.longestGapMs, static_cast<unsigned long long>(m_report.continuityErrors),
        static_cast<double>(std::max(m_report.lastServedAt - m_startedAt, std::int64_t{0})) / 1e6,
        m_report.looked - m_report.keyframeFirst);
    std::fflush(stdout);
}

int Crowd::run()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    std::stringstream paths(m_arguments.text("paths", "/bench.ts"));
    for (std::string path; std::getline(paths, path, ',');)
        m_paths.push_back(path);
    m_ts = m_paths.front().ends_with(".ts");
    const auto amount = [this](const char *name, int otherwise) {
        return static_cast<std::size_t>(std::max(m_arguments.number(name, otherwise), 0));
    };
    const auto time = [this](const char *name, int otherwise) {
        return m_arguments.number(name, otherwise) * std::int64_t{1'000'000};
    };
    const std::size_t count = amount("viewers", 1);
    const std::size_t step =
        std::max<std::size_t>(count / std::max<std::size_t>(amount("samples", 20), 1), 1);
    const std::size_t stalled = amount("stalled", 0);
    const std::size_t slow = amount("slow", 0);
    m_viewers.resize(count);
    for (std::size_t i = 0; i < m_viewers.size(); ++i) {
        Viewer &viewer = m_viewers[i];
        viewer.stalled = i % 10 == 9 && i / 10 < stalled;
        viewer.slow = i % 10 == 8 && i / 10 < slow;
        viewer.sampled = !viewer.stalled && !viewer.slow && i % step == 0;
    }

    const bool alone = m_arguments.number("alone", 0) > 0;
    std::int64_t start = nowNs();
    if (alone) {
        if (!join(m_joined++))
            return 1;
        start += 4'000'000'000;
    }
    m_startedAt = start;
    const std::int64_t spread = time("joinMs", 1000);
    const std::int64_t measureAt = start + spread + time("settleMs", 3000);
    const std::int64_t end = measureAt + m_arguments.number("seconds", 10) * std::int64_t{1'000'000'000};
    bool saidAlone = !alone;
    std::array<epoll_event, 256> events{};
    for (std::int64_t now = nowNs(); now < end; now = nowNs()) {
        if (now >= start && !std::exchange(saidAlone, true)) {
            std::puts("{\"event\":\"alone\"}");
            std::fflush(stdout);
        }
        if (!m_measuring && now >= measureAt) {
            m_measuring = true;
            std::puts("{\"event\":\"measuring\"}");
            std::fflush(stdout);
        }
        if (!joinDue(start, spread)) {
            std::perror("bench: join");
            return 1;
        }
        readSlowly(now);
        const bool joining = m_joined < m_viewers.size();
        const std::int64_t left = ((m_measuring ? end : measureAt) - now) / 1'000'000;
        const int timeout =
            joining ? 1 : static_cast<int>(std::clamp<std::int64_t>(left, 1, slow > 0 ? 50 : 1000));
        const int ready = epoll_wait(m_epoll, events.data(), static_cast<int>(events.size()), timeout);
        for (int i = 0; i < ready; ++i) {
            Viewer &viewer = m_viewers[events[static_cast<std::size_t>(i)].data.u64];
            if (viewer.descriptor >= 0)
                readFrom(viewer, nowNs());
        }
    }
    std::puts("{\"event\":\"measured\"}");
    std::fflush(stdout);
    print(measureAt, end);
    return 0;
}

} // namespace

int view(const Arguments &arguments)
{
    Crowd crowd(arguments);
    return crowd.run();
}

} // namespace aspersor::bench
