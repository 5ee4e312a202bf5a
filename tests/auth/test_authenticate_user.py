"""Signing in: one error and one hash, whatever is wrong, and no more guesses than are allowed."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

import pytest
from attrs import define, evolve

from saiondo_core.adapters.memory.credentials import MemoryCredentials
from saiondo_core.adapters.memory.sessions import MemorySessions
from saiondo_core.auth.errors import HashQueueFullError, InvalidCredentialsError, InvalidTokenError
from saiondo_core.auth.model import AuthSession, Credential, StoredSession, Verdict
from saiondo_core.kernel.errors import TextLengthError
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Budget, RateLimiter
from saiondo_core.testing.passwords import CheapPasswords
from tests.auth.house import MINUTE, PASSWORD, House

Step = Callable[[], Awaitable[None]]


async def outdate(house: House, user_id: UserId) -> None:
    """Have the hash of somebody's password be one of weaker parameters."""
    present = await house.credentials.get(user_id=user_id)
    assert present is not None
    old = evolve(present, digest=present.digest.replace("cheap$", "old$"))
    await house.credentials.put(credential=old, replaces=present.digest, events=())


async def test_the_right_password_signs_in(house: House) -> None:
    """Whatever the case of the address; `last_seen` is now, the client is kept, and the tokens work."""
    anna = await house.register()
    await house.clock.advance(MINUTE)
    signed_in = await house.unbound.authenticate(email="ANNA@EXAMPLE.ORG", password=PASSWORD, client=" Anna's phone ")

    assert evolve(anna.user, last_seen=house.clock.now()) == signed_in.user
    assert signed_in.user == await house.users.get(user_id=anna.user.id)
    assert "Anna's phone" == signed_in.session.client
    assert signed_in.session.id == (await house.unbound.verify(signed_in.access_token)).session_id
    assert signed_in.session != anna.session
    assert (1, 0) == (house.passwords.tried, house.passwords.dummies)


async def test_signing_in_does_not_change_the_profile(house: House) -> None:
    """A sign-in is no update: `updated_at` stays, and nobody is told of one."""
    anna = await house.register()
    await house.clock.advance(MINUTE)
    await house.sign_in()

    assert anna.user.updated_at == (await house.of(anna.user.id).get()).updated_at
    assert "user.updated" not in await house.actions(anna.user.id)


async def unknown(house: House) -> AuthSession:
    """Nobody has that address."""
    return await house.sign_in("nobody")


async def malformed(house: House) -> AuthSession:
    """Nobody can have that address."""
    return await house.unbound.authenticate(email="no address\x00", password=PASSWORD)


async def wrong(house: House) -> AuthSession:
    """The password is another one."""
    return await house.sign_in(password="wrong password")


async def empty(house: House) -> AuthSession:
    """There is no password in the call."""
    return await house.sign_in(password="")


async def endless(house: House) -> AuthSession:
    """The password is longer than any can be."""
    return await house.sign_in(password=PASSWORD + "x" * 100_000)


async def impossible(house: House) -> AuthSession:
    """The password holds what no password can."""
    return await house.sign_in(password=PASSWORD + "\x00\ud800")


async def inactive(house: House) -> AuthSession:
    """The user is there, but not active, and still has their address and password."""
    anna = await house.users.by_email(email="anna@example.org")
    assert anna is not None
    await house.users.replace(before=anna, after=evolve(anna, is_active=False), events=())
    return await house.sign_in()


async def without_a_password(house: House) -> AuthSession:
    """The host mirrored the user, who never had a password here."""
    await house.system.ensure(id="bert", username="bert", email="bert@example.org")
    return await house.sign_in("bert")


async def outdated(house: House) -> AuthSession:
    """The hash is of old parameters, and the password is wrong."""
    anna = await house.users.by_email(email="anna@example.org")
    assert anna is not None
    await outdate(house, anna.id)
    return await house.sign_in(password="wrong password")


async def throttled(house: House) -> AuthSession:
    """The password is right, but too many others were tried before."""
    for _ in range(5):
        with pytest.raises(InvalidCredentialsError):
            await house.sign_in(password="wrong password")
    house.passwords.tried = house.passwords.dummies = 0
    return await house.sign_in()


@pytest.mark.parametrize(
    ("attempt", "tried"),
    [
        (unknown, 0),
        (malformed, 0),
        (wrong, 1),
        (empty, 0),
        (endless, 0),
        (impossible, 0),
        (inactive, 0),
        (without_a_password, 0),
        (outdated, 1),
        (throttled, 0),
    ],
)
async def test_whatever_is_wrong_is_one_error_and_one_hash(
    house: House, attempt: Callable[[House], Awaitable[AuthSession]], tried: int
) -> None:
    """Nobody learns from the error or from the work what it was, and no session is left."""
    anna = await house.register()
    hashed = house.passwords.hashed
    with pytest.raises(InvalidCredentialsError) as raised:
        await attempt(house)

    assert str(InvalidCredentialsError()) == str(raised.value)
    assert (tried, 1 - tried) == (house.passwords.tried, house.passwords.dummies)
    assert hashed == house.passwords.hashed
    assert [anna.session] == [found.session for found in await house.sessions.of_user(user_id=anna.user.id)]


