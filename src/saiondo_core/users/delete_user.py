"""Delete a user."""

from attrs import frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Gate
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import Acting, Actor, require
from saiondo_core.users.errors import StaleUserError, StillOwnsChannelsError, UserNotFoundError
from saiondo_core.users.events import UserDeactivated
from saiondo_core.users.model import DELETED_PREFIX, USERNAME_MOST, User
from saiondo_core.users.ports import Belongings, UserRepository
from saiondo_core.users.profiles import USER_TRIES

_RANDOM_MOST = USERNAME_MOST - len(DELETED_PREFIX)


@frozen(kw_only=True)
class DeleteUserUseCase:
    """Delete a user."""

    acting: Acting
    gate: Gate
    users: UserRepository
    belongings: Belongings

    async def execute(self, user_id: UserId | None = None, *, actor: UserId | None = None) -> None:
        """Delete *user_id*, by default oneself; another needs `user:manage`.

        Everything that names the user is gone when this returns, and their name and address are free. What they said
        stays, under a deleted user's name. No token of theirs works any more.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            AccessDeniedError: It is another user, and the actor may not manage users.
            UserNotFoundError: There is no such user, or they were deleted already.
            StillOwnsChannelsError: The user owns channels, which it names.
            StaleUserError: The user was changed by others all the time.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        if who.id != whom:
            await require(self.gate, who, "user:manage")
        await rejudged(lambda: self._delete(who, whom), on=StaleUserError, tries=USER_TRIES)

    async def _delete(self, who: Actor, whom: UserId) -> None:
        user = await self.users.get(user_id=whom)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=whom)
        owned = await self.belongings.owned_channels(user_id=whom)
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
        event = UserDeactivated(stamp=self.acting.stamp(who), user_id=whom)
        await self.users.replace(before=user, after=nobody, events=(event,))

    __call__ = execute
