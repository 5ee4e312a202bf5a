"""The branches of the error tree: what they say to programs, to developers and to people."""

import asyncio
from typing import ClassVar

import pytest
from attrs import frozen

from saiondo_core.kernel.errors import (
    AccessDeniedError,
    AuthenticationError,
    ConflictError,
    DeadlineExceededError,
    InvalidCursorError,
    InvalidInputError,
    NotFoundError,
    NotOpenError,
    RateLimitedError,
    SaiondoError,
    TextCharactersError,
    TextLengthError,
    UnavailableError,
)
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import Grant, MissingGrant
from saiondo_core.kernel.refusals import (
    ActorMismatchError,
    DeactivatedError,
    GateFailedError,
    MissingActorError,
    StaleRightsError,
    SystemOnlyError,
)

# Each with its branch, and what the caller can do: whether asking again may help.
LEAVES: list[tuple[SaiondoError, type[SaiondoError], bool]] = [
    (InvalidInputError(field="limit", expected="1 to 200"), InvalidInputError, False),
    (TextLengthError(field="name", expected="1 to 50 characters", actual=51), InvalidInputError, False),
    (TextCharactersError(field="name", expected="one line"), InvalidInputError, False),
    (InvalidCursorError(), InvalidInputError, False),
    (MissingActorError(), InvalidInputError, False),
    (AuthenticationError(), AuthenticationError, False),
    (AccessDeniedError(permission="message:send"), AccessDeniedError, False),
    (ActorMismatchError(), AccessDeniedError, False),
    (SystemOnlyError(permission="user:mirror"), AccessDeniedError, False),
    (DeactivatedError(permission="message:send"), AccessDeniedError, False),
    (GateFailedError(permission="message:send"), AccessDeniedError, True),
    (NotFoundError(), NotFoundError, False),
    (ConflictError(), ConflictError, False),
    (NotOpenError(), ConflictError, False),
    (StaleRightsError(), ConflictError, True),
    (RateLimitedError(retry_after=1.5), RateLimitedError, True),
    (UnavailableError(outcome_unknown=False), UnavailableError, True),
    (DeadlineExceededError(seconds=2.0), UnavailableError, True),
]
IDS = [type(error).__name__ for error, _, _ in LEAVES]
every_error = pytest.mark.parametrize("error", [error for error, _, _ in LEAVES], ids=IDS)


@pytest.mark.parametrize(("error", "branch", "retryable"), LEAVES, ids=IDS)
def test_a_branch_says_what_the_caller_can_do(
    error: SaiondoError, branch: type[SaiondoError], *, retryable: bool
) -> None:
    """Catching the branch catches the leaf, and asking again may help only where the leaf says so."""
    with pytest.raises(branch):
        raise error

    assert retryable == error.retryable


@every_error
def test_str_says_what_happened_the_code_and_the_remedy(error: SaiondoError) -> None:
    """A traceback's last line is whole: filled in, with the stable code, on one line."""
    text = str(error)

    assert f" [{error.code}] " in text
    assert text.isprintable()
    assert "{" not in text


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            TextLengthError(field="name", expected="1 to 50 characters", actual=51),
            "The argument 'name' is not valid. [text_length] Expected: '1 to 50 characters'.",
        ),
        (RateLimitedError(retry_after=1.5), "Too many requests. [rate_limited] Wait 1.5 seconds, then ask again."),
        (
            AccessDeniedError(permission="message:send"),
            (
                "The acting user lacks the permission 'message:send'. [access_denied] "
                "Act for somebody who holds it, or have it granted; the nearest grant is None."
            ),
        ),
        (
            AccessDeniedError(
                permission="message:send",
                missing=MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=RoleId("channel:guest"), scope="c1"),
            ),
            (
                "The acting user lacks the permission 'message:send'. [access_denied] "
                "Act for somebody who holds it, or have it granted; "
                "the nearest grant is permission.assign_role(role_id='channel:guest', scope='c1')."
            ),
        ),
    ],
)
def test_str_reads_as_a_sentence(error: SaiondoError, text: str) -> None:
    """What developers read is a sentence with the values in it."""
    assert text == str(error)


