"""Taking it back."""

import pytest
from attrs import evolve

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.model import ChannelId, ChannelRole, ChannelType
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.policies import ADMIN, MODERATOR
from saiondo_core.messages.errors import MessageNotFoundError
from saiondo_core.messages.events import MessageDeleted
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM, House


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


@pytest.mark.parametrize("role", [ChannelRole.GUEST, ChannelRole.MEMBER, ChannelRole.MODERATOR, ChannelRole.ADMIN])
async def test_moderators_delete(house: House, role: ChannelRole) -> None:
    """From the channel's moderators on, whoever is told to keep order deletes what others said."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.join(EVE, role=role)
    if role in {ChannelRole.MODERATOR, ChannelRole.ADMIN}:
        assert house.clock.now() == (await house.of(EVE).delete(message_id=message.id)).deleted_at
    else:
        with pytest.raises(AccessDeniedError):
            await house.of(EVE).delete(message_id=message.id)


async def test_some_delete_without_being_members(house: House) -> None:
    """Moderators of all channels do in those that they know of, and admins know of each."""
    club = await house.channel(ANNA, id=ChannelId("club"), type=ChannelType.PUBLIC)
    public = await house.of(ANNA).send(channel_id=club, content="hello")
    private = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    await house.grant(EVE, MODERATOR)
    assert house.clock.now() == (await house.of(EVE).delete(message_id=public.id)).deleted_at
    with pytest.raises(MessageNotFoundError):
        await house.of(EVE).delete(message_id=private.id)

    await house.grant(EVE, ADMIN)
    assert house.clock.now() == (await house.of(EVE).delete(message_id=private.id)).deleted_at


async def test_whoever_left_takes_nothing_back(house: House) -> None:
    """What somebody said is theirs as long as they are a member."""
    club = await house.channel(ANNA, BERT, id=ChannelId("club"), type=ChannelType.PUBLIC)
    message = await house.of(BERT).send(channel_id=club, content="hello")
    await house.remove(BERT, channel_id=club)
    with pytest.raises(NotAMemberError):
        await house.of(BERT).delete(message_id=message.id)


async def test_the_muted_may_take_back(house: House) -> None:
    """Whoever cannot speak can still unsay."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.join(BERT, muted_for=60)

    assert house.clock.now() == (await house.of(BERT).delete(message_id=message.id)).deleted_at
