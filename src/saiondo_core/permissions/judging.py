"""What somebody may do, and why: the thinking behind every question about rights."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from attrs import define, evolve, field

from saiondo_core.channels.invitations import pending_invitations
from saiondo_core.channels.model import ChannelId, ChannelType, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import discovered
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import (
    ADMIN,
    CHANNEL_DISCOVER,
    CHANNEL_JOIN,
    GUEST,
    POLICIES,
    ROLE_READ,
    Grant,
    MissingGrant,
    Policy,
    Where,
)
from saiondo_core.kernel.rights import Acting, valid_user_id
from saiondo_core.permissions.model import PermissionCheck, PermissionContext
from saiondo_core.permissions.ports import Speech

_WORD: Final = re.compile(r"[a-z][a-z0-9_]{0,49}")
_REMEMBERED: Final = 1_000
"""How many of the host's own permissions keep the row they were given."""

_ROWS: Final = {row.permission: row for row in POLICIES}
_UNKNOWN: Final = PermissionDecision(allowed=False, reason=Reason.UNKNOWN)
_ABOUT_ROLES: Final = (Reason.ROLE, Reason.OWN, Reason.NOT_GRANTED, Reason.NOT_A_MEMBER)
_EVERYTHING: Final = MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=ADMIN)


def policy_of(resource: str, action: str, *, in_channel: bool) -> Policy:
    """The row under which *action* is done to *resource*; for what is the host's own, one that only roles decide.

    Raises:
        InvalidInputError: One of them is no word.
    """
    for name, word in (("resource", resource), ("action", action)):
        if not _WORD.fullmatch(word):
            raise InvalidInputError(
                field=name, expected="1 to 50 of a-z, 0-9 and '_', with a letter first: no pattern, but one permission"
            )
    permission = f"{resource}:{action}"
    return _ROWS.get(permission) or _hosts_own(permission, in_channel=in_channel)


@lru_cache(_REMEMBERED)  # A gate remembers by row: one that was never seen before, it has no answer to.
def _hosts_own(permission: str, *, in_channel: bool) -> Policy:
    return Policy(permission, Where.CHANNEL if in_channel else Where.EVERYWHERE, "the host's own")


def policy_asked(check: PermissionCheck) -> Policy:
    """The row that *check* asks about.

    Raises:
        InvalidInputError: Its resource or action is no word.
    """
    in_channel = check.context.channel_id is not None or check.context.message_id is not None
    return policy_of(check.resource, check.action, in_channel=in_channel)


async def answers(
    acting: Acting,
    channels: ChannelRepository,
    speech: Speech,
    *,
    who: Actor,
    user_id: UserId,
    checks: Sequence[PermissionCheck],
) -> tuple[PermissionDecision, ...]:
    """What *user_id* may do of *checks*, and why, in their order, as *who* may know it.

    A channel that *who* may not know of, and what was said there, is answered as what does not exist. How somebody
    stands to a channel, and where a message was said, is read once, however many questions name it.

    Raises:
        InvalidInputError: A resource or an action is no word, or *user_id* no user's.
        AccessDeniedError: *who* may not see what others may do.
        GateFailedError: It could not be decided.
    """
    policies = [policy_asked(check) for check in checks]
    whom = who if user_id == who.id else Actor(id=valid_user_id(user_id))
    asking = _Asking(acting=acting, channels=channels, speech=speech, who=who, whom=whom)
    given = [await asking.answer(policy, check.context) for policy, check in zip(policies, checks, strict=True)]
    await asking.end()
    return tuple(given)


