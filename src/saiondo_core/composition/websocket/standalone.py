"""A client for whoever hosts nothing."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from attrs import frozen

from saiondo_core.composition.reports import Report, careful, log_warning
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.clients import Clients
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.kernel.rights import Lifetime


@frozen
class _WhileItLasts(Lifetime):
    """The lifetime of a client of its own, which ends all its connections by itself."""

    def check(self) -> None:
        """See `Lifetime.check`."""


@asynccontextmanager
async def client_with(make_tools: Callable[[], ClientTools]) -> AsyncGenerator[WebSocketUseCase]:
    """Open `websocket` alone, with what *make_tools* gives once somebody connects; see `web_socket_client`."""
    clients = Clients(make_tools)
    try:
        yield WebSocketUseCase(clients=clients, lifetime=_WhileItLasts())
    finally:
        await clients.close()


@asynccontextmanager
async def web_socket_client(
    settings: WebSocketSettings, *, report: Report = log_warning
) -> AsyncGenerator[WebSocketUseCase]:
    """Open `websocket` alone, for a bot or a script: it needs a server, and no store.

    ```python
    async with web_socket_client(WebSocketSettings(url="wss://chat.example.org")) as client:
        await client.connect("bot", access_token=get_token)
        await client.join_channel(channel_id=channel_id)
        async for told in client.messages():
            ...
    ```

    At the end all connections are ended, and nothing is left of them.

    Args:
        settings: Where to connect.
        report: Who is told of failures; structlog by default.
    """

    def make_tools() -> ClientTools:
        # Only here, so that `import saiondo_core` loads no driver.
        from saiondo_core.composition.websocket.wiring import make_client_tools  # noqa: PLC0415

        return make_client_tools(settings, report=careful(report))

    async with client_with(make_tools) as client:
        yield client
