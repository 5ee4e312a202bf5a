"""What things are called, and how much stands in one file."""

import ast
import re
from pathlib import Path

import attrs
import pytest

from saiondo_core.kernel.rights import UseCase
from tests.architecture.house import PACKAGE, classes, parsed, sources

EMPTY_WORDS = {"Base", "Helper", "Impl", "Manager", "Service", "Util", "Utils"}
LONGEST = 250

every_source = pytest.mark.parametrize("source", sources(), ids=lambda source: str(source.relative_to(PACKAGE)))
MISSION = {
    *("AuthenticateUserUseCase", "CreateChannelUseCase", "GetCurrentUserUseCase", "InviteToChannelUseCase"),
    *(
        "LeaveChannelUseCase",
        "LogoutUserUseCase",
        "RealTimeChatUseCase",
        "RegisterUserUseCase",
        "SearchMessagesUseCase",
        "SendMessageUseCase",
        "UpdateUserUseCase",
        "UserPermissionUseCase",
        "WebSocketUseCase",
    ),
}
"""The mission's own names, as far as they are built. Others may share a file with what undoes or completes them."""

NAMED = [found for found in classes() if found.__name__.endswith("UseCase") and found is not UseCase]
every_use_case = pytest.mark.parametrize("use_case", NAMED, ids=lambda found: found.__name__)


def words(name: str) -> list[str]:
    """Split a class's name into its words."""
    return re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*", name)


def test_no_class_has_an_empty_name() -> None:
    """No class is called Manager, Helper, Service, Util, Impl or Base."""
    assert [] == [found.__qualname__ for found in classes() if EMPTY_WORDS & set(words(found.__name__))]


@every_source
def test_a_file_holds_one_idea(source: Path) -> None:
    """No file is longer than 250 lines: past that there is a second idea in it."""
    assert len(source.read_text(encoding="utf-8").splitlines()) <= LONGEST


@every_use_case
def test_a_use_case_is_a_frozen_class_of_ports(use_case: type) -> None:
    """A use case is a frozen, slotted attrs class; each of the mission's is in a file of its own, named after it."""
    assert attrs.has(use_case)
    assert use_case.__setattr__ is not object.__setattr__
    assert "__slots__" in vars(use_case)
    if use_case.__name__ in MISSION:
        verb_and_object = "_".join(words(use_case.__name__.removesuffix("UseCase"))).lower()
        assert verb_and_object == use_case.__module__.rpartition(".")[2]


@every_use_case
def test_a_use_case_swallows_nothing(use_case: type) -> None:
    """No `try` stands in a use case: what fails below is translated by the adapter, and is the caller's to handle."""
    source = PACKAGE.parent.joinpath(*use_case.__module__.split(".")).with_suffix(".py")

    assert [] == [node.lineno for node in ast.walk(parsed(source)) if isinstance(node, ast.Try)]
