"""What is looked at before a connection is made."""

import pytest

from saiondo_core.gateway.handshake import FOREIGN_ORIGIN, TOKEN_IN_URL, Handshake, Refusal, bearer, refusal

OURS = "https://example.org"


@pytest.mark.parametrize(
    ("path", "origin", "expected"),
    [
        ("/live", None, None),
        ("/live?room=1", OURS, None),
        ("/live?monkey=1&author=anna&keyboard=us", None, None),
        ("/live", "", FOREIGN_ORIGIN),
        ("/live", "null", FOREIGN_ORIGIN),
        ("/live", f"{OURS}.evil.example", FOREIGN_ORIGIN),
        ("/live", "http://example.org", FOREIGN_ORIGIN),
        ("/live?room=1&token=", None, TOKEN_IN_URL),
        ("/live?Access%54oken=t", OURS, TOKEN_IN_URL),
        ("/live?x-auth=t", "https://evil.example", TOKEN_IN_URL),
    ],
)
def test_who_is_refused(path: str, origin: str | None, expected: Refusal | None) -> None:
    """Only pages that are listed connect, and what is no browser; nobody with a secret in the URL, by any name."""
    assert expected == refusal(path, (OURS,), origin)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [(f"{OURS}:8443", None), (OURS, FOREIGN_ORIGIN), ("https://example", FOREIGN_ORIGIN), ("", FOREIGN_ORIGIN)],
)
def test_one_origin_that_is_no_list(origin: str, expected: Refusal | None) -> None:
    """A text is a collection of texts, too, for a type checker: it is one origin, and no part of it is another."""
    assert expected == refusal("/live", f"{OURS}:8443", origin)


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", None), ("abc", None), ("", None), (None, None)],
)
def test_the_bearer(header: str | None, token: str | None) -> None:
    """The token is what follows the scheme, however that is written; another scheme gives none."""
    assert token == bearer({} if header is None else {"authorization": header})


def test_nothing_shows_the_token() -> None:
    """Neither as it was given in a header, nor as it was taken out."""
    assert "secret" not in repr(Handshake(path="/", headers={"authorization": "Bearer secret"}, token="secret"))
