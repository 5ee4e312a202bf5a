"""One namespace at work: its ports, the host's hook, its handlers and its jobs."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from saiondo_core.auth.departures import EndSessionsOfDeleted
from saiondo_core.auth.sweeping import SweepAuth
from saiondo_core.channels.departures import LeaveAllOfDeleted
from saiondo_core.composition.caches import Caches
from saiondo_core.composition.errors import DeadLetterNotFoundError, HandlerNameTakenError, HandlerNotFoundError
from saiondo_core.composition.handlers import UserHandlers
from saiondo_core.composition.jobs import Job, Runner
from saiondo_core.composition.ports import Ports
from saiondo_core.composition.relay import Delivery, Subscription
from saiondo_core.composition.reports import Report
from saiondo_core.composition.settings import Settings
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import NotOpenError
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Watchable
from saiondo_core.kernel.rights import Acting, Lifetime
from saiondo_core.messages.hooks import HookSlot, TimedHook
from saiondo_core.messages.model import Judgement, MessageDraft
from saiondo_core.realtime.announcing import Announce
from saiondo_core.realtime.attending import Attending
from saiondo_core.realtime.hub import Hub
from saiondo_core.realtime.judging import Judging
from saiondo_core.realtime.presence import Attendance
from saiondo_core.users.admissions import FollowAdmissions
from saiondo_core.users.events import UserDeactivated, UserEvent

if TYPE_CHECKING:
    from saiondo_core.composition.websocket.clients import Clients
    from saiondo_core.composition.websocket.tools import ClientTools

LIBRARY = Actor(id=UserId("system:saiondo_core"), is_system=True)
"""Whom the library's own handlers act for."""


@frozen(kw_only=True)
class _Delivering:
    delivery: Delivery
    runner: Runner

    def grown(self, partition: int) -> None:
        """Deliver what is new there, now."""
        self.delivery.grown(partition)
        self.runner.wake()


