"""One listener's way through one channel's log: waiting, live, or over."""

from datetime import datetime

from attrs import define, field

from saiondo_core.channels.model import ChannelId, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Head
from saiondo_core.realtime.listening import Listener
from saiondo_core.realtime.model import EndReason
from saiondo_core.realtime.notes import Passing, PresenceChanged
from saiondo_core.realtime.telling import Entry

WAITING_MOST = 1_000
"""How many events are kept for a subscription that is being judged; more of them are read from the log again."""

_NOWHERE = Head(epoch="", offset=0, event_id=None)

UNJUDGED = -1


def place_of(standing: Standing | None) -> tuple[datetime, int] | None:
    """Since when one is in the channel: whoever left and came back is in another place."""
    member = None if standing is None else standing.membership
    return None if member is None else (member.joined_at, member.joined_sequence)


@define(eq=False, kw_only=True)
class Subscription:
    """One listener's place in a channel.

    It is live as long as each event follows the one before, and was committed under no newer membership than the one
    that it was judged under. Otherwise it waits, with what comes meanwhile, until somebody has judged it again.

    Attributes:
        head: Up to where its listener was told.
        revision: The `membership_revision` that it was judged under.
        since: The one that it was first judged under.
        place: Since when its user was in the channel when it began. It is theirs no more once they have left.
        doubts: How often it was doubted. What was judged before it was is worth nothing.
        is_joining: Whether it has not begun: what happens meanwhile waits.
        is_live: Whether the next event can be told at once.
        is_over: Whether nothing is ever told again.
        is_torn: Whether something is missing between `head` and what waits, which only the log still has.
    """

    channel_id: ChannelId
    listener: Listener
    actor: Actor
    head: Head = _NOWHERE
    revision: int = UNJUDGED
    since: int = UNJUDGED
    place: tuple[datetime, int] | None = None
    doubts: int = 0
    is_joining: bool = True
    is_live: bool = False
    is_over: bool = False
    is_torn: bool = False
    _waiting: list[Entry] = field(factory=list[Entry], init=False)

    def hear(self, entry: Entry) -> bool:
        """Tell of *entry* if that may be done at once; whether somebody has to judge this subscription first."""
        if self.is_live and entry.revision <= self.revision and entry.leaver is None and entry.follows(self.head):
            self.head = entry.head
            self.listener.tell(entry.told)
            return False
        if self.is_over or entry.head.offset <= self.head.offset:
            return False
        self.is_live = False
        if len(self._waiting) == WAITING_MOST:
            self._waiting.clear()
        if not self.is_torn:  # Else it is read from the log with what is missing.
            self._waiting.append(entry)
        return not self.is_joining

    def may_hear(self, note: Passing) -> bool:
        """Whether *note* was made while its user, as far as is known, was a member, and is still one.

        That somebody is gone is told some time after they were last judged, to whoever is there by then.
        """
        is_since = note.membership_revision >= self.since or isinstance(note, PresenceChanged)
        return self.is_live and is_since and note.membership_revision <= self.revision

    def doubt(self) -> None:
        """Tell nothing more until it is judged again."""
        self.is_live = False
        self.doubts += 1

    def tear(self) -> None:
        """Tell nothing more until everything after `head` was read from the log; what waits is dropped."""
        self.is_live, self.is_torn = False, True
        self._waiting.clear()

    def begin_at(self, head: Head) -> None:
        """Go on after *head*."""
        self.head, self.is_torn = head, False

    def begin_again(self, head: Head) -> None:
        """Go on after *head*, for what waits belongs to another past, and so does what was judged."""
        self.begin_at(head)
        self.doubt()
        self.since = UNJUDGED
        self._waiting.clear()

    def go_on(self, missed: tuple[Entry, ...], revision: int) -> bool:
        """Having been judged under *revision*, tell what was *missed* and what waits; whether it is live then.

        It is not where something is missing in between, or where what waits was committed under a newer membership.
        """
        self.revision, self.is_joining, self.is_torn = revision, False, False
        self.since = revision if self.since == UNJUDGED else self.since
        waiting, self._waiting = [*missed, *self._waiting], []
        for place, entry in enumerate(waiting):
            if self.is_over:
                return False
            if entry.head.offset <= self.head.offset:
                continue
            self.is_torn = not entry.follows(self.head)
            if self.is_torn or entry.revision > self.revision:
                self._waiting = waiting[place:]
                return False
            if entry.leaver == self.listener.user_id:
                self.end(EndReason.NOT_A_MEMBER)
                return False
            self.head = entry.head
            self.listener.tell(entry.told)
        self.is_live = not self.is_over
        return self.is_live

    def end(self, reason: EndReason) -> None:
        """Tell nothing more, and say why."""
        if not self.is_over:
            self.is_over, self.is_live = True, False
            self._waiting.clear()
            self.listener.dropped(self.channel_id, reason)


async def end_of(subscription: Subscription, channels: ChannelRepository) -> EndReason:
    """Why *subscription*, whose user may not read there, is over."""
    standing = await channels.standing(channel_id=subscription.channel_id, user_id=subscription.actor.id)
    return EndReason.CHANNEL_DELETED if standing is None else EndReason.NOT_A_MEMBER