@define(eq=False)
class CountingCredentials(MemoryCredentials):
    """Credentials that count how often one was looked up."""

    looked_up: int = 0

    async def get(self, *, user_id: UserId) -> Credential | None:
        """See `CredentialRepository.get`."""
        self.looked_up += 1
        return await super().get(user_id=user_id)


@pytest.mark.parametrize("attempt", [unknown, malformed, wrong, inactive, without_a_password])
async def test_a_credential_is_looked_up_once_whoever_it_is(attempt: Callable[[House], Awaitable[AuthSession]]) -> None:
    """For nobody too, so that the time of a look-up does not tell who has an account."""
    house = House()
    counting = CountingCredentials(house.log)
    house.credentials = counting
    await house.register()
    with pytest.raises(InvalidCredentialsError):
        await attempt(house)

    assert 1 == counting.looked_up


class Measuring(CheapPasswords):
    """A hasher that notes how long the passwords were."""

    longest: int = 0

    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """See `PasswordHasher.verify`."""
        self.longest = max(self.longest, len(password))
        return await super().verify(password=password, digest=digest)


async def test_no_work_is_spent_on_endless_passwords(house: House) -> None:
    """What is longer than any password can be never reaches the hasher."""
    measuring = house.passwords = Measuring()
    await house.register()
    for length in (1_025, 1_000_000):
        with pytest.raises(InvalidCredentialsError):
            await house.sign_in(password="x" * length)

    assert 2 == measuring.dummies
    assert 0 == measuring.longest


async def guess(house: House, times: int, *, client: str | None = None) -> None:
    """Make so many wrong guesses at once, all refused."""
    guesses = (house.sign_in(password=f"wrong {number}", client=client) for number in range(times))
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert times == sum(isinstance(outcome, InvalidCredentialsError) for outcome in outcomes)


class Slow(CheapPasswords):
    """A hasher that takes some turns of the loop, so that guesses are under way at once."""

    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """See `PasswordHasher.verify`."""
        for _ in range(3):
            await asyncio.sleep(0)
        return await super().verify(password=password, digest=digest)


async def test_of_a_hundred_guesses_at_once_five_are_tried(house: House) -> None:
    """From one client 5 are tried against the stored hash, and 95 against none."""
    house.passwords = Slow()
    await house.register()
    await guess(house, 100)

    assert (5, 95) == (house.passwords.tried, house.passwords.dummies)


async def test_from_all_clients_together_fifty_are_tried(house: House) -> None:
    """Twenty clients have 5 guesses each, and the account has 50."""
    await house.register()
    for number in range(20):
        await guess(house, 6, client=f"client {number}")

    assert (50, 70) == (house.passwords.tried, house.passwords.dummies)


async def test_other_clients_and_accounts_are_not_held_up(house: House) -> None:
    """Whoever guesses wrong shuts out nobody but themselves."""
    for name in ("anna", "bert"):
        await house.register(name)
    await guess(house, 100, client="thief")
    with pytest.raises(InvalidCredentialsError):
        await house.sign_in(client="thief")

    assert "anna" == (await house.sign_in(client="phone")).user.username
    assert "bert" == (await house.sign_in("bert", client="thief")).user.username


async def test_the_window_slides(house: House) -> None:
    """After 15 minutes one can guess again, not a moment before."""
    await house.register()
    await guess(house, 5)
    await house.clock.advance(15 * MINUTE - 1)
    with pytest.raises(InvalidCredentialsError):
        await house.sign_in()
    await house.clock.advance(1)

    assert "anna" == (await house.sign_in()).user.username


async def test_right_guesses_are_given_back(house: House) -> None:
    """Whoever knows the password can sign in as often as they like, and it forgives no wrong guess."""
    await house.register()
    await guess(house, 4)
    for _ in range(60):
        await house.sign_in()
    await guess(house, 1)
    with pytest.raises(InvalidCredentialsError):
        await house.sign_in()


async def test_old_parameters_are_renewed(house: House) -> None:
    """The right password of an old hash signs in and is hashed anew, once."""
    anna = await house.register()
    await outdate(house, anna.user.id)
    hashed = house.passwords.hashed
    for _ in range(3):
        await house.sign_in()
    present = await house.credentials.get(user_id=anna.user.id)

    assert present is not None
    assert present.digest.startswith("cheap$")
    assert anna.user.created_at == present.changed_at
    assert hashed + 1 == house.passwords.hashed


@define(eq=False)
class Interrupted(CheapPasswords):
    """A hasher during whose next work something else happens."""

    during: Step | None = None

    async def hash(self, *, password: str) -> str:
        """See `PasswordHasher.hash`."""
        await self._interrupt()
        return await super().hash(password=password)

    async def verify(self, *, password: str, digest: str | None) -> Verdict:
        """See `PasswordHasher.verify`."""
        verdict = await super().verify(password=password, digest=digest)
        await self._interrupt()
        return verdict

    async def _interrupt(self) -> None:
        during, self.during = self.during, None
        if during is not None:
            await during()


