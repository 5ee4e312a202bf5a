"""Reads through the cache: how often they ask the store, and what they give."""

from collections.abc import AsyncGenerator

import pytest
from attrs import define, field

from saiondo_core import ChannelId, UseCaseFactory, UseCases, UserId
from saiondo_core.caching.warm_up_cache import WarmUp
from saiondo_core.channels.model import Channel
from saiondo_core.errors import (
    AccessDeniedError,
    ChannelNotFoundError,
    InvalidInputError,
    NoSharedCacheError,
    NotAMemberError,
    UserNotFoundError,
)
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports


@define(eq=False, kw_only=True)
class Town:
    """Anna, who owns a private channel, and Bert, who does not know of it; the host holds a cache of both."""

    use_cases: UseCases
    clock: FrozenClock
    anna: UserId
    bert: UserId
    team: Channel
    _asked: int = field(default=0, init=False)

    @property
    def host(self) -> UseCases:
        """Unbound."""
        return self.use_cases

    def of(self, user_id: UserId) -> UseCases:
        """That user's."""
        return self.use_cases.as_user(user_id)

    async def loads(self) -> int:
        """How often the store was asked since this was last asked."""
        before, self._asked = self._asked, (await self.host.cache.cache.get_cache_stats()).loads
        return self._asked - before


@pytest.fixture
async def town(saiondo_factory: UseCaseFactory, saiondo_clock: FrozenClock) -> AsyncGenerator[Town]:
    """Found it."""
    async with saiondo_factory as use_cases:
        anna, bert = [(await sign_up(use_cases, name)).user.id for name in ("anna", "bert")]
        team = await use_cases.as_user(anna).channel.create(name="team")
        yield Town(use_cases=use_cases, clock=saiondo_clock, anna=anna, bert=bert, team=team)


async def test_a_hit_is_what_a_miss_was(town: Town) -> None:
    """Users, many users, channels and pages: the second answer equals the first, and what no cache gives; one load."""
    for text in "one", "two", "three":
        await town.of(town.anna).message.send(channel_id=town.team.id, content=text)
    for uses in town.of(town.anna), town.use_cases.as_system("test"):
        cached = uses.cache.cache
        user = await uses.user.get(town.anna)
        assert [user] * 2 == [await cached.get_user_with_cache(town.anna) for _ in range(2)]
        channel = await uses.channel.get(town.team.id)
        assert [channel] * 2 == [await cached.get_channel_with_cache(town.team.id) for _ in range(2)]
        page = await uses.message.history(channel_id=town.team.id, limit=2)
        assert [page] * 2 == [await cached.get_messages_with_cache(town.team.id, 2) for _ in range(2)]
        older = await uses.message.history(channel_id=town.team.id, before=3, limit=1)
        assert [older] * 2 == [await cached.get_messages_with_cache(town.team.id, limit=1, before=3) for _ in range(2)]
        many = {user_id: await uses.user.get(user_id) for user_id in (town.bert, town.anna)}
        assert [many] * 2 == [await cached.batch_get_users([town.bert, town.anna, town.bert]) for _ in range(2)]
    assert 5 == await town.loads()


async def test_what_is_seen_is_judged_each_time(town: Town) -> None:
    """What the host, or its owner, has seen and so cached is to a stranger what it would be without a cache."""
    for uses in town.host, town.of(town.anna):
        assert "anna@example.org" == (await uses.cache.cache.get_user_with_cache(town.anna)).email
        await uses.cache.cache.get_channel_with_cache(town.team.id)
        await uses.cache.cache.get_messages_with_cache(town.team.id)
    await town.loads()

    bert = town.of(town.bert).cache.cache
    assert (await bert.get_user_with_cache(town.anna)).email is None
    users = await bert.batch_get_users([town.anna, town.bert])
    assert [None, "bert@example.org"] == [user.email for user in users.values()]
    for read in bert.get_channel_with_cache, bert.get_messages_with_cache:
        with pytest.raises(ChannelNotFoundError):
            await read(town.team.id)
    hall = await town.of(town.anna).channel.create(name="hall", type="public")
    assert hall == await bert.get_channel_with_cache(hall.id)
    with pytest.raises(NotAMemberError):
        await bert.get_messages_with_cache(hall.id)
    await town.use_cases.as_system("test").user.delete(town.bert)
    with pytest.raises(AccessDeniedError):
        await bert.get_user_with_cache(town.anna)


async def test_missing_things_are_cached_shortly(town: Town) -> None:
    """Who is not there is asked for once in 30 seconds, and whoever comes is there at once."""
    cached = town.host.cache.cache
    await town.loads()
    for user_id in "later", "never":
        for _ in range(3):
            with pytest.raises(UserNotFoundError):
                await cached.get_user_with_cache(UserId(user_id))
    assert {} == await cached.batch_get_users([UserId("later"), UserId("never")])
    for _ in range(3):
        with pytest.raises(ChannelNotFoundError):
            await cached.get_channel_with_cache(ChannelId("never"))
    assert 3 == await town.loads()

    await town.use_cases.as_system("test").user.ensure(id="later", username="later")
    assert "later" == (await cached.get_user_with_cache(UserId("later"))).username
    await town.clock.advance(31)
    with pytest.raises(UserNotFoundError):
        await cached.get_user_with_cache(UserId("never"))
    assert 2 == await town.loads()


