"""Asking whether somebody may do something."""

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.decisions import PermissionDecision, Reason
from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError, NotFoundError
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import ADMIN, CHANNEL_ADMIN, CHANNEL_MODERATOR, GUEST, MODERATOR
from saiondo_core.kernel.refusals import DeactivatedError
from saiondo_core.permissions.model import PermissionContext
from tests.permissions.house import ANNA, BERT, CARL, EVE, HOST, PAIR, PLAZA, TEAM, House

NOWHERE = PermissionContext()
IN_TEAM, IN_PLAZA, IN_PAIR = (PermissionContext(channel_id=channel_id) for channel_id in (TEAM, PLAZA, PAIR))
HELLO, HI = PermissionContext(message_id="hello"), PermissionContext(message_id="hi")


async def asked(
    house: House, who: UserId, permission: str, context: PermissionContext = NOWHERE, whom: UserId | None = None
) -> PermissionDecision:
    """What *who* is told of *whom*, by default themselves."""
    resource, action = permission.split(":")
    ask = house.host if who == HOST else house.of(who)
    return await ask.check_permission(resource=resource, action=action, user_id=whom, context=context)


def told(decision: PermissionDecision) -> tuple[str, str | None]:
    """The reason, and the call that would change it."""
    return decision.reason, None if decision.missing is None else repr(decision.missing)


def assigned(role_id: RoleId, scope: ChannelId | None = None) -> str:
    """The call that gives a role."""
    there = "" if scope is None else f", scope={scope!r}"
    return f"permission.assign_role(role_id={role_id!r}{there})"


@pytest.mark.parametrize(
    ("who", "permission", "context", "reason"),
    [
        (CARL, "message:send", IN_TEAM, Reason.ROLE),
        (CARL, "message:delete", HELLO, Reason.OWN),
        (BERT, "message:delete", HELLO, Reason.ROLE),
        (CARL, "message:edit", HELLO, Reason.ROLE),
        (EVE, "channel:join", IN_PLAZA, Reason.ROLE),
        (CARL, "channel:join", IN_TEAM, Reason.ROLE),
        (EVE, "channel:discover", IN_PLAZA, Reason.OWN),
        (EVE, "channel:create", NOWHERE, Reason.ROLE),
        (EVE, "user:manage", PermissionContext(owner_id=EVE), Reason.OWN),
        (CARL, "invitation:revoke", PermissionContext(channel_id=TEAM, owner_id=CARL), Reason.OWN),
        (EVE, "role:read", PermissionContext(owner_id=EVE), Reason.OWN),
        (HOST, "message:import", NOWHERE, Reason.SYSTEM),
        (HOST, "message:send", IN_TEAM, Reason.SYSTEM),
    ],
)
async def test_what_one_may_do(
    house: House, who: UserId, permission: str, context: PermissionContext, reason: Reason
) -> None:
    """What a role, or owning the thing, allows is allowed, with that as the reason and nothing missing."""
    decision = await asked(house, who, permission, context)

    assert decision.allowed
    assert (reason, None) == told(decision)


@pytest.mark.parametrize(
    ("who", "permission", "context", "reason", "missing"),
    [
        (CARL, "message:delete", IN_TEAM, Reason.NOT_GRANTED, assigned(CHANNEL_MODERATOR, TEAM)),
        (BERT, "channel:update", IN_TEAM, Reason.NOT_GRANTED, assigned(CHANNEL_ADMIN, TEAM)),
        (EVE, "message:send", IN_PLAZA, Reason.NOT_A_MEMBER, assigned(GUEST, PLAZA)),
        (EVE, "channel:update", IN_PLAZA, Reason.NOT_GRANTED, assigned(CHANNEL_ADMIN, PLAZA)),
        (BERT, "message:edit", HELLO, Reason.NOT_OWN, None),
        (CARL, "message:delete", IN_PAIR, Reason.NOT_GRANTED, assigned(MODERATOR)),
        (EVE, "role:manage", NOWHERE, Reason.NOT_GRANTED, assigned(ADMIN)),
        (EVE, "user:manage", PermissionContext(owner_id=CARL), Reason.NOT_GRANTED, assigned(ADMIN)),
        (EVE, "message:delete", PermissionContext(owner_id=EVE), Reason.NOT_GRANTED, assigned(MODERATOR)),
        (EVE, "message:send", NOWHERE, Reason.NOT_A_MEMBER, None),
        (EVE, "message:import", NOWHERE, Reason.HOST_ONLY, None),
        (EVE, "invoice:approve", NOWHERE, Reason.NOT_GRANTED, assigned(ADMIN)),
    ],
)
async def test_what_one_may_not_do(
    house: House, *, who: UserId, permission: str, context: PermissionContext, reason: Reason, missing: str | None
) -> None:
    """Each refusal says why, and which smallest grant would change it."""
    decision = await asked(house, who, permission, context)

    assert not decision.allowed
    assert (reason, missing) == told(decision)


