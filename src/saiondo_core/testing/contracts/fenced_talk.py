"""All writes that carry events, of channels and of messages."""

from collections.abc import Awaitable, Mapping
from types import MappingProxyType
from typing import Final

from saiondo_core.channels.model import ChannelChange
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.events import Event
from saiondo_core.messages.events import ReactionAdded, ReactionRemoved
from saiondo_core.messages.model import Entry, Message, Reaction
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.testing.contracts.channel_cases import ANNA, BERT, add, channel, events, following, member
from saiondo_core.testing.contracts.fencing import Method, Prepare, Write, kept
from saiondo_core.testing.contracts.role_cases import Family
from saiondo_core.testing.contracts.talk import Talk, later, new_talk, stamp


async def _add_channel(family: Family) -> Write:
    channels = kept(family.channels)
    return Write(
        lambda events: channels.add(channel=channel(), memberships=(member(ANNA),), events=events), events("e1", "e2")
    )


async def _change_channel(family: Family) -> Write:
    channels = kept(family.channels)
    change = ChannelChange(channel=following(await add(channels, channel())), put=(member(BERT),))
    return Write(lambda events: channels.change(change=change, events=events), events("e1", "e2"))


async def _talk(family: Family) -> Talk:
    return await new_talk((kept(family.channels), kept(family.messages)))


async def _append(family: Family) -> Write:
    talk = await _talk(family)
    draft = talk.draft(key="key")

    def make(events: tuple[Event, ...]) -> Awaitable[object]:
        return talk.messages.append(draft=draft, fingerprint="hello", membership_revision=talk.revision, events=events)

    return Write(make, (talk.sent(draft), talk.sent(draft)))


async def _append_many(family: Family) -> Write:
    talk = await _talk(family)
    drafts = talk.draft("one", key="key"), talk.draft("two")

    def make(events: tuple[Event, ...]) -> Awaitable[object]:
        entries = tuple(
            Entry(draft=draft, fingerprint=draft.content, event=event)
            for draft, event in zip(drafts, events, strict=True)
        )
        return talk.messages.append_many(entries=entries, membership_revision=talk.revision)

    return Write(make, tuple(talk.sent(draft) for draft in drafts))


async def _replace(family: Family) -> Write:
    talk = await _talk(family)
    before = await talk.say()
    after, event = talk.edited(before, "edited")
    _, also = talk.edited(before, "edited")

    def make(events: tuple[Event, ...]) -> Awaitable[None]:
        return talk.messages.replace(before=before, after=after, membership_revision=talk.revision, events=events)

    return Write(make, (event, also))


async def _react(family: Family) -> Write:
    talk = await _talk(family)
    message = await talk.say()
    reaction = Reaction(message_id=message.id, user_id=ANNA, emoji="👍", created_at=later())

    def make(events: tuple[Event, ...]) -> Awaitable[None]:
        return talk.messages.react(reaction=reaction, most=1, membership_revision=talk.revision, events=events)

    return Write(make, _twice(ReactionAdded, talk, message))


async def _unreact(family: Family) -> Write:
    talk = await _talk(family)
    message = await talk.say()
    await talk.react(message.id, "👍")

    def make(events: tuple[Event, ...]) -> Awaitable[None]:
        return talk.messages.unreact(
            message_id=message.id, user_id=ANNA, emoji="👍", membership_revision=talk.revision, events=events
        )

    return Write(make, _twice(ReactionRemoved, talk, message))


def _twice(kind: type[ReactionAdded | ReactionRemoved], talk: Talk, message: Message) -> tuple[Event, ...]:
    return tuple(
        kind(
            stamp=stamp(),
            channel_id=message.channel_id,
            membership_revision=talk.revision,
            message_id=message.id,
            emoji="👍",
        )
        for _ in range(2)
    )


TALK: Final[Mapping[Method, Prepare]] = MappingProxyType(
    {
        ChannelRepository.add: _add_channel,
        ChannelRepository.change: _change_channel,
        MessageRepository.append: _append,
        MessageRepository.append_many: _append_many,
        MessageRepository.replace: _replace,
        MessageRepository.react: _react,
        MessageRepository.unreact: _unreact,
    }
)
"""What has to be there before each of these writes, by the port's method."""
