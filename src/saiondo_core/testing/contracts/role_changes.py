"""The laws of what is written to a `RoleRepository`."""

import asyncio

import pytest
from attrs import evolve

from saiondo_core.kernel.ids import EventId, RoleId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.permissions.model import RoleBook
from saiondo_core.testing.contracts.fencing import judged
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import (
    ANNA,
    BERT,
    READER,
    WRITER,
    Family,
    RoleLaws,
    assignment,
    events,
    give,
    held,
    history,
    put,
    remove,
    role,
)


class RoleChangeLaws(RoleLaws):
    """What holds for `put`, `remove`, `assign` and `revoke`."""

    async def test_changes_of_roles_need_the_present_book(self, opener: Opener[Family]) -> None:
        """What was judged under an older book, or under one that never was, is refused, and leaves nothing."""
        async with opener() as family:
            roles = family.roles
            first = (await roles.book()).revision
            await put(roles, role(), "put")
            book, rights = await roles.book(), await roles.rights(user_id=ANNA)

            for revision in (first, book.revision + 1):
                with pytest.raises(StaleRightsError):
                    await roles.put(role=role(READER), book_revision=revision, events=events(f"a{revision}"))
                with pytest.raises(StaleRightsError):
                    await roles.remove(role_id=WRITER, book_revision=revision, events=events(f"b{revision}"))
                with pytest.raises(StaleRightsError):
                    await roles.assign(
                        assignment=assignment(ANNA), book_revision=revision, events=events(f"c{revision}")
                    )
            assert book == await roles.book()
            assert rights == await roles.rights(user_id=ANNA)
            assert ["put"] == await history(roles)

    async def test_every_change_is_seen_at_once(self, opener: Opener[Family]) -> None:
        """After each change the number rises that tells of it, neither ever falls, and all reads agree on both."""
        async with opener() as family:
            roles = family.roles
            past = await roles.revision(user_id=ANNA)
            for change, raised in (
                (put(roles, role(), "put"), {"roles"}),
                (put(roles, evolve(role(), permissions=frozenset[str]()), "changed"), {"roles"}),
                (give(roles, ANNA, "given"), {"user"}),
                (remove(roles, WRITER, "removed"), {"roles", "user"}),
                (give(roles, ANNA, "given too", READER), {"user"}),
                (roles.revoke(user_id=ANNA, role_id=READER, events=events("revoked")), {"user"}),
                (roles.admit(user_id=ANNA, admitted=False, word=EventId("w1")), {"user"}),
                (roles.admit(user_id=ANNA, admitted=True, word=EventId("w2")), {"user"}),
                (give(roles, ANNA, "w3"), {"user"}),
                (roles.admit(user_id=ANNA, admitted=True, word=EventId("w4")), {"user"}),
            ):
                await change
                present = await roles.revision(user_id=ANNA)
                assert past.roles + ("roles" in raised) <= present.roles
                assert past.user + ("user" in raised) <= present.user
                assert present == (await roles.rights(user_id=ANNA)).revision
                assert present.roles == (await roles.revision(user_id=BERT)).roles
                past = present

    async def test_the_revision_is_the_books(self, opener: Opener[Family]) -> None:
        """Whatever was changed, by its number it is known whether a book that was read is that of somebody's rights."""
        async with opener() as family:
            roles = family.roles
            first = (await roles.book()).revision
            assert {first} == {(await roles.revision(user_id=user_id)).roles for user_id in (ANNA, BERT)}
            await give(roles, ANNA, "given")
            for number, change in enumerate((put(roles, role(), "put"), remove(roles, WRITER, "removed"))):
                await change
                present = (await roles.book()).revision
                assert first + number < present
                assert {present} == {(await roles.revision(user_id=user_id)).roles for user_id in (ANNA, BERT)}
                assert {present} == {(await roles.rights(user_id=user_id)).revision.roles for user_id in (ANNA, BERT)}

    async def test_nobody_elses_revision_moves(self, opener: Opener[Family]) -> None:
        """Whatever is given to Bert or taken from him, Anna's revision stays, be she known or not."""
        for known in (True, False):
            async with opener() as family:
                roles = family.roles
                if known:
                    await give(roles, ANNA, "a")
                before = await roles.revision(user_id=ANNA)
                await give(roles, BERT, "b")
                await roles.revoke(user_id=BERT, role_id=WRITER, events=events("c"))
                await roles.admit(user_id=BERT, admitted=False, word=EventId("d"))

                assert before == await roles.revision(user_id=ANNA)
                assert before != await roles.revision(user_id=BERT)

    async def test_a_removed_role_is_held_by_nobody(self, opener: Opener[Family]) -> None:
        """Whoever held it does not, and neither does a role that later takes its id belong to them; others stay."""
        async with opener() as family:
            roles = family.roles
            for role_id in (WRITER, READER):
                await put(roles, role(role_id), f"put {role_id}")
                for user_id in (ANNA, BERT):
                    await give(roles, user_id, f"given {role_id} {user_id}", role_id)
            await remove(roles, WRITER, "removed")
            assert (role(READER),) == (await roles.book()).roles

            await put(roles, role(), "another")
            assert [READER] == await held(roles, ANNA)
            assert () == await roles.holders(role_ids=frozenset({WRITER}), after=None, limit=10)
            await give(roles, ANNA, "given again")
            assert [READER, WRITER] == await held(roles, ANNA)
            assert [READER] == await held(roles, BERT)

    async def test_writes_are_idempotent(self, opener: Opener[Family]) -> None:
        """Each write whose reply was lost can be repeated, at once or after another undid it: it is made once."""
        async with opener() as family:
            roles = family.roles
            first = (await roles.book()).revision
            for _ in range(2):
                await roles.put(role=role(), book_revision=first, events=events("put", "and told"))
            present = (await roles.book()).revision
            for _ in range(2):
                await roles.assign(assignment=assignment(ANNA), book_revision=present, events=events("given"))
            rights = await roles.rights(user_id=ANNA)
            await roles.assign(assignment=assignment(ANNA), book_revision=present, events=events("given twice"))
            assert rights == await roles.rights(user_id=ANNA)

            for _ in range(2):
                await roles.revoke(user_id=ANNA, role_id=WRITER, events=events("revoked"))
            await roles.assign(assignment=assignment(ANNA), book_revision=present, events=events("given"))
            assert [] == await held(roles, ANNA)
            await give(roles, ANNA, "given again")
            await roles.revoke(user_id=ANNA, role_id=WRITER, events=events("revoked"))
            assert [WRITER] == await held(roles, ANNA)

            for _ in range(2):
                await roles.remove(role_id=WRITER, book_revision=present, events=events("removed"))
            removed = await roles.book()
            await roles.put(role=role(), book_revision=first, events=events("put", "and told"))
            assert removed == await roles.book() == RoleBook(revision=removed.revision)
            assert ["put", "and told", "given", "revoked", "given again", "removed"] == await history(roles)

    async def test_a_retry_wins_over_the_revision(self, opener: Opener[Family]) -> None:
        """A repeated write is answered, though the book, and the rights of the one who acts, were changed since."""
        async with opener() as family:
            roles = family.roles
            await put(roles, role(READER), "reader")
            await give(roles, BERT, "given", READER)
            revision, rights = (await roles.book()).revision, await roles.revision(user_id=ANNA)
            own, theirs, taken = (judged(events(name), rights) for name in ("own", "theirs", "taken"))

            async def write() -> None:
                await roles.revoke(user_id=BERT, role_id=READER, events=taken)
                await roles.assign(assignment=assignment(BERT), book_revision=revision, events=theirs)
                await roles.assign(assignment=assignment(ANNA), book_revision=revision, events=own)

            await write()
            removal = judged(events("gone"), await roles.revision(user_id=ANNA))
            await roles.remove(role_id=READER, book_revision=revision, events=removal)
            await put(roles, role(), "put")
            expected = await roles.book(), await roles.rights(user_id=BERT)
            for _ in range(2):
                await write()
                await roles.remove(role_id=READER, book_revision=revision, events=removal)

            assert expected == (await roles.book(), await roles.rights(user_id=BERT))
            assert ["reader", "given", "taken", "theirs", "own", "gone", "put"] == await history(roles)

    async def test_revoke_forgets(self, opener: Opener[Family]) -> None:
        """A revoked role is not held; revoking what is not held, or was never heard of, is not told."""
        async with opener() as family:
            roles = family.roles
            for role_id in (WRITER, READER):
                await give(roles, ANNA, f"given {role_id}", role_id)
            await roles.revoke(user_id=ANNA, role_id=WRITER, events=events("revoked"))
            assert [READER] == await held(roles, ANNA)
            assert () == await roles.holders(role_ids=frozenset({WRITER}), after=None, limit=10)

            rights = await roles.rights(user_id=ANNA)
            await roles.revoke(user_id=ANNA, role_id=WRITER, events=events("again"))
            await roles.revoke(user_id=ANNA, role_id=RoleId("unknown"), events=events("unknown"))
            await roles.revoke(user_id=BERT, role_id=READER, events=events("not theirs"))
            assert rights == await roles.rights(user_id=ANNA)
            assert ["given writer", "given reader", "revoked"] == await history(roles)

    async def test_parallel_changes_have_one_winner(self, opener: Opener[Family]) -> None:
        """Of ten who change roles under one revision of the book at once, nine are refused."""
        async with opener() as family:
            roles = family.roles
            await put(roles, role(), "put")
            book = await roles.book()
            changes = (
                *(
                    roles.put(role=role(READER, name), book_revision=book.revision, events=events(name))
                    for name in "abcde"
                ),
                *(roles.remove(role_id=WRITER, book_revision=book.revision, events=events(name)) for name in "fghij"),
            )
            outcomes = await asyncio.gather(*changes, return_exceptions=True)

            assert 1 == outcomes.count(None)
            assert 9 == sum(isinstance(outcome, StaleRightsError) for outcome in outcomes)
            winner = "abcdefghij"[outcomes.index(None)]
            expected = (role(), role(READER, winner)) if winner in "abcde" else ()
            assert {*expected} == {*(await roles.book()).roles}
            assert ["put", winner] == await history(roles)
