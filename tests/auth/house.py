"""The use cases of users and of auth over memory stores."""

from collections.abc import Sequence
from datetime import datetime

from attrs import Factory, define, field

from saiondo_core.adapters.memory.credentials import MemoryCredentials
from saiondo_core.adapters.memory.limits import MemoryRateLimiter
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.auth.authenticate_user import AuthenticateUserUseCase
from saiondo_core.auth.change_password import ChangePasswordUseCase
from saiondo_core.auth.departures import EndSessionsOfDeleted
from saiondo_core.auth.get_current_user import GetCurrentUserUseCase
from saiondo_core.auth.issue_session import IssueSessionUseCase
from saiondo_core.auth.list_sessions import ListSessionsUseCase
from saiondo_core.auth.logout_user import LogoutUserUseCase
from saiondo_core.auth.model import AuthPolicy, AuthSession
from saiondo_core.auth.ports import CredentialRepository, SessionRepository
from saiondo_core.auth.refresh_session import RefreshSessionUseCase
from saiondo_core.auth.register_user import RegisterUserUseCase
from saiondo_core.auth.revoke_session import RevokeSessionUseCase
from saiondo_core.auth.sweeping import SweepAuth
from saiondo_core.auth.verify_token import VerifyTokenUseCase
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.gates import Admissions, Gate
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ADMIN
from saiondo_core.kernel.ports import RateLimiter, SecretSource
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.permissions.events import RoleAssigned, RoleRevoked
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.model import RoleAssignment
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.passwords import CheapPasswords, NoCommonPasswords
from saiondo_core.testing.randomness import CountingIds, SeededSecrets
from saiondo_core.users.admissions import FollowAdmissions
from saiondo_core.users.delete_user import DeleteUserUseCase
from saiondo_core.users.ensure_users import EnsureUsersUseCase, EnsureUserUseCase
from saiondo_core.users.get_user import GetUserUseCase
from saiondo_core.users.list_users import ListUsersUseCase
from saiondo_core.users.ports import Belongings, UserRepository
from saiondo_core.users.update_user import UpdateUserUseCase

SYSTEM = UserId("system:host")
_HOST = Actor(id=SYSTEM, is_system=True)
PASSWORD = "correct horse battery"
MINUTE, DAY = 60, 86_400


class Open(Lifetime):
    """A factory that is always open."""

    def check(self) -> None:
        """See `Lifetime.check`."""


async def crash() -> None:
    """Fail, at whatever moment an `Interruption` is given."""
    raise ConnectionAbortedError


@define(eq=False)
class Owned(Belongings):
    """What users own, as a test says."""

    of: dict[UserId, tuple[str, ...]] = field(factory=dict[UserId, tuple[str, ...]])

    async def owned_channels(self, *, user_id: UserId) -> tuple[str, ...]:
        """See `Belongings.owned_channels`."""
        return self.of.get(user_id, ())

    async def give_up(self, *, user_id: UserId, actor: UserId, until: datetime) -> None:
        """See `Belongings.give_up`: what they own stays, and nothing else is theirs here."""


@define(eq=False, kw_only=True)
class Desk:
    """The use cases of one acting user, or of nobody yet."""

    house: "House"
    acting: Acting

    @property
    def register(self) -> RegisterUserUseCase:
        """Register a user."""
        house = self.house
        return RegisterUserUseCase(
            acting=self.acting,
            users=house.users,
            credentials=house.credentials,
            sessions=house.sessions,
            passwords=house.passwords,
            common=house.common,
            secrets=house.secrets,
            limits=house.limits,
        )

    @property
    def authenticate(self) -> AuthenticateUserUseCase:
        """Sign in."""
        house = self.house
        return AuthenticateUserUseCase(
            acting=self.acting,
            users=house.users,
            credentials=house.credentials,
            sessions=house.sessions,
            passwords=house.passwords,
            limiter=house.limiter,
            secrets=house.secrets,
            limits=house.limits,
        )

    @property
    def change_password(self) -> ChangePasswordUseCase:
        """Change one's password."""
        house = self.house
        return ChangePasswordUseCase(
            acting=self.acting,
            users=house.users,
            credentials=house.credentials,
            sessions=house.sessions,
            passwords=house.passwords,
            common=house.common,
            limiter=house.limiter,
            limits=house.limits,
        )

    @property
    def refresh(self) -> RefreshSessionUseCase:
        """Go on with a session."""
        house = self.house
        return RefreshSessionUseCase(
            acting=self.acting,
            users=house.users,
            sessions=house.sessions,
            secrets=house.secrets,
            limits=house.limits,
        )

    @property
    def issue(self) -> IssueSessionUseCase:
        """Start a session by the host's word."""
        house = self.house
        return IssueSessionUseCase(
            acting=self.acting,
            users=house.users,
            sessions=house.sessions,
            secrets=house.secrets,
            limits=house.limits,
        )

    @property
    def verify(self) -> VerifyTokenUseCase:
        """Tell whose token it is."""
        return VerifyTokenUseCase(acting=self.acting, users=self.house.users, sessions=self.house.sessions)

    @property
    def get_current(self) -> GetCurrentUserUseCase:
        """Look at oneself."""
        return GetCurrentUserUseCase(acting=self.acting, users=self.house.users, sessions=self.house.sessions)

    @property
    def logout(self) -> LogoutUserUseCase:
        """Sign out."""
        return LogoutUserUseCase(acting=self.acting, sessions=self.house.sessions)

    @property
    def sessions(self) -> ListSessionsUseCase:
        """Look at where a user is signed in."""
        return ListSessionsUseCase(acting=self.acting, sessions=self.house.sessions)

    @property
    def revoke(self) -> RevokeSessionUseCase:
        """End a session from elsewhere."""
        return RevokeSessionUseCase(acting=self.acting, sessions=self.house.sessions)

    @property
    def get(self) -> GetUserUseCase:
        """Look at a user."""
        return GetUserUseCase(acting=self.acting, users=self.house.users)

    @property
    def list(self) -> ListUsersUseCase:
        """Look through the users."""
        return ListUsersUseCase(acting=self.acting, users=self.house.users)

    @property
    def update(self) -> UpdateUserUseCase:
        """Change a profile."""
        return UpdateUserUseCase(acting=self.acting, users=self.house.users)

    @property
    def delete(self) -> DeleteUserUseCase:
        """Delete a user."""
        house = self.house
        return DeleteUserUseCase(
            acting=self.acting, users=house.users, belongings=house.owned, admissions=house.admissions
        )

    @property
    def ensure(self) -> EnsureUserUseCase:
        """Mirror a user of the host's."""
        house = self.house
        return EnsureUserUseCase(
            acting=self.acting, users=house.users, admissions=house.admissions, belongings=house.owned
        )

    @property
    def ensure_many(self) -> EnsureUsersUseCase:
        """Mirror many."""
        house = self.house
        return EnsureUsersUseCase(
            acting=self.acting, users=house.users, admissions=house.admissions, belongings=house.owned
        )


