"""The one way to Redis: a command and its reply within a budget, or an error that says whether it may be done."""

from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar, cast

from attrs import define, field
from redis.asyncio import BlockingConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import InvalidResponse

from saiondo_core.adapters.redis.breaker import Admission, CircuitBreaker
from saiondo_core.adapters.redis.budgets import Budgets
from saiondo_core.adapters.redis.failures import Failures, Report, failure_of
from saiondo_core.adapters.redis.pool import open_pool
from saiondo_core.adapters.redis.replies import Reply, Word, anything, exactly
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.ports import Clock

T = TypeVar("T")

_pack: Callable[[tuple[Word, ...]], bytes] | None = None
with suppress(ModuleNotFoundError):  # The extra `fast` may not be installed.
    import hiredis

    _pack = cast("Callable[[tuple[Word, ...]], bytes]", hiredis.pack_command)  # Its stub takes one word only.


@define(eq=False, repr=False)
class RedisLink:
    """Sends commands to one Redis. Each is sent once, or not at all: never again by itself.

    Attributes:
        settings: Where Redis is, and how long anything may wait for it.
        clock: What budgets and rests are measured with.
        failures: What has failed so far.
    """

    settings: RedisSettings
    clock: Clock
    _report: Report
    failures: Failures = field(init=False)
    breaker: CircuitBreaker = field(init=False)
    _budgets: Budgets = field(init=False)
    _pool: BlockingConnectionPool | None = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self.failures = Failures(self._report)
        self.breaker = CircuitBreaker(failures=self.settings.failures, rest=self.settings.rest)
        self._budgets = Budgets(self.clock, self.settings.budget)
        self.open()

    def open(self) -> None:
        """Let calls be made again after `close`, in another loop too; no connection is made before it is needed."""
        if self._pool is None:
            self._pool = open_pool(self.settings)
            self.breaker.reset()  # Whatever failed for being closed says nothing of Redis.

    async def call(self, *command: Word) -> Reply:
        """Send *command*, and give what the server replies, whatever it is; see `ask`."""
        return await self.ask(anything, *command)

    async def ask(self, read: Callable[[Reply], T], *command: Word) -> T:
        """Send *command*, and give what *read* makes of the reply.

        Whoever is cancelled meanwhile takes the connection along, so that its reply reaches nobody else.

        Raises:
            UnavailableError: There is no reply, it is a refusal, or *read* can make nothing of it; or none was asked
                for, as Redis is left alone for having failed, or this is closed.
        """
        pool = self._opened()
        admission = self.breaker.admit(self.clock.monotonic())
        if admission is Admission.REFUSED:
            raise UnavailableError(outcome_unknown=False)
        exchange = _Exchange(pool, command, read)
        try:
            said = await self._budgets.within(exchange.run())
        except Exception as error:
            failure, now = failure_of(error), self.clock.monotonic()
            if self._pool is pool:  # Otherwise it failed for being closed.
                self.breaker.failed(admission, now)
                self.failures.note(failure.mode, now)
            raise UnavailableError(outcome_unknown=exchange.is_sent and not failure.is_answered) from error
        except BaseException:
            self.breaker.given_up(admission)
            raise
        finally:
            if self._pool is not pool:  # It was closed meanwhile, perhaps before this call had its connection.
                await pool.disconnect(inuse_connections=False)
        self.breaker.succeeded(admission)
        return said

    def apart(self) -> AbstractConnection:
        """A connection to the same server that is not among those of `call`; it is not made yet.

        Raises:
            UnavailableError: This is closed.
        """
        return self._opened().make_connection()  # type: ignore[no-untyped-call,no-any-return]  # The driver's.

    async def reconnect(self) -> None:
        """Let go of all connections, and try Redis at once, however lately it has failed.

        Raises:
            UnavailableError: It does not answer.
        """
        await self._opened().disconnect()
        self.breaker.reset()
        await self.ping()

    async def ping(self) -> None:
        """See whether Redis answers.

        Raises:
            UnavailableError: It does not.
        """
        await self.ask(exactly(b"PONG"), "PING")

    async def close(self) -> None:
        """Close all connections, and make none until `open`; who waits for anything is told that it is unavailable."""
        pool, self._pool = self._pool, None
        await self._budgets.close()
        if pool is not None:
            await pool.aclose()

    def _opened(self) -> BlockingConnectionPool:
        if self._pool is None:
            raise UnavailableError(outcome_unknown=False)
        return self._pool


def _packed(connection: AbstractConnection, command: tuple[Word, ...]) -> bytes | list[bytes]:
    """*command* as it is sent. The driver reads with hiredis where it is installed, but does not write with it."""
    return connection.pack_command(*command) if _pack is None else _pack(command)


@define(eq=False)
class _Exchange(Generic[T]):
    """One command, sent over one connection at most.

    Attributes:
        is_sent: Whether any of it may have reached the server.
    """

    _pool: BlockingConnectionPool
    _command: tuple[Word, ...]
    _read: Callable[[Reply], T]
    is_sent: bool = field(default=False, init=False)

    async def run(self) -> T:
        connection = await self._pool.get_connection()  # type: ignore[no-untyped-call]  # pyright: ignore[reportUnknownMemberType]  # The driver's.
        try:
            self.is_sent = True
            await connection.send_packed_command(_packed(connection, self._command))
            # Interrupted or failed, the driver closes the connection, with the reply that is still to come.
            reply = cast("Reply", await connection.read_response())
            try:
                return self._read(reply)
            except InvalidResponse:
                await connection.disconnect(nowait=True)  # Whatever comes next may be another's, too.
                raise
        finally:
            await self._pool.release(connection)
