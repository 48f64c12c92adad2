// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedinbox.h"
#include "core/media/bytesource.h"

#include <optional>

namespace aspersor {

/// The bytes of one publisher, dechunked: the body of one upload, or of many segments one after the other.
///
/// Lives on the feed's thread. Receives straight into the reader's buffer and dechunks there. Answers the
/// publisher where the upload goes wrong; gives every connection back by Upload::finished.
class FeedInput final : public media::ByteSource
{
public:
    /// The feed around it.
    class Host
    {
    public:
        Host() = default;
        Host(const Host &) = delete;
        Host &operator=(const Host &) = delete;
        virtual ~Host() = default;
        /// Waits as FeedInbox::wait() does, never returning SinkReady; lets the sinks flush first.
        virtual FeedInbox::Wake wait(int descriptor, FeedInbox::TimePoint deadline) = 0;
        virtual void received(std::size_t bodyBytes, FeedInbox::TimePoint now) = 0;
        virtual void publisherChanged(const Publisher &publisher) = 0;
        /// A connection broke or its framing did.
        virtual void broken() = 0;
        /// One line about the publisher's connection, for the log.
        virtual void log(const QString &text) = 0;
        [[nodiscard]] virtual std::string summary(std::uint64_t uploadBytes) = 0; ///< JSON for the 200
        [[nodiscard]] virtual std::chrono::milliseconds silenceTimeout() const = 0;
    };
    enum class End {
        None,
        Finished, ///< the regular end; the answer is still to be given: conclude() or refuse()
        Broken,   ///< the connection or its framing; answered as far as possible
        Silent,   ///< answered
        Replaced, ///< another connection waits in the inbox
        Stopped,  ///< FeedInbox::ending()
    };

    FeedInput(Upload upload, FeedInbox &inbox, Host &host);
    ~FeedInput() override; ///< lets go of a connection that is still held

    [[nodiscard]] Result<std::size_t> read(std::span<std::uint8_t> into) override;
    [[nodiscard]] std::uint64_t endedPiece() const override;

    /// The demuxer understands what comes: from now on the end of a segment is not the end of the input.
    void setRecognised() { m_recognised = true; }
    [[nodiscard]] End end() const { return m_end; }

    /// Answers a finished upload with 200.
    void conclude();
    /// Answers an upload that nobody answered yet with an error.
    void refuse(int status, const std::string &reason);

private:
    void open(Upload upload);
    [[nodiscard]] std::size_t receive(std::span<std::uint8_t> into);
    [[nodiscard]] std::size_t dechunk(std::span<std::uint8_t> into, std::size_t count, bool fromHead);
    void uploadFinished();
    void broken(const QString &how);
    void awaitSegment();
    [[nodiscard]] bool obeys();
    void answer(std::string response, bool keepAlive);

    FeedInbox &m_inbox;
    Host &m_host;
    std::optional<Upload> m_upload;
    std::size_t m_unreadAt = 0;
    std::uint64_t m_uploadBytes = 0;
    bool m_drained = false; // the last recv() emptied the socket
    bool m_recognised = false;
    End m_end = End::None;
};

} // namespace aspersor
