"""Measures one hot path, in a process of its own."""

import asyncio
import platform
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from importlib.metadata import version
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

from benchmarks.harness import Bench
from benchmarks.rows import HotPath

NAMES = (
    "importing",
    "send",
    "import_many",
    "search",
    "codec",
    "relay",
    "fan_out",
    "connections",
    "round_trip",
    "permissions",
    "cache",
    "redis_cache",
    "memory",
    "binding",
    "argon2",
)
"""Each is a module of `benchmarks.paths`, with `TITLE` and `measure(bench)`; `PEERS` are the distributions it names."""

CPU_INFO = Path("/proc/cpuinfo")


def measured_apart(name: str, *, profiles: bool) -> HotPath:
    """Measure the hot path *name* where no other has left anything behind."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(measured, name, profiles=profiles).result()


def measured(name: str, *, profiles: bool) -> HotPath:
    """Measure the hot path *name*, with a profile of each case where *profiles* are wanted."""
    path = import_module(f"benchmarks.paths.{name}")
    bench = Bench(profiles=profiles)
    asyncio.run(path.measure(bench))
    versions = [f"{peer} {version(peer)}" for peer in getattr(path, "PEERS", ())]
    return HotPath(
        name=name,
        title=path.TITLE,
        measured_with=", ".join([f"CPython {platform.python_version()}", f"{cpu_count()} × {_cpu()}", *versions]),
        rows=tuple(bench.rows),
    )


def _cpu() -> str:
    """The processor's model, where the system tells it."""
    lines = CPU_INFO.read_text("utf-8").splitlines() if CPU_INFO.exists() else []
    models = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(models, platform.machine())
