"""What every clock, source of ids and secrets, gate and store of dead letters must do."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.events import Recorded, Stamp
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import EventId, RoleId, UserId
from saiondo_core.kernel.policies import GUEST, MEMBER, OWNER, POLICIES, Own, Policy, Where
from saiondo_core.kernel.ports import Clock, DeadLetter, DeadLetters, IdSource, SecretSource
from saiondo_core.testing.contracts.opening import Opener, missing
from saiondo_core.users.events import UserUpdated

_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
_ANNA = Actor(id=UserId("anna"))


@pytest.mark.asyncio
class ClockContract:
    """The laws of `Clock`. Derive it, and give the fixture `opener`; time must pass while a clock is open."""

    @pytest.fixture
    def opener(self) -> Opener[Clock]:
        """Open a clock."""
        return missing(self)

    async def test_now_is_utc(self, opener: Opener[Clock]) -> None:
        """`now` is aware, in UTC, in whole milliseconds, whenever it is asked."""
        async with opener() as clock:
            for _ in range(5):
                now = clock.now()
                assert timedelta(0) == now.utcoffset()
                assert 0 == now.microsecond % 1000
                await clock.sleep(0.0017)

    async def test_monotonic_never_falls(self, opener: Opener[Clock]) -> None:
        """Each reading is at least the one before it."""
        async with opener() as clock:
            readings = [clock.monotonic() for _ in range(100)]
            await clock.sleep(0.002)
            readings += [clock.monotonic() for _ in range(100)]

        assert sorted(readings) == readings
        assert readings[0] < readings[-1]

    async def test_sleep_lasts(self, opener: Opener[Clock]) -> None:
        """Nobody who sleeps wakes before their seconds have passed, however many sleep at once."""

        async def slept(clock: Clock, seconds: float) -> float:
            before = clock.monotonic()
            await clock.sleep(seconds)
            return clock.monotonic() - before

        asked = [0.004, 0.0, 0.002, 0.001]
        async with opener() as clock:
            passed = await asyncio.gather(*(slept(clock, seconds) for seconds in asked))

        assert [] == [(least, actual) for least, actual in zip(asked, passed, strict=True) if actual < least]


@pytest.mark.asyncio
class IdSourceContract:
    """The laws of `IdSource`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[IdSource]:
        """Open a source of ids."""
        return missing(self)

    async def test_ids_are_unique(self, opener: Opener[IdSource]) -> None:
        """10,000 ids are 10,000 different ones, and each is a UUIDv7 in its canonical form."""
        async with opener() as ids:
            made = [ids.new() for _ in range(10_000)]

        assert 10_000 == len(set(made))
        assert [] == [made_id for made_id in made if not _UUID7.fullmatch(made_id)]

    async def test_ids_are_ordered(self, opener: Opener[IdSource]) -> None:
        """Ids sort as text in the order in which they were made, many to a millisecond."""
        async with opener() as ids:
            made = [ids.new() for _ in range(10_000)]

        assert sorted(made) == made


@pytest.mark.asyncio
class SecretSourceContract:
    """The laws of `SecretSource`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[SecretSource]:
        """Open a source of secrets."""
        return missing(self)

    async def test_tokens_are_urlsafe(self, opener: Opener[SecretSource]) -> None:
        """A token is base64url without padding, and long enough for its entropy (RFC 4648, section 5)."""
        async with opener() as secrets:
            for octets in range(1, 65):
                assert re.fullmatch(rf"[A-Za-z0-9_-]{{{-(-octets * 4 // 3)}}}", secrets.token(octets=octets))

    async def test_tokens_are_unique(self, opener: Opener[SecretSource]) -> None:
        """1,000 tokens of 256 bits are 1,000 different ones."""
        async with opener() as secrets:
            assert 1_000 == len({secrets.token(octets=32) for _ in range(1_000)})

    async def test_codes_keep_their_alphabet(self, opener: Opener[SecretSource]) -> None:
        """A code has its length, uses its alphabet and all of it, and each character of it about as often."""
        async with opener() as secrets:
            codes = [secrets.code(length=length, alphabet="가b3") for length in range(1, 101)]

        assert list(range(1, 101)) == [len(code) for code in codes]
        drawn = "".join(codes)
        counts = [drawn.count(character) for character in "가b3"]
        assert len(drawn) == sum(counts)
        # 5,050 draws from three: 1,683 each, give or take 34; ten times that is no accident.
        assert [] == [count for count in counts if not 1_343 <= count <= 2_023]


@pytest.mark.asyncio
class GateContract:
    """The laws of `Gate`. Derive it, and give the fixture `opener`; no user has been granted anything."""

    @pytest.fixture
    def opener(self) -> Opener[Gate]:
        """Open a gate."""
        return missing(self)

    async def test_default_deny(self, opener: Opener[Gate]) -> None:
        """What nobody ever heard of is allowed to no user, wherever it is asked for, in no channel and in no role."""
        async with opener() as gate:
            for where in Where:
                assert not await _allows(gate, Policy("vault:open", where, "open the vault"))
                for roles in ((), (MEMBER,), (OWNER, MEMBER), (RoleId("no-such-role"),)):
                    assert not await _allows(gate, Policy("vault:open", where, "open the vault"), roles, "c1")

    async def test_the_system_may(self, opener: Opener[Gate]) -> None:
        """The host is allowed everything, everywhere; a user who only bears its name is not."""
        async with opener() as gate:
            for where, own in product(Where, Own):
                policy = Policy("vault:open", where, "open the vault", own=own)
                for roles, scope in (((), None), ((), "c1"), ((GUEST,), "c1")):
                    for is_system in (True, False, True):
                        actor = Actor(id=UserId("system:host"), is_system=is_system)
                        assert is_system == await _allows(gate, policy, roles, scope, actor=actor)

    async def test_own_things_count(self, opener: Opener[Gate]) -> None:
        """Where that suffices, one's own thing needs no grant; where it is required, no role makes up for it."""
        elsewhere = (Where.EVERYWHERE, Where.CHANNEL)
        async with opener() as gate:
            for where, roles in product(elsewhere, ((), (MEMBER,))):
                suffices = Policy("vault:open", where, "open the vault", own=Own.SUFFICES)
                for own in (False, True, False):
                    assert own == await _allows(gate, suffices, roles, "c1", own=own)
            for where, roles in product((*elsewhere, Where.INSIDE), ((), (MEMBER,), (OWNER,))):
                for permission in ("vault:open", "channel:read", "channel:delete", "user:read"):
                    required = Policy(permission, where, "whatever that is", own=Own.REQUIRED)
                    assert not await _allows(gate, required, roles, "c1")

    async def test_members_only(self, opener: Opener[Gate]) -> None:
        """Whoever is nothing in a channel is refused what is asked inside it, known or not, also of their own."""
        async with opener() as gate:
            for policy in (row for row in POLICIES if row.where is Where.INSIDE):
                for own in (False, True):
                    assert not await _allows(gate, policy, (), "c1", own=own)
            for policy_own in Own:
                policy = Policy("vault:open", Where.INSIDE, "open the vault", own=policy_own)
                assert not await _allows(gate, policy, (), "c1", own=True)


