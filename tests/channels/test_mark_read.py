"""Remembering up to where somebody has read."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, NotAMemberError
from saiondo_core.channels.model import ChannelType
from saiondo_core.errors import InvalidInputError
from saiondo_core.testing.schedules import at_every_moment
from tests.channels.house import ANNA, BERT, CARL, NOWHERE, PEOPLE, House


async def test_a_position_only_rises(house: House) -> None:
    """It neither falls nor passes the newest message, and nobody hears of it."""
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    for _ in range(3):
        await house.say(channel, ANNA)
    heard = await house.events(channel.id)

    for sequence, expected in ((0, 0), (2, 2), (1, 2), (2**63 - 1, 3)):
        membership = await house.of(BERT).mark_read(channel_id=channel.id, sequence=sequence)
        assert expected == membership.read_sequence
        assert membership == (await house.standing(channel.id, BERT)).membership
    assert heard == await house.events(channel.id)


@pytest.mark.parametrize("sequence", [-1, 2**63])
async def test_a_position_is_a_sequence(house: House, sequence: int) -> None:
    """What no message can have is refused, before the channel is looked up."""
    with pytest.raises(InvalidInputError) as refused:
        await house.of(ANNA).mark_read(channel_id=NOWHERE, sequence=sequence)
    assert "sequence" == refused.value.field


async def test_only_members_read(house: House) -> None:
    """Whoever is not in a public channel is told so, and so is the system."""
    channel = await house.of(ANNA).create(name="lobby", type="public")
    for who in (house.of(CARL), house.system):
        with pytest.raises(NotAMemberError):
            await who.mark_read(channel_id=channel.id, sequence=0)


@pytest.mark.parametrize(("kind", "error"), [("private", ChannelNotFoundError), ("public", NotAMemberError)])
async def test_who_is_removed_meanwhile_reads_nothing(kind: ChannelType, error: type[Exception]) -> None:
    """Whoever is out of the channel by the time of the answer is answered as if they had been all along."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(*PEOPLE)
        channel = await house.of(ANNA).create(name="team", type=kind, members=[BERT])
        anna = house.of(ANNA)

        async def remove() -> None:
            await anna.remove_member(channel_id=channel.id, user_id=BERT)

        with house.interrupted(moment, remove) as interruption:
            reading = house.of(BERT).mark_read(channel_id=channel.id, sequence=0)
            if moment < 5:  # The last judgement is the third call: its moments are 4 and 5.
                with pytest.raises(error):
                    await reading
            else:
                assert BERT == (await reading).user_id
        return interruption.happened

    assert 6 == await at_every_moment(scenario)
