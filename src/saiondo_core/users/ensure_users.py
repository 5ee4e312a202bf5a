"""Mirror the host's own users."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import ConflictError
from saiondo_core.kernel.gates import Admissions
from saiondo_core.kernel.policies import USER_ENSURE, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import Acting, UseCase, valid_user_id
from saiondo_core.kernel.text import Json, clean_metadata
from saiondo_core.users.errors import StaleUserError, UserIdTakenError
from saiondo_core.users.events import UserMirrored, UserReactivated, UserUpdated
from saiondo_core.users.model import (
    Mirrored,
    User,
    clean_avatar,
    clean_display_name,
    clean_email,
    clean_locale,
    clean_time_zone,
    clean_username,
)
from saiondo_core.users.ports import Belongings, UserRepository
from saiondo_core.users.profiles import USER_TRIES

_SOMEBODY_WAS_FIRST: tuple[type[ConflictError], ...] = (UserIdTakenError, StaleUserError)


@frozen(kw_only=True)
class EnsureUserUseCase(UseCase):
    """Mirror one of the host's own users."""

    policy: ClassVar[Policy] = USER_ENSURE
    users: UserRepository
    admissions: Admissions
    belongings: Belongings

    async def execute(
        self,
        *,
        id: str,
        username: str,
        display_name: str | None = None,
        avatar: str | None = None,
        email: str | None = None,
        locale: str = "en",
        time_zone: str = "UTC",
        metadata: Mapping[str, Json] | None = None,
    ) -> User:
        """See that there is a user *id*, who is as given here. For the system.

        Asking again with the same is free: nothing is written, however often and from wherever it is asked. What was
        given before and is not given now is cleared. A user who was deleted comes back, with everybody's rights and
        no others.

        Returns:
            The user as they are now.

        Raises:
            NotOpenError: The factory is not open.
            SystemOnlyError: The call does not come through `as_system`.
            InvalidInputError: A value is not valid.
            GateFailedError: It could not be decided whether the system may.
            UsernameTakenError: Another user has that username.
            EmailTakenError: Another user has that address.
            StaleUserError: The user was changed by others all the time.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        mirrored = Mirrored(
            id=id,
            username=username,
            display_name=display_name,
            avatar=avatar,
            email=email,
            locale=locale,
            time_zone=time_zone,
            metadata=metadata,
        )
        (user,) = await _ensured(self.acting, self.users, self.admissions, self.belongings, (mirrored,))
        return user

    __call__ = execute


@frozen(kw_only=True)
class EnsureUsersUseCase(UseCase):
    """Mirror many of the host's own users."""

    policy: ClassVar[Policy] = USER_ENSURE
    users: UserRepository
    admissions: Admissions
    belongings: Belongings

    async def execute(self, *, users: Sequence[Mirrored]) -> tuple[User, ...]:
        """Do for each of *users*, in order, what `EnsureUserUseCase` does for one. For the system.

        All are checked before any is written. A conflict ends it: those before it are mirrored then, and asking again
        once it is solved goes on.

        Returns:
            The users as they are now, in the same order.

        Raises:
            NotOpenError: The factory is not open.
            SystemOnlyError: The call does not come through `as_system`.
            InvalidInputError: A value is not valid.
            GateFailedError: It could not be decided whether the system may.
            UsernameTakenError: Another user has one of the usernames.
            EmailTakenError: Another user has one of the addresses.
            StaleUserError: A user was changed by others all the time.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        return await _ensured(self.acting, self.users, self.admissions, self.belongings, users)

    __call__ = execute


async def _ensured(
    acting: Acting,
    users: UserRepository,
    admissions: Admissions,
    belongings: Belongings,
    wanted: Sequence[Mirrored],
) -> tuple[User, ...]:
    actor = acting.system(USER_ENSURE)
    now = acting.clock.now()
    mirroring = _Mirroring(acting=acting, users=users, admissions=admissions, belongings=belongings, actor=actor)
    return tuple([await mirroring.ensured(user) for user in [_user(mirrored, now) for mirrored in wanted]])


@frozen(kw_only=True)
class _Mirroring:
    acting: Acting
    users: UserRepository
    admissions: Admissions
    belongings: Belongings
    actor: Actor

    async def ensured(self, user: User) -> User:
        return await rejudged(lambda: self._attempt(user), on=_SOMEBODY_WAS_FIRST, tries=USER_TRIES)

    async def _attempt(self, user: User) -> User:
        before = await self.users.get(user_id=user.id)
        judged = await self.acting.require(self.actor, USER_ENSURE)
        if before is None:
            mirroring = UserMirrored(stamp=self.acting.stamp(judged), user_id=user.id)
            await self.users.add(user=user, events=(mirroring,))
            return user
        after = evolve(user, created_at=before.created_at, last_seen=before.last_seen)
        if after == evolve(before, updated_at=after.updated_at):
            return before
        if not before.is_active:
            # What the relay has not ended yet would be theirs again.
            await self.belongings.give_up(user_id=user.id, actor=self.actor.id, until=self.acting.clock.now())
        kind = UserUpdated if before.is_active else UserReactivated
        event = kind(stamp=self.acting.stamp(judged), user_id=user.id)
        await self.users.replace(before=before, after=after, events=(event,))
        if not before.is_active:
            await self.admissions.admit(user_id=user.id, admitted=True, word=event.stamp.id)
        return after


def _user(mirrored: Mirrored, now: datetime) -> User:
    return User(
        id=valid_user_id(mirrored.id),
        username=clean_username(mirrored.username),
        display_name=None if mirrored.display_name is None else clean_display_name(mirrored.display_name),
        avatar=None if mirrored.avatar is None else clean_avatar(mirrored.avatar),
        email=None if mirrored.email is None else clean_email(mirrored.email),
        locale=clean_locale(mirrored.locale),
        time_zone=clean_time_zone(mirrored.time_zone),
        metadata=clean_metadata(mirrored.metadata),
        created_at=now,
        updated_at=now,
    )
