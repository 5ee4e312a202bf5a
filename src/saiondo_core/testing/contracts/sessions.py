"""What every store of sessions must do."""

import asyncio
from datetime import timedelta

import pytest
from attrs import evolve

from saiondo_core.auth.errors import StaleSessionError
from saiondo_core.auth.model import SessionId, TokenDigest
from saiondo_core.auth.ports import SessionRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.auth_cases import ANNA, BERT, NOON, events, history, session
from saiondo_core.testing.contracts.opening import Opener, missing


@pytest.mark.asyncio
class SessionRepositoryContract:
    """The laws of `SessionRepository`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[SessionRepository]:
        """Open an empty store of sessions."""
        return missing(self)

    async def test_add_then_find_is_the_same(self, opener: Opener[SessionRepository]) -> None:
        """Every field of a session comes back, whichever way it is read."""
        digests = tuple(
            TokenDigest(digest=name, until=NOON + timedelta(milliseconds=number))
            for number, name in enumerate("abcdef")
        )
        full = evolve(
            session("full"),
            access=digests[:1],
            refresh=digests[1:3],
            spent=digests[3:],
            ends_at=NOON + timedelta(days=9),
        )
        full = evolve(
            full, session=evolve(full.session, client="Anna's 전화", last_used_at=NOON + timedelta(seconds=1))
        )
        async with opener() as sessions:
            await sessions.add(session=full, events=())

            assert full == await sessions.find(locator="full locator")
            assert full == await sessions.get(session_id=SessionId("full"))
            assert (full,) == await sessions.of_user(user_id=ANNA)
            assert await sessions.find(locator="full") is None
            assert await sessions.get(session_id=SessionId("full locator")) is None

    async def test_add_is_idempotent(self, opener: Opener[SessionRepository]) -> None:
        """An addition whose reply was lost can be repeated: one session, and each event once."""
        async with opener() as sessions:
            for _ in range(3):
                await sessions.add(session=session("s"), events=events("a", "b"))

            assert (session("s"),) == await sessions.of_user(user_id=ANNA)
            assert ["a", "b"] == await history(sessions)

    async def test_replace_needs_the_present(self, opener: Opener[SessionRepository]) -> None:
        """What was judged on an older session, or on one that is not there, is refused and leaves nothing."""
        first = session("s")
        second = evolve(first, refresh=(TokenDigest(digest="r", until=NOON),))
        async with opener() as sessions:
            await sessions.add(session=first, events=events("a"))
            await sessions.replace(before=first, after=second, events=events("b"))
            for before in (first, session("other")):
                with pytest.raises(StaleSessionError):
                    await sessions.replace(
                        before=before, after=evolve(before, spent=second.refresh), events=events("c")
                    )

            assert (second,) == await sessions.of_user(user_id=ANNA)
            assert ["a", "b"] == await history(sessions)

    async def test_replace_is_idempotent(self, opener: Opener[SessionRepository]) -> None:
        """A replacement whose reply was lost can be repeated; another one with the same outcome is another one."""
        before, after = session("s"), evolve(session("s"), access=())
        async with opener() as sessions:
            await sessions.add(session=before, events=())
            for _ in range(3):
                await sessions.replace(before=before, after=after, events=events("a"))
            with pytest.raises(StaleSessionError):
                await sessions.replace(before=before, after=after, events=events("b"))

            assert after == await sessions.get(session_id=SessionId("s"))
            assert ["a"] == await history(sessions)

    async def test_parallel_replaces_have_one_winner(self, opener: Opener[SessionRepository]) -> None:
        """Of eight who refresh one session at once, one does, and only its event is recorded."""
        before = session("s")
        afters = [evolve(before, spent=(TokenDigest(digest=name, until=NOON),)) for name in "abcdefgh"]
        async with opener() as sessions:
            await sessions.add(session=before, events=())
            outcomes = await asyncio.gather(
                *(
                    sessions.replace(before=before, after=after, events=events(after.spent[0].digest))
                    for after in afters
                ),
                return_exceptions=True,
            )

            assert 1 == outcomes.count(None)
            assert 7 == sum(isinstance(outcome, StaleSessionError) for outcome in outcomes)
            assert afters[outcomes.index(None)] == await sessions.get(session_id=SessionId("s"))
            assert ["abcdefgh"[outcomes.index(None)]] == await history(sessions)

    async def test_a_removed_session_is_gone(self, opener: Opener[SessionRepository]) -> None:
        """Nothing finds it, nothing brings it back, and the user's other sessions stay."""
        async with opener() as sessions:
            await sessions.add(session=session("gone"), events=())
            await sessions.add(session=session("stays"), events=())
            await sessions.remove(session_id=SessionId("gone"), events=())
            with pytest.raises(StaleSessionError):
                await sessions.replace(before=session("gone"), after=evolve(session("gone"), access=()), events=())

            assert await sessions.find(locator="gone locator") is None
            assert await sessions.get(session_id=SessionId("gone")) is None
            assert (session("stays"),) == await sessions.of_user(user_id=ANNA)

    async def test_remove_records_what_it_removed(self, opener: Opener[SessionRepository]) -> None:
        """Ending a session again, or one that never was, records nothing."""
        async with opener() as sessions:
            await sessions.add(session=session("s"), events=())
            await asyncio.gather(
                *(sessions.remove(session_id=SessionId("s"), events=events("ended")) for _ in range(4))
            )
            await sessions.remove(session_id=SessionId("s"), events=events("again"))
            await sessions.remove(session_id=SessionId("other"), events=events("never was"))

            assert ["ended"] == await history(sessions)

    async def test_of_user_gives_theirs_only(self, opener: Opener[SessionRepository]) -> None:
        """The oldest comes first, however they were added, and nobody else's comes at all."""
        old, newer, newest = session("z", minute=1), session("y", minute=2), session("x", minute=3)
        async with opener() as sessions:
            for new in (newest, session("b", BERT), old, newer):
                await sessions.add(session=new, events=())

            assert (old, newer, newest) == await sessions.of_user(user_id=ANNA)
            assert (session("b", BERT),) == await sessions.of_user(user_id=BERT)
            assert () == await sessions.of_user(user_id=UserId("nobody"))

    async def test_writes_carry_their_events(self, opener: Opener[SessionRepository]) -> None:
        """The log has the events of each write, in order, each once."""
        after = evolve(session("s"), access=())
        async with opener() as sessions:
            await sessions.add(session=session("s"), events=events("a", "b"))
            await sessions.replace(before=session("s"), after=after, events=events("c", "d"))
            await sessions.remove(session_id=SessionId("s"), events=events("e", "f"))
            found = await sessions.log.stream(stream="user:anna", after=0, limit=100)

        assert events("a", "b", "c", "d", "e", "f") == tuple(recorded.event for recorded in found)
        assert [1, 2, 3, 4, 5, 6] == [recorded.offset for recorded in found]

    async def test_expired_sessions_are_swept(self, opener: Opener[SessionRepository]) -> None:
        """At the very moment a session's time is up it is swept, and no sooner, no more than asked for at once."""
        renewed = session("renewed", minutes=1)
        later = evolve(renewed, session=evolve(renewed.session, expires_at=NOON + timedelta(minutes=9)))
        at = NOON + timedelta(minutes=5)
        async with opener() as sessions:
            for minutes in (1, 2, 5, 6):
                await sessions.add(session=session(f"s{minutes}", minutes=minutes), events=())
            await sessions.add(session=renewed, events=())
            await sessions.replace(before=renewed, after=later, events=())

            assert [2, 1, 0] == [await sessions.remove_expired(now=at, limit=2) for _ in range(3)]
            assert {"s6", "renewed"} == {found.session.id for found in await sessions.of_user(user_id=ANNA)}
            assert await sessions.find(locator="s5 locator") is None
            assert await sessions.get(session_id=SessionId("s1")) is None
