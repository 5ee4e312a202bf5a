"""Saying something to those who listen."""

from saiondo_core.realtime.notes import TypingChanged
from saiondo_core.realtime.replies import Happened
from saiondo_core.realtime.requests import Typing
from tests.realtime.talk import ANNA, BERT, open_talk


async def test_whoever_listens_is_told_of_the_stored_message() -> None:
    """The message is told as it was stored, once, to everybody who listens, its sender too."""
    async with open_talk() as talk:
        anna, bert = await talk.listen(ANNA), await talk.listen(BERT)
        sent = await talk.of(ANNA).send_real_time_message(content="tea?", channel_id=talk.team.id)
        await talk.calm()

        stored = await talk.use_cases.as_user(BERT).message.get(message_id=sent.message.id)
        assert (True, stored) == (sent.broadcast, sent.message)
        assert [stored] == [happened.message for happened in anna.of(Happened)]
        assert [stored] == [happened.message for happened in bert.of(Happened)]


async def test_a_repeated_send_is_told_to_nobody_again() -> None:
    """Under the same name it is the same message, as it is now; it says that it was told before."""
    async with open_talk() as talk:
        bert, chat = await talk.listen(BERT), talk.of(ANNA)
        first = await chat.send_real_time_message(content="tea?", channel_id=talk.team.id, client_message_id="1")
        edited = await talk.use_cases.as_user(ANNA).message.edit(message_id=first.message.id, content="coffee?")
        again = await chat.send_real_time_message(content="tea?", channel_id=talk.team.id, client_message_id="1")
        await talk.calm()

        assert (True, False) == (first.broadcast, again.broadcast)
        assert edited == again.message
        assert ["message.sent", "message.edited"] == [happened.action for happened in bert.of(Happened)]


async def test_whoever_has_sent_types_no_more() -> None:
    """A sign that the sender types ends with what they typed, and that is told."""
    async with open_talk() as talk:
        bert = await talk.listen(BERT)
        await talk.of(ANNA).start_typing(channel_id=talk.team.id)
        await talk.of(BERT).start_typing(channel_id=talk.team.id)
        await talk.say("tea?")

        assert (BERT,) == await talk.of(BERT).get_typing_users(channel_id=talk.team.id)
        told = [(f.user_id, f.data.is_typing) for f in bert.frames if isinstance(f.data, Typing)]
        assert [(ANNA, True), (BERT, True), (ANNA, False)] == told


async def test_nobody_hears_of_a_sign_that_was_not_there() -> None:
    """Whoever did not type does not stop, either."""
    async with open_talk() as talk:
        await talk.say("tea?")

        assert [] == talk.bus.carried(TypingChanged)


async def test_a_stored_message_was_sent_whatever_fails_after() -> None:
    """The bus or the presence store is out of order: the message is stored, and that is what the sender is told."""
    async with open_talk() as talk:
        await talk.of(ANNA).start_typing(channel_id=talk.team.id)
        talk.bus.is_down = True
        first = await talk.of(ANNA).send_real_time_message(content="tea?", channel_id=talk.team.id)
        talk.presence.is_down = True
        second = await talk.of(ANNA).send_real_time_message(content="tea!", channel_id=talk.team.id)

        stored = await talk.use_cases.as_user(ANNA).message.history(channel_id=talk.team.id)
        assert (first.message, second.message) == stored
        assert first.broadcast
        assert second.broadcast
