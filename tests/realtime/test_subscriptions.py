"""One listener's way through one channel's log, event by event."""

import pytest

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.model import EndReason
from saiondo_core.realtime.notes import PresenceChanged, TypingChanged
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.subscriptions import WAITING_MOST, Subscription
from saiondo_core.testing.clocks import FrozenClock
from tests.messages.house import ANNA, BERT, TEAM
from tests.realtime.entries import entry, head
from tests.realtime.hearing import Ear


@pytest.fixture
def ear() -> Ear:
    """Give Anna an ear."""
    return Ear(ANNA)


@pytest.fixture
def live(ear: Ear) -> Subscription:
    """Let her hear of what follows the offset 5, judged under the revision 3."""
    subscription = begun(ear)
    assert subscription.go_on((), 3)
    return subscription


def begun(ear: Ear) -> Subscription:
    """A subscription that was told of everything up to the offset 5, and not judged."""
    subscription = Subscription(channel_id=TEAM, listener=ear, actor=Actor(id=ear.user_id))
    subscription.begin_at(head(5))
    return subscription


def offsets(ear: Ear) -> list[int]:
    """What was told, in order, doubled or not."""
    told = (each.frame.data for each in ear.heard if isinstance(each, Told))
    return [data.offset for data in told if isinstance(data, Happened)]


def test_what_follows_is_told_at_once(live: Subscription, ear: Ear) -> None:
    """Event after event; an older one, or the same again, is nothing."""
    assert not any(live.hear(entry(offset)) for offset in (6, 7, 7, 6, 1, 8))
    assert [6, 7, 8] == offsets(ear)
    assert head(8) == live.head


def test_what_comes_while_joining_waits(ear: Ear) -> None:
    """Nobody has to judge whoever is still joining; what waits is told once they have begun, after what they missed."""
    subscription = begun(ear)
    assert not any(subscription.hear(entry(offset)) for offset in (6, 7, 8, 9))
    assert [] == offsets(ear)

    assert subscription.go_on((entry(6), entry(7)), 1)
    assert [6, 7, 8, 9] == offsets(ear)


def test_a_hole_is_not_told_over(live: Subscription, ear: Ear) -> None:
    """What follows a hole waits, until the log has given what lies in it."""
    assert live.hear(entry(8))
    assert live.hear(entry(9))
    assert not live.go_on((), 3)
    torn = [live.is_torn]
    assert [] == offsets(ear)

    assert live.go_on((entry(6), entry(7)), 3)
    torn.append(live.is_torn)
    assert [True, False] == torn
    assert [6, 7, 8, 9] == offsets(ear)


def test_another_past_is_not_told_as_if_it_followed(live: Subscription, ear: Ear) -> None:
    """An event at the next offset that follows another one than was told last waits, whether it comes live or late."""
    assert live.hear(entry(6, past="b", fork=5))
    assert not live.go_on((), 3)
    assert live.is_torn
    assert not live.go_on((entry(6, past="b", fork=5),), 3)
    assert [] == offsets(ear)


def test_a_newer_membership_is_judged_first(live: Subscription, ear: Ear) -> None:
    """What was committed under a newer membership waits, and all that follows it, until that was judged."""
    assert not live.hear(entry(6, revision=3))
    assert live.hear(entry(7, revision=4))
    assert live.hear(entry(8, revision=3))
    assert not live.go_on((), 3)
    assert [6] == offsets(ear)

    assert live.go_on((), 4)
    assert [6, 7, 8] == offsets(ear)


def test_nothing_is_told_from_ones_own_end_on(live: Subscription, ear: Ear) -> None:
    """Who left and came back was away in between: they are told so, and nothing of it, whatever they may by now."""
    assert live.hear(entry(6, revision=4, leaver=ANNA))
    assert live.hear(entry(7, revision=4))
    assert live.hear(entry(8, revision=5))

    assert not live.go_on((), 5)
    assert [] == offsets(ear)
    assert [(TEAM, EndReason.NOT_A_MEMBER)] == ear.heard
    assert not live.hear(entry(9, revision=5))


