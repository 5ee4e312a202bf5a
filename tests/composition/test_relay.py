"""The relay: at least once, in order, and a failing handler delays only itself."""

import asyncio

import pytest
from attrs import define, field

from saiondo_core.adapters.memory.letters import MemoryDeadLetters
from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.composition.jobs import Runner
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.testing.clocks import FrozenClock
from tests.composition.histories import NOW, Doom, DoomedLog, Killed, Said, Whispered, delivery, history, unreported


@define(eq=False)
class Ledger:
    """An idempotent handler: what it was told, in order, and one effect for each event."""

    doom: Doom = field(factory=Doom)
    told: list[Recorded] = field(factory=list[Recorded], init=False)
    effects: dict[str, Recorded] = field(factory=dict[str, Recorded], init=False)

    async def __call__(self, recorded: Recorded) -> None:
        """Take effect once."""
        self.doom.chance()
        self.told.append(recorded)
        self.effects.setdefault(recorded.event.stamp.id, recorded)
        self.doom.chance()

    def offsets(self, stream: str) -> list[int]:
        """The offsets of the effects in *stream*, in the order in which they took effect."""
        return [recorded.offset for recorded in self.effects.values() if recorded.event.stream == stream]


@define(eq=False)
class Failing:
    """A handler that fails on one event, *times* times."""

    event_id: str
    times: int
    error: Exception = field(factory=RuntimeError)
    told: list[str] = field(factory=list[str], init=False)

    async def __call__(self, recorded: Recorded) -> None:
        """Fail, or take note."""
        event_id = recorded.event.stamp.id
        if event_id == self.event_id and self.times > 0:
            self.times -= 1
            raise self.error
        self.told.append(event_id)


@define(eq=False)
class Reads(MemoryLog):
    """A log that notes which partitions are read, unless it fails."""

    read_of: list[int] = field(factory=list[int], init=False)
    fails: bool = field(default=False, init=False)

    async def read(self, *, partition: int, after: int, limit: int) -> tuple[Recorded, ...]:
        """See `EventLog.read`."""
        if self.fails:
            raise UnavailableError(outcome_unknown=False)
        self.read_of.append(partition)
        return await super().read(partition=partition, after=after, limit=limit)


def said(event_id: str, *, room: str = "a") -> Said:
    """Something that was said in *room*."""
    return Said(stamp=Stamp(id=EventId(event_id), at=NOW, actor=UserId("anna")), room=room)


async def test_a_history_is_delivered_in_order() -> None:
    """Every event is handled, once, in the order of its stream, and the position stands at the end."""
    log, ledger = history(), Ledger()
    await delivery(log, ledger, letters=MemoryDeadLetters(), clock=FrozenClock()).step()

    assert {"room:a": [1, 2, 3, 4, 5], "room:b": [1, 2, 3, 4], "room:c": [1, 2, 3]} == {
        stream: ledger.offsets(stream) for stream in ("room:a", "room:b", "room:c")
    }
    assert 12 == len(ledger.told)


async def test_a_relay_killed_anywhere_loses_nothing_and_repeats_no_effect() -> None:
    """Killed around each handler and each call of the log: nothing is lost, order is kept, effects come once."""
    whole = Doom()
    log = history()
    await delivery(DoomedLog(log, whole), Ledger(doom=whole), letters=MemoryDeadLetters(), clock=FrozenClock()).step()

    for at in range(1, whole.chances + 1):
        log, doom, letters = history(), Doom(at=at), MemoryDeadLetters()
        ledger = Ledger(doom=doom)
        with pytest.raises(Killed):
            await delivery(DoomedLog(log, doom), ledger, letters=letters, clock=FrozenClock()).step()
        await delivery(log, ledger, letters=letters, clock=FrozenClock()).step()

        assert 12 == len(ledger.effects), f"killed at chance {at}"
        assert [1, 2, 3, 4, 5] == ledger.offsets("room:a"), f"killed at chance {at}"
        assert [1, 2, 3, 4] == ledger.offsets("room:b"), f"killed at chance {at}"
        assert [1, 2, 3] == ledger.offsets("room:c"), f"killed at chance {at}"
        assert len(ledger.told) <= 13, f"killed at chance {at}: only the event at hand may come twice"


