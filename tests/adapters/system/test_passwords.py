"""Argon2id, in threads of its own."""

import asyncio
import hashlib
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from attrs import define

from saiondo_core.adapters.system.passwords import Argon2Passwords
from saiondo_core.auth.errors import HashQueueFullError
from saiondo_core.auth.model import Verdict
from saiondo_core.auth.ports import PasswordHasher, PasswordVerifier
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.passwords import PASSWORD, PasswordHasherContract
from tests.adapters.system.gate import Gate

WORKERS, WAITING = 2, 3


def cheap(*verifiers: PasswordVerifier, memory_kib: int = 1_024) -> Argon2Passwords:
    """A hasher that costs a few milliseconds."""
    return Argon2Passwords(
        workers=WORKERS, waiting=WAITING, time_cost=2, memory_kib=memory_kib, parallelism=1, verifiers=verifiers
    )


class TestArgon2Passwords(PasswordHasherContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[PasswordHasher]:
        """Open one with little room."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[PasswordHasher]:
            hasher = cheap()
            yield hasher
            hasher.close()

        return opened

    @pytest.fixture
    def outdated(self) -> str:
        """A hash of one pass over 8 KiB, made by another program."""
        return "$argon2id$v=19$m=8,t=1,p=1$YWJjZGVmZ2g$UyHFsfMrEYCUahoyvyFntcmfw8v+BTatqm/xnX2+V78"

    @pytest.fixture
    def room(self) -> int:
        """What is worked at, and what waits."""
        return WORKERS + WAITING


@define(eq=False)
class Sha1(PasswordVerifier):
    """The hashes of a careless older system."""

    def knows(self, *, digest: str) -> bool:
        """See `PasswordVerifier.knows`."""
        return digest.startswith("sha1:")

    def verify(self, *, password: str, digest: str) -> bool:
        """See `PasswordVerifier.verify`."""
        return digest == f"sha1:{hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()}"


async def test_the_defaults_are_those_promised() -> None:
    """Three passes over 64 MiB in four lanes, and the hash says so."""
    hasher = Argon2Passwords()
    digest = await hasher.hash(password=PASSWORD)
    hasher.close()

    assert digest.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (2, 1_000) == (hasher.workers, hasher.waiting)


async def test_so_many_at_once_and_no_more() -> None:
    """However many sign in, only the configured number is worked at, the loop goes on, and the rest has its turn."""
    gate = Gate()
    hasher = cheap(gate)
    verifications = [
        asyncio.ensure_future(hasher.verify(password="a", digest="gate:a")) for _ in range(WORKERS + WAITING)
    ]
    try:
        for _ in range(WORKERS):
            assert await asyncio.to_thread(gate.inside.acquire, timeout=30)
        # This line runs, although all threads are held up.
        assert WORKERS == gate.now
    finally:
        gate.opening.set()

    assert (WORKERS + WAITING) * [Verdict(fits=True, is_outdated=True)] == await asyncio.gather(*verifications)
    assert WORKERS == gate.most
    hasher.close()


async def test_who_gives_up_keeps_the_place_until_the_work_is_done() -> None:
    """Cancelled callers whose work is under way do not make room for more than is worked at."""
    gate = Gate()
    hasher = cheap(gate)
    verifications = [
        asyncio.ensure_future(hasher.verify(password="a", digest="gate:a")) for _ in range(WORKERS + WAITING)
    ]
    for _ in range(WORKERS):
        assert await asyncio.to_thread(gate.inside.acquire, timeout=30)
    for verification in verifications:
        verification.cancel()
    assert (WORKERS + WAITING) == sum(
        isinstance(outcome, asyncio.CancelledError)
        for outcome in await asyncio.gather(*verifications, return_exceptions=True)
    )

    outcomes = asyncio.gather(
        *(hasher.hash(password=PASSWORD) for _ in range(WORKERS + WAITING)), return_exceptions=True
    )
    await asyncio.sleep(0)
    gate.opening.set()
    refused = [outcome for outcome in await outcomes if isinstance(outcome, HashQueueFullError)]
    assert WORKERS == len(refused)
    hasher.close()


async def test_old_hashes_are_known_by_their_verifier_and_outdated() -> None:
    """What an older system left behind fits, once, and is then to be made anew; the right verifier is asked."""
    hasher = cheap(Gate(), Sha1())
    digest = f"sha1:{hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).hexdigest()}"

    assert Verdict(fits=True, is_outdated=True) == await hasher.verify(password=PASSWORD, digest=digest)
    assert Verdict(fits=False) == await hasher.verify(password="wrong", digest=digest)
    assert Verdict(fits=True) == await hasher.verify(password=PASSWORD, digest=await hasher.hash(password=PASSWORD))
    hasher.close()


async def test_threads_start_with_the_first_password_and_end_with_close() -> None:
    """A hasher that was never asked has no thread, one that was closed has none either, and goes on when asked."""
    others = set(threading.enumerate())

    def threads() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread not in others and "saiondo" in thread.name]

    hasher = cheap()
    hasher.close()
    assert [] == threads()
    for _ in range(2):
        await hasher.hash(password=PASSWORD)
        started = threads()
        assert started
        hasher.close()
        for thread in started:
            thread.join(timeout=30)
        assert [] == threads()


async def test_nothing_of_a_password_shows() -> None:
    """The hasher's repr holds no password and no hash."""
    hasher = cheap()
    digest = await hasher.hash(password=PASSWORD)
    await hasher.verify(password=PASSWORD, digest=digest)
    hasher.close()

    assert PASSWORD not in repr(hasher)
    assert digest.rpartition("$")[2] not in repr(hasher)
