"""A bus that does what networks do, and stores that can be set back."""

from collections import Counter
from collections.abc import Callable
from random import Random

from attrs import define, field

from saiondo_core import Ports
from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.ports import EventBus
from saiondo_core.testing.ports import cheap_ports
from tests.realtime.pasts import Past, past_of, set_back


@define(eq=False)
class RumourBus(EventBus):
    """A bus that loses, doubles and reorders notes, a tenth of them each; or all of them, where it is silent.

    Attributes:
        fates: How often each of that happened.
    """

    random: Random = field(factory=Random)
    is_silent: bool = field(default=False, init=False)
    fates: Counter[str] = field(factory=Counter[str], init=False)
    _bus: MemoryEventBus = field(factory=MemoryEventBus, init=False)
    _late: list[Note] = field(factory=list[Note], init=False)

    async def publish(self, *, note: Note) -> None:
        """See `EventBus.publish`."""
        fates = "lost", "doubled", "late", "told"
        fate = "lost" if self.is_silent else self.random.choices(fates, (1, 1, 1, 7))[0]
        self.fates[fate] += 1
        match fate:
            case "late":
                self._late.append(note)
            case "lost":
                pass
            case _:
                for told in (note,) if fate == "told" else (note, note):
                    await self._bus.publish(note=told)
                if self._late and self.random.random() < 0.5:
                    await self._bus.publish(note=self._late.pop(0))

    def listen(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.listen`."""
        self._bus.listen(hear)

    def unlisten(self, hear: Callable[[Note], None]) -> None:
        """See `EventBus.unlisten`."""
        self._bus.unlisten(hear)


@define(eq=False)
class Archive:
    """Memory ports of which channels and messages can be set back to what they were, under the same epoch."""

    _rooms: Rooms = field(factory=lambda: Rooms(log=MemoryLog()), init=False)

    def ports(self) -> Ports:
        """The ports."""
        log = self._rooms.log
        return cheap_ports(
            clock=SystemClock(),
            users=MemoryUsers(log),
            channels=MemoryChannels(self._rooms),
            messages=MemoryMessages(self._rooms),
            roles=MemoryRoles(log),
        )

    def backup(self) -> Past:
        """What they hold now."""
        return past_of(self._rooms)

    def set_back(self, past: Past) -> None:
        """Let them hold what they held then."""
        set_back(self._rooms, past)
