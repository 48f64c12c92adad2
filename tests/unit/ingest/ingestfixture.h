// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedregistry.h"
#include "core/ingest/ingestserver.h"
#include "tests/unit/feed/collectingsink.h"
#include "tests/unit/ingest/wireclient.h"

#include <QDir>
#include <QFile>
#include <memory>

namespace aspersor {

/// A registry and an ingest on a free port of loopback, with short times.
class IngestFixture
{
public:
    static FeedOptions quickFeeds()
    {
        FeedOptions options;
        options.silenceTimeout = std::chrono::milliseconds(600);
        options.takeoverAfter = std::chrono::milliseconds(200);
        options.grace = std::chrono::milliseconds(400);
        return options;
    }
    static IngestOptions quickIngest()
    {
        IngestOptions options;
        options.publishKey = QStringLiteral("K");
        options.headTimeout = std::chrono::milliseconds(500);
        options.keepAliveTimeout = std::chrono::milliseconds(500);
        options.lingerTimeout = std::chrono::milliseconds(500);
        return options;
    }

    explicit IngestFixture(const FeedOptions &feeds = quickFeeds(),
                           const IngestOptions &ingest = quickIngest())
        : registry(feeds,
                   [this](const QString &name) {
                       auto sink = std::make_shared<CollectingSink>();
                       const std::lock_guard lock(m_mutex);
                       m_sinks[name] = sink;
                       return std::vector<std::shared_ptr<PacketSink>>{sink};
                   }),
          m_changes(QObject::connect(
              &registry, &FeedRegistry::feedChanged, &registry,
              [this](const FeedStats &feed) {
                  const std::lock_guard lock(m_mutex);
                  m_states << static_cast<int>(feed.state);
              },
              Qt::DirectConnection)),
          server(registry, ingest)
    {
        port = server.listen(QStringLiteral("127.0.0.1"), 0).value();
    }

    /// The sink of the newest feed of that name.
    [[nodiscard]] std::shared_ptr<CollectingSink> sink(const char *name)
    {
        const std::lock_guard lock(m_mutex);
        return m_sinks[QString::fromLatin1(name)];
    }
    [[nodiscard]] std::size_t pictures(const char *name)
    {
        const auto found = sink(name);
        return found ? found->pictures() : 0;
    }
    /// The state of a feed, or -1.
    [[nodiscard]] int state(const char *name)
    {
        for (const FeedStats &feed : registry.snapshot())
            if (feed.name == QLatin1String(name))
                return static_cast<int>(feed.state);
        return -1;
    }

    /// All changes of state so far, of all feeds.
    [[nodiscard]] QList<int> states()
    {
        const std::lock_guard lock(m_mutex);
        return m_states;
    }

    static QByteArray clip()
    {
        QFile file(QStringLiteral(ASPERSOR_CLIP));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("the clip is missing: run the tests with ctest, or its make_clip test first");
        return file.readAll();
    }
    static QByteArray head(const char *path, const QByteArray &fields = "Transfer-Encoding: chunked\r\n")
    {
        return "POST " + QByteArray(path) + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
    }
    static int descriptors()
    {
        return static_cast<int>(
            QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::AllEntries | QDir::System).size());
    }
    static int threads()
    {
        return static_cast<int>(
            QDir(QStringLiteral("/proc/self/task")).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size());
    }

private:
    std::mutex m_mutex;
    std::map<QString, std::shared_ptr<CollectingSink>> m_sinks; // guarded by m_mutex

    QList<int> m_states; // guarded by m_mutex

public:
    FeedRegistry registry;

private:
    // Made before any thread of the ingest, on the threads of the feeds: a queued call, or a later connect(),
    // would be invisible to the thread sanitizer, which cannot see into Qt.
    QMetaObject::Connection m_changes;

public:
    IngestServer server;
    quint16 port = 0;
};

} // namespace aspersor
