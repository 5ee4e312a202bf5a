"""See what somebody holds."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import known_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ROLE_READ, USER, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import EVERYTHING, UserPermissions
from saiondo_core.permissions.ports import RoleRepository


@frozen(kw_only=True)
class GetUserPermissionsUseCase(UseCase):
    """See what somebody holds."""

    policy: ClassVar[Policy] = ROLE_READ
    roles: RoleRepository
    channels: ChannelRepository

    async def execute(
        self, user_id: UserId | None = None, *, scope: str | None = None, actor: UserId | None = None
    ) -> UserPermissions:
        """Show *actor* what *user_id*, by default oneself, holds everywhere, or in the channel *scope* too.

        Whoever was deleted holds nothing. What is asked of a channel's members counts for them only, whatever else
        somebody holds: `check_permission` says what they may do.

        Raises:
            AccessDeniedError: The actor may not see what others hold, or was deleted.
            ChannelNotFoundError: No such channel, or none the actor may know of.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        channel_id = None if scope is None else ChannelId(scope)
        roles = await self._roles(whom, channel_id)
        book = await self.roles.book()
        await self._check(who, whom, channel_id)
        compiled = CompiledRoles(book)
        is_host = who.is_system and who.id == whom
        return UserPermissions(
            user_id=whom,
            scope=scope,
            roles=() if is_host else tuple(role_id for role_id in roles if compiled.get(role_id)),
            permissions=frozenset({EVERYTHING}) if is_host else compiled.patterns(roles),
        )

    async def _roles(self, user_id: UserId, channel_id: ChannelId | None) -> tuple[RoleId, ...]:
        there: tuple[RoleId, ...] = ()
        if channel_id is not None:
            standing = await self.channels.standing(channel_id=channel_id, user_id=user_id)
            there = () if standing is None else standing.roles
        rights = await self.roles.rights(user_id=user_id)
        if not rights.is_admitted:
            return ()
        return (USER, *(assignment.role_id for assignment in rights.assignments), *there)

    async def _check(self, who: Actor, whom: UserId, channel_id: ChannelId | None) -> None:
        """Return if *who* may see it, judged after it was read: what changed after their rights ended is not shown."""
        is_own = who.id == whom
        if channel_id is None:
            await self.acting.require(who, self.policy, own=is_own)
        else:
            judged, standing = await known_standing(self.channels, self.acting, channel_id, who)
            await self.acting.require(judged, self.policy, roles=standing.roles, scope=channel_id, own=is_own)

    __call__ = execute
