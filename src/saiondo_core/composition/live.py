"""What a gateway needs beside the use cases: a place for its connections."""

from attrs import frozen

from saiondo_core.composition.reports import Report
from saiondo_core.kernel.ports import Clock, IdSource
from saiondo_core.realtime.attending import Attending
from saiondo_core.realtime.model import RealTimePolicy


@frozen(kw_only=True)
class Live:
    """Where connections are told of what happens, and by which limits, clock and ids they go."""

    attending: Attending
    policy: RealTimePolicy
    clock: Clock
    ids: IdSource
    report: Report
