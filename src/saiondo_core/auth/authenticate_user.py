"""Sign in with an address and a password."""

from datetime import datetime
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.errors import InvalidCredentialsError, StaleCredentialError
from saiondo_core.auth.guessing import proven
from saiondo_core.auth.model import AuthPolicy, AuthSession, Credential
from saiondo_core.auth.passwords import triable_email
from saiondo_core.auth.ports import CredentialRepository, PasswordHasher, SessionRepository
from saiondo_core.auth.starting import clean_client, start_session
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import AT_THE_DOOR, Policy
from saiondo_core.kernel.ports import RateLimiter, SecretSource
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.errors import StaleUserError
from saiondo_core.users.model import User, email_key
from saiondo_core.users.ports import UserRepository
from saiondo_core.users.profiles import USER_TRIES

REHASH_TRIES = 3
"""How often a sign-in is judged anew because another one renewed the same hash."""


@frozen(kw_only=True)
class AuthenticateUserUseCase(UseCase):
    """Sign in with an address and a password."""

    policy: ClassVar[Policy] = AT_THE_DOOR
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    passwords: PasswordHasher
    limiter: RateLimiter
    secrets: SecretSource
    limits: AuthPolicy

    async def execute(self, *, email: str, password: str, client: str | None = None) -> AuthSession:
        """Sign in as the user with that *email*, from *client*.

        Nobody learns from a failure, or from how long it took, what was wrong; only a hash of an older system takes the
        time of its verifier besides. Of wrong guesses within 15 minutes, 5
        for one account from one client, and 50 from all together, are tried; then the right password fails too. A
        password changed, or a user deleted, while this runs, leaves no session.

        Args:
            email: The address; case does not count.
            password: The password.
            client: What the client is, as the user will see it among their sessions: a device, an address.

        Returns:
            The user, with the present moment as `last_seen`, and the tokens.

        Raises:
            NotOpenError: The factory is not open.
            InvalidInputError: *client* has not 1 to 200 characters on one line.
            InvalidCredentialsError: Anything else is wrong.
            HashQueueFullError: Too many passwords wait to be hashed.
            StaleCredentialError: The same old hash was renewed by others all the time.
            StaleUserError: The user was changed by others all the time.
        """
        self.acting.check_open()
        named = clean_client(client)
        user, credential = await rejudged(
            lambda: self._proven(email, password, named), on=StaleCredentialError, tries=REHASH_TRIES
        )
        actor = Actor(id=user.id)
        signed_in = await start_session(
            user,
            client=named,
            actor=actor,
            acting=self.acting,
            secrets=self.secrets,
            sessions=self.sessions,
            limits=self.limits,
        )
        # Whoever changes the password, or deletes the user, ends the sessions there are. Either they saw this one, or
        # what they did is seen here.
        seen = await rejudged(
            lambda: self._seen(user.id, signed_in.session.created_at), on=StaleUserError, tries=USER_TRIES
        )
        if seen is None or await self.credentials.get(user_id=user.id) != credential:
            await end_session(signed_in.session, actor=actor, acting=self.acting, sessions=self.sessions)
            raise InvalidCredentialsError
        return evolve(signed_in, user=seen)

    async def _proven(self, email: str, password: str, client: str | None) -> tuple[User, Credential]:
        address = triable_email(email)
        user = None if address is None else await self.users.by_email(email=address)
        proof = await proven(
            password,
            user=user,
            account=email_key(address or "") if user is None else user.id,
            client=client or "",
            acting=self.acting,
            limiter=self.limiter,
            credentials=self.credentials,
            passwords=self.passwords,
            limits=self.limits,
        )
        if not proof.is_outdated:
            return proof.user, proof.credential
        renewed = evolve(proof.credential, digest=await self.passwords.hash(password=proof.password))
        await self.credentials.put(credential=renewed, replaces=proof.credential.digest, events=())
        return proof.user, renewed

    async def _seen(self, user_id: UserId, at: datetime) -> User | None:
        before = await self.users.get(user_id=user_id)
        if before is None or not before.is_active:
            return None
        after = evolve(before, last_seen=at if before.last_seen is None else max(at, before.last_seen))
        if after != before:
            await self.users.replace(before=before, after=after, events=())
        return after

    __call__ = execute
