"""What every store of cursors must do."""

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.ports import CursorStore
from saiondo_core.testing.contracts.opening import Opener, missing

_ANNA, _BERT = UserId("anna"), UserId('b"ert\\ 안녕')
_TEAM, _HALL = ChannelId("team"), ChannelId("../hall\n😀")
_EARLY, _LATE = Cursor("early"), Cursor("late")


@pytest.mark.asyncio
class CursorStoreContract:
    """The laws of `CursorStore`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[CursorStore]:
        """Open an empty store."""
        return missing(self)

    async def test_nobody_is_known_at_first(self, opener: Opener[CursorStore]) -> None:
        """A fresh store gives no cursors, whoever is asked for."""
        async with opener() as store:
            assert {} == dict(await store.cursors(user_id=_ANNA))
            assert {} == dict(await store.cursors(user_id=_BERT))

    async def test_the_last_word_counts(self, opener: Opener[CursorStore]) -> None:
        """Each word is given until the next one, which may be the same, another one, or an earlier one again."""
        async with opener() as store:
            for cursor in (_EARLY, _EARLY, _LATE, _EARLY):
                await store.keep(user_id=_ANNA, channel_id=_TEAM, cursor=cursor)
                assert {_TEAM: cursor} == dict(await store.cursors(user_id=_ANNA))

    async def test_users_are_apart(self, opener: Opener[CursorStore]) -> None:
        """Two users follow one channel, each from where they are; what one forgets, the other knows."""
        async with opener() as store:
            await store.keep(user_id=_ANNA, channel_id=_TEAM, cursor=_EARLY)
            await store.keep(user_id=_BERT, channel_id=_TEAM, cursor=_LATE)
            assert {_TEAM: _EARLY} == dict(await store.cursors(user_id=_ANNA))

            await store.forget(user_id=_ANNA, channel_id=_TEAM)
            assert {_TEAM: _LATE} == dict(await store.cursors(user_id=_BERT))

    async def test_channels_are_apart(self, opener: Opener[CursorStore]) -> None:
        """One user follows two channels, whatever their ids are made of."""
        async with opener() as store:
            await store.keep(user_id=_BERT, channel_id=_TEAM, cursor=_EARLY)
            await store.keep(user_id=_BERT, channel_id=_HALL, cursor=_EARLY)
            await store.keep(user_id=_BERT, channel_id=_HALL, cursor=_LATE)
            assert {_TEAM: _EARLY, _HALL: _LATE} == dict(await store.cursors(user_id=_BERT))

            await store.forget(user_id=_BERT, channel_id=_TEAM)
            assert {_HALL: _LATE} == dict(await store.cursors(user_id=_BERT))

    async def test_what_is_forgotten_is_gone(self, opener: Opener[CursorStore]) -> None:
        """Forgotten once or twice, or never known, it is not given, until it is kept anew."""
        async with opener() as store:
            await store.keep(user_id=_ANNA, channel_id=_TEAM, cursor=_LATE)
            for channel_id in (_TEAM, _TEAM, _HALL):
                await store.forget(user_id=_ANNA, channel_id=channel_id)
            assert {} == dict(await store.cursors(user_id=_ANNA))

            await store.keep(user_id=_ANNA, channel_id=_TEAM, cursor=_EARLY)
            assert {_TEAM: _EARLY} == dict(await store.cursors(user_id=_ANNA))
