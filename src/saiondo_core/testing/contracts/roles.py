"""What every store of roles must do."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import pytest

from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.model import Role, RoleAssignment
from saiondo_core.testing.contracts.admissions import AdmissionsContract
from saiondo_core.testing.contracts.fenced_people import PEOPLE
from saiondo_core.testing.contracts.fenced_talk import TALK
from saiondo_core.testing.contracts.fencing import OUTDATING, Method, Prepare, is_refused, judged, whole_history
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import (
    ANNA,
    BERT,
    CARL,
    NOON,
    READER,
    WRITER,
    Family,
    events,
    give,
    history,
    put,
    role,
)
from saiondo_core.testing.contracts.role_changes import RoleChangeLaws

WRITES: Final[Mapping[Method, Prepare]] = MappingProxyType({**PEOPLE, **TALK})
"""Every write of every store of a family that carries events."""


@pytest.mark.asyncio
class RoleRepositoryContract(RoleChangeLaws, AdmissionsContract):
    """The laws of `RoleRepository`. Derive it, and give the fixture `opener`."""

    async def test_nothing_was_given_at_first(self, opener: Opener[Family]) -> None:
        """In a fresh store the book is empty, and whoever is asked for may act, and was given nothing."""
        async with opener() as family:
            roles = family.roles
            first = await roles.revision(user_id=ANNA)
            assert () == (await roles.book()).roles
            for user_id in (ANNA, UserId("somebody 누구")):
                rights = await roles.rights(user_id=user_id)
                assert ((), True, first) == (rights.assignments, rights.is_admitted, rights.revision)
                assert first == await roles.revision(user_id=user_id)

            assert () == await roles.holders(role_ids=frozenset({WRITER}), after=None, limit=10)
            assert [] == await history(roles)

    async def test_put_then_read_is_the_same(self, opener: Opener[Family]) -> None:
        """Every field of a role comes back, and a role that is put again takes the place of what it was."""
        reader = Role(
            id=READER,
            name='Reader 독자 "\\"',
            permissions=frozenset({"page:read", "*:list", "*"}),
            inherits=frozenset({WRITER, RoleId("channel:guest")}),
        )
        async with opener() as family:
            await put(family.roles, role(), "a")
            await put(family.roles, reader, "b")
            book = await family.roles.book()
            assert {role(), reader} == {*book.roles}

            renamed = Role(id=READER, name="r")
            await put(family.roles, renamed, "c")
            changed = await family.roles.book()
            assert {role(), renamed} == {*changed.roles}
            assert 2 == len(changed.roles)
            assert book.revision < changed.revision

    async def test_assign_then_read_is_the_same(self, opener: Opener[Family]) -> None:
        """Every field of an assignment comes back, in the order they were given, and to whom they were given."""
        given = tuple(
            RoleAssignment(user_id=ANNA, role_id=RoleId(role_id), assigned_by=BERT, assigned_at=NOON)
            for role_id in ("z", "a", "moderator", "m")
        )
        async with opener() as family:
            revision = (await family.roles.book()).revision
            for number, assignment in enumerate(given):
                await family.roles.assign(assignment=assignment, book_revision=revision, events=events(f"e{number}"))
            await give(family.roles, CARL, "e9")

            assert given == (await family.roles.rights(user_id=ANNA)).assignments
            assert () == (await family.roles.rights(user_id=BERT)).assignments

    async def test_holders_go_by_user(self, opener: Opener[Family]) -> None:
        """Whoever holds any of the roles is given once, by id, page after page; nobody else is."""
        async with opener() as family:
            roles = family.roles
            for user_id, role_id in ((CARL, WRITER), (ANNA, WRITER), (BERT, READER), (ANNA, READER)):
                await give(roles, user_id, f"{user_id} {role_id}", role_id)
            await give(roles, UserId("dora"), "other", RoleId("other"))
            both = frozenset({WRITER, READER})

            assert (ANNA, BERT, CARL) == await roles.holders(role_ids=both, after=None, limit=10)
            assert (ANNA, BERT) == await roles.holders(role_ids=both, after=None, limit=2)
            assert (BERT, CARL) == await roles.holders(role_ids=both, after=ANNA, limit=2)
            assert (CARL,) == await roles.holders(role_ids=both, after=UserId("bertram"), limit=2)
            assert (ANNA, CARL) == await roles.holders(role_ids=frozenset({WRITER}), after=None, limit=10)
            assert () == await roles.holders(role_ids=both, after=CARL, limit=2)
            assert () == await roles.holders(role_ids=frozenset(), after=None, limit=10)

    async def test_writes_carry_their_events(self, opener: Opener[Family]) -> None:
        """All events of a write follow each other in the roles' stream; a refused write leaves no hole."""
        async with opener() as family:
            roles = family.roles
            revision = (await roles.book()).revision
            await roles.put(role=role(), book_revision=revision, events=events("a", "b"))
            with pytest.raises(StaleRightsError):
                await roles.remove(role_id=WRITER, book_revision=revision, events=events("refused"))
            await give(roles, ANNA, "c")
            await roles.revoke(user_id=ANNA, role_id=WRITER, events=events("d", "e"))
            present = (await roles.book()).revision
            await roles.remove(role_id=WRITER, book_revision=present, events=events("f", "g"))

            found = await roles.log.stream(stream="roles", after=0, limit=100)
            assert events(*"abcdefg") == tuple(recorded.event for recorded in found)
            assert [1, 2, 3, 4, 5, 6, 7] == [recorded.offset for recorded in found]

    @pytest.mark.parametrize("prepare", WRITES.values(), ids=[method.__qualname__ for method in WRITES])
    async def test_a_write_under_past_rights_refuses(self, prepare: Prepare, opener: Opener[Family]) -> None:
        """Whatever changed the rights of the one who acts, before the write or while it was on its way, it is refused.

        It leaves nothing, so that it can be made under the present rights; made, it is answered ever after. What was
        judged under none passes.
        """
        for name, outdate in OUTDATING.items():
            async with opener() as family:
                write = await prepare(family)
                past = await family.roles.revision(user_id=ANNA)
                await outdate(family.roles)
                before = await whole_history(family)
                assert await is_refused(write.make(judged(write.events, past))), name
                assert before == await whole_history(family), name

                present = judged(write.events, await family.roles.revision(user_id=ANNA))
                await write.make(present)
                after = sorted([*before, *(event.stamp.id for event in write.events)])
                assert after == await whole_history(family), name
                await put(family.roles, role(), "changed again")
                await write.make(present)
                assert sorted([*after, "changed again"]) == await whole_history(family), name

            async with opener() as family:
                write = await prepare(family)
                await outdate(family.roles)
                assert not await is_refused(write.make(write.events)), name

        for turns in range(1, 5):
            async with opener() as family:
                write = await prepare(family)
                past = await family.roles.revision(user_id=ANNA)
                writing = asyncio.ensure_future(is_refused(write.make(judged(write.events, past))))
                for _ in range(turns):
                    await asyncio.sleep(0)
                await give(family.roles, ANNA, "given")
                was_first = write.events[0].stamp.id in await whole_history(family)
                assert was_first != await writing
