"""Every operation, done by everybody to everything, answers as the matrix says; and every refusal can be explained."""

from typing import Final

import pytest

from saiondo_core import UseCaseFactory
from saiondo_core.kernel.decisions import Reason
from saiondo_core.kernel.policies import Grant, MissingGrant
from tests.composition.surface import operations
from tests.permissions.matrix import YES, Case, Relation, Row, Thing, Whose, cases, matrix
from tests.permissions.worlds import MANAGING, world

ROWS: Final = matrix()

REFUSALS: Final = frozenset(
    {
        "access_denied",
        "actor_mismatch",
        "banned",
        "channel_key_taken",
        "channel_not_found",
        "invitation_not_found",
        "message_not_found",
        "muted",
        "not_a_member",
        "not_the_sender",
        "system_only",
    }
)
"""What refuses for want of a right, or of knowing; all other codes tell of something else."""

NOBODYS_TO_GRANT: Final = frozenset({Reason.NOT_OWN, Reason.UNKNOWN, Reason.HOST_ONLY})
"""Why somebody may not do something, and no grant makes it otherwise."""

NOTHING_TO_DO: Final = {
    ("cache.cache.clear_cache", Whose.OWN),
    ("cache.cache.delete", Whose.OWN),
    ("cache.cache.invalidate_channel_cache", Whose.OWN),
    ("cache.cache.invalidate_message_caches", Whose.OWN),
    ("cache.cache.invalidate_user_cache", Whose.OWN),
    ("channel.unban", Whose.OWN),
    ("channel.unban", Whose.MISSING),
    ("permission.require", Whose.OWN),
    ("permission.require", Whose.OTHERS),
    ("permission.require", Whose.MISSING),
    ("permission.revoke_role", Whose.MISSING),
    ("real_time.leave_channel", Whose.OWN),
    ("real_time.leave_channel", Whose.OTHERS),
}
"""What succeeds, and gives and causes nothing: it only insists, or what it would end is not there."""

SPEECH: Final = frozenset(
    {
        "message.send",
        "message.edit",
        "real_time.broadcast_to_channel",
        "real_time.send_real_time_message",
        "real_time.start_typing",
        "real_time.stop_typing",
    }
)
"""What the muted may not do."""

FOR_THE_SYSTEM: Final = frozenset({"auth.issue", "user.ensure", "user.ensure_many", "message.import_many"})
"""What only the host may do."""

by_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_every_operation_has_a_row_and_every_row_an_operation(saiondo_factory: UseCaseFactory) -> None:
    """The matrix names the operations of the surface, all of them and no others."""
    surface = {entry.path for entry in operations(saiondo_factory.create_all_use_cases())}

    assert set() == surface ^ {row.operation for row in ROWS}


@by_row
async def test_every_cell_is_as_the_matrix_says(row: Row) -> None:
    """Each case comes to what its cell says, as `check_permission` foretells and the docstring documents.

    A yes has an effect or a result, and all else leaves no event.
    """
    wrong: list[str] = []
    for case in cases(row):
        async with world(case) as house:
            decision, outcome = await house.decision(), await house.outcome()
        if case.expected != outcome.answer:
            wrong.append(f"{case.column}: {case.expected} in the matrix, {outcome.answer} in truth")
        if decision is not None and decision.allowed != (case.expected not in REFUSALS):
            wrong.append(f"{case.column}: {case.expected}, but {decision}")
        if outcome.answer != YES and outcome.events:
            wrong.append(f"{case.column}: {outcome.answer}, but {outcome.events} events were left")
        if not outcome.is_documented:
            wrong.append(f"{case.column}: {outcome.answer}, which is not documented")
        idle = (row.operation, case.whose) in NOTHING_TO_DO
        if outcome.answer == YES and not (outcome.is_seen or idle):
            wrong.append(f"{case.column}: yes, but nothing came of it")

    assert not wrong, "\n".join(wrong)