def test_an_end_waits_also_under_the_revision_one_was_judged_under(live: Subscription, ear: Ear) -> None:
    """Somebody's end is looked at even where the judgement was newer; another's is told like anything else."""
    assert live.hear(entry(6, revision=2, leaver=BERT))
    assert live.go_on((), 3)
    assert [6] == offsets(ear)


def test_whoever_is_over_hears_nothing(live: Subscription, ear: Ear) -> None:
    """The end is told once, and nothing after it."""
    live.end(EndReason.CHANNEL_DELETED)
    live.end(EndReason.NOT_A_MEMBER)

    assert not live.hear(entry(6))
    assert not live.go_on((entry(6),), 3)
    assert [(TEAM, EndReason.CHANNEL_DELETED)] == ear.heard


class Hasty(Ear):
    """An ear whose connection ends as soon as it is told something."""

    subscription: Subscription

    def tell(self, told: object) -> None:
        """See `Listener`."""
        self.heard.append((TEAM, EndReason.NOT_A_MEMBER))
        del told
        self.subscription.is_over = True


def test_an_end_in_the_middle_of_telling_is_the_end() -> None:
    """A listener that is gone after the first of two events is not told the second."""
    ear = Hasty(ANNA)
    ear.subscription = begun(ear)

    assert not ear.subscription.go_on((entry(6), entry(7)), 1)
    assert 1 == len(ear.heard)


def test_what_waits_is_bounded(live: Subscription, ear: Ear) -> None:
    """More than is kept is read from the log again: nothing is told over the hole."""
    live.doubt()
    last = 6 + WAITING_MOST
    for offset in range(6, last + 1):
        assert live.hear(entry(offset))
    assert not live.go_on((), 3)
    assert live.is_torn
    assert [] == offsets(ear)

    assert live.go_on(tuple(entry(offset) for offset in range(6, last)), 3)
    assert list(range(6, last + 1)) == offsets(ear)


def test_a_doubt_stops_and_is_counted(live: Subscription, ear: Ear) -> None:
    """After a doubt, all waits; whoever judges can see that another doubt came meanwhile."""
    live.doubt()
    assert live.hear(entry(6))
    assert [] == offsets(ear)
    assert 1 == live.doubts
    live.doubt()
    assert 2 == live.doubts


def test_another_past_voids_what_waits_and_what_was_judged(live: Subscription, ear: Ear) -> None:
    """After a new beginning, it goes on from there, once it has been judged anew."""
    live.doubt()
    live.hear(entry(6))
    live.begin_again(head(3, past="b"))
    assert 2 == live.doubts
    assert live.hear(entry(4, past="b", fork=3))
    assert [] == offsets(ear)

    assert live.go_on((), 2)
    assert [4] == offsets(ear)
    assert 2 == live.since


@pytest.mark.parametrize(("revision", "hears"), [(2, False), (3, True), (4, True), (5, False)])
def test_passing_things_are_for_those_who_were_there(live: Subscription, revision: int, *, hears: bool) -> None:
    """What was made before one came, or under a membership that was not judged, is not told."""
    live.hear(entry(6, revision=4))
    assert live.go_on((), 4)
    note = TypingChanged(
        channel_id=TEAM, user_id=BERT, membership_revision=revision, at=FrozenClock().now(), is_typing=True
    )

    assert hears == live.may_hear(note)
    live.doubt()
    assert not live.may_hear(note)


@pytest.mark.parametrize(("revision", "hears"), [(1, True), (3, True), (4, False)])
def test_a_departure_is_told_late(live: Subscription, revision: int, *, hears: bool) -> None:
    """That somebody is gone is told to those too who have come since."""
    note = PresenceChanged(
        channel_id=TEAM, user_id=UserId("carl"), membership_revision=revision, at=FrozenClock().now(), is_online=False
    )

    assert hears == live.may_hear(note)
