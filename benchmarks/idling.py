"""A crowd in a process of its own, that says nothing, and answers heartbeats."""

import json
import sys
from collections.abc import Generator
from contextlib import contextmanager
from subprocess import PIPE, Popen

import cattrs

from benchmarks.crowd import Crowd, CrowdError, Invitation, raise_file_limit

IN = "in"
TURN_SECONDS = 60.0


@contextmanager
def idling(invitation: Invitation) -> Generator[None]:
    """Have all guests of *invitation* be there meanwhile.

    Raises:
        CrowdError: They are not let in.
    """
    command = [sys.executable, "-m", __name__]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:  # noqa: S603 - ours, with our arguments
        try:
            if process.stdin is not None and process.stdout is not None:
                process.stdin.write(json.dumps(cattrs.unstructure(invitation)) + "\n")
                process.stdin.flush()
                if process.stdout.readline().strip() != IN:
                    raise CrowdError("the idle ones were not let in")
            yield
        finally:
            process.terminate()


def main() -> None:
    """Be the other process, until it is ended, or the server ends."""
    raise_file_limit()
    with Crowd(cattrs.structure(json.loads(sys.stdin.readline()), Invitation)) as crowd:
        sys.stdout.write(f"{IN}\n")
        sys.stdout.flush()
        while True:
            crowd.rest(TURN_SECONDS)


if __name__ == "__main__":
    main()
