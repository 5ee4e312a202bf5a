"""People to test with."""

from saiondo_core.auth.model import AuthSession
from saiondo_core.composition.use_cases import UseCases
from saiondo_core.testing.randomness import CANARY

PASSWORD = f"correct horse {CANARY}"
"""What everybody's password is."""


async def sign_up(use_cases: UseCases, username: str) -> AuthSession:
    """Register *username*, at `<username>@example.org`, with `PASSWORD`: the user, with their session and tokens."""
    return await use_cases.auth.register(email=f"{username}@example.org", username=username, password=PASSWORD)
