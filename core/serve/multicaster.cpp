// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/serve/multicaster.h"

#include <algorithm>
#include <utility>

namespace aspersor::serve {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

bool isSent(const StreamSpec &spec)
{
    return spec.multicast && spec.format->isRtp() && !spec.isTemplate();
}

} // namespace

/// One stream on its way to one address.
class Multicaster::Sender final : public RtpPlayer
{
public:
    Sender(StreamSpec spec, ServerState &state, RtpRooms &rooms)
        : m_spec(std::move(spec)), m_state(state), m_rooms(rooms)
    {
    }
    ~Sender() override
    {
        if (m_stream)
            m_stream->viewerLeft();
    }

    [[nodiscard]] const StreamSpec &spec() const { return m_spec; }
    [[nodiscard]] bool isSending() const { return m_stream != nullptr; }
    void begin(asio::io_context &loop, FeedRegistry &feeds);

    void ended(const std::string &reason) override
    {
        if (!m_stream)
            return;
        const ViewerReport left = report();
        m_rooms.leave(m_id);
        m_state.observer.viewerLeft(left, reason);
        m_stream->viewerLeft();
        m_stream.reset();
    }
    void awaitWritable() override {}
    void heard() override {}
    [[nodiscard]] ViewerReport report() const override
    {
        const RtpRooms::Totals totals = m_rooms.totals(m_id);
        return {m_id,
                m_spec.name,
                m_spec.multicast->address + ':' + std::to_string(m_spec.multicast->port),
                totals.bytes,
                totals.skips,
                std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                      m_joined)};
    }

private:
    void complain(const std::string &why)
    {
        if (!std::exchange(m_complained, true))
            m_state.observer.log(LogLevel::Warning, "The stream " + m_spec.name + " cannot be sent to " +
                                                        m_spec.multicast->address + ": " + why + '.');
    }

    const StreamSpec m_spec;
    ServerState &m_state;
    RtpRooms &m_rooms;
    std::unique_ptr<UdpPair> m_udp;
    std::shared_ptr<Stream> m_stream;
    std::uint64_t m_id = 0;
    std::chrono::steady_clock::time_point m_joined{};
    bool m_complained = false;
};

void Multicaster::Sender::begin(asio::io_context &loop, FeedRegistry &feeds)
{
    boost::system::error_code error;
    const auto to = asio::ip::make_address(m_spec.multicast->address, error);
    const std::shared_ptr<Feed> feed = feeds.find(m_spec.feed);
    if (error || !feed)
        return;
    if (!m_udp) {
        // RTSPBindAddress says which interface is meant.
        const auto outgoing = asio::ip::make_address_v4(m_state.config()->rtspBindAddress, error);
        auto opened = UdpPair::open(loop, error ? asio::ip::address_v4::any() : outgoing,
                                    [](const udp::endpoint &) {}); // reports of receivers
        if (!opened) {
            complain(opened.error().message);
            return;
        }
        m_udp = std::move(*opened);
        m_udp->setMulticast(m_spec.multicast->ttl, error ? asio::ip::address_v4::any() : outgoing);
    }
    auto stream = feed->open(m_spec.name, m_spec);
    if (!stream) {
        if (stream.error().status != 503) // else it has sent nothing yet
            complain(stream.error().reason);
        return;
    }
    m_stream = std::move(*stream);
    m_id = ++m_state.lastViewerId;
    m_joined = std::chrono::steady_clock::now();
    RtpPlan plan{m_stream, {}, -1, m_udp.get(), {}};
    for (std::size_t track = 0; track < m_stream->mediaSections().size(); ++track) {
        const auto port = static_cast<std::uint16_t>(m_spec.multicast->port + 2 * track);
        const auto next = static_cast<std::uint16_t>(port + 1);
        plan.tracks.push_back(RtspTransport{true, port, next});
        plan.targets.push_back({{to, port}, {to, next}});
    }
    m_rooms.enter(m_id, *this);
    m_state.observer.viewerJoined(report());
    m_rooms.play(m_id, plan, [](const auto &) { return std::string(); });
}

Multicaster::Multicaster(asio::io_context &loop, ServerState &state, FeedRegistry &feeds, RtpRooms &rooms)
    : m_loop(loop), m_state(state), m_feeds(feeds), m_rooms(rooms)
{
}

Multicaster::~Multicaster() = default;

bool Multicaster::isNeeded(const Config &config)
{
    return std::ranges::any_of(config.streams, isSent);
}

void Multicaster::look()
{
    const auto config = m_state.config();
    std::erase_if(m_senders, [&](const auto &entry) {
        const auto found = std::ranges::find(config->streams, entry.first, &StreamSpec::name);
        if (found != config->streams.end() && isSent(*found) && *found == entry.second->spec())
            return false;
        entry.second->ended("it is no longer in the configuration");
        return true;
    });
    for (const StreamSpec &spec : config->streams) {
        if (!isSent(spec))
            continue;
        std::unique_ptr<Sender> &sender = m_senders[spec.name];
        if (!sender)
            sender = std::make_unique<Sender>(spec, m_state, m_rooms);
        if (!sender->isSending())
            sender->begin(m_loop, m_feeds);
    }
}

} // namespace aspersor::serve
