"""Cursors, kept in memory."""

from collections.abc import Mapping

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.ports import CursorStore


@define(eq=False, repr=False)
class MemoryCursors(CursorStore):
    """Cursors in this process's memory: they outlive connections, and end with the process."""

    _cursors: dict[UserId, dict[str, Cursor]] = field(factory=dict[UserId, dict[str, Cursor]], init=False)

    async def cursors(self, *, user_id: UserId) -> Mapping[str, Cursor]:
        """See `CursorStore.cursors`."""
        return dict(self._cursors.get(user_id, {}))

    async def keep(self, *, user_id: UserId, channel_id: ChannelId, cursor: Cursor) -> None:
        """See `CursorStore.keep`."""
        self._cursors.setdefault(user_id, {})[channel_id] = cursor

    async def forget(self, *, user_id: UserId, channel_id: ChannelId) -> None:
        """See `CursorStore.forget`."""
        self._cursors.get(user_id, {}).pop(channel_id, None)
