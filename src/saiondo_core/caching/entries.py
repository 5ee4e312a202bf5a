"""What is cached in a process: the newest stays, what was not asked for longest goes."""

from collections.abc import Callable

from attrs import define, field

from saiondo_core.caching.counting import Counts
from saiondo_core.caching.kinds import check_kind
from saiondo_core.caching.model import Lifespan
from saiondo_core.caching.tagging import Tags

_NO_TIME = Lifespan(ttl=1.0)


@define(eq=False, repr=False, weakref_slot=False)
class Entry:
    """A value under its key, and its neighbours in the order in which they were asked for.

    Attributes:
        fresh: Until when it need not be loaded anew, on the monotonic clock.
        end: Until when it is told.
        octets: How much memory it takes, where that is counted.
    """

    key: str
    value: object = None
    as_: object = None
    fresh: float = 0.0
    end: float = 0.0
    lifespan: Lifespan = _NO_TIME
    tags: tuple[str, ...] = ()
    octets: int = 0
    before: "Entry" = field(init=False)
    after: "Entry" = field(init=False)


def _edge() -> Entry:
    edge = Entry("")
    edge.before = edge.after = edge
    return edge


@define(eq=False, repr=False)
class Entries:
    """Entries by key, in the order in which they were last asked for, within a budget.

    Attributes:
        most: How many entries there may be.
        most_octets: How much memory they may take, as `weigh` says; None for any.
        found: The entries by key. To be read only.
        edge: Stands between the newest and the oldest entry.
        octets: How much memory they take, where that is counted.
    """

    counts: Counts
    most: int
    most_octets: int | None
    weigh: Callable[[str, object], int]
    found: dict[str, Entry] = field(factory=dict[str, Entry], init=False)
    edge: Entry = field(factory=_edge, init=False)
    octets: int = field(default=0, init=False)
    _tags: Tags = field(factory=Tags, init=False)

    def touch(self, entry: Entry) -> None:
        """Note that *entry* was asked for."""
        edge, before, after = self.edge, entry.before, entry.after
        before.after, after.before = after, before
        newest = edge.before
        newest.after = edge.before = entry
        entry.before, entry.after = newest, edge

    def put(self, key: str, value: object, as_: object, lifespan: Lifespan, tags: tuple[str, ...], now: float) -> bool:  # noqa: PLR0917 - Names would cost each `set` what it costs itself.
        """Keep *value* from *now* on in the place of what is under *key*, and let go what it leaves no room for.

        Returns:
            Whether it is kept: one that alone is over the budget is not, and leaves nothing under its key.

        Raises:
            NotCacheableError: Nothing may be kept *as_* that.
        """
        entry = self.found.get(key)
        if entry is None or entry.as_ is not as_:
            check_kind(as_)
        is_new = entry is None
        if entry is None:
            entry = self.found[key] = Entry(key)
            entry.before = entry.after = entry
        edge = self.edge
        if (after := entry.after) is not edge:  # `touch`, without the call: a tenth of a `set`.
            before, newest = entry.before, edge.before
            before.after, after.before = after, before
            newest.after = edge.before = entry
            entry.before, entry.after = newest, edge
        if entry.tags is not tags:
            self._tags.untie(key, entry.tags)
            self._tags.tie(key, tags)
            entry.tags = tags
        entry.value = value
        entry.as_ = as_
        entry.lifespan = lifespan
        if value is None:
            entry.fresh = entry.end = now + lifespan.missing_ttl
        else:
            entry.end = end = now + lifespan.ttl
            entry.fresh = end if lifespan.refresh_after is None else now + lifespan.refresh_after
        return self._make_room(entry) if is_new or self.most_octets is not None else True

    def drop(self, key: str) -> bool:
        """Forget what is under *key*; whether there was something."""
        entry = self.found.pop(key, None)
        if entry is None:
            return False
        entry.before.after, entry.after.before = entry.after, entry.before
        self.octets -= entry.octets
        if entry.tags:
            self._tags.untie(key, entry.tags)
        return True

    def under(self, tag: str) -> tuple[str, ...]:
        """The keys of the entries that bear *tag*."""
        return self._tags.bearers(tag)

    def _make_room(self, entry: Entry) -> bool:
        """Drop the oldest until the budget is kept; *entry* itself, where it alone is over it."""
        if self.most_octets is not None:
            octets = self.weigh(entry.key, entry.value)
            self.octets += octets - entry.octets
            entry.octets = octets
            if octets > self.most_octets:
                self.drop(entry.key)
                self.counts.skipped += 1
                return False
        while len(self.found) > self.most or (self.most_octets is not None and self.octets > self.most_octets):
            self.drop(self.edge.after.key)
            self.counts.evictions += 1
        return True
