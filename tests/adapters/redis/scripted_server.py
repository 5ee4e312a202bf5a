"""Redis servers that fail in the ways that servers do, and a relay that loses replies."""

import asyncio
import socket
import ssl
import struct
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from contextlib import suppress
from enum import StrEnum
from typing import Self

from attrs import define, field

from saiondo_core.kernel.ports import Clock

LATENCY = 2.0
"""Seconds."""


class Mode(StrEnum):
    """How a server fails."""

    REFUSED = "refused"
    BLACK_HOLE = "black hole"
    LATENCY = "2 s latency"
    RESET = "reset mid-reply"
    HALF = "half a reply"
    GARBAGE = "garbage"
    WORD = "+OK"
    EMPTY = "*0"
    NIL = "$-1"
    LOADING = "LOADING Redis is loading the dataset in memory"
    READONLY = "READONLY You can't write against a read only replica."
    MOVED = "MOVED 3999 127.0.0.1:6381"
    MASTERDOWN = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'."
    NOAUTH = "NOAUTH Authentication required."
    NOPERM = "NOPERM User default has no permissions to run the 'mget' command"
    OOM = "OOM command not allowed when used memory > 'maxmemory'."
    BUSY = "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."


MISPLACED = {Mode.WORD, Mode.EMPTY, Mode.NIL}
"""The modes in which each reply is one of Redis, and an answer to something else."""


@define(eq=False)
class _Server(ABC):
    """Listens on loopback inside `async with`, and ends all its connections after it.

    Attributes:
        port: Where it listens.
        tls: What it speaks TLS with; None where it does not.
        connections: How many were made to it.
    """

    tls: ssl.SSLContext | None = field(default=None, kw_only=True)
    port: int = field(default=0, init=False)
    connections: int = field(default=0, init=False)
    _server: asyncio.Server = field(init=False)
    _serving: "set[asyncio.Task[None]]" = field(factory=set, init=False)

    @property
    def url(self) -> str:
        """How to reach it."""
        return f"redis://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Be gone."""
        await self.refuse()

    async def refuse(self) -> None:
        """Listen no more, and end what is open."""
        self._server.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @abstractmethod
    async def serve(self, _0: list[bytes], _1: asyncio.StreamReader, _2: asyncio.StreamWriter) -> None:
        """Answer a command, or not."""

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        serving = asyncio.current_task()
        assert serving is not None
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while not writer.is_closing():
                await self.serve(await read_command(reader), reader, writer)
        writer.close()


@define(eq=False)
class ScriptedServer(_Server):
    """A server that answers nothing as it should.

    Attributes:
        mode: How it fails.
        commands: How many it was sent, but for what a near cache begins with, apart from all reads.
        stuck: Set whenever it lets somebody wait for any of those.
    """

    mode: Mode
    _clock: Clock
    commands: int = field(default=0, init=False)
    stuck: asyncio.Event = field(factory=asyncio.Event, init=False)

    async def serve(self, command: list[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Fail."""
        is_read = command[0] not in {b"INFO", b"CLIENT"}
        self.commands += is_read
        if is_read and self.mode in {Mode.LATENCY, Mode.BLACK_HOLE, Mode.HALF}:
            self.stuck.set()
        if self.mode is Mode.LATENCY:
            await self._clock.sleep(LATENCY)
            writer.write(b"*-1\r\n")
        elif self.mode in {Mode.BLACK_HOLE, Mode.HALF}:
            writer.write(b"*2\r\n$5\r\nhal" if self.mode is Mode.HALF else b"")
            await reader.read(1)  # Until the other side has given up.
            writer.close()
        elif self.mode is Mode.RESET:
            writer.write(b"*2\r\n$5\r\nhal")
            await writer.drain()
            reset: socket.socket = writer.get_extra_info("socket")
            reset.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.close()
        elif self.mode is Mode.GARBAGE:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif self.mode in MISPLACED:
            writer.write(f"{self.mode}\r\n".encode())
        else:
            writer.write(f"-{self.mode}\r\n".encode())


@define(eq=False)
class LossyRelay(_Server):
    """Passes every command on to the Redis at *path*, and loses some replies, with their connections.

    Attributes:
        loses: Whether the reply to the command of that number, from 1, is lost.
        commands: How many were passed on.
        lost: How many replies were lost.
    """

    _path: str
    loses: Callable[[int], bool]
    commands: int = field(default=0, init=False)
    lost: int = field(default=0, init=False)
    _onward: dict[asyncio.StreamWriter, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = field(
        factory=dict[asyncio.StreamWriter, tuple[asyncio.StreamReader, asyncio.StreamWriter]], init=False
    )

    async def serve(self, command: list[bytes], _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass *command* on, and its reply of one line or text back, unless that is to be lost."""
        self.commands += 1
        is_lost = self.loses(self.commands)
        if writer not in self._onward:
            self._onward[writer] = await asyncio.open_unix_connection(self._path)
        source, sink = self._onward[writer]
        sink.write(written(*command))
        reply = await source.readuntil(b"\r\n")
        if reply.startswith(b"$") and reply != b"$-1\r\n":
            reply += await source.readexactly(int(reply[1:]) + 2)
        if is_lost:
            self.lost += 1
            writer.close()
        else:
            writer.write(reply)

    async def refuse(self) -> None:
        """See `_Server.refuse`."""
        await super().refuse()
        for _, sink in self._onward.values():
            sink.close()


async def read_command(reader: asyncio.StreamReader) -> list[bytes]:
    """The next command that *reader* brings."""
    words = int((await reader.readuntil(b"\r\n"))[1:])
    command = list[bytes]()
    for _ in range(words):
        octets = int((await reader.readuntil(b"\r\n"))[1:])
        command.append((await reader.readexactly(octets + 2))[:-2])
    return command


def written(*command: bytes) -> bytes:
    """*command* as it is sent."""
    return b"*%d\r\n" % len(command) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in command)


async def patiently(work: Awaitable[object], server: ScriptedServer, wait: Callable[[], Awaitable[None]]) -> object:
    """What *work* gives; whenever *server* lets somebody wait, *wait* lets time pass."""
    working = asyncio.ensure_future(work)
    while not working.done():
        stuck = asyncio.ensure_future(server.stuck.wait())
        await asyncio.wait({working, stuck}, return_when=asyncio.FIRST_COMPLETED, timeout=60)
        stuck.cancel()
        if server.stuck.is_set():
            server.stuck.clear()
            await wait()
    return await working
