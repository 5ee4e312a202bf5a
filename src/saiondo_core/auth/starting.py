"""Where sessions begin: registering, signing in, and the host's own sign-in end here."""

from datetime import timedelta

from saiondo_core.auth.events import SessionStarted
from saiondo_core.auth.model import AuthPolicy, AuthSession, Session, SessionId, StoredSession, TokenDigest
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.tokens import Locator
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.rights import Acting
from saiondo_core.kernel.text import clean_line
from saiondo_core.users.model import User

CLIENT_MOST = 200


def clean_client(client: str | None) -> str | None:
    """*client* in NFC: what the host says the client is, on one line of at most 200 characters.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
    """
    return None if client is None else clean_line(client, "client", least=1, most=CLIENT_MOST)


async def start_session(
    user: User,
    *,
    client: str | None,
    actor: Actor,
    acting: Acting,
    secrets: SecretSource,
    sessions: SessionRepository,
    limits: AuthPolicy,
    is_renewable: bool = True,
) -> AuthSession:
    """Start a session of *user*, asked for by *actor*, with a refresh token where it *is_renewable*."""
    now = acting.clock.now()
    ends_at = now + timedelta(seconds=limits.absolute_seconds)
    expires_at = min(ends_at, now + timedelta(seconds=limits.refresh_seconds))
    access_until = min(expires_at, now + timedelta(seconds=limits.access_seconds))
    locator = Locator.new(secrets)
    access_token = locator.new_token(secrets)
    refresh_token = locator.new_token(secrets) if is_renewable else None
    session = Session(
        id=SessionId(acting.ids.new()),
        user_id=user.id,
        client=client,
        created_at=now,
        last_used_at=now,
        expires_at=expires_at,
    )
    stored = StoredSession(
        session=session,
        locator=locator.digest,
        access=(TokenDigest.of(access_token, until=access_until),),
        refresh=() if refresh_token is None else (TokenDigest.of(refresh_token, until=expires_at),),
        ends_at=ends_at,
    )
    event = SessionStarted(stamp=acting.stamp(actor), user_id=user.id, session_id=session.id)
    await sessions.add(session=stored, events=(event,))
    return AuthSession(
        user=user, session=session, access_token=access_token, refresh_token=refresh_token, expires_at=access_until
    )
