"""Change a profile."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.keep import KEEP, Keep
from saiondo_core.kernel.policies import USER_MANAGE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import Json, clean_metadata
from saiondo_core.users.errors import StaleUserError, UserNotFoundError
from saiondo_core.users.events import UserUpdated
from saiondo_core.users.model import (
    User,
    clean_avatar,
    clean_display_name,
    clean_email,
    clean_locale,
    clean_time_zone,
    clean_username,
)
from saiondo_core.users.ports import UserRepository
from saiondo_core.users.profiles import USER_TRIES, ProfileChange, clearable, required


@frozen(kw_only=True)
class UpdateUserUseCase(UseCase):
    """Change a profile."""

    policy: ClassVar[Policy] = USER_MANAGE
    users: UserRepository

    async def execute(
        self,
        user_id: UserId | None = None,
        *,
        display_name: str | Keep | None = KEEP,
        username: str | Keep = KEEP,
        avatar: str | Keep | None = KEEP,
        email: str | Keep | None = KEEP,
        locale: str | Keep = KEEP,
        time_zone: str | Keep = KEEP,
        metadata: Mapping[str, Json] | Keep | None = KEEP,
        actor: UserId | None = None,
    ) -> User:
        """Change the profile of *user_id*, by default one's own; another's needs `user:manage`.

        What is left out stays as it is, and None clears it. Changes that others make at the same time are kept. Where
        nothing would change, nothing is written.

        Returns:
            The user as they are now.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            InvalidInputError: A value is not valid, or a field was to be cleared that is never empty.
            AccessDeniedError: The acting user was deleted; or it is another's, and the actor may not manage users.
            UserNotFoundError: There is no such user, or they were deleted.
            UsernameTakenError: Another user has that username.
            EmailTakenError: Another user has that address.
            StaleUserError: The user was changed by others all the time.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        who, whom = self.acting.who_and_whom(actor, user_id)
        change = ProfileChange(
            display_name=clearable(display_name, clean_display_name),
            username=required(username, "username", clean_username),
            avatar=clearable(avatar, clean_avatar),
            email=clearable(email, clean_email),
            locale=required(locale, "locale", clean_locale),
            time_zone=required(time_zone, "time_zone", clean_time_zone),
            metadata=metadata if isinstance(metadata, Keep) else clean_metadata(metadata),
        )
        return await rejudged(lambda: self._changed(who, whom, change), on=StaleUserError, tries=USER_TRIES)

    async def _changed(self, who: Actor, whom: UserId, change: ProfileChange) -> User:
        before = await self.users.get(user_id=whom)
        judged = await self.acting.require(who, self.policy, own=who.id == whom)
        if before is None or not before.is_active:
            raise UserNotFoundError(user_id=whom)
        after = change.applied(before, at=self.acting.clock.now())
        if after != before:
            event = UserUpdated(stamp=self.acting.stamp(judged), user_id=whom)
            await self.users.replace(before=before, after=after, events=(event,))
        return after

    __call__ = execute
