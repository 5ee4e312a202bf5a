"""What the laws of `RoleRepository` are tried on."""

from datetime import UTC, datetime

import pytest
from attrs import frozen

from saiondo_core.auth.ports import CredentialRepository, SessionRepository
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.permissions.events import RoleUpdated
from saiondo_core.permissions.model import Role, RoleAssignment
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.users.ports import UserRepository

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANNA, BERT, CARL = UserId("anna"), UserId("bert"), UserId("carl")
WRITER, READER = RoleId("writer"), RoleId("reader")


@frozen(kw_only=True)
class Family:
    """A store of roles, and the stores that share its log: None for what is kept elsewhere."""

    roles: RoleRepository
    users: UserRepository | None = None
    credentials: CredentialRepository | None = None
    sessions: SessionRepository | None = None
    channels: ChannelRepository | None = None
    messages: MessageRepository | None = None


class RoleLaws:
    """The fixture that all laws of `RoleRepository` need."""

    @pytest.fixture
    def opener(self) -> Opener[Family]:
        """Open an empty family of stores."""
        return missing(self)


def role(role_id: RoleId = WRITER, name: str | None = None) -> Role:
    """A role of that id and name that may write."""
    return Role(id=role_id, name=name or role_id, permissions=frozenset({"page:write"}))


def assignment(user_id: UserId, role_id: RoleId = WRITER) -> RoleAssignment:
    """That a user was given a role everywhere, by Anna, at noon."""
    return RoleAssignment(user_id=user_id, role_id=role_id, assigned_by=ANNA, assigned_at=NOON)


def events(*names: str) -> tuple[Event, ...]:
    """An event of Anna's for each name, which is its id."""
    stamps = (Stamp(id=EventId(name), at=NOON, actor=ANNA) for name in names)
    return tuple(RoleUpdated(stamp=stamp, role_id=WRITER) for stamp in stamps)


async def put(roles: RoleRepository, new: Role, event: str) -> None:
    """Keep a role, judged under the present book."""
    await roles.put(role=new, book_revision=(await roles.book()).revision, events=events(event))


async def remove(roles: RoleRepository, role_id: RoleId, event: str) -> None:
    """Forget a role, judged under the present book."""
    await roles.remove(role_id=role_id, book_revision=(await roles.book()).revision, events=events(event))


async def give(roles: RoleRepository, user_id: UserId, event: str, role_id: RoleId = WRITER) -> None:
    """Give a role to a user, judged under the present book."""
    revision = (await roles.book()).revision
    await roles.assign(assignment=assignment(user_id, role_id), book_revision=revision, events=events(event))


async def held(roles: RoleRepository, user_id: UserId) -> list[RoleId]:
    """The roles that a user was given, in their order."""
    return [found.role_id for found in (await roles.rights(user_id=user_id)).assignments]


async def history(roles: RoleRepository) -> list[str]:
    """The names of the events that the log has of roles."""
    return [found.event.stamp.id for found in await roles.log.stream(stream="roles", after=0, limit=1_000)]
