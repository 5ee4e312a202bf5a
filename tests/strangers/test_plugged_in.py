"""A stranger's store, plugged in: the product works on it, and what it kept outlives the process."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from saiondo_core import UseCaseFactory, UseCases
from saiondo_core.errors import UsernameTakenError
from saiondo_core.testing.people import sign_up
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.users.events import UserEvent
from tests.strangers.test_sqlite_users import SqliteUsers


@asynccontextmanager
async def process(path: Path, told: list[str]) -> AsyncGenerator[UseCases]:
    """Open the product on the users in *path*, with a handler that notes what it is *told*."""

    async def listen(event: UserEvent) -> None:
        told.append(event.action)

    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        async with UseCaseFactory(ports=cheap_ports(users=SqliteUsers(database))) as use_cases:
            use_cases.on(UserEvent, listen, name="crm")
            yield use_cases
            await use_cases.settle()


async def test_the_product_works_on_it(tmp_path: Path) -> None:
    """People register, are found, change and talk; the relay reads its log beside that of the other stores."""
    told: list[str] = []
    async with process(tmp_path / "users.db", told) as use_cases:
        anna = (await sign_up(use_cases, "anna")).user
        bert = (await sign_up(use_cases, "bert")).user
        await use_cases.as_user(anna.id).user.update(username="Änni")
        channel = await use_cases.as_user(anna.id).channel.create(name="team", members=[bert.id])
        message = await use_cases.as_user(bert.id).message.send(channel_id=channel.id, content="Hello @änni")
        with pytest.raises(UsernameTakenError):
            await use_cases.as_user(bert.id).user.update(username="ÄNNI")

        assert (anna.id,) == message.mentions
        assert ["bert", "Änni"] == [user.username for user in await use_cases.as_user(anna.id).user.list()]
    assert [*["session.started"] * 2, *["user.registered"] * 2, "user.updated"] == sorted(told)


async def test_it_survives_the_process(tmp_path: Path) -> None:
    """Opened again, the file holds the same users, their names are taken, and no event is told a second time."""
    told: list[str] = []
    async with process(tmp_path / "users.db", told) as use_cases:
        host = use_cases.as_system("host")
        before = await host.user.ensure(id="anna", username="anna", metadata={"tags": ["안나", 1, None]})
    async with process(tmp_path / "users.db", told) as use_cases:
        assert before == await use_cases.as_system("host").user.get(before.id)
        with pytest.raises(UsernameTakenError):
            await sign_up(use_cases, "ANNA")
        await use_cases.as_user("anna").user.update(display_name="Anna")

    assert ["user.mirrored", "user.updated"] == told
