// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/previewpanel.h"

#include "core/feed/packetsink.h"
#include "core/preview/previewplayer.h"
#include "testclip.h"
#include "ui/preview/pictureview.h"

#include <QAction>
#include <QApplication>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>

using namespace aspersor;
using namespace aspersor::testing;

using Source = PreviewPanel::Source;

namespace {

constexpr int patience = 20'000; // ms

/// A panel with a factory that makes players of the test's clip and remembers what it was asked for.
struct Rig {
    struct Asked {
        QString name;
        Source source = Source::Feed;
        std::weak_ptr<PacketSink> sink;
    };

    explicit Rig(const Clip &theClip) : clip(theClip)
    {
        panel.setFactory([this](const QString &name, Source source) -> std::unique_ptr<PreviewPlayer> {
            if (!known) {
                asked.append({name, source, {}});
                return nullptr;
            }
            auto player = std::make_unique<PreviewPlayer>();
            asked.append({name, source, player->sink()});
            sink = player->sink();
            return player;
        });
        panel.resize(640, 420);
    }

    void send() const
    {
        sink->onDescription(*clip.entries.front().description);
        for (const Clip::Entry &entry : clip.entries)
            sink->onPacket(entry.packet);
    }

    [[nodiscard]] PictureView &view() const { return *panel.findChild<PictureView *>(); }
    [[nodiscard]] QColor pixel(QPoint at) { return view().grab().toImage().pixelColor(at); }

    const Clip &clip;
    bool known = true;
    QList<Asked> asked;
    std::shared_ptr<PacketSink> sink;
    PreviewPanel panel;
};

FeedStats stats(const QString &name, FeedState state)
{
    FeedStats feed;
    feed.name = name;
    feed.state = state;
    return feed;
}

} // namespace

class TestPreviewPanel : public QObject
{
    Q_OBJECT

    Clip m_clip; // red, 320x180

private slots:
    void initTestCase()
    {
        m_clip = demux(makeTransportStream(
            {QStringLiteral("-f"), QStringLiteral("lavfi"), QStringLiteral("-t"), QStringLiteral("1"),
             QStringLiteral("-i"), QStringLiteral("color=c=red:size=320x180:rate=30"), QStringLiteral("-c:v"),
             QStringLiteral("libx264"), QStringLiteral("-pix_fmt"), QStringLiteral("yuv420p")}));
        QVERIFY2(m_clip.entries.size() > 20, "the ffmpeg program is needed to make the clips");
    }

    void withoutAFeedNothingIsMade()
    {
        Rig rig(m_clip);
        rig.panel.show();
        QVERIFY(QTest::qWaitForWindowExposed(&rig.panel));
        QVERIFY(rig.asked.isEmpty());
        QVERIFY(!rig.view().headline().isEmpty());
        rig.panel.showFeed(QString());
        QVERIFY(rig.asked.isEmpty());
    }

