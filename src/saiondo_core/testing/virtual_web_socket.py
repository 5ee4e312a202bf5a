"""`WebSocketUseCase` on a network in memory."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from random import Random

from attrs import evolve

from saiondo_core.composition.reports import Report, log_warning
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.standalone import client_with
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.composition.websocket.wiring import make_client_tools
from saiondo_core.testing.virtual_network import VirtualNetwork
from saiondo_core.testing.virtual_time import VirtualClock


@asynccontextmanager
async def virtual_web_socket(
    network: VirtualNetwork, name: str, settings: WebSocketSettings | None = None, *, report: Report = log_warning
) -> AsyncGenerator[WebSocketUseCase]:
    """Open `websocket` alone, as `web_socket_client` does, on *network*, where nothing that it does is left to chance.

    Args:
        network: Where its servers are.
        name: Its own, in the network. One that is used again is the same process, started again.
        settings: How patient it is, and where it keeps its cursors; it connects by *network*, whatever they say.
        report: Who is told of failures; structlog by default.
    """
    random = Random(f"{network.seed}/{name}")
    connected = evolve(settings or WebSocketSettings(), connector=network.connector(name))

    def make_tools() -> ClientTools:
        tools = make_client_tools(connected, report=report, clock=VirtualClock(), ids=network.ids)
        return evolve(tools, random=random.random)

    async with client_with(make_tools) as client:
        yield client
