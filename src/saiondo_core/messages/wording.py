"""What a message says in the end: whom it mentions, and what the host's hook makes of it."""

from typing import TypeVar

from attrs import evolve

from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.errors import MessageRejectedError, TooManyMentionsError
from saiondo_core.messages.mentions import mentioned_in
from saiondo_core.messages.model import MENTIONS_MOST, Allow, Auto, MessageDraft, Reject, Replace
from saiondo_core.messages.ports import SendHook
from saiondo_core.users.ports import UserRepository

D = TypeVar("D", bound=MessageDraft)


async def worded(
    draft: D,
    asked: tuple[UserId, ...] | Auto,
    *,
    channels: ChannelRepository,
    users: UserRepository,
    hook: SendHook,
) -> D:
    """*draft* as it may be stored: with its mentions, and with the text that *hook* lets pass.

    Mentions that are read from the text are read from the one that is stored.

    Raises:
        InvalidInputError: Somebody whom *asked* names is not a member.
        TooManyMentionsError: It mentions more than 50 members.
        MessageRejectedError: The hook rejected it.
        HookFailedError: The hook failed, and fails closed.
    """
    draft = await _addressed(draft, asked, channels, users)
    match await hook(draft):
        case Allow():
            return draft
        case Replace(content=content):
            return await _addressed(evolve(draft, content=content), asked, channels, users)
        case Reject(reason=reason):
            raise MessageRejectedError(reason=reason)


async def _addressed(
    draft: D, asked: tuple[UserId, ...] | Auto, channels: ChannelRepository, users: UserRepository
) -> D:
    if isinstance(asked, Auto):
        mentions = await mentioned_in(draft.content, draft.channel_id, channels=channels, users=users)
        if len(mentions) > MENTIONS_MOST:
            raise TooManyMentionsError
    else:
        mentions = asked
        members = await channels.memberships(channel_id=draft.channel_id, user_ids=asked) if asked else ()
        if len(members) < len(asked):
            raise InvalidInputError(field="mentions", expected="members of the channel")
    return draft if mentions == draft.mentions else evolve(draft, mentions=mentions)
