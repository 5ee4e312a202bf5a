"""What decides who may do what in a house: the limits, and ours."""

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Protocol

from attrs import frozen

from benchmarks.houses import PERMISSIONS, House, Question
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.adapters.system.randomness import Uuid7Ids
from saiondo_core.errors import AccessDeniedError
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import Policy, Where
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.permissions.events import RoleAssigned, RoleUpdated
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.model import Role, RoleAssignment

HOST = UserId("system:bench")
POLICIES = {permission: Policy(permission, Where.EVERYWHERE, "try it") for permission in PERMISSIONS}


class Decider(Protocol):
    """Decides who may do what in the house that it was given."""

    @abstractmethod
    def request(self, question: Question) -> Any:  # noqa: ANN401 - each has its own
        """What it is asked *question* with: made beforehand, and not timed."""

    @abstractmethod
    async def answers(self, requests: Sequence[Any]) -> list[bool]:
        """What it decides on each of *requests*."""

    @abstractmethod
    async def edit(self, house: House) -> None:
        """Go by *house* from now on, which differs from the present one by its edit."""


class Rebuilt(Decider):
    """The limit: all pairs of a user and a permission in a frozenset, which each edit makes anew."""

    def __init__(self, house: House) -> None:
        """Go by *house*."""
        self._pairs = house.pairs()

    def request(self, question: Question) -> Question:
        """See `Decider`."""
        return question

    async def answers(self, requests: Sequence[Question]) -> list[bool]:
        """See `Decider`."""
        allows = self._allows
        return [await allows(user, permission) for user, permission in requests]

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        self._pairs = house.pairs()

    async def _allows(self, user: str, permission: str) -> bool:
        return (user, permission) in self._pairs


class Swapped(Rebuilt):
    """The limit with edits that cost nothing: of two frozensets that were made beforehand, each brings up the other."""

    def __init__(self, house: House, edited: House) -> None:
        """Go by *house*."""
        super().__init__(house)
        self._made = {each: each.pairs() for each in (house, edited)}

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        self._pairs = self._made[house]


class Gated(Decider):
    """Ours: the gate over roles in memory."""

    def __init__(self) -> None:
        """Begin without anybody: `furnished` brings a house in."""
        self._clock, self._ids = SystemClock(), Uuid7Ids()
        self._roles = MemoryRoles(MemoryLog())
        self.gate = RolesGate(self._roles)

    def request(self, question: Question) -> tuple[Actor, Policy]:
        """See `Decider`."""
        user, permission = question
        return Actor(id=UserId(user)), POLICIES[permission]

    async def answers(self, requests: Sequence[tuple[Actor, Policy]]) -> list[bool]:
        """See `Decider`."""
        decide = self.gate.decide
        return [
            (await decide(actor=actor, policy=policy, roles=(), scope=None, own=False)).allowed
            for actor, policy in requests
        ]

    async def edit(self, house: House) -> None:
        """See `Decider`."""
        role, _ = house.edit
        await self.put(house, role)

    async def put(self, house: House, role: str) -> None:
        """Keep *role* as it is in *house*."""
        role_id, inherits = RoleId(role), [RoleId(house.below[role])] if role in house.below else []
        await self._roles.put(
            role=Role(id=role_id, name=role, permissions=house.roles[role], inherits=frozenset(inherits)),
            book_revision=(await self._roles.book()).revision,
            events=(RoleUpdated(stamp=self._stamp(), role_id=role_id),),
        )

    async def assign(self, user: str, role: str) -> None:
        """Have *user* hold *role*."""
        user_id, role_id, stamp = UserId(user), RoleId(role), self._stamp()
        await self._roles.assign(
            assignment=RoleAssignment(user_id=user_id, role_id=role_id, assigned_by=HOST, assigned_at=stamp.at),
            book_revision=(await self._roles.book()).revision,
            events=(RoleAssigned(stamp=stamp, role_id=role_id, user_id=user_id),),
        )

    def _stamp(self) -> Stamp:
        return Stamp(id=EventId(self._ids.new()), at=self._clock.now(), actor=HOST)


@frozen
class _Open(Lifetime):
    def check(self) -> None:
        """Be open."""


class Required(Gated):
    """What a use case pays: the gate behind its fail-closed wrapper, a clock's deadline included."""

    def __init__(self) -> None:
        """See `Gated`."""
        super().__init__()
        self._acting = Acting(clock=self._clock, ids=self._ids, lifetime=_Open(), gate=self.gate)

    async def answers(self, requests: Sequence[tuple[Actor, Policy]]) -> list[bool]:
        """See `Decider`. The loop has a turn at the end, in which it throws the deadlines away."""
        given: list[bool] = []
        for actor, policy in requests:
            try:
                await self._acting.require(actor, policy)
                given.append(True)
            except AccessDeniedError:
                given.append(False)
        await asyncio.sleep(0)
        return given


async def furnished(gated: Gated, house: House) -> Gated:
    """*gated*, with the users and the roles of *house*."""
    for role in house.roles:
        await gated.put(house, role)
    for user, held in house.users.items():
        for role in held:
            await gated.assign(user, role)
    return gated


async def mistakes(decider: Decider, house: House, questions: Sequence[Question]) -> int:
    """How many of *questions* the *decider* answers differently than *house* does."""
    answers = await decider.answers([decider.request(question) for question in questions])
    return sum(house.allows(question) != answer for question, answer in zip(questions, answers, strict=True))
