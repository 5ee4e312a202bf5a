"""What every password hasher, and every list of common passwords, must do."""

import asyncio
import time
from secrets import token_urlsafe

import pytest

from saiondo_core.auth.errors import HashQueueFullError
from saiondo_core.auth.model import Verdict
from saiondo_core.auth.ports import CommonPasswords, PasswordHasher
from saiondo_core.testing.contracts.opening import Opener, missing

PASSWORD = "correct horse 배터리 🙂"
"""What `outdated` has to be the hash of."""

_UNFIT = Verdict(fits=False)
_GARBAGE = (
    "",
    "none",
    "$argon2id$",
    "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$",
    "$2b$12$",
    "비밀",
    "\x00",
    "x" * 10_000,
)


async def _cost(hasher: PasswordHasher, digest: str | None) -> float:
    """The processor time, in seconds, of verifying a wrong password five times."""
    start = time.process_time()
    for _ in range(5):
        assert _UNFIT == await hasher.verify(password="wrong", digest=digest)
    return time.process_time() - start


@pytest.mark.asyncio
class PasswordHasherContract:
    """The laws of `PasswordHasher`. Derive it, and give its three fixtures.

    A hash should cost at least a millisecond, so that what it costs can be measured.
    """

    @pytest.fixture
    def opener(self) -> Opener[PasswordHasher]:
        """Open a hasher with nothing to do."""
        return missing(self)

    @pytest.fixture
    def outdated(self) -> str:
        """A hash of `PASSWORD` that is weaker than those which the opened hasher makes."""
        return missing(self)

    @pytest.fixture
    def room(self) -> int:
        """How many passwords the opened hasher takes at once, the waiting ones included, before it refuses."""
        return missing(self)

    async def test_the_password_fits(self, opener: Opener[PasswordHasher]) -> None:
        """A password fits, up to date, and nothing that is like it does: not one character more, less or changed."""
        async with opener() as hasher:
            digest = await hasher.hash(password=PASSWORD)

            assert Verdict(fits=True) == await hasher.verify(password=PASSWORD, digest=digest)
            for other in ("", PASSWORD[:-1], PASSWORD + " ", PASSWORD.upper(), PASSWORD + "\x00"):
                assert _UNFIT == await hasher.verify(password=other, digest=digest), other

    async def test_hashes_differ(self, opener: Opener[PasswordHasher]) -> None:
        """Two hashes of one password say nothing of each other, and neither holds the password."""
        async with opener() as hasher:
            first, second = [await hasher.hash(password=PASSWORD) for _ in range(2)]

            assert first != second
            assert PASSWORD not in first
            assert Verdict(fits=True) == await hasher.verify(password=PASSWORD, digest=second)

    async def test_no_digest_costs_the_same(self, opener: Opener[PasswordHasher]) -> None:
        """Verifying against nothing does not fit, and takes the work of a verification.

        Within a factor of five, on a machine however busy: no hash at all would take a thousandth.
        """
        async with opener() as hasher:
            digest = await hasher.hash(password=PASSWORD)
            real = await _cost(hasher, digest)

            assert 0.2 < await _cost(hasher, None) / real < 5

    async def test_garbage_does_not_fit(self, opener: Opener[PasswordHasher]) -> None:
        """What is no hash fits nothing, raises nothing, and takes the work of a verification all the same."""
        async with opener() as hasher:
            digest = await hasher.hash(password=PASSWORD)
            real = await _cost(hasher, digest)

            for garbage in _GARBAGE:
                assert 0.2 < await _cost(hasher, garbage) / real, garbage

    async def test_old_parameters_are_outdated(self, opener: Opener[PasswordHasher], outdated: str) -> None:
        """A weaker hash of a password fits, and is to be made anew; of a wrong password it is not."""
        async with opener() as hasher:
            assert Verdict(fits=True, is_outdated=True) == await hasher.verify(password=PASSWORD, digest=outdated)
            assert _UNFIT == await hasher.verify(password="wrong", digest=outdated)

    async def test_a_full_queue_is_refused(self, opener: Opener[PasswordHasher], room: int) -> None:
        """Of five times as many as there is room for some are refused, the others hashed; then there is room again."""
        async with opener() as hasher:
            outcomes = await asyncio.gather(
                *(hasher.hash(password=PASSWORD) for _ in range(5 * room)), return_exceptions=True
            )
            refused = sum(isinstance(outcome, HashQueueFullError) for outcome in outcomes)
            hashed = sum(isinstance(outcome, str) for outcome in outcomes)
            again = await asyncio.gather(*(hasher.hash(password=PASSWORD) for _ in range(room)))

        assert 0 < refused
        assert room <= hashed
        assert 5 * room == refused + hashed
        assert room == len(again)


@pytest.mark.asyncio
class CommonPasswordsContract:
    """The laws of `CommonPasswords`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[CommonPasswords]:
        """Open a list of common passwords."""
        return missing(self)

    async def test_the_commonest_are_known(self, opener: Opener[CommonPasswords]) -> None:
        """Such as everybody tries first are known, in any letter case."""
        async with opener() as common:
            for password in ("password", "12345678", "PASSWORD", "PassWord"):
                assert await common.include(password=password), password

    async def test_a_random_one_is_not(self, opener: Opener[CommonPasswords]) -> None:
        """Of twenty passwords from a generator none is known."""
        async with opener() as common:
            assert 20 * [False] == [await common.include(password=token_urlsafe(12)) for _ in range(20)]