@define(eq=False, repr=False)
class Tenant(Lifetime):
    """All that works for one namespace while its factory is open."""

    ports: Ports
    settings: Settings
    report: Report
    hook: HookSlot = field(factory=HookSlot, init=False)
    caches: Caches = field(init=False)
    hub: Hub = field(init=False)
    attending: Attending = field(init=False)
    handlers: UserHandlers = field(init=False)
    _clients: "Clients | None" = field(default=None, init=False)
    _subscriptions: dict[str, Subscription] = field(factory=dict[str, Subscription], init=False)
    _delivering: dict[str, list[_Delivering]] = field(factory=dict[str, list[_Delivering]], init=False)
    _jobs: list[Runner] = field(factory=list[Runner], init=False)
    _is_open: bool = field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        """Let writes be followed by an invalidation, and subscribe the library's own handlers."""
        self.caches = Caches(self.ports)
        self.ports = ports = self.caches.followed()
        acting = self.acting(LIBRARY)
        end_sessions = EndSessionsOfDeleted(acting=acting, sessions=ports.sessions, credentials=ports.credentials)
        leave_all = LeaveAllOfDeleted(acting=acting, channels=ports.channels)
        for name, wants, handle in (
            ("follow_admissions", UserEvent, FollowAdmissions(admissions=ports.roles)),
            ("end_sessions", UserDeactivated, end_sessions),
            ("leave_channels", UserDeactivated, leave_all),
            ("announce", Event, Announce(bus=ports.bus)),
        ):
            self.subscribe(Subscription(consumer=f"saiondo_core.{name}", wants=wants, handle=handle))
        for subscription in self.caches.subscriptions():
            self.subscribe(subscription)
        policy = self.settings.real_time
        self.hub = Hub(
            acting=acting, channels=ports.channels, messages=ports.messages, rights=ports.roles.log, policy=policy
        )
        attendance = Attendance(store=ports.presence, clock=ports.clock, seconds=policy.online_seconds)
        self.attending = Attending(hub=self.hub, attendance=attendance, sessions=ports.sessions, bus=ports.bus)
        self.handlers = UserHandlers(
            ports=ports, settings=self.settings, report=self.report, acting=self.acting, attending=self.attending
        )

    @property
    def clients(self) -> "Clients":
        """Who of this process is connected to servers elsewhere."""
        if self._clients is None:
            # Only here, so that whoever never connects to one loads no client.
            from saiondo_core.composition.websocket.clients import Clients  # noqa: PLC0415

            self._clients = Clients(self._make_client_tools)
        return self._clients

    def acting(self, actor: Actor | None) -> Acting:
        """What use cases that act for *actor* ask first."""
        return Acting(
            clock=self.ports.clock,
            ids=self.ports.ids,
            lifetime=self,
            gate=self.ports.gate,
            gate_seconds=self.settings.gate_seconds,
            actor=actor,
        )

    def check(self) -> None:
        """See `Lifetime.check`."""
        if not self._is_open:
            raise NotOpenError

    def open(self) -> None:
        """Start the jobs, in the running loop."""
        self._is_open = True
        self.caches.open()
        sweep = SweepAuth(
            clock=self.ports.clock,
            sessions=self.ports.sessions,
            credentials=self.ports.credentials,
            users=self.ports.users,
        )
        live = self._started(self.hub), self._started(Judging(self.hub))

        def wake() -> None:
            for runner in live:
                runner.wake()

        self.hub.wake = wake
        self.ports.bus.listen(self.hub.hear)
        self._jobs = [self._started(sweep), *live, self._started(self.attending)]
        for subscription in self._subscriptions.values():
            self._deliver(subscription)

    async def close(self) -> None:
        """Refuse further calls, end all connections to servers, and bring all jobs to their end."""
        self._is_open = False
        if self._clients is not None:
            await self._clients.close()
        self.ports.bus.unlisten(self.hub.hear)
        runners = [*self._jobs, *self.handlers.close()]
        for consumer in tuple(self._delivering):
            runners += self._undeliver(consumer)
        await asyncio.gather(*(runner.stop(self.settings.stop_seconds) for runner in runners))
        await self.caches.close()

    def subscribe(self, subscription: Subscription) -> None:
        """Deliver events to one more handler, from where its name had got to, or from the log's beginning.

        Raises:
            HandlerNameTakenError: Another handler has its name.
        """
        if subscription.consumer in self._subscriptions:
            raise HandlerNameTakenError(name=subscription.consumer)
        self._subscriptions[subscription.consumer] = subscription
        if self._is_open:
            self._deliver(subscription)

    def unsubscribe(self, consumer: str) -> None:
        """Deliver nothing more to a handler, once it is done with the event it has; its position is kept."""
        if self._subscriptions.pop(consumer, None) is None:
            raise HandlerNotFoundError(name=consumer)
        for runner in self._undeliver(consumer):
            runner.retire()

    def install_hook(self, hook: Callable[[MessageDraft], Awaitable[Judgement]]) -> None:
        """Ask *hook* before each send, within the time and in the manner that the settings say."""
        self.hook.hook = TimedHook(
            hook=hook,
            clock=self.ports.clock,
            seconds=self.settings.before_send_seconds,
            fails_open=self.settings.before_send_fails_open,
            report=lambda error: self.report("before_send_failed", error=type(error).__name__),
        )

    async def settle(self) -> None:
        """Wait until every event so far, and every event that handlers cause meanwhile, was handled or buried."""
        self.check()
        while await self._drained():
            pass

    async def replay(self, letter_id: str) -> None:
        """Give a dead letter's event to its handler once more, and forget the letter if that goes well.

        Raises:
            DeadLetterNotFoundError: There is no such letter.
            HandlerNotFoundError: Its handler is not registered.
            Exception: Whatever the handler raises; the letter stays.
        """
        letter = await self.ports.letters.get(letter_id=letter_id)
        if letter is None:
            raise DeadLetterNotFoundError(letter_id=letter_id)
        subscription = self._subscriptions.get(letter.consumer)
        if subscription is None:
            raise HandlerNotFoundError(name=letter.consumer)
        await subscription.handle(letter.recorded)
        await self.ports.letters.remove(letter_id=letter_id)

    def handler_names(self, source: object) -> tuple[str, ...]:
        """The names under which the host registered *source*."""
        return tuple(name for name, subscription in self._subscriptions.items() if subscription.source is source)

    async def _drained(self) -> int:
        everything = [one for many in self._delivering.values() for one in many]
        drains = [one.delivery.drain() for one in everything]
        for one in everything:
            one.runner.wake()
        return sum(await asyncio.gather(*drains))

    def _deliver(self, subscription: Subscription) -> None:
        for log in self.ports.logs:
            delivery = Delivery(
                subscription, log, self.ports.letters, self.ports.clock, self.settings.relay, self.report
            )
            one = _Delivering(delivery=delivery, runner=self._started(delivery))
            if isinstance(log, Watchable):
                log.watch(one.grown)
            self._delivering.setdefault(subscription.consumer, []).append(one)

    def _undeliver(self, consumer: str) -> list[Runner]:
        ended = self._delivering.pop(consumer, [])
        for one in ended:
            if isinstance(one.delivery.log, Watchable):
                one.delivery.log.unwatch(one.grown)
            one.delivery.abandon()
        return [one.runner for one in ended]

    def _make_client_tools(self) -> "ClientTools":
        # Only here, so that `import saiondo_core` loads no driver.
        from saiondo_core.composition.websocket.wiring import make_client_tools  # noqa: PLC0415

        ports = self.ports
        return make_client_tools(self.settings.websocket, report=self.report, clock=ports.clock, ids=ports.ids)

    def _started(self, job: Job) -> Runner:
        runner = Runner(job, self.ports.clock, self.report)
        runner.start()
        return runner
