"""The benchmarks as a command."""

from importlib.util import find_spec

import pytest

from benchmarks.measuring import NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_its_module(name: str) -> None:
    """Whatever can be named can be measured: its module is there."""
    assert find_spec(f"benchmarks.paths.{name}") is not None
