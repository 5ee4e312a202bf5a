"""What of a profile an update changes, and what of it others see."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from attrs import evolve, frozen

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.keep import KEEP, Keep
from saiondo_core.kernel.policies import USER_MANAGE
from saiondo_core.kernel.rights import Acting
from saiondo_core.kernel.text import Json
from saiondo_core.users.model import User

T = TypeVar("T")

USER_TRIES = 20
"""How often a change of a user is judged anew: sign-ins note when a user was last seen, and may be many at once."""


@frozen(kw_only=True)
class ProfileChange:
    """What becomes of each field of a profile: what is left out stays as it is."""

    display_name: str | Keep | None = KEEP
    username: str | Keep = KEEP
    avatar: str | Keep | None = KEEP
    email: str | Keep | None = KEEP
    locale: str | Keep = KEEP
    time_zone: str | Keep = KEEP
    metadata: Mapping[str, Json] | Keep = KEEP

    def applied(self, user: User, *, at: datetime) -> User:
        """*user* after this change, made *at*; *user* itself where it changes nothing."""
        after = evolve(
            user,
            display_name=_now(user.display_name, self.display_name),
            username=_now(user.username, self.username),
            avatar=_now(user.avatar, self.avatar),
            email=_now(user.email, self.email),
            locale=_now(user.locale, self.locale),
            time_zone=_now(user.time_zone, self.time_zone),
            metadata=_now(user.metadata, self.metadata),
        )
        return user if after == user else evolve(after, updated_at=at)


def clearable(value: str | Keep | None, clean: Callable[[str], str]) -> str | Keep | None:
    """What becomes of a field that can be empty: *clean* of what was given, if anything was."""
    return value if value is None or isinstance(value, Keep) else clean(value)


def required(value: str | Keep | None, field: str, clean: Callable[[str], str]) -> str | Keep:
    """What becomes of a field that is never empty: *clean* of what was given, if anything was.

    Raises:
        InvalidInputError: It was to be cleared, or *clean* refuses it.
    """
    if value is None:
        raise InvalidInputError(field=field, expected="a value, for it cannot be cleared")
    return value if isinstance(value, Keep) else clean(value)


async def as_seen_by(acting: Acting, actor: Actor, *users: User) -> tuple[User, ...]:
    """*users* as *actor* may see them: addresses are for their owner, and for whoever manages users.

    Raises:
        GateFailedError: It could not be decided.
    """
    sees = {
        own: (await acting.judge(actor, USER_MANAGE, own=own)).allowed
        for own in {user.id == actor.id for user in users}
    }
    return tuple(user if sees[user.id == actor.id] else evolve(user, email=None) for user in users)


def _now(present: T, wanted: T | Keep) -> T:
    return present if isinstance(wanted, Keep) else wanted
