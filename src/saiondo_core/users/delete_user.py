"""Delete a user."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.gates import Admissions
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.kernel.policies import USER_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import StaleUserError, StillOwnsChannelsError, UserNotFoundError
from saiondo_core.users.events import UserDeactivated
from saiondo_core.users.model import DELETED_PREFIX, USERNAME_MOST, User
from saiondo_core.users.ports import Belongings, UserRepository
from saiondo_core.users.profiles import USER_TRIES

_RANDOM_MOST = USERNAME_MOST - len(DELETED_PREFIX)


@frozen(kw_only=True)
class DeleteUserUseCase(UseCase):
    """Delete a user."""

    policy: ClassVar[Policy] = USER_MANAGE
    users: UserRepository
    belongings: Belongings
    admissions: Admissions

    async def execute(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> None:
        """Delete *user_id*, by default oneself; another needs `user:manage`.

        Everything that names the user is gone when this returns, and their name and address are free. What they said
        stays, under a deleted user's name. No token of theirs works any more, they hold no role, and what they had
        begun is refused when it comes to be written.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: The acting user was deleted; or it is another, and the actor may not manage users.
            UserNotFoundError: There is no such user, or they were deleted already.
            StillOwnsChannelsError: The user owns channels, which it names.
            StaleUserError: The user was changed by others all the time.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        word = await rejudged(lambda: self._deleted(who, whom), on=StaleUserError, tries=USER_TRIES)
        await self.admissions.admit(user_id=whom, admitted=False, word=word)

    async def _deleted(self, who: Actor, whom: UserId) -> EventId:
        user = await self.users.get(user_id=whom)
        owned = await self.belongings.owned_channels(user_id=whom)
        judged = await self.acting.require(who, self.policy, own=who.id == whom)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=whom)
        if owned:
            raise StillOwnsChannelsError(user_id=whom, channel_ids=owned)
        # The random part of a UUIDv7 is its end.
        nobody = User(
            id=user.id,
            username=DELETED_PREFIX + self.acting.ids.new()[-_RANDOM_MOST:],
            is_active=False,
            created_at=user.created_at,
            updated_at=self.acting.clock.now(),
        )
        event = UserDeactivated(stamp=self.acting.stamp(judged), user_id=whom)
        await self.users.replace(before=user, after=nobody, events=(event,))
        return event.stamp.id

    __call__ = execute
