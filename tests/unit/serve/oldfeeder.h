// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ffserverrun.h"
#include "tests/unit/media/ffmbuild.h"

namespace aspersor::test {

/// "ffmpeg -i IN http://HOST/feed1.ffm" of FFmpeg 2 and 3: the same bytes on the wire, with FFM put together
/// here. It never reads an answer to its POST.
class OldFeeder final : public QObject
{
    Q_OBJECT

public:
    struct Form {
        bool soundFirst = true;   ///< the order of a configuration
        bool adts = false;        ///< AAC in ADTS without configuration, as copied from MPEG-TS
        int chunkBytes = 4096;    ///< the original takes no other
        bool endsInBlock = false; ///< breaks off instead of its end
    };

    OldFeeder(const FfserverRun &server, const QByteArray &name, const ServeClip &clip, const Form &form,
              double speed = 1);

    /// The question before the upload: what is to be sent? The answer as far as 4096 bytes of body.
    [[nodiscard]] QByteArray ask();

    [[nodiscard]] bool start(); ///< connects, and sends the clip at its pace
    [[nodiscard]] bool finished() const { return m_next >= m_clip.packets.size(); }
    /// The last block, the last chunk, and the end of the connection; or none of it.
    void end();
    /// It sends this in the place of its next block.
    void spoilNextBlock(const QByteArray &bytes) { m_spoilt = bytes; }
    [[nodiscard]] QTcpSocket &socket() { return m_socket; }

private:
    void sendDue();
    void append(const media::Packet &packet);
    void sendBlock(std::size_t payload);
    void sendChunks(const ffmtest::Bytes &block);
    [[nodiscard]] ffmtest::Bytes header() const;

    quint16 m_port;
    QByteArray m_name;
    const ServeClip &m_clip;
    Form m_form;
    double m_speed;
    std::vector<std::size_t> m_order; // tracks of the clip in the order of the streams
    QTcpSocket m_socket;
    QTimer m_timer;
    QElapsedTimer m_clock;
    std::int64_t m_startMicroseconds = 0; // the wall clock
    std::size_t m_next = 0;
    ffmtest::Bytes m_payload;                                   // not sent yet
    std::vector<std::pair<std::size_t, std::int64_t>> m_frames; // that begin in it: where, dts
    std::int64_t m_lastDts = 0;
    bool m_first = true;
    QByteArray m_unsent; // less than a chunk
    QByteArray m_spoilt;
};

} // namespace aspersor::test
