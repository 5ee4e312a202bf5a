"""What a reply must be to be believed."""

from collections.abc import Callable

import pytest
from redis.exceptions import InvalidResponse

from saiondo_core.adapters.redis.replies import Reply, counted, exactly, leases, number, numbers, page, text, texts

READ: list[tuple[Callable[[Reply], object], Reply, object]] = [
    (number, 7, 7),
    (text, b"", b""),
    (exactly(b"PONG"), b"PONG", None),
    (texts(3), [b"a", None, b""], [b"a", None, b""]),
    (numbers(2), [0, 1], [0, 1]),
    (leases(2), [b"v", 1, None, 0, b"a"], (b"v", [(1, None), (0, b"a")])),
    (counted, b"-7", -7),
    (counted, b"range", "range"),
    (page, [b"12", [b"a"]], (b"12", [b"a"])),
    (page, [b"0", []], (b"0", [])),
]
FOREIGN: list[Reply] = [
    None,
    8,
    b"OK",
    b"\xb9",
    [],
    [None],
    [None, None],
    [b"x"],
    [b"x", [b"a"]],
    [b"0", b"a"],
    [b"0", [None]],
    [b"0", [1]],
    [[], []],
    [7, 8, b"9"],
    [b"v", 1, None, b"0", b"a"],
    [None, 1, None, 0, b"a"],
    [b"v", 1, 1, 0, 0],
]


@pytest.mark.parametrize(("read", "reply", "expected"), READ)
def test_a_reply_of_its_form_is_read(read: Callable[[Reply], object], reply: Reply, expected: object) -> None:
    """As what it says."""
    assert expected == read(reply)


def test_a_reply_of_another_form_is_refused() -> None:
    """Whatever it is, it raises the one error that is counted as garbage, and never passes for an answer."""
    passed = list[tuple[Reply, object]]()
    for read, _, _ in READ:
        for reply in FOREIGN:
            try:
                passed.append((reply, read(reply)))
            except InvalidResponse:
                continue
    told: list[tuple[Reply, object]] = [(8, 8), (b"OK", b"OK"), (b"\xb9", b"\xb9")]
    assert told == passed