@pytest.mark.parametrize(
    "context",
    [
        IN_TEAM,
        IN_PAIR,
        HELLO,
        PermissionContext(channel_id="none"),
        PermissionContext(message_id="none"),
        PermissionContext(channel_id=PLAZA, message_id="hello"),
        PermissionContext(channel_id=TEAM, owner_id=EVE),
    ],
)
@pytest.mark.parametrize("permission", ["message:send", "channel:join", "channel:discover", "role:read", "invoice:pay"])
async def test_what_one_may_not_know_of_is_as_what_does_not_exist(
    house: House, permission: str, context: PermissionContext
) -> None:
    """To a stranger a private channel, and all in it, answers as what there is not; nothing is missing."""
    unknown = PermissionDecision(allowed=False, reason=Reason.UNKNOWN)

    assert unknown == await asked(house, EVE, permission, context)


async def test_a_ban_from_a_private_channel_is_not_told(house: House) -> None:
    """Whoever was banned from a private channel learns no more of it than a stranger."""
    await house.ban(CARL, TEAM)

    assert (Reason.UNKNOWN, None) == told(await asked(house, CARL, "message:send", IN_TEAM))
    assert (Reason.UNKNOWN, None) == told(await asked(house, CARL, "message:delete", HELLO))


@pytest.mark.parametrize("permission", ["message:send", "channel:join"])
async def test_others_questions_leak_nothing(house: House, permission: str) -> None:
    """Who asks about another is refused alike for a channel that they may not know of, and for none."""
    contexts = (IN_TEAM, PermissionContext(channel_id="none"), HELLO, PermissionContext(message_id="none"))
    refusals = {await _refusal(house, permission, context) for context in contexts}

    assert 1 == len(refusals)


async def _refusal(house: House, permission: str, context: PermissionContext) -> str:
    with pytest.raises(AccessDeniedError) as raised:
        await asked(house, EVE, permission, context, CARL)
    return str(raised.value)


@pytest.mark.parametrize(
    ("permission", "context", "reason", "missing"),
    [
        ("message:send", IN_TEAM, Reason.NOT_A_MEMBER, assigned(GUEST, TEAM)),
        ("channel:update", IN_TEAM, Reason.NOT_A_MEMBER, assigned(CHANNEL_ADMIN, TEAM)),
        ("channel:join", IN_TEAM, Reason.NOT_INVITED, f"channel.invite(channel_id={TEAM!r})"),
        ("channel:join", IN_PAIR, Reason.NOT_INVITED, None),
        ("message:send", IN_PAIR, Reason.NOT_A_MEMBER, None),
        ("channel:update", IN_PAIR, Reason.NOT_A_MEMBER, assigned(ADMIN)),
    ],
)
async def test_those_who_may_see_it_are_told_the_truth(
    house: House, permission: str, context: PermissionContext, reason: Reason, missing: str | None
) -> None:
    """The host, asking about a stranger to a private channel, hears what they really lack."""
    assert (reason, missing) == told(await asked(house, HOST, permission, context, EVE))


@pytest.mark.parametrize(
    ("permission", "channel_id", "missing"),
    [
        ("message:send", PLAZA, assigned(GUEST, PLAZA)),
        ("message:send", TEAM, assigned(GUEST, TEAM)),
        ("channel:update", TEAM, assigned(CHANNEL_ADMIN, TEAM)),
        ("channel:join", PLAZA, f"channel.unban(channel_id={PLAZA!r})"),
        ("channel:join", TEAM, assigned(GUEST, TEAM)),
    ],
)
async def test_bans_are_explained(house: House, permission: str, channel_id: ChannelId, missing: str) -> None:
    """Of the banned it is told that they are, and the grant that lets them in again."""
    await house.ban(CARL, channel_id)
    decision = await asked(house, HOST, permission, PermissionContext(channel_id=channel_id), CARL)

    assert (Reason.BANNED, missing) == told(decision)


