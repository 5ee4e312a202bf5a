"""A password hasher for tests, which costs nothing and counts."""

import hashlib

from attrs import define, field

from saiondo_core.auth.model import Verdict
from saiondo_core.auth.ports import CommonPasswords, PasswordHasher


@define(eq=False)
class CheapPasswords(PasswordHasher):
    """One round of SHA-256: as good as no protection, and as fast.

    Attributes:
        hashed: How many passwords were hashed.
        tried: How many were tried against a stored hash.
        dummies: How many were tried against none.
    """

    hashed: int = field(default=0, init=False)
    tried: int = field(default=0, init=False)
    dummies: int = field(default=0, init=False)

    async def hash(self, *, password: str) -> str:
        """See `PasswordHasher.hash`."""
        self.hashed += 1
        return self._digest(str(self.hashed), password)

    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """See `PasswordHasher.verify`."""
        if digest is None:
            self.dummies += 1
            return Verdict(fits=False)
        self.tried += 1
        kind, _, rest = digest.partition("$")
        salt = rest.partition("$")[0]
        # "old$…" stands for a hash of weaker parameters.
        fits = self._digest(salt, password) == f"cheap${rest}"
        return Verdict(fits=fits, is_outdated=fits and kind == "old")

    def _digest(self, salt: str, password: str) -> str:
        return f"cheap${salt}${hashlib.sha256(f'{salt}/{password}'.encode()).hexdigest()}"


@define(eq=False)
class NoCommonPasswords(CommonPasswords):
    """Knows only `password` and `12345678`, so that no list needs to be loaded."""

    async def include(self, *, password: str) -> bool:
        """See `CommonPasswords.include`."""
        return password.casefold() in {"password", "12345678"}
