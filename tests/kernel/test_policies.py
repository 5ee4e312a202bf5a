"""The table of permissions: each row reads well, and the roles that are built in are made of it."""

import re

import pytest

from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import (
    ADMIN,
    AT_THE_DOOR,
    CHANNEL_ADMIN,
    CHANNEL_MODERATOR,
    GUEST,
    MEMBER,
    MODERATOR,
    OWNER,
    POLICIES,
    USER,
    Own,
    Policy,
    Where,
)
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import RoleBook

GLOBAL, THERE = (USER, MODERATOR, ADMIN), (GUEST, MEMBER, CHANNEL_MODERATOR, CHANNEL_ADMIN, OWNER)

every_row = pytest.mark.parametrize("row", POLICIES, ids=lambda row: row.permission)


def test_no_permission_stands_twice() -> None:
    """A permission has one row, so that it means one thing."""
    assert AT_THE_DOOR is POLICIES[0]
    assert len(POLICIES) == len({row.permission for row in POLICIES})


@every_row
def test_a_row_is_well_formed(row: Policy) -> None:
    """A permission is `resource:verb`, and what it allows is told in words that fit a sentence."""
    assert re.fullmatch(r"[a-z]+:[a-z]+(_[a-z]+)*", row.permission)
    assert re.fullmatch(r"[a-z].*[a-z]", row.what)


@every_row
def test_what_counts_as_ones_own_is_told(row: Policy) -> None:
    """Where it counts that a thing is one's own, the row says which things are; elsewhere it says nothing."""
    assert (row.own is not Own.IGNORED) == bool(row.owned)


@every_row
def test_a_row_is_held_where_it_is_asked_for(row: Policy) -> None:
    """Nobody holds what is not theirs to hold; no channel's role what is asked of the whole; at most one of each."""
    held_by = set(row.held_by)
    there, everywhere = held_by & set(THERE), held_by & set(GLOBAL)
    expected = {
        Where.DOOR: (0, 0),
        Where.HOST: (0, 0),
        Where.EVERYWHERE: (0, 1),
        Where.CHANNEL: (1, 1),
        Where.INSIDE: (1, 0),
    }

    assert expected[row.where] == (len(there), len(everywhere))
    assert len(row.held_by) == len(there) + len(everywhere)


def test_only_those_inside_lose_their_voice() -> None:
    """Who is muted is a member: what needs a voice is asked inside."""
    assert {Where.INSIDE} == {row.where for row in POLICIES if row.needs_voice}


@pytest.mark.parametrize("ladder", [GLOBAL, THERE], ids=["everywhere", "in a channel"])
@every_row
def test_each_role_holds_what_the_one_before_it_does(ladder: tuple[RoleId, ...], row: Policy) -> None:
    """From the lowest role of a row's on all above hold it, and none below."""
    compiled = CompiledRoles(RoleBook(revision=0))
    # An admin may everything, and so holds each row.
    lowest = min((ladder.index(role_id) for role_id in (*row.held_by, ADMIN) if role_id in ladder), default=len(ladder))

    assert set(ladder[lowest:]) == compiled.roles_allowing(row.permission).intersection(ladder)
