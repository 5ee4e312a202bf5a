"""What the laws of messages are tried on: a channel in a fresh pair of stores, and people who talk in it."""

from datetime import datetime, timedelta
from itertools import count

from attrs import define, evolve

from saiondo_core.channels.events import ChannelCreated, ChannelDeleted, MemberJoined
from saiondo_core.channels.model import Channel, ChannelChange, ChannelId, ChannelRole, ChannelType, Membership
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Recorded, Stamp
from saiondo_core.kernel.ids import EventId, UserId
from saiondo_core.messages.events import MessageDeleted, MessageEdited, MessageSent, ReactionAdded, ReactionRemoved
from saiondo_core.messages.model import Appended, Message, MessageDraft, MessageId, Reaction
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.randomness import CountingIds

ANNA, BERT, CARL = UserId("anna"), UserId("bert"), UserId("carl")

_IDS = CountingIds()
_SECONDS = count()


def later() -> datetime:
    """A time after every earlier one."""
    return FrozenClock().now() + timedelta(seconds=next(_SECONDS))


def stamp(actor: UserId = ANNA) -> Stamp:
    """What the next event has in common with all."""
    return Stamp(id=EventId(_IDS.new()), at=later(), actor=actor)


@define(eq=False)
class Talk:
    """A private channel of Anna, its owner, and Bert.

    Attributes:
        channel: As it was made, or as its last change left it.
    """

    channels: ChannelRepository
    messages: MessageRepository
    channel: Channel

    @property
    def revision(self) -> int:
        """What is judged now is judged under this."""
        return self.channel.membership_revision

    def draft(
        self, content: str = "hello", *, sender: UserId = ANNA, key: str | None = None, id: MessageId | None = None
    ) -> MessageDraft:
        """Something to say."""
        return MessageDraft(
            id=MessageId(_IDS.new()) if id is None else id,
            channel_id=self.channel.id,
            sender_id=sender,
            content=content,
            mentions=(BERT,),
            metadata={"mood": ["fine", 1, None]},
            client_message_id=key,
            created_at=later(),
        )

    def sent(self, draft: MessageDraft) -> MessageSent:
        """The event that *draft* was sent."""
        return MessageSent(
            stamp=stamp(draft.sender_id),
            channel_id=draft.channel_id,
            membership_revision=self.revision,
            message_id=draft.id,
        )

    async def append(
        self, draft: MessageDraft, *, fingerprint: str | None = None, revision: int | None = None
    ) -> Appended:
        """Append *draft*; its fingerprint is its text, unless told."""
        return await self.messages.append(
            draft=draft,
            fingerprint=draft.content if fingerprint is None else fingerprint,
            membership_revision=self.revision if revision is None else revision,
            events=(self.sent(draft),),
        )

    async def say(self, content: str = "hello", *, sender: UserId = ANNA, key: str | None = None) -> Message:
        """Say something new."""
        return (await self.append(self.draft(content, sender=sender, key=key))).message

    def edited(self, message: Message, content: str) -> tuple[Message, MessageEdited]:
        """*message*, saying *content*, and the event of that."""
        event = MessageEdited(
            stamp=stamp(), channel_id=self.channel.id, membership_revision=self.revision, message_id=message.id
        )
        return evolve(message, content=content, edited_at=event.stamp.at), event

    async def edit(self, message: Message, content: str) -> Message:
        """Let *message* say *content*."""
        after, event = self.edited(message, content)
        await self.messages.replace(before=message, after=after, membership_revision=self.revision, events=(event,))
        return after

    async def delete(self, message: Message) -> Message:
        """Leave a tombstone of *message*."""
        event = MessageDeleted(
            stamp=stamp(), channel_id=self.channel.id, membership_revision=self.revision, message_id=message.id
        )
        after = evolve(message, content="", mentions=(), metadata={}, deleted_at=event.stamp.at)
        await self.messages.replace(before=message, after=after, membership_revision=self.revision, events=(event,))
        return after

    async def react(
        self, message_id: MessageId, emoji: str, *, user: UserId = ANNA, most: int = 20, revision: int | None = None
    ) -> Reaction:
        """Put *emoji* to a message."""
        event = ReactionAdded(
            stamp=stamp(user),
            channel_id=self.channel.id,
            membership_revision=self.revision,
            message_id=message_id,
            emoji=emoji,
        )
        reaction = Reaction(message_id=message_id, user_id=user, emoji=emoji, created_at=event.stamp.at)
        await self.messages.react(
            reaction=reaction,
            most=most,
            membership_revision=self.revision if revision is None else revision,
            events=(event,),
        )
        return reaction

    async def unreact(
        self, message_id: MessageId, emoji: str, *, user: UserId = ANNA, revision: int | None = None
    ) -> None:
        """Take *emoji* back."""
        event = ReactionRemoved(
            stamp=stamp(user),
            channel_id=self.channel.id,
            membership_revision=self.revision,
            message_id=message_id,
            emoji=emoji,
        )
        await self.messages.unreact(
            message_id=message_id,
            user_id=user,
            emoji=emoji,
            membership_revision=self.revision if revision is None else revision,
            events=(event,),
        )

    async def join(self, user_id: UserId) -> None:
        """Add a member, which raises the channel's revision."""
        after = evolve(self.channel, membership_revision=self.revision + 1)
        member = Membership(channel_id=self.channel.id, user_id=user_id, joined_at=later())
        event = MemberJoined(
            stamp=stamp(user_id),
            channel_id=after.id,
            membership_revision=after.membership_revision,
            user_id=user_id,
        )
        self.channel = await self.channels.change(change=ChannelChange(channel=after, put=(member,)), events=(event,))

    async def close(self) -> None:
        """Delete the channel."""
        after = evolve(self.channel, membership_revision=self.revision + 1, deleted_at=later())
        event = ChannelDeleted(stamp=stamp(), channel_id=after.id, membership_revision=after.membership_revision)
        await self.channels.change(change=ChannelChange(channel=after), events=(event,))

    async def history(self) -> tuple[Message, ...]:
        """The newest thousand messages."""
        return await self.messages.history(channel_id=self.channel.id, before=None, after=None, limit=1_000)

    async def log(self) -> tuple[Recorded, ...]:
        """The first ten thousand events of the channel."""
        return await self.messages.log.stream(stream=f"channel:{self.channel.id}", after=0, limit=10_000)


async def new_talk(stores: tuple[ChannelRepository, MessageRepository]) -> Talk:
    """Make a new channel in *stores*."""
    channels, messages = stores
    at = later()
    channel = Channel(
        id=ChannelId(_IDS.new()), name="team", type=ChannelType.PRIVATE, owner_id=ANNA, created_at=at, updated_at=at
    )
    owner = Membership(channel_id=channel.id, user_id=ANNA, role=ChannelRole.OWNER, joined_at=at)
    member = Membership(channel_id=channel.id, user_id=BERT, joined_at=at)
    event = ChannelCreated(stamp=stamp(), channel_id=channel.id, membership_revision=1)
    await channels.add(channel=channel, memberships=(owner, member), events=(event,))
    return Talk(channels, messages, channel)
