"""What the library itself has to report: events with fixed keys, one line each, never a user's text or a secret."""

import asyncio
from abc import abstractmethod
from typing import Protocol


class Report(Protocol):
    """How background work tells of what went wrong."""

    @abstractmethod
    def __call__(self, event: str, **fields: str | float) -> None:
        """Report *event*, a fixed name, with *fields* that identify what it was about."""


def log_warning(event: str, **fields: str | float) -> None:
    """Report through structlog, which the host configures as it likes; it is loaded here, on first use."""
    import structlog  # noqa: PLC0415 - `import saiondo_core` must not pay for it

    structlog.stdlib.get_logger("saiondo_core").warning(event, **fields)


def careful(report: Report) -> Report:
    """*report*, but where it fails, the running loop is told of that, and whoever reports goes on."""

    def told(event: str, **fields: str | float) -> None:
        try:
            report(event, **fields)
        except Exception as error:  # noqa: BLE001 - a host's own; whoever has failed already must not fail for good
            asyncio.get_running_loop().call_exception_handler(
                {"message": f"A failure ({event}) could not be reported.", "exception": error}
            )

    return told
