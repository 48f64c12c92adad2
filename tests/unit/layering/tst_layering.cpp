// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the sources' #include lines: dependencies point down only. The order of the core folders is the one
// of core/CMakeLists.txt.
#include <QDirIterator>
#include <QRegularExpression>
#include <QtTest>

namespace {

const QString root = QStringLiteral(ASPERSOR_SOURCE_DIR "/");
constexpr int longestFile = 500; // lines
constexpr int longestTest = 700; // tables of cases are no harder to read for being long

QString readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QStringList captures(const QString &text, const QString &pattern)
{
    QStringList result;
    auto matches = QRegularExpression(pattern, QRegularExpression::MultilineOption).globalMatch(text);
    while (matches.hasNext())
        result += matches.next().captured(1);
    return result;
}

/// The core folders, lowest first.
QStringList coreOrder()
{
    return captures(readAll(root + QStringLiteral("core/CMakeLists.txt")),
                    QStringLiteral("^add_subdirectory\\((\\w+)\\)"));
}

/// "core/feed" for "core/feed/feedtypes.h", "ui" for "ui/panels/x.h".
QString layerOf(const QString &path)
{
    const QStringList parts = path.split(QLatin1Char('/'));
    return parts.first() == QStringLiteral("ui") ? parts.first() : parts.mid(0, 2).join(QLatin1Char('/'));
}

bool isOneOf(const QString &name, std::initializer_list<const char *> names)
{
    return std::any_of(names.begin(), names.end(), [&](const char *n) { return name == QLatin1String(n); });
}

/// Why `layer` may not include a header of `other`; empty: it may.
QString whyNotOurs(const QString &layer, const QString &other)
{
    if (layer == other)
        return {};
    const bool isApp = layer.startsWith(QStringLiteral("app/"));
    if (other.startsWith(QStringLiteral("app/")))
        return QStringLiteral("nothing stands above a program");
    if (isOneOf(layer, {"app/ffserver", "app/phone"}))
        return isOneOf(other, {"core/media", "core/net"}) ||
                       (layer == QStringLiteral("app/ffserver") && other == QStringLiteral("core/serve"))
                   ? QString()
                   : QStringLiteral("this program stands without the control room");
    if (other == QStringLiteral("core/serve"))
        return QStringLiteral("the server runs in a process of its own");
    if (isApp)
        return {};
    if (layer == QStringLiteral("ui"))
        return isOneOf(other, {"core/ingest", "core/net", "core/media"})
                   ? QStringLiteral("the window speaks with the control room in values")
                   : QString();
    if (other == QStringLiteral("ui"))
        return QStringLiteral("the core knows no window");
    const QStringList order = coreOrder();
    return order.indexOf(other.section(QLatin1Char('/'), 1)) <
                   order.indexOf(layer.section(QLatin1Char('/'), 1))
               ? QString()
               : QStringLiteral("dependencies point down the list in core/CMakeLists.txt");
}

/// Why a file of `layer` may not include <header>; empty: it may.
QString whyNotForeign(const QString &path, const QString &layer, const QString &header)
{
    static const QRegularExpression qt(QStringLiteral("^(Qt|Q[A-Z])"));
    static const QRegularExpression widgets(QStringLiteral(
        "^(QtWidgets|QtGui|QtMultimedia|Q(Widget|Application|GuiApplication|MainWindow|Dialog|VideoWidget|"
        "Pixmap|Icon|TableView|Label|Action|Menu)\\b)"));
    static const QRegularExpression libav(QStringLiteral("^lib(av|sw)"));
    const bool qtFree = isOneOf(layer, {"core/media", "core/net", "core/serve", "app/ffserver", "app/phone"});
    if (qtFree && qt.match(header).hasMatch())
        return QStringLiteral("no Qt here");
    if (layer.startsWith(QStringLiteral("core/")) && widgets.match(header).hasMatch())
        return QStringLiteral("no window in the core");
    if (libav.match(header).hasMatch()) {
        if (layer == QStringLiteral("ui"))
            return QStringLiteral("no libav in the window");
        if (layer != QStringLiteral("core/media") && path.endsWith(QStringLiteral(".h")))
            return QStringLiteral("libav's headers stay in sources outside core/media");
    }
    return {};
}

QStringList violations(const QString &path, const QString &text)
{
    QStringList result;
    const QString layer = layerOf(path);
    // The words of the configuration language are the same for whoever reads it.
    const bool readsConf = layer == QStringLiteral("core/ffserver");
    const auto note = [&](const QString &header, const QString &why) {
        if (!why.isEmpty())
            result += path + QStringLiteral(" includes ") + header + QStringLiteral(": ") + why;
    };
    for (const QString &header :
         captures(text, QStringLiteral("^\\s*#\\s*include\\s+\"((?:app|core|ui)/[^\"]+)\"")))
        if (!readsConf || header != QStringLiteral("core/serve/configlexer.h"))
            note(header, whyNotOurs(layer, layerOf(header)));
    for (const QString &header : captures(text, QStringLiteral("^\\s*#\\s*include\\s+<([^>]+)>")))
        note(header, whyNotForeign(path, layer, header));
    return result;
}

/// All C++ files below `folder`, relative to the root.
QStringList sources(const QString &folder)
{
    QStringList result;
    QDirIterator files(root + folder, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}, QDir::Files,
                       QDirIterator::Subdirectories);
    while (files.hasNext())
        result += files.next().mid(root.size());
    return result;
}

} // namespace

