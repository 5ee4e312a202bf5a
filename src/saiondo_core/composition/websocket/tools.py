"""What every client of a process needs."""

from collections.abc import Callable

from attrs import frozen

from saiondo_core.composition.reports import Report
from saiondo_core.composition.settings import WebSocketSettings
from saiondo_core.kernel.ports import Clock, IdSource
from saiondo_core.realtime.ports import ClientConnector, CursorStore


@frozen(kw_only=True)
class ClientTools:
    """What every client of a process needs.

    Attributes:
        random: Gives numbers from 0 up to 1, by chance.
        ids: Gives names for messages, which nobody else gives.
    """

    settings: WebSocketSettings
    connector: ClientConnector
    cursors: CursorStore
    clock: Clock
    ids: IdSource
    random: Callable[[], float]
    report: Report
