"""Under which row a permission is asked for."""

import pytest

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.policies import POLICIES, Policy, Where
from saiondo_core.permissions.judging import policy_of


@pytest.mark.parametrize("row", POLICIES, ids=lambda row: row.permission)
def test_what_stands_in_the_table_is_asked_under_its_row(row: Policy) -> None:
    """Wherever it is asked."""
    resource, _, action = row.permission.partition(":")
    for in_channel in (True, False):
        assert row is policy_of(resource, action, in_channel=in_channel)


def test_a_permission_of_the_hosts_own_has_a_row_for_each_place() -> None:
    """The same one whenever it is asked for: gates remember by it."""
    there, everywhere = (policy_of("page", "write", in_channel=in_channel) for in_channel in (True, False))
    assert [("page:write", Where.CHANNEL), ("page:write", Where.EVERYWHERE)] == [
        (row.permission, row.where) for row in (there, everywhere)
    ]
    assert there is policy_of("page", "write", in_channel=True)
    assert everywhere is policy_of("page", "write", in_channel=False)
    assert there is not policy_of("page", "read", in_channel=True)


@pytest.mark.parametrize(("resource", "action", "field"), [("*", "read", "resource"), ("page", "Read", "action")])
def test_no_pattern_is_asked_for(resource: str, action: str, field: str) -> None:
    """Nor anything else that is no word."""
    with pytest.raises(InvalidInputError) as caught:
        policy_of(resource, action, in_channel=False)
    assert field == caught.value.field
