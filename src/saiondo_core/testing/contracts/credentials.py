"""What every store of credentials must do."""

import asyncio
from datetime import timedelta

import pytest

from saiondo_core.auth.errors import StaleCredentialError
from saiondo_core.auth.model import Credential
from saiondo_core.auth.ports import CredentialRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.auth_cases import ANNA, BERT, NOON, credential, events, history
from saiondo_core.testing.contracts.opening import Opener, missing


@pytest.mark.asyncio
class CredentialRepositoryContract:
    """The laws of `CredentialRepository`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[CredentialRepository]:
        """Open an empty store of credentials."""
        return missing(self)

    async def test_put_then_get_is_the_same(self, opener: Opener[CredentialRepository]) -> None:
        """Every field of a credential comes back, and nobody else has one."""
        new = Credential(
            user_id=UserId("안나 1"), digest="$argon2id$v=19$…", changed_at=NOON + timedelta(milliseconds=1)
        )
        async with opener() as credentials:
            await credentials.put(credential=new, replaces=None, events=())

            assert new == await credentials.get(user_id=new.user_id)
            assert (new,) == await credentials.list(after=None, limit=10)
            assert await credentials.get(user_id=BERT) is None

    async def test_put_needs_the_present(self, opener: Opener[CredentialRepository]) -> None:
        """Over none, over an older one and over one that is not there: what is not as said is refused."""
        async with opener() as credentials:
            with pytest.raises(StaleCredentialError):
                await credentials.put(credential=credential(), replaces="d0", events=events("a"))
            await credentials.put(credential=credential(), replaces=None, events=events("b"))
            for replaces in (None, "d0", "D1"):
                with pytest.raises(StaleCredentialError):
                    await credentials.put(credential=credential(digest="d2"), replaces=replaces, events=events("c"))
            assert credential() == await credentials.get(user_id=ANNA)

            await credentials.put(credential=credential(digest="d2"), replaces="d1", events=events("d"))
            assert credential(digest="d2") == await credentials.get(user_id=ANNA)
            assert ["b", "d"] == await history(credentials)

    async def test_put_is_idempotent(self, opener: Opener[CredentialRepository]) -> None:
        """What was put, and its reply lost, can be put again: each event is recorded once."""
        async with opener() as credentials:
            for _ in range(3):
                await credentials.put(credential=credential(), replaces=None, events=events("a"))
            for _ in range(3):
                await credentials.put(credential=credential(digest="d2"), replaces="d1", events=events("b", "c"))

            assert credential(digest="d2") == await credentials.get(user_id=ANNA)
            assert ["a", "b", "c"] == await history(credentials)

    async def test_parallel_puts_have_one_winner(self, opener: Opener[CredentialRepository]) -> None:
        """Of eight who change one password at once, one does; likewise of eight first ones."""
        async with opener() as credentials:
            replaces = None
            for round_ in ("first", "second"):
                outcomes = await asyncio.gather(
                    *(
                        credentials.put(
                            credential=credential(digest=f"{round_} {name}"),
                            replaces=replaces,
                            events=events(f"{round_} {name}"),
                        )
                        for name in "abcdefgh"
                    ),
                    return_exceptions=True,
                )
                replaces = f"{round_} {'abcdefgh'[outcomes.index(None)]}"
                assert 1 == outcomes.count(None)
                assert 7 == sum(isinstance(outcome, StaleCredentialError) for outcome in outcomes)
                assert credential(digest=replaces) == await credentials.get(user_id=ANNA)
                assert replaces == (await history(credentials))[-1]

            assert 2 == len(await history(credentials))

    async def test_writes_carry_their_events(self, opener: Opener[CredentialRepository]) -> None:
        """The log has the events of each write, in order, each once."""
        async with opener() as credentials:
            await credentials.put(credential=credential(), replaces=None, events=events("a", "b"))
            await credentials.put(credential=credential(digest="d2"), replaces="d1", events=events("c", "d"))
            found = await credentials.log.stream(stream="user:anna", after=0, limit=100)

        assert events("a", "b", "c", "d") == tuple(recorded.event for recorded in found)
        assert [1, 2, 3, 4] == [recorded.offset for recorded in found]

    async def test_remove_forgets(self, opener: Opener[CredentialRepository]) -> None:
        """A removed credential is found by nothing, can be removed again, and makes room for a first one."""
        async with opener() as credentials:
            await credentials.put(credential=credential(), replaces=None, events=())
            await credentials.put(credential=credential(BERT), replaces=None, events=())
            for _ in range(2):
                await credentials.remove(user_id=ANNA)

            assert await credentials.get(user_id=ANNA) is None
            assert (credential(BERT),) == await credentials.list(after=None, limit=10)
            await credentials.put(credential=credential(digest="d2"), replaces=None, events=())
            assert credential(digest="d2") == await credentials.get(user_id=ANNA)

    async def test_list_goes_by_user(self, opener: Opener[CredentialRepository]) -> None:
        """Credentials come by user id, page after page, however they were put; a changed one stays where it was."""
        async with opener() as credentials:
            for name in ("c", "a", "d", "b"):
                await credentials.put(credential=credential(UserId(name)), replaces=None, events=())
            await credentials.put(credential=credential(UserId("a"), "d2"), replaces="d1", events=())

            first = await credentials.list(after=None, limit=3)
            assert ["a", "b", "c"] == [found.user_id for found in first]
            assert ["d"] == [found.user_id for found in await credentials.list(after=UserId("c"), limit=3)]
            assert ["c", "d"] == [found.user_id for found in await credentials.list(after=UserId("bb"), limit=3)]
            assert () == await credentials.list(after=UserId("d"), limit=3)
