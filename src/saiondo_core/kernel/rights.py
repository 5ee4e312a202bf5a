"""Who acts, and whether they may."""

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Protocol

from attrs import frozen

from saiondo_core.kernel.errors import (
    AccessDeniedError,
    ActorMismatchError,
    InvalidInputError,
    MissingActorError,
    SystemOnlyError,
)
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.ports import Clock, Gate, IdSource

USER_ID_MOST = 64
SYSTEM_PREFIX = "system:"
"""What the ids of acting systems begin with; no user's id may."""


@frozen(kw_only=True)
class Actor:
    """Whoever a use case acts for: a user, or the host itself under a name."""

    id: UserId
    is_system: bool = False


class Lifetime(Protocol):
    """Whether the factory of a use case is open. Local."""

    __slots__ = ()
    local: ClassVar[bool] = True

    @abstractmethod
    def check(self) -> None:
        """Raise `NotOpenError` unless the factory is open."""


@frozen(kw_only=True)
class Acting:
    """The acting user of a use case: filled in by `as_user` and `as_system`, or named in each call.

    Every use case asks it first, so that none works for nobody or outside its factory's lifetime.
    """

    clock: Clock
    ids: IdSource
    lifetime: Lifetime
    actor: Actor | None = None

    def check_open(self) -> None:
        """Raise `NotOpenError` unless the factory is open."""
        self.lifetime.check()

    def who(self, named: UserId | None) -> Actor:
        """Who acts, where the call names *named* for it.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody is filled in, and nobody named.
            ActorMismatchError: Somebody is filled in, and somebody else named.
        """
        self.lifetime.check()
        if self.actor is not None:
            if named is not None and named != self.actor.id:
                raise ActorMismatchError
            return self.actor
        if named is None:
            raise MissingActorError
        return Actor(id=valid_user_id(named))

    def who_and_whom(self, actor: UserId | None, target: UserId | None) -> tuple[Actor, UserId]:
        """Who acts, and on whom, where each defaults to the other.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody is filled in, and neither is named.
            ActorMismatchError: Somebody is filled in, and somebody else named as the actor.
        """
        who = self.who(actor if actor is not None or self.actor is not None else target)
        return who, who.id if target is None else target

    def system(self, permission: str) -> Actor:
        """The host itself, for what only it may do.

        Raises:
            NotOpenError: The factory is not open.
            SystemOnlyError: The call does not come through `as_system`.
        """
        self.lifetime.check()
        if self.actor is None or not self.actor.is_system:
            raise SystemOnlyError(permission=permission)
        return self.actor

    def stamp(self, actor: Actor) -> Stamp:
        """A new event's id, its time, and *actor*."""
        return Stamp(id=EventId(self.ids.new()), at=self.clock.now(), actor=actor.id)


def valid_user_id(user_id: str) -> UserId:
    """*user_id*, if it can be one: 1 to 64 printable characters, and not the system's.

    Raises:
        InvalidInputError: It cannot.
    """
    if not 1 <= len(user_id) <= USER_ID_MOST or not user_id.isprintable() or user_id.startswith(SYSTEM_PREFIX):
        raise InvalidInputError(
            field="user_id",
            expected=f"1 to {USER_ID_MOST} printable characters that do not begin with {SYSTEM_PREFIX!r}",
        )
    return UserId(user_id)


async def require(
    gate: Gate, actor: Actor, permission: str, *, scope: str | None = None, role: str | None = None
) -> None:
    """Return if *actor* may.

    Raises:
        AccessDeniedError: They may not.
    """
    if not await gate.permits(
        user_id=actor.id, is_system=actor.is_system, permission=permission, scope=scope, role=role
    ):
        raise AccessDeniedError(permission=permission)


_MEMBER = frozenset({"channel:read", "channel:invite", "message:send", "message:react"})
_EVERYBODY = frozenset({"user:read", "channel:create"})


@frozen(kw_only=True)
class OwnersAndMembers(Gate):
    """The rights of a house without roles: owners may do everything in their channel, members talk and invite."""

    grants: ClassVar[Mapping[str, frozenset[str]]] = MappingProxyType(
        {
            "owner": _MEMBER
            | {"channel:update", "channel:delete", "channel:transfer", "channel:manage_members", "message:delete"},
            "member": _MEMBER,
        }
    )

    async def permits(
        self,
        *,
        user_id: UserId,  # noqa: ARG002 - without roles, nobody has rights for who they are
        is_system: bool,
        permission: str,
        scope: str | None,
        role: str | None,
    ) -> bool:
        """See `Gate.permits`."""
        if is_system:
            return True
        if scope is None:
            return permission in _EVERYBODY
        return role is not None and permission in self.grants.get(role, frozenset())
