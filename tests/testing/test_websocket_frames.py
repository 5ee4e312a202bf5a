"""Where frames begin and end, against the frames that `websockets` writes."""

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as Written
from websockets.frames import Opcode

from saiondo_core.testing.websocket_frames import SEEN_MOST, FrameSplitter, Piece, Upgrade

ANSWER = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"

sizes = st.sampled_from([0, 1, 125, 126, 127, 65_535, 65_536, 65_537, 150_000]) | st.integers(0, 300)
talk = st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT]), sizes, st.booleans())
control = st.tuples(st.sampled_from([Opcode.PING, Opcode.CLOSE]), st.integers(2, 125), st.just(value=True))


@given(st.lists(talk | control, max_size=6), st.lists(st.integers(0, 400_000)), st.booleans(), st.booleans())
def test_frames_are_found_wherever_reads_end(
    told: list[tuple[Opcode, int, bool]], cuts: list[int], mask: bool, whole: bool
) -> None:
    """However the octets come, the pieces are the octets, and each frame begins one."""
    written = [Written(opcode, bytes(octet % 251 for octet in range(size)), fin) for opcode, size, fin in told]
    stream = ANSWER + b"".join(frame.serialize(mask=mask, extensions=[]) for frame in written)
    ends = [*sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    splitter, pieces, begin = FrameSplitter(Upgrade(), is_reply=True), list[Piece](), 0
    for end in ends:
        pieces += splitter.feed(stream[begin:end], whole=whole)
        begin = end
    found = [piece.frame for piece in pieces if piece.frame]

    assert stream == b"".join(piece.octets for piece in pieces)
    assert list(range(1, len(written) + 1)) == [frame.number for frame in found]
    assert [(frame.opcode, frame.fin, len(frame.data)) for frame in written] == [
        (frame.opcode, frame.is_final, frame.length) for frame in found
    ]
    if whole:
        assert [frame.data[:SEEN_MOST] for frame in written] == [frame.payload for frame in found]


without_answer = st.lists(st.binary(min_size=1)).filter(lambda chunks: b"HTTP/1.1 101" not in b"".join(chunks))


@given(without_answer, st.booleans())
def test_what_is_no_websocket_passes(chunks: list[bytes], is_reply: bool) -> None:
    """A connection that is never upgraded has no frames, and all of it passes, at the latest when it ends."""
    splitter = FrameSplitter(Upgrade(), is_reply=is_reply)
    pieces = [piece for chunk in chunks for piece in splitter.feed(chunk, whole=True)]
    pieces += splitter.end()

    assert b"".join(chunks) == b"".join(piece.octets for piece in pieces)
    assert not any(piece.frame for piece in pieces)


def test_who_asked_speaks_frames_once_the_answer_is_there() -> None:
    """The client's octets are frames from the server's answer on."""
    upgrade = Upgrade()
    asking, answering = FrameSplitter(upgrade, is_reply=False), FrameSplitter(upgrade, is_reply=True)

    assert [Piece(b"\x81\x00")] == list(asking.feed(b"\x81\x00", whole=True))
    assert [Piece(ANSWER)] == list(answering.feed(ANSWER, whole=True))
    (piece,) = asking.feed(b"\x81\x00", whole=True)
    assert piece.frame
    assert 1 == piece.frame.number


def test_half_a_frame_is_held_back_only_when_asked() -> None:
    """Unless it is to be looked at whole, what came of a frame passes at once; what is left passes at the end."""
    for whole, at_once in ((False, b"\x81\x05he"), (True, b"")):
        splitter = FrameSplitter(Upgrade(is_agreed=True), is_reply=True)
        passed = b"".join(piece.octets for piece in splitter.feed(b"\x81\x05he", whole=whole))
        left = b"".join(piece.octets for piece in splitter.end())
        assert at_once == passed
        assert b"\x81\x05he" == passed + left


def test_an_endless_answer_is_not_held_for_ever() -> None:
    """What looks like an answer but goes on for more than 64 KiB passes as it is."""
    endless = ANSWER.rstrip() + b"x" * SEEN_MOST

    assert [Piece(endless)] == list(FrameSplitter(Upgrade(), is_reply=True).feed(endless, whole=True))
