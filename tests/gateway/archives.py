"""Stores that can be set back."""

from attrs import define, field

from saiondo_core import Ports
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.testing.ports import cheap_ports
from tests.realtime.pasts import Past, past_of, set_back


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
