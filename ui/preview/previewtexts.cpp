// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/preview/previewtexts.h"

#include <QCoreApplication>

namespace aspersor {

namespace {

class PreviewTexts
{
    Q_DECLARE_TR_FUNCTIONS(aspersor::PreviewPanel)

public:
    using Mood = PreviewWords::Mood;

    static PreviewWords nothingSelected()
    {
        return {{}, tr("Nothing to preview"), tr("Select a feed to see and hear it here."), Mood::Neutral};
    }

    static PreviewWords ended(const QString &feed)
    {
        return {tr("ended"), tr("%1 has ended").arg(feed),
                tr("It plays here again when a phone sends it again."), Mood::Neutral};
    }

    static PreviewWords kicked(const QString &feed)
    {
        return {tr("thrown off"), tr("%1 was thrown off").arg(feed), tr("Let it back in to see it again."),
                Mood::Bad};
    }

    static PreviewWords away(const QString &feed)
    {
        return {tr("away: waiting for the phone"), tr("%1 is away").arg(feed), tr("Waiting for the phone."),
                Mood::Waiting};
    }

    static PreviewWords notReachable(const PreviewSituation &s)
    {
        if (s.viewersStream)
            return {tr("no stream yet: trying again"), tr("%1 cannot be opened as a viewer").arg(s.feed),
                    tr("ffserver does not serve it at the moment. Trying again."), Mood::Waiting};
        return {tr("not on the air"), tr("%1 is not on the air").arg(s.feed),
                tr("It plays here when a phone sends it."), Mood::Neutral};
    }

    static PreviewWords undecodable(const QString &feed)
    {
        return {tr("cannot be decoded"), tr("%1 cannot be shown here").arg(feed),
                tr("There is no decoder for what it sends. Viewers get it all the same."), Mood::Bad};
    }

    static PreviewWords waiting(const PreviewSituation &s)
    {
        if (s.hasPicture)
            return {tr("nothing comes in at the moment"), {}, {}, Mood::Waiting};
        return {tr("waiting for the first picture"), tr("Opening %1").arg(s.feed),
                tr("Waiting for the first picture."), Mood::Neutral};
    }

    static PreviewWords playing(const PreviewSituation &s)
    {
        PreviewWords words{s.viewersStream ? tr("as viewers see it") : tr("live"), {}, {}, Mood::Good};
        if (!s.hasVideo)
            words.headline = tr("%1 sends sound only").arg(s.feed);
        else if (!s.hasPicture)
            return waiting(s);
        return words;
    }
};

} // namespace

PreviewWords wordsFor(const PreviewSituation &situation)
{
    if (situation.feed.isEmpty())
        return PreviewTexts::nothingSelected();
    if (situation.feedState == FeedState::Kicked)
        return PreviewTexts::kicked(situation.feed);
    if (situation.feedState == FeedState::Ended)
        return PreviewTexts::ended(situation.feed);
    if (situation.feedState == FeedState::Away)
        return PreviewTexts::away(situation.feed);
    if (!situation.known)
        return PreviewTexts::notReachable(situation);
    switch (situation.state) {
    case PreviewState::Waiting:
        return PreviewTexts::waiting(situation);
    case PreviewState::Playing:
        return PreviewTexts::playing(situation);
    case PreviewState::Away:
        return PreviewTexts::away(situation.feed);
    case PreviewState::Ended:
        return PreviewTexts::ended(situation.feed);
    case PreviewState::Unreachable:
        return PreviewTexts::notReachable(situation);
    case PreviewState::Undecodable:
        return PreviewTexts::undecodable(situation.feed);
    }
    return {};
}

} // namespace aspersor
