"""Give somebody a role."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.member_roles import with_channel_role, with_extra_role
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_ASSIGN, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.create_role import ROLE_TRIES
from saiondo_core.permissions.events import RoleAssigned
from saiondo_core.permissions.holding import check_held, held_there, unasked
from saiondo_core.permissions.model import RoleAssignment
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.permissions.scoping import BASE_ROLES, channel_role, check_everywhere
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class AssignRoleUseCase(UseCase):
    """Give somebody a role."""

    policy: ClassVar[Policy] = ROLE_ASSIGN
    roles: RoleRepository
    channels: ChannelRepository
    users: UserRepository

    async def execute(
        self, *, user_id: UserId, role_id: RoleId, assigned_by: UserId | None = None, scope: str | None = None
    ) -> RoleAssignment:
        """Give *user_id* a role, everywhere or in a channel, on behalf of *assigned_by*, who holds what it allows.

        A channel role takes the place of the one they have there; whoever is not in the channel is let in by it, and a
        ban is lifted. A role that was made is held beside the channel role, and ends with the membership. Whoever holds
        the role already holds it, and nobody hears of it.

        Args:
            user_id: Who is to hold it.
            role_id: Everywhere `moderator`, `admin` or one that was made; in a channel `guest`, `member`, `moderator`
                or `admin`, with `channel:` before it or without, or one that was made.
            assigned_by: Who acts. They hold what the role allows: there, where it is given in a channel. To make
                somebody a guest or a member is to let them in, and only takes managing members.
            scope: The channel it is to be held in; None for everywhere.

        Returns:
            The assignment; of one in a channel, as it is made now.

        Raises:
            RoleNotFoundError: There is no such role, or it cannot be held there.
            AccessDeniedError: The acting user may not assign roles, or not manage such members.
            NotHeldError: They do not hold what the role allows.
            UserNotFoundError: *user_id* does not exist, or was deleted.
            ChannelNotFoundError: No such channel, or none the acting user may know of.
            NotAMemberError: The acting user may know of it, but is not in it, and may not assign roles from outside.
            DirectChannelError: It is a direct channel.
            OwnerByTransferError: The role is the owner's.
            OwnerMustStayError: *user_id* owns the channel, and would be something else.
            MemberNotFoundError: The role was made, and *user_id* is not a member of the channel.
            InvalidInputError: They hold 20 such roles in the channel already.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The roles, or the acting user's rights, were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(assigned_by)
        if scope is None:
            return await rejudged(lambda: self._everywhere(who, user_id, role_id), tries=ROLE_TRIES)
        given = await self._in_channel(who, user_id, role_id, ChannelId(scope))
        return RoleAssignment(
            user_id=user_id, role_id=given, scope=scope, assigned_by=who.id, assigned_at=self.acting.clock.now()
        )

    async def _everywhere(self, who: Actor, user_id: UserId, role_id: RoleId) -> RoleAssignment:
        judged = await self.acting.require(who, self.policy)
        book = await self.roles.book()
        compiled = CompiledRoles(book)
        check_everywhere(compiled, role_id)
        await check_held(self.roles, compiled, judged, compiled.patterns((role_id,)))
        await check_active(self.users, user_id)
        for held in (await self.roles.rights(user_id=user_id)).assignments:
            if held.role_id == role_id:
                return held
        stamp = self.acting.stamp(judged)
        assignment = RoleAssignment(user_id=user_id, role_id=role_id, assigned_by=who.id, assigned_at=stamp.at)
        assigned = RoleAssigned(stamp=stamp, role_id=role_id, user_id=user_id)
        await self.roles.assign(assignment=assignment, book_revision=book.revision, events=(assigned,))
        return assignment

    async def _in_channel(self, who: Actor, user_id: UserId, role_id: RoleId, channel_id: ChannelId) -> RoleId:
        role = channel_role(role_id)
        if role is None:
            await with_extra_role(
                self.channels,
                self.acting,
                channel_id=channel_id,
                actor=who,
                user_id=user_id,
                role_id=role_id,
                held=True,
                check=held_there(self.roles, role_id),
            )
            return role_id
        await with_channel_role(
            self.channels,
            self.users,
            self.acting,
            channel_id=channel_id,
            actor=who,
            user_id=user_id,
            role=role,
            check=unasked if role in BASE_ROLES else held_there(self.roles, role.id),
        )
        return role.id

    __call__ = execute
