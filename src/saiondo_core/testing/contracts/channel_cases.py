"""What the laws of `ChannelRepository` are tried on."""

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from saiondo_core.channels.events import ChannelUpdated
from saiondo_core.channels.model import (
    Channel,
    ChannelChange,
    ChannelId,
    ChannelRole,
    ChannelType,
    Invitation,
    InvitationId,
    Membership,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Event, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.testing.contracts.opening import Opener, missing

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ANNA, BERT, CARL = UserId("anna"), UserId("bert"), UserId("carl")
TEAM = ChannelId("team")


class ChannelLaws:
    """The fixture that all laws of `ChannelRepository` need."""

    @pytest.fixture
    def opener(self) -> Opener[ChannelRepository]:
        """Open an empty store of channels."""
        return missing(self)


def channel(
    channel_id: str = TEAM, *, owner_id: UserId = ANNA, type: ChannelType = ChannelType.PRIVATE, minute: int = 0
) -> Channel:
    """A new channel, made some minutes after noon."""
    at = NOON + timedelta(minutes=minute)
    return Channel(
        id=ChannelId(channel_id), name=channel_id, type=type, owner_id=owner_id, created_at=at, updated_at=at
    )


def member(user_id: UserId, channel_id: str = TEAM) -> Membership:
    """A new membership."""
    return Membership(channel_id=ChannelId(channel_id), user_id=user_id, joined_at=NOON)


def invitation(
    invitation_id: str, *, code: str, channel_id: str = TEAM, invitee_id: UserId | None = None
) -> Invitation:
    """A pending invitation by Anna."""
    return Invitation(
        id=InvitationId(invitation_id),
        channel_id=ChannelId(channel_id),
        inviter_id=ANNA,
        invitee_id=invitee_id,
        code=code,
        expires_at=NOON + timedelta(days=1),
    )


def events(*names: str, channel_id: str = TEAM) -> tuple[Event, ...]:
    """An event for each name, which is its id."""
    return tuple(
        ChannelUpdated(
            stamp=Stamp(id=EventId(name), at=NOON, actor=ANNA), channel_id=ChannelId(channel_id), membership_revision=1
        )
        for name in names
    )


def following(present: Channel) -> Channel:
    """The channel as a change has to bring it that was judged under *present*."""
    return evolve(present, membership_revision=present.next_revision)


async def add(channels: ChannelRepository, new: Channel, *others: UserId) -> Channel:
    """Keep *new* with its owner and *others* in it; its one event is named `<id> made`."""
    owner = evolve(member(new.owner_id, new.id), role=ChannelRole.OWNER)
    memberships = (owner, *(member(user_id, new.id) for user_id in others))
    await channels.add(channel=new, memberships=memberships, events=events(f"{new.id} made", channel_id=new.id))
    return new


async def delete(channels: ChannelRepository, present: Channel) -> None:
    """Delete *present*; the event is named `<id> deleted`."""
    change = ChannelChange(channel=evolve(following(present), deleted_at=NOON))
    await channels.change(change=change, events=events(f"{present.id} deleted", channel_id=present.id))


async def history(channels: ChannelRepository, channel_id: str = TEAM) -> list[str]:
    """The names of the events that the log has of a channel."""
    found = await channels.log.stream(stream=f"channel:{channel_id}", after=0, limit=1_000)
    return [recorded.event.stamp.id for recorded in found]


async def people(channels: ChannelRepository, channel_id: str = TEAM) -> list[str]:
    """The ids of the members of a channel."""
    return [found.user_id for found in await channels.members(channel_id=ChannelId(channel_id), after=None, limit=100)]
