"""Saying it differently."""

import asyncio
from random import Random

import pytest
from attrs import evolve

from saiondo_core.channels.errors import MutedError
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.messages.errors import MessageDeletedError, NotTheSenderError, StaleMessageError
from saiondo_core.messages.events import MessageEdited, MessageSent
from saiondo_core.messages.model import Revision
from saiondo_core.testing.schedules import interleaved
from tests.messages.house import ANNA, BERT, CARL, TEAM, House


async def test_an_edit_changes_what_is_said(house: House) -> None:
    """Text, mentions and the time of the edit change, the rest stays; what it said before is kept."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="Hello @bert", metadata={"a": 1}, client_message_id="k")
    await house.clock.advance(60)
    edited = await anna.edit(message_id=message.id, content="Hello @carl")

    now = house.clock.now()
    assert evolve(message, content="Hello @carl", mentions=(CARL,), edited_at=now) == edited
    assert edited == await house.of(BERT).get(message.id)
    assert (Revision(message_id=message.id, content="Hello @bert", edited_at=now),) == await house.of(BERT).revisions(
        message.id
    )
    assert [MessageSent, MessageEdited] == await house.events()


async def test_the_same_text_changes_nothing(house: House) -> None:
    """An edit to the text that is there already gives the message as it is, with no revision and no event."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="hello")

    assert message == await anna.edit(message_id=message.id, content="hello")
    assert () == await anna.revisions(message.id)
    assert [MessageSent] == await house.events()


async def test_only_the_sender_edits(house: House) -> None:
    """Neither the owner nor the system edits what others said; and what the host said stays as it is."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    notice = await house.system.send(channel_id=TEAM, content="notice")
    for use, message_id in (
        (house.of(ANNA), message.id),
        (house.system, message.id),
        (house.system, notice.id),
        (house.of(ANNA), notice.id),
    ):
        with pytest.raises(NotTheSenderError):
            await use.edit(message_id=message_id, content="edited")


async def test_a_tombstone_is_not_edited(house: House) -> None:
    """What was deleted stays deleted."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    await house.of(ANNA).delete(message_id=message.id)
    with pytest.raises(MessageDeletedError):
        await house.of(ANNA).edit(message_id=message.id, content="hello")


async def test_the_muted_do_not_edit(house: House) -> None:
    """An edit says something too."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.join(BERT, muted_for=60)
    with pytest.raises(MutedError) as refused:
        await house.of(BERT).edit(message_id=message.id, content="edited")
    assert "message:edit" == refused.value.permission


async def test_an_edit_is_held_to_the_rules_of_content(house: House) -> None:
    """1 to 2,000 characters, not all blank."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    for content in ("", " \n", "a" * 2_001, "\x00"):
        with pytest.raises(InvalidInputError):
            await house.of(ANNA).edit(message_id=message.id, content=content)


async def test_parallel_edits_follow_each_other(house: House) -> None:
    """Two edits at once both take place, one on top of the other; of a crowd, some are told of the unrest."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="0")
    slow = evolve(house, messages=interleaved(house.messages, Random(7)))
    edits = (slow.of(ANNA).edit(message_id=message.id, content=f"{number}") for number in range(1, 11))
    answers = await asyncio.gather(*edits, return_exceptions=True)

    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    assert all(isinstance(answer, StaleMessageError) for answer in answers if isinstance(answer, BaseException))
    assert len(made) >= 2
    texts = [revision.content for revision in await house.of(ANNA).revisions(message.id)]
    now = await house.of(ANNA).get(message.id)
    assert {"0"} | {edited.content for edited in made} == {*texts, now.content}
    assert len(made) == len(texts) == (await house.events()).count(MessageEdited)
