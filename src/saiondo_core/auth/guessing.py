"""One guess at a password: counted before it is tried, and one hash, whatever becomes of it."""

from attrs import field, frozen

from saiondo_core.auth.errors import HashQueueFullError, InvalidCredentialsError
from saiondo_core.auth.model import AuthPolicy, Credential, digest_of
from saiondo_core.auth.passwords import triable_password
from saiondo_core.auth.ports import CredentialRepository, PasswordHasher
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Budget, RateLimiter
from saiondo_core.kernel.rights import Acting
from saiondo_core.users.model import User


@frozen(kw_only=True)
class Proof:
    """A user, and the password that fits their credential."""

    user: User
    password: str = field(repr=False)
    credential: Credential
    is_outdated: bool


async def proven(
    password: str,
    *,
    user: User | None,
    account: str,
    client: str,
    acting: Acting,
    limiter: RateLimiter,
    credentials: CredentialRepository,
    passwords: PasswordHasher,
    limits: AuthPolicy,
) -> Proof:
    """That *password* is the one of *user*.

    A guess is counted before it is tried, so that parallel ones cannot slip by; one that fits is given back. Whatever
    is wrong, exactly one hash is made, so that nobody can measure what it was.

    Args:
        password: The guess.
        user: Whose it should be; None where there is nobody of that name.
        account: What guesses are counted for: the same for the same user, and for the same unknown name.
        client: Who guesses.
        acting: Gives the time, and the attempt its id.
        limiter: Counts.
        credentials: Knows the hashes.
        passwords: Tries.
        limits: Says how many guesses are tried.

    Raises:
        InvalidCredentialsError: It is not, or nobody's, or too many guesses were made.
        HashQueueFullError: Too many passwords wait to be hashed.
    """
    guess = triable_password(password)
    attempt_id = acting.ids.new()
    is_counted = await limiter.reserve(
        attempt_id=attempt_id, budgets=_budgets(account, client, limits), at=acting.clock.now()
    )
    # Looked up for nobody too, which takes as long.
    credential = await credentials.get(user_id=UserId(attempt_id) if user is None else user.id)
    tried = credential if is_counted and guess and user is not None and user.is_active else None
    try:
        verdict = await passwords.verify(password=guess, digest=None if tried is None else tried.digest)
    except HashQueueFullError:
        # It was not tried: a flood must not use up the guesses of those whom it keeps waiting.
        await limiter.release(attempt_id=attempt_id)
        raise
    if user is None or tried is None or not verdict.fits:
        raise InvalidCredentialsError
    await limiter.release(attempt_id=attempt_id)
    return Proof(user=user, password=guess, credential=tried, is_outdated=verdict.is_outdated)


def _budgets(account: str, client: str, limits: AuthPolicy) -> tuple[Budget, ...]:
    def budget(most: int, *parts: str) -> Budget:
        # Hashed, for keys of a limiter may be seen by many; neither an account nor a client has line breaks in it.
        key = digest_of("\n".join(("guess", *parts)))
        return Budget(key=key, most=most, seconds=limits.guess_window_seconds)

    return budget(limits.guesses_per_client, account, client), budget(limits.guesses_per_account, account)
