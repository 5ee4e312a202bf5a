"""Members who come and go while hints travel slowly: nobody is told what happened outside their membership."""

import asyncio
from random import Random

import pytest
from attrs import define, field

from saiondo_core.channels.ban_member import BanMemberUseCase
from saiondo_core.channels.leave_channel import LeaveChannelUseCase
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AccessDeniedError, NotFoundError
from saiondo_core.kernel.events import Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.announcing import note_of
from saiondo_core.realtime.model import EndReason
from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.schedules import on_schedules
from tests.realtime.hearing import Ear, Rumours, Stage, check_pasts

OWNER = UserId("owner")


@define(eq=False, kw_only=True)
class Town:
    """Many users and channels, and what each may have been told.

    Attributes:
        may_hear: Who was a member when that happened, by channel and offset.
        said_to: Who was a member when a message was given that text, by the text, which is said once.
        ears: The connections that last, by user.
        gone: Those that have ended.
        cursors: How far each user has heard of each channel.
    """

    stage: Stage
    random: Random
    channels: list[ChannelId]
    users: list[UserId]
    rumours: Rumours
    may_hear: dict[tuple[ChannelId, int], frozenset[UserId]] = field(
        factory=dict[tuple[ChannelId, int], frozenset[UserId]]
    )
    said_to: dict[str, frozenset[UserId]] = field(factory=dict[str, frozenset[UserId]])
    ears: dict[UserId, Ear] = field(factory=dict[UserId, Ear])
    gone: list[Ear] = field(factory=list[Ear])
    cursors: dict[tuple[UserId, ChannelId], str] = field(factory=dict[tuple[UserId, ChannelId], str])
    messages: list[tuple[ChannelId, MessageId]] = field(factory=list[tuple[ChannelId, MessageId]])

    def record(self, recorded: Recorded) -> None:
        """Note who is a member, and let the hint travel."""
        note = note_of(recorded)
        channel_id = ChannelId(recorded.event.stream.removeprefix("channel:"))
        if note is not None and channel_id in self.stage.house.rooms.by_id:
            self.may_hear[channel_id, recorded.offset] = self.members(channel_id)
            self.rumours(note)

    def members(self, channel_id: ChannelId) -> frozenset[UserId]:
        """Who is a member now."""
        return frozenset(self.stage.house.rooms.by_id[channel_id].members)

    async def say(self, channel_id: ChannelId) -> None:
        """Somebody says something, or the owner edits what was said lately."""
        text, here = f"text {len(self.said_to)}", self.members(channel_id)
        lately = [message_id for channel, message_id in self.messages[-50:] if channel == channel_id]
        self.said_to[text] = here
        if lately and self.random.random() < 0.2:
            await self.stage.house.of(OWNER).edit(message_id=self.random.choice(lately), content=text)
        else:
            message = await self.stage.house.of(OWNER).send(channel_id=channel_id, content=text)
            self.messages.append((channel_id, message.id))

    async def come_or_go(self, channel_id: ChannelId, user_id: UserId) -> None:
        """Whoever is outside comes in; whoever is in leaves, or is removed or banned."""
        house = self.stage.house
        if user_id not in self.members(channel_id):
            await house.join(user_id, channel_id=channel_id)
            return
        match self.random.randrange(3):
            case 0:
                leave = LeaveChannelUseCase(acting=house.acting(user_id), channels=house.channels)
                await leave(channel_id=channel_id)
            case 1:
                await house.remove(user_id, channel_id=channel_id)
            case _:
                ban = BanMemberUseCase(acting=house.acting(OWNER), channels=house.channels, users=house.users)
                await ban(channel_id=channel_id, user_id=user_id)

    async def listen(self, channel_id: ChannelId, user_id: UserId) -> None:
        """Somebody begins to listen, at a cursor of theirs if they have one; or is refused."""
        ear = self.ears.setdefault(user_id, Ear(user_id, id=f"{user_id} {len(self.gone)}"))
        since = self.cursors.get((user_id, channel_id))
        try:
            await self.stage.join(ear, channel_id, since=since)
        except (AccessDeniedError, NotFoundError):
            assert channel_id in self.channels

    def hang_up(self, user_id: UserId) -> None:
        """Somebody's connection ends; they keep what they have heard, and its cursors."""
        ear = self.ears.pop(user_id, None)
        if ear is not None:
            for channel_id in self.channels:
                for each in ear.story(channel_id):
                    if not isinstance(each, EndReason):
                        self.cursors[user_id, channel_id] = each.cursor
            self.stage.hub.disconnect(ear)
            self.gone.append(ear)

    def check(self, ear: Ear) -> None:
        """Hold what *ear* was told to what happened while it was a member."""
        for channel_id in self.channels:
            for event in ear.events(channel_id):
                assert ear.user_id in self.may_hear[channel_id, event.offset], f"{ear.id} {channel_id} {event}"
                if event.message is not None:
                    assert ear.user_id in self.said_to[event.message.content], f"{ear.id} {channel_id} {event}"


