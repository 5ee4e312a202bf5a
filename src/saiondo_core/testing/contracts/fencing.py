"""What the fence of a family is tried with: rights that are judged, and rights that are past."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias, TypeVar

import pytest
from attrs import evolve, frozen

from saiondo_core.kernel.events import Event, RightsRevision
from saiondo_core.kernel.ids import EventId, RoleId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.contracts.role_cases import ANNA, Family, give, put, role

T = TypeVar("T")

Method: TypeAlias = Callable[..., Awaitable[object]]


@frozen
class Write:
    """A write of Anna's that is ready to be made, and its events, of which no one was judged yet."""

    make: Callable[[tuple[Event, ...]], Awaitable[object]]
    events: tuple[Event, ...]


Prepare: TypeAlias = Callable[[Family], Awaitable[Write]]
"""What keeps, in an empty family, all that a write needs."""

OUTDATING: Final[Mapping[str, Callable[[RoleRepository], Awaitable[None]]]] = MappingProxyType(
    {
        "a role was changed": lambda roles: put(roles, role(RoleId("changed")), "changed"),
        "they were given a role": lambda roles: give(roles, ANNA, "given", RoleId("moderator")),
        "they may not act": lambda roles: roles.admit(user_id=ANNA, admitted=False, word=EventId("word")),
    }
)
"""What makes rights past under which Anna was judged."""


def kept(store: T | None) -> T:
    """*store*, or else no test."""
    if store is None:
        pytest.skip("This is kept elsewhere, under a log of its own.")
    return store


def judged(events: tuple[Event, ...], rights: RightsRevision) -> tuple[Event, ...]:
    """*events*, of which the last was judged under *rights*, and those before it under none."""
    *others, last = events
    return (*others, evolve(last, stamp=evolve(last.stamp, rights=rights)))


async def is_refused(write: Awaitable[object]) -> bool:
    """Whether *write* is told that the rights are past."""
    try:
        await write
    except StaleRightsError:
        return True
    return False


async def whole_history(family: Family) -> list[str]:
    """The names of all events that the family's log has, by themselves."""
    log = family.roles.log
    parts = [await log.read(partition=number, after=0, limit=1_000) for number in range(await log.partitions())]
    return sorted(recorded.event.stamp.id for part in parts for recorded in part)
