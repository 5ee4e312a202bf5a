"""The ports, in one bundle."""

from collections.abc import Awaitable, Callable
from typing import TypedDict, Unpack

from attrs import Factory, evolve, field, frozen

from saiondo_core.auth.ports import CommonPasswords, CredentialRepository, PasswordHasher, SessionRepository
from saiondo_core.caching.ports import Cache, SharedCache
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.composition.errors import NoTenantsError, SplitFamilyError
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ports import (
    Clock,
    DeadLetters,
    EventLog,
    IdSource,
    RateLimiter,
    SecretSource,
)
from saiondo_core.messages.log_search import LogSearch
from saiondo_core.messages.ports import MessageRepository, MessageSearch
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.realtime.ports import EventBus, PresenceStore
from saiondo_core.users.ports import UserRepository


class PortChanges(TypedDict, total=False):
    """What can be replaced in a bundle, by name."""

    clock: Clock
    ids: IdSource
    secrets: SecretSource
    passwords: PasswordHasher
    common_passwords: CommonPasswords
    limiter: RateLimiter
    letters: DeadLetters
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    channels: ChannelRepository
    messages: MessageRepository
    roles: RoleRepository
    presence: PresenceStore
    bus: EventBus
    cache: Cache
    shared_cache: SharedCache | None
    search: MessageSearch
    gate: Gate
    tenants: "Callable[[str], Ports] | None"
    close: Callable[[], Awaitable[None]]


async def _nothing_to_close() -> None:
    """Close nothing: memory ends with its process."""


@frozen(kw_only=True)
class Ports:
    """Everything the use cases need from the outside.

    Attributes:
        cache: Where reads are kept that are asked for through it.
        shared_cache: The same, shared by several processes; None where there is none.
        search: Finds what `messages` hold; by default by following their log.
        gate: Decides who may do what; by default as `roles` say.
        tenants: Gives the ports of another namespace over the same connections; None where there is only one.
        close: Called once the factory has stopped all its jobs.

    Raises:
        SplitFamilyError: `channels`, `messages` and `roles` do not share one log.
    """

    clock: Clock
    ids: IdSource
    secrets: SecretSource
    passwords: PasswordHasher
    common_passwords: CommonPasswords
    limiter: RateLimiter
    letters: DeadLetters
    users: UserRepository
    credentials: CredentialRepository
    sessions: SessionRepository
    channels: ChannelRepository
    messages: MessageRepository
    roles: RoleRepository
    presence: PresenceStore
    bus: EventBus
    cache: Cache
    shared_cache: SharedCache | None = None
    search: MessageSearch = field(default=Factory(lambda ports: LogSearch(ports.messages), takes_self=True))
    gate: Gate = field(default=Factory(lambda ports: RolesGate(ports.roles), takes_self=True))
    tenants: "Callable[[str], Ports] | None" = None
    close: Callable[[], Awaitable[None]] = _nothing_to_close

    def __attrs_post_init__(self) -> None:
        """Refuse what would break "both or neither"."""
        if not self.channels.log is self.messages.log is self.roles.log:
            raise SplitFamilyError

    def replace(self, **changes: Unpack[PortChanges]) -> "Ports":
        """The same bundle with other ports in some places; the library's own search and gate follow other stores.

        Raises:
            SplitFamilyError: `channels`, `messages` and `roles` would not share one log.
        """
        if "messages" in changes and isinstance(self.search, LogSearch):
            changes.setdefault("search", LogSearch(changes["messages"]))
        if "roles" in changes and isinstance(self.gate, RolesGate):
            changes.setdefault("gate", RolesGate(changes["roles"]))
        return evolve(self, **changes)

    def for_tenant(self, name: str) -> "Ports":
        """The ports of the namespace *name*.

        Raises:
            NoTenantsError: There is only one namespace.
        """
        if self.tenants is None:
            raise NoTenantsError
        return self.tenants(name)

    @property
    def logs(self) -> tuple[EventLog, ...]:
        """The log of each family of stores, once."""
        stores = self.users, self.credentials, self.sessions, self.channels, self.messages, self.roles
        return tuple({id(store.log): store.log for store in stores}.values())

    @property
    def caches(self) -> tuple[Cache, ...]:
        """Each cache, once."""
        shared = () if self.shared_cache is None or self.shared_cache is self.cache else (self.shared_cache,)
        return (self.cache, *shared)