class TestLayering : public QObject
{
    Q_OBJECT

private slots:
    void theRuleKnowsRightFromWrong_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("line");
        QTest::addColumn<bool>("allowed");
        const auto row = [](const char *path, const char *line, bool allowed) {
            QTest::newRow(qPrintable(QLatin1String(path) + QLatin1Char(' ') + QLatin1String(line)))
                << QString::fromLatin1(path) << QString::fromLatin1(line) << allowed;
        };
        row("core/feed/x.h", "#include \"core/media/packet.h\"", true);
        row("core/feed/x.h", "#include \"core/feed/y.h\"", true);
        row("core/media/x.h", "#include \"core/feed/y.h\"", false);
        row("core/feed/x.cpp", "#include \"core/control/controlroom.h\"", false);
        row("core/control/x.cpp", "#include \"core/serve/stream.h\"", false);
        row("core/ffserver/x.cpp", "#include \"core/serve/stream.h\"", false);
        row("core/ffserver/x.cpp", "#include \"core/serve/configlexer.h\"", true);
        row("core/control/x.cpp", "#include \"core/serve/configlexer.h\"", false);
        row("core/control/x.cpp", "#include \"ui/mainwindow.h\"", false);
        row("core/control/x.cpp", "#include \"app/phone/options.h\"", false);
        row("core/control/x.cpp", "#include <QtCore/QObject>", true);
        row("core/control/x.cpp", "#include <QWidget>", false);
        row("core/serve/x.cpp", "#include <QString>", false);
        row("core/serve/x.cpp", "#include <queue>", true);
        row("core/net/x.cpp", "#  include <QtGlobal>", false);
        row("core/media/x.h", "#include <libavcodec/avcodec.h>", true);
        row("core/serve/x.cpp", "#include <libavcodec/avcodec.h>", true);
        row("core/preview/x.h", "#include <libavcodec/avcodec.h>", false);
        row("ui/x.cpp", "#include \"core/control/controlroom.h\"", true);
        row("ui/panels/x.cpp", "#include \"ui/model.h\"", true);
        row("ui/x.cpp", "#include \"core/ingest/server.h\"", false);
        row("ui/x.cpp", "#include <libavutil/frame.h>", false);
        row("app/aspersor/x.cpp", "#include \"ui/mainwindow.h\"", true);
        row("app/aspersor/x.cpp", "#include \"core/serve/stream.h\"", false);
        row("app/ffserver/x.cpp", "#include \"core/serve/stream.h\"", true);
        row("app/ffserver/x.cpp", "#include \"core/feed/feedtypes.h\"", false);
        row("app/ffserver/x.cpp", "#include <QCoreApplication>", false);
        row("app/phone/x.cpp", "#include \"core/serve/stream.h\"", false);
    }
    void theRuleKnowsRightFromWrong()
    {
        QFETCH(QString, path);
        QFETCH(QString, line);
        QFETCH(bool, allowed);
        QCOMPARE(violations(path, QStringLiteral("// first\n") + line + QStringLiteral("\n")).isEmpty(),
                 allowed);
    }

    void theTreeKeepsTheRule()
    {
        QVERIFY2(coreOrder().contains(QStringLiteral("media")),
                 "core/CMakeLists.txt is not read as expected");
        QStringList wrong;
        int files = 0;
        for (const char *folder : {"app", "core", "ui"}) {
            for (const QString &path : sources(QLatin1String(folder))) {
                wrong += violations(path, readAll(root + path));
                ++files;
            }
        }
        QVERIFY2(files > 20, "the sources are not where they are looked for");
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void everyFileIsShortAndLicensed()
    {
        QStringList wrong;
        for (const char *folder : {"app", "core", "ui", "tests"}) {
            for (const QString &path : sources(QLatin1String(folder))) {
                const QString text = readAll(root + path);
                if (!text.startsWith(QStringLiteral("// SPDX-License-Identifier: GPL-3.0-or-later\n")))
                    wrong += path + QStringLiteral(" does not begin with its licence");
                const bool isTest = path.startsWith(QStringLiteral("tests/"));
                if (text.count(QLatin1Char('\n')) > (isTest ? longestTest : longestFile))
                    wrong += path + QStringLiteral(" is too long: split it");
            }
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }
};

QTEST_GUILESS_MAIN(TestLayering)
#include "tst_layering.moc"
