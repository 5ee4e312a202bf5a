"""The gateway as an ASGI 3 application: alone, mounted in a host's, or around it."""

from collections.abc import Collection, Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self, cast
from urllib.parse import quote

from attrs import define, field

from saiondo_core.composition.factory import UseCaseFactory
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.gateway.asgi.protocol import (
    UNAVAILABLE,
    ASGIApp,
    Message,
    Receive,
    Scope,
    Send,
    live,
    nothing_else,
    refuse,
)
from saiondo_core.gateway.asgi.shell import SOCKET, ASGIShell, Socket
from saiondo_core.gateway.errors import GatewayNotOpenError
from saiondo_core.gateway.handshake import Authenticator, Handshake
from saiondo_core.gateway.serving import Gateway
from saiondo_core.realtime.model import RealTimePolicy


@define(eq=False)
class RealTimeApp:
    """Serves real time to WebSockets, and leaves everything else to another application.

    A server that runs it tells it when to open and close, and the application within too. Where it is mounted, nobody
    does, and the host opens it for as long as it lives itself:

    ```python
    async with real_time:
        ...
    ```

    Attributes:
        use_cases: Bound to nobody; or a factory, which is then opened and closed with this.
        app: Gets what is not for real time: HTTP, and WebSockets at other paths.
        path: Where real time is, below where this is mounted; by default, everywhere.
        authenticate: Says whose a connection is; by default, its access token does.
        origins: The web pages, as `https://example.org`, from which browsers may connect.
    """

    use_cases: UseCases | UseCaseFactory
    app: ASGIApp = field(default=nothing_else, kw_only=True)
    path: str | None = field(default=None, kw_only=True)
    authenticate: Authenticator | None = field(default=None, kw_only=True)
    origins: Collection[str] = field(default=(), kw_only=True)
    _gateway: Gateway | None = field(default=None, init=False)
    _was_open: bool = field(default=False, init=False)
    _has_warned: bool = field(default=False, init=False)
    _closing: AsyncExitStack = field(factory=AsyncExitStack, init=False)

    async def __aenter__(self) -> Self:
        """Begin to admit connections."""
        async with AsyncExitStack() as opening:
            source = self.use_cases
            known = await opening.enter_async_context(source) if isinstance(source, UseCaseFactory) else source
            gateway = Gateway(known, authenticate=self.authenticate, origins=self.origins)
            self._gateway, self._was_open = await gateway.__aenter__(), True
            opening.push_async_callback(self.drain)
            self._closing = opening.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Admit nobody more, let every request under way be answered, and close all connections."""
        await self._closing.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI 3 says.

        Raises:
            GatewayNotOpenError: It was never opened, and nobody can be served.
        """
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif scope["type"] == "websocket" and self.path in {None, _path_of(scope)}:
            await self._serve(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def __len__(self) -> int:
        """How many connections there are."""
        return 0 if self._gateway is None else len(self._gateway)

    def __bool__(self) -> bool:
        """An application, however few it serves."""
        return True

    @property
    def policy(self) -> RealTimePolicy:
        """The limits of its connections."""
        source = self.use_cases
        return (source.create_all_use_cases() if isinstance(source, UseCaseFactory) else source).live.policy

    async def drain(self) -> None:
        """Admit nobody more, and close all connections, as closing does; everything else goes on."""
        if self._gateway is not None:
            gateway, self._gateway = self._gateway, None
            await gateway.__aexit__(None, None, None)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        gateway = self._gateway
        if gateway is None:
            if not self._was_open:
                raise GatewayNotOpenError
            await refuse(scope, receive, send, UNAVAILABLE, "The server is going away: come back later.")
            return
        handshake = _handshake(scope)
        refusal = gateway.refusal(handshake.path, handshake.headers.get("origin"))
        if refusal is not None:
            await refuse(scope, receive, send, refusal.status, refusal.reason)
            return
        await receive()
        await send({"type": "websocket.accept"})
        extensions = cast("dict[str, Socket]", scope.get("extensions") or {})
        shell = ASGIShell(
            receive=receive,
            send=send,
            octets_most=gateway.live.policy.frame_octets,
            oversized=self._warn,
            socket=extensions.get(SOCKET),
        )
        await gateway.serve(handshake, shell)

    async def _live(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open once the application within has, and close before it does."""
        has_begun = has_answered = False

        async def receive_first() -> Message:
            nonlocal has_begun
            message = await receive()
            has_begun = True
            if message["type"] == "lifespan.shutdown":
                await self.__aexit__(None, None, None)
            return message

        async def send_after(message: Message) -> None:
            nonlocal has_answered
            if message["type"] == "lifespan.startup.complete":
                await self.__aenter__()
            has_answered = True
            await send(message)

        try:
            await self.app(scope, receive_first, send_after)
        except Exception:
            if has_answered:
                raise
            # By raising, an application says that it wants to know nothing of all this (ASGI, "Lifespan").
            if not has_begun:
                await receive()
            await live(receive_first, send_after)

    def _warn(self, octets: int) -> None:
        if self._gateway is not None and not self._has_warned:
            self._has_warned = True
            live = self._gateway.live
            live.report("unsafe_server", setting="ws_max_size", octets=octets, most=live.policy.frame_octets)


def _path_of(scope: Scope) -> str:
    """The path below where the application is mounted."""
    return cast("str", scope["path"]).removeprefix(cast("str", scope.get("root_path") or ""))


def _handshake(scope: Scope) -> Handshake:
    path, query = quote(cast("str", scope["path"])), cast("bytes", scope.get("query_string") or b"").decode("latin-1")
    headers = dict[str, str]()
    for octets, value in cast("Iterable[tuple[bytes, bytes]]", scope["headers"]):
        name, text = octets.decode("latin-1").lower(), value.decode("latin-1")
        # Of two origins neither can be believed; together they are none.
        headers[name] = f"{headers[name]}, {text}" if name == "origin" and name in headers else text
    return Handshake(path=f"{path}?{query}" if query else path, headers=headers)