async def town(random: Random, *, users: int, channels: int) -> Town:
    """A town in which everybody is a member here and there."""
    stage = Stage(random=random)
    people = [UserId(f"user{number}") for number in range(users)]
    places = [ChannelId(f"channel{number}") for number in range(channels)]
    rumours = Rumours(stage.hub.hear, random, share=0.3)
    built = Town(stage=stage, random=random, channels=places, users=people, rumours=rumours)
    for user_id in (OWNER, *people):
        await stage.house.user(user_id)
    stage.log.heard = built.record
    for channel_id in places:
        await stage.house.channel(OWNER, *random.sample(people, users // 2), id=channel_id)
    return built


async def live(place: Town, messages: int) -> None:
    """Let people do whatever they like, until so many *messages* were said."""
    random, under_way = place.random, set[asyncio.Future[None]]()
    while len(place.said_to) < messages:
        channel_id, user_id = random.choice(place.channels), random.choice(place.users)
        match random.choices(("say", "come or go", "listen", "hang up", "wait"), (50, 10, 15, 3, 20))[0]:
            case "say":
                await place.say(channel_id)
            case "come or go":
                await place.come_or_go(channel_id, user_id)
            case "listen":
                under_way.add(asyncio.ensure_future(place.listen(channel_id, user_id)))
            case "hang up":
                place.hang_up(user_id)
            case _:
                await breathe(random.randrange(20))
    await asyncio.gather(*under_way)


async def follow(place: Town) -> None:
    """Let the hub do its work, now quickly, now slowly, until it is stopped."""
    while True:
        await breathe(place.random.choice((1, 1, 1, 30)))
        await place.stage.work()


@pytest.mark.parametrize(("users", "channels", "messages", "schedules"), [(8, 4, 400, 5), (50, 40, 20_000, 1)])
async def test_nothing_from_outside_ones_membership_is_told(
    users: int, channels: int, messages: int, schedules: int
) -> None:
    """Whoever comes, leaves, is removed or banned, and reconnects, while hints are lost, doubled and late.

    Every event and every text that they are told, live or recovered, was committed while they were members; what they
    were told follows what they had heard; and whoever still listens has heard everything.
    """
    told = 0

    async def scenario(random: Random) -> None:
        nonlocal told
        place = await town(random, users=users, channels=channels)
        following = asyncio.ensure_future(follow(place))
        await live(place, messages)
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await place.stage.pass_time()

        for ear in (*place.gone, *place.ears.values()):
            place.check(ear)
            told += len(ear.heard)
        for ear in place.ears.values():
            for channel_id in place.stage.hub.place_of(ear).subscriptions:
                check_pasts(ear, await place.stage.log_of(channel_id), channel_id=channel_id)

    await on_schedules(scenario, seeds=range(schedules))
    assert told > messages
