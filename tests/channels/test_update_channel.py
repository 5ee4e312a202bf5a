"""Changing what a channel is called and says of itself."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.events import ChannelUpdated
from saiondo_core.errors import AccessDeniedError, InvalidInputError
from tests.channels.house import ANNA, BERT, CARL, House


async def test_what_is_left_out_stays(house: House) -> None:
    """Only what is named changes; the time and the revision tell that something did."""
    channel = await house.of(ANNA).create(name="team", description="old", metadata={"a": 1})
    await house.clock.advance(60)

    renamed = await house.of(ANNA).update(channel_id=channel.id, name=" new ")
    assert evolve(channel, name="new", updated_at=house.clock.now(), membership_revision=2) == renamed
    described = await house.unbound.update(channel_id=channel.id, description="b", metadata={"b": 2}, actor=ANNA)
    assert evolve(renamed, description="b", metadata={"b": 2}, membership_revision=3) == described
    assert described == await house.of(ANNA).get(channel.id)
    last = (await house.events(channel.id))[-1]
    assert isinstance(last, ChannelUpdated)
    assert 3 == last.membership_revision


async def test_none_clears(house: House) -> None:
    """A description and metadata can be taken away; a name cannot."""
    channel = await house.of(ANNA).create(name="team", description="old", metadata={"a": 1})
    cleared = await house.of(ANNA).update(channel_id=channel.id, description=None, metadata=None)
    assert (None, {}) == (cleared.description, cleared.metadata)


async def test_nobody_hears_of_nothing(house: House) -> None:
    """What changes nothing is not written."""
    channel = await house.of(ANNA).create(name="team", description="old")
    assert channel == await house.of(ANNA).update(channel_id=channel.id)
    assert channel == await house.of(ANNA).update(channel_id=channel.id, name="team", description="old", metadata={})
    assert 2 == len(await house.events(channel.id))


async def test_members_do_not_rename_their_channel(house: House) -> None:
    """The owner and the system do; a member is denied it, and who is not in a public channel is told to join."""
    channel = await house.of(ANNA).create(name="team", type="public", members=[BERT])
    with pytest.raises(AccessDeniedError) as denied:
        await house.of(BERT).update(channel_id=channel.id, name="mine")
    assert "channel:update" == denied.value.permission
    with pytest.raises(NotAMemberError):
        await house.of(CARL).update(channel_id=channel.id, name="mine")

    assert "ours" == (await house.system.update(channel_id=channel.id, name="ours")).name


async def test_bad_input_is_refused(house: House) -> None:
    """A channel is not changed into what it could not have been made as."""
    channel = await house.of(ANNA).create(name="team")
    attempts = {
        "name": house.of(ANNA).update(channel_id=channel.id, name=""),
        "description": house.of(ANNA).update(channel_id=channel.id, description="x" * 201),
        "metadata": house.of(ANNA).update(channel_id=channel.id, metadata={"x": "x" * 5_000}),
    }
    for field, attempt in attempts.items():
        with pytest.raises(InvalidInputError) as refused:
            await attempt
        assert field == refused.value.field
    assert channel == await house.of(ANNA).get(channel.id)


async def test_parallel_changes_are_all_made(house: House) -> None:
    """Whoever changes another field at the same time undoes nobody's change."""
    channel = await house.of(ANNA).create(name="team")
    anna = house.of(ANNA)
    await asyncio.gather(
        anna.update(channel_id=channel.id, name="new"),
        anna.update(channel_id=channel.id, description="new"),
        anna.update(channel_id=channel.id, metadata={"new": True}),
    )
    present = await anna.get(channel.id)
    assert ("new", "new", {"new": True}) == (present.name, present.description, present.metadata)
