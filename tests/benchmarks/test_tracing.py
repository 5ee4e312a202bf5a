"""How much memory something keeps."""

from benchmarks.tracing import traced

MEGABYTE = 1_000_000


def test_what_is_kept_counts() -> None:
    """What was made within the block and is still there at its end counts, and nothing that was there before."""
    before = bytearray(MEGABYTE)
    with traced() as growth:
        kept = bytearray(2 * MEGABYTE)

    assert 2 * MEGABYTE <= growth.size < 2.1 * MEGABYTE
    assert (MEGABYTE, 2 * MEGABYTE) == (len(before), len(kept))


def test_what_is_let_go_does_not_count() -> None:
    """Neither what was dropped, nor what only a circle still holds."""
    with traced() as growth:
        circle: list[object] = [bytearray(MEGABYTE)]
        circle.append(circle)
        del circle

    assert growth.size < 0.1 * MEGABYTE
