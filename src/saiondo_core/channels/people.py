"""The users a channel is to have to do with."""

from saiondo_core.kernel.ids import UserId
from saiondo_core.users.errors import UserNotFoundError
from saiondo_core.users.ports import UserRepository


async def check_active(users: UserRepository, *user_ids: UserId) -> None:
    """Return if all of them exist and none was deleted.

    Raises:
        UserNotFoundError: The first of them who does not, or was.
    """
    active = {user.id for user in await users.get_many(user_ids=user_ids) if user.is_active}
    for user_id in user_ids:
        if user_id not in active:
            raise UserNotFoundError(user_id=user_id)
