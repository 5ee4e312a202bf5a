"""WebSocket frames as they pass by (RFC 6455, section 5.2): where each begins and ends, and what it carries."""

from collections.abc import Iterator

from attrs import define, field, frozen

SEEN_MOST = 65_536
"""How many octets of a payload are looked at; those after them share the fate of their frame."""

_SWITCHING = b"HTTP/1.1 101"
_END_OF_HEAD = b"\r\n\r\n"


@frozen(kw_only=True)
class Frame:
    """One frame: of a message that is sent in fragments, one fragment.

    Attributes:
        number: Which one it is in its connection and direction, from 1. Pings, pongs and closes count too.
        opcode: 0 a further fragment, 1 text, 2 binary, 8 close, 9 ping, 10 pong.
        is_final: Whether its message ends with it.
        length: How many octets its payload has.
        payload: The first `SEEN_MOST` of them, unmasked; compressed, if the two ends have agreed on that.
    """

    number: int
    opcode: int
    is_final: bool
    length: int
    payload: bytes


@frozen
class Piece:
    """Octets that pass or do not pass together.

    Attributes:
        octets: As they came.
        frame: What begins with them; None where they go on with a frame, or belong to none.
    """

    octets: bytes
    frame: Frame | None = None


@define(eq=False)
class Upgrade:
    """Whether the server has agreed to speak WebSocket. Both directions of a connection share it."""

    is_agreed: bool = False


@define(eq=False)
class FrameSplitter:
    """Cuts one direction of a connection into pieces, so that each frame begins a piece of its own.

    Until the server has agreed to the upgrade, everything is one piece after the other, without frames. So is a
    connection that never becomes a WebSocket.

    Attributes:
        upgrade: The connection's.
        is_reply: Whether the server's answer to the upgrade comes by here.
    """

    upgrade: Upgrade
    is_reply: bool
    _held: bytes = field(default=b"", init=False)
    _to_come: int = field(default=0, init=False)
    _frames: int = field(default=0, init=False)

    def feed(self, octets: bytes, *, whole: bool) -> Iterator[Piece]:
        """Give what can be told of after *octets* came.

        Nothing is held back but an unfinished head, and, if *whole*, a frame of which `SEEN_MOST` are not there yet.
        """
        self._held += octets
        while self._held and (piece := self._next(whole=whole)):
            self._held = self._held[len(piece.octets) :]
            yield piece

    def end(self) -> Iterator[Piece]:
        """Give what was held back, since nothing follows."""
        if self._held:
            yield Piece(self._held)
        self._held = b""

    def _next(self, *, whole: bool) -> Piece | None:
        if not self.upgrade.is_agreed:
            return self._answer() if self.is_reply else Piece(self._held)
        if self._to_come:
            piece = Piece(self._held[: self._to_come])
            self._to_come -= len(piece.octets)
            return piece
        return self._frame(whole=whole)

    def _answer(self) -> Piece | None:
        head, end, _ = self._held.partition(_END_OF_HEAD)
        may_agree = _SWITCHING.startswith(self._held[: len(_SWITCHING)]) and len(head) <= SEEN_MOST
        if not may_agree:
            return Piece(self._held)
        self.upgrade.is_agreed = bool(end)
        return Piece(head + end) if end else None

    def _frame(self, *, whole: bool) -> Piece | None:
        if len(self._held) < 2:
            return None
        first, second = self._held[:2]
        mask = 4 if second & 0x80 else 0
        extended = {126: 2, 127: 8}.get(second & 0x7F, 0)
        head = 2 + extended + mask
        if len(self._held) < head:
            return None
        length = int.from_bytes(self._held[2 : 2 + extended], "big") if extended else second & 0x7F
        octets = self._held[: head + min(length, SEEN_MOST)]
        if whole and len(octets) < head + min(length, SEEN_MOST):
            return None
        self._to_come = head + length - len(octets)
        self._frames += 1
        payload = _unmasked(octets[head:], octets[head - mask : head])
        frame = Frame(
            number=self._frames,
            opcode=first & 0x0F,
            is_final=bool(first & 0x80),
            length=length,
            payload=payload,
        )
        return Piece(octets, frame)


def _unmasked(payload: bytes, mask: bytes) -> bytes:
    pad = (mask * (len(payload) // 4 + 1))[: len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(len(payload), "big")
