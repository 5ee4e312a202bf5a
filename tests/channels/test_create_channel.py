"""Making a channel."""

import asyncio

import pytest

from saiondo_core.channels.errors import ChannelKeyTakenError
from saiondo_core.channels.events import ChannelCreated, MemberJoined
from saiondo_core.channels.model import Channel, ChannelRole, ChannelType
from saiondo_core.errors import DeactivatedError, InvalidInputError, TextLengthError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import Json
from saiondo_core.testing.schedules import at_every_moment
from saiondo_core.users.errors import UserNotFoundError
from tests.channels.house import ANNA, BERT, CARL, SYSTEM, Attempt, House, refused_field


async def test_a_new_channel_is_as_it_was_asked_for(house: House) -> None:
    """It is private by default, belongs to whoever made it, and is read back as it was given."""
    metadata: dict[str, Json] = {"order": 42}
    channel = await house.of(ANNA).create(
        name=" Team 팀 ", members=[BERT], description="About us", key="order:42", metadata=metadata
    )

    now = house.clock.now()
    assert channel == Channel(
        id=channel.id,
        key="order:42",
        name="Team 팀",
        description="About us",
        type=ChannelType.PRIVATE,
        owner_id=ANNA,
        metadata=metadata,
        created_at=now,
        updated_at=now,
    )
    assert channel == await house.of(BERT).get(channel.id)


async def test_the_owner_is_a_member(house: House) -> None:
    """The owner and the members are in it, each once, whoever is named twice."""
    channel = await house.unbound.create(name="team", owner_id=ANNA, members=[CARL, BERT, ANNA, BERT])

    members = await house.channels.members(channel_id=channel.id, after=None, limit=10)
    expected = [(ANNA, ChannelRole.OWNER), (BERT, ChannelRole.MEMBER), (CARL, ChannelRole.MEMBER)]
    assert expected == [(member.user_id, member.role) for member in members]


async def test_it_is_told_who_is_in_it(house: House) -> None:
    """The channel's log begins with its founding, and then names each member, the owner first."""
    channel = await house.of(ANNA).create(name="team", members=[CARL, BERT])

    created, *joined = await house.events(channel.id)
    assert isinstance(created, ChannelCreated)
    assert [ANNA, CARL, BERT] == [event.user_id for event in joined if isinstance(event, MemberJoined)]
    assert {(ANNA, house.clock.now())} == {(event.stamp.actor, event.stamp.at) for event in (created, *joined)}


async def test_a_type_may_be_given_as_text(house: House) -> None:
    """The name of a type is as good as the type."""
    assert ChannelType.PUBLIC is (await house.of(ANNA).create(name="team", type="public")).type


CROWD = [UserId(f"user{number}") for number in range(1_000)]
REFUSED: list[tuple[str, Attempt]] = [
    ("type", lambda anna: anna.create(name="team", type="secret")),
    ("name", lambda anna: anna.create(name="  ")),
    ("name", lambda anna: anna.create(name="x" * 51)),
    ("name", lambda anna: anna.create(name="two\nlines")),
    ("description", lambda anna: anna.create(name="team", description="x" * 201)),
    ("key", lambda anna: anna.create(name="team", key="")),
    ("key", lambda anna: anna.create(name="team", key="direct:mine")),
    ("key", lambda anna: anna.create(name="us", key="k", type="direct", members=[BERT])),
    ("members", lambda anna: anna.create(name="us", type="direct")),
    ("members", lambda anna: anna.create(name="us", type="direct", members=[ANNA])),
    ("members", lambda anna: anna.create(name="us", type="direct", members=[BERT, CARL])),
    ("members", lambda anna: anna.create(name="team", members=CROWD)),
    ("user_id", lambda anna: anna.create(name="team", members=[SYSTEM])),
    ("metadata", lambda anna: anna.create(name="team", metadata={"long": "x" * 5_000})),
]


async def test_bad_input_is_refused(house: House) -> None:
    """What cannot be is refused by the name of the field, and makes no channel."""
    expected = [field for field, _ in REFUSED]
    assert expected == [await refused_field(attempt(house.of(ANNA))) for _, attempt in REFUSED]
    assert () == await house.channels.owned_by(user_id=ANNA)


