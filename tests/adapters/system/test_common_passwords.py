"""The list of common passwords that ships with the package."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.resources import files

import pytest

from saiondo_core.adapters.system.common_passwords import CommonPasswordList
from saiondo_core.auth.ports import CommonPasswords
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.passwords import CommonPasswordsContract


class TestCommonPasswordList(CommonPasswordsContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self) -> Opener[CommonPasswords]:
        """Open the list."""

        @asynccontextmanager
        async def opened() -> AsyncGenerator[CommonPasswords]:
            yield CommonPasswordList()

        return opened


def shipped() -> tuple[str, list[str]]:
    """Read the file: its header, and its passwords."""
    text = files("saiondo_core.adapters.system").joinpath("common_passwords.txt").read_text("utf-8")
    header, _, passwords = text.partition("\n\n")
    return header, passwords.splitlines()


def test_there_are_ten_thousand() -> None:
    """The file holds 10,000 different passwords of 8 characters or more, folded as they are compared."""
    _, passwords = shipped()

    assert 10_000 == len(set(passwords)) == len(passwords)
    assert 8 == min(map(len, passwords))
    assert [] == [password for password in passwords if password != password.casefold() or not password.isprintable()]


def test_the_sources_are_named() -> None:
    """The file says where it is from, and bears both licences; nothing of that counts as a password."""
    header, passwords = shipped()

    assert {"#"} == {line[:1] for line in header.splitlines()}
    for words in ("Django 5.2.19", "zxcvbn 4.5.0", "BSD-3-Clause", "MIT License", "Redistributions of source code"):
        assert words in header
    assert not set(header.splitlines()) & set(passwords)


async def test_every_one_is_known() -> None:
    """From the first line of the list to its last; the middle too."""
    _, passwords = shipped()
    common = CommonPasswordList()

    assert [] == [
        password for password in passwords[::500] + passwords[-1:] if not await common.include(password=password)
    ]


@pytest.mark.parametrize("password", ["jennifer", "iloveyou", "qwertyuiop", "football", "Sunshine", "11111111"])
async def test_what_everybody_tries_is_known(password: str) -> None:
    """Names, words, rows of keys and repetitions that are long enough are on the list."""
    assert await CommonPasswordList().include(password=password)