@pytest.mark.parametrize(
    ("grant", "call"),
    [
        (MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=RoleId("admin")), "permission.assign_role(role_id='admin')"),
        (MissingGrant(operation=Grant.INVITE, scope="c1"), "channel.invite(channel_id='c1')"),
        (MissingGrant(operation=Grant.UNBAN, scope="c1"), "channel.unban(channel_id='c1')"),
        (MissingGrant(operation=Grant.UNMUTE, scope="a'b\n"), 'channel.unmute(channel_id="a\'b\\n")'),
    ],
    ids=["everywhere", "an invitation", "a ban", "quoted"],
)
def test_a_missing_grant_reads_as_the_call_that_grants_it(grant: MissingGrant, call: str) -> None:
    """But for the user, whom whoever reads it knows; its values are quoted."""
    assert call == repr(grant)


@frozen(kw_only=True)
class NameRefusedError(ConflictError):
    """A leaf that holds what a stranger typed, as a host would write one."""

    code: ClassVar[str] = "name_refused"
    name: str
    what: ClassVar[str] = "The name {name} was refused."


@pytest.mark.parametrize(
    "hostile", ["a\nERROR root logged in", "\x1b[2J", "{code} {0} {name.__class__}", "\u202etxt.exe"]
)
def test_str_quotes_what_a_stranger_typed(hostile: str) -> None:
    """Text from outside cannot forge a line of a log, drive a terminal or reach into the template."""
    text = str(NameRefusedError(name=hostile))

    assert text.startswith(f"The name {hostile!r} was refused. [name_refused] ")
    assert text.isprintable()


@pytest.mark.parametrize(
    ("locale", "message"),
    [
        ("en", "Please sign in again."),
        ("en-GB", "Please sign in again."),
        ("ko", "다시 로그인해 주세요."),
        ("ko-KR", "다시 로그인해 주세요."),
        ("ko_KR", "다시 로그인해 주세요."),
        ("KO", "다시 로그인해 주세요."),
        ("kok", "Please sign in again."),
        ("fr", "Please sign in again."),
        ("", "Please sign in again."),
    ],
)
def test_user_message_speaks_the_language(locale: str, message: str) -> None:
    """A locale's language decides, whatever its region and spelling; where it is not spoken, English does."""
    assert message == AuthenticationError().user_message(locale)


def test_user_message_speaks_english_by_default() -> None:
    """Without a locale it is English."""
    assert "Too many requests. Please wait a moment." == RateLimitedError(retry_after=1.0).user_message()


@every_error
def test_user_message_tells_nothing_of_the_program(error: SaiondoError) -> None:
    """People are told neither codes nor templates, in either language."""
    for locale in ("en", "ko"):
        message = error.user_message(locale)
        assert message
        assert error.code not in message
        assert "{" not in message


def test_user_message_is_filled_in() -> None:
    """Fields stand in the message as they are, without the quotes that developers see."""
    error = TextLengthError(field="name", expected="1 to 50 characters", actual=0)

    assert "“name” needs 1 to 50 characters." == error.user_message()


def test_details_are_the_fields() -> None:
    """What travels beside the code is what the leaf knows, by name."""
    assert {"field": "name", "expected": "one line", "actual": 3} == TextLengthError(
        field="name", expected="one line", actual=3
    ).details()
    assert {} == NotFoundError().details()
    assert {"seconds": 2.0, "outcome_unknown": True} == DeadlineExceededError(seconds=2.0).details()


def test_an_error_is_raised_from_another() -> None:
    """Frozen as they are, errors keep their cause, their context, their traceback and notes."""

    def translate() -> None:
        try:
            int("")
        except ValueError as error:
            raise UnavailableError(outcome_unknown=True) from error

    with pytest.raises(UnavailableError) as caught:
        translate()
    raised = caught.value
    raised.add_note("while fetching a user")

    assert isinstance(raised.__cause__, ValueError)
    assert raised.__suppress_context__
    assert raised.__traceback__ is not None
    assert ["while fetching a user"] == raised.__notes__


async def test_an_error_travels_in_a_group() -> None:
    """A task group gathers errors of this tree like any others."""

    async def fail_twice() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            tasks.create_task(fail())

    async def fail() -> None:
        raise NotFoundError

    with pytest.raises(ExceptionGroup) as caught:
        await fail_twice()

    missing, rest = caught.value.split(NotFoundError)
    assert missing is not None
    assert rest is None


def test_errors_are_apart() -> None:
    """Two errors of one kind are two, so that a chain of them is no circle."""
    assert NotFoundError() != NotFoundError()
    assert 2 == len({NotFoundError(), NotFoundError()})
