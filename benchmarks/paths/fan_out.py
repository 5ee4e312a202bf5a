"""Telling very many what one says, over WebSockets."""

from contextlib import ExitStack
from statistics import quantiles

from benchmarks.audiences import Audience, gathered
from benchmarks.crowd import raise_file_limit
from benchmarks.harness import Bench, reading
from benchmarks.rows import Goal, Of, Row
from benchmarks.serving import SIZE, Server

TITLE = f"Tell very many of one message of {SIZE} B, over WebSockets on loopback"
PEERS = ("aiohttp", "python-socketio", "starlette", "uvicorn", "uvloop", "websockets")
STAGES = {
    "a bare protocol": "benchmarks.stages.bare",
    "the whole protocol": "benchmarks.stages.ours",
    "websockets.broadcast": "benchmarks.rival_stages.websockets_broadcast",
    "Starlette": "benchmarks.rival_stages.starlette",
    "aiohttp": "benchmarks.rival_stages.aiohttp",
    "python-socketio": "benchmarks.rival_stages.python_socketio",
}
"""The limit, ours and the peers."""

DELIVERIES = 20_000
ROUNDS = 7
DELAY_ROUNDS = 3
PACED = 8
PACE = {200: 0.05, 1_000: 0.2}
"""Seconds between messages, so that the slowest peer has time enough for them."""

RATES = {
    ("uvloop", 200): Goal(of=Of.RATIO, most=1 / 0.75),
    ("uvloop", 1_000): Goal(of=Of.RATIO, most=1 / 0.7),
    ("asyncio", 1_000): Goal(of=Of.RATIO, most=1 / 0.7),
}
DELAYS = {1_000: Goal(of=Of.VALUE, most=16e-3)}


async def measure(bench: Bench) -> None:
    """Tell 200 and 1,000, on uvloop and on asyncio: as fast as it goes, and now and then.

    A server, and the crowd that reads and counts, have a process each. All servers are up, and their crowds connected,
    while they take turns.
    """
    raise_file_limit()
    for loop in "uvloop", "asyncio":
        for size in PACE:
            with ExitStack() as stack:
                servers = {name: Server(stage, loop, size) for name, stage in STAGES.items()}
                audiences = list[Audience]()
                for name, server in servers.items():
                    audiences.append(stack.enter_context(gathered(name, server, size)))
                    for audience in audiences:
                        audience.crowd.rest()  # Some are asked whether they are there.
                limit, ours, *peers = [audience.contender(DELIVERIES // size) for audience in audiences]
                await bench.compare(
                    f"1 → {size:,}, {loop}",
                    limit=limit,
                    ours=ours,
                    peers=peers,
                    goal=RATES.get((loop, size)),
                    per="frame",
                    rounds=ROUNDS,
                )
                await bench.keep(_delays(loop, size, audiences), profiled=ours)


def _delays(loop: str, size: int, audiences: list[Audience]) -> Row:
    taken: list[list[float]] = [[] for _ in audiences]
    for _ in range(DELAY_ROUNDS):
        for audience, late in zip(audiences, taken, strict=True):
            audience.crowd.rest()
            late.append(quantiles(audience.delays(PACED, PACE[size]), n=100, method="inclusive")[-1])
    limit, ours, *peers = [
        reading(audience.name, late, None if audience is audiences[0] else taken[0])
        for audience, late in zip(audiences, taken, strict=True)
    ]
    return Row(
        case=f"p99 of a delivery, 1 → {size:,}, {loop}",
        unit="s",
        limit=limit,
        ours=ours,
        peers=tuple(peers),
        goal=DELAYS.get(size),
        note=f"A message every {PACE[size] * 1000:.0f} ms",
    )
