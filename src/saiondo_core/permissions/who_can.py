"""See who may do something."""

from collections.abc import Sequence
from typing import ClassVar, Final

from attrs import frozen

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import Channel, ChannelId, ChannelType, Membership, Standing
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import discovered, known_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.paging import checked_limit, decode_cursor, encode_cursor
from saiondo_core.kernel.policies import CHANNEL_DISCOVER, CHANNEL_JOIN, ROLE_READ, USER, Own, Policy, Where
from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.judging import policy_of
from saiondo_core.permissions.model import Holders
from saiondo_core.permissions.ports import RoleRepository

LOOKED_AT_MOST: Final = 500
"""How many users a page looks at."""


@frozen(kw_only=True)
class WhoCanUseCase(UseCase):
    """See who may do something."""

    policy: ClassVar[Policy] = ROLE_READ
    roles: RoleRepository
    channels: ChannelRepository

    async def execute(
        self,
        *,
        resource: str,
        action: str,
        scope: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        actor: UserId | None = None,
    ) -> Holders:
        """Show *actor* who may do *action* to *resource*, everywhere or in the channel *scope*, by user id.

        Each is judged as `check_permission` judges them of nothing in particular, but for mutes, bans and invitations;
        what one may do to one's own things only, is asked of these. A page looks at no more than 500 users, so it may
        have fewer than *limit*, or none, and still be followed by others; the pages together have everybody once.

        Args:
            resource: Such as `message`: 1 to 50 of a-z, 0-9 and `_`, with a letter first.
            action: Such as `delete`, in the same form.
            scope: The channel it is asked in; None for everywhere, where roles in channels do not count.
            cursor: The `next_cursor` of the page before; None for the first.
            limit: At most so many users a page, 1 to 200.
            actor: Who asks. They hold `role:read`: there, where it is asked in a channel.

        Raises:
            InvalidInputError: *resource*, *action* or *limit* is not as said above.
            InvalidCursorError: *cursor* is not one that this operation gave.
            AccessDeniedError: The actor may not see what others may do, or was deleted.
            ChannelNotFoundError: No such channel, or none the actor may know of.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(actor)
        asked = policy_of(resource, action, in_channel=scope is not None)
        checked_limit(limit)
        after = None if cursor is None else UserId(*decode_cursor(cursor, "holders", 1))
        if scope is None:
            holders = await self._page(asked, None, after, limit)
            await self.acting.require(who, self.policy)
            return holders
        channel_id = ChannelId(scope)
        standing = await self.channels.standing(channel_id=channel_id, user_id=who.id)
        if standing is None:
            raise ChannelNotFoundError(channel_id=channel_id)
        holders = await self._page(asked, standing.channel, after, limit)
        # Judged last: what changed after their rights ended is not shown.
        judged, own = await known_standing(self.channels, self.acting, channel_id, who)
        await self.acting.require(judged, self.policy, roles=own.roles, scope=scope)
        return holders

    async def _page(self, asked: Policy, channel: Channel | None, after: UserId | None, limit: int) -> Holders:
        compiled = CompiledRoles(await self.roles.book())
        if _is_everybodys(asked, compiled, channel):
            return Holders(everybody=True)
        found: list[UserId] = []
        candidates = await self._candidates(asked, compiled, channel, after)
        for looked, (user_id, membership) in enumerate(candidates[:LOOKED_AT_MOST], 1):
            if await self._may(user_id, asked, channel, membership):
                found.append(user_id)
            if len(found) == limit or looked == LOOKED_AT_MOST:
                ends = looked == len(candidates)
                return Holders(
                    everybody=False,
                    user_ids=tuple(found),
                    next_cursor=None if ends else encode_cursor("holders", user_id),
                )
        return Holders(everybody=False, user_ids=tuple(found))

    async def _candidates(
        self, asked: Policy, compiled: CompiledRoles, channel: Channel | None, after: UserId | None
    ) -> Sequence[tuple[UserId, Membership | None]]:
        """The next who may be allowed it, by user id, and what they are in the channel: one more than is looked at."""
        most = LOOKED_AT_MOST + 1
        allowing = compiled.roles_allowing(asked.permission)
        found: dict[UserId, Membership | None] = dict.fromkeys(
            await self.roles.holders(role_ids=allowing, after=after, limit=most)
        )
        if channel is not None:
            members = await self.channels.members(channel_id=channel.id, after=after, limit=most)
            found.update((member.user_id, member) for member in members)
        return sorted(found.items(), key=lambda item: item[0])[:most]

    async def _may(
        self, user_id: UserId, asked: Policy, channel: Channel | None, membership: Membership | None
    ) -> bool:
        subject, own = Actor(id=user_id), asked.own is Own.REQUIRED
        roles: tuple[RoleId, ...] = () if membership is None else membership.roles
        scope = None if channel is None else channel.id
        if not (await self.acting.judge(subject, asked, roles=roles, scope=scope, own=own)).allowed:
            return False
        if channel is None or membership is not None:
            return True
        if asked.where is not Where.CHANNEL:
            return asked is not CHANNEL_JOIN
        return (await discovered(self.acting, subject, Standing(channel=channel))).allowed

    __call__ = execute


def _is_everybodys(asked: Policy, compiled: CompiledRoles, channel: Channel | None) -> bool:
    is_public = channel is not None and channel.type is ChannelType.PUBLIC
    if asked is CHANNEL_DISCOVER or (asked is CHANNEL_JOIN and channel is not None):
        return is_public
    return asked.where is Where.EVERYWHERE and compiled.allowing((USER,), asked.permission) is not None