async def test_what_nothing_can_be_called_is_not_cached(town: Town) -> None:
    """Ids longer than any that there are drive nothing out: they are not there, and leave nothing."""
    cached = town.host.cache.cache
    before = (await cached.get_cache_stats()).entries
    endless = "x" * 65
    with pytest.raises(UserNotFoundError):
        await cached.get_user_with_cache(UserId(endless))
    with pytest.raises(ChannelNotFoundError):
        await cached.get_channel_with_cache(ChannelId(endless))
    with pytest.raises(ChannelNotFoundError):
        await cached.get_messages_with_cache(ChannelId(endless))
    assert {} == await cached.batch_get_users([UserId(endless)])
    assert before == (await cached.get_cache_stats()).entries


async def test_impossible_questions_are_refused(town: Town) -> None:
    """Pages of no length, before a sequence that cannot be, and batches without bound."""
    cached = town.host.cache.cache
    for arguments in {"limit": 0}, {"limit": 201}, {"before": -1}, {"before": 2**63}:
        with pytest.raises(InvalidInputError):
            await cached.get_messages_with_cache(town.team.id, **arguments)
    with pytest.raises(InvalidInputError):
        await cached.batch_get_users([UserId(str(number)) for number in range(1_001)])


async def test_a_warm_up_tells_how_far_it_is(town: Town) -> None:
    """Each hundred users and each channel it says what is done; afterwards nothing needs a load."""
    system, cached = town.use_cases.as_system("test"), town.host.cache.cache
    users = [UserId(f"user{number}") for number in range(150)]
    for user_id in users:
        await system.user.ensure(id=user_id, username=user_id)
    told: list[WarmUp] = []
    await town.loads()
    done = await cached.warmup_cache(
        [*users, UserId("never"), users[0]], [town.team.id, ChannelId("never")], on_progress=told.append
    )
    assert [(100, 100), (151, 150), (152, 151), (153, 151)] == [(step.done, step.found) for step in told]
    assert {153} == {step.total for step in told}
    assert told[-1] == done
    assert 5 == await town.loads()

    assert 150 == len(await cached.batch_get_users(users))
    assert () == await cached.get_messages_with_cache(town.team.id)
    assert 0 == await town.loads()


async def test_what_is_forgotten_is_asked_for_again(town: Town) -> None:
    """By user, by channel with its pages, by pages alone, and everything: the next read of it loads, and no other."""
    cached = town.host.cache.cache

    async def read_all() -> int:
        await town.loads()
        await cached.get_user_with_cache(town.anna)
        await cached.get_channel_with_cache(town.team.id)
        await cached.get_messages_with_cache(town.team.id)
        await cached.get_messages_with_cache(town.team.id, before=1)
        return await town.loads()

    assert [4, 0] == [await read_all(), await read_all()]
    await cached.invalidate_user_cache(town.anna)
    assert [1, 0] == [await read_all(), await read_all()]
    await cached.invalidate_channel_cache(town.team.id)
    assert [3, 0] == [await read_all(), await read_all()]
    await cached.invalidate_message_caches(town.team.id)
    assert [2, 0] == [await read_all(), await read_all()]
    await cached.clear_cache()
    assert [4, 0] == [await read_all(), await read_all()]


async def test_namespaces_do_not_see_each_others_entries() -> None:
    """The same id, and the same key of the host's, is another thing in another tenant."""
    factory = UseCaseFactory(ports=cheap_ports())
    async with factory:
        tenants = [factory.for_tenant(name) for name in ("acme", "other")]
        for name, use_cases in zip(("acme", "other"), tenants, strict=True):
            await use_cases.as_system("test").user.ensure(id="1", username=name)
            await use_cases.cache.cache.set("key", name, as_=str)
        for _ in range(2):
            found = [await use_cases.cache.cache.get_user_with_cache(UserId("1")) for use_cases in tenants]
            assert ["acme", "other"] == [user.username for user in found]
        assert ["acme", "other"] == [await use_cases.cache.cache.get("key", as_=str) for use_cases in tenants]
        await tenants[0].cache.cache.clear_cache()
        assert "other" == await tenants[1].cache.cache.get("key", as_=str)


def test_without_a_shared_cache_one_is_told_how_to_get_one(saiondo_factory: UseCaseFactory) -> None:
    """Asking for Redis where none is configured raises an error whose hint says what to give."""
    with pytest.raises(NoSharedCacheError, match="RedisSettings"):
        saiondo_factory.create_redis_cache_use_case()
