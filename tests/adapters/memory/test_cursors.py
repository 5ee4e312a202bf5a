"""The memory store of cursors."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.cursors import MemoryCursors
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.ports import CursorStore
from saiondo_core.testing.contracts.cursors import CursorStoreContract
from saiondo_core.testing.contracts.opening import Opener


class TestMemoryCursors(CursorStoreContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[CursorStore]:
        """Open an empty store."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[CursorStore]:
            yield MemoryCursors()

        return opened


async def test_what_was_given_stays_as_it_is() -> None:
    """Whoever has asked for the cursors holds those of that moment."""
    store, anna, team = MemoryCursors(), UserId("anna"), ChannelId("team")
    await store.keep(user_id=anna, channel_id=team, cursor=Cursor("early"))
    given = await store.cursors(user_id=anna)
    await store.keep(user_id=anna, channel_id=team, cursor=Cursor("late"))

    assert {team: "early"} == given
