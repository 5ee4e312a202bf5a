"""Ids and secrets that are the same in every run."""

import hashlib

from attrs import define, field

from saiondo_core.kernel.ports import IdSource, SecretSource


@define(eq=False)
class CountingIds(IdSource):
    """UUIDv7-shaped ids that count up from 1, so that a test's ids are the same in every run."""

    _given: int = field(default=0, init=False)

    def new(self) -> str:
        """See `IdSource.new`."""
        self._given += 1
        return f"01900000-0000-7000-8000-{self._given:012x}"


CANARY = "canary"
"""What every token of `SeededSecrets` begins with, and everybody's password ends with.

A test that finds it in a log, an event, an error or a repr has found a leak.
"""


@define(eq=False)
class SeededSecrets(SecretSource):
    """Secrets that anybody can foretell from the *seed*, each token with `CANARY` at its start: for tests only."""

    seed: str = "test"
    _given: int = field(default=0, init=False)

    def token(self, *, octets: int) -> str:
        """See `SecretSource.token`."""
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        length = -(-octets * 4 // 3)
        return (CANARY + self.code(length=length, alphabet=alphabet))[:length]

    def code(self, *, length: int, alphabet: str) -> str:
        """See `SecretSource.code`."""
        self._given += 1
        stream = hashlib.shake_256(f"{self.seed}/{self._given}".encode()).digest(length)
        return "".join(alphabet[octet % len(alphabet)] for octet in stream)
