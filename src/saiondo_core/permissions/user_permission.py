"""Roles and rights, as one piece."""

from attrs import frozen

from saiondo_core.permissions.assign_role import AssignRoleUseCase
from saiondo_core.permissions.can_manage_channel import CanDeleteMessageUseCase, CanManageChannelUseCase
from saiondo_core.permissions.check_many import CheckManyUseCase
from saiondo_core.permissions.check_permission import CheckPermissionUseCase, RequirePermissionUseCase
from saiondo_core.permissions.create_role import CreateRoleUseCase
from saiondo_core.permissions.delete_role import DeleteRoleUseCase
from saiondo_core.permissions.get_user_permissions import GetUserPermissionsUseCase
from saiondo_core.permissions.list_roles import ListRolesUseCase
from saiondo_core.permissions.revoke_role import RevokeRoleUseCase
from saiondo_core.permissions.update_role import UpdateRoleUseCase
from saiondo_core.permissions.who_can import WhoCanUseCase


@frozen(kw_only=True)
class UserPermissionUseCase:
    """Who may do what, and who says so."""

    check_permission: CheckPermissionUseCase
    require: RequirePermissionUseCase
    check_many: CheckManyUseCase
    assign_role: AssignRoleUseCase
    revoke_role: RevokeRoleUseCase
    get_user_permissions: GetUserPermissionsUseCase
    can_manage_channel: CanManageChannelUseCase
    can_delete_message: CanDeleteMessageUseCase
    create_role: CreateRoleUseCase
    update_role: UpdateRoleUseCase
    delete_role: DeleteRoleUseCase
    list_roles: ListRolesUseCase
    who_can: WhoCanUseCase

    @property
    def permission(self) -> "UserPermissionUseCase":
        """Itself: the longer path, `permission.permission`, leads to the same operations."""
        return self
