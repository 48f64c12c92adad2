// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/credentials.h"

#include <QCryptographicHash>

namespace aspersor {

bool equalInConstantTime(const QByteArray &a, const QByteArray &b)
{
    // Digests have one length, whatever the texts have; an early difference in them says nothing about the
    // texts.
    const QByteArray digestA = QCryptographicHash::hash(a, QCryptographicHash::Sha256);
    const QByteArray digestB = QCryptographicHash::hash(b, QCryptographicHash::Sha256);
    unsigned difference = 0;
    for (qsizetype i = 0; i < digestA.size(); ++i)
        difference |= static_cast<unsigned char>(digestA[i]) ^ static_cast<unsigned char>(digestB[i]);
    return difference == 0;
}

bool showsKey(const net::RequestHead &head, const QByteArray &key)
{
    if (key.isEmpty())
        return false;
    bool shown = false;
    if (const auto found = head.query.find("key"); found != head.query.end())
        shown |= equalInConstantTime(QByteArray::fromStdString(found->second), key);
    const auto field = head.field("authorization");
    const QByteArray text(field.data(), static_cast<qsizetype>(field.size()));
    const qsizetype space = text.indexOf(' ');
    const QByteArray scheme = text.left(space).toLower();
    const QByteArray value = space < 0 ? QByteArray() : text.mid(space + 1).trimmed();
    if (scheme == "bearer") {
        shown |= equalInConstantTime(value, key);
    } else if (scheme == "basic") {
        const auto decoded = QByteArray::fromBase64Encoding(value, QByteArray::AbortOnBase64DecodingErrors);
        const qsizetype colon = decoded ? decoded.decoded.indexOf(':') : -1;
        if (colon >= 0)
            shown |= equalInConstantTime(decoded.decoded.mid(colon + 1), key);
    }
    return shown;
}

} // namespace aspersor
