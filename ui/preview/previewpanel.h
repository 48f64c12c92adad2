// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/feed/feedtypes.h"

#include <QString>
#include <QWidget>
#include <functional>
#include <memory>

class QAction;

namespace aspersor {

class PreviewPlayer;

/// Plays the selected feed with picture, sound and level meter.
///
/// A player exists only while a feed is selected and the panel can be seen: else nothing is decoded. It does
/// not know where players come from: a factory makes them. Its shortcuts are QActions in actions() (mute,
/// full screen, source), fit for a menu.
class PreviewPanel final : public QWidget
{
    Q_OBJECT
    Q_PROPERTY(int volume READ volume WRITE setVolume NOTIFY volumeChanged)
    Q_PROPERTY(bool muted READ isMuted WRITE setMuted NOTIFY mutedChanged)
    /// "feed" or "viewers": fit for a settings file.
    Q_PROPERTY(QString source READ sourceName WRITE setSourceName NOTIFY sourceChanged)

public:
    enum class Source {
        Feed,          ///< the feed's own packets, as they come in
        ViewersStream, ///< what ffserver serves
    };
    Q_ENUM(Source)

    /// Makes a player, or null when the feed is not known (any more).
    using Factory = std::function<std::unique_ptr<PreviewPlayer>(const QString &name, Source source)>;

    explicit PreviewPanel(QWidget *parent = nullptr);
    ~PreviewPanel() override;

    void setFactory(Factory factory);

    [[nodiscard]] QString feed() const; ///< the selected feed, or empty
    [[nodiscard]] int volume() const;   ///< 0 to 100, as heard (logarithmic)
    [[nodiscard]] bool isMuted() const;
    [[nodiscard]] Source source() const;
    [[nodiscard]] QString sourceName() const;
    void setSourceName(const QString &name); ///< an unknown name changes nothing
    [[nodiscard]] bool isFullScreen() const; ///< hides QWidget's: the picture is, not the panel

    [[nodiscard]] QAction *muteAction() const;       ///< M
    [[nodiscard]] QAction *fullScreenAction() const; ///< F11; Esc leaves
    [[nodiscard]] QAction *feedSourceAction() const; ///< exclusive with viewersSourceAction()
    [[nodiscard]] QAction *viewersSourceAction() const;

public slots:
    /// Plays that feed; an empty name is clear(). The same name again opens a feed that had ended once more.
    void showFeed(const QString &name);
    void clear();
    /// Tells of a feed's new state (connect ControlRoom::feedStateChanged): a selected feed that comes back
    /// to life plays again, one that was kicked says so. Other feeds are ignored.
    void updateFeed(const aspersor::FeedStats &feed);
    void setVolume(int volume);
    void setMuted(bool muted);
    void setSource(aspersor::PreviewPanel::Source source);

signals:
    void volumeChanged(int volume);
    void mutedChanged(bool muted);
    void sourceChanged(aspersor::PreviewPanel::Source source);

protected:
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Parts;

    std::unique_ptr<Parts> m_parts;
};

} // namespace aspersor
