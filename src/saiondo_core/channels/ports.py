"""Where channels, and who is in them, are kept."""

from abc import abstractmethod
from typing import Protocol

from saiondo_core.channels.model import (
    Activity,
    Channel,
    ChannelChange,
    ChannelId,
    Invitation,
    InvitationId,
    Membership,
    Standing,
)
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.ports import Logged


class ChannelRepository(Logged, Protocol):
    """The channels, their memberships, bans and invitations. One family with the messages: they share one log.

    Laws:
        - add_then_read_is_the_same: What was added is read back by id, by key and by member, field by field.
        - add_is_idempotent: The same channel again, with the same events, changes and records nothing.
        - keys_are_unique: A taken key raises `ChannelKeyTakenError`; a deleted channel's key is free.
        - other_channel_under_the_id_conflicts: Another channel under a taken id raises `ChannelIdTakenError`.
        - parallel_adds_have_one_winner: Of parallel adds under one key, one is stored.
        - change_needs_the_revision_before: A change that was not judged under the present revision raises
          `StaleMembershipError`.
        - change_is_idempotent: The same change again, with the same events, changes and records nothing, and gives the
          channel as it is now.
        - parallel_changes_have_one_winner: Of parallel changes judged under one revision, one is stored.
        - change_is_all_or_nothing: A refused change leaves no membership, ban, invitation or event.
        - change_keeps_what_the_store_counts: `last_sequence` and `last_message_at` are never set by a change.
        - joining_starts_at_the_last_sequence: A new membership's `read_sequence` and `joined_sequence` are the
          channel's `last_sequence`.
        - read_only_rises: Neither `mark_read` nor a change lowers a `read_sequence`; none exceeds `last_sequence`.
        - mark_read_needs_a_membership: `mark_read` by a non-member gives None, and leaves nothing.
        - standing_is_of_one_revision: Channel, membership and ban of a standing are of the same moment.
        - deleted_is_gone: A deleted channel, and its invitations, are found by no read.
        - lists_go_by_last_activity: `of_user` and `public` give the latest activity first, before a given one, at most
          `limit`.
        - lists_are_of_their_own: `of_user` gives the user's own channels; `public` the public ones, `owned_by` those
          the user owns.
        - members_go_by_user: `members` gives memberships by user id, after one, at most `limit`.
        - invitations_are_found: By id and by code, as they are now.
        - pending_invitations_are_found_by_invitee: `invitations_for` gives the channel's pending ones that name the
          user, the expired among them too, by id, and no other.
        - codes_are_unique: A code that another invitation has, in any channel, raises `InvitationCodeTakenError`.
        - writes_carry_their_events: Each write's events are in the channel's stream, in order, with gap-free offsets.
    """

    __slots__ = ()

    @abstractmethod
    async def add(self, *, channel: Channel, memberships: tuple[Membership, ...], events: tuple[Event, ...]) -> None:
        """Keep a new channel with its first members, and record *events*."""

    @abstractmethod
    async def change(self, *, change: ChannelChange, events: tuple[Event, ...]) -> Channel:
        """Make *change*, record *events* (at least one), and give the channel as it is now."""

    @abstractmethod
    async def mark_read(self, *, channel_id: ChannelId, user_id: UserId, sequence: int) -> Membership | None:
        """Raise a member's `read_sequence` to *sequence*, at most to the channel's last; as it is now."""

    @abstractmethod
    async def standing(self, *, channel_id: ChannelId, user_id: UserId) -> Standing | None:
        """How the user stands to that channel."""

    @abstractmethod
    async def by_key(self, *, key: str) -> Channel | None:
        """The channel with that key."""

    @abstractmethod
    async def memberships(self, *, channel_id: ChannelId, user_ids: tuple[UserId, ...]) -> tuple[Membership, ...]:
        """The memberships of those users who are members, in no particular order."""

    @abstractmethod
    async def members(self, *, channel_id: ChannelId, after: UserId | None, limit: int) -> tuple[Membership, ...]:
        """The memberships of the users whose ids follow *after*, by user id."""

    @abstractmethod
    async def of_user(self, *, user_id: UserId, before: Activity | None, limit: int) -> tuple[Standing, ...]:
        """The user's channels whose last activity is before *before*, latest first."""

    @abstractmethod
    async def public(self, *, before: Activity | None, limit: int) -> tuple[Channel, ...]:
        """The public channels whose last activity is before *before*, latest first."""

    @abstractmethod
    async def owned_by(self, *, user_id: UserId) -> tuple[Channel, ...]:
        """The channels that the user owns, by id."""

    @abstractmethod
    async def invitation(self, *, invitation_id: InvitationId) -> Invitation | None:
        """The invitation of that id."""

    @abstractmethod
    async def invitation_by_code(self, *, code: str) -> Invitation | None:
        """The invitation with that code."""

    @abstractmethod
    async def invitations_for(self, *, channel_id: ChannelId, user_id: UserId) -> tuple[Invitation, ...]:
        """The invitations of that channel that name the user, and were neither answered nor taken back, by id."""
