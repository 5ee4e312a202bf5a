"""The memory ports, put together. Loaded by `memory_ports` when it is called, for it loads drivers."""

from attrs import evolve

from saiondo_core.adapters.memory.bus import MemoryEventBus
from saiondo_core.adapters.memory.cache import MemoryCache
from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.credentials import MemoryCredentials
from saiondo_core.adapters.memory.letters import MemoryDeadLetters
from saiondo_core.adapters.memory.limits import MemoryRateLimiter
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.presence import MemoryPresence
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.adapters.system.common_passwords import CommonPasswordList
from saiondo_core.adapters.system.passwords import Argon2Passwords
from saiondo_core.adapters.system.randomness import SystemSecrets, Uuid7Ids
from saiondo_core.composition.ports import PortChanges, Ports
from saiondo_core.composition.settings import Settings

STORES = frozenset(
    {
        "users",
        "credentials",
        "sessions",
        "channels",
        "messages",
        "roles",
        "presence",
        "bus",
        "cache",
        "shared_cache",
        "search",
        "limiter",
        "letters",
    }
)


def make_memory_ports(settings: Settings, changes: PortChanges) -> Ports:
    """See `memory_ports`."""
    hasher = Argon2Passwords(
        workers=settings.password_workers,
        waiting=settings.password_waiting,
        verifiers=settings.password_verifiers,
    )

    hosts_close, clock = changes.get("close"), changes.get("clock", SystemClock())

    async def close() -> None:
        hasher.close()
        if hosts_close is not None:
            await hosts_close()

    def stores() -> PortChanges:
        log = MemoryLog()
        rooms = Rooms(log=log)
        return {
            "limiter": MemoryRateLimiter(),
            "letters": MemoryDeadLetters(),
            "users": MemoryUsers(log),
            "credentials": MemoryCredentials(log),
            "sessions": MemorySessions(log),
            "channels": MemoryChannels(rooms),
            "messages": MemoryMessages(rooms),
            "roles": MemoryRoles(log),
            "presence": MemoryPresence(),
            "bus": MemoryEventBus(),
            "cache": MemoryCache(
                clock=clock, most_entries=settings.caching.entries, most_octets=settings.caching.octets
            ),
        }

    everything: PortChanges = {
        "clock": clock,
        "ids": Uuid7Ids(),
        "secrets": SystemSecrets(),
        "passwords": hasher,
        "common_passwords": CommonPasswordList(),
        **stores(),
        **changes,
        "close": close,
    }
    ports = Ports(**everything)
    if "tenants" in changes or STORES & changes.keys():
        return ports
    made: dict[str, Ports] = {}

    def tenants(name: str) -> Ports:
        if name not in made:
            made[name] = ports.replace(**stores())
        return made[name]

    return evolve(ports, tenants=tenants)
