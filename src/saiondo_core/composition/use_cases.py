"""The use cases as a host holds them: for nobody yet, for one user, or for the host itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast, overload

from attrs import define, field

from saiondo_core.composition.dead_letters import DeadLetterBox
from saiondo_core.composition.errors import HandlerNotFoundError
from saiondo_core.composition.live import Live
from saiondo_core.composition.relay import Subscription
from saiondo_core.composition.tenant import Tenant
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Event, Recorded
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import EVENT_HANDLE, MESSAGE_JUDGE, Policy
from saiondo_core.kernel.refusals import ActorMismatchError, SystemOnlyError
from saiondo_core.kernel.rights import SYSTEM_PREFIX, USER_ID_MOST, Acting, valid_user_id
from saiondo_core.kernel.text import clean_line
from saiondo_core.messages.model import Judgement, MessageDraft

if TYPE_CHECKING:  # Each group is loaded when it is first asked for.
    from saiondo_core.composition.groups.auth import AuthGroup
    from saiondo_core.composition.groups.cache import CacheGroup
    from saiondo_core.composition.groups.channel import ChannelGroup
    from saiondo_core.composition.groups.message import MessageGroup
    from saiondo_core.composition.groups.user import UserGroup
    from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
    from saiondo_core.permissions.user_permission import UserPermissionUseCase
    from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase

E = TypeVar("E", bound=Event)
H = TypeVar("H", bound=Callable[[MessageDraft], Awaitable[Judgement]])


@define(eq=False, repr=False)
class UseCases:
    """All a host can ask for: `auth`, `user`, `channel`, `message`, `permission`, `real_time`, `websocket`, `cache`.

    Each operation acts for somebody and checks that somebody's rights. Through `as_user(id)` the acting user is
    filled in; otherwise each call names them.
    """

    _tenant: Tenant
    _actor: Actor | None = field(default=None)

    @cached_property
    def auth(self) -> AuthGroup:
        """Registering, signing in and out."""
        from saiondo_core.composition.groups.auth import make_auth_group

        return make_auth_group(self._tenant.ports, self._acting, self._tenant.settings.auth)

    @cached_property
    def user(self) -> UserGroup:
        """Profiles."""
        from saiondo_core.composition.groups.user import make_user_group

        return make_user_group(self._tenant.ports, self._acting)

    @cached_property
    def channel(self) -> ChannelGroup:
        """Channels and who is in them."""
        from saiondo_core.composition.groups.channel import make_channel_group

        return make_channel_group(self._tenant.ports, self._acting)

    @cached_property
    def message(self) -> MessageGroup:
        """What is said."""
        from saiondo_core.composition.groups.message import make_message_group

        return make_message_group(self._tenant.ports, self._acting, self._tenant.hook)

    @cached_property
    def permission(self) -> UserPermissionUseCase:
        """Roles, and who may do what."""
        from saiondo_core.composition.groups.permission import make_permission_group

        return make_permission_group(self._tenant.ports, self._acting)

    @cached_property
    def real_time(self) -> RealTimeChatUseCase:
        """What is said, and who is there, as it happens."""
        from saiondo_core.composition.groups.real_time import make_real_time_group

        tenant, send = self._tenant, self.message.send
        return make_real_time_group(tenant.ports, self._acting, send=send, hub=tenant.hub, handlers=tenant.handlers)

    @cached_property
    def websocket(self) -> WebSocketUseCase:
        """Being somebody at a server elsewhere."""
        from saiondo_core.composition.websocket.web_socket import WebSocketUseCase

        return WebSocketUseCase(clients=self._tenant.clients, lifetime=self._tenant, actor=self._actor)

    @cached_property
    def cache(self) -> CacheGroup:
        """What was read lately, without asking the store each time."""
        from saiondo_core.composition.groups.cache import make_cache_group

        return make_cache_group(self._tenant.ports, self._acting, self._tenant.settings.caching, self._tenant.caches)

    def as_user(self, user_id: str) -> UseCases:
        """The same use cases, acting for the user *user_id*, whose identity the host vouches for.

        Raises:
            InvalidInputError: *user_id* cannot be a user's id.
            ActorMismatchError: These are somebody's already.
        """
        return self._bound(Actor(id=valid_user_id(user_id)))

    def as_system(self, name: str) -> UseCases:
        """The same use cases, acting for the host itself; the log shows it as `system:` and *name*.

        Raises:
            InvalidInputError: *name* is not 1 to 57 characters on one line.
            ActorMismatchError: These are somebody's already.
        """
        clean = clean_line(name, "name", least=1, most=USER_ID_MOST - len(SYSTEM_PREFIX))
        return self._bound(Actor(id=UserId(SYSTEM_PREFIX + clean), is_system=True))

    @overload
    def on(
        self, event: type[E], *, name: str | None = None
    ) -> Callable[[Callable[[E], Awaitable[None]]], Callable[[E], Awaitable[None]]]: ...

    @overload
    def on(
        self, event: type[E], handler: Callable[[E], Awaitable[None]], *, name: str | None = None
    ) -> Callable[[E], Awaitable[None]]: ...

    def on(
        self, event: type[E], handler: Callable[[E], Awaitable[None]] | None = None, *, name: str | None = None
    ) -> Callable[[E], Awaitable[None]] | Callable[[Callable[[E], Awaitable[None]]], Callable[[E], Awaitable[None]]]:
        """Have *handler* told of every *event*: as a call, or as a decorator.

        It is told at least once, in the order of each channel, from the beginning of the log or from where its name
        had got to. It must be idempotent: `event.stamp.id` is the same each time. Where it raises, it is told again,
        later and later, and at last finds the event among its dead letters; nobody else is delayed by that.

        Args:
            event: The class of events; a base class stands for all of its kinds.
            handler: An async function of the event.
            name: Under which its position is kept. By default the function's own qualified name.

        Returns:
            The handler.

        Raises:
            HandlerNameTakenError: Another handler has that name.
            SystemOnlyError: These use cases are bound to a user.
        """
        self._check_host(EVENT_HANDLE)
        if handler is None:

            def decorate(decorated: Callable[[E], Awaitable[None]]) -> Callable[[E], Awaitable[None]]:
                return self.on(event, decorated, name=name)

            return decorate

        async def handle(recorded: Recorded) -> None:
            await handler(cast("E", recorded.event))

        consumer = name or f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"
        self._tenant.subscribe(Subscription(consumer=consumer, wants=event, handle=handle, source=handler))
        return handler

    def off(self, handler: Callable[[E], Awaitable[None]]) -> None:
        """Tell *handler* of nothing more. Its position is kept: registered again, it goes on from there.

        Raises:
            HandlerNotFoundError: It is not registered.
            SystemOnlyError: These use cases are bound to a user.
        """
        self._check_host(EVENT_HANDLE)
        names = self._tenant.handler_names(handler)
        if not names:
            raise HandlerNotFoundError(name=getattr(handler, "__qualname__", repr(handler)))
        for name in names:
            self._tenant.unsubscribe(name)

    def before_send(self, hook: H) -> H:
        """Ask *hook* for its word on every message before it is stored: as a call, or as a decorator.

        The hook gives `Allow()`, `Replace(text)` or `Reject(reason)`. The settings say how long it may take, and what
        becomes of the message when it fails. A later hook takes the place of an earlier one.

        Raises:
            SystemOnlyError: These use cases are bound to a user.
        """
        self._check_host(MESSAGE_JUDGE)
        self._tenant.install_hook(hook)
        return hook

    @property
    def dead_letters(self) -> DeadLetterBox:
        """Events that a handler failed on until its tries were used up: `list`, `replay`, `discard`.

        Raises:
            SystemOnlyError: These use cases are bound to a user.
        """
        self._check_host(EVENT_HANDLE)
        return DeadLetterBox(self._tenant)

    @property
    def live(self) -> Live:
        """What a gateway needs to serve connections.

        Raises:
            SystemOnlyError: These use cases are bound to a user.
        """
        self._check_host(EVENT_HANDLE)
        tenant = self._tenant
        return Live(
            attending=tenant.attending,
            policy=tenant.settings.real_time,
            clock=tenant.ports.clock,
            ids=tenant.ports.ids,
            report=tenant.report,
        )

    async def settle(self) -> None:
        """Wait until every event so far, and every event that its handlers cause, was handled or buried. For tests.

        While a handler fails, this waits for its next try, on the clock of the ports: a frozen one has to be advanced.

        Raises:
            NotOpenError: The factory is not open.
        """
        await self._tenant.settle()

    @cached_property
    def _acting(self) -> Acting:
        return self._tenant.acting(self._actor)

    def _bound(self, actor: Actor) -> UseCases:
        if self._actor is not None and self._actor != actor:
            raise ActorMismatchError
        return UseCases(self._tenant, actor)

    def _check_host(self, policy: Policy) -> None:
        if self._actor is not None and not self._actor.is_system:
            raise SystemOnlyError(permission=policy.permission)
