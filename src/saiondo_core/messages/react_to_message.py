"""Put an emoji to a message, take it back, and see who put which."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CHANNEL_READ, MESSAGE_REACT, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.errors import MessageDeletedError, StaleMessageError
from saiondo_core.messages.events import ReactionAdded, ReactionRemoved
from saiondo_core.messages.model import REACTIONS_MOST, MessageId, Reaction, clean_emoji
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.messages.standing import permitted_message


@frozen(kw_only=True)
class ReactUseCase(UseCase):
    """Put an emoji to a message."""

    policy: ClassVar[Policy] = MESSAGE_REACT
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, *, message_id: MessageId, emoji: str, user_id: UserId | None = None) -> None:
        """Put *emoji* to the message *message_id*, on behalf of *user_id*; the same one again changes nothing.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            MessageDeletedError: It was deleted.
            TooManyReactionsError: The user has put 20 different ones to it already.
            InvalidInputError: *emoji* is not 1 to 32 characters without blanks.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleRightsError: The acting user's rights were changed by others all the time.
            StaleMessageError: So did the message.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        clean = clean_emoji(emoji)
        await rejudged(
            lambda: self._attempt(actor, message_id, clean),
            on=(StaleMembershipError, StaleMessageError),
            tries=SEND_TRIES,
        )

    async def _attempt(self, actor: Actor, message_id: MessageId, emoji: str) -> None:
        judged, message, standing = await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy
        )
        if message.deleted_at is not None:
            raise MessageDeletedError(message_id=message_id)
        stamp = self.acting.stamp(judged)
        revision = standing.channel.membership_revision
        event = ReactionAdded(
            stamp=stamp,
            channel_id=message.channel_id,
            membership_revision=revision,
            message_id=message_id,
            emoji=emoji,
        )
        reaction = Reaction(message_id=message_id, user_id=actor.id, emoji=emoji, created_at=stamp.at)
        await self.messages.react(reaction=reaction, most=REACTIONS_MOST, membership_revision=revision, events=(event,))

    __call__ = execute


@frozen(kw_only=True)
class UnreactUseCase(UseCase):
    """Take an emoji back."""

    policy: ClassVar[Policy] = MESSAGE_REACT
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, *, message_id: MessageId, emoji: str, user_id: UserId | None = None) -> None:
        """Take *emoji* of *user_id* from the message *message_id*; where it is not, nothing changes.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            InvalidInputError: *emoji* is not 1 to 32 characters without blanks.
            StaleMembershipError: Who is in the channel changed over and over while this was being judged.
            StaleRightsError: The acting user's rights were changed by others all the time.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        clean = clean_emoji(emoji)
        await rejudged(lambda: self._attempt(actor, message_id, clean), on=StaleMembershipError, tries=SEND_TRIES)

    async def _attempt(self, actor: Actor, message_id: MessageId, emoji: str) -> None:
        judged, message, standing = await permitted_message(
            self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy
        )
        revision = standing.channel.membership_revision
        event = ReactionRemoved(
            stamp=self.acting.stamp(judged),
            channel_id=message.channel_id,
            membership_revision=revision,
            message_id=message_id,
            emoji=emoji,
        )
        await self.messages.unreact(
            message_id=message_id, user_id=actor.id, emoji=emoji, membership_revision=revision, events=(event,)
        )

    __call__ = execute


@frozen(kw_only=True)
class ListReactionsUseCase(UseCase):
    """See who put which emoji to a message."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository

    async def execute(self, message_id: MessageId, *, user_id: UserId | None = None) -> tuple[Reaction, ...]:
        """Give *user_id* the reactions to the message *message_id*.

        Returns:
            The reactions, in the order they were put.

        Raises:
            MessageNotFoundError: No such message, or none the user may know of.
            NotAMemberError: Its channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        reactions = await self.messages.reactions(message_id=message_id)
        # Judged last: whoever is removed meanwhile is given nothing that came after.
        await permitted_message(self.messages, self.channels, self.acting, message_id, actor=actor, policy=self.policy)
        return reactions

    __call__ = execute