async def test_a_message_is_in_one_channel(house: House) -> None:
    """In a channel where a message was not said, it is as one that does not exist, though one may know of both."""
    context = PermissionContext(channel_id=PLAZA, message_id="hello")

    assert (Reason.UNKNOWN, None) == told(await asked(house, CARL, "message:delete", context))


async def test_what_one_said_is_ones_own_as_a_member_only(house: House) -> None:
    """Whoever is no member any more may not delete what they said there; to edit it, they lack the membership."""
    await house.ban(CARL, PLAZA)

    assert (Reason.NOT_GRANTED, assigned(CHANNEL_MODERATOR, PLAZA)) == told(
        await asked(house, CARL, "message:delete", HI)
    )
    assert (Reason.BANNED, assigned(GUEST, PLAZA)) == told(await asked(house, CARL, "message:edit", HI))
    assert Reason.NOT_GRANTED is (await asked(house, CARL, "user:manage", HI)).reason


async def test_the_muted_may_not_speak_but_read(house: House) -> None:
    """Whoever is muted lacks a voice for what needs one, until the mute is over, and nothing else."""
    await house.mute(CARL, TEAM)
    silent = (Reason.MUTED, f"channel.unmute(channel_id={TEAM!r})")

    assert silent == told(await asked(house, CARL, "message:send", IN_TEAM))
    assert silent == told(await asked(house, CARL, "message:edit", HELLO))
    assert (await asked(house, CARL, "channel:read", IN_TEAM)).allowed
    assert (await asked(house, CARL, "message:delete", HELLO)).allowed
    await house.clock.advance(3_600)
    assert (await asked(house, CARL, "message:send", IN_TEAM)).allowed


async def test_an_invitation_lets_its_invitee_join(house: House) -> None:
    """Whoever a pending invitation names may join, and learns nothing else of the channel; later no more."""
    await house.invite(EVE, TEAM)

    assert (await asked(house, EVE, "channel:join", IN_TEAM)).allowed
    assert (await asked(house, HOST, "channel:join", IN_TEAM, EVE)).allowed
    assert Reason.UNKNOWN is (await asked(house, EVE, "message:send", IN_TEAM)).reason
    await house.clock.advance(3_600)
    assert Reason.UNKNOWN is (await asked(house, EVE, "channel:join", IN_TEAM)).reason


async def test_a_role_counts_only_where_one_may_know_of_the_channel(house: House) -> None:
    """A role that holds everywhere counts in a private channel only for whoever may know of it."""
    await house.given(EVE, "channel:update")

    assert (await asked(house, EVE, "channel:update", IN_PLAZA)).allowed
    assert Reason.UNKNOWN is (await asked(house, EVE, "channel:update", IN_TEAM)).reason
    unseen = await asked(house, HOST, "channel:update", IN_TEAM, EVE)
    assert (Reason.NOT_A_MEMBER, assigned(GUEST, TEAM)) == told(unseen)


async def test_an_admin_manages_every_channel_without_reading_it(house: House) -> None:
    """What is asked inside takes membership, whatever one holds."""
    await house.host.assign_role(user_id=EVE, role_id=ADMIN)

    assert (await asked(house, EVE, "channel:delete", IN_TEAM)).allowed
    inside = await asked(house, EVE, "channel:read", IN_TEAM)
    assert (Reason.NOT_A_MEMBER, assigned(GUEST, TEAM)) == told(inside)
    joining = await asked(house, EVE, "channel:join", IN_TEAM)
    assert (Reason.NOT_INVITED, f"channel.invite(channel_id={TEAM!r})") == told(joining)


async def test_the_hosts_own_permissions_are_decided_by_roles(house: House) -> None:
    """What stands in no row is allowed by roles alone: those held in the channel it is asked in, and everywhere."""
    await house.given(CARL, "invoice:*", scope=PLAZA)
    await house.given(EVE, "*:approve")

    assert (await asked(house, CARL, "invoice:approve", IN_PLAZA)).allowed
    assert not (await asked(house, CARL, "invoice:approve", IN_TEAM)).allowed
    assert not (await asked(house, CARL, "invoice:approve")).allowed
    assert (await asked(house, EVE, "invoice:approve", IN_PLAZA)).allowed
    assert not (await asked(house, EVE, "invoice:approved")).allowed


