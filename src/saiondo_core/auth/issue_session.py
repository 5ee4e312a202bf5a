"""Start a session for a user whom the host has signed in by itself."""

from attrs import evolve, frozen

from saiondo_core.auth.model import AuthPolicy, AuthSession
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.auth.starting import clean_client, start_session
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class IssueSessionUseCase:
    """Start a session for a user whom the host has signed in by itself."""

    acting: Acting
    users: UserRepository
    sessions: SessionRepository
    secrets: SecretSource
    policy: AuthPolicy

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
            UserNotFoundError: There is no such user, or they were deleted.
        """
        actor = self.acting.system("session:issue")
        named = clean_client(client)
        if not 0 < ttl <= self.policy.absolute_seconds:
            raise InvalidInputError(
                field="ttl", expected=f"more than 0 and at most {self.policy.absolute_seconds:,.0f} seconds"
            )
        user = await self.users.get(user_id=user_id)
        if user is None or not user.is_active:
            raise UserNotFoundError(user_id=user_id)
        return await start_session(
            user,
            client=named,
            actor=actor,
            acting=self.acting,
            secrets=self.secrets,
            sessions=self.sessions,
            policy=evolve(self.policy, access_seconds=ttl, refresh_seconds=ttl, absolute_seconds=ttl),
            is_renewable=False,
        )

    __call__ = execute
