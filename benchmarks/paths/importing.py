"""Importing the library, as every process of a host does first."""

import subprocess
import sys
from importlib import import_module
from time import perf_counter

from benchmarks.harness import Bench, Contender, reading
from benchmarks.rows import Goal, Of, Row

TITLE = "Import the library, in a fresh interpreter"
ROUNDS = 15
LIMIT, OURS = "attrs, asyncio", "saiondo_core"
EAGER = "saiondo_core, saiondo_core.composition.memory_wiring, cattrs, structlog"
"""With every driver at once, instead of on first use."""


async def measure(bench: Bench) -> None:
    """Import it, beside attrs and asyncio, without which nothing of its kind can be; and beside all of its drivers."""
    times: dict[str, list[float]] = {LIMIT: [], OURS: [], EAGER: []}
    for _ in range(ROUNDS):
        for modules, measured in times.items():
            measured.append(_seconds(modules))
    await bench.keep(
        Row(
            case="import saiondo_core",
            unit="s",
            limit=reading(LIMIT, times[LIMIT]),
            ours=reading("on first use", times[OURS], times[LIMIT]),
            peers=(reading("all drivers eagerly", times[EAGER], times[LIMIT]),),
            goal=Goal(of=Of.RATIO, most=1.5),
        ),
        profiled=Contender(name="import anew", call=_import_anew, calls=1),
    )


def _seconds(modules: str) -> float:
    """How long a fresh interpreter takes to import *modules*, from the moment it runs."""
    began = perf_counter()
    subprocess.run([sys.executable, "-c", f"import {modules}"], check=True)  # noqa: S603 - ours, written above
    whole = perf_counter() - began
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return whole - (perf_counter() - began)


def _import_anew() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == OURS]:
        del sys.modules[name]
    import_module(OURS)
