"""What holds for every error: it is listed, it can travel, and it says what to do, to people too."""

import re
from string import Formatter

import attrs
import pytest

from saiondo_core import errors, events
from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.events import Event
from saiondo_core.wire.travelling import obstacle_in_fields
from tests.architecture.house import classes

ERRORS = [found for found in classes() if issubclass(found, SaiondoError)]
every_error = pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)


def test_every_error_is_listed() -> None:
    """`saiondo_core.errors` exports every error of every feature, and nothing else."""
    assert {found.__name__ for found in ERRORS} == set(errors.__all__)


def test_every_event_is_listed() -> None:
    """`saiondo_core.events` exports every kind of events of every feature, and nothing else."""
    assert {found.__name__ for found in classes() if issubclass(found, Event)} == set(events.__all__)


def test_codes_are_unique() -> None:
    """A code names one error: no two share one, and none is inherited."""
    codes = [vars(found).get("code") for found in ERRORS]

    assert len(codes) == len(set(codes))
    assert None not in codes


@every_error
def test_an_error_is_named_after_what_happened(error: type[SaiondoError]) -> None:
    """Its name ends in `Error` and is no built-in's; its code is snake case."""
    assert error.__name__.endswith("Error")
    assert error.__name__ not in dir(__builtins__)
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)


@every_error
def test_an_error_travels(error: type[SaiondoError]) -> None:
    """It is a frozen attrs class whose fields can travel."""
    assert attrs.has(error)
    assert obstacle_in_fields(error, frozenset({error})) is None


@every_error
def test_an_error_says_what_to_do(error: type[SaiondoError]) -> None:
    """It has a hint for the developer, and a message for people in English and in Korean."""
    english, korean = error.user_messages["en"], error.user_messages["ko"]

    assert error.hint
    assert english.isprintable()
    assert re.search("[가-힣]", korean)


@every_error
def test_an_error_renders_from_its_own_fields(error: type[SaiondoError]) -> None:
    """Its templates name no field that it does not have."""
    templates = [error.what, error.hint, *error.user_messages.values()]
    named = {name for template in templates for _, name, _, _ in Formatter().parse(template) if name}

    assert named <= {field.name for field in attrs.fields(error)}
