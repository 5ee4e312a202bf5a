"""Importing the library, as every process of a host does first."""

import subprocess
import sys
from importlib import import_module
from time import perf_counter

from benchmarks.harness import Bench, Contender, reading
from benchmarks.rows import Goal, Of, Row

TITLE = "Import the library, in a fresh interpreter"
ROUNDS = 15
LIMIT = "import attrs, asyncio"
OURS = "import saiondo_core"
FACTORY = "from saiondo_core import UseCaseFactory"
"""What every host asks it for."""
GROUPS = f"""{FACTORY}
made = UseCaseFactory().create_all_use_cases()
made.auth, made.user, made.channel, made.message, made.permission, made.real_time, made.websocket, made.cache"""
"""What nobody asks it for at once: a factory over memory stores, and every use case."""
EAGER = f"{GROUPS}\nimport saiondo_core.composition.websocket.wiring, cattrs, structlog, redis.asyncio"
"""With every driver at once, instead of on first use."""


async def measure(bench: Bench) -> None:
    """Import it, beside attrs and asyncio, without which nothing of its kind can be; and beside all of its drivers."""
    times: dict[str, list[float]] = {LIMIT: [], OURS: [], FACTORY: [], GROUPS: [], EAGER: []}
    for _ in range(ROUNDS):
        for code, measured in times.items():
            measured.append(_seconds(code))
    await bench.keep(
        Row(
            case=OURS,
            unit="s",
            limit=reading("attrs, asyncio", times[LIMIT]),
            ours=reading("on first use", times[OURS], times[LIMIT]),
            peers=(
                reading("and its factory", times[FACTORY], times[LIMIT]),
                reading("and every use case", times[GROUPS], times[LIMIT]),
                reading("and all drivers", times[EAGER], times[LIMIT]),
            ),
            goal=Goal(of=Of.RATIO, most=1.5),
        ),
        profiled=Contender(name="import the factory anew", call=_import_anew, calls=1),
    )


def _seconds(code: str) -> float:
    """How long a fresh interpreter takes to run *code*, from the moment it runs."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - ours, written above
    whole = perf_counter() - began
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return whole - (perf_counter() - began)


def _import_anew() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "saiondo_core"]:
        del sys.modules[name]
    import_module("saiondo_core.composition.factory")
