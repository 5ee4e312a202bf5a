"""The commonest passwords, from a file that ships with the package."""

import asyncio
from importlib.resources import files

from attrs import define, field

from saiondo_core.auth.ports import CommonPasswords


@define(eq=False)
class CommonPasswordList(CommonPasswords):
    """The 10,000 commonest passwords of 8 characters or more that two public lists know.

    `common_passwords.txt` says which lists, and bears their licences. It is read off the event loop when the first
    password is asked for, and kept.
    """

    _known: frozenset[str] | None = field(default=None, init=False, repr=False)

    async def include(self, *, password: str) -> bool:
        """See `CommonPasswords.include`."""
        if self._known is None:
            self._known = await asyncio.to_thread(_commonest)
        return password.casefold() in self._known


def _commonest() -> frozenset[str]:
    text = files("saiondo_core.adapters.system").joinpath("common_passwords.txt").read_text("utf-8")
    _, _, passwords = text.partition("\n\n")
    return frozenset(passwords.splitlines())
