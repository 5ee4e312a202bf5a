"""The group `permission`: roles, and who may do what. Its one use case is the group."""

from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting
from saiondo_core.messages.speech import MessageSpeech
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
from saiondo_core.permissions.user_permission import UserPermissionUseCase
from saiondo_core.permissions.who_can import WhoCanUseCase


def make_permission_group(ports: Ports, acting: Acting) -> UserPermissionUseCase:
    """The group over *ports*, for whoever *acting* says."""
    channels, roles, speech = ports.channels, ports.roles, MessageSpeech(messages=ports.messages)
    return UserPermissionUseCase(
        check_permission=CheckPermissionUseCase(acting=acting, channels=channels, speech=speech),
        require=RequirePermissionUseCase(acting=acting, channels=channels, speech=speech),
        check_many=CheckManyUseCase(acting=acting, channels=channels, speech=speech),
        assign_role=AssignRoleUseCase(acting=acting, roles=roles, channels=channels, users=ports.users),
        revoke_role=RevokeRoleUseCase(acting=acting, roles=roles, channels=channels),
        get_user_permissions=GetUserPermissionsUseCase(acting=acting, roles=roles, channels=channels),
        can_manage_channel=CanManageChannelUseCase(acting=acting, channels=channels, speech=speech),
        can_delete_message=CanDeleteMessageUseCase(acting=acting, channels=channels, speech=speech),
        create_role=CreateRoleUseCase(acting=acting, roles=roles),
        update_role=UpdateRoleUseCase(acting=acting, roles=roles),
        delete_role=DeleteRoleUseCase(acting=acting, roles=roles),
        list_roles=ListRolesUseCase(acting=acting, roles=roles),
        who_can=WhoCanUseCase(acting=acting, roles=roles, channels=channels),
    )
