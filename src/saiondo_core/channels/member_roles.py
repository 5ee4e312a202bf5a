"""Giving somebody a role in a channel, and taking it.

What a role allows is not known here: whoever gives roles brings a `GrantCheck`.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from attrs import evolve

from saiondo_core.channels.errors import DirectChannelError, MemberNotFoundError, OwnerByTransferError
from saiondo_core.channels.events import (
    MemberJoined,
    MemberRoleAssigned,
    MemberRoleRevoked,
    MembershipEvent,
    MemberUnbanned,
)
from saiondo_core.channels.invitations import pending_invitations
from saiondo_core.channels.managing import managed_member, managed_standing
from saiondo_core.channels.model import (
    Channel,
    ChannelChange,
    ChannelId,
    ChannelRole,
    ChannelType,
    Invitation,
    Membership,
    Standing,
)
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, permitted_standing, rejudged
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.events import Stamp
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_ASSIGN
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.ports import UserRepository

GrantCheck: TypeAlias = Callable[[Actor, Standing], Awaitable[None]]
"""What is asked besides of whoever gives or takes a role: it raises what refuses, and else does nothing.

It is given the actor as they were judged, and how they stand to the channel: none of its roles are theirs, where they
act from outside. It is asked after all other judging, before anything is written, and again in each try. What it reads
of roles cannot change unnoticed: the write is refused once the rights are past that the actor was judged under.
"""

EXTRA_ROLES_MOST: Final = 20
"""How many roles somebody can hold in one channel beside their channel role."""


async def with_channel_role(
    channels: ChannelRepository,
    users: UserRepository,
    acting: Acting,
    *,
    channel_id: ChannelId,
    actor: Actor,
    user_id: UserId,
    role: ChannelRole,
    check: GrantCheck,
) -> Membership:
    """Give *user_id* the channel role *role* in the place of the one they have, on behalf of *actor*.

    Whoever is not in the channel joins it by this: a ban is lifted, and the pending invitations that name them are
    redeemed. Whoever has the role already keeps it, and nobody hears of it.

    Returns:
        The membership as it is now.

    Raises:
        OwnerByTransferError: *role* is the owner's.
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: The actor may know of it, but is not in it, and may not manage members from outside.
        AccessDeniedError: The actor may not manage such members as *user_id* is, or is to become.
        DirectChannelError: It is a direct channel.
        OwnerMustStayError: *user_id* owns it.
        UserNotFoundError: *user_id* does not exist, or was deleted.
        StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
        StaleRightsError: The actor's rights were changed by others all the time.
        SaiondoError: Whatever *check* raises.
    """
    if role is ChannelRole.OWNER:
        raise OwnerByTransferError

    async def attempt() -> Membership:
        judged, own, theirs = await managed_standing(channels, acting, channel_id, actor, user_id, role)
        await check(judged, own)
        if theirs.membership is not None and theirs.membership.role is role:
            return theirs.membership
        await check_active(users, user_id)
        arrivals: tuple[type[MembershipEvent], ...] = ()
        invitations: tuple[Invitation, ...] = ()
        member, now, revision = theirs.membership, acting.clock.now(), own.channel.next_revision
        if member is None:
            arrivals = (MemberUnbanned, MemberJoined) if theirs.is_banned else (MemberJoined,)
            invitations = await pending_invitations(channels, channel_id, user_id, now)
            member = Membership(channel_id=channel_id, user_id=user_id, joined_at=now)
        events: list[MembershipEvent] = [
            kind(stamp=acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=user_id)
            for kind in arrivals
        ]
        if member.role is not role:
            events.append(_changed(MemberRoleAssigned, acting.stamp(judged), own.channel, user_id, role.id))
        change = ChannelChange(
            channel=evolve(own.channel, membership_revision=revision),
            put=(evolve(member, role=role),),
            unban=(user_id,) if theirs.is_banned else (),
            invitations=tuple(invitation.redeemed for invitation in invitations),
        )
        last = (await channels.change(change=change, events=tuple(events))).last_sequence
        given = evolve(member, role=role)
        return evolve(given, joined_sequence=last, read_sequence=last) if arrivals else given

    return await rejudged(attempt, tries=CHANGE_TRIES)


async def without_channel_role(
    channels: ChannelRepository,
    acting: Acting,
    *,
    channel_id: ChannelId,
    actor: Actor,
    user_id: UserId,
    role: ChannelRole,
    check: GrantCheck,
) -> Membership:
    """Take the channel role *role* from *user_id*, who is a plain member then, on behalf of *actor*.

    Whoever has another one keeps it, and nobody hears of it.

    Returns:
        The membership as it is now.

    Raises:
        OwnerByTransferError: *role* is the owner's.
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: The actor may know of it, but is not in it, and may not manage members from outside.
        AccessDeniedError: The actor may not manage such members as *user_id* is, or those with *role*.
        DirectChannelError: It is a direct channel.
        OwnerMustStayError: *user_id* owns it.
        MemberNotFoundError: *user_id* is not a member of it.
        StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
        StaleRightsError: The actor's rights were changed by others all the time.
        SaiondoError: Whatever *check* raises.
    """
    if role is ChannelRole.OWNER:
        raise OwnerByTransferError

    async def attempt() -> Membership:
        judged, own, member = await managed_member(channels, acting, channel_id, actor, user_id, role)
        await check(judged, own)
        if member.role is not role:
            return member
        revoked = _changed(MemberRoleRevoked, acting.stamp(judged), own.channel, user_id, role.id)
        return await _replaced(channels, own.channel, evolve(member, role=ChannelRole.MEMBER), revoked)

    return await rejudged(attempt, tries=CHANGE_TRIES)


async def with_extra_role(
    channels: ChannelRepository,
    acting: Acting,
    *,
    channel_id: ChannelId,
    actor: Actor,
    user_id: UserId,
    role_id: RoleId,
    held: bool,
    check: GrantCheck,
) -> Membership:
    """Give *user_id*, who is a member, a role beside their channel role, or take it, on behalf of *actor*.

    It ends with the membership. Whoever has it already, or not, as is wanted, stays so, and nobody hears of it.

    Args:
        channels: Where channels are kept.
        acting: Who decides.
        channel_id: The channel it is held in.
        actor: Who gives or takes it.
        user_id: Who is to hold it, or not to.
        role_id: A role that was made; whether there is such a one is for *check* to say.
        held: Whether they are to hold it.
        check: See `GrantCheck`.

    Returns:
        The membership as it is now.

    Raises:
        ChannelNotFoundError: There is none that the actor may know of.
        NotAMemberError: The actor may know of it, but is not in it, and may not assign roles from outside.
        AccessDeniedError: The actor may not assign roles in it.
        DirectChannelError: It is a direct channel.
        MemberNotFoundError: *user_id* is not a member of it.
        InvalidInputError: They hold 20 such roles already.
        StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
        StaleRightsError: The actor's rights were changed by others all the time.
        SaiondoError: Whatever *check* raises.
    """

    async def attempt() -> Membership:
        judged, own = await permitted_standing(channels, acting, channel_id, actor, ROLE_ASSIGN)
        if own.channel.type is ChannelType.DIRECT:
            raise DirectChannelError(channel_id=channel_id)
        await check(judged, own)
        there = await channels.memberships(channel_id=channel_id, user_ids=(user_id,))
        if not there:
            raise MemberNotFoundError(channel_id=channel_id, user_id=user_id)
        member = there[0]
        others = tuple(other for other in member.extra_roles if other != role_id)
        if held == (role_id in member.extra_roles):
            return member
        if held and len(others) >= EXTRA_ROLES_MOST:
            raise InvalidInputError(
                field="role_id", expected=f"at most {EXTRA_ROLES_MOST} such roles of one member: take another one first"
            )
        kind = MemberRoleAssigned if held else MemberRoleRevoked
        event = _changed(kind, acting.stamp(judged), own.channel, user_id, role_id)
        after = evolve(member, extra_roles=(*others, role_id) if held else others)
        return await _replaced(channels, own.channel, after, event)

    return await rejudged(attempt, tries=CHANGE_TRIES)


def _changed(
    kind: type[MemberRoleAssigned] | type[MemberRoleRevoked],
    stamp: Stamp,
    channel: Channel,
    user_id: UserId,
    role_id: RoleId,
) -> MembershipEvent:
    return kind(
        stamp=stamp,
        channel_id=channel.id,
        membership_revision=channel.next_revision,
        user_id=user_id,
        role_id=role_id,
    )


async def _replaced(
    channels: ChannelRepository, channel: Channel, member: Membership, event: MembershipEvent
) -> Membership:
    after = evolve(channel, membership_revision=channel.next_revision)
    await channels.change(change=ChannelChange(channel=after, put=(member,)), events=(event,))
    return member
