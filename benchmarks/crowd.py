"""Those who hear what a server tells: very many bare WebSocket clients, each of which costs next to nothing."""

import resource
import socket
from collections import deque
from itertools import repeat
from select import EPOLLIN, epoll
from time import perf_counter, sleep
from typing import Self

from attrs import define, frozen

HOST = "127.0.0.1"
MARK = b"~~"
"""Each message holds it once, and nothing else does, not even the length of a frame, in which there is at most one "~":
so messages are counted, and not parsed."""

AT_ONCE = 50
SILENCE_SECONDS = 30.0
READ_MOST = 65_536
SHORT_MOST, TWO_OCTETS = 125, 126
"""How a frame tells its length, RFC 6455, 5.2: in its second octet, or, as that one then says, in the next two."""

_HEARTBEAT = b'{"type":"heartbeat"'


def frame(payload: bytes, *, masked: bool = False) -> bytes:
    """*payload*, of at most 64 KiB, as one text frame; clients have to mask theirs, and zeros are a mask, too."""
    size = len(payload)
    length = bytes([min(size, TWO_OCTETS) | masked << 7])
    return b"\x81" + length + (size.to_bytes(2) if size > SHORT_MOST else b"") + bytes(4 * masked) + payload


_PONG = frame(b'{"type":"pong"}', masked=True)


class CrowdError(Exception):
    """A server does not do what the crowd came for."""


def raise_file_limit() -> None:
    """Let this process have as many sockets as the system lets it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@frozen(kw_only=True)
class Guest:
    """One of the crowd.

    Attributes:
        token: For the `Authorization` header, where the server asks for one.
        hello: What to say first.
    """

    token: str = ""
    hello: str = ""


@frozen(kw_only=True)
class Invitation:
    """How to come to hear what a server tells.

    Attributes:
        welcome: What a guest has heard once nothing more is missing; nothing where the handshake is enough.
    """

    port: int
    path: str = "/"
    welcome: str = ""
    guests: tuple[Guest, ...]


@define
class _Arrival:
    guest: Guest
    heard: bytes = b""
    is_upgraded: bool = False


class Crowd:
    """All guests of one server, in one loop that reads and counts."""

    def __init__(self, invitation: Invitation, *, patience: float = SILENCE_SECONDS) -> None:
        """Let nobody in yet: that is done when the block begins.

        Args:
            invitation: The server's.
            patience: How many seconds of silence are too many.
        """
        self._invitation = invitation
        self._patience = patience
        self._epoll = epoll()
        self._sockets = dict[int, socket.socket]()
        self._seats = list[socket.socket]()
        self._buffer = bytearray(READ_MOST)

    def send(self, seat: int, text: str) -> None:
        """Have the guest in that *seat* say *text*."""
        self._seats[seat].sendall(frame(text.encode(), masked=True))

    def hear(self, messages: int, *, nap: float = 0.0) -> list[float]:
        """The moments at which so many *messages* were heard, by all guests together.

        Args:
            messages: How many, those of all guests counted.
            nap: How long to let more come before reading again: for those who would be slower than the server.

        Raises:
            CrowdError: The server says nothing more, or has shut somebody out.
        """
        moments = list[float]()
        while len(moments) < messages:
            ready = self._epoll.poll(self._patience)
            if not ready:
                raise CrowdError(f"{len(moments):,} of {messages:,} messages were heard")
            for file, _ in ready:
                count = self._buffer.count(MARK, 0, self._read(file))
                if count:
                    moments.extend(repeat(perf_counter(), count))
            sleep(nap)
        return moments

    def rest(self, seconds: float = 0.0) -> None:
        """Read what comes for so long, and then what is there; heartbeats are answered."""
        until = perf_counter() + seconds
        while ready := self._epoll.poll(max(0.0, until - perf_counter())):
            for file, _ in ready:
                self._read(file)

    def _read(self, file: int) -> int:
        """Read from *file* into the buffer, and answer a heartbeat; how much was read."""
        size = self._sockets[file].recv_into(self._buffer)
        if size == 0:
            raise CrowdError("the server has shut a guest out")
        if self._buffer.find(_HEARTBEAT, 0, size) >= 0:
            self._sockets[file].sendall(_PONG)
        return size

    def _admit(self) -> None:
        waiting, arriving = deque(self._invitation.guests), dict[int, _Arrival]()
        while waiting or arriving:
            while waiting and len(arriving) < AT_ONCE:
                guest = waiting.popleft()
                arriving[self._knock(guest)] = _Arrival(guest)
            ready = self._epoll.poll(self._patience)
            if not ready:
                raise CrowdError(f"{len(arriving)} guests were not let in")
            for file, _ in ready:
                size = self._read(file)
                arrival = arriving.get(file)
                if arrival is not None and self._is_in(file, arrival, bytes(self._buffer[:size])):
                    del arriving[file]

    def _knock(self, guest: Guest) -> int:
        joined = socket.create_connection((HOST, self._invitation.port))
        joined.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = [
            f"GET {self._invitation.path} HTTP/1.1",
            f"Host: {HOST}:{self._invitation.port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            *([f"Authorization: Bearer {guest.token}"] if guest.token else []),
        ]
        joined.sendall("\r\n".join([*lines, "", ""]).encode())
        self._epoll.register(joined, EPOLLIN)
        self._sockets[joined.fileno()] = joined
        self._seats.append(joined)
        return joined.fileno()

    def _is_in(self, file: int, arrival: _Arrival, heard: bytes) -> bool:
        arrival.heard += heard
        if not arrival.is_upgraded:
            head, end, rest = arrival.heard.partition(b"\r\n\r\n")
            if not end:
                return False
            if not head.startswith(b"HTTP/1.1 101 "):
                raise CrowdError(head.decode())
            arrival.is_upgraded, arrival.heard = True, rest
            if arrival.guest.hello:
                self._sockets[file].sendall(frame(arrival.guest.hello.encode(), masked=True))
        return self._invitation.welcome.encode() in arrival.heard

    def __enter__(self) -> Self:
        """Let everybody in.

        Raises:
            CrowdError: Somebody is not let in.
        """
        try:
            self._admit()
        except BaseException:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Let everybody go."""
        self._leave()

    def _leave(self) -> None:
        self._epoll.close()
        for left in self._seats:
            left.close()
