"""One connection in memory: what holds in fair weather, and what each fault does to it."""

import asyncio
from random import Random

import pytest
from attrs import define, field

from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.frames import Frame
from saiondo_core.realtime.listening import Told
from saiondo_core.realtime.requests import Pong
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.virtual_cable import VirtualCable
from saiondo_core.testing.virtual_faults import CALM, Faults, Mishaps, Weather
from saiondo_core.testing.virtual_lanes import LATE_SECONDS, LATENCY, WINDOW
from saiondo_core.testing.virtual_time import run_virtually

HOUR = 3_600.0


@define(eq=False)
class Line:
    """A cable, and whatever comes out at either end.

    Attributes:
        to_server: What came at the server's end.
        to_client: What came at the client's end; at last, the code with which it ended.
    """

    faults: Faults = CALM
    seed: int = 1
    cable: VirtualCable = field(init=False)
    to_server: list[str | bytes] = field(factory=list[str | bytes], init=False)
    to_client: list[str | bytes | int | None] = field(factory=list[str | bytes | int | None], init=False)

    def __attrs_post_init__(self) -> None:
        """Lay the cable."""
        weather = Weather()
        weather.change(self.faults)
        self.cable = VirtualCable(Random(self.seed), weather)

    async def hear(self) -> None:
        """Take whatever comes, until both ends are over."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._serve())
            tasks.create_task(self._follow())

    async def say(self, *texts: str) -> None:
        """Let both ends say the same."""
        for text in texts:
            await self.cable.client.send(text.encode())
            await self.cable.server.write(told(text))

    async def _serve(self) -> None:
        async for frame in self.cable.server.frames():
            self.to_server.append(frame)

    async def _follow(self) -> None:
        try:
            while True:
                self.to_client.append(await self.cable.client.receive())
        except ConnectionLostError as error:
            self.to_client.append(error.close_code)


def told(text: str) -> Told:
    """*text* as a gateway writes it."""
    made = Told(Frame(type=Pong.type, data=Pong()))
    made.text = text.encode()
    return made


async def rest(seconds: float = LATENCY[1]) -> None:
    """Let so many seconds pass: by default, until all that is under way has arrived."""
    await asyncio.sleep(seconds)


def test_all_arrives_in_order_after_its_latency() -> None:
    """In fair weather each end is given what the other said, once and in order; then the end, with its code."""
    texts = [str(number) for number in range(500)]

    async def main() -> None:
        line = Line()
        hearing = asyncio.create_task(line.hear())
        await line.say("first")
        await rest(LATENCY[0] / 2)
        assert ([], []) == (line.to_server, line.to_client)
        await rest()
        assert (["first"], [b"first"]) == (line.to_server, line.to_client)
        await line.say(*texts)
        await line.cable.server.close(CloseCode.RESTARTING)
        await hearing
        assert ["first", *texts] == line.to_server
        assert [b"first", *(text.encode() for text in texts), 1012] == line.to_client

    run_virtually(main())


@pytest.mark.parametrize(
    ("mishap", "fewest", "most"), [("dropped", 350, 450), ("doubled", 750, 850), ("reordered", 600, 600)]
)
def test_mishaps_befall_frames(mishap: str, fewest: int, most: int) -> None:
    """Of all frames a third is dropped, or doubled, or overtaken, but for the first and the end; each is counted."""
    texts = [str(number) for number in range(600)]

    async def main() -> None:
        line = Line(Faults(frames=Mishaps(**{mishap: 1 / 3})))
        hearing = asyncio.create_task(line.hear())
        await line.say(texts[0])
        await rest()
        await line.say(*texts[1:])
        await rest(LATE_SECONDS)
        await line.cable.client.close(CloseCode.NORMAL)
        await hearing

        heard = [int(frame) for frame in line.to_server]
        assert fewest <= len(heard) <= most
        assert 0 == heard[0]
        assert 1000 == line.to_client[-1]
        assert ("dropped" == mishap) == (len(set(heard)) < 600)
        assert ("dropped" == mishap) == (sorted(heard) == heard)
        assert 350 < line.cable.weather.struck[f"frames.{mishap}"] < 450

    run_virtually(main())


def test_who_says_more_than_is_taken_waits() -> None:
    """So much is under way at most; then a write waits for the other end to take something, or for the end."""

    async def main() -> None:
        cable = Line().cable
        for number in range(WINDOW):
            assert cable.server.write_now(told(str(number)))
        assert not cable.server.write_now(told("too much"))
        writing = asyncio.create_task(cable.server.write(told("later")))
        await rest(HOUR)
        assert not writing.done()
        assert b"0" == await cable.client.receive()
        await writing

        writing = asyncio.create_task(cable.server.write(told("never")))
        cable.client.abort()
        with pytest.raises(ConnectionError):
            await writing
        with pytest.raises(ConnectionLostError):
            await cable.client.send(b"never")

    run_virtually(main())


def test_a_reset_loses_what_is_under_way() -> None:
    """Both ends are told at once, and no code; what had not arrived never does."""

    async def main() -> None:
        line = Line()
        hearing = asyncio.create_task(line.hear())
        await line.say("before")
        await rest()
        await line.say("lost")
        line.cable.reset()
        await hearing
        await rest()
        assert (["before"], [b"before", None]) == (line.to_server, line.to_client)

    run_virtually(main())


def test_what_closes_in_between_loses_nothing() -> None:
    """Something in between says goodbye to both ends, behind all that was under way."""

    async def main() -> None:
        line = Line()
        hearing = asyncio.create_task(line.hear())
        await line.say("before")
        line.cable.close(CloseCode.GOING_AWAY)
        await hearing
        assert (["before"], [b"before", 1001]) == (line.to_server, line.to_client)

    run_virtually(main())


@pytest.mark.parametrize(
    ("direction", "to_server", "to_client"),
    [(Direction.TO_SERVER, [], [b"said"]), (Direction.TO_CLIENT, ["said"], []), (None, [], [])],
)
def test_a_black_hole_tells_nobody(direction: Direction | None, to_server: list[str], to_client: list[bytes]) -> None:
    """Nothing arrives in its direction, the end neither, and nobody is told; the other direction goes on."""

    async def main() -> None:
        line = Line()
        hearing = asyncio.create_task(line.hear())
        line.cable.black_hole(direction)
        await line.say("said")
        await rest(HOUR)
        assert (to_server, to_client) == (line.to_server, line.to_client)
        line.cable.server.abort()
        await rest(HOUR)
        assert (direction is Direction.TO_SERVER) == line.cable.client.is_over
        line.cable.reset()
        await hearing

    run_virtually(main())


@pytest.mark.parametrize("is_server", [False, True])
def test_who_forgets_a_connection_says_so_when_it_is_spoken_to(is_server: bool) -> None:
    """One end knows of the connection no more; the other learns so when it says something, and not before."""

    async def main() -> None:
        cable = Line().cable
        ends = cable.client, cable.server
        forgetful, other = ends[is_server], ends[not is_server]
        cable.forget(forgetful)
        await rest(HOUR)
        assert (True, False) == (forgetful.is_over, other.is_over)
        other.put("hello")
        await rest(2 * LATENCY[1])
        assert other.is_over

    run_virtually(main())


@pytest.mark.parametrize(
    ("fault", "faults"),
    [
        ("reset", Faults(reset=0.1)),
        ("closed", Faults(closed=0.1)),
        ("black_hole", Faults(black_hole=0.1)),
        ("half_open", Faults(half_open=0.1)),
    ],
)
def test_faults_strike_at_their_rate(fault: str, faults: Faults) -> None:
    """Connections are struck by chance, as often as the rate says, and no more once the weather is another.

    At a tenth per second, 1 - exp(-1) of them have been struck after ten seconds.
    """

    async def main() -> None:
        weather = Weather()
        cables = [VirtualCable(Random(number), weather) for number in range(1_000)]
        weather.change(faults)
        for cable in cables:
            cable.expect()
        await rest(10.0)
        struck = weather.struck[fault]
        assert 582 < struck < 682
        weather.change(CALM)
        weather.change(Faults(refused=1.0))
        await rest(HOUR)
        assert {fault: struck} == weather.struck

    run_virtually(main())
