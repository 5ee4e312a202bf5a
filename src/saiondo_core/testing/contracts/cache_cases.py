"""What the laws of `Cache` are tried on."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from random import Random
from typing import TypeVar

import pytest
from attrs import define, field, frozen

from saiondo_core.caching.model import Lifespan, Missing
from saiondo_core.caching.ports import Cache
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message, MessageId
from saiondo_core.testing.contracts.opening import Opener, missing

T = TypeVar("T")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)

HOSTILE = (
    "",
    " ",
    "a",
    "A",
    "a:b",
    "a:",
    ":a",
    "a%3Ab",
    "a\\:b",
    "{a}",
    "{a}b",
    "*",
    "?",
    "[a]",
    "\\*",
    "a\r\nDEL b",
    "a\x00",
    "\x00a",
    "\ud800",
    "\udfff",
    "é",
    "e\u0301",
    "안녕",
    "😀",
    "x" * 511,
    "x" * 512,
    "x" * 513,
    "x" * 1_000_000,
    "x" * 999_999 + "y",
    "가" * 400,
)
"""Texts that are all different, and that a careless key would mix up."""


_PIECES = *"{}*?[]^\\:%/-ab1 \r\n\x00\ud800\udfff한é", "e\u0301", "DEL", "saiondo:", "a:b", "\r\nFLUSHALL\r\n"

HOSTILE_KEYS = 100_000 if os.environ.get("SAIONDO_LONG") else 1_000
"""How many keys are kept at once, to find two that are taken for each other."""


def hostile_keys(count: int) -> tuple[str, ...]:
    """So many different texts of what a careless key would trip over, the same each time."""
    random, keys = Random(7), dict[str, None]()
    while len(keys) < count:
        keys["".join(random.choices(_PIECES, k=random.randint(1, 6)))] = None
    return tuple(keys)


@frozen(kw_only=True)
class OpenedCache:
    """An empty cache, and what its adapter's tests know of it.

    Attributes:
        cache: What is held to the laws.
        other: The same cache as another process has it; a cache of one process is both.
        wait: Lets so many seconds pass for the cache.
        second: How long the tests' second is. A cache whose time nobody can move has a short one.
        too_large: A text that it does not keep.
    """

    cache: Cache
    other: Cache
    wait: Callable[[float], Awaitable[None]]
    second: float = 1.0
    too_large: str

    def lifespan(
        self,
        ttl: float = 1_000,
        *,
        missing_ttl: float = 1_000,
        refresh_after: float | None = None,
        stale_for: float = 0,
    ) -> Lifespan:
        """A lifespan in the tests' seconds."""
        return Lifespan(
            ttl=ttl * self.second,
            missing_ttl=missing_ttl * self.second,
            refresh_after=None if refresh_after is None else refresh_after * self.second,
            stale_for=stale_for * self.second,
        )

    async def pass_time(self, seconds: float) -> None:
        """Let so many of the tests' seconds pass."""
        await self.wait(seconds * self.second)

    async def put(self, key: str, text: str | None, *tags: str, ttl: float = 1_000, missing_ttl: float = 1_000) -> None:
        """Keep a text, which must be possible."""
        lifespan = self.lifespan(ttl, missing_ttl=missing_ttl)
        assert await self.cache.set(key=key, value=text, as_=str, lifespan=lifespan, tags=tags)

    async def got(self, key: str) -> str | Missing | None:
        """The text under *key*, on which both ends agree."""
        here, there = [await end.get(key=key, as_=str) for end in (self.cache, self.other)]
        assert here == there
        return here

    async def asked(
        self, key: str, source: "Source", *tags: str, lifespan: Lifespan | None = None, there: bool = False
    ) -> str | None:
        """The text under *key*, or what *source* gives; *there* is the other process."""
        end = self.other if there else self.cache
        return await end.get_or_load(
            key=key, as_=str, load=source.load, lifespan=lifespan or self.lifespan(), tags=tags
        )

    async def asked_many(self, keys: tuple[str, ...], source: "Source", *tags: str) -> Mapping[str, str | None]:
        """The texts under *keys*, or what *source* gives for all that are not there."""
        return await self.cache.get_or_load_many(
            keys=keys, as_=str, load=source.load_many, lifespan=self.lifespan(), tags=tags
        )


@define(eq=False)
class Source:
    """Where values truly stand. A load reads first, and gives what it read once nobody holds it any more.

    Attributes:
        text: What every key has; None for nothing.
        error: What loads raise instead.
        loads: The keys that each load was asked for; none for that of one key.
        ended: How many loads gave something, raised, or were cancelled.
    """

    text: str | None = "text"
    error: Exception | None = None
    loads: list[tuple[str, ...]] = field(factory=list[tuple[str, ...]], init=False)
    ended: int = field(default=0, init=False)
    _free: asyncio.Event = field(factory=asyncio.Event, init=False)
    _begun: asyncio.Event = field(factory=asyncio.Event, init=False)

    def __attrs_post_init__(self) -> None:
        """Hold nothing."""
        self._free.set()

    def hold(self) -> None:
        """Let loads wait, once they have read."""
        self._free.clear()
        self._begun.clear()

    def release(self) -> None:
        """Let them go on."""
        self._free.set()

    async def begun(self) -> None:
        """Wait until a load has read since loads are held."""
        await asyncio.wait_for(self._begun.wait(), 10)

    async def load(self) -> str | None:
        """Read the one value."""
        return await self._read(())

    async def load_many(self, keys: tuple[str, ...]) -> Mapping[str, str]:
        """Read the value for each of *keys*."""
        text = await self._read(keys)
        return {} if text is None else {key: f"{text} of {key}" for key in keys}

    async def _read(self, keys: tuple[str, ...]) -> str | None:
        self.loads.append(keys)
        text, error = self.text, self.error
        self._begun.set()
        try:
            await self._free.wait()
        finally:
            self.ended += 1
        if error is not None:
            raise error
        return text


class SourceBrokenError(Exception):
    """What a source raises that cannot be read."""


class CacheLaws:
    """The fixture that all laws of `Cache` need."""

    @pytest.fixture
    def opener(self) -> Opener[OpenedCache]:
        """Open an empty cache."""
        return missing(self)


def message(sequence: int) -> Message:
    """A message with something in every sort of field."""
    return Message(
        id=MessageId(f"message {sequence}"),
        channel_id=ChannelId("team"),
        sender_id=UserId("anna"),
        content='"안녕"\r\n😀',
        mentions=(UserId("bert"),),
        metadata={"of": [1, None, {"deep": 0.5}]},
        created_at=NOON,
        sequence=sequence,
    )
