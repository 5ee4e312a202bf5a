"""Bring messages from elsewhere."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from attrs import frozen

from saiondo_core.channels.errors import StaleMembershipError
from saiondo_core.channels.model import ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import SEND_TRIES, permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.policies import MESSAGE_IMPORT, Policy
from saiondo_core.kernel.retrying import rejudged
from saiondo_core.kernel.rights import UseCase
from saiondo_core.kernel.text import clean_metadata
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import (
    MENTIONS_MOST,
    Entry,
    Imported,
    Message,
    MessageDraft,
    MessageId,
    clean_client_message_id,
    clean_content,
    fingerprint,
)
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.users.ports import UserRepository

CHUNK = 500
"""How many messages are stored in one write."""


@frozen(kw_only=True)
class ImportMessagesUseCase(UseCase):
    """Bring messages from elsewhere, with the times they had there."""

    policy: ClassVar[Policy] = MESSAGE_IMPORT
    channels: ChannelRepository
    messages: MessageRepository
    users: UserRepository

    async def execute(self, *, channel_id: ChannelId, messages: Sequence[Imported]) -> tuple[Message, ...]:
        """Append *messages* to *channel_id*, in their order; only the system may.

        All are checked before the first is stored; then they are stored by 500, each 500 or none of them. With
        `client_message_id`s, importing again is safe. Senders need not be members, and no hook is asked.

        Returns:
            The messages as they are now, in the order given.

        Raises:
            SystemOnlyError: The call does not come through `as_system`.
            GateFailedError: It could not be decided whether it may.
            ChannelNotFoundError: No such channel.
            InvalidInputError: One of them is not valid: its field names it, as in `messages[3].content`.
            IdempotencyConflictError: A `client_message_id` was used for another body.
            StaleMembershipError: Who is in the channel changed over and over meanwhile.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.system(self.policy)
        drafts = tuple(self._draft(channel_id, index, imported) for index, imported in enumerate(messages))
        await permitted_standing(self.channels, self.acting, channel_id, actor, self.policy)
        chunks = tuple(range(0, len(drafts), CHUNK))
        for start in chunks:
            await self._check_what_they_name(start, drafts[start : start + CHUNK])
        return tuple(
            [message for start in chunks for message in await self._append(actor, drafts[start : start + CHUNK])]
        )

    def _draft(self, channel_id: ChannelId, index: int, imported: Imported) -> MessageDraft:
        key = imported.client_message_id
        mentions = tuple(dict.fromkeys(imported.mentions))
        if len(mentions) > MENTIONS_MOST:
            raise InvalidInputError(field=_field(index, "mentions"), expected=f"at most {MENTIONS_MOST} users")
        return MessageDraft(
            id=MessageId(self.acting.ids.new()),
            channel_id=channel_id,
            sender_id=imported.sender_id,
            content=clean_content(imported.content, _field(index, "content")),
            mentions=mentions,
            reply_to=imported.reply_to,
            metadata=clean_metadata(imported.metadata, _field(index, "metadata")),
            client_message_id=None if key is None else clean_client_message_id(key, _field(index, "client_message_id")),
            created_at=_clean_time(imported.created_at, _field(index, "created_at")),
        )

    async def _check_what_they_name(self, start: int, drafts: tuple[MessageDraft, ...]) -> None:
        named = {user_id: None for draft in drafts for user_id in (draft.sender_id, *draft.mentions)}
        known = {user.id for user in await self.users.get_many(user_ids=tuple(named))}
        for index, draft in enumerate(drafts, start):
            if draft.sender_id not in known:
                raise InvalidInputError(field=_field(index, "sender_id"), expected="a user")
            if not known.issuperset(draft.mentions):
                raise InvalidInputError(field=_field(index, "mentions"), expected="users")
            if draft.reply_to is not None:
                answered = await self.messages.get(message_id=draft.reply_to)
                if answered is None or not answered.can_be_answered_in(draft.channel_id):
                    raise InvalidInputError(field=_field(index, "reply_to"), expected="a message of the channel")

    async def _append(self, actor: Actor, drafts: tuple[MessageDraft, ...]) -> tuple[Message, ...]:
        async def attempt() -> tuple[Message, ...]:
            judged, standing = await permitted_standing(
                self.channels, self.acting, drafts[0].channel_id, actor, self.policy
            )
            revision = standing.channel.membership_revision
            entries = tuple(self._entry(judged, draft, revision) for draft in drafts)
            appended = await self.messages.append_many(entries=entries, membership_revision=revision)
            return tuple(each.message for each in appended)

        return await rejudged(attempt, on=StaleMembershipError, tries=SEND_TRIES)

    def _entry(self, judged: Actor, draft: MessageDraft, membership_revision: int) -> Entry:
        return Entry(
            draft=draft,
            fingerprint=fingerprint(
                type=draft.type,
                content=draft.content,
                reply_to=draft.reply_to,
                mentions=draft.mentions,
                metadata=draft.metadata,
            ),
            event=MessageSent(
                stamp=self.acting.stamp(judged),
                channel_id=draft.channel_id,
                membership_revision=membership_revision,
                message_id=draft.id,
                is_imported=True,
            ),
        )

    __call__ = execute


def _field(index: int, name: str) -> str:
    return f"messages[{index}].{name}"


def _clean_time(time: datetime, field: str) -> datetime:
    if time.tzinfo is None:
        raise InvalidInputError(field=field, expected="a time with its zone")
    utc = time.astimezone(UTC)
    return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
