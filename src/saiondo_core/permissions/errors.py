"""What can go wrong with roles."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import AccessDeniedError, ConflictError, InvalidInputError, NotFoundError, Said, said
from saiondo_core.kernel.ids import RoleId


@frozen(kw_only=True)
class RoleNotFoundError(NotFoundError):
    """There is no such role, or none that can be held where it was asked for."""

    code = "role_not_found"
    role_id: RoleId
    what = "There is no role {role_id}, or none that can be held there."
    hint = "Look at permission.list_roles(); channel roles need a scope, and `user` is everybody's already."
    user_messages: ClassVar[Said] = said(en="This role does not exist.", ko="존재하지 않는 역할입니다.")


@frozen(kw_only=True)
class RoleNameTakenError(ConflictError):
    """Another role has that name, case aside."""

    code = "role_name_taken"
    name: str
    what = "Another role is called {name}."
    hint = "Choose another name; case does not count, and the names of the built-in roles are taken."
    user_messages: ClassVar[Said] = said(en="This role name is already taken.", ko="이미 사용 중인 역할 이름입니다.")


@frozen(kw_only=True)
class BuiltInRoleError(ConflictError):
    """The built-in roles never change, and never go."""

    code = "built_in_role"
    role_id: RoleId
    what = "The role {role_id} is built in."
    hint = "Make a role of your own that inherits from it, with permission.create_role."


@frozen(kw_only=True)
class RoleInheritedError(ConflictError):
    """A role from which others inherit cannot be deleted."""

    code = "role_inherited"
    role_id: RoleId
    heirs: tuple[RoleId, ...]
    what = "The roles {heirs} inherit from {role_id}."
    hint = "Change or delete them first, with permission.update_role or permission.delete_role."


@frozen(kw_only=True)
class RoleCircleError(InvalidInputError):
    """A role would inherit from itself."""

    code = "role_circle"
    field: str = "inherits"
    expected: str = "roles that do not inherit from this one, at any depth"


@frozen(kw_only=True)
class NotHeldError(AccessDeniedError):
    """Nobody gives, takes or makes what they do not hold themselves."""

    code = "not_held"
    what = "The acting user does not hold {permission}, which the role allows."
    hint = "Have it done by somebody who holds it, or by the host through use_cases.as_system(name)."


@frozen(kw_only=True)
class LowestRoleError(ConflictError):
    """Every member is at least a member or a guest: there is nothing below to fall back to."""

    code = "lowest_role"
    role_id: RoleId
    what = "Members hold {role_id} for being in the channel."
    hint = "Use channel.remove_member, or assign another channel role."
