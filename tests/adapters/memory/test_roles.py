"""The memory store of roles, and the fence around its whole family."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.adapters.memory.credentials import MemoryCredentials
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.messages import MemoryMessages
from saiondo_core.adapters.memory.roles import MemoryRoles
from saiondo_core.adapters.memory.rooms import Rooms
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.adapters.memory.users import MemoryUsers
from saiondo_core.kernel.events import RightsRevision
from saiondo_core.kernel.ids import EventId
from saiondo_core.testing.contracts.fencing import judged
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import ANNA, BERT, CARL, Family, give, put, role
from saiondo_core.testing.contracts.roles import RoleRepositoryContract
from saiondo_core.testing.contracts.user_cases import events, history, user


@asynccontextmanager
async def memory_family() -> AsyncGenerator[Family]:
    """Open empty stores that share a log."""
    log = MemoryLog()
    rooms = Rooms(log=log)
    yield Family(
        roles=MemoryRoles(log),
        users=MemoryUsers(log),
        credentials=MemoryCredentials(log),
        sessions=MemorySessions(log),
        channels=MemoryChannels(rooms),
        messages=MemoryMessages(rooms),
    )


class TestMemoryRoles(RoleRepositoryContract):
    """The memory stores keep the laws of roles."""

    @pytest.fixture
    def opener(self) -> Opener[Family]:
        """Open empty stores."""
        return memory_family


async def test_a_revision_is_one_object_until_it_changes() -> None:
    """Whoever remembers what they judged can compare by identity; who was never given anything shares one object."""
    roles = MemoryRoles(MemoryLog())
    await give(roles, ANNA, "e1")
    for change in (put(roles, role(), "e2"), roles.admit(user_id=ANNA, admitted=False, word=EventId("e3"))):
        await change
        first = [await roles.revision(user_id=user_id) for user_id in (ANNA, BERT, CARL)]
        second = [await roles.revision(user_id=user_id) for user_id in (ANNA, BERT, CARL)]
        assert [True] * 3 == [one is other for one, other in zip(first, second, strict=True)]
        assert first[1] is first[2]


async def test_a_log_without_roles_refuses_nothing() -> None:
    """Where no store of roles shares the log, nobody knows which rights are past."""
    users = MemoryUsers(MemoryLog())
    await users.add(user=user("anna"), events=judged(events("a"), RightsRevision(roles=7, user=7)))

    assert ["a"] == await history(users)
