"""Who acts, and whether they may."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Protocol, cast

from attrs import frozen

from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import Policy
from saiondo_core.kernel.ports import Clock, IdSource
from saiondo_core.kernel.refusals import (
    ActorMismatchError,
    DeactivatedError,
    GateFailedError,
    MissingActorError,
    SystemOnlyError,
)

USER_ID_MOST = 64
SYSTEM_PREFIX = "system:"
"""What the ids of acting systems begin with; no user's id may."""

GATE_SECONDS = 5.0
"""How long the gate may take to decide, by default."""


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
    gate: Gate
    gate_seconds: float = GATE_SECONDS
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

    def system(self, policy: Policy) -> Actor:
        """The host itself, for what only it may do.

        Raises:
            NotOpenError: The factory is not open.
            SystemOnlyError: The call does not come through `as_system`.
        """
        self.lifetime.check()
        if self.actor is None or not self.actor.is_system:
            raise SystemOnlyError(permission=policy.permission)
        return self.actor

    async def judge(
        self,
        actor: Actor,
        policy: Policy,
        *,
        roles: tuple[RoleId, ...] = (),
        scope: str | None = None,
        own: bool = False,
    ) -> PermissionDecision:
        """What the gate decides, or else a refusal: nobody passes a gate that is broken.

        Args:
            actor: Who wants to.
            policy: What.
            roles: What they are in the channel it is asked in: none for whoever is no member of it.
            scope: That channel; None where it is asked of the whole.
            own: Whether the thing is their own.

        Raises:
            GateFailedError: The gate raised, took too long, or gave no decision.
        """
        try:
            deciding = self.gate.decide(actor=actor, policy=policy, roles=roles, scope=scope, own=own)
            decision = cast("object", await within(self.clock, self.gate_seconds, deciding))
        except Exception as error:
            raise GateFailedError(permission=policy.permission) from error
        if not isinstance(decision, PermissionDecision):
            raise GateFailedError(permission=policy.permission)
        return decision

    async def require(
        self,
        actor: Actor,
        policy: Policy,
        *,
        roles: tuple[RoleId, ...] = (),
        scope: str | None = None,
        own: bool = False,
    ) -> Actor:
        """*actor*, as they were judged, if they may: what they do next is stamped with that.

        Raises:
            AccessDeniedError: They may not; it names the nearest grant.
            GateFailedError: The gate raised, took too long, or gave no decision.
        """
        decision = await self.judge(actor, policy, roles=roles, scope=scope, own=own)
        if not decision.allowed:
            raise refusal(policy, decision)
        return decision.judged(actor)

    def stamp(self, actor: Actor, *, at: datetime | None = None) -> Stamp:
        """A new event's id, its time, which is *at* or else now, and *actor* as they were judged."""
        return Stamp(id=EventId(self.ids.new()), at=at or self.clock.now(), actor=actor.id, rights=actor.rights)


def refusal(policy: Policy, decision: PermissionDecision) -> AccessDeniedError:
    """The error that tells of *decision*, which is not to allow what *policy* says."""
    kind = DeactivatedError if decision.reason is Reason.DEACTIVATED else AccessDeniedError
    return kind(permission=policy.permission, missing=decision.missing)


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


@frozen(kw_only=True)
class UseCase:
    """Something that can be asked for, on somebody's behalf, under a declared policy.

    Raises:
        TypeError: A kind of use cases declares none, and so could be asked for by anybody.
    """

    policy: ClassVar[Policy]
    acting: Acting

    def __init_subclass__(cls) -> None:
        """Refuse a kind of use cases that does not say what it asks of whoever it acts for."""
        super().__init_subclass__()
        if not isinstance(vars(cls).get("policy"), Policy):
            raise TypeError(f"{cls.__name__} declares no policy: give it a row of saiondo_core.kernel.policies")
