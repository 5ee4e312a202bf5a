"""What every store that knows who may act must do."""

from contextlib import suppress
from itertools import permutations

import pytest

from saiondo_core.kernel.ids import EventId
from saiondo_core.kernel.refusals import StaleRightsError
from saiondo_core.testing.contracts.opening import Opener
from saiondo_core.testing.contracts.role_cases import ANNA, BERT, READER, WRITER, Family, RoleLaws, give, held


@pytest.mark.asyncio
class AdmissionsContract(RoleLaws):
    """The laws of `Admissions`, which a store of roles keeps: `RoleRepositoryContract` has them too."""

    async def test_the_last_word_counts(self, opener: Opener[Family]) -> None:
        """In whatever order three words come, each twice, the third decides; and each user has words of their own."""
        for last in (True, False):
            words = (("1", last), ("2", not last), ("3", last))
            for order in permutations(words):
                async with opener() as family:
                    for word, admitted in (*order, *order):
                        await family.roles.admit(user_id=ANNA, admitted=admitted, word=EventId(word))
                    decided = await family.roles.revision(user_id=ANNA)
                    for word, admitted in words:
                        await family.roles.admit(user_id=ANNA, admitted=admitted, word=EventId(word))

                    assert last == (await family.roles.rights(user_id=ANNA)).is_admitted
                    assert decided == await family.roles.revision(user_id=ANNA)
                    assert (await family.roles.rights(user_id=BERT)).is_admitted

    async def test_a_word_takes_what_was_given_before(self, opener: Opener[Family]) -> None:
        """Whichever of the two comes first, what was given before a word is gone, and what was given after it stays."""
        for admitted in (True, False):
            async with opener() as family:
                await give(family.roles, ANNA, "3", WRITER)
                await give(family.roles, ANNA, "7", READER)
                await give(family.roles, BERT, "4", WRITER)
                await family.roles.admit(user_id=ANNA, admitted=admitted, word=EventId("5"))
                assert [READER] == await held(family.roles, ANNA)
                assert [WRITER] == await held(family.roles, BERT)
                assert (BERT,) == await family.roles.holders(role_ids=frozenset({WRITER}), after=None, limit=10)

                await family.roles.admit(user_id=ANNA, admitted=admitted, word=EventId("2"))
                with suppress(
                    StaleRightsError
                ):  # A store may say so, where it was given before the word but comes late.
                    await give(family.roles, ANNA, "4 late", WRITER)
                assert [READER] == await held(family.roles, ANNA)

                await give(family.roles, ANNA, "6", WRITER)
                assert [READER, WRITER] == await held(family.roles, ANNA)
