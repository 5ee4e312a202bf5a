"""The laws of what is read from a `UserRepository`."""

from datetime import timedelta

from attrs import evolve

from saiondo_core.kernel.ids import UserId
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.user_cases import NOON, UserLaws, names, user
from saiondo_core.users.model import User, username_key
from saiondo_core.users.ports import UserRepository


class UserLookupLaws(UserLaws):
    """What holds for `get`, `get_many`, `by_email`, `by_usernames` and `list`."""

    async def test_add_then_get_is_the_same(self, opener: Opener[UserRepository]) -> None:
        """Every field of a user comes back, whichever way they are read."""
        full = User(
            id=UserId("사용자 1"),
            email="Ánna@Example.org",
            username="Ánna.안나",
            display_name="Anna 안나 🙂",
            avatar="https://example.org/a.png?size=1&x=%20",
            locale="ko-KR",
            time_zone="Asia/Seoul",
            metadata={"n": 1, "deep": {"list": [True, None, "텍스트", 0.5, 2**62]}},
            last_seen=NOON + timedelta(milliseconds=1),
            created_at=NOON,
            updated_at=NOON + timedelta(days=1),
        )
        bare = User(id=UserId("bare"), username="bare", is_active=False, created_at=NOON, updated_at=NOON)
        async with opener() as users:
            await users.add(user=full, events=())
            await users.add(user=bare, events=())

            assert full == await users.get(user_id=full.id)
            assert bare == await users.get(user_id=bare.id)
            assert full == await users.by_email(email="Ánna@Example.org")
            assert {full, bare} == set(await users.get_many(user_ids=(full.id, bare.id)))
            assert {full, bare} == set(await users.by_usernames(usernames=("Ánna.안나", "bare")))
            assert (full,) == await users.list(text="", after="", limit=10)
            assert await users.get(user_id=UserId("nobody")) is None
            assert await users.by_email(email="nobody@example.org") is None

    async def test_lookups_ignore_case(self, opener: Opener[UserRepository]) -> None:
        """Case and width do not count in a search by address or by name."""
        anna = evolve(user("anna"), username="Straße", email="Anna@Example.org")
        async with opener() as users:
            await users.add(user=anna, events=())

            assert anna == await users.by_email(email="ANNA@eXAMPLE.oRG")
            for name in ("STRASSE", "strasse", "ｓtraße"):  # noqa: RUF001 - its full width is the point
                assert (anna,) == await users.by_usernames(usernames=(name,))

    async def test_many_are_found_once(self, opener: Opener[UserRepository]) -> None:
        """Whoever is asked for twice comes once, and who is unknown is left out."""
        ids = UserId("bert"), UserId("anna"), UserId("nobody"), UserId("bert")
        async with opener() as users:
            for name in ("anna", "bert", "carl"):
                await users.add(user=user(name), events=())

            assert ["anna", "bert"] == sorted(user.id for user in await users.get_many(user_ids=ids))
            found = await users.by_usernames(usernames=("Anna", "nobody", "ANNA", "bert"))
            assert ["anna", "bert"] == sorted(user.id for user in found)
            assert () == await users.get_many(user_ids=())
            assert () == await users.by_usernames(usernames=())

    async def test_list_goes_by_username(self, opener: Opener[UserRepository]) -> None:
        """Active users come by the key of their names, whatever their case and id, page after page."""
        async with opener() as users:
            for number, name in enumerate(("dora", "Émile", "BERT", "anna", "Carl", "안나")):
                await users.add(user=user(name, f"id{number}"), events=())
            await users.add(user=evolve(user("bill"), is_active=False), events=())
            await users.replace(
                before=user("dora", "id0"), after=evolve(user("dora", "id0"), is_active=False), events=()
            )

            assert ["anna", "BERT", "Carl", "Émile", "안나"] == await names(users)
            assert ["anna", "BERT"] == await names(users, limit=2)
            assert ["Carl", "Émile"] == await names(users, after=username_key("BERT"), limit=2)
            assert ["안나"] == await names(users, after=username_key("Émile"))
            assert [] == await names(users, after=username_key("안나"))

    async def test_list_finds_text(self, opener: Opener[UserRepository]) -> None:
        """The text may stand anywhere in either name, in any case, and means nothing but itself."""
        async with opener() as users:
            await users.add(user=evolve(user("anna"), display_name="Große 100% Frau_"), events=())
            await users.add(user=evolve(user("hannah"), display_name=None), events=())
            await users.add(user=evolve(user("김안나"), display_name="Kim"), events=())

            assert ["anna", "hannah"] == await names(users, text="ANN")
            assert ["anna"] == await names(users, text="GROSSE")
            assert ["anna"] == await names(users, text="0%")
            assert ["anna"] == await names(users, text="u_")
            assert ["김안나"] == await names(users, text="안나")
            assert ["hannah"] == await names(users, text="ann", after=username_key("anna"), limit=1)
            assert [] == await names(users, text="%n")
            assert [] == await names(users, text="example.org")
