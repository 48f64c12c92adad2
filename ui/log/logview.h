// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>

namespace aspersor {

/// The lines of the log. Follows the newest until the operator scrolls up, and keeps what is read in place
/// while lines come in below and go above.
class LogView final : public QTableView
{
    Q_OBJECT

public:
    explicit LogView(QAbstractItemModel &lines, QWidget *parent = nullptr);

    [[nodiscard]] bool isFollowing() const { return m_follow; }
    void setFollowing(bool follow);
    [[nodiscard]] QString selectedLines() const; ///< in their order, a line feed after each

signals:
    void followingChanged(bool follow);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    void measure();
    void lookWhereWeAre();

    bool m_follow = true;
};

} // namespace aspersor
