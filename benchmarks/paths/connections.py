"""What connections cost that say nothing."""

import json
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from itertools import count
from statistics import quantiles
from time import perf_counter

from attrs import evolve, field, frozen

from benchmarks.audiences import CALM_SECONDS
from benchmarks.crowd import Crowd, raise_file_limit
from benchmarks.harness import Bench, reading
from benchmarks.idling import idling
from benchmarks.paths import fan_out
from benchmarks.rows import Row
from benchmarks.serving import TEXT, Server

TITLE = "Idle WebSocket connections, on uvloop"
PEERS = fan_out.PEERS
LOOP = "uvloop"
SIZE = 2_000
IDLE = 10_000
TALKING = 100
ROUNDS = 5
SAID = 50
PACE = 0.02
IDLE_TURNS = 25
TURN_SECONDS = 0.5


async def measure(bench: Bench) -> None:
    """Connect 2,000 to each server, and 10,000 to ours beside 100 who talk."""
    raise_file_limit()
    limit, ours, *peers = ((name, [_memory(stage)]) for name, stage in fan_out.STAGES.items())
    await bench.keep(
        Row(
            case=f"memory of a connection, {SIZE:,} of them",
            unit="B",
            limit=reading(*limit),
            ours=reading(*ours, limit[1]),
            peers=tuple(reading(*peer, limit[1]) for peer in peers),
            note="What the process grows by; each of ours has a session, and has joined a channel of 100",
        )
    )
    for row in _beside_idle():
        await bench.keep(row)


def _memory(stage: str) -> float:
    """What the process of *stage* grows by with each connection."""
    with Server(stage, LOOP, SIZE) as server:
        invitation = server.invitation
        before = server.memory
        with Crowd(invitation) as crowd:
            crowd.rest(CALM_SECONDS)
            return (server.memory - before) / SIZE


@frozen(kw_only=True)
class _Talk:
    """A hundred who talk to each other on a server of ours, beside others who are silent."""

    server: Server
    crowd: Crowd
    channel_id: str
    _numbers: "count[int]" = field(factory=count, init=False)

    def delays(self) -> list[float]:
        """How long each delivery took, from when its sender began to send it to when one of the hundred had read it."""
        self.crowd.rest()
        delays = list[float]()
        for _ in range(SAID):
            number, began = next(self._numbers), perf_counter()
            self.crowd.send(number % TALKING, self._frame(number))
            # Its sender reads the message once more, in the ack.
            delays += [moment - began for moment in self.crowd.hear(TALKING + 1)]
            self.crowd.rest(PACE - (perf_counter() - began))
        return delays

    def _frame(self, number: int) -> str:
        data = {"content": TEXT, "client_message_id": f"message {number}"}
        return json.dumps({"type": "message", "channel_id": self.channel_id, "data": data})


@contextmanager
def _talking(server: Server) -> Generator[_Talk]:
    with server, ExitStack() as stack:
        guests = server.invitation.guests
        talking, silent = (evolve(server.invitation, guests=part) for part in (guests[:TALKING], guests[TALKING:]))
        if silent.guests:
            stack.enter_context(idling(silent))
        crowd = stack.enter_context(Crowd(talking))
        crowd.rest(CALM_SECONDS)
        yield _Talk(server=server, crowd=crowd, channel_id=json.loads(guests[0].hello)["channel_id"])


def _beside_idle() -> tuple[Row, ...]:
    crowded, alone = (Server("benchmarks.stages.ours", LOOP, TALKING + idle) for idle in (IDLE, 0))
    with _talking(crowded) as full, _talking(alone) as calm:
        talks = calm, full
        busy = [-talk.server.busy for talk in talks]
        for _ in range(IDLE_TURNS):
            for talk in talks:
                talk.crowd.rest(TURN_SECONDS)
        seconds = 2 * IDLE_TURNS * TURN_SECONDS
        idled = [(spent + talk.server.busy) / seconds for spent, talk in zip(busy, talks, strict=True)]
        slices = [[quantiles(talk.delays(), n=100, method="inclusive") for talk in talks] for _ in range(ROUNDS)]
    told = f"{TALKING} talking, {1 / PACE:.0f} messages a second"
    return (
        _row(f"p50 of a delivery, {told}", [[each[49] for each in both] for both in slices]),
        _row(f"p99 of a delivery, {told}", [[each[98] for each in both] for both in slices]),
        _row(f"a second of {seconds:.0f} in which nobody talks: processor time, heartbeats on", [idled]),
    )


def _row(case: str, rounds: list[list[float]]) -> Row:
    calm, full = ([pair[side] for pair in rounds] for side in (0, 1))
    return Row(
        case=case,
        unit="s",
        limit=reading("none idle", calm),
        ours=reading(f"{IDLE:,} idle", full, calm),
        note="From the frame that sends to the frame that is read" if "delivery" in case else "",
    )