@by_row
async def test_granting_exactly_what_is_missing_flips_the_decision(row: Row) -> None:
    """Of each refusal, the decision and the error name what is missing; with that and nothing else, it is allowed.

    It is named unless nobody can grant it. What is then done comes to what it comes to for those who hold everything.
    """
    wrong: list[str] = []
    for case in cases(row):
        if case.expected not in REFUSALS:
            continue
        async with world(case) as house:
            decision, refused = await house.decision(), (await house.outcome()).missing
        if decision is None:
            continue
        if (decision.missing is None) != (decision.reason in NOBODYS_TO_GRANT):
            wrong.append(f"{case.column}: {decision}")
        named = [missing for missing in {decision.missing, refused} if missing is not None]
        wrong += [f"{case.column}: {failure}" for missing in named for failure in await _failures(case, missing)]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("row", [row for row in ROWS if row.channel], ids=lambda row: row.name)
async def test_the_muted_do_all_but_speak(row: Row) -> None:
    """A muted member does what a member does, but for sending and editing; and does that, once unmuted."""
    wrong: list[str] = []
    for case in cases(row, Relation.MEMBER):
        is_speech = row.operation in SPEECH and case.expected == YES
        expected = "muted" if is_speech else case.expected
        async with world(case) as house:
            await house.mute()
            decision, outcome = await house.decision(), await house.outcome()
            if expected != outcome.answer or (outcome.answer != YES and outcome.events):
                wrong.append(f"{case.column}: {expected} expected, {outcome.answer} in truth")
            if is_speech:
                unmute = MissingGrant(operation=Grant.UNMUTE, scope=house.channel.id)
                assert decision is not None
                assert (False, Reason.MUTED, unmute) == (decision.allowed, decision.reason, decision.missing)
                assert unmute == outcome.missing
                await house.grant(unmute)
                assert YES == (await house.outcome()).answer

    assert not wrong, "\n".join(wrong)


@by_row
async def test_the_deleted_do_nothing(row: Row) -> None:
    """Whoever was deleted is refused everything that is asked in their name, from that moment on; nothing is left."""
    wrong: list[str] = []
    for case in cases(row, Relation.MEMBER):
        async with world(case) as house:
            await house.delete()
            decision, outcome = await house.decision(), await house.outcome()
        if outcome.answer not in _of_the_deleted(case) or (outcome.answer != YES and outcome.events):
            wrong.append(f"{case.column}: {outcome.answer}, and {outcome.events} events")
        if decision is not None and decision.allowed:
            wrong.append(f"{case.column}: {decision}")

    assert not wrong, "\n".join(wrong)


async def _failures(case: Case, missing: MissingGrant) -> list[str]:
    """What is still refused once *missing* was granted: nothing, as it should be."""
    cells = (case.row.cells[relation, case.whose] for relation in (Relation.OWNER, Relation.ADMIN))
    accepted = {YES, *cells} - REFUSALS
    async with world(case) as house:
        await house.grant(missing)
        decision, outcome = await house.decision(), await house.outcome()
        if decision is None or not decision.allowed:
            return [f"with {missing}, still {decision}"]
        if case.row.operation in MANAGING and case.whose is Whose.OWN:
            # Whoever manages themself rises by the grant, and it takes the next one to manage what they are by then.
            for _ in range(2):
                if outcome.missing is not None:
                    await house.grant(outcome.missing)
                    outcome = await house.outcome()
    return [] if outcome.answer in accepted else [f"with {missing}, still {outcome.answer}"]


def _of_the_deleted(case: Case) -> set[str]:
    """What whoever was deleted may be answered: of what is not public, not even that it is there."""
    match case.row.operation, case.row.thing:
        case (("auth.register" | "auth.logout"), _):
            # They may come anew, and end what ends anyway.
            return {YES, "invalid_token"}
        case (("auth.authenticate" | "auth.refresh" | "auth.verify" | "user.get_current"), thing) if (
            thing is not Thing.NONE
        ):
            # By the secret of another they are that other, whoever they were.
            return {YES} if case.whose is Whose.OTHERS else {"invalid_credentials", "invalid_token"}
        case operation, _ if operation in FOR_THE_SYSTEM:
            return {"system_only"}
        case "auth.change_password", _ if case.whose is not Whose.OWN:
            return {"actor_mismatch"}
        case _:
            return {"deactivated", "channel_not_found", "message_not_found", "invitation_not_found"}
