"""Imports the package, asks it for some names, and prints what that did to this interpreter: run by test_import.py."""

import json
import sys

MEDDLING = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "sqlite3.", "urllib.")

before = set(sys.modules)
opened: list[str] = []
meddled: list[str] = []


def watch(event: str, arguments: tuple[object, ...]) -> None:
    """Note what is opened, apart from code, and every use of sockets and processes."""
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc")):
        opened.append(str(arguments[0]))
    elif event.startswith(MEDDLING):
        meddled.append(event)


sys.addaudithook(watch)
import saiondo_core  # noqa: E402 - The watch has to stand before.

for name in sys.argv[1:]:
    getattr(saiondo_core, name)

json.dump(
    {
        "package": saiondo_core.__file__,
        "modules": sorted(set(sys.modules) - before),
        "opened": opened,
        "meddled": meddled,
        "threads": len(sys._current_frames()),  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - It sees threads that `threading` did not start.
    },
    sys.stdout,
)