async def test_a_relay_goes_on_where_it_was() -> None:
    """A new relay under the same name is told of nothing that was handled before."""
    log, first, second = history(), Ledger(), Ledger()
    await delivery(log, first, letters=MemoryDeadLetters(), clock=FrozenClock()).step()
    await delivery(log, second, letters=MemoryDeadLetters(), clock=FrozenClock()).step()

    assert 12 == len(first.told)
    assert [] == second.told


async def test_a_handler_gets_only_what_it_wants() -> None:
    """Other kinds of events are passed over, and not looked at again."""
    log, ledger = history(), Ledger()
    await delivery(log, ledger, letters=MemoryDeadLetters(), clock=FrozenClock(), wants=Whispered).step()

    assert {"e03", "e07"} == set(ledger.effects)
    positions = [await log.position(consumer="crm", partition=number) for number in range(await log.partitions())]
    assert 12 == sum(positions)


async def test_a_failing_event_is_tried_again_later_and_keeps_the_order_of_its_stream() -> None:
    """Nothing of the stream overtakes the failing event, other partitions go on, and the wait grows fourfold."""
    log, clock, failing = history(), FrozenClock(), Failing("e02", times=2)
    relay = delivery(log, failing, letters=MemoryDeadLetters(), clock=clock)

    assert 0.1 == pytest.approx(await relay.step())
    assert "e01" in failing.told
    assert not {"e02", "e05"} & set(failing.told)
    assert {"e03", "e06"} <= set(failing.told), "another room's partition is not delayed"

    assert 0.1 == pytest.approx(await relay.step()), "too early: not tried"
    await clock.advance(0.1)
    assert 0.4 == pytest.approx(await relay.step())
    await clock.advance(0.4)
    await relay.step()

    assert 12 == len(failing.told)
    assert failing.told.index("e02") < failing.told.index("e05")


async def test_a_hopeless_event_is_buried_and_the_rest_goes_on() -> None:
    """After its tries it is a dead letter, with its handler and the class of its error; what follows is handled."""
    log, clock, letters = history(), FrozenClock(), MemoryDeadLetters()
    failing = Failing("e02", times=99)
    relay = delivery(log, failing, letters=letters, clock=clock, policy=RelayPolicy(attempts=3))
    for _ in range(3):
        await relay.step()
        await clock.advance(60)

    (letter,) = await letters.list(consumer="crm", after="", limit=10)
    assert ("crm/e02", "crm", "RuntimeError", 3) == (letter.id, letter.consumer, letter.error, letter.attempts)
    assert "e02" == letter.recorded.event.stamp.id
    assert 11 == len(failing.told)
    assert 96 == failing.times, "it was given to the handler three times, and no more"


async def test_a_failing_event_delays_no_other_partition_of_a_log_that_has_to_be_looked_at() -> None:
    """However long the wait for the next try is by then: what happens elsewhere is handled at the next look."""
    log, clock, failing = history("a"), FrozenClock(), Failing("e01", times=7)
    runner = Runner(
        delivery(DoomedLog(log, Doom()), failing, letters=MemoryDeadLetters(), clock=clock), clock, unreported
    )
    runner.start()
    await clock.advance(30)
    log.record((said("e02", room="b"),))
    assert [] == failing.told

    await clock.advance(RelayPolicy().poll)
    assert ["e02"] == failing.told
    await runner.stop(1)