@define(eq=False)
class InterruptedSessions(MemorySessions):
    """Sessions that something happens before or after the next of which is added."""

    before: Step | None = None
    after: Step | None = None

    async def add(self, *, session: StoredSession, events: tuple[Event, ...]) -> None:
        """See `SessionRepository.add`."""
        before, self.before = self.before, None
        if before is not None:
            await before()
        await super().add(session=session, events=events)
        after, self.after = self.after, None
        if after is not None:
            await after()


@pytest.mark.parametrize("what", ["change", "delete"])
@pytest.mark.parametrize("when", ["verifying", "before adding", "after adding", "renewing"])
async def test_a_sign_in_does_not_survive_what_it_ran_beside(what: str, when: str) -> None:
    """A password changed, or a user deleted, at any moment of a sign-in with the old one, leaves no session."""
    house = House()
    passwords = house.passwords = Interrupted()
    sessions = InterruptedSessions(house.log)
    house.sessions = sessions
    anna = await house.register()

    async def happen() -> None:
        if what == "change":
            await house.of(anna.user.id).change_password(old_password=PASSWORD, new_password="quite another one")
        else:
            await house.of(anna.user.id).delete()

    if when == "renewing":
        await outdate(house, anna.user.id)

        async def renew() -> None:
            passwords.during = happen

        passwords.during = renew
    elif when == "verifying":
        passwords.during = happen
    elif when == "before adding":
        sessions.before = happen
    else:
        sessions.after = happen
    with pytest.raises(InvalidCredentialsError):
        await house.sign_in()
    await house.relay()

    assert () == await house.sessions.of_user(user_id=anna.user.id)
    with pytest.raises(InvalidTokenError):
        await house.unbound.verify(anna.access_token)


async def test_parallel_sign_ins_renew_a_hash_once_and_all_get_in() -> None:
    """Whoever finds the hash renewed by another tries again against the new one."""
    house = House()
    passwords = house.passwords = Interrupted()
    anna = await house.register()
    await outdate(house, anna.user.id)
    others: list[AuthSession] = []

    async def sign_in() -> None:
        others.append(await house.sign_in())

    passwords.during = sign_in
    others.append(await house.sign_in())

    assert 2 == len({session.session.id for session in others})
    for session in others:
        assert session.session.id == (await house.unbound.verify(session.access_token)).session_id


class Full(CheapPasswords):
    """A hasher whose queue is full."""

    async def verify(self, *, password: str, digest: str | None) -> Verdict:  # noqa: ARG002 - it is full for all
        """See `PasswordHasher.verify`."""
        raise HashQueueFullError


async def test_a_full_queue_is_told_to_everybody_alike(house: House) -> None:
    """Known or unknown, right or wrong: come back later."""
    await house.register()
    house.passwords = Full()
    for name, password in (("anna", PASSWORD), ("anna", "wrong password"), ("nobody", PASSWORD)):
        with pytest.raises(HashQueueFullError):
            await house.sign_in(name, password=password)


async def test_a_guess_that_was_not_tried_does_not_count(house: House) -> None:
    """A flood of sign-ins that fills the queue uses up nobody's guesses."""
    await house.register()
    tries, house.passwords = house.passwords, Full()
    for _ in range(100):
        with pytest.raises(HashQueueFullError):
            await house.sign_in("anna")
    house.passwords = tries
    await house.sign_in("anna")


async def test_a_client_is_one_line(house: House) -> None:
    """What does not name a client is refused, whoever signs in."""
    await house.register()
    for client in ("", "x" * 201):
        for name in ("anna", "nobody"):
            with pytest.raises(TextLengthError):
                await house.sign_in(name, client=client)


@define(eq=False)
class Watched(RateLimiter):
    """A limiter that lets everything through and keeps the keys."""

    keys: set[str]

    async def reserve(self, *, attempt_id: str, budgets: tuple[Budget, ...], at: datetime) -> bool:  # noqa: ARG002 - all get through
        """See `RateLimiter.reserve`."""
        self.keys |= {budget.key for budget in budgets}
        return True

    async def release(self, *, attempt_id: str) -> None:
        """See `RateLimiter.release`."""


async def test_the_keys_of_the_limiter_tell_nothing() -> None:
    """Neither an address, nor a user, nor a client can be read from them, and they are one length."""
    keys = set[str]()
    house = House(limiter=Watched(keys))
    anna = await house.register()
    await house.sign_in(client="phone")
    for name in ("anna", "nobody"):
        with pytest.raises(InvalidCredentialsError):
            await house.sign_in(name, password="wrong password", client="phone")

    assert 4 == len(keys)
    assert {64} == {len(key) for key in keys}
    assert not [key for key in keys for word in ("anna", "nobody", "phone", anna.user.id) if word in key]
