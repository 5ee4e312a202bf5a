"""Being seen to type."""

from datetime import timedelta

import pytest

from saiondo_core.errors import MutedError, UnavailableError
from saiondo_core.realtime.notes import TypingChanged
from saiondo_core.realtime.requests import Typing
from tests.realtime.talk import ANNA, BERT, open_talk


async def test_typing_is_told_and_ends_by_itself() -> None:
    """Whoever listens is told; after 5 seconds nobody types, unless it was said again."""
    async with open_talk() as talk:
        bert, chat, team = await talk.listen(BERT), talk.of(ANNA), talk.team.id
        await chat.start_typing(channel_id=team)
        assert [Typing(is_typing=True)] == bert.of(Typing)
        await talk.clock.advance(4)
        await chat.start_typing(channel_id=team)
        await talk.clock.advance(4.999)
        assert (ANNA,) == await chat.get_typing_users(channel_id=team)
        await talk.clock.advance(0.001)
        assert () == await chat.get_typing_users(channel_id=team)


async def test_whoever_stops_is_told_of_if_they_typed() -> None:
    """Stopping ends the sign at once, and is told; to stop again, or without having typed, is nothing."""
    async with open_talk() as talk:
        chat, team = talk.of(ANNA), talk.team.id
        await chat.stop_typing(channel_id=team)
        await chat.start_typing(channel_id=team)
        await chat.stop_typing(channel_id=team)
        assert () == await chat.get_typing_users(channel_id=team)
        await chat.stop_typing(channel_id=team)

        carried = [note.is_typing for note in talk.bus.carried(TypingChanged) if isinstance(note, TypingChanged)]
        assert [True, False] == carried


async def test_the_muted_do_not_type() -> None:
    """Who may not send is not seen to type."""
    async with open_talk() as talk:
        until = talk.clock.now() + timedelta(hours=1)
        await talk.use_cases.as_user(ANNA).channel.mute(channel_id=talk.team.id, user_id=BERT, until=until)
        with pytest.raises(MutedError):
            await talk.of(BERT).start_typing(channel_id=talk.team.id)
        with pytest.raises(MutedError):
            await talk.of(BERT).stop_typing(channel_id=talk.team.id)

        assert () == await talk.of(ANNA).get_typing_users(channel_id=talk.team.id)


async def test_what_cannot_be_told_is_said() -> None:
    """The bus is out of order: that is what whoever types is told, for nothing else was asked for."""
    async with open_talk() as talk:
        await talk.of(ANNA).start_typing(channel_id=talk.team.id)
        talk.bus.is_down = True
        with pytest.raises(UnavailableError):
            await talk.of(BERT).start_typing(channel_id=talk.team.id)
        with pytest.raises(UnavailableError):
            await talk.of(ANNA).stop_typing(channel_id=talk.team.id)
