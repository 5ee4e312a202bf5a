"""Stores whose writes make the caches forget what they changed before they return."""

import inspect
from collections.abc import Awaitable, Callable, Iterable
from functools import cache, partial
from typing import cast

from attrs import evolve

from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.keys import Stale, stale_by, user_key
from saiondo_core.caching.ports import Cache, ProcessCache
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Event
from saiondo_core.messages.model import Entry
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository

Method = Callable[..., Awaitable[object]]


def invalidating(ports: Ports, incarnation: Incarnation) -> Ports:
    """*ports*, whose users, channels and messages are forgotten by its caches as they are written.

    Whoever wrote, and whoever hears of it from them, is told nothing older. A cache that does not answer then hears of
    the write's events from the relay. In a shared cache the stores' contents stand under their *incarnation*.
    """
    forgetting = partial(_Invalidating, caches=ports.caches, incarnation=incarnation)
    return evolve(
        ports,
        users=cast("UserRepository", forgetting(ports.users, _writes(UserRepository))),
        channels=cast("ChannelRepository", forgetting(ports.channels, _writes(ChannelRepository))),
        messages=cast("MessageRepository", forgetting(ports.messages, _writes(MessageRepository))),
    )


@cache
def _writes(port: object) -> frozenset[str]:
    # A write is what takes events, or entries, which have some.
    methods = inspect.getmembers(port, inspect.iscoroutinefunction)
    return frozenset(
        name for name, found in methods if {"events", "entries"} & inspect.signature(found).parameters.keys()
    )


class _Invalidating:
    """Stands in for a store: its writes are followed by an invalidation, all else is the store's own."""

    def __init__(
        self, port: object, writes: frozenset[str], *, caches: tuple[Cache, ...], incarnation: Incarnation
    ) -> None:
        self._port = port
        self._writes = writes
        self._incarnation = incarnation
        self._own = [cache for cache in caches if isinstance(cache, ProcessCache)]
        self._shared = [cache for cache in caches if not isinstance(cache, ProcessCache)]

    def __getattr__(self, name: str) -> object:
        """What the store has of that name. Methods are kept, so that none is looked up twice."""
        found: object = getattr(self._port, name)
        if name in self._writes:
            found = self._followed(cast("Method", found))
        if callable(found):
            setattr(self, name, found)
        return found

    def _followed(self, write: Method) -> Method:
        async def written(**named: object) -> object:
            try:
                return await write(**named)
            finally:  # A write whose reply was lost may have been made.
                stale = _stale(named.values())
                for own in self._own:
                    own.drop(keys=stale.keys, tags=stale.tags)
                for shared in self._shared:
                    await self._forget(stale, shared)

        return written

    async def _forget(self, stale: Stale, shared: Cache) -> None:
        try:
            await self._incarnation.forget(stale, shared)
        except UnavailableError:
            return  # What was written is written. The relay tells the cache of it, again and again.


def _stale(arguments: Iterable[object]) -> Stale:
    """What a write with those arguments makes stale."""
    found = list[Stale]()
    for argument in arguments:
        if isinstance(argument, User):  # A sign-in moves `last_seen` without an event of its own.
            found.append(Stale(keys=(user_key(argument.id),)))
        elif isinstance(argument, tuple):
            for item in cast("tuple[object, ...]", argument):
                if isinstance(item, Entry):
                    found.append(stale_by(item.event))
                elif isinstance(item, Event):
                    found.append(stale_by(item))
    if len(found) == 1:  # As of most writes.
        return found[0]
    keys = dict.fromkeys(key for stale in found for key in stale.keys)
    tags = dict.fromkeys(tag for stale in found for tag in stale.tags)
    return Stale(tuple(keys), tuple(tags))
