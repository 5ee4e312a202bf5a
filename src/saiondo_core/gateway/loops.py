"""The event loop that gateways run on."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import TypeVar

T = TypeVar("T")


def run(main: Coroutine[object, object, T]) -> T:
    """Run *main* to its end, as `asyncio.run` does: on uvloop where that is installed, else on asyncio.

    uvloop is no dependency: installing it is how a host chooses it.

    Returns:
        What *main* gives.

    Raises:
        BaseException: Whatever *main* raises.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - where there is none, asyncio's own loop serves
    except ImportError:
        return None
    return uvloop.new_event_loop
