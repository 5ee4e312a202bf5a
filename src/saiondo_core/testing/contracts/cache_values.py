"""What a cache does with values: how they are kept, found, and forgotten."""

from collections.abc import Mapping

import pytest

from saiondo_core.caching.errors import NotCacheableError
from saiondo_core.caching.model import MISSING
from saiondo_core.channels.model import ChannelRole, Membership
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message
from saiondo_core.permissions.model import Role
from saiondo_core.testing.contracts.cache_cases import (
    HOSTILE,
    HOSTILE_KEYS,
    CacheLaws,
    OpenedCache,
    hostile_keys,
    message,
)
from saiondo_core.testing.contracts.channel_cases import member
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import role
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.users.model import User


class ValueLaws(CacheLaws):
    """The laws of what is set and got."""

    async def test_what_was_set_is_got(self, opener: Opener[OpenedCache]) -> None:
        """Entities, tuples of them, texts and numbers come back equal and of their kind, and the last one stays."""
        async with opener() as opened:
            life = opened.lifespan()
            messages = message(1), message(2)
            for end in opened.cache, opened.other:
                assert await end.set(key="user", value=user("anna"), as_=User, lifespan=life)
                assert await end.set(key="many", value=messages, as_=tuple[Message, ...], lifespan=life)
                assert await end.set(key="none", value=(), as_=tuple[Message, ...], lifespan=life)
                assert await end.set(key="real", value=0.5, as_=float, lifespan=life)
                assert await end.set(key="true", value=True, as_=bool, lifespan=life)
            for end in opened.cache, opened.other:
                assert user("anna") == await end.get(key="user", as_=User)
                assert messages == await end.get(key="many", as_=tuple[Message, ...])
                assert () == await end.get(key="none", as_=tuple[Message, ...])
                assert 0.5 == await end.get(key="real", as_=float)
                assert await end.get(key="true", as_=bool) is True

            for number in (0, -1, 2**63 - 1, -(2**63)):
                assert await opened.cache.set(key="user", value=number, as_=int, lifespan=life)
                assert number == await opened.other.get(key="user", as_=int)
            assert MISSING == await opened.other.get(key="users", as_=int)

    async def test_nothing_is_known_apart_from_unknown(self, opener: Opener[OpenedCache]) -> None:
        """None is got as None, one by one or among many, and `MISSING` is what was never set."""
        async with opener() as opened:
            assert MISSING is await opened.got("anna")
            await opened.put("anna", None)
            assert await opened.got("anna") is None
            assert {"anna": None} == await opened.cache.get_many(keys=("anna", "bert"), as_=str)
            await opened.put("anna", "here")
            assert "here" == await opened.got("anna")

    async def test_another_kind_is_a_miss(self, opener: Opener[OpenedCache]) -> None:
        """A user is no text, a text no number, a number no truth, and many are not one; what is there stays."""
        async with opener() as opened:
            life, cache = opened.lifespan(), opened.cache
            await cache.set(key="user", value=user("anna"), as_=User, lifespan=life)
            await cache.set(key="text", value="1", as_=str, lifespan=life)
            await cache.set(key="one", value=1, as_=int, lifespan=life)
            await cache.set(key="many", value=(message(1),), as_=tuple[Message, ...], lifespan=life)
            for end in cache, opened.other:
                assert MISSING is await end.get(key="user", as_=str)
                assert MISSING is await end.get(key="text", as_=int)
                assert MISSING is await end.get(key="one", as_=bool)
                assert MISSING is await end.get(key="one", as_=float)
                assert MISSING is await end.get(key="many", as_=Message)
                assert MISSING is await end.get(key="many", as_=tuple[User, ...])
                assert {} == await end.get_many(keys=("user", "one"), as_=str)
                assert user("anna") == await end.get(key="user", as_=User)

    async def test_rights_are_not_kept(self, opener: Opener[OpenedCache]) -> None:
        """Memberships, roles, what is made of them, and none: each is refused, and not even loaded."""
        cases: tuple[tuple[type[object], object], ...] = (
            (Membership, member(UserId("anna"))),
            (tuple[Membership, ...], (member(UserId("anna")),)),
            (Role, role()),
            (dict[str, Role], {"a": role()}),
            (ChannelRole, ChannelRole.OWNER),
            (ChannelRole, None),
        )
        async with opener() as opened:
            cache, life, loads = opened.cache, opened.lifespan(), list[str]()
            for kind, value in cases:

                async def load(present: object = value) -> object:
                    loads.append("one")
                    return present

                async def load_many(_: tuple[str, ...], present: object = value) -> Mapping[str, object]:
                    loads.append("many")
                    return {"a": present}

                with pytest.raises(NotCacheableError):
                    await cache.set(key="a", value=value, as_=kind, lifespan=life)
                with pytest.raises(NotCacheableError):
                    await cache.get_or_load(key="a", as_=kind, load=load, lifespan=life)
                with pytest.raises(NotCacheableError):
                    await cache.get_or_load_many(keys=("a",), as_=kind, load=load_many, lifespan=life)
                assert MISSING is await cache.get(key="a", as_=kind)
            assert [] == loads

    async def test_any_text_is_a_key(self, opener: Opener[OpenedCache]) -> None:
        """Keys that look alike, match each other as patterns, or are huge are each one of their own; so are tags."""
        async with opener() as opened:
            for number, key in enumerate(HOSTILE):
                await opened.put(key, f"of {number}", key)
            expected = {key: f"of {number}" for number, key in enumerate(HOSTILE)}
            assert expected == await opened.other.get_many(keys=HOSTILE, as_=str)

            for number, tag in enumerate(HOSTILE):
                await opened.cache.invalidate(tags=(tag,))
                del expected[tag]
                if number % 5 == 0:
                    assert expected == await opened.other.get_many(keys=HOSTILE, as_=str)
            assert {} == await opened.cache.get_many(keys=HOSTILE, as_=str)

            keys = hostile_keys(HOSTILE_KEYS)
            for number, key in enumerate(keys):
                await opened.cache.set(key=key, value=number, as_=int, lifespan=opened.lifespan())
            for first in range(0, len(keys), 1_000):
                some = keys[first : first + 1_000]
                expected_numbers = dict(zip(some, range(first, first + len(some)), strict=True))
                assert expected_numbers == await opened.other.get_many(keys=some, as_=int)
            await opened.cache.invalidate(keys=keys[::2])
            assert dict(zip(keys[1:100:2], range(1, 100, 2), strict=True)) == await opened.other.get_many(
                keys=keys[:100], as_=int
            )

    async def test_any_text_is_a_value(self, opener: Opener[OpenedCache]) -> None:
        """Whatever stands in a text, it is got back code point by code point."""
        texts = tuple(text[:600] for text in HOSTILE)
        async with opener() as opened:
            for text in texts:
                await opened.put("key", text)
                assert text == await opened.got("key")

    async def test_it_lasts_for_its_ttl(self, opener: Opener[OpenedCache]) -> None:
        """A value is there before its end and not after it; nothing has its own end; a later `set` has a later one."""
        async with opener() as opened:
            await opened.put("value", "here", ttl=10, missing_ttl=1_000)
            await opened.put("nothing", None, ttl=1_000, missing_ttl=10)
            await opened.put("again", "here", ttl=10)
            await opened.pass_time(7)
            await opened.put("again", "here", ttl=10)
            assert ("here", None) == (await opened.got("value"), await opened.got("nothing"))

            await opened.pass_time(5)
            assert MISSING is await opened.got("value")
            assert MISSING is await opened.got("nothing")
            assert "here" == await opened.got("again")
            await opened.pass_time(7)
            assert {} == await opened.cache.get_many(keys=("value", "nothing", "again"), as_=str)

    async def test_get_many_is_get(self, opener: Opener[OpenedCache]) -> None:
        """It gives what `get` gives, in whatever order and however often a key is named; of none, nothing."""
        async with opener() as opened:
            await opened.put("a", "A")
            await opened.put("b", None)
            for end in opened.cache, opened.other:
                assert {"a": "A", "b": None} == await end.get_many(keys=("c", "b", "b", "a"), as_=str)
                assert {} == await end.get_many(keys=(), as_=str)

    async def test_invalidated_is_gone(self, opener: Opener[OpenedCache]) -> None:
        """By key or by tag, at both ends, alone: what else there is stays, and repeating it changes nothing."""
        async with opener() as opened:
            for key, tags in (("a", ()), ("b", ("x",)), ("c", ("x", "y")), ("d", ("y",)), ("e", ("z",))):
                await opened.put(key, key.upper(), *tags)
            for _ in range(2):
                await opened.other.invalidate(keys=("a", "unknown"), tags=("x", "unknown"))
                for end in opened.cache, opened.other:
                    assert {"d": "D", "e": "E"} == await end.get_many(keys=tuple("abcde"), as_=str)
            await opened.cache.invalidate()
            await opened.put("b", "again", "y")
            await opened.cache.invalidate(tags=("x",))
            assert "again" == await opened.got("b")
            await opened.cache.invalidate(keys=("e",), tags=("y",))
            assert {} == await opened.other.get_many(keys=tuple("abcde"), as_=str)

    async def test_clear_forgets_everything(self, opener: Opener[OpenedCache]) -> None:
        """Values, nothings and counters are gone at both ends, and new ones can be kept."""
        async with opener() as opened:
            await opened.put("a", "A", "x")
            await opened.put("b", None)
            await opened.cache.increment(key="c", ttl=1_000 * opened.second)
            await opened.other.clear()
            assert {} == await opened.cache.get_many(keys=("a", "b"), as_=str)
            assert MISSING is await opened.cache.get(key="c", as_=int)
            await opened.put("a", "again")
            assert "again" == await opened.got("a")

    async def test_what_is_too_large_is_given_all_the_same(self, opener: Opener[OpenedCache]) -> None:
        """Whoever loads it has it, each time anew, and `set` of it leaves nothing of what was there before."""
        async with opener() as opened:
            loads = 0

            async def load() -> str:
                nonlocal loads
                loads += 1
                return opened.too_large

            for _ in range(2):
                given = await opened.cache.get_or_load(key="a", as_=str, load=load, lifespan=opened.lifespan())
                assert opened.too_large == given
            assert 2 == loads

            await opened.put("a", "small")
            life = opened.lifespan()
            assert not await opened.cache.set(key="a", value=opened.too_large, as_=str, lifespan=life)
            assert MISSING is await opened.got("a")
            assert 3 == (await opened.cache.stats()).skipped
