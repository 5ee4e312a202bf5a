"""Argon2id, in threads of its own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from argon2 import PasswordHasher as Argon2
from argon2.exceptions import VerificationError, VerifyMismatchError
from attrs import Factory, define, field

from saiondo_core.auth.errors import HashQueueFullError
from saiondo_core.auth.model import Verdict
from saiondo_core.auth.ports import PasswordHasher, PasswordVerifier

T = TypeVar("T")


@define(eq=False, kw_only=True)
class Argon2Passwords(PasswordHasher):
    """Argon2id (RFC 9106), a bounded number at once, off the event loop.

    The threads start with the first password. What was begun is brought to its end even if nobody waits for it any
    more, and takes its place in the queue until then.

    Attributes:
        workers: How many are hashed at once, each with `memory_kib` of memory.
        waiting: How many may wait for that.
        time_cost: Passes over the memory.
        memory_kib: Memory of one hash, in KiB.
        parallelism: Lanes of one hash.
        verifiers: Who knows the hashes of an older system. What fits one of those is outdated.
    """

    workers: int = 2
    waiting: int = 1_000
    time_cost: int = 3
    memory_kib: int = 65_536
    parallelism: int = 4
    verifiers: tuple[PasswordVerifier, ...] = ()
    _argon2: Argon2 = field(
        default=Factory(
            lambda self: Argon2(time_cost=self.time_cost, memory_cost=self.memory_kib, parallelism=self.parallelism),
            takes_self=True,
        ),
        init=False,
        repr=False,
    )
    _places: BoundedSemaphore = field(
        default=Factory(lambda self: BoundedSemaphore(self.workers + self.waiting), takes_self=True),
        init=False,
        repr=False,
    )
    _pool: ThreadPoolExecutor | None = field(default=None, init=False, repr=False)

    async def hash(self, *, password: str) -> str:
        """See `PasswordHasher.hash`."""
        return await self._in_thread(lambda: self._argon2.hash(password))

    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """See `PasswordHasher.verify`."""
        return await self._in_thread(lambda: self._verified(password, digest))

    def close(self) -> None:
        """Let go of the threads: each ends when nothing waits any more. A later password starts new ones."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
            self._pool = None

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if not self._places.acquire(blocking=False):
            raise HashQueueFullError
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="saiondo-passwords")
        done: Future[T] = self._pool.submit(work)
        done.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(done)

    def _verified(self, password: str, digest: str | None) -> Verdict:
        if digest is not None:
            verifier = next((found for found in self.verifiers if found.knows(digest=digest)), None)
            if verifier is None:
                return self._verified_by_argon2(password, digest)
            if verifier.verify(password=password, digest=digest):
                return Verdict(fits=True, is_outdated=True)
        return self._unfit(password)

    def _verified_by_argon2(self, password: str, digest: str) -> Verdict:
        try:
            self._argon2.verify(digest, password)
        except VerifyMismatchError:
            return Verdict(fits=False)
        except (VerificationError, ValueError):
            # It is no hash at all: nothing was computed yet.
            return self._unfit(password)
        return Verdict(fits=True, is_outdated=self._argon2.check_needs_rehash(digest))

    def _unfit(self, password: str) -> Verdict:
        """Take as long as a verification, which is as long as a hash."""
        self._argon2.hash(password)
        return Verdict(fits=False)
