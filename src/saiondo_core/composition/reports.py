"""What the library itself has to report: events with fixed keys, one line each, never a user's text or a secret."""

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
