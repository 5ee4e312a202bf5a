"""Register a user with a password."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.auth.model import AuthPolicy, AuthSession, Credential
from saiondo_core.auth.passwords import clean_password
from saiondo_core.auth.ports import CommonPasswords, CredentialRepository, PasswordHasher, SessionRepository
from saiondo_core.auth.starting import start_session
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import AT_THE_DOOR, Policy
from saiondo_core.kernel.ports import SecretSource
from saiondo_core.kernel.rights import UseCase
from saiondo_core.users.events import UserRegistered
from saiondo_core.users.model import User, clean_avatar, clean_display_name, clean_email, clean_username
from saiondo_core.users.ports import UserRepository


@frozen(kw_only=True)
class RegisterUserUseCase(UseCase):
    """Register a user with a password."""

    policy: ClassVar[Policy] = AT_THE_DOOR
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    passwords: PasswordHasher
    common: CommonPasswords
    secrets: SecretSource
    limits: AuthPolicy

    async def execute(
        self,
        *,
        email: str,
        username: str,
        password: str,
        display_name: str | None = None,
        avatar: str | None = None,
    ) -> AuthSession:
        """Register somebody, and sign them in.

        Whoever sees the user can rely on it that they can sign in.

        Returns:
            The user, and the first tokens.

        Raises:
            NotOpenError: The factory is not open.
            InvalidInputError: A value is not valid; the password has not 8 to 1,024 characters.
            WeakPasswordError: The password is among the commonest.
            UsernameTakenError: Somebody has that username.
            EmailTakenError: Somebody has that address.
            HashQueueFullError: Too many passwords wait to be hashed.
        """
        self.acting.check_open()
        address = clean_email(email)
        name = clean_username(username)
        shown = None if display_name is None else clean_display_name(display_name)
        picture = None if avatar is None else clean_avatar(avatar)
        secret = await clean_password(password, "password", self.common)
        digest = await self.passwords.hash(password=secret)
        actor = Actor(id=UserId(self.acting.ids.new()))
        now = self.acting.clock.now()
        # The credential first: alone it is harmless, and swept.
        await self.credentials.put(
            credential=Credential(user_id=actor.id, digest=digest, changed_at=now), replaces=None, events=()
        )
        user = User(
            id=actor.id,
            email=address,
            username=name,
            display_name=shown,
            avatar=picture,
            last_seen=now,
            created_at=now,
            updated_at=now,
        )
        event = UserRegistered(stamp=self.acting.stamp(actor), user_id=user.id)
        await self.users.add(user=user, events=(event,))
        return await start_session(
            user,
            client=None,
            actor=actor,
            acting=self.acting,
            secrets=self.secrets,
            sessions=self.sessions,
            limits=self.limits,
        )

    __call__ = execute
