"""What can go wrong with proving who one is."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import (
    AuthenticationError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    RateLimitedError,
    Said,
    said,
)


@frozen(kw_only=True)
class InvalidCredentialsError(AuthenticationError):
    """Sign-in failed. Deliberately one error: nobody learns whether the account exists, or waits."""

    code = "invalid_credentials"
    what = "The e-mail address and the password do not fit, or too many guesses were made."
    hint = "Check both; after five wrong guesses wait 15 minutes."
    user_messages: ClassVar[Said] = said(
        en="Wrong e-mail address or password. After several attempts, please wait 15 minutes.",
        ko="이메일 또는 비밀번호가 올바르지 않습니다. 여러 번 실패했다면 15분 후에 다시 시도해 주세요.",
    )


@frozen(kw_only=True)
class InvalidTokenError(AuthenticationError):
    """A token is unknown, expired, spent or revoked."""

    code = "invalid_token"
    what = "The token is not valid, or not any more."
    hint = "Call auth.refresh with the refresh token, or authenticate again."


@frozen(kw_only=True)
class WeakPasswordError(InvalidInputError):
    """The password is among the commonest there are."""

    code = "weak_password"
    field: str = "password"
    expected: str = "a password that is not among the commonest"
    user_messages: ClassVar[Said] = said(
        en="This password is too common. Please choose another.",
        ko="너무 흔한 비밀번호입니다. 다른 비밀번호를 선택해 주세요.",
    )


@frozen(kw_only=True)
class HashQueueFullError(RateLimitedError):
    """More passwords wait to be hashed than are allowed to wait."""

    code = "hash_queue_full"
    retry_after: float = 5.0


@frozen(kw_only=True)
class SessionNotFoundError(NotFoundError):
    """There is no such session of that user."""

    code = "session_not_found"
    session_id: str
    what = "There is no session {session_id}."
    hint = "List the user's sessions with auth.sessions.list."


@frozen(kw_only=True)
class StaleSessionError(ConflictError):
    """The session was changed since it was read."""

    code = "stale_session"
    retryable = True


@frozen(kw_only=True)
class StaleCredentialError(ConflictError):
    """The password was changed since it was read."""

    code = "stale_credential"
    retryable = True
