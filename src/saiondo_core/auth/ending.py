"""Where sessions end before their time."""

from saiondo_core.auth.events import SessionEnded
from saiondo_core.auth.model import Session
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.rights import Acting


async def end_session(session: Session, *, actor: Actor, acting: Acting, sessions: SessionRepository) -> None:
    """End *session*, on behalf of *actor*: none of its tokens works once this returns."""
    event = SessionEnded(stamp=acting.stamp(actor), user_id=session.user_id, session_id=session.id)
    await sessions.remove(session_id=session.id, events=(event,))
