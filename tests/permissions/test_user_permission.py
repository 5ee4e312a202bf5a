"""Roles and rights, as one piece."""

from attrs import fields

from saiondo_core.kernel.rights import UseCase
from saiondo_core.permissions.user_permission import UserPermissionUseCase
from tests.permissions.house import EVE, House


def test_both_paths_lead_to_the_same_operations() -> None:
    """`permission.permission` is `permission`."""
    permission = House().of(EVE)

    assert permission is permission.permission


def test_each_operation_is_a_use_case_of_the_acting_user() -> None:
    """All thirteen are use cases, bound to the same user."""
    permission = House().of(EVE)
    leaves = [getattr(permission, leaf.name) for leaf in fields(UserPermissionUseCase)]

    assert 13 == len(leaves)
    assert all(isinstance(leaf, UseCase) and leaf.acting.actor is not None for leaf in leaves)
