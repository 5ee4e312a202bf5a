"""How nicks become accounts."""

from itertools import islice

import pytest

from examples.replay.people import register, rename, usernames_for
from saiondo_core import UseCaseFactory
from saiondo_core.testing.ports import cheap_ports


@pytest.mark.parametrize(
    ("nick", "username"),
    [
        ("cowbud", "cowbud"),
        ("지민", "지민"),
        ("Dr_Willis", "Dr_Willis"),
        ("syn-ack", "syn-ack"),
        ("Toma-", "Toma_"),
        ("`JD", "_JD"),
        ("bur[n]er", "bur_n_er"),
        ("|Matt|AFK|", "_Matt_AFK_"),
        ("a", "a_"),
        ("`", "__"),
        ("amigappc|OoO|help-me", "amigappc_OoO_help-me"),
        ("a-nick-that-is-cut--here", "a-nick-that-is-cut-_"),
        ("Deleted-one", "Deleted_one"),
    ],
)
async def test_a_nick_becomes_a_username(nick: str, username: str) -> None:
    """What a username may not hold becomes `_`, and the library takes what comes of it; the nick stays on display."""
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        person = await register(use_cases, nick)

    assert (username, f"{username}@irc.example", nick) == (
        person.user.username,
        person.user.email,
        person.user.display_name,
    )


def test_numbers_follow_where_a_name_is_taken() -> None:
    """They count from 2, and take the place of a long name's end."""
    assert ["_JD", "_JD2", "_JD3"] == list(islice(usernames_for("`JD"), 3))
    assert ["x" * 20, "x" * 19 + "2"] == list(islice(usernames_for("x" * 30), 2))
    assert "x" * 18 + "10" == next(islice(usernames_for("x" * 30), 9, None))


async def test_who_comes_second_gets_a_number() -> None:
    """Nicks that become the same username, without regard to case, are different people all the same."""
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        people = [await register(use_cases, nick) for nick in ("jd|", "`JD", "JD_", "_jd")]

    assert ["jd_", "_JD", "JD_2", "_jd2"] == [person.user.username for person in people]


async def test_a_renamed_person_frees_their_name() -> None:
    """Username and e-mail address go with the nick, so that somebody else can take both."""
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        first = await register(use_cases, "nir")
        await rename(first, "nir|away")
        second = await register(use_cases, "nir")

    assert ("nir_away", "nir_away@irc.example", "nir|away") == (first.user.username, first.user.email, first.nick)
    assert ("nir", "nir@irc.example") == (second.user.username, second.user.email)
