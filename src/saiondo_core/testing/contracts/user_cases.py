"""What the laws of `UserRepository` are tried on."""

from datetime import UTC, datetime

import pytest

from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.users.events import UserUpdated
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class UserLaws:
    """The fixture that all laws of `UserRepository` need."""

    @pytest.fixture
    def opener(self) -> Opener[UserRepository]:
        """Open an empty store of users."""
        return missing(self)


def user(name: str, user_id: str | None = None) -> User:
    """A user of that name and id, with an address of that name."""
    return User(
        id=UserId(user_id or name), email=f"{name}@example.org", username=name, created_at=NOON, updated_at=NOON
    )


def events(*names: str) -> tuple[Event, ...]:
    """An event of Anna's for each name, which is its id."""
    stamps = (Stamp(id=EventId(name), at=NOON, actor=UserId("anna")) for name in names)
    return tuple(UserUpdated(stamp=stamp, user_id=UserId("anna")) for stamp in stamps)


async def history(users: UserRepository) -> list[str]:
    """The names of the events that the log has of Anna."""
    return [found.event.stamp.id for found in await users.log.stream(stream="user:anna", after=0, limit=1_000)]


async def names(users: UserRepository, *, text: str = "", after: str = "", limit: int = 100) -> list[str]:
    """The names of the users that are listed."""
    return [found.username for found in await users.list(text=text, after=after, limit=limit)]
