"""What users who go must hand over first, and what they leave behind."""

from datetime import timedelta

from attrs import evolve

from saiondo_core.channels.departures import ChannelsOfUser
from saiondo_core.channels.events import MemberLeft
from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.schedules import at_every_moment
from saiondo_core.users.events import UserUpdated
from tests.channels.house import ANNA, BERT, CARL, SYSTEM, House


def recorded(event: Event) -> Recorded:
    """An event as the relay delivers it."""
    return Recorded(partition=0, position=1, offset=1, event=event)


async def test_what_one_owns_must_be_handed_over(house: House) -> None:
    """Channels that one owns are named; direct ones, deleted ones and others' are not."""
    owned = [await house.of(ANNA).create(name=name) for name in "ab"]
    await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    await house.of(BERT).create(name="bert's", members=[ANNA])
    gone = await house.of(ANNA).create(name="gone")
    await house.of(ANNA).delete(channel_id=gone.id)

    belongings = ChannelsOfUser(acting=house.acting(), channels=house.channels)
    assert tuple(channel.id for channel in owned) == await belongings.owned_channels(user_id=ANNA)
    assert () == await belongings.owned_channels(user_id=CARL)


async def test_the_deleted_leave_everywhere(house: House) -> None:
    """Their memberships end, with an event for each, but for direct channels and what they own."""
    team = await house.of(ANNA).create(name="team", members=[BERT, CARL])
    lobby = await house.of(ANNA).create(name="lobby", type="public", members=[BERT])
    direct = await house.of(ANNA).create(name="us", type="direct", members=[BERT])
    own = await house.of(BERT).create(name="own")
    event = await house.deactivate(BERT)

    for _ in range(2):
        await house.leave_all(recorded(event))
        assert [[ANNA, CARL], [ANNA], [ANNA, BERT], [BERT]] == [
            await house.people(channel.id) for channel in (team, lobby, direct, own)
        ]
    for channel in (team, lobby):
        left = [found for found in await house.events(channel.id) if isinstance(found, MemberLeft)]
        assert [(BERT, SYSTEM, 2)] == [(found.user_id, found.stamp.actor, found.membership_revision) for found in left]


async def test_whoever_is_in_many_channels_leaves_all(house: House) -> None:
    """However many pages the list of their channels has."""
    for number in range(450):
        await house.of(ANNA).create(name=f"team {number}", members=[BERT])
    await house.leave_all(recorded(await house.deactivate(BERT)))
    assert () == (await house.system.list(which="mine")).items
    assert () == await house.channels.of_user(user_id=BERT, before=None, limit=1)


async def test_what_began_after_the_deletion_stays(house: House) -> None:
    """A handler that is late ends no membership of a user who had come back before they joined."""
    team = await house.of(ANNA).create(name="team", members=[BERT])
    event = await house.deactivate(BERT)
    late = evolve(event, stamp=evolve(event.stamp, at=house.clock.now() - timedelta(milliseconds=1)))
    await house.leave_all(recorded(late))
    assert [ANNA, BERT] == await house.people(team.id)


async def test_the_living_leave_nothing() -> None:
    """Another event of a user ends no membership."""
    house = House()
    await house.move_in(ANNA, BERT)
    channel = await house.of(ANNA).create(name="team", members=[BERT])
    await house.leave_all(recorded(UserUpdated(stamp=house.stamp(), user_id=UserId("bert"))))
    assert [ANNA, BERT] == await house.people(channel.id)


async def test_others_may_change_the_channel_meanwhile() -> None:
    """At whatever moment others change a channel, or remove the user from it, they are out of it in the end."""

    async def scenario(moment: int) -> bool:
        house = House()
        await house.move_in(ANNA, BERT)
        channel = await house.of(ANNA).create(name="team", members=[BERT])
        event = await house.deactivate(BERT)
        anna = house.of(ANNA)

        async def meddle() -> None:
            await anna.update(channel_id=channel.id, name="new")
            if BERT in await house.people(channel.id):
                await anna.remove_member(channel_id=channel.id, user_id=BERT)

        with house.interrupted(moment, meddle) as interruption:
            await house.leave_all(recorded(event))
        assert [ANNA] == await house.people(channel.id)
        return interruption.happened

    assert 10 == await at_every_moment(scenario)
