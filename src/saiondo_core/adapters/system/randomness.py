"""Ids and secrets from the machine's generator."""

import secrets

from attrs import frozen
from uuid_utils import uuid7

from saiondo_core.kernel.ports import IdSource, SecretSource


@frozen
class Uuid7Ids(IdSource):
    """UUIDv7 (RFC 9562), ordered within this process."""

    def new(self) -> str:
        """See `IdSource.new`."""
        return str(uuid7())


@frozen
class SystemSecrets(SecretSource):
    """Secrets from the operating system."""

    def token(self, *, octets: int) -> str:
        """See `SecretSource.token`."""
        return secrets.token_urlsafe(octets)

    def code(self, *, length: int, alphabet: str) -> str:
        """See `SecretSource.code`."""
        return "".join(secrets.choice(alphabet) for _ in range(length))
