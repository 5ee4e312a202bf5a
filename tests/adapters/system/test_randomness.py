"""Ids and secrets of the machine."""

from collections.abc import AsyncGenerator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import chain

import pytest

from saiondo_core.adapters.system.randomness import SystemSecrets, Uuid7Ids
from saiondo_core.kernel.ports import IdSource, SecretSource
from saiondo_core.testing.contracts.kernel import IdSourceContract, SecretSourceContract
from saiondo_core.testing.contracts.opening import Opener


@asynccontextmanager
async def machine_ids() -> AsyncGenerator[IdSource]:
    """Open the machine's source of ids."""
    yield Uuid7Ids()


@asynccontextmanager
async def machine_secrets() -> AsyncGenerator[SecretSource]:
    """Open the machine's source of secrets."""
    yield SystemSecrets()


class TestUuid7Ids(IdSourceContract):
    """The machine's ids keep the laws of ids."""

    @pytest.fixture
    def opener(self) -> Opener[IdSource]:
        """Open the machine's source of ids."""
        return machine_ids


class TestSystemSecrets(SecretSourceContract):
    """The machine's secrets keep the laws of secrets."""

    @pytest.fixture
    def opener(self) -> Opener[SecretSource]:
        """Open the machine's source of secrets."""
        return machine_secrets


def test_ids_of_two_sources_are_ordered_too() -> None:
    """The order is the process's, not one source's: threads and tenants share it."""
    sources = Uuid7Ids(), Uuid7Ids()
    made = [sources[number % 2].new() for number in range(10_000)]

    assert sorted(made) == made


def test_ids_of_threads_are_unique() -> None:
    """Four threads make 40,000 different ids, and each thread's are in order."""
    ids = Uuid7Ids()

    def make(count: int) -> list[str]:
        return [ids.new() for _ in range(count)]

    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(make, [10_000] * 4))

    assert 40_000 == len(set(chain.from_iterable(made)))
    assert all(sorted(of_thread) == of_thread for of_thread in made)
