"""What a suite says that was derived without its opener."""

import pytest

from saiondo_core.testing.contracts.opening import missing


class TestForgotten:
    """A suite whose deriver forgot the fixture."""

    def test_it_is_named(self) -> None:
        """The failure names the class and the fixture that it lacks."""
        with pytest.raises(pytest.fail.Exception, match="TestForgotten must override the fixture `opener`"):
            missing(self)
