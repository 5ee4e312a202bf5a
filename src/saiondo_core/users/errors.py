"""What can go wrong with users."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, NotFoundError, Said, said
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class UserNotFoundError(NotFoundError):
    """There is no such user, or they were deleted."""

    code = "user_not_found"
    user_id: UserId
    what = "There is no user {user_id}."
    hint = "Register them, or mirror your own users with user.ensure(id, username)."
    user_messages: ClassVar[Said] = said(en="This user does not exist.", ko="존재하지 않는 사용자입니다.")


@frozen(kw_only=True)
class UserIdTakenError(ConflictError):
    """Another user has that id."""

    code = "user_id_taken"
    user_id: UserId
    what = "Another user has the id {user_id}."
    hint = "Take a new id, or update the user who has it."


@frozen(kw_only=True)
class UsernameTakenError(ConflictError):
    """Another user has that username, perhaps in other letter case."""

    code = "username_taken"
    username: str
    what = "The username {username} is taken."
    hint = "Choose another one; case does not count."
    user_messages: ClassVar[Said] = said(en="This username is already taken.", ko="이미 사용 중인 사용자 이름입니다.")


@frozen(kw_only=True)
class EmailTakenError(ConflictError):
    """Another user has that e-mail address."""

    code = "email_taken"
    what = "The e-mail address is taken."
    hint = "Sign in with it, or use another one."
    user_messages: ClassVar[Said] = said(
        en="This e-mail address is already registered.",
        ko="이미 등록된 이메일 주소입니다.",
    )


@frozen(kw_only=True)
class StaleUserError(ConflictError):
    """The user was changed since they were read."""

    code = "stale_user"
    retryable = True
    user_id: UserId
    what = "The user {user_id} was changed in the meantime."


@frozen(kw_only=True)
class StillOwnsChannelsError(ConflictError):
    """A user who owns channels cannot be deleted."""

    code = "still_owns_channels"
    user_id: UserId
    channel_ids: tuple[str, ...]
    what = "The user {user_id} still owns the channels {channel_ids}."
    hint = "Transfer their ownership with channel.transfer_ownership, or delete them, first."
    user_messages: ClassVar[Said] = said(
        en="Hand over or delete the channels you own first.",
        ko="먼저 소유한 채널을 넘기거나 삭제해 주세요.",
    )
