"""The relay: every recorded event, to every handler, at least once and in the order of its stream."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from attrs import define, field, frozen

from saiondo_core.composition.reports import Report
from saiondo_core.composition.settings import RelayPolicy
from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.errors import UnavailableError
from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.ports import Clock, DeadLetter, DeadLetters, EventLog, Watchable

Handler: TypeAlias = Callable[[Recorded], Awaitable[None]]


@frozen(kw_only=True)
class Subscription:
    """A handler, the events it wants, and the name under which its position is kept.

    Attributes:
        source: What the host registered, by which it can be taken off again.
        is_patient: Whether what is not available is waited for, for however long: of an event that `UnavailableError`
            keeps from being handled, there is no dead letter.
        begin: Called once it is settled from where on events are told of, before the first one is.
    """

    consumer: str
    wants: type[Event]
    handle: Handler
    source: object = None
    is_patient: bool = False
    begin: Callable[[], Awaitable[None]] | None = None


@define(eq=False, repr=False)
class _Lane:
    """One partition, as far as one handler has got with it.

    Attributes:
        grown: How often it may have grown: once before anybody looked, and then as often as it was told.
        read: How often that was when it was last read to its end.
    """

    partition: int
    position: int
    grown: int = 1
    read: int = 0
    failures: int = 0
    retry_at: float = 0.0


@define(eq=False, repr=False)
class Delivery:
    """One handler's way through one log: a job of its own, so that a slow or failing handler delays nobody else.

    Within it, a failing event delays what follows in its partition, for order's sake, and no other partition.
    A position is advanced after its event was handled or buried, never before: who is killed in between handles the
    event again.
    """

    subscription: Subscription
    log: EventLog
    letters: DeadLetters
    clock: Clock
    policy: RelayPolicy
    report: Report
    handled: int = field(default=0, init=False)
    _lanes: list[_Lane] | None = field(default=None, init=False)
    _is_told: bool = field(init=False)
    _rest: float = field(init=False)
    _waiting: "list[tuple[int, asyncio.Future[int]]]" = field(
        factory=list["tuple[int, asyncio.Future[int]]"], init=False
    )

    def __attrs_post_init__(self) -> None:
        """Choose how long to rest: a log that tells of its growth need not be looked at."""
        self._is_told = isinstance(self.log, Watchable)
        self._rest = self.policy.longest_backoff if self._is_told else self.policy.poll

    async def step(self) -> float:
        """Deliver all there is; see `Job.step`."""
        waiting = len(self._waiting)
        lanes = await self._opened()
        behind = [lane for lane in lanes if lane.read < lane.grown] if self._is_told else lanes
        for lane in behind or lanes:
            while await self._deliver(lane):
                pass
        failing = [lane.retry_at for lane in lanes if lane.failures]
        if failing:
            return max(0.0, min(self._rest, min(failing) - self.clock.monotonic()))
        for before, drained in self._waiting[:waiting]:
            if not drained.done():
                drained.set_result(self.handled - before)
        del self._waiting[:waiting]
        return self._rest

    def grown(self, partition: int) -> None:
        """Look at *partition* in the next pass; one before which nothing grew looks at all, and so does the first."""
        if self._lanes is not None:
            self._lanes[partition].grown += 1

    def drain(self) -> "asyncio.Future[int]":
        """What a pass that begins from now on, and leaves nothing undelivered, will have handled: how many events."""
        drained = asyncio.get_running_loop().create_future()
        self._waiting.append((self.handled, drained))
        return drained

    def abandon(self) -> None:
        """Let nobody wait any longer: there will be no further pass."""
        for _, drained in self._waiting:
            drained.cancel()

    async def _opened(self) -> list[_Lane]:
        if self._lanes is None:
            consumer = self.subscription.consumer
            lanes = [
                _Lane(partition=number, position=await self.log.position(consumer=consumer, partition=number))
                for number in range(await self.log.partitions())
            ]
            if self.subscription.begin is not None:
                await self.subscription.begin()
            self._lanes = lanes
        return self._lanes

    async def _deliver(self, lane: _Lane) -> bool:
        """Deliver one batch; whether there may be more to deliver now."""
        if lane.failures and self.clock.monotonic() < lane.retry_at:
            return False
        grown = lane.grown
        batch = await self.log.read(partition=lane.partition, after=lane.position, limit=self.policy.batch)
        for recorded in batch:
            if not isinstance(recorded.event, self.subscription.wants):
                continue
            if not await self._handled(lane, recorded):
                return False
            await self._advance(lane, recorded.position)
        if batch and lane.position < batch[-1].position:
            await self._advance(lane, batch[-1].position)
        if len(batch) == self.policy.batch:
            return True
        lane.read = grown
        return False

    async def _advance(self, lane: _Lane, to: int) -> None:
        await self.log.advance(consumer=self.subscription.consumer, partition=lane.partition, to=to)
        lane.position, lane.failures = to, 0

    async def _handled(self, lane: _Lane, recorded: Recorded) -> bool:
        """Whether *recorded* is done with: handled, or buried."""
        try:
            await within(self.clock, self.policy.time_limit, self.subscription.handle(recorded))
        except Exception as error:  # noqa: BLE001 - whatever a handler raises delays it, and ends as a dead letter
            lane.failures += 1
            is_hopeless = lane.failures >= self.policy.attempts and not (
                self.subscription.is_patient and isinstance(error, UnavailableError)
            )
            await self._failed(lane, recorded, type(error).__name__, is_hopeless=is_hopeless)
            if not is_hopeless:
                lane.retry_at = self.clock.monotonic() + self.policy.backoff(lane.failures)
                return False
        self.handled += 1
        return True

    async def _failed(self, lane: _Lane, recorded: Recorded, error: str, *, is_hopeless: bool) -> None:
        consumer, event_id = self.subscription.consumer, recorded.event.stamp.id
        self.report("handler_failed", consumer=consumer, event_id=event_id, error=error, failures=lane.failures)
        if is_hopeless:
            letter = DeadLetter(
                id=f"{consumer}/{event_id}",
                consumer=consumer,
                recorded=recorded,
                error=error,
                attempts=lane.failures,
                buried_at=self.clock.now(),
            )
            await self.letters.bury(letter=letter)
