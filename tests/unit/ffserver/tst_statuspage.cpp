// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ffserver/statuspage.h"

#include <QElapsedTimer>
#include <QTest>

using namespace aspersor;

namespace {

QByteArray row(const char *stream, const char *state, const char *url = "/x")
{
    return QByteArray("<TR><TD><B>1</B><TD>") + stream + "<TD>10.0.0.7<TD>" + url + "<TD>HTTP/1.1<TD>" +
           state + "<TD align=right>1928k<TD align=right>0<TD align=right>4711\n";
}

QByteArray page(const QByteArray &rows)
{
    return "<HTML><HEAD><TITLE>Status</TITLE></HEAD><BODY><TABLE><TR><TH>Path<TH>Conns\n"
           "<TR><TD><A HREF=\"/slot01.ts\">slot01.ts</A><TD>3</TABLE>\n"
           "<TABLE>\n<TR><TH>#<TH>File<TH>IP<TH>URL<TH>Proto<TH>State\n" +
           rows + "</TABLE><HR>Generated at now</BODY></HTML>\n";
}

} // namespace

class TestStatusPage : public QObject
{
    Q_OBJECT

private slots:
    void connectionsAreRead()
    {
        const auto found =
            parseStatusPage(page(row("slot01.ffm(input)", "RECEIVE_DATA") + row("slot01.ts", "SEND_DATA") +
                                 row("slot02.ts", "WAIT_FEED") + row("", "HTTP_WAIT_REQUEST") +
                                 row("status.html", "HTTP_SEND_HEADER")));
        QVERIFY(found.has_value());
        QCOMPARE(found->size(), 5);
        QCOMPARE(found->at(0).stream, QStringLiteral("slot01.ffm"));
        QVERIFY(found->at(0).feeder && !found->at(0).isViewer());
        QCOMPARE(found->at(1).stream, QStringLiteral("slot01.ts"));
        QCOMPARE(found->at(1).address, QStringLiteral("10.0.0.7"));
        QVERIFY(found->at(1).isViewer() && found->at(2).isViewer());
        QVERIFY(!found->at(3).isViewer() && !found->at(4).isViewer());
    }

    void closedCellsAndSmallLettersDoAsWell()
    {
        const auto found = parseStatusPage(
            "<table><tr>\n<td>1</td><td> slot01.ts </td><td>1.2.3.4</td><td>/</td><td>HTTP/1.0</td>"
            "<td>SEND_DATA</td></tr></table>");
        QVERIFY(found.has_value());
        QCOMPARE(found->size(), 1);
        QCOMPARE(found->first().stream, QStringLiteral("slot01.ts"));
    }

    void aViewersAddressCannotPretendToBeAViewer()
    {
        // What it asked for stands in the table; it must not make another row or state of it.
        const auto found = parseStatusPage(page(row("slot01.ts", "HTTP_WAIT_REQUEST", "SEND_DATA")));
        QCOMPARE(found->size(), 1);
        QVERIFY(!found->first().isViewer());
    }

    void otherPagesAreNone_data()
    {
        QTest::addColumn<QByteArray>("html");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("text") << QByteArray("hello");
        QTest::newRow("no table") << QByteArray("<html><p>SEND_DATA</p></html>");
        QTest::newRow("open tag") << QByteArray("<table");
    }
    void otherPagesAreNone()
    {
        QFETCH(QByteArray, html);
        QVERIFY(!parseStatusPage(html).has_value());
    }

    void everyCutIsHarmless()
    {
        const QByteArray whole = page(row("slot01.ts", "SEND_DATA") + row("slot01.ts", "SEND_DATA"));
        for (qsizetype size = 0; size < whole.size(); ++size) {
            const auto found = parseStatusPage(whole.first(size));
            QVERIFY(!found || found->size() <= 2);
        }
    }

    void nonsenseIsBoundedInTimeAndNumber_data()
    {
        QTest::addColumn<QByteArray>("html");
        QTest::newRow("less-than") << "<table>" + QByteArray(4 << 20, '<');
        QTest::newRow("cells") << "<table><tr>" + QByteArray("<td>").repeated(1 << 20);
        QTest::newRow("a long cell") << "<table><tr><td><td>" + QByteArray(8 << 20, 'x');
        QTest::newRow("rows") << "<table>" + row("slot01.ts", "SEND_DATA").repeated(100'000);
        QTest::newRow("bytes") << "<table><tr><td>\xff\xfe" + QByteArray(1000, '\0') + "<td></table>";
    }
    void nonsenseIsBoundedInTimeAndNumber()
    {
        QFETCH(QByteArray, html);
        QElapsedTimer clock;
        clock.start();
        const auto found = parseStatusPage(html);
        QVERIFY(found.has_value());
        QVERIFY(found->size() <= 65'536);
        QVERIFY2(clock.elapsed() < 5000, "linear, also on a slow machine");
    }
};

QTEST_GUILESS_MAIN(TestStatusPage)
#include "tst_statuspage.moc"
