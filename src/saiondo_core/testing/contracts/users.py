"""What every store of users must do."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.user_cases import events, history, names, user
from saiondo_core.testing.contracts.user_lookups import UserLookupLaws
from saiondo_core.users.errors import EmailTakenError, StaleUserError, UserIdTakenError, UsernameTakenError
from saiondo_core.users.ports import UserRepository


@pytest.mark.asyncio
class UserRepositoryContract(UserLookupLaws):
    """The laws of `UserRepository`. Derive it, and give the fixture `opener`."""

    async def test_add_is_idempotent(self, opener: Opener[UserRepository]) -> None:
        """An addition whose reply was lost can be repeated: one user, and each event once."""
        async with opener() as users:
            for _ in range(3):
                await users.add(user=user("anna"), events=events("a", "b"))

            assert user("anna") == await users.get(user_id=UserId("anna"))
            assert ["a", "b"] == await history(users)

    async def test_other_user_under_the_id_conflicts(self, opener: Opener[UserRepository]) -> None:
        """A taken id is refused, even if nothing else is taken; so is another addition of an equal user."""
        async with opener() as users:
            await users.add(user=user("anna"), events=events("a"))
            with pytest.raises(UserIdTakenError):
                await users.add(user=user("bert", "anna"), events=events("b"))
            with pytest.raises(UserIdTakenError):
                await users.add(user=user("anna"), events=events("c"))

            assert user("anna") == await users.get(user_id=UserId("anna"))
            assert ["a"] == await history(users)

    async def test_usernames_are_unique(self, opener: Opener[UserRepository]) -> None:
        """A name is taken in every case, for who is new and for who changes; its owner may change its case."""
        other = evolve(user("bert"), username="STRASSE")
        async with opener() as users:
            await users.add(user=evolve(user("anna"), username="Straße"), events=())
            await users.add(user=user("bert"), events=())
            with pytest.raises(UsernameTakenError):
                await users.add(user=evolve(other, id=UserId("carl"), email=None), events=())
            with pytest.raises(UsernameTakenError):
                await users.replace(before=user("bert"), after=other, events=())
            await users.replace(before=user("bert"), after=evolve(user("bert"), username="BERT"), events=())

            assert ["BERT", "Straße"] == await names(users)

    async def test_emails_are_unique(self, opener: Opener[UserRepository]) -> None:
        """An address is taken in every case, for who is new and for who changes; having none is not."""
        other = evolve(user("bert"), email="ANNA@example.ORG")
        async with opener() as users:
            await users.add(user=user("anna"), events=())
            await users.add(user=user("bert"), events=())
            with pytest.raises(EmailTakenError):
                await users.add(user=evolve(other, id=UserId("carl"), username="carl"), events=())
            with pytest.raises(EmailTakenError):
                await users.replace(before=user("bert"), after=other, events=())
            for name in ("dora", "eve"):
                await users.add(user=evolve(user(name), email=None), events=())

            assert ["anna", "bert", "dora", "eve"] == await names(users)

    async def test_a_freed_name_can_be_taken(self, opener: Opener[UserRepository]) -> None:
        """Once somebody let go of a name and an address, nobody is found by them, and another can take them."""
        renamed = evolve(user("anna"), username="anna2", email=None)
        async with opener() as users:
            await users.add(user=user("anna"), events=())
            await users.replace(before=user("anna"), after=renamed, events=())

            assert await users.by_email(email="anna@example.org") is None
            assert () == await users.by_usernames(usernames=("anna",))
            await users.add(user=user("anna", "other"), events=())
            assert ["anna", "anna2"] == await names(users)
            assert user("anna", "other") == await users.by_email(email="anna@example.org")

    async def test_a_refused_write_leaves_nothing(self, opener: Opener[UserRepository]) -> None:
        """After each kind of refusal all users, their lookups and the log are as before, and no offset is lost."""
        anna, bert = user("anna"), user("bert")
        async with opener() as users:
            await users.add(user=anna, events=events("a"))
            await users.add(user=bert, events=())
            with pytest.raises(UsernameTakenError):
                await users.add(user=evolve(user("carl"), username="ANNA"), events=events("b"))
            with pytest.raises(EmailTakenError):
                await users.add(user=evolve(user("carl"), email=anna.email), events=events("c"))
            with pytest.raises(EmailTakenError):
                await users.replace(before=anna, after=evolve(anna, username="x", email=bert.email), events=events("d"))
            with pytest.raises(StaleUserError):
                await users.replace(before=user("carl"), after=user("carl"), events=events("e"))

            assert ["a"] == await history(users)
            assert ["anna", "bert"] == await names(users)
            assert await users.get(user_id=UserId("carl")) is None
            assert anna == await users.by_email(email="anna@example.org")
            assert await users.by_email(email="carl@example.org") is None
            assert () == await users.by_usernames(usernames=("carl", "x"))

            await users.replace(before=anna, after=evolve(anna, locale="ko"), events=events("f"))
            found = await users.log.stream(stream="user:anna", after=0, limit=100)
            assert [1, 2] == [recorded.offset for recorded in found]

    async def test_writes_carry_their_events(self, opener: Opener[UserRepository]) -> None:
        """The log has the events of each write, in order, each once."""
        changed = evolve(user("anna"), display_name="Anna")
        async with opener() as users:
            await users.add(user=user("anna"), events=events("a", "b"))
            await users.replace(before=user("anna"), after=changed, events=events("c", "d"))
            found = await users.log.stream(stream="user:anna", after=0, limit=100)

        assert events("a", "b", "c", "d") == tuple(recorded.event for recorded in found)
        assert [1, 2, 3, 4] == [recorded.offset for recorded in found]

    async def test_replace_needs_the_present(self, opener: Opener[UserRepository]) -> None:
        """What was judged on an older user, on one who never was, or on nobody, is refused."""
        anna, changed = user("anna"), evolve(user("anna"), display_name="Anna")
        async with opener() as users:
            await users.add(user=anna, events=())
            await users.replace(before=anna, after=changed, events=())
            for before in (anna, evolve(anna, metadata={"a": 1}), user("bert")):
                with pytest.raises(StaleUserError):
                    await users.replace(before=before, after=evolve(before, locale="ko"), events=())

            assert changed == await users.get(user_id=anna.id)

    async def test_replace_is_idempotent(self, opener: Opener[UserRepository]) -> None:
        """A replacement whose reply was lost can be repeated; another one with the same outcome is another one."""
        anna, changed = user("anna"), evolve(user("anna"), display_name="Anna")
        async with opener() as users:
            await users.add(user=anna, events=())
            for _ in range(3):
                await users.replace(before=anna, after=changed, events=events("a", "b"))
            with pytest.raises(StaleUserError):
                await users.replace(before=anna, after=changed, events=events("c"))

            assert changed == await users.get(user_id=anna.id)
            assert ["a", "b"] == await history(users)

    async def test_parallel_adds_have_one_winner(self, opener: Opener[UserRepository]) -> None:
        """Of eight who take one name at once, one gets it; likewise one address, one id, one replacement."""
        anna = user("anna")
        async with opener() as users:
            named = [evolve(user(f"n{number}"), username="Name") for number in range(8)]
            addressed = [evolve(user(f"a{number}"), email="one@example.org") for number in range(8)]
            same = [evolve(anna, locale=f"k{letter}") for letter in "abcdefgh"]
            for contenders, loss in (
                (named, UsernameTakenError),
                (addressed, EmailTakenError),
                (same, UserIdTakenError),
            ):
                outcomes = await asyncio.gather(
                    *(users.add(user=user, events=()) for user in contenders), return_exceptions=True
                )
                assert 1 == outcomes.count(None)
                assert 7 == sum(isinstance(outcome, loss) for outcome in outcomes)
                stored = await users.get_many(user_ids=tuple({user.id for user in contenders}))
                assert [contenders[outcomes.index(None)]] == list(stored)

            (present,) = await users.get_many(user_ids=(anna.id,))
            outcomes = await asyncio.gather(
                *(
                    users.replace(before=present, after=evolve(present, display_name=name), events=events(name))
                    for name in "abcdefgh"
                ),
                return_exceptions=True,
            )
            assert 1 == outcomes.count(None)
            assert 7 == sum(isinstance(outcome, StaleUserError) for outcome in outcomes)
            assert ["abcdefgh"[outcomes.index(None)]] == await history(users)
