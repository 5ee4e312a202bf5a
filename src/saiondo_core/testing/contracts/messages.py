"""What every repository of messages must do."""

import pytest
from attrs import asdict, evolve

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.events import MessageDeleted, MessageEdited, MessageSent, ReactionAdded, ReactionRemoved
from saiondo_core.messages.model import Message, MessageId, MessageType, Sent
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.contracts.message_appends import AppendLaws
from saiondo_core.testing.contracts.message_changes import ChangeLaws
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.testing.contracts.talk import ANNA, BERT, new_talk

Stores = tuple[ChannelRepository, MessageRepository]
"""Messages live in channels: a suite is given both stores of a family, in this order."""


@pytest.mark.asyncio
class MessageRepositoryContract(AppendLaws, ChangeLaws):
    """The laws of `MessageRepository`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[Stores]:
        """Open an empty pair of stores that share one log."""
        return missing(self)

    async def test_append_then_read_is_the_same(self, opener: Opener[Stores]) -> None:
        """Every field of a draft comes back as it went in, from the append, by id and in the history."""
        async with opener() as stores:
            talk = await new_talk(stores)
            assert await talk.messages.get(message_id=MessageId("unknown")) is None
            first = await talk.say()
            draft = evolve(
                talk.draft('Hello "bert" \\ \u2028 안녕 👋🏽\n', sender=UserId("somebody else"), key="a key"),
                type=MessageType.SYSTEM,
                mentions=(BERT, ANNA),
                reply_to=first.id,
                metadata={"": [1, -0.5, True, None, {"deep": "é"}], "z": 2**62, "a": {}},
            )
            expected = Message(**asdict(draft, recurse=False), sequence=2)

            assert expected == (await talk.append(draft)).message
            assert expected == await talk.messages.get(message_id=draft.id)
            assert (first, expected) == await talk.history()

    async def test_sent_finds_by_key(self, opener: Opener[Stores]) -> None:
        """A key finds its message as it is now, with the first body's fingerprint; no other key finds it."""
        async with opener() as stores:
            talk, other = await new_talk(stores), await new_talk(stores)
            message = await talk.say("first body", key="k")
            edited = await talk.edit(message, "second body")

            async def sent(channel_id: ChannelId, sender_id: UserId, key: str) -> Sent | None:
                return await talk.messages.sent(channel_id=channel_id, sender_id=sender_id, client_message_id=key)

            assert Sent(message=edited, fingerprint="first body") == await sent(talk.channel.id, ANNA, "k")
            assert await sent(talk.channel.id, ANNA, "K") is None
            assert await sent(talk.channel.id, BERT, "k") is None
            assert await sent(other.channel.id, ANNA, "k") is None
            assert await sent(ChannelId("unknown"), ANNA, "k") is None

    async def test_history_goes_by_sequence(self, opener: Opener[Stores]) -> None:
        """Every window of a history is what a list would give: before, after, or the newest, by rising sequence."""
        async with opener() as stores:
            talk = await new_talk(stores)
            await (await new_talk(stores)).say("elsewhere")
            said = tuple([await talk.say(f"{number}") for number in range(1, 8)])

            async def window(before: int | None, after: int | None, limit: int) -> tuple[Message, ...]:
                return await talk.messages.history(channel_id=talk.channel.id, before=before, after=after, limit=limit)

            for limit in (1, 3, 7, 20):
                assert said[-limit:] == await window(None, None, limit)
                for edge in (0, 1, 2, 4, 7, 8, 9, 100):
                    below = tuple(message for message in said if message.sequence < edge)
                    above = tuple(message for message in said if message.sequence > edge)
                    assert below[-limit:] == await window(edge, None, limit)
                    assert above[:limit] == await window(None, edge, limit)
            assert () == await talk.messages.history(channel_id=ChannelId("unknown"), before=None, after=None, limit=10)

    async def test_writes_carry_their_events(self, opener: Opener[Stores]) -> None:
        """Each write's event stands in the channel's stream, in the order of the writes, with gap-free offsets."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            await talk.react(message.id, "👍")
            edited = await talk.edit(message, "edited")
            await talk.unreact(message.id, "👍")
            await talk.delete(edited)
            log = (await talk.log())[1:]

            kinds = [MessageSent, ReactionAdded, MessageEdited, ReactionRemoved, MessageDeleted]
            assert kinds == [type(recorded.event) for recorded in log]
            assert [2, 3, 4, 5, 6] == [recorded.offset for recorded in log]
            assert [1, None, None, None, None] == [recorded.sequence for recorded in log]
            assert {message.id} == {recorded.event.resource_id for recorded in log}
