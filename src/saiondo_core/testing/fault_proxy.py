"""A network that breaks when a test says so: a TCP proxy on loopback that knows WebSocket frames."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Self

from attrs import define, field

from saiondo_core.testing.faults import Breakable, Direction
from saiondo_core.testing.flows import CutError, Flow
from saiondo_core.testing.websocket_frames import FrameSplitter, Upgrade

WINDOW = 65_536
"""Octets that a socket of the proxy takes in unread: few, so that a shut window is soon felt."""

_RESET, _FINISH = struct.pack("ii", 1, 0), struct.pack("ii", 0, 0)
"""SO_LINGER on, for no time, and off: what closing sends is RST, or FIN after all that is still to be sent."""

Address = tuple[str | int | bytes, ...]
Fault = tuple[Callable[[Flow], None], Direction | None]


@define(eq=False)
class FaultyConnection(Breakable):
    """One connection through a `FaultProxy`.

    Attributes:
        number: Which one it was, from 1.
        seed: The proxy's.
    """

    number: int
    seed: int
    _client: socket.socket = field(repr=False)
    _server: socket.socket = field(repr=False)
    _by_direction: dict[Direction, Flow] = field(init=False, repr=False)
    _running: "asyncio.Task[None]" = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        upgrade = Upgrade()
        ways = (Direction.TO_SERVER, self._client, self._server), (Direction.TO_CLIENT, self._server, self._client)
        self._by_direction = {
            direction: Flow(
                source=source,
                sink=sink,
                splitter=FrameSplitter(upgrade, is_reply=direction is Direction.TO_CLIENT),
                random=Random(f"{self.seed}/{self.number}/{direction}"),
            )
            for direction, source, sink in ways
        }

    def start(self, address: Address, faults: Iterable[Fault]) -> "asyncio.Task[None]":
        """Connect to the server at *address* and pass on, under *faults*; the task ends when both sides are closed."""
        for fault, direction in faults:
            self._lay(fault, direction)
        self._running = asyncio.create_task(self._run(address))
        self._running.add_done_callback(self._close)
        return self._running

    def flows(self, direction: Direction | None = None) -> Iterator[Flow]:
        """See `Breakable.flows`."""
        return (flow for way, flow in self._by_direction.items() if direction in {None, way})

    def lost(self, direction: Direction) -> int:
        """See `Breakable.lost`."""
        return self._by_direction[direction].lost

    async def reset(self) -> None:
        """See `Breakable.reset`."""
        self._running.cancel()
        await asyncio.wait({self._running})

    async def _run(self, address: Address) -> None:
        self._closing_sends(_RESET)
        try:
            await asyncio.get_running_loop().sock_connect(self._server, address)
            async with asyncio.TaskGroup() as tasks:
                for flow in self.flows():
                    tasks.create_task(flow.read())
                    tasks.create_task(flow.pass_on())
        except* CutError:
            self._closing_sends(_FINISH)
        except* OSError:
            pass  # One side was reset, or cannot be reached: so is the other now.
        else:
            self._closing_sends(_FINISH)

    def _closing_sends(self, linger: bytes) -> None:
        for side in (self._client, self._server):
            side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

    def _close(self, _running: "asyncio.Task[None]") -> None:
        self._client.close()
        self._server.close()


@define(eq=False)
class FaultProxy(Breakable):
    """A TCP proxy on loopback in front of the server at *host* and *port*, which breaks as it is told.

    It serves inside `async with`. After it, nothing is left of it: what was still open is reset. It passes
    back-pressure on, and holds at most 256 KiB of a connection in each direction, and one frame's beginning. Whatever
    it does by chance, it does again with the same *seed*, which its repr shows, and which it notes on an error that
    leaves the `async with`.

    Attributes:
        seed: What chance begins with.
        port: Where it listens, on 127.0.0.1.
    """

    _host: str = field(repr=False)
    _server_port: int = field(alias="port", repr=False)
    seed: int = field(default=0, kw_only=True)
    port: int = field(default=0, init=False)
    _address: Address = field(init=False, repr=False)
    _family: int = field(init=False, repr=False)
    _listener: socket.socket = field(init=False, repr=False)
    _accepting: "asyncio.Task[None]" = field(init=False, repr=False)
    _is_closing: bool = field(default=False, init=False, repr=False)
    _made: int = field(default=0, init=False, repr=False)
    _open: "dict[asyncio.Task[None], FaultyConnection]" = field(factory=dict, init=False, repr=False)
    _standing: list[Fault] = field(factory=list[Fault], init=False, repr=False)
    _lost: Counter[Direction] = field(factory=Counter[Direction], init=False, repr=False)
    _errors: list[BaseException] = field(factory=list[BaseException], init=False, repr=False)

    @property
    def connections(self) -> tuple[FaultyConnection, ...]:
        """The connections that are open, the oldest first."""
        return tuple(self._open.values())

    def url(self, path: str = "/") -> str:
        """Give the WebSocket URL of *path* through the proxy."""
        return f"ws://127.0.0.1:{self.port}{path}"

    def flows(self, direction: Direction | None = None) -> Iterator[Flow]:
        """See `Breakable.flows`."""
        return (flow for connection in self.connections for flow in connection.flows(direction))

    def lost(self, direction: Direction) -> int:
        """See `Breakable.lost`; connections that have ended count too."""
        return self._lost[direction] + sum(connection.lost(direction) for connection in self.connections)

    def heal(self) -> None:
        """See `Breakable.heal`."""
        self._standing.clear()
        super().heal()

    async def reset(self) -> None:
        """See `Breakable.reset`."""
        await asyncio.gather(*(connection.reset() for connection in self.connections))

    async def lead_to(self, host: str, port: int) -> None:
        """Stand before the server at *host* and *port*, from the next connection on; those that are open stay.

        Raises:
            OSError: Nobody knows *host*.
        """
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        self._family, *_, self._address = found[0]

    async def __aenter__(self) -> Self:
        """Listen."""
        await self.lead_to(self._host, self._server_port)
        self._listener = _made_ready(socket.socket())
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(1_024)
        self.port = self._listener.getsockname()[1]
        self._accepting = asyncio.create_task(self._accept())
        return self

    async def __aexit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        """End every connection, and raise what a `when` raised in them."""
        self._is_closing = True
        # A last visitor ends the accepting: cancelled, it could lose a connection that it has just been given.
        with socket.socket() as visitor:
            visitor.settimeout(0)
            visitor.connect_ex(self._listener.getsockname())
            await asyncio.wait({self._accepting})
        self._listener.close()
        await self.reset()
        if error:
            error.add_note(f"The network was {self}.")
        if self._errors:
            raise BaseExceptionGroup(f"in connections through {self}", self._errors)
        await self._accepting

    def _lay(self, fault: Callable[[Flow], None], direction: Direction | None) -> None:
        self._standing.append((fault, direction))
        super()._lay(fault, direction)

    async def _accept(self) -> None:
        while True:
            client, _ = await asyncio.get_running_loop().sock_accept(self._listener)
            if self._is_closing:
                client.close()
                return
            self._made += 1
            server = socket.socket(self._family, socket.SOCK_STREAM)
            connection = FaultyConnection(self._made, self.seed, _made_ready(client), _made_ready(server))
            running = connection.start(self._address, self._standing)
            self._open[running] = connection
            running.add_done_callback(self._forget)

    def _forget(self, ended: "asyncio.Task[None]") -> None:
        connection = self._open.pop(ended)
        self._lost.update({direction: connection.lost(direction) for direction in Direction})
        if not ended.cancelled() and (error := ended.exception()):
            self._errors.append(error)


def _made_ready(made: socket.socket) -> socket.socket:
    made.settimeout(0)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, WINDOW)
    return made
