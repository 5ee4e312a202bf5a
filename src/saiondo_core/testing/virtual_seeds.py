"""Histories by chance on virtual time, each of which can be repeated by its seed."""

import os
import shlex
import sys
from collections.abc import Callable, Coroutine, Iterable
from random import Random
from typing import TypeVar

from saiondo_core.testing.virtual_time import run_virtually

T = TypeVar("T")

SEED_VARIABLE = "SAIONDO_SEED"


def on_seeds(scenario: Callable[[Random], Coroutine[object, object, T]], *, seeds: Iterable[int]) -> list[T]:
    """Let *scenario* run once for each of *seeds*, each on virtual time of its own; or for `SAIONDO_SEED` alone.

    Returns:
        What each run gave.

    Raises:
        BaseException: What the first failing run raised, with a note of its seed, and of the command that repeats it.
    """
    alone, given = os.environ.get(SEED_VARIABLE), list[T]()
    for seed in seeds if alone is None else (int(alone),):
        try:
            given.append(run_virtually(scenario(Random(seed))))
        except BaseException as error:
            error.add_note(f"It happened with seed {seed}. Again, and alone: {SEED_VARIABLE}={seed} {_command()}")
            raise
    return given


def _command() -> str:
    test, _, _ = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")
    return shlex.join(("python", "-m", "pytest", test) if test else sys.orig_argv)
