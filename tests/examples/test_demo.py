"""The demo as a whole: it adds up, and says so where it does not."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from attrs import evolve

from examples.replay.checking import DoesNotAddUpError, check_channel, check_events, refused
from examples.replay.command import CONVERSATION, main
from examples.replay.irc import read_log
from examples.replay.people import Person, register
from examples.replay.replaying import Outcome, Replay
from examples.replay.report import Report
from examples.replay.rights import Rights
from saiondo_core import UseCaseFactory, UseCases
from saiondo_core.errors import AccessDeniedError, InvitationNotFoundError
from saiondo_core.kernel.decisions import Actor, PermissionDecision
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import ADMIN, MESSAGE_DELETE, Grant, MissingGrant, Policy
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.permissions.ports import RoleRepository
from saiondo_core.testing.ports import cheap_ports
from tests.examples.data import FOLDER, needs_logs

Turn: TypeAlias = Callable[[PermissionDecision], PermissionDecision]

LOG = """\
[00:00] <nir_> I was here all the time, @bert
=== Bert [~bert@leeds.example]  has joined #room
=== bert [~bert@leeds.example]  has joined #room
=== mode/#room [+o bert]  by nir_
=== nir_ is now known as nir
[00:01] <nir> ﾊﾝｸﾞﾙ is half as wide, and e\u0301 is two
=== nir is now known as BERT
[00:02] <bert>
[00:03] <bert> {too_long}
=== nir [~nir@ulm.example]  has left #room []
[00:04]  * nir is back
"""


async def replayed(use_cases: UseCases, path: Path) -> tuple[Replay, Person]:
    """The log at *path*, replayed into a channel, and who made that."""
    host = await register(use_cases, "host")
    channel = await host.calls.channel.create(name="room", type="public")
    replay = Replay(use_cases=use_cases, channel=channel)
    log = read_log(path)
    for line in log.lines:
        await replay.perform(log, line)
    return replay, host


async def test_every_line_has_its_outcome(tmp_path: Path) -> None:
    """What is said is sent, what cannot be is counted, and whoever is there unannounced is let in first."""
    path = tmp_path / "log.txt"
    path.write_text(LOG.format(too_long="x" * 2_001), encoding="utf-8")
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        replay, host = await replayed(use_cases, path)
        await check_channel(replay, 11, host)
        history = await host.calls.message.history(channel_id=replay.channel.id)

    assert {
        Outcome.SENT: 3,
        Outcome.JOINED: 1,
        Outcome.WAS_HERE: 1,
        Outcome.NOTICED: 1,
        Outcome.RENAMED: 1,
        Outcome.NICK_TAKEN: 1,
        Outcome.BLANK: 1,
        Outcome.REFUSED: 1,
        Outcome.LEFT: 1,
    } == replay.outcomes
    assert (2, {"nir", "bert"}) == (replay.unannounced, set(replay.people))
    assert "ﾊﾝｸﾞﾙ is half as wide, and é is two" == history[1].content
    assert "/me is back" == history[2].content
    assert {replay.people["nir"].user.id} == {message.sender_id for message in history}


async def test_what_does_not_add_up_is_found() -> None:
    """A lost line, another order, a lost message and a lost event are each noticed."""
    async with UseCaseFactory(ports=cheap_ports()) as use_cases:
        replay, host = await replayed(use_cases, CONVERSATION)
        lines = len(read_log(CONVERSATION).lines)
        await check_channel(replay, lines, host)

        with pytest.raises(DoesNotAddUpError, match="lines accounted for: expected 19, got 18"):
            await check_channel(replay, lines + 1, host)
        replay.said[0], replay.said[1] = replay.said[1], replay.said[0]
        with pytest.raises(DoesNotAddUpError, match="message 1: "):
            await check_channel(replay, lines, host)
        del replay.said[0]
        with pytest.raises(DoesNotAddUpError, match="messages sent: expected 11, got 10"):
            await check_channel(replay, lines, host)

    heard = Counter({"message.sent": 11, "member.joined": 4, "member.left": 1, "user.registered": 4})
    check_events(replay, heard)
    for action in heard:
        with pytest.raises(DoesNotAddUpError, match="events of "):
            check_events(replay, heard - Counter([action]))


async def test_what_must_be_refused_and_is_not_does_not_add_up() -> None:
    """A call that is allowed where it must not be is an error of the demo."""

    async def permit() -> None:
        """Refuse nothing."""

    with pytest.raises(DoesNotAddUpError, match="InvitationNotFoundError"):
        await refused(InvitationNotFoundError, permit())


class OtherGate(Gate):
    """Decides as roles do, but turns a refusal to delete a message into something else."""

    def __init__(self, roles: RoleRepository, turn: Turn) -> None:
        """Decide by *roles*, and *turn* such refusals."""
        self._gate, self._turn = RolesGate(roles), turn

    async def decide(
        self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
    ) -> PermissionDecision:
        """See `Gate.decide`."""
        decision = await self._gate.decide(actor=actor, policy=policy, roles=roles, scope=scope, own=own)
        return self._turn(decision) if policy is MESSAGE_DELETE and not decision.allowed else decision


def allowed(decision: PermissionDecision) -> PermissionDecision:
    """Refuse nobody."""
    return evolve(decision, allowed=True)


def unexplained(decision: PermissionDecision) -> PermissionDecision:
    """Name no grant."""
    return evolve(decision, missing=None)


def overstated(decision: PermissionDecision) -> PermissionDecision:
    """Name a grant that a channel's owner cannot give."""
    return evolve(decision, missing=MissingGrant(operation=Grant.ASSIGN_ROLE, role_id=ADMIN))


