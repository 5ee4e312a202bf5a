"""Take a role from somebody."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.member_roles import with_extra_role, without_channel_role
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_ASSIGN, ROLE_READ, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.create_role import ROLE_TRIES
from saiondo_core.permissions.errors import LowestRoleError
from saiondo_core.permissions.events import RoleRevoked
from saiondo_core.permissions.holding import check_held, held_there, unasked
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.permissions.scoping import BASE_ROLES, channel_role, check_everywhere


@frozen(kw_only=True)
class RevokeRoleUseCase(UseCase):
    """Take a role from somebody."""

    policy: ClassVar[Policy] = ROLE_ASSIGN
    roles: RoleRepository
    channels: ChannelRepository

    async def execute(
        self, *, user_id: UserId, role_id: RoleId, scope: str | None = None, actor: UserId | None = None
    ) -> None:
        """Take a role from *user_id*, everywhere or in a channel, on behalf of *actor*, who holds what it allows.

        Whoever was an admin or a moderator of a channel is a member of it then. Whoever does not hold the role stays
        without it, and nobody hears of it. What one holds everywhere, one may always give up. What is left in a channel
        of a role that was deleted is taken by whoever assigns roles there.

        Args:
            user_id: Who is to hold it no more.
            role_id: Which one; in a channel, `moderator` is the channel's, as in `assign_role`.
            scope: The channel it is held in; None for everywhere.
            actor: Who acts. They hold what the role allows, unless it is their own: there, where it is of a channel.

        Raises:
            RoleNotFoundError: There is no such role that can be held everywhere, or it is `user`, in a channel.
            LowestRoleError: It is a guest's or a member's: `channel.remove_member` ends a membership.
            AccessDeniedError: The acting user may not assign roles, or not manage such members.
            NotHeldError: They do not hold what the role allows.
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not assign roles from outside.
            DirectChannelError: It is a direct channel.
            OwnerByTransferError: The role is the owner's.
            OwnerMustStayError: *user_id* owns the channel, and holds no other channel role there.
            MemberNotFoundError: *user_id* is not a member of the channel.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The roles, or the acting user's rights, were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        if scope is None:
            await rejudged(lambda: self._everywhere(who, user_id, role_id), tries=ROLE_TRIES)
        else:
            await self._in_channel(who, user_id, role_id, ChannelId(scope))

    async def _everywhere(self, who: Actor, user_id: UserId, role_id: RoleId) -> None:
        is_own = who.id == user_id
        # Whoever may see their own roles may give them up.
        judged = await self.acting.require(who, ROLE_READ if is_own else self.policy, own=is_own)
        compiled = CompiledRoles(await self.roles.book())
        check_everywhere(compiled, role_id)
        if not is_own:
            await check_held(self.roles, compiled, judged, compiled.patterns((role_id,)))
        held = (await self.roles.rights(user_id=user_id)).assignments
        if any(assignment.role_id == role_id for assignment in held):
            revoked = RoleRevoked(stamp=self.acting.stamp(judged), role_id=role_id, user_id=user_id)
            await self.roles.revoke(user_id=user_id, role_id=role_id, events=(revoked,))

    async def _in_channel(self, who: Actor, user_id: UserId, role_id: RoleId, channel_id: ChannelId) -> None:
        role = channel_role(role_id)
        if role is not None and role in BASE_ROLES:
            raise LowestRoleError(role_id=role.id)
        taken = role_id if role is None else role.id
        check = unasked if who.id == user_id else held_there(self.roles, taken, is_taken=True)
        if role is None:
            await with_extra_role(
                self.channels,
                self.acting,
                channel_id=channel_id,
                actor=who,
                user_id=user_id,
                role_id=role_id,
                held=False,
                check=check,
            )
        else:
            await without_channel_role(
                self.channels,
                self.acting,
                channel_id=channel_id,
                actor=who,
                user_id=user_id,
                role=role,
                check=check,
            )

    __call__ = execute
