"""Saying something over a WebSocket, and being told of it, with all that makes sure of it."""

from time import perf_counter

from benchmarks.harness import Bench, Contender
from benchmarks.pairs import Say, bare, ours, plain
from benchmarks.serving import SIZE

TITLE = f"A message of {SIZE} B there and back, over a WebSocket on loopback, all ends in one process"
PEERS = ("python-socketio", "uvicorn", "websockets")
CALLS = 50
ROUNDS = 21
NOTE = (
    "Ours is stored with its event, acknowledged, told with its offset, and its cursor is kept. The bare sockets that "
    "speak our protocol show how much of that is the server's; the limit and python-socketio store and resume nothing"
)
WAYS = {"send → own echo": 0, "send → the other's handler": 1}


async def measure(bench: Bench) -> None:
    """Let one talk, one message after the other, and be told of it; then the other one, who says nothing."""
    from benchmarks.rival_pairs import python_socketio  # noqa: PLC0415 - the tests have no rivals

    for case, listener in WAYS.items():
        async with (
            bare(listener) as limit,
            ours(listener) as mine,
            plain(listener) as half,
            python_socketio(listener) as rival,
        ):
            await bench.compare(
                case,
                limit=_contender("bare websockets", limit),
                ours=_contender("ours", mine),
                peers=[_contender("bare websockets, our protocol", half), _contender("python-socketio", rival)],
                per="message",
                note=NOTE,
                rounds=ROUNDS,
            )


def _contender(name: str, say: Say) -> Contender:
    return Contender(name=name, call=say, calls=CALLS, clock=perf_counter, collects=True)
