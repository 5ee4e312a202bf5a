"""What a role that somebody makes may look like, and where it may stand."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Final

from attrs import evolve

from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.text import clean_line, fold
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.errors import BuiltInRoleError, RoleCircleError, RoleNameTakenError, RoleNotFoundError
from saiondo_core.permissions.model import BUILT_IN, EVERYTHING, Role, RoleBook

NAME_MOST: Final = 50
PERMISSIONS_MOST: Final = 200
INHERITS_MOST: Final = 20
ROLES_MOST: Final = 1_000
BUILT_IN_IDS: Final = frozenset(role.id for role in BUILT_IN)

_HALF: Final = r"(?:\*|[a-z][a-z0-9_]{0,49})"
_PATTERN: Final = re.compile(rf"\*|{_HALF}:{_HALF}")


def clean_role_name(name: str) -> str:
    """*name* in NFC: 1 to 50 characters on one line.

    Raises:
        TextLengthError: It is blank or too long.
        TextCharactersError: It holds a control character or a line break.
    """
    return clean_line(name, "name", least=1, most=NAME_MOST)


def clean_permissions(permissions: Iterable[str]) -> frozenset[str]:
    """*permissions*, if they are at most 200 patterns: `message:delete`, `message:*`, `*:read` or `*`.

    Raises:
        InvalidInputError: They are not.
    """
    clean = tuple(islice(permissions, PERMISSIONS_MOST + 1))
    if len(clean) > PERMISSIONS_MOST or not all(_PATTERN.fullmatch(pattern) for pattern in clean):
        raise InvalidInputError(
            field="permissions",
            expected=f"at most {PERMISSIONS_MOST} of the form 'resource:verb', where '*' stands for all, "
            "and each half has 1 to 50 of a-z, 0-9 and '_', with a letter first",
        )
    return frozenset(EVERYTHING if pattern == "*:*" else pattern for pattern in clean)


def clean_inherits(inherits: Iterable[RoleId]) -> frozenset[RoleId]:
    """*inherits*, if they are at most 20.

    Raises:
        InvalidInputError: They are more.
    """
    clean = tuple(islice(inherits, INHERITS_MOST + 1))
    if len(clean) > INHERITS_MOST:
        raise InvalidInputError(field="inherits", expected=f"at most {INHERITS_MOST} roles")
    return frozenset(clean)


def custom_role(book: RoleBook, role_id: RoleId) -> Role:
    """The role of that id, which can be changed.

    Raises:
        BuiltInRoleError: It is built in.
        RoleNotFoundError: There is none.
    """
    if role_id in BUILT_IN_IDS:
        raise BuiltInRoleError(role_id=role_id)
    for role in book.roles:
        if role.id == role_id:
            return role
    raise RoleNotFoundError(role_id=role_id)


def with_role(book: RoleBook, role: Role) -> CompiledRoles:
    """What all roles allow once *role* stands in *book*, new or in the place of the one it had.

    Raises:
        InvalidInputError: There are 1,000 others.
        RoleNameTakenError: Another role has its name, case aside.
        RoleNotFoundError: It inherits from a role that there is not.
        RoleCircleError: It would inherit from itself.
    """
    others = tuple(other for other in book.roles if other.id != role.id)
    if len(others) >= ROLES_MOST:
        raise InvalidInputError(field="name", expected=f"at most {ROLES_MOST} roles: delete one first")
    if fold(role.name) in {fold(other.name) for other in (*BUILT_IN, *others)}:
        raise RoleNameTakenError(name=role.name)
    compiled = CompiledRoles(evolve(book, roles=(*others, role)))
    above, waiting = set[RoleId](), list(role.inherits)
    while waiting:
        inherited = compiled.get(waiting.pop())
        if inherited is None or inherited.id in above:
            continue
        above.add(inherited.id)
        waiting.extend(inherited.inherits)
    if role.id in above:
        raise RoleCircleError
    for role_id in sorted(role.inherits):
        if role_id not in above:
            raise RoleNotFoundError(role_id=role_id)
    return compiled
