"""The client's parts, put together. Loaded with the first use of a client, for it loads drivers."""

from random import SystemRandom

from saiondo_core.adapters.memory.cursors import MemoryCursors
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.adapters.system.randomness import Uuid7Ids
from saiondo_core.adapters.websocket.connector import WebSocketConnector
from saiondo_core.composition.reports import Report
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.composition.websocket.tools import ClientTools
from saiondo_core.kernel.ports import Clock, IdSource
from saiondo_core.realtime.errors import NoServerError
from saiondo_core.realtime.ports import ClientConnector


def make_client_tools(
    settings: WebSocketSettings, *, report: Report, clock: Clock | None = None, ids: IdSource | None = None
) -> ClientTools:
    """What *settings* say, with this process's own means for all else.

    Raises:
        NoServerError: They do not say where to connect.
        InvalidInputError: Nobody can connect there.
    """
    return ClientTools(
        settings=settings,
        connector=settings.connector or _connector(settings),
        cursors=settings.cursor_store or MemoryCursors(),
        clock=clock or SystemClock(),
        ids=ids or Uuid7Ids(),
        random=SystemRandom().random,
        report=report,
    )


def _connector(settings: WebSocketSettings) -> ClientConnector:
    if settings.url is None:
        raise NoServerError
    return WebSocketConnector(url=settings.url, protocols=settings.protocols)
