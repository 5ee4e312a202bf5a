"""How a channel comes into being: what is settled before it exists, and the write that makes it."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from saiondo_core.channels.errors import ChannelKeyTakenError
from saiondo_core.channels.events import ChannelCreated, MemberJoined
from saiondo_core.channels.inputs import clean_choice, clean_description, clean_key, clean_name, direct_key
from saiondo_core.channels.model import Channel, ChannelId, ChannelRole, ChannelType, Membership
from saiondo_core.channels.people import check_active
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import CHANGE_TRIES
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_CREATE
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import Acting, valid_user_id
from saiondo_core.kernel.text import Json, clean_metadata
from saiondo_core.users.ports import UserRepository

MEMBERS_MOST = 1_000
"""How many members a channel may begin with, its owner included; more may join."""


@frozen(kw_only=True)
class Plan:
    """A channel that does not exist yet.

    Attributes:
        members: The owner first, then the others, each once.
    """

    name: str
    type: ChannelType
    members: tuple[UserId, ...]
    description: str | None
    key: str | None
    metadata: Mapping[str, Json] = field(hash=False)


def planned(
    owner: Actor,
    *,
    name: str,
    type: ChannelType | str,
    members: Sequence[UserId],
    description: str | None,
    key: str | None,
    metadata: Mapping[str, Json] | None,
) -> Plan:
    """The channel that *owner* wants, if there can be such a one.

    Raises:
        InvalidInputError: There cannot: see `CreateChannelUseCase`.
    """
    if owner.is_system:
        raise InvalidInputError(field="owner_id", expected="a user, named unbound or through as_user(id)")
    kind = clean_choice(ChannelType, type, "type")
    everybody = tuple(dict.fromkeys((owner.id, *map(valid_user_id, members))))
    if len(everybody) > MEMBERS_MOST:
        raise InvalidInputError(field="members", expected=f"at most {MEMBERS_MOST}, the owner included")
    host_key = None if key is None else clean_key(key)
    if kind is ChannelType.DIRECT:
        if host_key is not None:
            raise InvalidInputError(field="key", expected="none for a direct channel: its two members are its key")
        if len(everybody) != 2:  # noqa: PLR2004 - direct means between two
            raise InvalidInputError(field="members", expected="exactly one user beside the owner of a direct channel")
        host_key = direct_key(*everybody)
    return Plan(
        name=clean_name(name),
        type=kind,
        members=everybody,
        description=None if description is None else clean_description(description),
        key=host_key,
        metadata=clean_metadata(metadata),
    )


async def founded(
    plan: Plan, owner: Actor, acting: Acting, channels: ChannelRepository, users: UserRepository
) -> Channel:
    """The new channel that *plan* describes, with its members in it.

    Raises:
        AccessDeniedError: The owner may not make channels.
        UserNotFoundError: One of the members does not exist, or was deleted.
        ChannelKeyTakenError: Another channel has its key.
        StaleRightsError: The owner's rights were changed by others all the time.
    """

    async def attempt() -> Channel:
        judged = await acting.require(owner, CHANNEL_CREATE)
        return await _added(plan, judged, acting, channels, users)

    return await rejudged(attempt, tries=CHANGE_TRIES)


async def found_or_founded(
    plan: Plan, owner: Actor, acting: Acting, channels: ChannelRepository, users: UserRepository
) -> Channel:
    """The channel that has the key of *plan*, or else a new one: one channel, however many ask at once.

    Raises:
        AccessDeniedError: The owner may not make channels.
        UserNotFoundError: It is new, and one of the members does not exist, or was deleted.
        ChannelKeyTakenError: Others made and deleted such a channel all the time.
        StaleRightsError: The owner's rights were changed by others all the time.
    """

    async def attempt() -> Channel:
        present = None if plan.key is None else await channels.by_key(key=plan.key)
        judged = await acting.require(owner, CHANNEL_CREATE)
        return await _added(plan, judged, acting, channels, users) if present is None else present

    return await rejudged(attempt, on=ChannelKeyTakenError, tries=CHANGE_TRIES)


async def _added(
    plan: Plan, owner: Actor, acting: Acting, channels: ChannelRepository, users: UserRepository
) -> Channel:
    await check_active(users, *plan.members)
    now = acting.clock.now()
    channel = Channel(
        id=ChannelId(acting.ids.new()),
        key=plan.key,
        name=plan.name,
        description=plan.description,
        type=plan.type,
        owner_id=owner.id,
        metadata=plan.metadata,
        created_at=now,
        updated_at=now,
    )
    revision = channel.membership_revision
    created = ChannelCreated(stamp=acting.stamp(owner), channel_id=channel.id, membership_revision=revision)
    joined = (
        MemberJoined(stamp=acting.stamp(owner), channel_id=channel.id, membership_revision=revision, user_id=user_id)
        for user_id in plan.members
    )
    memberships = (
        Membership(
            channel_id=channel.id,
            user_id=user_id,
            role=ChannelRole.OWNER if user_id == owner.id else ChannelRole.MEMBER,
            joined_at=now,
        )
        for user_id in plan.members
    )
    await channels.add(channel=channel, memberships=tuple(memberships), events=(created, *joined))
    return channel
