"""Schedules that a seed chooses, and interruptions at each moment."""

import asyncio
from abc import abstractmethod
from random import Random
from typing import Protocol

import pytest
from attrs import define, field, fields

from saiondo_core import Ports, UseCaseFactory
from saiondo_core.errors import UnavailableError
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.schedules import (
    YIELDS_MOST,
    Failure,
    Interruption,
    at_every_moment,
    interleaved,
    on_schedules,
)


class Notes(Protocol):
    """A port for these tests."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many notes there are."""

    @abstractmethod
    async def add(self, *, note: str) -> int:
        """Keep *note*, and give its number."""


@define(eq=False)
class NotesInMemory(Notes):
    """Notes in a list."""

    kept: list[str] = field(factory=list[str])

    @property
    def size(self) -> int:
        """See `Notes.size`."""
        return len(self.kept)

    async def add(self, *, note: str) -> int:
        """See `Notes.add`."""
        if not note:
            raise ValueError(note)
        self.kept.append(note)
        return len(self.kept)


async def order(seed: int) -> tuple[str, ...]:
    """In what order five parallel writers get their turn."""
    notes = NotesInMemory()
    fuzzed = interleaved(notes, Random(seed))
    await asyncio.gather(*(fuzzed.add(note=f"{number}") for number in range(5)))
    return tuple(notes.kept)


async def test_a_seed_is_a_schedule() -> None:
    """The same seed gives the same order, and different seeds many orders."""
    orders = [await order(seed) for seed in range(100)]

    assert orders == [await order(seed) for seed in range(100)]
    assert len(set(orders)) > 20


async def test_a_fuzzed_port_is_still_the_port() -> None:
    """Results, errors and what is not a call are the port's own."""
    notes = NotesInMemory()
    fuzzed = interleaved(notes, Random(1))

    assert [1, 2] == [await fuzzed.add(note="a"), await fuzzed.add(note="b")]
    assert 2 == fuzzed.size
    with pytest.raises(ValueError, match=r"^$"):
        await fuzzed.add(note="")


async def test_a_call_waits_before_and_after() -> None:
    """Between none and three turns of the loop pass before a call, and as many after it."""
    waits: set[tuple[int, int]] = set()
    for seed in range(300):
        notes = NotesInMemory()
        adding = asyncio.ensure_future(interleaved(notes, Random(seed)).add(note="a"))
        await asyncio.sleep(0)
        before = after = 0
        while not notes.kept:
            before += 1
            await asyncio.sleep(0)
        while not adding.done():
            after += 1
            await asyncio.sleep(0)
        waits.add((before, after))

    possible = range(YIELDS_MOST + 1)
    assert {(before, after) for before in possible for after in possible} == waits


async def test_a_failure_names_its_seed() -> None:
    """The first failing schedule ends the run, and its error says how to run it alone."""
    tried: list[float] = []

    async def scenario(random: Random) -> None:
        tried.append(random.random())
        assert 3 != len(tried), "the third fails"

    with pytest.raises(AssertionError) as failed:
        await on_schedules(scenario, seeds=range(10, 20))
    assert 3 == len(tried)
    assert [Random(seed).random() for seed in (10, 11, 12)] == tried
    assert any("seeds=[12]" in note for note in failed.value.__notes__)


async def test_an_interruption_comes_once_at_its_moment() -> None:
    """Moments lie before and after each call, counted over all the ports; what happens there happens once."""
    seen: list[tuple[int, int]] = []

    async def scenario(moment: int) -> bool:
        notes, others = NotesInMemory(), NotesInMemory()

        async def look() -> None:
            seen.append((notes.size, others.size))
            await interruption.around(notes).add(note="a call of its own is not counted")

        interruption = Interruption(at=moment, then=look)
        for port in (interruption.around(notes), interruption.around(others)):
            await port.add(note="a")
        return interruption.happened

    assert 4 == await at_every_moment(scenario)
    assert [(0, 0), (1, 0), (1, 0), (1, 1)] == seen


async def test_a_failure_names_its_moment() -> None:
    """The error of an interrupted run says where it was interrupted."""

    async def scenario(moment: int) -> bool:
        assert moment < 3, "too far"
        return True

    with pytest.raises(AssertionError) as failed:
        await at_every_moment(scenario)
    assert any("at=3: right after port call 2" in note for note in failed.value.__notes__)


@pytest.mark.parametrize(("at", "kept"), [(0, 0), (1, 1)])
async def test_a_failing_call_was_made_or_not(at: int, kept: int) -> None:
    """Before a call a failure keeps it from being made, after it only the reply is lost; the next call goes well."""
    notes, error = NotesInMemory(), UnavailableError(outcome_unknown=True)
    failing = Failure(at, error).around(notes)

    with pytest.raises(UnavailableError) as failed:
        await failing.add(note="a")
    assert error is failed.value
    assert kept == notes.size
    assert kept + 1 == await failing.add(note="b")


async def test_a_bundle_is_surrounded_whole() -> None:
    """Of a bundle, each port whose calls are awaited is surrounded, in every tenant, and the logs are the same."""
    ports = cheap_ports()
    failure = Failure(0, UnavailableError(outcome_unknown=True))
    # There is no shared cache in memory.
    never_awaited_in_use_cases = {"clock", "ids", "secrets", "shared_cache", "tenants", "close"}

    for plain, surrounded in (
        (ports, failure.around_all(ports)),
        (ports.for_tenant("a"), failure.around_all(ports).for_tenant("a")),
    ):
        bare = {name.name for name in fields(Ports) if getattr(plain, name.name) is getattr(surrounded, name.name)}
        assert never_awaited_in_use_cases == bare | {"tenants"}
        assert plain.logs == surrounded.logs


async def test_only_what_is_called_inside_counts() -> None:
    """What a bundle is asked before, after, or by the jobs of its factory is never a moment."""

    async def scenario(moment: int) -> bool:
        failure = Failure(moment, UnavailableError(outcome_unknown=True))
        async with UseCaseFactory(ports=failure.around_all(cheap_ports())) as use_cases:
            ensure = use_cases.as_system("test").user.ensure
            await ensure(id="anna", username="anna")
            with failure:
                await use_cases.settle()
            assert not failure.happened, "the jobs go on as ever"
            try:
                with failure:
                    await ensure(id="bert", username="bert")
            except UnavailableError:
                assert failure.happened
            await ensure(id="bert", username="bert")
        return failure.happened

    assert await at_every_moment(scenario) >= 2