@pytest.mark.parametrize(
    ("turn", "complaint"),
    [
        (allowed, "must end with AccessDeniedError"),
        (unexplained, "names no role"),
        (overstated, "lacks the permission 'role:assign'"),
    ],
)
async def test_rights_that_are_not_as_they_are_shown_do_not_add_up(turn: Turn, complaint: str) -> None:
    """What must be refused is, with a grant that its channel's owner can give, or the demo fails."""
    ports = cheap_ports()
    async with UseCaseFactory(ports=ports.replace(gate=OtherGate(ports.roles, turn))) as use_cases:
        replay, host = await replayed(use_cases, CONVERSATION)
        with pytest.raises((DoesNotAddUpError, AccessDeniedError), match=complaint):
            await Rights(use_cases, replay, host, Report()).play()


def test_the_conversation_ends_well_and_shows_what_was_missing(capsys: pytest.CaptureFixture[str]) -> None:
    """The refusal names the grant, the owner gives just that, and the same act is allowed."""
    assert 0 == main([])
    shown = " ".join(capsys.readouterr().out.split())
    story = [
        "newcomer, deleting message 11, is refused: access_denied",
        "the nearest grant is permission.assign_role(role_id='channel:moderator', scope='",
        "assigns exactly that: channel:moderator",
        "the same act again: message 11 is deleted",
        "everybody who may delete messages here: archivist, newcomer, 지민",
        "Demo: GREEN in ",
    ]
    found = [shown.find(line) for line in story]
    assert -1 not in found
    assert sorted(found) == found


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "log.txt: No such file"), ("x\n", "log.txt, line 1: "), ("[00:00] <a>\n", "nobody says anything")],
)
def test_a_log_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, complaint: str
) -> None:
    """The demo ends with 2, and one line that says which log, and what is wrong with it."""
    path = tmp_path / "log.txt"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(SystemExit) as ended:
        main([str(path)])

    assert 2 == ended.value.code
    assert complaint in capsys.readouterr().err.splitlines()[-1]


@needs_logs
def test_a_day_of_the_ubuntu_logs_adds_up(capsys: pytest.CaptureFixture[str]) -> None:
    """All its lines are accounted for, and the verdict says so; naming a log twice replays it once."""
    day = str(FOLDER / "2005-02-08.txt")

    assert 0 == main([day, day])
    verdict = capsys.readouterr().out.splitlines()[-1]
    assert verdict.startswith("Demo: GREEN in ")
    assert " 1,246 lines accounted for, 946 messages as they were said, " in verdict
