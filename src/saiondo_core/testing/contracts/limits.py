"""What every rate limiter must do."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from saiondo_core.kernel.ports import Budget, RateLimiter
from saiondo_core.testing.contracts.opening import Opener, missing

_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def _budget(key: str = "anna", most: int = 2, seconds: float = 60) -> Budget:
    return Budget(key=key, most=most, seconds=seconds)


async def _reserve(limiter: RateLimiter, attempt_id: str, *budgets: Budget, second: float = 0) -> bool:
    return await limiter.reserve(
        attempt_id=attempt_id, budgets=budgets or (_budget(),), at=_NOON + timedelta(seconds=second)
    )


@pytest.mark.asyncio
class RateLimiterContract:
    """The laws of `RateLimiter`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[RateLimiter]:
        """Open a limiter that has counted nothing."""
        return missing(self)

    async def test_reserve_is_all_or_none(self, opener: Opener[RateLimiter]) -> None:
        """An attempt that one of its budgets refuses is counted on none of them, whichever it is."""
        wide, narrow = _budget("wide", 3), _budget("narrow", 1)
        async with opener() as limiter:
            assert await _reserve(limiter, "a", wide, narrow)
            assert not await _reserve(limiter, "b", wide, narrow)
            assert not await _reserve(limiter, "c", narrow, wide)
            assert await _reserve(limiter, "d", wide)
            assert await _reserve(limiter, "e", wide)
            assert not await _reserve(limiter, "f", wide)

    async def test_parallel_reserves_share_the_budget(self, opener: Opener[RateLimiter]) -> None:
        """Of fifty at once, as many get through as either budget allows."""
        async with opener() as limiter:
            answers = await asyncio.gather(
                *(
                    _reserve(limiter, f"{client} {number}", _budget(client, 3), _budget("all", 5))
                    for number in range(25)
                    for client in ("x", "y")
                )
            )

        assert 5 == sum(answers)
        assert {2, 3} == {sum(answers[::2]), sum(answers[1::2])}

    async def test_reserve_is_idempotent(self, opener: Opener[RateLimiter]) -> None:
        """An attempt whose reply was lost is granted again, though the budget is spent, and is counted once."""
        async with opener() as limiter:
            assert [True, True, True] == [await _reserve(limiter, "a") for _ in range(3)]
            assert await _reserve(limiter, "b")
            assert [False, False] == [await _reserve(limiter, "c") for _ in range(2)]
            assert await _reserve(limiter, "a")

    async def test_release_gives_back(self, opener: Opener[RateLimiter]) -> None:
        """A released attempt makes room on all its budgets, for one other; a second release makes none."""
        both = _budget("x", 1), _budget("y", 1)
        async with opener() as limiter:
            assert await _reserve(limiter, "a", *both)
            for _ in range(2):
                await limiter.release(attempt_id="a")
            assert await _reserve(limiter, "b", both[0])
            assert await _reserve(limiter, "c", both[1])
            await limiter.release(attempt_id="a")
            await limiter.release(attempt_id="never made")
            assert not await _reserve(limiter, "d", both[0])

    async def test_windows_slide(self, opener: Opener[RateLimiter]) -> None:
        """Each attempt makes room when its own seconds are over, not before, and each budget has its own window."""
        long, short = _budget("long", 2, 60), _budget("short", 1, 10)
        async with opener() as limiter:
            assert await _reserve(limiter, "a", long, short, second=0)
            assert not await _reserve(limiter, "b", short, second=9.999)
            assert await _reserve(limiter, "c", long, short, second=10)
            assert not await _reserve(limiter, "d", long, second=59.999)
            assert await _reserve(limiter, "e", long, second=60)
            assert not await _reserve(limiter, "f", long, second=69.999)
            assert await _reserve(limiter, "g", long, second=70)

    async def test_keys_are_apart(self, opener: Opener[RateLimiter]) -> None:
        """A spent budget refuses nobody else, even one whose key begins alike or differs in case."""
        async with opener() as limiter:
            assert await _reserve(limiter, "a", _budget("anna", 1))
            assert not await _reserve(limiter, "b", _budget("anna", 1))
            for key in ("anna2", "ann", "Anna", "bert"):
                assert await _reserve(limiter, key, _budget(key, 1))