async def test_only_what_grew_is_read_of_a_log_that_tells() -> None:
    """Where it tells of nothing, all is looked at: nothing depends on a single note."""
    log, ledger = Reads(), Ledger()
    relay = delivery(log, ledger, letters=MemoryDeadLetters(), clock=FrozenClock())
    log.watch(relay.grown)
    await relay.step()
    log.read_of.clear()

    log.record((said("e01"),))
    await relay.step()
    assert ["e01"] == list(ledger.effects)
    assert [ledger.told[0].partition] == log.read_of

    log.unwatch(relay.grown)
    log.record((said("e02"),))
    await relay.step()
    assert ["e01", "e02"] == list(ledger.effects)


async def test_what_grows_while_it_is_delivered_is_delivered_next() -> None:
    """A handler may cause an event in the very partition of whose last event it is told."""
    log, told = MemoryLog(), list[str]()

    async def answer(recorded: Recorded) -> None:
        told.append(recorded.event.stamp.id)
        if told == ["e01"]:
            log.record((said("e02"),))

    relay = delivery(log, answer, letters=MemoryDeadLetters(), clock=FrozenClock())
    log.watch(relay.grown)
    log.record((said("e01"),))
    await relay.step()
    log.record((said("e03", room="b"),))
    await relay.step()
    assert ["e01", "e02", "e03"] == told


async def test_what_could_not_be_read_is_read_next() -> None:
    """Also where it is told by then of growth elsewhere."""
    log, ledger = Reads(), Ledger()
    relay = delivery(log, ledger, letters=MemoryDeadLetters(), clock=FrozenClock())
    log.watch(relay.grown)
    await relay.step()
    log.record((said("e01"),))
    log.fails = True
    with pytest.raises(UnavailableError):
        await relay.step()

    log.fails = False
    log.record((said("e02", room="b"),))
    await relay.step()
    assert {"e01", "e02"} == set(ledger.effects)


async def test_a_patient_handler_is_never_given_up() -> None:
    """What is not available is tried for as long as it takes, at most a minute apart; any other error buries."""
    log, clock, letters = history(), FrozenClock(), MemoryDeadLetters()
    failing = Failing("e02", times=2_000, error=UnavailableError(outcome_unknown=True))
    relay = delivery(log, failing, letters=letters, clock=clock, is_patient=True)
    for _ in range(failing.times):
        assert await relay.step() <= 60
        await clock.advance(60)
    await relay.step()
    assert 12 == len(failing.told)
    assert () == await letters.list(consumer="crm", after="", limit=10)

    broken = delivery(history(), Failing("e02", times=99), letters=letters, clock=clock, is_patient=True)
    for _ in range(RelayPolicy().attempts):
        await broken.step()
        await clock.advance(60)
    assert 1 == len(await letters.list(consumer="crm", after="", limit=10))


async def test_a_hanging_handler_is_a_failing_one() -> None:
    """A handler that outstays its time is cancelled, and its event is tried again."""
    log, clock = history("a", quiet=frozenset()), FrozenClock()
    ended: list[str] = []

    async def hang(_: Recorded) -> None:
        try:
            await clock.sleep(1_000)
        finally:
            ended.append("cancelled")

    relay = delivery(log, hang, letters=MemoryDeadLetters(), clock=clock, policy=RelayPolicy(time_limit=30))
    step = asyncio.ensure_future(relay.step())
    await clock.advance(30)
    assert 0.1 == pytest.approx(await step)
    assert ["cancelled"] == ended
    assert 0 == sum([await log.position(consumer="crm", partition=n) for n in range(await log.partitions())])


async def test_drain_waits_for_a_pass_that_leaves_nothing() -> None:
    """Whoever drains learns how much was handled, and is not answered while an event still fails."""
    log, clock, failing = history(), FrozenClock(), Failing("e02", times=1)
    relay = delivery(log, failing, letters=MemoryDeadLetters(), clock=clock)
    drained = relay.drain()

    await relay.step()
    assert not drained.done()
    await clock.advance(1)
    await relay.step()
    assert 12 == drained.result()