async def test_asking_about_another_takes_role_read(house: House) -> None:
    """Another's rights are shown to whoever reads roles there; a right there shows nothing elsewhere."""
    await house.host.assign_role(user_id=BERT, role_id=CHANNEL_ADMIN, scope=TEAM)

    assert (await asked(house, BERT, "message:send", IN_TEAM, CARL)).allowed
    with pytest.raises(AccessDeniedError):
        await asked(house, BERT, "message:send", IN_PLAZA, CARL)
    with pytest.raises(AccessDeniedError):
        await asked(house, BERT, "channel:create", NOWHERE, CARL)


async def test_the_deleted_may_nothing_and_learn_nothing(house: House) -> None:
    """A deleted user is told to be one, and is refused every question."""
    await house.gone(CARL)

    assert (Reason.DEACTIVATED, None) == told(await asked(house, HOST, "message:send", IN_TEAM, CARL))
    with pytest.raises(DeactivatedError):
        await asked(house, CARL, "channel:create")


@pytest.mark.parametrize("word", ["", "*", "Message", "a" * 51, "1a", "a:b", "a b", "é"])
async def test_one_asks_of_one_permission(house: House, word: str) -> None:
    """Neither a pattern nor anything else than a word is a resource or an action."""
    for resource, action in ((word, "read"), ("message", word)):
        with pytest.raises(InvalidInputError):
            await house.host.check_permission(resource=resource, action=action)


async def test_nobody_asks_in_the_hosts_name(house: House) -> None:
    """The id of a system is no user's, whose rights could be asked for."""
    with pytest.raises(InvalidInputError):
        await asked(house, EVE, "channel:create", NOWHERE, HOST)


async def test_require_returns_or_says_what_is_missing(house: House) -> None:
    """What is allowed passes; what is not, raises with the permission and the nearest grant."""
    await house.of(CARL).require(resource="message", action="send", context=IN_TEAM)
    with pytest.raises(AccessDeniedError) as refused:
        await house.of(CARL).require(resource="channel", action="update", context=IN_TEAM)

    assert "channel:update" == refused.value.permission
    assert assigned(CHANNEL_ADMIN, TEAM) == repr(refused.value.missing)


@pytest.mark.parametrize(
    ("context", "error"),
    [
        (IN_TEAM, ChannelNotFoundError),
        (PermissionContext(channel_id="none"), ChannelNotFoundError),
        (HELLO, NotFoundError),
        (PermissionContext(message_id="none"), NotFoundError),
    ],
)
async def test_require_finds_nothing_where_there_is_nothing(
    house: House, context: PermissionContext, error: type[Exception]
) -> None:
    """What one may not know of is not found, as what does not exist."""
    with pytest.raises(error) as raised:
        await house.of(EVE).require(resource="message", action="delete", context=context)

    assert error is type(raised.value)


async def test_require_refuses_the_deleted_and_all_but_the_host(house: House) -> None:
    """A deleted user is refused as one; what is the host's own, as that."""
    await house.gone(CARL)

    with pytest.raises(DeactivatedError):
        await house.host.require(resource="message", action="send", user_id=CARL, context=IN_TEAM)
    with pytest.raises(AccessDeniedError):
        await house.of(EVE).require(resource="message", action="import")


async def test_an_edit_of_a_role_is_seen_by_the_next_check(house: House) -> None:
    """A changed role counts at once, for whoever holds it."""
    role_id = await house.given(EVE, "invoice:read")

    assert not (await asked(house, EVE, "invoice:pay")).allowed
    await house.host.update_role(role_id=role_id, permissions=["invoice:pay"])
    assert (await asked(house, EVE, "invoice:pay")).allowed
    assert not (await asked(house, EVE, "invoice:read")).allowed


async def test_anna_may_all_in_her_channel(house: House) -> None:
    """The owner holds each role of a channel."""
    for permission in ("channel:transfer", "role:assign", "message:delete", "channel:invite"):
        assert (await asked(house, ANNA, permission, IN_TEAM)).allowed
