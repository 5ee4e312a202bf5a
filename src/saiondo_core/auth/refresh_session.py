"""Go on with a session."""

from datetime import datetime, timedelta
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.auth.errors import InvalidTokenError, StaleSessionError
from saiondo_core.auth.events import SessionRefreshed, SessionRevoked
from saiondo_core.auth.model import AuthPolicy, AuthSession, StoredSession, TokenDigest
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.presented import holder, session_led_to
from saiondo_core.auth.tokens import Locator, still_worth, works
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.policies import AT_THE_DOOR, Policy
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository

TRIES = 20
"""How often a refresh is judged anew: a client that lost replies may ask many times at once."""

LIVE_MOST = 5
"""How many access tokens, and how many refresh tokens, of one session work at once: the newest."""

SPENT_MOST = 20
"""How many tokens of one session are in their grace at once: the newest."""


@frozen(kw_only=True)
class RefreshSessionUseCase(UseCase):
    """Go on with a session."""

    policy: ClassVar[Policy] = AT_THE_DOOR
    users: UserRepository
    sessions: SessionRepository
    secrets: SecretSource
    limits: AuthPolicy

    async def execute(self, refresh_token: str) -> AuthSession:
        """Spend *refresh_token* for the next pair of tokens.

        The session then lasts another 30 days, but never more than 90 in all. Access tokens that still work go on
        working. For 30 seconds a spent token gives a second pair, so that a client that lost the reply stays signed
        in; after that, whoever presents it may have stolen it, and the session is ended for everybody.

        Returns:
            The user and the session as they are now, and the new tokens.

        Raises:
            NotOpenError: The factory is not open.
            InvalidTokenError: The token is not valid, or not any more.
            StaleSessionError: The session was refreshed by others all the time.
        """
        self.acting.check_open()
        return await rejudged(lambda: self._refreshed(refresh_token), on=StaleSessionError, tries=TRIES)

    async def _refreshed(self, token: str) -> AuthSession:
        now = self.acting.clock.now()
        before = await session_led_to(token, self.sessions, at=now)
        user = await holder(before.session.user_id, self.users)
        if works(token, before.access, at=now):
            raise InvalidTokenError
        if not works(token, before.refresh + before.spent, at=now):
            await self._revoke(before)
            raise InvalidTokenError
        locator = Locator.of(token)
        access_token, refresh_token = locator.new_token(self.secrets), locator.new_token(self.secrets)
        expires_at = min(before.ends_at, now + timedelta(seconds=self.limits.refresh_seconds))
        access = TokenDigest.of(
            access_token, until=min(expires_at, now + timedelta(seconds=self.limits.access_seconds))
        )
        refresh = TokenDigest.of(refresh_token, until=expires_at)
        after = evolve(
            self._spent(before, token, now),
            session=evolve(before.session, last_used_at=now, expires_at=expires_at),
            access=(*still_worth(before.access, at=now), access)[-LIVE_MOST:],
        )
        after = evolve(after, refresh=(*after.refresh, refresh)[-LIVE_MOST:])
        event = SessionRefreshed(
            stamp=self.acting.stamp(Actor(id=user.id)), user_id=user.id, session_id=after.session.id
        )
        await self.sessions.replace(before=before, after=after, events=(event,))
        return AuthSession(
            user=user,
            session=after.session,
            access_token=access_token,
            refresh_token=refresh_token,
            expires_at=access.until,
        )

    def _spent(self, session: StoredSession, token: str, now: datetime) -> StoredSession:
        """*session* once *token* is spent, and with it all that were live; a second pair leaves them alone."""
        spent = still_worth(session.spent, at=now)
        if not works(token, session.refresh, at=now):
            return evolve(session, spent=spent)
        until = now + timedelta(seconds=self.limits.grace_seconds)
        just_spent = tuple(evolve(digest, until=until) for digest in session.refresh)
        return evolve(session, refresh=(), spent=(*spent, *just_spent)[-SPENT_MOST:])

    async def _revoke(self, session: StoredSession) -> None:
        user_id, session_id = session.session.user_id, session.session.id
        event = SessionRevoked(stamp=self.acting.stamp(Actor(id=user_id)), user_id=user_id, session_id=session_id)
        await self.sessions.remove(session_id=session_id, events=(event,))

    __call__ = execute
