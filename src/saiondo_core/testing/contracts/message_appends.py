"""What every repository of messages must do when something is said."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.messages.errors import IdempotencyConflictError, MessageIdTakenError
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import Entry, MessageDraft
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.talk import ANNA, BERT, CARL, Talk, new_talk

Stores = tuple[ChannelRepository, MessageRepository]


class AppendLaws:
    """The laws of `MessageRepository` about appending."""

    async def test_append_is_gap_free(self, opener: Opener[Stores]) -> None:
        """Parallel senders get the sequences and the offsets 1, 2, 3 … without a hole, each channel its own."""
        async with opener() as stores:
            talks = [await new_talk(stores) for _ in range(3)]
            await asyncio.gather(*(talk.say(sender=who) for _ in range(20) for talk in talks for who in (ANNA, BERT)))

            for talk in talks:
                assert list(range(1, 41)) == [message.sequence for message in await talk.history()]
                assert list(range(1, 42)) == [recorded.offset for recorded in await talk.log()]

    async def test_append_keeps_message_and_events_or_neither(self, opener: Opener[Stores]) -> None:
        """A refused append leaves no message, no used key, no event, and no hole where it would have stood."""
        async with opener() as stores:
            talk = await new_talk(stores)
            first = await talk.say(key="first")
            log = await talk.log()
            refused = talk.draft(key="second")
            with pytest.raises(StaleMembershipError):
                await talk.append(refused, revision=talk.revision - 1)
            with pytest.raises(IdempotencyConflictError):
                await talk.append(talk.draft("other", key="first"))

            assert (first,) == await talk.history()
            assert log == await talk.log()
            assert await talk.messages.get(message_id=refused.id) is None
            assert await talk.messages.sent(channel_id=talk.channel.id, sender_id=ANNA, client_message_id="second") is (
                None
            )
            assert 2 == (await talk.say("other", key="second")).sequence

    async def test_append_stamps_the_sequence(self, opener: Opener[Stores]) -> None:
        """The event of each sent message is recorded with that message's sequence."""
        async with opener() as stores:
            talk = await new_talk(stores)
            said = await asyncio.gather(*(talk.say() for _ in range(10)))

            stamped = {
                recorded.event.message_id: recorded.sequence
                for recorded in await talk.log()
                if isinstance(recorded.event, MessageSent)
            }
            assert {message.id: message.sequence for message in said} == stamped

    async def test_append_moves_the_channel(self, opener: Opener[Stores]) -> None:
        """The channel knows its last message, the sender has read it, others have not; strangers may be senders."""
        async with opener() as stores:
            talk = await new_talk(stores)
            await talk.say(sender=BERT)
            last = await talk.say(sender=ANNA)

            anna = await talk.channels.standing(channel_id=talk.channel.id, user_id=ANNA)
            bert = await talk.channels.standing(channel_id=talk.channel.id, user_id=BERT)
            assert anna is not None
            assert bert is not None
            assert (2, last.created_at) == (anna.channel.last_sequence, anna.channel.last_message_at)
            assert (0, 1) == (anna.unread, bert.unread)
            assert 3 == (await talk.say(sender=CARL)).sequence

    async def test_same_draft_id_is_one_message(self, opener: Opener[Stores]) -> None:
        """Drafts whose reply was lost, appended again and again and all at once, are one message and one event."""
        async with opener() as stores:
            talk = await new_talk(stores)
            draft = talk.draft()
            answers = await asyncio.gather(*(talk.append(draft) for _ in range(20)))

            assert 1 == sum(not answer.is_duplicate for answer in answers)
            assert set(await talk.history()) == {answer.message for answer in answers}
            assert 1 == len(await talk.history())
            assert 2 == len(await talk.log())

    async def test_other_draft_under_the_id_conflicts(self, opener: Opener[Stores]) -> None:
        """An id stands for one body: another one under it is refused and leaves nothing."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            with pytest.raises(MessageIdTakenError):
                await talk.append(talk.draft("something else", id=message.id))

            assert (message,) == await talk.history()
            assert 2 == len(await talk.log())

    async def test_same_key_is_one_message(self, opener: Opener[Stores]) -> None:
        """However often a key is sent with its body, also at once, it is one message: the one that is there now."""
        async with opener() as stores:
            talk = await new_talk(stores)
            answers = await asyncio.gather(*(talk.append(talk.draft(key="k")) for _ in range(20)))
            (message,) = await talk.history()
            assert {message} == {answer.message for answer in answers}
            assert 1 == sum(not answer.is_duplicate for answer in answers)
            assert 2 == len(await talk.log())

            edited = await talk.edit(message, "edited")
            assert edited == (await talk.append(talk.draft(key="k"))).message
            tombstone = await talk.delete(edited)
            again = await talk.append(talk.draft(key="k"))
            assert tombstone == again.message
            assert again.is_duplicate
            assert 4 == len(await talk.log())

    async def test_other_fingerprint_conflicts_and_leaves_nothing(self, opener: Opener[Stores]) -> None:
        """Of parallel bodies under one key one is stored; every other is a conflict, also after an edit to it."""
        async with opener() as stores:
            talk = await new_talk(stores)
            bodies = [f"body {number}" for number in range(10)]
            answers = await asyncio.gather(
                *(talk.append(talk.draft(body, key="k")) for body in bodies), return_exceptions=True
            )
            (message,) = await talk.history()
            other = next(body for body in bodies if body != message.content)
            assert 9 == sum(isinstance(answer, IdempotencyConflictError) for answer in answers)

            edited = await talk.edit(message, other)
            with pytest.raises(IdempotencyConflictError):
                await talk.append(talk.draft(other, key="k"))
            assert (edited,) == await talk.history()
            assert 3 == len(await talk.log())

    async def test_keys_are_of_their_sender_and_channel(self, opener: Opener[Stores]) -> None:
        """The same key of somebody else, or elsewhere, is another message, and may have another body."""
        async with opener() as stores:
            here, there = await new_talk(stores), await new_talk(stores)
            said = [
                await here.say("one", key="k"),
                await here.say("two", sender=BERT, key="k"),
                await there.say("three", key="k"),
            ]

            assert ["one", "two", "three"] == [message.content for message in said]
            assert [1, 2, 1] == [message.sequence for message in said]

    async def test_a_retry_wins_over_the_revision(self, opener: Opener[Stores]) -> None:
        """What was stored is answered, by id and by key, although the membership was changed since."""
        async with opener() as stores:
            talk = await new_talk(stores)
            draft = talk.draft(key="k")
            message = (await talk.append(draft)).message
            old = talk.revision
            await talk.join(CARL)

            assert message == (await talk.append(draft, revision=old)).message
            assert message == (await talk.append(talk.draft(key="k"), revision=old)).message

    async def test_append_under_an_older_revision_refuses(self, opener: Opener[Stores]) -> None:
        """No write that was judged before a change of the membership gets in after it, nor into a deleted channel."""
        async with opener() as stores:
            talk = await new_talk(stores)
            message = await talk.say()
            await talk.react(message.id, "👍")
            old = talk.revision
            await talk.join(CARL)
            log = await talk.log()
            after, event = talk.edited(message, "edited")
            for write in (
                talk.append(talk.draft(), revision=old),
                talk.messages.append_many(entries=entries(talk, talk.draft()), membership_revision=old),
                talk.messages.replace(before=message, after=after, membership_revision=old, events=(event,)),
                talk.react(message.id, "🎉", revision=old),
                talk.unreact(message.id, "👍", revision=old),
                talk.append(evolve(talk.draft(), channel_id=ChannelId("unknown"))),
            ):
                with pytest.raises(StaleMembershipError):
                    await write
            assert (message,) == await talk.history()
            assert log == await talk.log()
            assert 1 == len(await talk.messages.reactions(message_id=message.id))

            await talk.close()
            with pytest.raises(StaleMembershipError):
                await talk.append(talk.draft(), revision=talk.revision + 1)

    async def test_append_many_is_all_or_nothing(self, opener: Opener[Stores]) -> None:
        """Entries follow each other without anybody between them; one conflict among them, and none is kept."""
        async with opener() as stores:
            talk = await new_talk(stores)
            known = await talk.say("known", key="k")
            log = await talk.log()
            refused = entries(talk, talk.draft("new"), talk.draft("other", key="k"))
            with pytest.raises(IdempotencyConflictError):
                await talk.messages.append_many(entries=refused, membership_revision=talk.revision)
            among_themselves = entries(talk, talk.draft("one", key="new"), talk.draft("two", key="new"))
            with pytest.raises(IdempotencyConflictError):
                await talk.messages.append_many(entries=among_themselves, membership_revision=talk.revision)
            assert (known,) == await talk.history()
            assert log == await talk.log()

            batches = [entries(talk, *(talk.draft(f"{batch}") for _ in range(10))) for batch in range(5)]
            appended = await asyncio.gather(
                *(talk.messages.append_many(entries=batch, membership_revision=talk.revision) for batch in batches),
                *(talk.say("between") for _ in range(5)),
            )
            for batch in appended[:5]:
                assert isinstance(batch, tuple)
                first = batch[0].message.sequence
                assert list(range(first, first + 10)) == [each.message.sequence for each in batch]
            assert list(range(1, 57)) == [message.sequence for message in await talk.history()]
            assert list(range(1, 58)) == [recorded.offset for recorded in await talk.log()]

    async def test_append_many_knows_its_duplicates(self, opener: Opener[Stores]) -> None:
        """What is there already, or twice among the entries, is given back in its place, and kept and told once."""
        async with opener() as stores:
            talk = await new_talk(stores)
            known = await talk.say("known", key="k")
            drafts = talk.draft("known", key="k"), talk.draft("new", key="n"), talk.draft("new", key="n")
            appended = await talk.messages.append_many(
                entries=entries(talk, *drafts), membership_revision=talk.revision
            )

            assert [True, False, True] == [each.is_duplicate for each in appended]
            assert [known.id, drafts[1].id, drafts[1].id] == [each.message.id for each in appended]
            assert [known.id, drafts[1].id] == [message.id for message in await talk.history()]
            assert 3 == len(await talk.log())
            again = await talk.messages.append_many(
                entries=entries(talk, *drafts), membership_revision=talk.revision - 1
            )
            assert [each.message for each in appended] == [each.message for each in again]


def entries(talk: Talk, *drafts: MessageDraft) -> tuple[Entry, ...]:
    """Make entries of *drafts*, whose fingerprints are their texts."""
    return tuple(Entry(draft=draft, fingerprint=draft.content, event=talk.sent(draft)) for draft in drafts)