@define(eq=False, kw_only=True)
class House:
    """Users with their passwords and sessions in memory, and everything that the use cases need."""

    clock: FrozenClock = field(factory=FrozenClock)
    ids: CountingIds = field(factory=CountingIds)
    secrets: SecretSource = field(factory=SeededSecrets)
    limiter: RateLimiter = field(factory=MemoryRateLimiter)
    passwords: CheapPasswords = field(factory=CheapPasswords)
    common: NoCommonPasswords = field(factory=NoCommonPasswords)
    limits: AuthPolicy = field(factory=AuthPolicy)
    owned: Owned = field(factory=Owned)
    log: MemoryLog = field(factory=MemoryLog)
    roles: RoleRepository = Factory(lambda house: MemoryRoles(house.log), takes_self=True)
    gate: Gate = Factory(lambda house: RolesGate(house.roles), takes_self=True)
    admissions: Admissions = Factory(lambda house: house.roles, takes_self=True)
    users: UserRepository = Factory(lambda house: MemoryUsers(house.log), takes_self=True)
    credentials: CredentialRepository = Factory(lambda house: MemoryCredentials(house.log), takes_self=True)
    sessions: SessionRepository = Factory(lambda house: MemorySessions(house.log), takes_self=True)

    def of(self, user_id: str) -> Desk:
        """The use cases, bound to *user_id*."""
        return Desk(house=self, acting=self._acting(Actor(id=UserId(user_id))))

    @property
    def unbound(self) -> Desk:
        """The use cases, acting for nobody yet."""
        return Desk(house=self, acting=self._acting(None))

    @property
    def system(self) -> Desk:
        """The use cases, acting for the host."""
        return Desk(house=self, acting=self._acting(_HOST))

    @property
    def departures(self) -> EndSessionsOfDeleted:
        """The handler that follows deletions."""
        return EndSessionsOfDeleted(acting=self._acting(None), credentials=self.credentials, sessions=self.sessions)

    def sweeper(self) -> SweepAuth:
        """A sweeper that begins."""
        return SweepAuth(clock=self.clock, users=self.users, credentials=self.credentials, sessions=self.sessions)

    async def register(self, name: str = "anna") -> AuthSession:
        """Register somebody."""
        return await self.unbound.register(email=f"{name}@example.org", username=name, password=PASSWORD)

    async def sign_in(self, name: str = "anna", *, password: str = PASSWORD, client: str | None = None) -> AuthSession:
        """Sign somebody in."""
        return await self.unbound.authenticate(email=f"{name}@example.org", password=password, client=client)

    async def make_admin(self, user_id: UserId) -> None:
        """Let somebody do everything."""
        stamp = self._acting(None).stamp(_HOST)
        await self.roles.assign(
            assignment=RoleAssignment(user_id=user_id, role_id=ADMIN, assigned_by=SYSTEM, assigned_at=stamp.at),
            book_revision=(await self.roles.book()).revision,
            events=(RoleAssigned(stamp=stamp, role_id=ADMIN, user_id=user_id),),
        )

    async def unmake_admin(self, user_id: UserId) -> None:
        """Take that back."""
        event = RoleRevoked(stamp=self._acting(None).stamp(_HOST), role_id=ADMIN, user_id=user_id)
        await self.roles.revoke(user_id=user_id, role_id=ADMIN, events=(event,))

    async def relay(self) -> None:
        """Tell the handlers of everything that happened so far."""
        follow = FollowAdmissions(admissions=self.roles)
        for recorded in await self.recorded():
            await follow(recorded)
            await self.departures(recorded)

    async def recorded(self) -> Sequence[Recorded]:
        """Everything that happened, stream by stream."""
        return [
            recorded
            for partition in range(await self.log.partitions())
            for recorded in await self.log.read(partition=partition, after=0, limit=100_000)
        ]

    async def events(self, user_id: str) -> Sequence[Event]:
        """What happened to somebody, in order."""
        return [found.event for found in await self.log.stream(stream=f"user:{user_id}", after=0, limit=100_000)]

    async def actions(self, user_id: str) -> Sequence[str]:
        """The names of what happened to somebody, in order."""
        return [event.action for event in await self.events(user_id)]

    def _acting(self, actor: Actor | None) -> Acting:
        return Acting(clock=self.clock, ids=self.ids, lifetime=Open(), gate=self.gate, actor=actor)
