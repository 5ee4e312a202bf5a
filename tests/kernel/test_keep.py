"""What stands for "leave it as it is"."""

from saiondo_core.kernel.keep import KEEP, Keep


def test_keep_is_no_value_of_any_field() -> None:
    """It equals nothing that a field could be given."""
    assert KEEP is Keep.KEEP
    values: tuple[object, ...] = None, "", "KEEP", False, 0, 1
    assert KEEP not in values
