"""No credential shows anywhere: neither a password, nor a token, nor a hash of either."""

import re
import traceback

import attrs
import pytest

from saiondo_core.auth.model import AuthSession, digest_of
from saiondo_core.auth.tokens import Locator
from saiondo_core.kernel.errors import SaiondoError
from tests.architecture.house import classes
from tests.auth.house import House

PASSWORD, WRONG, NEW = "canary-password-1", "canary-password-2", "canary-password-3"
NAMES = re.compile(r"_?(old_|new_|access_|refresh_)?(password|digest|token|locator|secret)s?")


async def lived() -> tuple[House, list[AuthSession], list[SaiondoError]]:
    """A house in which everything happened once: what it gave, and what it refused."""
    house = House()
    given = [await house.unbound.register(email="a@example.org", username="anna", password=PASSWORD)]
    anna = house.of(given[0].user.id)
    given.append(await house.unbound.authenticate(email="a@example.org", password=PASSWORD, client="phone"))
    given.append(await house.unbound.refresh(given[1].refresh_token or ""))
    given.append(await house.system.issue(user_id=given[0].user.id, ttl=60))
    refused: list[SaiondoError] = []
    calls = [
        house.unbound.register(email="b@example.org", username="anna", password=PASSWORD),
        house.unbound.register(email="b@example.org", username="b", password=PASSWORD + "\x00"),
        house.unbound.register(email="b@example.org", username="bert", password=PASSWORD * 100),
        house.unbound.authenticate(email="a@example.org", password=WRONG),
        house.unbound.authenticate(email="a@example.org", password=WRONG * 100),
        anna.change_password(old_password=WRONG, new_password=NEW),
        anna.change_password(old_password=PASSWORD, new_password=NEW * 100),
        house.unbound.refresh(given[0].access_token),
        house.unbound.refresh(given[3].access_token[:-1] + "_"),
        house.unbound.verify(given[0].refresh_token or ""),
        house.unbound.logout(given[0].refresh_token or ""),
        house.unbound.get_current(given[0].access_token + "x"),
    ]
    for call in calls:
        with pytest.raises(SaiondoError) as raised:
            await call
        refused.append(raised.value)
    return house, given, refused


async def test_no_text_that_is_made_of_anything_holds_one() -> None:
    """Reprs of stores, use cases, entities and results; events; errors in all their forms, tracebacks included."""
    house, given, refused = await lived()
    stored = await house.sessions.of_user(user_id=given[0].user.id)
    credentials = await house.credentials.list(after=None, limit=100)
    tokens = [token for pair in given for token in (pair.access_token, pair.refresh_token) if token]
    canaries = {PASSWORD, WRONG, NEW, *tokens, *(token[:22] for token in tokens), *(token[22:] for token in tokens)}
    canaries |= {digest_of(canary) for canary in canaries}
    canaries |= {found.digest.rpartition("$")[2] for found in credentials}

    assert 2 == len(stored)
    assert credentials
    texts = [repr(thing) for thing in (house, house.sessions, house.credentials, house.users, house.limiter)]
    texts += [repr(thing) for thing in (*given, *stored, *credentials, *await house.recorded())]
    texts += [repr(house.unbound.authenticate), repr(house.of("x").change_password), repr(house.unbound.refresh)]
    texts += [repr(Locator.of(tokens[0]))]
    for error in refused:
        texts += [repr(error), str(error), repr(dict(error.details())), *map(error.user_message, ("en", "ko"))]
        texts += traceback.format_exception(error)
    assert [] == [(canary, text) for canary in canaries for text in texts if canary in text]


async def test_the_store_holds_no_password_and_no_token() -> None:
    """Somebody who reads all that is stored can sign in as nobody."""
    house, given, _ = await lived()
    stored = await house.sessions.of_user(user_id=given[0].user.id)
    credentials = await house.credentials.list(after=None, limit=100)
    # As dictionaries they show what their reprs leave out.
    written = repr([attrs.asdict(found) for found in stored] + [attrs.asdict(found) for found in credentials])
    tokens = [token for pair in given for token in (pair.access_token, pair.refresh_token) if token]

    assert digest_of(tokens[0]) in written
    assert credentials[0].digest in written
    assert [] == [canary for canary in (PASSWORD, *tokens, *(token[:22] for token in tokens)) if canary in written]


def test_every_field_that_could_hold_one_is_left_out_of_reprs() -> None:
    """In every class of the package: what is called a password, digest, token, locator or secret does not show."""
    suspects = [
        (found, field)
        for found in classes()
        if attrs.has(found)
        for field in attrs.fields(found)
        if NAMES.fullmatch(field.name) and field.type in {str, str | None, "str", "str | None"}
    ]

    assert 6 <= len(suspects)
    assert [] == [f"{found.__name__}.{field.name}" for found, field in suspects if field.repr]
