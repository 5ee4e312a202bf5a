"""Taking it back."""

import pytest
from attrs import evolve

from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.messages.events import MessageDeleted
from tests.messages.house import ANNA, BERT, CARL, TEAM, House


async def test_a_tombstone_is_left(house: House) -> None:
    """Place, sender, key and times stay; text, mentions, reply, metadata, revisions and reactions are gone."""
    bert = house.of(BERT)
    first = await bert.send(channel_id=TEAM, content="first")
    message = await bert.send(
        channel_id=TEAM, content="Hello @anna", reply_to=first.id, metadata={"a": 1}, client_message_id="k"
    )
    edited = await bert.edit(message_id=message.id, content="Good-bye @anna")
    await house.of(ANNA).react(message_id=message.id, emoji="👍")
    await house.clock.advance(60)
    tombstone = await bert.delete(message_id=message.id)

    expected = evolve(edited, content="", mentions=(), reply_to=None, metadata={}, deleted_at=house.clock.now())
    assert expected == tombstone
    assert (first, tombstone) == await house.of(CARL).history(channel_id=TEAM)
    assert () == await house.of(CARL).revisions(message.id)
    assert () == await house.of(CARL).reactions(message.id)
    assert "Hello" not in repr(await house.log())


async def test_deleting_again_changes_nothing(house: House) -> None:
    """The tombstone is given again, whoever may delete asks, and told of once."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    tombstone = await house.of(BERT).delete(message_id=message.id)
    await house.clock.advance(60)

    assert tombstone == await house.of(ANNA).delete(message_id=message.id)
    assert 1 == (await house.events()).count(MessageDeleted)


async def test_others_need_the_right(house: House) -> None:
    """The channel's owner and the system delete what others said; members do not, dead or alive."""
    first, second, third = [await house.of(BERT).send(channel_id=TEAM, content="hello") for _ in range(3)]
    await house.of(BERT).delete(message_id=third.id)
    for message in (first, third):
        with pytest.raises(AccessDeniedError) as refused:
            await house.of(CARL).delete(message_id=message.id)
        assert "message:delete" == refused.value.permission

    await house.of(ANNA).delete(message_id=first.id)
    await house.system.delete(message_id=second.id)
    assert {""} == {message.content for message in await house.of(CARL).history(channel_id=TEAM)}


async def test_the_muted_may_take_back(house: House) -> None:
    """Whoever cannot speak can still unsay."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.join(BERT, muted_for=60)

    assert house.clock.now() == (await house.of(BERT).delete(message_id=message.id)).deleted_at
