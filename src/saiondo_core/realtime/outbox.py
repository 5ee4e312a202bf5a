"""What waits for one client."""

from collections import deque
from collections.abc import Hashable

from attrs import define, field

from saiondo_core.realtime.listening import Told


@define(eq=False)
class _Slot:
    told: Told
    octets: int
    is_owed: bool


@define(eq=False)
class _Load:
    """How much waits of one sort."""

    events: int = 0
    octets: int = 0

    def add(self, events: int, octets: int) -> None:
        self.events += events
        self.octets += octets


@define(eq=False, kw_only=True)
class Outbox:
    """A queue that refuses what would make it too long: nobody waits for a slow client.

    Of one topic only the newest waits, in the place of the first. What the client has asked for is owed: it always has
    room, and takes none from the rest; it is bounded because who is owed much is not asked what else they want.

    Attributes:
        events_most: How many frames may wait that are not owed.
        octets_most: How many bytes of them.
    """

    events_most: int
    octets_most: int
    _waiting: deque[_Slot] = field(factory=deque[_Slot], init=False)
    _topics: dict[Hashable, _Slot] = field(factory=dict[Hashable, _Slot], init=False)
    _owed: _Load = field(factory=_Load, init=False)
    _other: _Load = field(factory=_Load, init=False)

    def put(self, told: Told, octets: int, *, is_owed: bool = False) -> bool:
        """Let *told* wait; False, and it does not, where there is no room."""
        slot = None if told.topic is None else self._topics.get(told.topic)
        if slot is not None:
            self._load_of(slot).add(0, octets - slot.octets)
            slot.told, slot.octets = told, octets
            return True
        other = self._other
        if not is_owed and (other.events >= self.events_most or other.octets + octets > self.octets_most):
            return False
        slot = _Slot(told, octets, is_owed)
        self._waiting.append(slot)
        self._load_of(slot).add(1, octets)
        if told.topic is not None:
            self._topics[told.topic] = slot
        return True

    def take(self) -> Told | None:
        """What has waited longest; None where nothing waits."""
        if not self._waiting:
            return None
        slot = self._waiting.popleft()
        self._load_of(slot).add(-1, -slot.octets)
        if slot.told.topic is not None:
            del self._topics[slot.told.topic]
        return slot.told

    def clear(self) -> None:
        """Let nothing wait."""
        while self._waiting:
            self.take()

    def __len__(self) -> int:
        """How many frames wait."""
        return len(self._waiting)

    @property
    def octets(self) -> int:
        """How many bytes wait."""
        return self._owed.octets + self._other.octets

    @property
    def is_half_full(self) -> bool:
        """Whether it is time to ask the client to read, before more is asked for."""
        return 2 * len(self._waiting) > self.events_most or 2 * self.octets > self.octets_most

    def _load_of(self, slot: _Slot) -> _Load:
        return self._owed if slot.is_owed else self._other
