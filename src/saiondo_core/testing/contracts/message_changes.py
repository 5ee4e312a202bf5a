"""What every repository of messages must do when what was said is changed, deleted or reacted to."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.messages.errors import StaleMessageError, TooManyReactionsError
from saiondo_core.messages.model import MessageId, Revision
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.talk import ANNA, BERT, new_talk

Stores = tuple[ChannelRepository, MessageRepository]


class ChangeLaws:
    """The laws of `MessageRepository` about replacing, and about reactions."""

    async def test_replace_needs_the_present(self, opener: Opener[Stores]) -> None:
        """Whoever replaces a message as it was before the last change, or one that never was, is refused."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            edited = await talk.edit(message, "first edit")
            log = await talk.log()
            for past in (message, evolve(edited, id=MessageId("unknown"))):
                with pytest.raises(StaleMessageError):
                    await talk.edit(past, "second edit")

            assert (edited,) == await talk.history()
            assert log == await talk.log()

    async def test_replace_is_idempotent(self, opener: Opener[Stores]) -> None:
        """A replacement whose reply was lost is made once, also when it comes again after a later one."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say("one")
            after, event = talk.edited(message, "two")
            for _ in range(3):
                await talk.messages.replace(
                    before=message, after=after, membership_revision=talk.revision, events=(event,)
                )
            assert (after,) == await talk.history()
            assert 3 == len(await talk.log())

            last = await talk.edit(after, "three")
            await talk.messages.replace(before=message, after=after, membership_revision=talk.revision, events=(event,))
            assert (last,) == await talk.history()
            assert ["one", "two"] == [past.content for past in await talk.messages.revisions(message_id=message.id)]
            assert 4 == len(await talk.log())

    async def test_parallel_replaces_have_one_winner(self, opener: Opener[Stores]) -> None:
        """Of many edits of the same message at once, one is stored; the others are told that it changed."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            answers = await asyncio.gather(
                *(talk.edit(message, f"edit {number}") for number in range(10)), return_exceptions=True
            )

            winners = [answer for answer in answers if not isinstance(answer, StaleMessageError)]
            assert winners == list(await talk.history())
            assert 1 == len(await talk.messages.revisions(message_id=message.id))
            assert 3 == len(await talk.log())

    async def test_replace_keeps_the_place(self, opener: Opener[Stores]) -> None:
        """Whatever a replacement claims, sequence, sender and key stay, and the key still finds the message."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say(key="k")
            after, event = talk.edited(message, "edited")
            elsewhere = evolve(after, sequence=7, sender_id=BERT, client_message_id="other")
            await talk.messages.replace(
                before=message, after=elsewhere, membership_revision=talk.revision, events=(event,)
            )
            found = await talk.messages.sent(channel_id=talk.channel.id, sender_id=ANNA, client_message_id="k")

            assert (after,) == await talk.history()
            assert found is not None
            assert after == found.message

    async def test_an_edit_keeps_the_revision(self, opener: Opener[Stores]) -> None:
        """Each replaced text is kept, oldest first, with the time of the edit that replaced it."""
        async with opener() as stores:
            talk = await new_talk(stores)
            first = await talk.say("one")
            assert () == await talk.messages.revisions(message_id=first.id)
            second = await talk.edit(first, "two")
            third = await talk.edit(second, "three")
            assert second.edited_at is not None
            assert third.edited_at is not None

            assert (
                Revision(message_id=first.id, content="one", edited_at=second.edited_at),
                Revision(message_id=first.id, content="two", edited_at=third.edited_at),
            ) == await talk.messages.revisions(message_id=first.id)

    async def test_a_tombstone_forgets(self, opener: Opener[Stores]) -> None:
        """Once deleted, a message has no text, no revision and no reaction left; its neighbours keep theirs."""
        async with opener() as stores:
            talk = await new_talk(stores)
            neighbour = await talk.edit(await talk.say("neighbour"), "edited neighbour")
            message = await talk.edit(await talk.say("one"), "two")
            for each in (neighbour, message):
                await talk.react(each.id, "👍")
            tombstone = await talk.delete(message)

            assert (neighbour, tombstone) == await talk.history()
            assert "" == tombstone.content
            assert () == await talk.messages.revisions(message_id=message.id)
            assert () == await talk.messages.reactions(message_id=message.id)
            assert 1 == len(await talk.messages.revisions(message_id=neighbour.id))
            assert 1 == len(await talk.messages.reactions(message_id=neighbour.id))

    async def test_a_reaction_counts_once(self, opener: Opener[Stores]) -> None:
        """The same emoji of the same user, put or taken many times at once, is put or taken, and told, once."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            await talk.unreact(message.id, "👍")
            await asyncio.gather(*(talk.react(message.id, "👍") for _ in range(10)))
            await talk.react(message.id, "👍", user=BERT)
            await talk.react(message.id, "🎉")
            assert [(ANNA, "👍"), (BERT, "👍"), (ANNA, "🎉")] == [
                (put.user_id, put.emoji) for put in await talk.messages.reactions(message_id=message.id)
            ]
            assert 5 == len(await talk.log())

            await asyncio.gather(*(talk.unreact(message.id, "👍") for _ in range(10)))
            assert [(BERT, "👍"), (ANNA, "🎉")] == [
                (put.user_id, put.emoji) for put in await talk.messages.reactions(message_id=message.id)
            ]
            assert 6 == len(await talk.log())

    async def test_a_tombstone_takes_no_reaction(self, opener: Opener[Stores]) -> None:
        """A reaction that comes after the deletion, or to nothing at all, is refused and not told."""
        async with opener() as stores:
            talk = await new_talk(stores)
            tombstone = await talk.delete(await talk.say())
            log = await talk.log()
            for message_id in (tombstone.id, MessageId("unknown")):
                with pytest.raises(StaleMessageError):
                    await talk.react(message_id, "👍")
                assert () == await talk.messages.reactions(message_id=message_id)

            assert log == await talk.log()

    async def test_reactions_are_bounded(self, opener: Opener[Stores]) -> None:
        """However many emoji somebody puts at once, the allowed number is kept; others may still put theirs."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            answers = await asyncio.gather(
                *(talk.react(message.id, f"emoji{number}", most=5) for number in range(10)), return_exceptions=True
            )
            await talk.react(message.id, "👍", user=BERT, most=5)
            put = await talk.messages.reactions(message_id=message.id)

            assert 5 == sum(isinstance(answer, TooManyReactionsError) for answer in answers)
            assert 5 == sum(reaction.user_id == ANNA for reaction in put)
            assert 8 == len(await talk.log())
            await talk.react(message.id, put[0].emoji, most=5)  # which is there, and so none too many
            assert put == await talk.messages.reactions(message_id=message.id)

    async def test_reactions_go_by_time(self, opener: Opener[Stores]) -> None:
        """Reactions are given as they were put; one that was taken and put again comes last."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            first, second, third = [await talk.react(message.id, emoji) for emoji in ("🐘", "🐁", "🦊")]
            assert (first, second, third) == await talk.messages.reactions(message_id=message.id)

            await talk.unreact(message.id, "🐘")
            again = await talk.react(message.id, "🐘")
            assert (second, third, again) == await talk.messages.reactions(message_id=message.id)
