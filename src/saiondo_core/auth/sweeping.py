"""What a crash, or time, leaves behind."""

from datetime import timedelta

from attrs import define, field

from saiondo_core.auth.ports import CredentialRepository, SessionRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Clock
from saiondo_core.users.ports import UserRepository

PAGE = 500
REST_SECONDS = 60.0
ORPHAN_SECONDS = 3600
"""How long a credential may wait for its user: no registration takes that long."""


@define(kw_only=True, eq=False)
class SweepAuth:
    """Removes sessions whose time is up, and credentials whose user never came to be: a background job."""

    clock: Clock
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    _after: UserId | None = field(default=None, init=False)

    async def step(self) -> float:
        """Sweep at most 500 sessions and look at 500 credentials.

        Returns:
            The seconds it may rest: none while there is more to remove.
        """
        now = self.clock.now()
        removed = await self.sessions.remove_expired(now=now, limit=PAGE)
        page = await self.credentials.list(after=self._after, limit=PAGE)
        known = {user.id for user in await self.users.get_many(user_ids=tuple(found.user_id for found in page))}
        orphans = [
            found.user_id
            for found in page
            if found.user_id not in known and found.changed_at <= now - timedelta(seconds=ORPHAN_SECONDS)
        ]
        for user_id in orphans:
            await self.credentials.remove(user_id=user_id)
        self._after = page[-1].user_id if len(page) == PAGE else None
        return 0.0 if PAGE in {removed, len(orphans)} else REST_SECONDS
