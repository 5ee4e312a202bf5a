"""Ids and secrets that are the same in every run."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from saiondo_core.kernel.ports import IdSource, SecretSource
from saiondo_core.testing.contracts.kernel import IdSourceContract, SecretSourceContract
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.randomness import CountingIds, SeededSecrets


@asynccontextmanager
async def counting_ids() -> AsyncGenerator[IdSource]:
    """Open a counter."""
    yield CountingIds()


@asynccontextmanager
async def seeded_secrets() -> AsyncGenerator[SecretSource]:
    """Open a source with the usual seed."""
    yield SeededSecrets()


class TestCountingIds(IdSourceContract):
    """Counted ids keep the laws of ids."""

    @pytest.fixture
    def opener(self) -> Opener[IdSource]:
        """Open a counter."""
        return counting_ids


class TestSeededSecrets(SecretSourceContract):
    """Foretold secrets keep the laws of secrets, but for being secret."""

    @pytest.fixture
    def opener(self) -> Opener[SecretSource]:
        """Open a source with the usual seed."""
        return seeded_secrets


def test_every_run_counts_the_same() -> None:
    """Two counters give the same ids, so that a failing test fails the same way again."""
    first, second = CountingIds(), CountingIds()

    assert [first.new() for _ in range(3)] == [second.new() for _ in range(3)]


def test_the_seed_decides_the_secrets() -> None:
    """One seed gives the same secrets again, another seed others."""

    def secrets(seed: str) -> list[str]:
        source = SeededSecrets(seed)
        return [source.token(octets=32), source.code(length=8, alphabet="ABCDEFGH")]

    assert secrets("a") == secrets("a")
    assert secrets("a") != secrets("b")