async def _allows(
    gate: Gate,
    policy: Policy,
    roles: tuple[RoleId, ...] = (),
    scope: str | None = None,
    *,
    actor: Actor = _ANNA,
    own: bool = False,
) -> bool:
    decision = await gate.decide(actor=actor, policy=policy, roles=roles, scope=scope, own=own)
    return decision.allowed


@pytest.mark.asyncio
class DeadLettersContract:
    """The laws of `DeadLetters`. Derive it, and give the fixture `opener`."""

    @pytest.fixture
    def opener(self) -> Opener[DeadLetters]:
        """Open an empty store of dead letters."""
        return missing(self)

    async def test_bury_is_idempotent(self, opener: Opener[DeadLetters]) -> None:
        """A letter is read back field by field; one with its id takes its place."""
        async with opener() as letters:
            assert await letters.get(letter_id="crm/1") is None
            await letters.bury(letter=_letter("crm", 1, attempts=8))
            assert _letter("crm", 1, attempts=8) == await letters.get(letter_id="crm/1")

            for _ in range(2):
                await letters.bury(letter=_letter("crm", 1, attempts=16))
            assert _letter("crm", 1, attempts=16) == await letters.get(letter_id="crm/1")
            assert (_letter("crm", 1, attempts=16),) == await letters.list(consumer=None, after="", limit=10)

    async def test_letters_are_listed_by_consumer(self, opener: Opener[DeadLetters]) -> None:
        """One consumer's letters or all, by id, whatever the order they came in, page after page."""
        crm, mail = ([_letter(consumer, number) for number in range(1, 6)] for consumer in ("crm", "mail"))
        async with opener() as letters:
            for letter in (*reversed(mail), *reversed(crm)):
                await letters.bury(letter=letter)

            assert tuple(mail) == await letters.list(consumer="mail", after="", limit=10)
            assert tuple(mail[:2]) == await letters.list(consumer="mail", after="", limit=2)
            assert tuple(mail[2:4]) == await letters.list(consumer="mail", after=mail[1].id, limit=2)
            assert (*crm[4:], *mail[:2]) == await letters.list(consumer=None, after=crm[3].id, limit=3)
            assert () == await letters.list(consumer="nobody", after="", limit=10)
            assert () == await letters.list(consumer=None, after=mail[-1].id, limit=10)

    async def test_remove_forgets(self, opener: Opener[DeadLetters]) -> None:
        """A removed letter is gone, alone, and stays so however often it is removed."""
        async with opener() as letters:
            await letters.bury(letter=_letter("crm", 1))
            await letters.bury(letter=_letter("crm", 2))
            for _ in range(2):
                await letters.remove(letter_id="crm/1")
                assert await letters.get(letter_id="crm/1") is None
                assert (_letter("crm", 2),) == await letters.list(consumer=None, after="", limit=10)


def _letter(consumer: str, number: int, *, attempts: int = 8) -> DeadLetter:
    anna = UserId("anna")
    stamp = Stamp(id=EventId(str(number)), at=_NOON, actor=anna)
    return DeadLetter(
        id=f"{consumer}/{number}",
        consumer=consumer,
        recorded=Recorded(partition=0, position=number, offset=number, event=UserUpdated(stamp=stamp, user_id=anna)),
        error="TimeoutError",
        attempts=attempts,
        buried_at=_NOON + timedelta(seconds=number),
    )
