"""Where sessions begin."""

from datetime import timedelta

import pytest

from saiondo_core.auth.model import AuthPolicy
from tests.auth.house import House


@pytest.mark.parametrize(
    ("limits", "session_seconds", "access_seconds"),
    [
        (AuthPolicy(access_seconds=10, refresh_seconds=20, absolute_seconds=30), 20, 10),
        (AuthPolicy(access_seconds=30, refresh_seconds=20, absolute_seconds=10), 10, 10),
        (AuthPolicy(access_seconds=30, refresh_seconds=10, absolute_seconds=20), 10, 10),
    ],
)
async def test_nothing_outlives_what_it_belongs_to(
    limits: AuthPolicy, session_seconds: int, access_seconds: int
) -> None:
    """Whatever the limits are, a token ends with its session, and a session with its longest time."""
    house = House(limits=limits)
    given = await house.register()
    (stored,) = await house.sessions.of_user(user_id=given.user.id)
    now = house.clock.now()

    assert now + timedelta(seconds=session_seconds) == given.session.expires_at
    assert now + timedelta(seconds=access_seconds) == given.expires_at
    assert [given.expires_at] == [known.until for known in stored.access]
    assert [given.session.expires_at] == [known.until for known in stored.refresh]
