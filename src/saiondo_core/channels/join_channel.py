"""Joining a channel."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.errors import BannedError, ChannelNotFoundError, InvitationNotFoundError
from saiondo_core.channels.events import MemberJoined
from saiondo_core.channels.inputs import clean_code
from saiondo_core.channels.invitations import pending_invitations, standing_of_invited
from saiondo_core.channels.model import (
    ChannelChange,
    ChannelId,
    ChannelType,
    Invitation,
    InvitationState,
    Membership,
    Standing,
)
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES, rejudged
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError, RateLimitedError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_JOIN, Grant, MissingGrant, Policy
from saiondo_core.kernel.ports import Budget, RateLimiter
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository

CODE_GUESSES = 20
CODE_WINDOW = 900.0
"""A user may try 20 wrong codes in 15 minutes: at that pace one of 32 ** 8 is not found in a lifetime."""


@frozen(kw_only=True)
class JoinChannelUseCase(UseCase):
    """Join a channel."""

    policy: ClassVar[Policy] = CHANNEL_JOIN
    channels: ChannelRepository
    users: UserRepository
    limiter: RateLimiter

    async def execute(
        self, *, user_id: UserId | None = None, channel_id: ChannelId | None = None, code: str | None = None
    ) -> Membership:
        """Let *user_id* join the channel they name, or the one that their invitation's *code* leads to.

        Whoever is a member already stays one, and uses nothing up. Joining redeems every pending invitation to the
        channel that names the user.

        Args:
            user_id: Who joins.
            channel_id: A public channel, or one to which a pending invitation names the user.
            code: An invitation's, in any case. If *channel_id* is given too, it must lead there.

        Returns:
            The membership.

        Raises:
            InvalidInputError: Neither *channel_id* nor *code* is given, or *code* is blank or too long.
            AccessDeniedError: The user may not join channels.
            UserNotFoundError: The user does not exist, or the system acts.
            ChannelNotFoundError: No such channel, or none the user may know of or was invited to.
            BannedError: It is public, and the user is banned from it.
            InvitationNotFoundError: The code leads nowhere, elsewhere or to where the user is banned, or the invitation
                is spent, expired, taken back, declined or somebody else's.
            RateLimitedError: Within 15 minutes the user has tried 20 codes that did not work.
            StaleMembershipError: Others changed the channel at the same time, 20 times in a row.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the one who acts.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        who = self.acting.who(user_id)
        if code is not None:
            return await self._by_code(who, clean_code(code), channel_id)
        if channel_id is None:
            raise InvalidInputError(field="channel_id", expected="a channel's id, or an invitation's code")
        return await rejudged(lambda: self._enter(who, channel_id), tries=CHANGE_TRIES)

    async def _by_code(self, who: Actor, code: str, channel_id: ChannelId | None) -> Membership:
        attempt_id = self.acting.ids.new()
        budget = Budget(key=f"invitation-code:{who.id}", most=CODE_GUESSES, seconds=CODE_WINDOW)
        if not await self.limiter.reserve(attempt_id=attempt_id, budgets=(budget,), at=self.acting.clock.now()):
            raise RateLimitedError(retry_after=CODE_WINDOW)
        membership = await rejudged(lambda: self._redeem(who, code, channel_id), tries=CHANGE_TRIES)
        await self.limiter.release(attempt_id=attempt_id)
        return membership

    async def _redeem(self, who: Actor, code: str, channel_id: ChannelId | None) -> Membership:
        judged = await self.acting.require(who, self.policy)
        found = await self.channels.invitation_by_code(code=code)
        standing, invitation = await standing_of_invited(self.channels, found, who.id)
        if channel_id not in (None, invitation.channel_id):
            raise InvitationNotFoundError
        if standing.membership is not None:
            return standing.membership
        is_theirs = invitation.invitee_id in (None, who.id)
        is_pending = invitation.state_at(self.acting.clock.now()) is InvitationState.PENDING
        if standing.is_banned or not is_theirs or not is_pending:
            raise InvitationNotFoundError
        naming = await pending_invitations(self.channels, standing.channel.id, who.id, self.acting.clock.now())
        return await self._join(judged, standing, (invitation, *naming))

    async def _enter(self, who: Actor, channel_id: ChannelId) -> Membership:
        judged = await self.acting.require(who, self.policy)
        standing = await self.channels.standing(channel_id=channel_id, user_id=who.id)
        if standing is None:
            raise ChannelNotFoundError(channel_id=channel_id)
        if standing.membership is not None:
            return standing.membership
        is_public = standing.channel.type is ChannelType.PUBLIC
        if standing.is_banned:
            raise _banned(channel_id) if is_public else ChannelNotFoundError(channel_id=channel_id)
        invitations = await pending_invitations(self.channels, channel_id, who.id, self.acting.clock.now())
        if not is_public and not invitations:
            raise ChannelNotFoundError(channel_id=channel_id)
        return await self._join(judged, standing, invitations)

    async def _join(self, judged: Actor, standing: Standing, invitations: tuple[Invitation, ...]) -> Membership:
        await check_active(self.users, judged.id)
        channel_id, revision = standing.channel.id, standing.channel.next_revision
        joined = MemberJoined(
            stamp=self.acting.stamp(judged), channel_id=channel_id, membership_revision=revision, user_id=judged.id
        )
        membership = Membership(channel_id=channel_id, user_id=judged.id, joined_at=joined.stamp.at)
        redeemed = {invitation.id: invitation.redeemed for invitation in invitations}
        change = ChannelChange(
            channel=evolve(standing.channel, membership_revision=revision),
            put=(membership,),
            invitations=tuple(redeemed.values()),
        )
        last = (await self.channels.change(change=change, events=(joined,))).last_sequence
        return evolve(membership, joined_sequence=last, read_sequence=last)

    __call__ = execute


def _banned(channel_id: ChannelId) -> BannedError:
    return BannedError(channel_id=channel_id, missing=MissingGrant(operation=Grant.UNBAN, scope=channel_id))
