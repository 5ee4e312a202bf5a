"""Going on with a session: rotation, grace, and the end of a stolen family."""

import asyncio
from datetime import timedelta

import pytest

from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.auth.model import AuthSession, StoredSession, digest_of
from saiondo_core.auth.refresh_session import SPENT_MOST
from tests.auth.house import DAY, MINUTE, House


def refresh_token(session: AuthSession) -> str:
    """The refresh token of a session that has one."""
    assert session.refresh_token is not None
    return session.refresh_token


async def refreshed(house: House, session: AuthSession) -> AuthSession:
    """Spend the refresh token of *session*."""
    return await house.unbound.refresh(refresh_token(session))


async def refused(house: House, token: str) -> None:
    """See that *token* does not refresh."""
    with pytest.raises(InvalidTokenError):
        await house.unbound.refresh(token)


async def test_each_refresh_gives_a_new_pair(house: House) -> None:
    """The session stays the same one, its use is noted, both new tokens work, and so does the old access token."""
    first = await house.register()
    await house.clock.advance(MINUTE)
    second = await refreshed(house, first)
    third = await refreshed(house, second)
    tokens = [token for pair in (first, second, third) for token in (pair.access_token, pair.refresh_token)]

    assert 6 == len(set(tokens))
    assert {first.session.id} == {pair.session.id for pair in (first, second, third)}
    assert house.clock.now() == second.session.last_used_at
    assert house.clock.now() + timedelta(minutes=15) == second.expires_at
    for pair in (first, second, third):
        assert first.user.id == (await house.unbound.verify(pair.access_token)).user_id
    assert 2 == list(await house.actions(first.user.id)).count("session.refreshed")


async def test_a_session_slides_thirty_days_and_ends_after_ninety(house: House) -> None:
    """Used every 29 days it goes on, until its 90 days are over; no token outlives it."""
    session = await house.register()
    begin = house.clock.now()
    for days in (29, 58, 87):
        await house.clock.advance(29 * DAY)
        session = await refreshed(house, session)
        assert begin + timedelta(days=min(days + 30, 90)) == session.session.expires_at
    await house.clock.advance(3 * DAY - MINUTE)
    session = await refreshed(house, session)
    assert begin + timedelta(days=90) == session.expires_at
    await house.clock.advance(MINUTE)

    await refused(house, refresh_token(session))
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(session.access_token)


async def test_an_unused_session_ends_after_thirty_days(house: House) -> None:
    """One moment before it can be refreshed, then not; that revokes nothing, it is over."""
    session = await house.register()
    await house.clock.advance(30 * DAY)
    await refused(house, refresh_token(session))

    assert "session.revoked" not in await house.actions(session.user.id)


async def test_a_client_that_lost_the_reply_stays_in(house: House) -> None:
    """Within 30 seconds the spent token gives a second pair, and both pairs go on."""
    first = await house.register()
    lost = await refreshed(house, first)
    await house.clock.advance(29.999)
    second = await refreshed(house, first)

    assert lost.refresh_token != second.refresh_token
    third = await refreshed(house, second)
    assert first.user.id == (await house.unbound.verify(third.access_token)).user_id
    fourth = await refreshed(house, lost)
    assert first.session.id == fourth.session.id
    assert "session.revoked" not in await house.actions(first.user.id)


async def test_a_spent_token_after_its_grace_ends_the_session_for_everybody(house: House) -> None:
    """Neither the thief nor the owner goes on, and what happened is told once."""
    first = await house.register()
    second = await refreshed(house, first)
    await house.clock.advance(30)
    await refused(house, refresh_token(first))

    await refused(house, refresh_token(second))
    for pair in (first, second):
        with pytest.raises(InvalidTokenError):
            await house.unbound.verify(pair.access_token)
    assert () == await house.sessions.of_user(user_id=first.user.id)
    assert 1 == list(await house.actions(first.user.id)).count("session.revoked")
    assert (await house.sign_in()).session.id != first.session.id


