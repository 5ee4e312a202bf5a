"""Finding the host's channel by its key, or making it."""

import asyncio
from random import Random

import pytest

from saiondo_core.channels.errors import ChannelKeyTakenError
from saiondo_core.errors import InvalidInputError
from saiondo_core.testing.schedules import interleaved, on_schedules
from tests.channels.house import ANNA, BERT, CARL, PEOPLE, House


async def test_what_is_there_is_given_as_it_is(house: House) -> None:
    """The second call gives the first one's channel: nothing of it changes, and nobody joins it."""
    first = await house.of(ANNA).get_or_create("order:42", name="Order", type="public", members=[BERT])

    for who in (ANNA, BERT, CARL):
        assert first == await house.of(who).get_or_create("order:42", name="other", members=[CARL])
    assert [ANNA, BERT] == await house.people(first.id)


async def test_a_channel_is_named_after_its_key(house: House) -> None:
    """Without a name it takes the first 50 characters of the key."""
    assert "order:42" == (await house.unbound.get_or_create("order:42", owner_id=ANNA)).name
    assert "k" * 50 == (await house.of(ANNA).get_or_create("k" * 100)).name


async def test_a_stranger_learns_that_the_key_is_taken(house: House) -> None:
    """Of a private channel under the key they are told nothing else, and nothing is made."""
    await house.of(ANNA).get_or_create("order:42", name="secret")
    with pytest.raises(ChannelKeyTakenError) as refused:
        await house.of(BERT).get_or_create("order:42")

    assert "order:42" == refused.value.key
    assert () == await house.channels.owned_by(user_id=BERT)


@pytest.mark.parametrize("key", ["", "k" * 101, "a\nb", "direct:x"])
async def test_a_bad_key_is_refused(house: House, key: str) -> None:
    """A key is one line of 1 to 100 characters, and never a direct channel's."""
    with pytest.raises(InvalidInputError) as refused:
        await house.of(ANNA).get_or_create(key)
    assert "key" == refused.value.field


async def test_a_direct_channel_has_no_key_of_the_hosts(house: House) -> None:
    """Direct channels are made by `create`."""
    with pytest.raises(InvalidInputError):
        await house.of(ANNA).get_or_create("order:42", type="direct", members=[BERT])


async def test_parallel_calls_make_one_channel() -> None:
    """Whoever asks at once, in whatever order their calls meet, is given the same channel."""

    async def scenario(random: Random) -> None:
        house = House()
        await house.move_in(*PEOPLE)
        house.channels = interleaved(house.channels, random)
        made = await asyncio.gather(*(house.of(who).get_or_create("lobby", type="public") for who in PEOPLE))
        assert 1 == len({channel.id for channel in made})

    await on_schedules(scenario, seeds=range(50))
