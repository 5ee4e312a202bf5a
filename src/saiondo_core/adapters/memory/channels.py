"""Channels, and who is in them, in this process's memory."""

from collections.abc import Iterable
from heapq import nlargest, nsmallest
from operator import attrgetter

from attrs import define, evolve

from saiondo_core.adapters.memory.log import MemoryLog
from saiondo_core.adapters.memory.rooms import Room, Rooms
from saiondo_core.channels.errors import (
    ChannelIdTakenError,
    ChannelKeyTakenError,
    InvitationCodeTakenError,
    StaleMembershipError,
)
from saiondo_core.channels.model import (
    Activity,
    Channel,
    ChannelChange,
    ChannelId,
    ChannelType,
    Invitation,
    InvitationId,
    InvitationState,
    Membership,
    Standing,
)
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId


@define(eq=False, repr=False)
class MemoryChannels(ChannelRepository):
    """Channels in *rooms*, which the memory store of messages shares."""

    rooms: Rooms

    @property
    def log(self) -> MemoryLog:
        """See `Logged.log`."""
        return self.rooms.log

    async def add(self, *, channel: Channel, memberships: tuple[Membership, ...], events: tuple[Event, ...]) -> None:
        """See `ChannelRepository.add`."""
        change = events[0].stamp.id
        known = self._ever(channel.id)
        if known is not None:
            if change in known.changes:
                return
            raise ChannelIdTakenError(channel_id=channel.id)
        if channel.key is not None and channel.key in self.rooms.by_key:
            raise ChannelKeyTakenError(key=channel.key)
        self.log.check(events)
        room = Room(channel=channel, changes={change}, members={member.user_id: member for member in memberships})
        self.rooms.by_id[channel.id] = room
        if channel.key is not None:
            self.rooms.by_key[channel.key] = channel.id
        if channel.type is ChannelType.PUBLIC:
            self.rooms.public.add(channel.id)
        for user_id in room.members:
            self.rooms.of_user[user_id].add(channel.id)
        self.log.record(events)

    async def change(self, *, change: ChannelChange, events: tuple[Event, ...]) -> Channel:
        """See `ChannelRepository.change`."""
        first, wanted = events[0].stamp.id, change.channel
        known = self._ever(wanted.id)
        if known is not None and first in known.changes:
            return known.channel
        room = self.rooms.by_id.get(wanted.id)
        if room is None or wanted.membership_revision != room.channel.next_revision:
            raise StaleMembershipError(channel_id=wanted.id)
        if any(
            self.rooms.codes.get(invitation.code, invitation.id) != invitation.id for invitation in change.invitations
        ):
            raise InvitationCodeTakenError
        self.log.check(events)
        room.changes.add(first)
        room.channel = evolve(
            wanted, last_sequence=room.channel.last_sequence, last_message_at=room.channel.last_message_at
        )
        self._change_people(room, change)
        self._keep_invitations(room, change.invitations)
        if wanted.deleted_at is not None:
            self._bury(room)
        self.log.record(events)
        return room.channel

    async def mark_read(self, *, channel_id: ChannelId, user_id: UserId, sequence: int) -> Membership | None:
        """See `ChannelRepository.mark_read`."""
        room = self.rooms.by_id.get(channel_id)
        if room is None or user_id not in room.members:
            return None
        member = room.members[user_id]
        read = max(member.read_sequence, min(sequence, room.channel.last_sequence))
        room.members[user_id] = evolve(member, read_sequence=read)
        return room.members[user_id]

    async def standing(self, *, channel_id: ChannelId, user_id: UserId) -> Standing | None:
        """See `ChannelRepository.standing`."""
        room = self.rooms.by_id.get(channel_id)
        return None if room is None else _standing(room, user_id)

    async def by_key(self, *, key: str) -> Channel | None:
        """See `ChannelRepository.by_key`."""
        channel_id = self.rooms.by_key.get(key)
        return None if channel_id is None else self.rooms.by_id[channel_id].channel

    async def memberships(self, *, channel_id: ChannelId, user_ids: tuple[UserId, ...]) -> tuple[Membership, ...]:
        """See `ChannelRepository.memberships`."""
        room = self.rooms.by_id.get(channel_id)
        return () if room is None else tuple(room.members[who] for who in {*user_ids} if who in room.members)

    async def members(self, *, channel_id: ChannelId, after: UserId | None, limit: int) -> tuple[Membership, ...]:
        """See `ChannelRepository.members`."""
        room = self.rooms.by_id.get(channel_id)
        there = () if room is None else room.members.values()
        following = (member for member in there if after is None or member.user_id > after)
        return tuple(nsmallest(limit, following, key=attrgetter("user_id")))

    async def of_user(self, *, user_id: UserId, before: Activity | None, limit: int) -> tuple[Standing, ...]:
        """See `ChannelRepository.of_user`."""
        own = self._latest(self.rooms.of_user.get(user_id, ()), before, limit)
        return tuple(_standing(room, user_id) for room in own)

    async def public(self, *, before: Activity | None, limit: int) -> tuple[Channel, ...]:
        """See `ChannelRepository.public`."""
        return tuple(room.channel for room in self._latest(self.rooms.public, before, limit))

    async def owned_by(self, *, user_id: UserId) -> tuple[Channel, ...]:
        """See `ChannelRepository.owned_by`."""
        own = (self.rooms.by_id[channel_id].channel for channel_id in sorted(self.rooms.of_user.get(user_id, ())))
        return tuple(channel for channel in own if channel.owner_id == user_id)

    async def invitation(self, *, invitation_id: InvitationId) -> Invitation | None:
        """See `ChannelRepository.invitation`."""
        channel_id = self.rooms.invitations.get(invitation_id)
        return None if channel_id is None else self.rooms.by_id[channel_id].invitations[invitation_id]

    async def invitation_by_code(self, *, code: str) -> Invitation | None:
        """See `ChannelRepository.invitation_by_code`."""
        invitation_id = self.rooms.codes.get(code)
        return None if invitation_id is None else await self.invitation(invitation_id=invitation_id)

    async def invitations_for(self, *, channel_id: ChannelId, user_id: UserId) -> tuple[Invitation, ...]:
        """See `ChannelRepository.invitations_for`."""
        room = self.rooms.by_id.get(channel_id)
        there = () if room is None else room.invitations.values()
        theirs = (found for found in there if found.invitee_id == user_id and found.state is InvitationState.PENDING)
        return tuple(sorted(theirs, key=attrgetter("id")))

    def _ever(self, channel_id: ChannelId) -> Room | None:
        return self.rooms.by_id.get(channel_id) or self.rooms.deleted.get(channel_id)

    def _latest(self, channel_ids: Iterable[ChannelId], before: Activity | None, limit: int) -> list[Room]:
        rooms = (self.rooms.by_id[channel_id] for channel_id in channel_ids)
        earlier = (room for room in rooms if before is None or room.channel.last_activity < before)
        return nlargest(limit, earlier, key=lambda room: room.channel.last_activity)

    def _change_people(self, room: Room, change: ChannelChange) -> None:
        for user_id in change.drop:
            if room.members.pop(user_id, None) is not None:
                self.rooms.of_user[user_id].discard(room.channel.id)
        last = room.channel.last_sequence
        for member in change.put:
            present = room.members.get(member.user_id)
            if present is None:
                room.members[member.user_id] = evolve(member, joined_sequence=last, read_sequence=last)
            else:
                read = max(present.read_sequence, min(member.read_sequence, last))
                room.members[member.user_id] = evolve(member, read_sequence=read)
            self.rooms.of_user[member.user_id].add(room.channel.id)
        room.bans.update((ban.user_id, ban) for ban in change.ban)
        for user_id in change.unban:
            room.bans.pop(user_id, None)

    def _keep_invitations(self, room: Room, invitations: tuple[Invitation, ...]) -> None:
        for invitation in invitations:
            room.invitations[invitation.id] = invitation
            self.rooms.invitations[invitation.id] = room.channel.id
            self.rooms.codes[invitation.code] = invitation.id

    def _bury(self, room: Room) -> None:
        """Take a deleted channel out of every index."""
        channel = room.channel
        self.rooms.deleted[channel.id] = self.rooms.by_id.pop(channel.id)
        self.rooms.public.discard(channel.id)
        if channel.key is not None:
            del self.rooms.by_key[channel.key]
        for user_id in room.members:
            self.rooms.of_user[user_id].discard(channel.id)
        for invitation in room.invitations.values():
            del self.rooms.invitations[invitation.id], self.rooms.codes[invitation.code]


def _standing(room: Room, user_id: UserId) -> Standing:
    return Standing(channel=room.channel, membership=room.members.get(user_id), is_banned=user_id in room.bans)
