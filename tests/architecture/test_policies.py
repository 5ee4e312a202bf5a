"""What every use case asks of whoever it acts for: a row of one table, and each row of somebody."""

import re

import pytest

from saiondo_core.kernel import policies
from saiondo_core.kernel.policies import POLICIES, Policy
from saiondo_core.kernel.rights import UseCase
from tests.architecture.house import PACKAGE, classes, sources

USE_CASES = [found for found in classes() if "execute" in vars(found) and not getattr(found, "_is_protocol", False)]


@pytest.mark.parametrize("use_case", USE_CASES, ids=lambda found: found.__name__)
def test_every_use_case_declares_its_policy(use_case: type) -> None:
    """Whatever can be executed is a use case under a row of the table: it cannot be made without one."""
    assert issubclass(use_case, UseCase)
    assert use_case.policy in POLICIES


def test_every_row_is_asked_for() -> None:
    """No row of the table is dead: each is named outside it."""
    told = "".join(source.read_text("utf-8") for source in sources() if source != PACKAGE / "kernel" / "policies.py")
    rows = {name for name, value in vars(policies).items() if isinstance(value, Policy)}

    assert len(POLICIES) == len(rows)
    assert set() == rows - set(re.findall(r"\w+", told))
