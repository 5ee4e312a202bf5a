"""Which role is meant, and whether it can be held where it is asked for."""

from saiondo_core.channels.model import ChannelRole
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import ADMIN, MODERATOR, USER
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.errors import RoleNotFoundError
from saiondo_core.permissions.role_form import BUILT_IN_IDS

BASE_ROLES = (ChannelRole.GUEST, ChannelRole.MEMBER)
"""What every member is at least: to be given one is to be let in."""

_BY_NAME = {str(role): role for role in ChannelRole} | {str(role.id): role for role in ChannelRole}
_NOT_EVERYWHERE = BUILT_IN_IDS - {MODERATOR, ADMIN}


def channel_role(role_id: RoleId) -> ChannelRole | None:
    """The channel role that *role_id* means in a channel, where `moderator` is the channel's; None for a made one.

    Raises:
        RoleNotFoundError: It is `user`, which nobody gives.
    """
    if role_id == USER:
        raise RoleNotFoundError(role_id=role_id)
    return _BY_NAME.get(role_id)


def check_everywhere(compiled: CompiledRoles, role_id: RoleId) -> None:
    """Return if *role_id* can be held everywhere.

    Raises:
        RoleNotFoundError: There is no such role, or it is everybody's, or a channel's.
    """
    if compiled.get(role_id) is None or role_id in _NOT_EVERYWHERE:
        raise RoleNotFoundError(role_id=role_id)
