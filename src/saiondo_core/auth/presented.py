"""What a token that somebody presents leads to."""

from datetime import datetime

from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.auth.model import StoredSession
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.tokens import Locator, works
from saiondo_core.kernel.ids import UserId
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository


async def session_led_to(token: str, sessions: SessionRepository, *, at: datetime) -> StoredSession:
    """The session that *token* leads to, whether or not the token itself is worth anything.

    Raises:
        InvalidTokenError: There is none, or its time was up *at* that moment.
    """
    stored = await sessions.find(locator=Locator.of(token).digest)
    if stored is None or stored.session.expires_at <= at:
        raise InvalidTokenError
    return stored


async def session_opened_by(access_token: str, sessions: SessionRepository, *, at: datetime) -> StoredSession:
    """The session whose *access_token* works *at* that moment.

    Raises:
        InvalidTokenError: There is none.
    """
    stored = await session_led_to(access_token, sessions, at=at)
    if not works(access_token, stored.access, at=at):
        raise InvalidTokenError
    return stored


async def holder(user_id: UserId, users: UserRepository) -> User:
    """The user whose session it is.

    Raises:
        InvalidTokenError: They were deleted.
    """
    user = await users.get(user_id=user_id)
    if user is None or not user.is_active:
        raise InvalidTokenError
    return user