async def test_the_choices_are_named(house: House) -> None:
    """Whoever gives a type that is none is told which there are."""
    with pytest.raises(InvalidInputError, match="'public' or 'private' or 'direct'"):
        await house.of(ANNA).create(name="team", type="secret")


async def test_a_channel_may_begin_with_a_thousand(house: House) -> None:
    """1,000 members, the owner included, are let in at once; they all have to exist."""
    crowd = [UserId(f"user{number:03}") for number in range(999)]
    await house.move_in(*crowd)

    channel = await house.of(ANNA).create(name="team", members=crowd)
    assert [ANNA, *crowd] == await house.people(channel.id)


async def test_strangers_are_no_members(house: House) -> None:
    """Neither the owner nor a member may be somebody who does not exist or was deleted."""
    with pytest.raises(UserNotFoundError) as refused:
        await house.of(ANNA).create(name="team", members=[BERT, UserId("nobody")])
    assert "nobody" == refused.value.user_id

    with pytest.raises(UserNotFoundError):
        await house.of(UserId("nobody")).create(name="team")
    await house.deactivate(BERT)
    with pytest.raises(UserNotFoundError):
        await house.of(ANNA).create(name="team", members=[BERT])
    with pytest.raises(DeactivatedError):
        await house.of(BERT).create(name="team")


@pytest.mark.parametrize("kind", [ChannelType.PRIVATE, ChannelType.DIRECT])
async def test_who_is_deleted_meanwhile_owns_nothing(kind: ChannelType) -> None:
    """Deleted at any moment of making a channel, the owner is refused, or had made it before."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(ANNA, BERT)
        writes = 1 + 2 * (kind is ChannelType.DIRECT)  # A direct channel is looked for first.
        with house.interrupted(moment, lambda: house.deactivate(ANNA)) as interruption:
            making = house.of(ANNA).create(name="team", type=kind, members=[BERT])
            if moment < writes:
                with pytest.raises(DeactivatedError):
                    await making
            else:
                await making
        assert (moment >= writes) == bool(await house.channels.owned_by(user_id=ANNA))
        return interruption.happened

    assert (2 if kind is ChannelType.PRIVATE else 4) == await at_every_moment(scenario)


async def test_the_system_owns_nothing(house: House) -> None:
    """The host names an owner: it makes no channel of its own."""
    with pytest.raises(InvalidInputError) as refused:
        await house.system.create(name="team")
    assert "owner_id" == refused.value.field


async def test_a_key_has_one_channel(house: House) -> None:
    """The second channel under a key is refused, whoever makes it."""
    await house.of(ANNA).create(name="team", key="order:42")
    with pytest.raises(ChannelKeyTakenError):
        await house.of(BERT).create(name="team", key="order:42")


async def test_two_people_have_one_direct_channel(house: House) -> None:
    """Whichever of the two asks for it again is given the one they have."""
    first = await house.of(ANNA).create(name="us", type="direct", members=[BERT])

    assert first == await house.of(BERT).create(name="again", type="direct", members=[ANNA])
    assert first == await house.of(ANNA).create(name="us", type="direct", members=[ANNA, BERT])
    assert first != await house.of(ANNA).create(name="us", type="direct", members=[CARL])
    assert [ANNA, BERT] == await house.people(first.id)


async def test_parallel_direct_channels_are_one(house: House) -> None:
    """However often both ask at once, there is one channel."""
    made = await asyncio.gather(
        *(
            house.of(one).create(name="us", type="direct", members=[other])
            for one, other in [(ANNA, BERT), (BERT, ANNA)] * 10
        )
    )
    assert 1 == len({channel.id for channel in made})


async def test_a_name_is_measured_once_trimmed(house: House) -> None:
    """50 characters fit, whatever the blanks around them; 51 do not."""
    assert "x" * 50 == (await house.of(ANNA).create(name=f" {'x' * 50} ")).name
    with pytest.raises(TextLengthError):
        await house.of(ANNA).create(name="팀" * 51)
