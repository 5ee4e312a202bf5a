"""Seeing who may do something."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId, ChannelRole, ChannelType
from saiondo_core.kernel.errors import AccessDeniedError, InvalidCursorError, InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import ADMIN, MODERATOR
from saiondo_core.permissions.model import Holders, PermissionContext
from saiondo_core.permissions.who_can import LOOKED_AT_MOST
from tests.permissions.house import ANNA, BERT, CARL, EVE, PLAZA, TEAM, House

PLACES: tuple[ChannelId | None, ...] = (None, TEAM, PLAZA)
ASKED = ("message:send", "message:delete", "channel:update", "channel:discover", "user:manage", "invoice:pay")


async def pages(house: House, permission: str, scope: ChannelId | None, limit: int) -> list[UserId] | None:
    """All who may, page by page; None for everybody."""
    resource, action = permission.split(":")
    found: list[UserId] = []
    cursor = None
    while True:
        page = await house.host.who_can(resource=resource, action=action, scope=scope, cursor=cursor, limit=limit)
        if page.everybody:
            return None
        assert len(page.user_ids) <= limit
        found.extend(page.user_ids)
        cursor = page.next_cursor
        if cursor is None:
            return found


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_the_pages_are_everybody_who_may(data: st.DataObject) -> None:
    """Whatever people hold and are, the pages together are those whom `check_permission` allows it, by id."""
    people = [UserId(f"user-{number}") for number in range(8)]
    roles = st.sampled_from([None, MODERATOR, ADMIN])
    patterns = st.sampled_from([None, "invoice:*", "*:update", "message:send"])
    places = st.sampled_from([None, *(role for role in ChannelRole if role is not ChannelRole.OWNER)])

    async def scenario() -> None:
        house = House()
        await house.people(ANNA, *people)
        for channel_id, kind in ((TEAM, ChannelType.PRIVATE), (PLAZA, ChannelType.PUBLIC)):
            drawn = {user_id: data.draw(places) for user_id in people}
            there = {user_id: role for user_id, role in drawn.items() if role is not None}
            await house.channel(channel_id, kind, ANNA, **there)
        for user_id in people:
            role_id, pattern = data.draw(roles), data.draw(patterns)
            if role_id is not None:
                await house.host.assign_role(user_id=user_id, role_id=role_id)
            if pattern is not None:
                await house.given(user_id, pattern)
        await house.gone(people[0])
        for permission in ASKED:
            resource, action = permission.split(":")
            for scope in PLACES:
                context = PermissionContext(channel_id=scope)
                allowed = [
                    user_id
                    for user_id in sorted((ANNA, *people))
                    if (
                        await house.host.check_permission(
                            resource=resource, action=action, user_id=user_id, context=context
                        )
                    ).allowed
                ]
                found = await pages(house, permission, scope, data.draw(st.integers(1, 4)))
                assert allowed == (sorted((ANNA, *people[1:])) if found is None else found)

    asyncio.run(scenario())


@pytest.mark.parametrize("permission", ["channel:create", "channel:join", "user:read"])
async def test_what_all_hold_is_everybodys(house: House, permission: str) -> None:
    """What every user may is not listed user by user."""
    resource, action = permission.split(":")

    assert Holders(everybody=True) == await house.host.who_can(resource=resource, action=action)


async def test_joining_is_everybodys_in_public_only(house: House) -> None:
    """Everybody may join a public channel; of a private one only who is in it, already, is listed."""
    await house.host.assign_role(user_id=EVE, role_id=ADMIN)

    assert Holders(everybody=True) == await house.host.who_can(resource="channel", action="join", scope=PLAZA)
    assert (ANNA, BERT, CARL) == (await house.host.who_can(resource="channel", action="join", scope=TEAM)).user_ids


async def test_what_is_the_hosts_is_nobodys(house: House) -> None:
    """Whatever they hold, nobody else may what only the host may."""
    await house.host.assign_role(user_id=EVE, role_id=ADMIN)

    assert Holders(everybody=False) == await house.host.who_can(resource="message", action="import")


async def test_of_ones_own_things_it_is_asked_of_these(house: House) -> None:
    """Whoever may edit what they said is listed, though nobody may edit what others said."""
    holders = await house.host.who_can(resource="message", action="edit", scope=TEAM)

    assert (ANNA, BERT, CARL) == holders.user_ids


async def test_a_page_looks_at_a_bounded_number(house: House) -> None:
    """A page ends after 500 users, whoever of them may, and its cursor goes on exactly there."""
    guests = {f"guest-{number:04}": ChannelRole.GUEST for number in range(LOOKED_AT_MOST)}
    hall = ChannelId("hall")
    await house.channel(hall, ChannelType.PRIVATE, UserId("zoe"), **guests)
    first = await house.host.who_can(resource="channel", action="update", scope=hall)
    second = await house.host.who_can(resource="channel", action="update", scope=hall, cursor=first.next_cursor)

    assert () == first.user_ids
    assert first.next_cursor is not None
    assert (UserId("zoe"),) == second.user_ids
    assert second.next_cursor is None


async def test_asking_takes_role_read(house: House) -> None:
    """A channel's admins may ask in it; everywhere, and of channels they may not know of, they may not."""
    await house.given(BERT, "role:read", scope=TEAM)

    assert (CARL,) == tuple(
        user_id
        for user_id in (await house.of(BERT).who_can(resource="message", action="send", scope=TEAM)).user_ids
        if user_id == CARL
    )
    for scope in (None, PLAZA):
        with pytest.raises(AccessDeniedError):
            await house.of(BERT).who_can(resource="message", action="send", scope=scope)
    for scope in (TEAM, ChannelId("none")):
        with pytest.raises(ChannelNotFoundError):
            await house.of(EVE).who_can(resource="message", action="send", scope=scope)


async def test_what_is_asked_is_checked_first(house: House) -> None:
    """Patterns, foreign cursors and endless pages are refused, whoever asks."""
    with pytest.raises(InvalidInputError):
        await house.of(EVE).who_can(resource="*", action="send")
    with pytest.raises(InvalidInputError):
        await house.of(EVE).who_can(resource="message", action="send", limit=201)
    with pytest.raises(InvalidCursorError):
        await house.of(EVE).who_can(resource="message", action="send", cursor="x")
