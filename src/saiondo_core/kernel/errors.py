"""The branches of the error tree: each says what the caller can do about it.

A leaf says what happened and lives in its feature; `saiondo_core.errors` lists all of them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, TypeAlias

from attrs import asdict, fields, frozen

from saiondo_core.kernel.policies import MissingGrant

Said: TypeAlias = Mapping[str, str]
"""What an error says to people, by language."""


def said(*, en: str, ko: str) -> Said:
    """What an error says to people, in English and in Korean. `{names}` stand for the error's fields."""
    return MappingProxyType({"en": en, "ko": ko})


@frozen(kw_only=True)
class SaiondoError(Exception):
    """What this library raises, and nothing else, when it cannot do as asked.

    Every leaf has a stable `code` for programs, a `hint` for the developer who reads the traceback, and a
    `user_message` for the person in front of the screen. No attribute ever holds a credential or the text of a
    message.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    what: ClassVar[str] = "Something went wrong."
    hint: ClassVar[str] = "Read the error this one was raised from."
    user_messages: ClassVar[Said] = said(en="Something went wrong.", ko="문제가 발생했습니다.")

    def __str__(self) -> str:
        """What happened, the stable code, and what to do about it."""
        return f"{self._fill(self.what, quote=True)} [{self.code}] {self._fill(self.hint, quote=True)}"

    def user_message(self, locale: str = "en") -> str:
        """Say it to a person, in the language of *locale* (a BCP 47 tag), or in English where it is not spoken here."""
        language = locale.replace("_", "-").split("-", 1)[0].lower()
        return self._fill(self.user_messages.get(language, self.user_messages["en"]), quote=False)

    def details(self) -> Mapping[str, object]:
        """What the leaf knows, by field name: what travels beside the code."""
        return {field.name: getattr(self, field.name) for field in fields(type(self))}

    def _fill(self, template: str, *, quote: bool) -> str:
        values = asdict(self, recurse=False)
        # Fields may hold text that a stranger typed: where developers read it, it is quoted.
        return template.format_map({name: repr(value) if quote else value for name, value in values.items()})


@frozen(kw_only=True)
class InvalidInputError(SaiondoError):
    """The call can never succeed as it stands: correct it."""

    code = "invalid_input"
    field: str
    expected: str
    what = "The argument {field} is not valid."
    hint = "Expected: {expected}."
    user_messages: ClassVar[Said] = said(
        en="Please check the field “{field}”.",
        ko="“{field}” 항목을 확인해 주세요.",
    )


@frozen(kw_only=True)
class AuthenticationError(SaiondoError):
    """It is not known who is asking: sign in again."""

    code = "not_authenticated"
    what = "Nobody is signed in."
    hint = "Authenticate first, and send the access token that this gives."
    user_messages: ClassVar[Said] = said(en="Please sign in again.", ko="다시 로그인해 주세요.")


@frozen(kw_only=True)
class AccessDeniedError(SaiondoError):
    """It is known who is asking, and they may not: ask somebody who may.

    Attributes:
        missing: The smallest grant that would change the answer; None where there is none, or it is not known.
    """

    code = "access_denied"
    permission: str
    missing: MissingGrant | None = None
    what = "The acting user lacks the permission {permission}."
    hint = "Act for somebody who holds it, or have it granted; the nearest grant is {missing}."
    user_messages: ClassVar[Said] = said(en="You are not allowed to do this.", ko="이 작업을 할 권한이 없습니다.")


@frozen(kw_only=True)
class NotFoundError(SaiondoError):
    """There is no such thing, or none that the acting user may know of: name something that exists."""

    code = "not_found"
    what = "There is no such thing."
    hint = "Check the id, and that the acting user may know of it."
    user_messages: ClassVar[Said] = said(en="This could not be found.", ko="찾을 수 없습니다.")


@frozen(kw_only=True)
class ConflictError(SaiondoError):
    """The state of things forbids it at the moment: read again, then decide."""

    code = "conflict"
    what = "This conflicts with the present state."
    hint = "Read the present state, then decide whether to ask again."
    user_messages: ClassVar[Said] = said(
        en="Something changed in the meantime. Please look again.",
        ko="그사이에 변경되었습니다. 다시 확인해 주세요.",
    )


@frozen(kw_only=True)
class RateLimitedError(SaiondoError):
    """Too much at once: wait, then ask again."""

    code = "rate_limited"
    retryable = True
    retry_after: float
    what = "Too many requests."
    hint = "Wait {retry_after} seconds, then ask again."
    user_messages: ClassVar[Said] = said(
        en="Too many requests. Please wait a moment.",
        ko="요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
    )


@frozen(kw_only=True)
class UnavailableError(SaiondoError):
    """Something this library depends on does not answer: try later.

    Attributes:
        outcome_unknown: Whether it may have been done all the same. Where it is true, ask again only with the same
            id or key.
    """

    code = "unavailable"
    retryable = True
    outcome_unknown: bool
    what = "A part this depends on does not answer."
    hint = "Try again later; the outcome is unknown: {outcome_unknown}."
    user_messages: ClassVar[Said] = said(
        en="This is not available right now. Please try again later.",
        ko="지금은 이용할 수 없습니다. 나중에 다시 시도해 주세요.",
    )


@frozen(kw_only=True)
class TextLengthError(InvalidInputError):
    """A text is blank, too short or too long; lengths count code points."""

    code = "text_length"
    actual: int
    user_messages: ClassVar[Said] = said(
        en="“{field}” needs {expected}.",
        ko="“{field}”의 길이를 확인해 주세요 ({expected}).",
    )


@frozen(kw_only=True)
class TextCharactersError(InvalidInputError):
    """A text holds characters that it may not hold."""

    code = "text_characters"
    user_messages: ClassVar[Said] = said(
        en="“{field}” contains characters that are not allowed.",
        ko="“{field}”에 사용할 수 없는 문자가 있습니다.",
    )


@frozen(kw_only=True)
class InvalidCursorError(InvalidInputError):
    """A cursor is not one that this operation gave."""

    code = "invalid_cursor"
    field: str = "cursor"
    expected: str = "the next_cursor of an earlier page of the same operation, unchanged"


@frozen(kw_only=True)
class NotOpenError(ConflictError):
    """A use case was called before its factory was opened, or after it was closed."""

    code = "not_open"
    what = "The factory of this use case is not open."
    hint = "Call use cases inside `async with UseCaseFactory(...) as use_cases:`."
    user_messages: ClassVar[Said] = said(en="The service is not running.", ko="서비스가 실행 중이 아닙니다.")


@frozen(kw_only=True)
class DeadlineExceededError(UnavailableError):
    """Something took longer than it was given."""

    code = "deadline_exceeded"
    outcome_unknown: bool = True
    seconds: float
    what = "It took longer than {seconds} seconds."