    void showsThePicture()
    {
        Rig rig(m_clip);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        QCOMPARE(rig.asked.size(), 1);
        QCOMPARE(rig.asked.first().name, QStringLiteral("cam1"));
        rig.send();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().hasPicture(), patience);
        const QRect picture = rig.view().pictureRect();
        QVERIFY(std::abs(picture.width() * 9 - picture.height() * 16) < 16);
        const QColor middle = rig.pixel(picture.center());
        QVERIFY2(middle.red() > 220 && middle.green() < 40 && middle.blue() < 40, qPrintable(middle.name()));
        rig.panel.resize(640, 640);
        QCoreApplication::processEvents();
        QVERIFY(rig.view().pictureRect().top() > 20);
        QCOMPARE(rig.pixel({rig.view().width() / 2, 5}), QColor(Qt::black)); // the bar above
        QVERIFY(rig.pixel(rig.view().pictureRect().center()).red() > 220);
    }

    void aHiddenPanelDecodesNothing()
    {
        Rig rig(m_clip);
        rig.panel.showFeed(QStringLiteral("cam1"));
        QVERIFY(rig.asked.isEmpty());
        rig.panel.show();
        QCOMPARE(rig.asked.size(), 1);
        rig.sink.reset();
        QVERIFY(!rig.asked.first().sink.expired());
        rig.panel.hide();
        QVERIFY(rig.asked.first().sink.expired());
        rig.panel.show();
        QCOMPARE(rig.asked.size(), 2);
        rig.panel.clear();
        rig.sink.reset();
        QVERIFY(rig.asked.last().sink.expired());
        QCOMPARE(rig.panel.feed(), QString());
    }

    void anotherFeedMeansAnotherPlayer()
    {
        Rig rig(m_clip);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        rig.panel.showFeed(QStringLiteral("cam1"));
        QCOMPARE(rig.asked.size(), 1);
        rig.send();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().hasPicture(), patience);
        rig.panel.showFeed(QStringLiteral("cam2"));
        QCOMPARE(rig.asked.size(), 2);
        QCOMPARE(rig.asked.last().name, QStringLiteral("cam2"));
        QVERIFY(!rig.view().hasPicture()); // never the picture of one feed under the name of another
        QVERIFY(rig.asked.first().sink.expired());
    }

    void theSourceCanBeSwitched()
    {
        Rig rig(m_clip);
        QSignalSpy spy(&rig.panel, &PreviewPanel::sourceChanged);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        QCOMPARE(rig.asked.last().source, Source::Feed);
        rig.panel.viewersSourceAction()->trigger();
        QCOMPARE(rig.asked.size(), 2);
        QCOMPARE(rig.asked.last().source, Source::ViewersStream);
        QCOMPARE(rig.panel.source(), Source::ViewersStream);
        QCOMPARE(rig.panel.property("source").toString(), QStringLiteral("viewers"));
        QVERIFY(rig.panel.setProperty("source", QStringLiteral("feed")));
        QCOMPARE(rig.asked.last().source, Source::Feed);
        QCOMPARE(spy.size(), 2);
        rig.panel.setSourceName(QStringLiteral("nonsense"));
        QCOMPARE(rig.asked.size(), 3);
    }

    void muteAndVolumeAreRemembered()
    {
        Rig rig(m_clip);
        QSignalSpy muted(&rig.panel, &PreviewPanel::mutedChanged);
        QSignalSpy volume(&rig.panel, &PreviewPanel::volumeChanged);
        rig.panel.show();
        rig.panel.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&rig.panel));
        QTest::keyClick(&rig.panel, Qt::Key_M);
        QVERIFY(rig.panel.isMuted());
        QCOMPARE(muted.size(), 1);
        rig.panel.setProperty("muted", false);
        QVERIFY(!rig.panel.muteAction()->isChecked());
        rig.panel.setProperty("volume", 35);
        QCOMPARE(rig.panel.volume(), 35);
        QCOMPARE(volume.size(), 1);
        rig.panel.setVolume(1000);
        QCOMPARE(rig.panel.volume(), 100);
    }

    void fullScreenAndBack()
    {
        Rig rig(m_clip);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        rig.send();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().hasPicture(), patience);
        const QSize before = rig.view().size();
        QTest::mouseDClick(&rig.view(), Qt::LeftButton);
        QVERIFY(rig.panel.isFullScreen());
        QVERIFY(rig.view().isWindow());
        QVERIFY(rig.view().windowState() & Qt::WindowFullScreen);
        rig.sink.reset();
        rig.panel.hide(); // the window behind it is minimised: the picture goes on
        QVERIFY(!rig.asked.last().sink.expired());
        rig.panel.show();
        rig.view().activateWindow();
        QTRY_COMPARE_WITH_TIMEOUT(QApplication::activeWindow(), &rig.view(), patience);
        QTest::keyClick(&rig.view(), Qt::Key_Escape);
        QVERIFY(!rig.panel.isFullScreen());
        QVERIFY(!rig.view().isWindow());
        QTRY_COMPARE_WITH_TIMEOUT(rig.view().size(), before, patience);
        rig.panel.fullScreenAction()->trigger();
        QVERIFY(rig.view().isWindow());
        rig.view().close(); // the window manager's way out
        QVERIFY(!rig.panel.isFullScreen());
        QVERIFY(rig.view().isVisible());
        QCOMPARE(rig.asked.size(), 1); // one player through all of it
    }

    void saysWhatIsTheMatter()
    {
        Rig rig(m_clip);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        rig.send();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().hasPicture() && rig.view().headline().isEmpty(), patience);
        rig.sink->onAway();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().headline().contains(QStringLiteral("cam1 is away")), patience);
        QVERIFY(rig.view().hasPicture()); // the last one, dimmed
        rig.panel.updateFeed(stats(QStringLiteral("cam2"), FeedState::Kicked));
        QVERIFY(rig.view().headline().contains(QStringLiteral("away")));
        rig.panel.updateFeed(stats(QStringLiteral("cam1"), FeedState::Kicked));
        QVERIFY2(rig.view().headline().contains(QStringLiteral("thrown off")),
                 qPrintable(rig.view().headline()));
        rig.sink.reset();
        QVERIFY(rig.asked.last().sink.expired());
    }

    void aFeedThatComesBackToLifePlaysAgain()
    {
        Rig rig(m_clip);
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        rig.sink->onEnded();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().headline().contains(QStringLiteral("ended")), patience);
        rig.panel.updateFeed(stats(QStringLiteral("cam1"), FeedState::Live));
        QCOMPARE(rig.asked.size(), 2);
        rig.send();
        QTRY_VERIFY_WITH_TIMEOUT(rig.view().hasPicture(), patience);
    }

    void asksAgainForAFeedThatIsNotKnownYet()
    {
        Rig rig(m_clip);
        rig.known = false;
        rig.panel.show();
        rig.panel.showFeed(QStringLiteral("cam1"));
        QCOMPARE(rig.asked.size(), 1);
        QVERIFY(!rig.view().headline().isEmpty());
        rig.known = true;
        QTRY_COMPARE_WITH_TIMEOUT(rig.asked.size(), 2, patience);
        QVERIFY(rig.sink);
    }

    void everyControlHasAName()
    {
        PreviewPanel panel;
        QCOMPARE(panel.actions().size(), 4);
        for (const QAction *action : panel.actions())
            QVERIFY(!action->text().isEmpty() && !action->toolTip().isEmpty());
        QVERIFY(!panel.findChild<QSlider *>()->accessibleName().isEmpty());
        QVERIFY(!panel.findChild<PictureView *>()->accessibleName().isEmpty());
    }
};

QTEST_MAIN(TestPreviewPanel)
#include "tst_previewpanel.moc"
