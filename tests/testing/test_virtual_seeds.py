"""Histories by chance, and the command that repeats one."""

import asyncio
import os
import shlex
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from saiondo_core.testing.virtual_seeds import on_seeds

FRAIL = '''
"""A test of which few seeds fail."""

import pytest

from saiondo_core.testing.virtual_seeds import on_seeds


@pytest.mark.parametrize("most", [0.9], ids=["high mark"])
def test_frail(most):
    """Nothing drawn is large."""
    drawn = []

    async def scenario(random):
        drawn.append(random.random())
        assert drawn[-1] < most, f"{len(drawn)} drawn"

    on_seeds(scenario, seeds=range(100))
'''


def test_each_seed_runs_once_on_a_time_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every seed begins its time anew, draws what it draws every time, and gives what its run gave."""
    monkeypatch.delenv("SAIONDO_SEED", raising=False)

    async def scenario(random: Random) -> tuple[float, float]:
        began = asyncio.get_running_loop().time()
        await asyncio.sleep(1.0)
        return began, random.random()

    assert [(0.0, Random(seed).random()) for seed in range(3)] == on_seeds(scenario, seeds=range(3))


def test_a_seed_of_the_environment_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where SAIONDO_SEED is set, that seed runs, and no other."""
    monkeypatch.setenv("SAIONDO_SEED", "77")

    async def scenario(random: Random) -> float:
        return random.random()

    assert [Random(77).random()] == on_seeds(scenario, seeds=range(3))


def test_a_failure_notes_its_seed_and_the_command_that_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command in the note, as it stands, repeats that seed of that test alone; pytest prints the note again."""
    (tmp_path / "test_frail.py").write_text(FRAIL)
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_frail.py::test_frail[high mark] (call)")
    monkeypatch.delenv("SAIONDO_SEED", raising=False)

    async def scenario(random: Random) -> None:
        assert random.random() < 0.9

    failing = next(seed for seed in range(100) if Random(seed).random() >= 0.9)
    with pytest.raises(AssertionError) as failure:
        on_seeds(scenario, seeds=range(100))
    (note,) = failure.value.__notes__
    told, _, command = note.partition(" Again, and alone: ")
    assert f"It happened with seed {failing}." == told

    variable, python, *arguments = shlex.split(command)
    assert (f"SAIONDO_SEED={failing}", "python") == (variable, python)
    again = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env=os.environ | {"SAIONDO_SEED": str(failing), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert 1 == again.returncode, again.stdout + again.stderr
    assert "AssertionError: 1 drawn" in again.stdout
    assert note in again.stdout


def test_outside_pytest_the_command_is_the_present_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script that runs seeds of its own is repeated by the line that started it."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    monkeypatch.setattr("sys.orig_argv", ["python", "soak.py", "two words"])

    async def scenario(random: Random) -> None:
        raise LookupError(random.random())

    with pytest.raises(LookupError) as failure:
        on_seeds(scenario, seeds=[5])
    assert [
        "It happened with seed 5. Again, and alone: SAIONDO_SEED=5 python soak.py 'two words'"
    ] == failure.value.__notes__
