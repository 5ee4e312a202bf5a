"""What can go wrong with messages."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import (
    AccessDeniedError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Said,
    UnavailableError,
    said,
)
from saiondo_core.messages.model import MENTIONS_MOST, MessageId


@frozen(kw_only=True)
class MessageNotFoundError(NotFoundError):
    """There is no such message, or none that the acting user may know of: the two look the same."""

    code = "message_not_found"
    message_id: MessageId
    what = "There is no message {message_id}, or none that the acting user may know of."
    user_messages: ClassVar[Said] = said(en="This message does not exist.", ko="존재하지 않는 메시지입니다.")


@frozen(kw_only=True)
class MessageDeletedError(ConflictError):
    """The message was deleted; only its place is left."""

    code = "message_deleted"
    message_id: MessageId
    what = "The message {message_id} was deleted."
    hint = "A deletion is for good; send a new message."
    user_messages: ClassVar[Said] = said(en="This message was deleted.", ko="삭제된 메시지입니다.")


@frozen(kw_only=True)
class NotTheSenderError(AccessDeniedError):
    """Only the sender edits a message, and the host's own messages are not edited."""

    code = "not_the_sender"
    message_id: MessageId
    permission: str = "message:edit"
    what = "The acting user did not write the message {message_id}."
    hint = "Only its sender may edit it."


@frozen(kw_only=True)
class IdempotencyConflictError(ConflictError):
    """The same `client_message_id` came with another body."""

    code = "idempotency_conflict"
    client_message_id: str
    what = "The client_message_id {client_message_id} was used for another body."
    hint = "A repeated send repeats its body to the letter; a new message takes a new client_message_id."
    user_messages: ClassVar[Said] = said(
        en="This message could not be sent again.",
        ko="메시지를 다시 보낼 수 없습니다.",
    )


@frozen(kw_only=True)
class MessageIdTakenError(ConflictError):
    """Another message has that id."""

    code = "message_id_taken"
    message_id: MessageId
    what = "Another message has the id {message_id}."


@frozen(kw_only=True)
class StaleMessageError(ConflictError):
    """The message was changed since it was read."""

    code = "stale_message"
    retryable = True
    message_id: MessageId
    what = "The message {message_id} was changed in the meantime."


@frozen(kw_only=True)
class TooManyMentionsError(InvalidInputError):
    """A message mentions more members than it may."""

    code = "too_many_mentions"
    field: str = "mentions"
    expected: str = f"at most {MENTIONS_MOST} members"


@frozen(kw_only=True)
class TooManyReactionsError(ConflictError):
    """Somebody put more different emoji to one message than they may."""

    code = "too_many_reactions"
    message_id: MessageId
    most: int
    what = "The acting user has put {most} emoji to the message {message_id} already."
    hint = "Take one back with message.unreact first."


@frozen(kw_only=True)
class MessageRejectedError(AccessDeniedError):
    """The host's `before_send` hook did not let the message through."""

    code = "message_rejected"
    reason: str
    permission: str = "message:send"
    what = "The host's before_send hook rejected the message: {reason}."
    hint = "Change the message, or the hook."
    user_messages: ClassVar[Said] = said(
        en="Your message was not sent: {reason}",
        ko="메시지가 전송되지 않았습니다: {reason}",
    )


@frozen(kw_only=True)
class HookFailedError(UnavailableError):
    """The host's `before_send` hook failed, or took too long, and the settings say that nothing is sent then."""

    code = "hook_failed"
    outcome_unknown: bool = False
    what = "The host's before_send hook gave no verdict, so nothing was sent."
    hint = "Its failure is the cause of this error, and was reported; mend the hook."
    user_messages: ClassVar[Said] = said(
        en="Your message was not sent. Please try again later.",
        ko="메시지가 전송되지 않았습니다. 나중에 다시 시도해 주세요.",
    )
