// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ingest/watchindex.h"

#include <QUrl>

namespace aspersor {

std::string watchIndexPage(const WatchIndex &index, std::string_view host)
{
    const QString base = QStringLiteral("http://%1:%2/").arg(QString::fromUtf8(host)).arg(index.port);
    QString page = QStringLiteral(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"refresh\" content=\"10\">"
        "<title>On the air</title>\n<style>body{font:1.1em sans-serif;max-width:40em;margin:2em auto;"
        "padding:0 1em;color:#222;background:#fff}a{display:inline-block;padding:.3em .6em .3em 0}"
        "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8ab4f8}}</style>"
        "</head><body>\n<h1>On the air</h1>\n");
    if (index.feeds.isEmpty())
        page += QStringLiteral("<p>No phone sends at the moment.</p>\n");
    for (const WatchIndex::Feed &feed : index.feeds) {
        page += QStringLiteral("<h2>%1</h2>\n<p>").arg(feed.name.toHtmlEscaped());
        for (const QString &file : feed.files)
            page += QStringLiteral("<a href=\"%1\">%2</a>\n")
                        .arg((base + QString::fromLatin1(QUrl::toPercentEncoding(file, "/"))).toHtmlEscaped(),
                             file.toHtmlEscaped());
        page += QStringLiteral("</p>\n");
    }
    page += QStringLiteral("<p>Phones bring their video here: MPEG-TS with POST or PUT to /NAME.</p>\n"
                           "</body></html>\n");
    return page.toStdString();
}

} // namespace aspersor
