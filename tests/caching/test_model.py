"""How long something may be told, and what is counted."""

import pytest

from saiondo_core import Settings
from saiondo_core.caching.model import CachePolicy, CacheStats, Lifespan
from saiondo_core.errors import InvalidInputError


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[(name, value) for name in ("ttl", "missing_ttl") for value in (0, -1, float("nan"))],
        *[("refresh_after", value) for value in (0, -1, 10, 11, float("nan"))],
        *[("stale_for", value) for value in (-1, float("nan"))],
    ],
)
def test_a_lifespan_is_possible(field: str, value: float) -> None:
    """What would last for no time, or be renewed after its end, is refused, by the field's name."""
    with pytest.raises(InvalidInputError) as refused:
        Lifespan(**{"ttl": 10.0, field: value})
    assert field == refused.value.field


def test_the_settings_are_the_contracts() -> None:
    """Five minutes, two for messages, 1,000 entries of any size; the last tenth of its time is for loading anew."""
    times = Settings().caching
    assert (300, 120, 1_000, None) == (times.ttl, times.messages_ttl, times.entries, times.octets)
    assert Lifespan(ttl=300, missing_ttl=30, refresh_after=270) == times.lasting(300)
    assert Lifespan(ttl=300, missing_ttl=30) == CachePolicy(early=0).lasting(300)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("ttl", 0), ("messages_ttl", -1), ("missing_ttl", 0), ("early", 1), ("early", -0.1), ("stale_for", -1)),
        *(("entries", 0), ("octets", 0)),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(field: str, value: float) -> None:
    """A cache without time or room is refused, by the field's name."""
    with pytest.raises(InvalidInputError) as refused:
        CachePolicy(**{field: value})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - That is the test.
    assert field == refused.value.field


def test_the_hit_rate_is_a_share() -> None:
    """Of nothing it is 0, of three in four 0.75."""
    assert 0 == CacheStats().hit_rate
    assert 0.75 == CacheStats(hits=3, misses=1).hit_rate
