"""Who is who: the accounts of those who have a nick."""

import re
from collections.abc import Awaitable, Callable, Iterator
from itertools import count
from typing import TypeVar
from unicodedata import normalize

from attrs import define

from saiondo_core import UseCases, User
from saiondo_core.errors import UsernameTakenError

T = TypeVar("T")

PASSWORD = "this is only a demo"  # noqa: S105 - it guards accounts that end with this process
LONGEST_USERNAME = 20

# What a username may not hold, or not at its ends; and the "-" of the "deleted-" that no username may begin with.
_NOT_IN_USERNAMES = re.compile(r"^\W|[^\w.-]|\W$|(?i:(?<=^deleted)-)")


@define(eq=False, repr=False)
class Person:
    """Somebody with an account, and the use cases that act for them."""

    nick: str
    user: User
    calls: UseCases
    is_here: bool = False


def nick_key(nick: str) -> str:
    """Whom a nick stands for: on IRC, case does not count."""
    return nick.casefold()


def usernames_for(nick: str) -> Iterator[str]:
    """The usernames that *nick* may become, in the order in which they are tried.

    What a username may not hold becomes `_`; what is too long is cut, and what is too short gets a `_`. Where that is
    somebody else's, a number from 2 on follows, over the end of a long name: `JD|` is `JD_`, or else `JD_2`, `JD_3` ...
    """
    name = _NOT_IN_USERNAMES.sub("_", normalize("NFC", nick)[:LONGEST_USERNAME]).ljust(2, "_")
    yield name
    for number in map(str, count(2)):
        yield name[: LONGEST_USERNAME - len(number)] + number


async def register(use_cases: UseCases, nick: str) -> Person:
    """Make an account for *nick*: its username is made of the nick, its e-mail address of the username."""

    async def sign_up(username: str) -> User:
        session = await use_cases.auth.register(
            email=_email(username), username=username, password=PASSWORD, display_name=nick[:50]
        )
        return session.user

    user = await _under_a_free_username(nick, sign_up)
    return Person(nick=nick, user=user, calls=use_cases.as_user(user.id))


async def rename(person: Person, nick: str) -> None:
    """Let *person* go by another nick, with the username and the e-mail address that go with it."""

    async def update(username: str) -> User:
        return await person.calls.user.update(username=username, email=_email(username), display_name=nick[:50])

    person.user = await _under_a_free_username(nick, update)
    person.nick = nick


async def _under_a_free_username(nick: str, attempt: Callable[[str], Awaitable[T]]) -> T:
    usernames = usernames_for(nick)
    while True:
        try:
            return await attempt(next(usernames))
        except UsernameTakenError:
            continue


def _email(username: str) -> str:
    return f"{username}@irc.example"
