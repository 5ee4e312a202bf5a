"""One channel's log, followed once for all who listen."""

import pytest

from saiondo_core.kernel.decisions import Actor
from saiondo_core.realtime.feed import Feed, stream_of
from saiondo_core.realtime.model import GapReason, cursor_of
from saiondo_core.realtime.subscriptions import Subscription
from tests.messages.house import ANNA, BERT, CARL, TEAM
from tests.realtime.entries import entry, head
from tests.realtime.hearing import Ear


@pytest.fixture
def feed() -> Feed:
    """Give a feed that has told up to the offset 5."""
    feed = Feed(TEAM)
    feed.begin(head(5))
    return feed


def listening(feed: Feed, ear: Ear, *, revision: int | None = 1) -> Subscription:
    """A subscription of *ear* from the feed's head on, judged under that revision, or still joining."""
    subscription = Subscription(channel_id=TEAM, listener=ear, actor=Actor(id=ear.user_id))
    feed.add(subscription)
    if revision is not None:
        subscription.begin_at(feed.head or head(0))
        subscription.go_on((), revision)
    return subscription


def test_it_begins_once(feed: Feed) -> None:
    """Whoever comes second does not move the place it has got to."""
    feed.begin(head(9))

    assert head(5) == feed.head
    assert stream_of(TEAM) == feed.stream


def test_everybody_is_told_the_same_frame(feed: Feed) -> None:
    """One object goes to all, so that it is written as text once; who is judged first, or joins, is told nothing."""
    ears = Ear(ANNA), Ear(BERT), Ear(CARL)
    listening(feed, ears[0], revision=2)
    outdated = listening(feed, ears[1], revision=1)
    listening(feed, ears[2], revision=None)
    told = entry(6), entry(7, revision=2)

    assert [outdated] == feed.tell(told)

    assert [each.told for each in told] == ears[0].heard
    assert [told[0].told] == ears[1].heard
    assert [] == ears[2].heard
    assert head(7) == feed.head


def test_what_it_was_hinted_at_is_behind_it(feed: Feed) -> None:
    """It is behind until it has got to where it was hinted; before it has begun, it is not."""
    feed.hinted = 6
    behind = [feed.is_behind]
    feed.tell((entry(6),))
    behind.append(feed.is_behind)
    assert [True, False] == behind

    unbegun = Feed(TEAM)
    unbegun.hinted = 6
    assert not unbegun.is_behind


def test_it_knows_who_has_missed_something(feed: Feed) -> None:
    """Whoever begins behind it has missed what it has told."""
    subscription = listening(feed, Ear(ANNA))
    assert not feed.is_ahead_of(subscription)
    subscription.begin_at(head(4))
    assert feed.is_ahead_of(subscription)
    assert not Feed(TEAM).is_ahead_of(subscription)


def test_it_knows_what_was_told(feed: Feed) -> None:
    """Its own head and those of all that have begun: each can show that the log is another one."""
    listening(feed, Ear(ANNA)).begin_at(head(8))
    listening(feed, Ear(BERT), revision=None)

    assert {head(5), head(8)} == feed.told
    assert not Feed(TEAM).told


@pytest.mark.parametrize(("reason", "first"), [(GapReason.EPOCH_CHANGED, 1), (GapReason.TRIMMED, 6)])
def test_a_new_beginning_is_told_to_all_who_have_begun(feed: Feed, reason: GapReason, first: int) -> None:
    """They are told what is void or missing, and are judged again; who is joining sees it by the generation."""
    anna, carl = Ear(ANNA), Ear(CARL)
    live, joining = listening(feed, anna), listening(feed, carl, revision=None)
    joining.hear(entry(6))

    feed.begin_again(head(7, past="b"), reason)

    [gap] = anna.gaps()
    assert (first, 7, reason, 7) == (gap.first, gap.last, gap.reason, gap.head)
    assert cursor_of(head(7, past="b")) == gap.cursor
    assert [] == carl.heard
    assert (1, 7, head(7, past="b")) == (feed.generation, feed.hinted, feed.head)
    assert not live.is_live
    joining.go_on((), 1)
    assert [] == carl.heard


def test_whoever_is_further_back_has_a_wider_gap(feed: Feed) -> None:
    """What one missed begins after what one was told, not after what others were."""
    anna = Ear(ANNA)
    listening(feed, anna).begin_at(head(2))

    feed.begin_again(head(9), GapReason.TRIMMED)

    assert [(3, 9)] == [(gap.first, gap.last) for gap in anna.gaps()]


def test_only_the_present_subscription_of_a_listener_counts(feed: Feed) -> None:
    """A later subscription takes the earlier one's place, and outlives its end."""
    ear = Ear(ANNA)
    earlier, later = listening(feed, ear), listening(feed, ear)

    feed.remove(earlier)
    assert [later] == list(feed)
    assert later is feed.of(ear)
    feed.remove(later)
    assert 0 == len(feed)
