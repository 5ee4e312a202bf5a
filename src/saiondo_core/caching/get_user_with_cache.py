"""Look at users, from the cache."""

from collections.abc import Collection
from typing import ClassVar

from attrs import frozen

from saiondo_core.caching.reading import CachedReads
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import USER_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.model import User
from saiondo_core.users.profiles import as_seen_by

USERS_MOST = 1_000
"""How many users one call may ask for."""


@frozen(kw_only=True)
class GetUserWithCacheUseCase(UseCase):
    """Look at one user, from the cache."""

    policy: ClassVar[Policy] = USER_READ
    reads: CachedReads

    async def execute(self, user_id: UserId) -> User:
        """Show *user_id* to the acting user, as `user.get` does; unbound, to the host, which sees everything.

        Only who the user is comes from the cache: whether the acting user may know it, and how much of it, is judged
        each time. No change is missed that was made in this process, or that its event has told of.

        Returns:
            The user, of whom no later change has been told of than this shows.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user was deleted, or may not read users.
            UserNotFoundError: There is no such user, or they were deleted.
        """
        self.acting.check_open()
        user = await self.reads.user(user_id)
        who = self.acting.actor
        # Last, as without a cache: nothing is shown once the right was taken away.
        if who is not None:
            await self.acting.require(who, self.policy)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=user_id)
        if who is None:
            return user
        (seen,) = await as_seen_by(self.acting, who, user)
        return seen

    __call__ = execute


@frozen(kw_only=True)
class BatchGetUsersUseCase(UseCase):
    """Look at many users, from the cache."""

    policy: ClassVar[Policy] = USER_READ
    reads: CachedReads

    async def execute(self, user_ids: Collection[UserId]) -> dict[UserId, User]:
        """Show those of *user_ids* that there are, each as `get_user_with_cache` does, with one question to the store.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user was deleted, or may not read users.
            InvalidInputError: There are over 1,000 ids.
        """
        self.acting.check_open()
        if len(user_ids) > USERS_MOST:
            raise InvalidInputError(field="user_ids", expected=f"at most {USERS_MOST:,} ids")
        users = tuple(user for user in await self.reads.many_users(tuple(user_ids)) if user.is_active)
        who = self.acting.actor
        if who is not None:
            await self.acting.require(who, self.policy)
            users = await as_seen_by(self.acting, who, *users)
        return {user.id: user for user in users}

    __call__ = execute
