"""A server in a process of its own, that says what it is asked to say."""

import asyncio
import json
import sys
from cProfile import Profile
from functools import cached_property
from importlib import import_module
from itertools import repeat
from os import sysconf
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Self, TextIO, cast

import cattrs

from benchmarks.crowd import MARK, CrowdError, Invitation, raise_file_limit
from benchmarks.harness import told_profile

SIZE = 200
TEXT = ("there are so many words in a message of two hundred bytes " * 4)[: SIZE - len(MARK)] + MARK.decode()
END_SECONDS = 30.0
PAGE = sysconf("SC_PAGE_SIZE")
TICKS = sysconf("SC_CLK_TCK")


class Server:
    """The other process: it has begun once its `invitation` is read, and ends with the block."""

    def __init__(self, stage: str, loop: str, guests: int) -> None:
        """Begin to begin.

        Args:
            stage: What it is, as `benchmarks.stages.ours`: a function that opens a `Stage`.
            loop: The module of its event loop, `asyncio` or `uvloop`.
            guests: How many will come.
        """
        self._name = stage
        command = [sys.executable, "-m", __name__, stage, loop, str(guests)]
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, text=True)  # noqa: S603 - ours, with our arguments
        self._input, self._output = cast("TextIO", self._process.stdin), cast("TextIO", self._process.stdout)

    @cached_property
    def invitation(self) -> Invitation:
        """How its guests come in."""
        return cattrs.structure(json.loads(self._answer()), Invitation)

    def say(self, times: int) -> None:
        """Have it say so many messages, one after the other."""
        self._ask(f"say {times}")

    def begin_profile(self) -> None:
        """Have it look at what it does from now on."""
        self._ask("watch")
        self._answer()

    def end_profile(self) -> str:
        """What it spent its time on since."""
        self._ask("tell")
        return str(json.loads(self._answer()))

    @property
    def memory(self) -> int:
        """How many bytes it holds in memory now, of its own or shared."""
        return int(Path(f"/proc/{self._process.pid}/statm").read_text("ascii").split()[1]) * PAGE

    @property
    def busy(self) -> float:
        """For how many seconds the processor has worked for it."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def __enter__(self) -> Self:
        """Lend it."""
        return self

    def __exit__(self, *_: object) -> None:
        """End it: it hears that nobody will ask for anything any more."""
        self._input.close()
        try:
            self._process.wait(END_SECONDS)
        finally:
            self._process.kill()
            self._output.close()

    def _ask(self, line: str) -> None:
        self._input.write(f"{line}\n")
        self._input.flush()

    def _answer(self) -> str:
        answer = self._output.readline()
        if not answer:
            raise CrowdError(f"{self._name} has ended")
        return answer


async def perform(name: str, guests: int) -> None:
    """Be the stage *name*, until nobody will ask for anything any more."""
    module, _, function = name.rpartition(".")
    profiler = Profile()
    async with getattr(import_module(module), function)(guests) as stage:
        _tell(cattrs.unstructure(stage.invitation))
        async for asked in await _input():
            match asked.split():
                case [b"say", times]:
                    for _ in repeat(None, int(times)):
                        await stage.say(TEXT)
                        await asyncio.sleep(0)
                case [b"watch"]:
                    _tell("watching")
                    profiler.clear()
                    profiler.enable()
                case [b"tell"]:
                    profiler.disable()
                    _tell(told_profile(profiler))
                case unknown:
                    raise ValueError(unknown)


async def _input() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def _tell(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Be what the arguments say."""
    _, name, loop, guests = sys.argv
    raise_file_limit()
    with asyncio.Runner(loop_factory=import_module(loop).new_event_loop) as runner:
        runner.run(perform(name, int(guests)))


if __name__ == "__main__":
    main()
