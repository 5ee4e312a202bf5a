"""The search that comes with the library, over a stranger's channels and messages."""
# ruff: noqa: D102 - what a method promises is said by its port.

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.messages.log_search import LogSearch
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.search import MessageSearchContract, Searched
from tests.strangers.test_sqlite_talk import opened


@asynccontextmanager
async def new_search() -> AsyncGenerator[Searched]:
    """Open an empty family, and the search over it."""
    with opened() as (channels, messages):
        yield channels, messages, LogSearch(messages)


class TestSqliteSearch(MessageSearchContract):
    """Nothing is needed for the search but the stores and their log."""

    @pytest.fixture
    def opener(self) -> Opener[Searched]:
        return new_search
