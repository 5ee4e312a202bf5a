"""What can go wrong with users."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, NotFoundError
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class UserNotFoundError(NotFoundError):
    """There is no such user, or they were deleted."""

    code: ClassVar[str] = "user_not_found"
    user_id: UserId
    what: ClassVar[str] = "There is no user {user_id}."
    hint: ClassVar[str] = "Register them, or mirror your own users with user.ensure(id, username)."
    user_messages: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"en": "This user does not exist.", "ko": "존재하지 않는 사용자입니다."}
    )


@frozen(kw_only=True)
class UserIdTakenError(ConflictError):
    """Another user has that id."""

    code: ClassVar[str] = "user_id_taken"
    user_id: UserId
    what: ClassVar[str] = "Another user has the id {user_id}."
    hint: ClassVar[str] = "Take a new id, or update the user who has it."


@frozen(kw_only=True)
class UsernameTakenError(ConflictError):
    """Another user has that username, perhaps in other letter case."""

    code: ClassVar[str] = "username_taken"
    username: str
    what: ClassVar[str] = "The username {username} is taken."
    hint: ClassVar[str] = "Choose another one; case does not count."
    user_messages: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"en": "This username is already taken.", "ko": "이미 사용 중인 사용자 이름입니다."}
    )


@frozen(kw_only=True)
class EmailTakenError(ConflictError):
    """Another user has that e-mail address."""

    code: ClassVar[str] = "email_taken"
    what: ClassVar[str] = "The e-mail address is taken."
    hint: ClassVar[str] = "Sign in with it, or use another one."
    user_messages: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"en": "This e-mail address is already registered.", "ko": "이미 등록된 이메일 주소입니다."}
    )


@frozen(kw_only=True)
class StaleUserError(ConflictError):
    """The user was changed since they were read."""

    code: ClassVar[str] = "stale_user"
    retryable: ClassVar[bool] = True
    user_id: UserId
    what: ClassVar[str] = "The user {user_id} was changed in the meantime."


@frozen(kw_only=True)
class StillOwnsChannelsError(ConflictError):
    """A user who owns channels cannot be deleted."""

    code: ClassVar[str] = "still_owns_channels"
    user_id: UserId
    channel_ids: tuple[str, ...]
    what: ClassVar[str] = "The user {user_id} still owns the channels {channel_ids}."
    hint: ClassVar[str] = "Transfer their ownership with channel.transfer_ownership, or delete them, first."
    user_messages: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "en": "Hand over or delete the channels you own first.",
            "ko": "먼저 소유한 채널을 넘기거나 삭제해 주세요.",
        }
    )
