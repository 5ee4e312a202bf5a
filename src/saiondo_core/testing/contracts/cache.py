"""What every cache must do."""

import pytest

from saiondo_core.testing.contracts.cache_values import ValueLaws


@pytest.mark.asyncio
class CacheContract(ValueLaws):
    """The laws of `Cache`. Derive it, and give the fixture `opener`."""
