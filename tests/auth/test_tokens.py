"""How tokens are made, and told apart."""

from datetime import UTC, datetime, timedelta

import pytest

from saiondo_core.adapters.system.randomness import SystemSecrets
from saiondo_core.auth.errors import InvalidTokenError
from saiondo_core.auth.model import TokenDigest, digest_of
from saiondo_core.auth.tokens import Locator, still_worth, works

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_all_tokens_of_a_session_lead_to_it() -> None:
    """They share their locator, and nothing else; two sessions share nothing."""
    secrets = SystemSecrets()
    locator, other = Locator.new(secrets), Locator.new(secrets)
    tokens = [locator.new_token(secrets) for _ in range(100)]

    assert {locator} == {Locator.of(token) for token in tokens}
    assert 100 == len({token[22:] for token in tokens})
    assert locator.digest != other.digest
    assert 256 <= 6 * len(tokens[0][22:])


@pytest.mark.parametrize("token", ["", "x" * 64, "x" * 66, "é" * 65, "\ud800" * 65])
def test_what_has_not_the_form_of_a_token_leads_nowhere(token: str) -> None:
    """It is refused before anything is computed of it."""
    with pytest.raises(InvalidTokenError):
        Locator.of(token)


def test_a_token_works_until_its_moment() -> None:
    """It has to be one of those given, before its time is up."""
    digests = TokenDigest.of("a", until=NOON), TokenDigest.of("b", until=NOON + timedelta(seconds=1))

    assert works("a", digests, at=NOON - timedelta(milliseconds=1))
    assert not works("a", digests, at=NOON)
    assert works("b", digests, at=NOON)
    assert not works("c", digests, at=NOON - timedelta(days=1))
    assert not works(digest_of("a"), digests, at=NOON - timedelta(days=1))
    assert digests[1:] == still_worth(digests, at=NOON)
