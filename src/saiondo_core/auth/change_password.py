"""Change one's password."""

from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.auth.ending import end_session
from saiondo_core.auth.errors import StaleCredentialError
from saiondo_core.auth.events import PasswordChanged
from saiondo_core.auth.guessing import proven
from saiondo_core.auth.model import AuthPolicy
from saiondo_core.auth.passwords import clean_password
from saiondo_core.auth.ports import CommonPasswords, CredentialRepository, PasswordHasher, SessionRepository
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import PASSWORD_CHANGE, Policy
from saiondo_core.kernel.ports import RateLimiter
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.ports import UserRepository

TRIES = 3
"""How often a change is judged anew because the hash was renewed, or changed, in the meantime."""


@frozen(kw_only=True)
class ChangePasswordUseCase(UseCase):
    """Change one's password."""

    policy: ClassVar[Policy] = PASSWORD_CHANGE
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    passwords: PasswordHasher
    common: CommonPasswords
    limiter: RateLimiter
    limits: AuthPolicy

    async def execute(self, *, old_password: str, new_password: str, user_id: UserId | None = None) -> None:
        """Put *new_password* in the place of *old_password*, and end all sessions, the present one too.

        The old password is guessed at as in signing in, and such guesses are counted with those. No session that was
        started with the old password works once this has returned.

        Args:
            old_password: What it is.
            new_password: What it shall be.
            user_id: Who acts, and whose it is: only one's own can be changed.

        Raises:
            NotOpenError: The factory is not open.
            MissingActorError: Nobody acts.
            ActorMismatchError: Another one acts than *user_id*.
            InvalidInputError: The new password has not 8 to 1,024 characters.
            WeakPasswordError: The new password is among the commonest.
            AccessDeniedError: The acting user was deleted, or may not change passwords.
            InvalidCredentialsError: The old password is wrong, there is none, or too many guesses were made.
            HashQueueFullError: Too many passwords wait to be hashed.
            StaleCredentialError: The password was changed by others all the time.
            StaleRightsError: The acting user's rights were changed by others all the time.
        """
        who = self.acting.who(user_id)
        wanted = await clean_password(new_password, "new_password", self.common)
        await rejudged(lambda: self._change(who, old_password, wanted), on=StaleCredentialError, tries=TRIES)
        # It follows from the change, which was judged, and is not asked for again.
        for stored in await self.sessions.of_user(user_id=who.id):
            await end_session(stored.session, actor=who, acting=self.acting, sessions=self.sessions)

    async def _change(self, who: Actor, old_password: str, new_password: str) -> None:
        judged = await self.acting.require(who, self.policy, own=True)
        proof = await proven(
            old_password,
            user=await self.users.get(user_id=who.id),
            account=who.id,
            client="change",
            acting=self.acting,
            limiter=self.limiter,
            credentials=self.credentials,
            passwords=self.passwords,
            limits=self.limits,
        )
        digest = await self.passwords.hash(password=new_password)
        event = PasswordChanged(stamp=self.acting.stamp(judged), user_id=who.id)
        await self.credentials.put(
            credential=evolve(proof.credential, digest=digest, changed_at=self.acting.clock.now()),
            replaces=proof.credential.digest,
            events=(event,),
        )

    __call__ = execute