@define(eq=False, kw_only=True)
class _Asking:
    """What one call asks about one user."""

    acting: Acting
    channels: ChannelRepository
    speech: Speech
    who: Actor
    whom: Actor
    _standings: dict[tuple[ChannelId, UserId], Standing | None] = field(init=False, factory=dict)
    _said: dict[str, tuple[ChannelId, UserId] | None] = field(init=False, factory=dict)
    _asked_in: dict[ChannelId | None, tuple[RoleId, ...]] = field(init=False, factory=dict)
    """Where it was asked, of what *who* may know of, and what *who* is there."""

    async def end(self) -> None:
        """Judge whoever asks, last: nothing that changed after their rights ended is in what they are told."""
        is_self = self.who.id == self.whom.id
        for scope, roles in self._asked_in.items():
            await self.acting.require(self.who, ROLE_READ, roles=roles, scope=scope, own=is_self)

    async def answer(self, policy: Policy, context: PermissionContext) -> PermissionDecision:
        channel_id, owner_id = context.channel_id, context.owner_id
        if context.message_id is not None:
            where, sender_id = await self._place_of(context.message_id)
            if where is None or channel_id not in (None, where):
                return self._unknown()
            channel_id = where
            if policy.permission.startswith("message:"):
                owner_id = sender_id
        is_theirs = owner_id == self.whom.id
        if channel_id is None:
            own = is_theirs and _is_open_to_owners(policy)
            self._asked_in[None] = ()
            return await self.acting.judge(self.whom, policy, own=own)
        theirs = await self._standing(ChannelId(channel_id), self.whom)
        ours = await self._standing(ChannelId(channel_id), self.who)
        if theirs is None or ours is None:
            return self._unknown()
        decision = await self._there(policy, theirs, is_theirs=is_theirs)
        if ours.membership is not None or (await discovered(self.acting, self.who, ours)).allowed:
            self._asked_in[ours.channel.id] = ours.roles
            return decision
        # An invitation opens a door to whoever it names, and shows it to nobody else.
        is_invited = policy is CHANNEL_JOIN and self.who.id == self.whom.id and decision.allowed
        return self._unknown(decision if is_invited else _UNKNOWN)

    def _unknown(self, decision: PermissionDecision = _UNKNOWN) -> PermissionDecision:
        self._asked_in[None] = ()
        return decision

    async def _there(self, policy: Policy, theirs: Standing, *, is_theirs: bool) -> PermissionDecision:
        """What *whom*, who so stands to a channel, may do there."""
        if policy.where not in (Where.CHANNEL, Where.INSIDE):
            decision = await self.acting.judge(self.whom, policy, own=is_theirs)
            return await self._joining(decision, theirs) if policy is CHANNEL_JOIN else decision
        # The gate lets nobody inside for what is their own, and explains what they lack but for that.
        counts = theirs.membership is not None or policy.where is Where.INSIDE or _is_open_to_owners(policy)
        own = is_theirs and counts
        if policy is CHANNEL_DISCOVER:
            own = theirs.channel.type is ChannelType.PUBLIC
        decision = await self.acting.judge(self.whom, policy, roles=theirs.roles, scope=theirs.channel.id, own=own)
        if theirs.membership is None:
            decision = await self._from_outside(decision, theirs)
        elif decision.allowed and policy.needs_voice and self._is_muted(theirs):
            return _refused(decision, Reason.MUTED, Grant.UNMUTE, theirs)
        return await self._explained(policy, decision, theirs)

    async def _from_outside(self, decision: PermissionDecision, theirs: Standing) -> PermissionDecision:
        """*decision*, as it stands for whoever is no member and may not know of the channel, perhaps, or is banned."""
        if decision.reason not in _ABOUT_ROLES:
            return decision
        banned_or_out = Reason.BANNED if theirs.is_banned else Reason.NOT_A_MEMBER
        if decision.reason is Reason.NOT_A_MEMBER:
            return evolve(decision, reason=banned_or_out)
        if (await discovered(self.acting, self.whom, theirs)).allowed:
            return decision
        if decision.allowed:
            return _refused(decision, banned_or_out, Grant.ASSIGN_ROLE, theirs, GUEST)
        is_there = decision.missing is not None and decision.missing.scope is not None
        return evolve(decision, reason=banned_or_out, missing=decision.missing if is_there else _EVERYTHING)

    async def _explained(self, policy: Policy, decision: PermissionDecision, theirs: Standing) -> PermissionDecision:
        """*decision*, with a grant that can be given: who is in a direct channel, and as what, never changes."""
        if decision.missing is None or theirs.channel.type is not ChannelType.DIRECT:
            return decision
        if policy.where is Where.INSIDE:
            return evolve(decision, missing=None)
        if decision.reason is Reason.NOT_GRANTED:
            return evolve(decision, missing=(await self.acting.judge(self.whom, policy)).missing)
        return evolve(decision, missing=_EVERYTHING)

    async def _joining(self, decision: PermissionDecision, theirs: Standing) -> PermissionDecision:
        if not decision.allowed or theirs.membership is not None or self.whom.is_system:
            return decision
        channel = theirs.channel
        is_public = channel.type is ChannelType.PUBLIC
        if theirs.is_banned and is_public:
            return _refused(decision, Reason.BANNED, Grant.UNBAN, theirs)
        if theirs.is_banned:
            return _refused(decision, Reason.BANNED, Grant.ASSIGN_ROLE, theirs, GUEST)
        now = self.acting.clock.now()
        if is_public or await pending_invitations(self.channels, channel.id, self.whom.id, now):
            return decision
        refused = _refused(decision, Reason.NOT_INVITED, Grant.INVITE, theirs)
        return evolve(refused, missing=None) if channel.type is ChannelType.DIRECT else refused

    def _is_muted(self, theirs: Standing) -> bool:
        until = None if theirs.membership is None else theirs.membership.muted_until
        return until is not None and self.acting.clock.now() < until

    async def _standing(self, channel_id: ChannelId, actor: Actor) -> Standing | None:
        key = channel_id, actor.id
        if key not in self._standings:
            self._standings[key] = await self.channels.standing(channel_id=channel_id, user_id=actor.id)
        return self._standings[key]

    async def _place_of(self, message_id: str) -> tuple[ChannelId, UserId] | tuple[None, None]:
        if message_id not in self._said:
            self._said[message_id] = await self.speech.said(message_id=message_id)
        return self._said[message_id] or (None, None)


def _is_open_to_owners(policy: Policy) -> bool:
    """Whether one's own things count under *policy* for whoever is in no channel, too."""
    return policy is ROLE_READ or policy.where is Where.EVERYWHERE


def _refused(
    decision: PermissionDecision, reason: Reason, grant: Grant, theirs: Standing, role_id: RoleId | None = None
) -> PermissionDecision:
    missing = MissingGrant(operation=grant, role_id=role_id, scope=theirs.channel.id)
    return evolve(decision, allowed=False, reason=reason, role=None, missing=missing)
