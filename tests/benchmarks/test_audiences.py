"""Servers, and the crowds that hear them, in processes of their own."""

from collections.abc import Iterator

import pytest

from benchmarks.audiences import Audience, gathered
from benchmarks.crowd import MARK, Crowd, CrowdError, Guest, Invitation, frame
from benchmarks.serving import SIZE, TEXT, Server

GUESTS = 5


@pytest.fixture(scope="module", params=["bare", "ours"])
def audience(request: pytest.FixtureRequest) -> Iterator[Audience]:
    """The crowd of the limit, and that of ours."""
    with gathered("it", Server(f"benchmarks.stages.{request.param}", "asyncio", GUESTS), GUESTS) as found:
        yield found


def test_everybody_hears_every_message_once(audience: Audience) -> None:
    """Of three messages, five guests hear fifteen, and what they hear after that is the next ones."""
    for _ in range(2):
        audience.server.say(3)
        assert 3 * GUESTS == len(audience.crowd.hear(3 * GUESTS))


def test_silence_is_told_of(audience: Audience) -> None:
    """Whoever waits for more than is said is not left waiting."""
    with Crowd(audience.server.invitation, patience=0.2) as crowd, pytest.raises(CrowdError, match="0 of 1 messages"):
        crowd.hear(1)


def test_each_delivery_has_its_delay(audience: Audience) -> None:
    """Two messages to five guests are ten delays, none of which is negative."""
    delays = audience.delays(2, 0.0)

    assert 2 * GUESTS == len(delays)
    assert min(delays) > 0


def test_a_unit_is_one_delivery(audience: Audience) -> None:
    """What is timed is the time of one message to one guest."""
    assert 3 * GUESTS == audience.contender(3).units


def test_a_profile_is_of_the_server(audience: Audience) -> None:
    """What explains a row is what the server did, and not what the crowd did."""
    profiler = audience.contender(3).profiler

    assert profiler is not None
    told = profiler()
    assert "'send' of '_socket.socket'" in told
    assert "audiences.py" not in told


def test_a_server_that_ends_is_told_of() -> None:
    """A stage that cannot be performed is an error, and no endless wait."""
    with pytest.raises(CrowdError, match="has ended"), Server("benchmarks.stages.bare", "nobody_s_loop", 1) as server:
        _ = server.invitation


def test_a_crowd_that_is_not_let_in_says_so(audience: Audience) -> None:
    """A guest who is refused, or who is never welcomed, is no crowd."""
    port = audience.server.invitation.port
    invitation = Invitation(port=port, path="/?token=secret", welcome="never", guests=(Guest(),))

    with pytest.raises(CrowdError), Crowd(invitation, patience=0.2):
        pytest.fail("it was let in")


def test_memory_and_processor_time_are_the_servers(audience: Audience) -> None:
    """A Python holds at least a megabyte, and has worked before anybody could come."""
    assert audience.server.memory > 1_000_000
    assert audience.server.busy > 0


def test_the_text_is_of_its_size_and_counted_once() -> None:
    """Each message is 200 B, with the mark once, which the lengths of frames can never hold."""
    assert SIZE == len(TEXT.encode())
    assert 1 == TEXT.encode().count(MARK)


@pytest.mark.parametrize(
    ("size", "head"),
    [(125, b"\x81\x7d"), (126, b"\x81\x7e\x00\x7e"), (1_000, b"\x81\x7e\x03\xe8")],
)
def test_a_frame_tells_its_length(size: int, head: bytes) -> None:
    """As RFC 6455, 5.2, has it: in the second octet, or in the two after it."""
    assert head + b"x" * size == frame(b"x" * size)


def test_a_masked_frame_has_a_mask_of_zeros() -> None:
    """So the payload stays as it is, and a server takes it all the same."""
    assert b"\x81\x82\x00\x00\x00\x00hi" == frame(b"hi", masked=True)
