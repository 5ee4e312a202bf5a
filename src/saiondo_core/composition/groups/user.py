"""The group `user`: profiles."""

from attrs import frozen

from saiondo_core.auth.get_current_user import GetCurrentUserUseCase
from saiondo_core.channels.departures import ChannelsOfUser
from saiondo_core.composition.ports import Ports
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.delete_user import DeleteUserUseCase
from saiondo_core.users.ensure_users import EnsureUsersUseCase, EnsureUserUseCase
from saiondo_core.users.get_user import GetUserUseCase
from saiondo_core.users.list_users import ListUsersUseCase
from saiondo_core.users.update_user import UpdateUserUseCase


@frozen(kw_only=True)
class UserGroup:
    """Profiles."""

    get_current: GetCurrentUserUseCase
    update: UpdateUserUseCase
    get: GetUserUseCase
    list: ListUsersUseCase
    delete: DeleteUserUseCase
    ensure: EnsureUserUseCase
    ensure_many: EnsureUsersUseCase


def make_user_group(ports: Ports, acting: Acting) -> UserGroup:
    """The group over *ports*, for whoever *acting* says."""
    belongings = ChannelsOfUser(acting=acting, channels=ports.channels)
    return UserGroup(
        get_current=GetCurrentUserUseCase(acting=acting, users=ports.users, sessions=ports.sessions),
        update=UpdateUserUseCase(acting=acting, users=ports.users),
        get=GetUserUseCase(acting=acting, users=ports.users),
        list=ListUsersUseCase(acting=acting, users=ports.users),
        delete=DeleteUserUseCase(
            acting=acting,
            users=ports.users,
            belongings=belongings,
            admissions=ports.roles,
        ),
        ensure=EnsureUserUseCase(acting=acting, users=ports.users, admissions=ports.roles, belongings=belongings),
        ensure_many=EnsureUsersUseCase(acting=acting, users=ports.users, admissions=ports.roles, belongings=belongings),
    )
