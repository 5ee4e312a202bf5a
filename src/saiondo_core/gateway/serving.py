"""All connections of one gateway, whatever carries them."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from types import TracebackType
from typing import Self

from attrs import define, evolve, field

from saiondo_core.composition.live import Live
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.connection import Connection
from saiondo_core.gateway.handshake import Authenticator, Handshake, Refusal, bearer, by_token, refusal
from saiondo_core.gateway.shell import Shell
from saiondo_core.realtime.closing import CloseCode

_TICKS = 20
"""How often connections are looked at within the shortest time that is kept."""

_TICK_MOST = 1.0

_AT_ONCE = 100
"""How many connections are looked at in a row."""


@define(eq=False)
class Gateway:
    """Admits connections, looks after them, and brings them to their end.

    ```python
    async with Gateway(use_cases) as gateway:
        ...
    ```

    Attributes:
        use_cases: Bound to nobody.
        authenticate: Says whose a connection is; by default, its access token does.
        origins: The web pages, as `https://example.org`, from which browsers may connect.
    """

    use_cases: UseCases
    authenticate: Authenticator | None = field(default=None, kw_only=True)
    origins: Collection[str] = field(default=(), kw_only=True)
    live: Live = field(init=False)
    _connections: set[Connection] = field(factory=set[Connection], init=False)
    _is_draining: bool = field(default=False, init=False)
    _ticking: "asyncio.Task[None] | None" = field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        """Take what the use cases know."""
        self.live = self.use_cases.live

    async def __aenter__(self) -> Self:
        """Begin to look after connections."""
        self._is_draining = False
        self._ticking = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Let every request under way be answered, and close all connections, within the drain time.

        What is not done by then is cancelled: its client was told nothing, and asks again elsewhere, by the same key.
        """
        self._is_draining = True
        drains = {asyncio.create_task(connection.drain()): connection for connection in self._connections}
        try:
            if drains:
                await asyncio.wait(drains, timeout=self.live.policy.drain_seconds)
        finally:  # Also where nobody waits any longer.
            for drain, connection in drains.items():
                if not drain.done():
                    connection.give_up()
            if self._ticking is not None:
                self._ticking.cancel()
        ending = (*drains, *filter(None, (self._ticking,)))
        if ending:
            await asyncio.wait(ending)

    def refusal(self, path: str, origin: str | None) -> Refusal | None:
        """Why a request for *path*, with its query, from *origin* is not admitted, if it is not."""
        return refusal(path, self.origins, origin)

    async def serve(self, handshake: Handshake, shell: Shell) -> None:
        """Serve the client at the other end of *shell* until the connection ends."""
        if self._is_draining:
            with suppress(ConnectionError):  # It is gone already.
                await shell.close(CloseCode.RESTARTING)
            return
        connection = Connection(
            use_cases=self.use_cases,
            live=self.live,
            authenticate=self.authenticate or by_token(self.use_cases),
            handshake=evolve(handshake, token=bearer(handshake.headers)),
            shell=shell,
        )
        self._connections.add(connection)
        try:
            await connection.run()
        finally:
            self._connections.discard(connection)

    def __len__(self) -> int:
        """How many connections there are."""
        return len(self._connections)

    async def _tick(self) -> None:
        policy, clock = self.live.policy, self.live.clock
        shortest = min(policy.auth_seconds, policy.heartbeat_seconds, policy.answer_seconds, policy.write_seconds)
        while True:
            await clock.sleep(min(_TICK_MOST, shortest / _TICKS))
            now = clock.monotonic()
            for place, connection in enumerate(tuple(self._connections), start=1):
                if place % _AT_ONCE == 0:
                    await asyncio.sleep(0)  # What is told meanwhile need not wait for thousands of heartbeats.
                try:
                    connection.tick(now)
                except Exception as error:  # noqa: BLE001 - one connection's failure must not end the watch over the others
                    connection.fail(error)
