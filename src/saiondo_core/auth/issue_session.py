"""Start a session for a user whom the host has signed in by itself."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.auth.model import SESSION_TRIES, AuthPolicy, AuthSession
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.starting import clean_client, start_session
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import SESSION_ISSUE, Policy
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class IssueSessionUseCase(UseCase):
    """Start a session for a user whom the host has signed in by itself."""

    policy: ClassVar[Policy] = SESSION_ISSUE
    users: UserRepository
    sessions: SessionRepository
    secrets: SecretSource
    limits: AuthPolicy

    async def execute(self, *, user_id: UserId, ttl: float, client: str | None = None) -> AuthSession:
        """Start a session of *user_id* that lasts *ttl* seconds, and cannot be refreshed. For the system.

        Args:
            user_id: Whom the host vouches for.
            ttl: How long the session and its access token last, in seconds: at most as long as any session, which is
                90 days by default.
            client: What the client is, as the user will see it among their sessions.

        Returns:
            The user, and an access token; `refresh_token` is None.

        Raises:
            NotOpenError: The factory is not open.
            SystemOnlyError: The call does not come through `as_system`.
            InvalidInputError: *ttl* or *client* is not valid.
            GateFailedError: It could not be decided whether the system may.
            UserNotFoundError: There is no such user, or they were deleted.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        actor = self.acting.system(self.policy)
        named = clean_client(client)
        if not 0 < ttl <= self.limits.absolute_seconds:
            raise InvalidInputError(
                field="ttl", expected=f"more than 0 and at most {self.limits.absolute_seconds:,.0f} seconds"
            )
        limits = evolve(self.limits, access_seconds=ttl, refresh_seconds=ttl, absolute_seconds=ttl)
        return await rejudged(lambda: self._issued(actor, user_id, named, limits), tries=SESSION_TRIES)

    async def _issued(self, actor: Actor, user_id: UserId, client: str | None, limits: AuthPolicy) -> AuthSession:
        user = await self.users.get(user_id=user_id)
        judged = await self.acting.require(actor, self.policy)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=user_id)
        return await start_session(
            user,
            client=client,
            actor=judged,
            acting=self.acting,
            secrets=self.secrets,
            sessions=self.sessions,
            limits=limits,
            is_renewable=False,
        )

    __call__ = execute
