"""Look through the users."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page, checked_limit, decode_cursor, encode_cursor, page_of
from saiondo_core.kernel.policies import USER_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import clean_line
from saiondo_core.users.model import User, username_key
from saiondo_core.users.ports import UserRepository
from saiondo_core.users.profiles import as_seen_by

TEXT_MOST = 50


@frozen(kw_only=True)
class ListUsersUseCase(UseCase):
    """Look through the users."""

    policy: ClassVar[Policy] = USER_READ
    users: UserRepository

    async def execute(
        self, *, text: str = "", cursor: str | None = None, limit: int = 50, actor: UserId | None = None
    ) -> Page[User]:
        """Show the active users whose username or display name holds *text*, by username.

        Case does not count. Addresses are shown as `GetUserUseCase` shows them. A user who stays, and keeps their
        name, is shown exactly once, whatever else changes between the pages.

        Args:
            text: At most 50 characters; all users where it is blank.
            cursor: The `next_cursor` of the page before; None for the first.
            limit: How many users a page has at most, 1 to 200.
            actor: Who looks.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *actor*.
            InvalidInputError: *text*, *cursor* or *limit* is not valid.
            AccessDeniedError: The acting user was deleted, or may not read users.
        """
        who = self.acting.who(actor)
        wanted = clean_line(text, "text", least=0, most=TEXT_MOST)
        (after,) = ("",) if cursor is None else decode_cursor(cursor, "users", 1)
        checked_limit(limit)
        found = await self.users.list(text=wanted, after=after, limit=limit + 1)
        await self.acting.require(who, self.policy)
        return page_of(
            await as_seen_by(self.acting, who, *found),
            limit=limit,
            cursor=lambda user: encode_cursor("users", username_key(user.username)),
        )

    __call__ = execute