async def test_a_token_of_any_age_is_known(house: House) -> None:
    """Tokens spent many refreshes ago still lead to the session, and end it."""
    first = session = await house.register()
    for _ in range(50):
        await house.clock.advance(DAY)
        session = await refreshed(house, session)
    await refused(house, refresh_token(first))

    await refused(house, refresh_token(session))
    assert "session.revoked" in await house.actions(first.user.id)


async def test_other_sessions_of_the_user_go_on(house: House) -> None:
    """Only the family of the spent token ends."""
    first, other = await house.register(), await house.sign_in()
    await refreshed(house, first)
    await house.clock.advance(MINUTE)
    await refused(house, refresh_token(first))

    assert other.session.id == (await refreshed(house, other)).session.id


async def test_a_token_that_somebody_made_up_of_a_true_one_ends_the_session(house: House) -> None:
    """Whoever knows the locator has seen a token."""
    session = await house.register()
    true = refresh_token(session)
    await refused(house, true[:-1] + ("A" if true[-1] != "A" else "B"))

    await refused(house, true)
    assert "session.revoked" in await house.actions(session.user.id)


async def test_an_access_token_refreshes_nothing_and_ends_nothing(house: House) -> None:
    """It is a mistake of the client's, not a theft."""
    session = await house.register()
    await refused(house, session.access_token)

    assert session.session.id == (await refreshed(house, session)).session.id


@pytest.mark.parametrize("token", ["", "x", "x" * 65, "가" * 65, "\ud800" * 65, "x" * 1_000_000])
async def test_what_is_no_token_is_refused(house: House, token: str) -> None:
    """Whatever it is, and whichever call it is given to, it is one error, and nothing ends."""
    session = await house.register()
    await refused(house, token)
    for call in (house.unbound.verify, house.unbound.logout, house.unbound.get_current):
        with pytest.raises(InvalidTokenError):
            await call(token)

    assert session.session.id == (await refreshed(house, session)).session.id


async def test_the_deleted_go_on_with_nothing(house: House) -> None:
    """From the moment of the deletion, before any handler has run."""
    session = await house.register()
    await house.of(session.user.id).delete()

    await refused(house, refresh_token(session))


async def test_an_issued_session_cannot_be_refreshed(house: House) -> None:
    """It has no refresh token, and its access token is none."""
    await house.system.ensure(id="anna", username="anna")
    session = await house.system.issue(user_id=(await house.of("anna").get()).id, ttl=MINUTE)
    await refused(house, session.access_token)

    assert "anna" == (await house.unbound.verify(session.access_token)).user_id


class Slow(MemorySessions):
    """A store in which finding takes a turn of the loop, so that parallel refreshes meet."""

    async def find(self, *, locator: str) -> StoredSession | None:
        """See `SessionRepository.find`."""
        found = await super().find(locator=locator)
        await asyncio.sleep(0)
        return found


async def test_parallel_refreshes_all_get_a_pair_and_are_bounded() -> None:
    """Ten tabs that wake up at once stay signed in; the newest five pairs work, and no more is kept."""
    house = House()
    house.sessions = Slow(house.log)
    first = await house.register()
    pairs = await asyncio.gather(*(refreshed(house, first) for _ in range(10)))
    stored = await house.sessions.get(session_id=first.session.id)

    assert 10 == len({pair.refresh_token for pair in pairs})
    assert stored is not None
    assert (5, 5, 1) == (len(stored.access), len(stored.refresh), len(stored.spent))
    live = {known.digest for known in stored.refresh}
    assert live < {digest_of(refresh_token(pair)) for pair in pairs}


async def test_what_is_kept_of_a_session_is_bounded(house: House) -> None:
    """A client that refreshes without a pause fills nothing."""
    session = await house.register()
    for _ in range(100):
        session = await refreshed(house, session)
    stored = await house.sessions.get(session_id=session.session.id)

    assert stored is not None
    assert (5, 1, SPENT_MOST) == (len(stored.access), len(stored.refresh), len(stored.spent))
    await house.clock.advance(MINUTE)
    await refreshed(house, session)
    stored = await house.sessions.get(session_id=session.session.id)
    assert stored is not None
    assert 1 == len(stored.spent)
