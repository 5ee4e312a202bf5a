"""Bringing messages from elsewhere."""

from datetime import datetime, timedelta, timezone

import pytest
from attrs import evolve

from saiondo_core.channels.errors import ChannelNotFoundError
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.refusals import SystemOnlyError
from saiondo_core.messages.errors import IdempotencyConflictError
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.import_messages import CHUNK
from saiondo_core.messages.model import Imported, MessageId, MessageType
from saiondo_core.testing.clocks import FrozenClock
from tests.messages.house import ANNA, BERT, EVE, TEAM, House

THEN = FrozenClock().now() - timedelta(days=3_650)
OLD = Imported(sender_id=EVE, content="old", created_at=THEN)


async def test_messages_keep_their_times(house: House) -> None:
    """Order, senders (members or not) and times are kept, to the millisecond and in UTC; nobody's hook is asked."""
    seoul = timezone(timedelta(hours=9))
    first = await house.of(ANNA).send(channel_id=TEAM, content="first")
    messages = await house.system.import_many(
        channel_id=TEAM,
        messages=[
            evolve(OLD, mentions=(BERT, ANNA, BERT), metadata={"from": "irc"}, reply_to=first.id),
            Imported(sender_id=ANNA, content="e\u0301", created_at=datetime(2020, 1, 1, 9, 0, 0, 1_999, seoul)),
        ],
    )

    assert (first, *messages) == await house.of(BERT).history(channel_id=TEAM)
    old, new = messages
    assert (2, EVE, MessageType.TEXT, THEN) == (old.sequence, old.sender_id, old.type, old.created_at)
    assert ((BERT, ANNA), {"from": "irc"}, first.id) == (old.mentions, old.metadata, old.reply_to)
    assert ("é", "2020-01-01T00:00:00.001000+00:00") == (new.content, new.created_at.isoformat())
    imported = [recorded.event for recorded in (await house.log())[2:]]
    assert [True, True] == [isinstance(event, MessageSent) and event.is_imported for event in imported]
    assert {"system:host"} == {event.stamp.actor for event in imported}


async def test_only_the_system_imports(house: House) -> None:
    """Nobody else may say when something was said, and by whom; and the channel must exist."""
    for use in (house.of(ANNA), house.unbound):
        with pytest.raises(SystemOnlyError):
            await use.import_many(channel_id=TEAM, messages=[OLD])
    with pytest.raises(ChannelNotFoundError):
        await house.system.import_many(channel_id=ChannelId("unknown"), messages=[])


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("content", evolve(OLD, content=" ")),
        ("created_at", evolve(OLD, created_at=datetime(2020, 1, 1))),  # noqa: DTZ001 - what is refused
        ("client_message_id", evolve(OLD, client_message_id="")),
        ("metadata", evolve(OLD, metadata={"a": "a" * 4_096})),
        ("sender_id", evolve(OLD, sender_id=UserId("unknown"))),
        ("mentions", evolve(OLD, mentions=(ANNA, UserId("unknown")))),
        ("mentions", evolve(OLD, mentions=tuple(UserId(f"user{number}") for number in range(51)))),
        ("reply_to", evolve(OLD, reply_to=MessageId("unknown"))),
    ],
)
async def test_an_error_names_the_message(house: House, field: str, wrong: Imported) -> None:
    """All are checked before the first is stored, also those of a later 500; the field tells which is wrong."""
    messages = [*[OLD] * CHUNK, wrong, OLD]
    with pytest.raises(InvalidInputError) as refused:
        await house.system.import_many(channel_id=TEAM, messages=messages)

    assert f"messages[500].{field}" == refused.value.field
    assert [] == await house.events()


async def test_a_long_import_is_gap_free(house: House) -> None:
    """1,201 messages come back in their order, with sequences and offsets that follow each other."""
    old = [evolve(OLD, content=f"{number}") for number in range(2 * CHUNK + 201)]
    messages = await house.system.import_many(channel_id=TEAM, messages=old)

    assert [each.content for each in old] == [message.content for message in messages]
    assert list(range(1, 1_202)) == [message.sequence for message in messages]
    assert list(range(1, 1_203)) == [recorded.offset for recorded in await house.log()]


async def test_importing_again_is_safe(house: House) -> None:
    """With keys, a repeated import gives the same messages as they are now; another text under a key is a conflict."""
    old = [evolve(OLD, content=f"{number}", client_message_id=f"{number}") for number in range(3)]
    messages = await house.system.import_many(channel_id=TEAM, messages=old[:2])
    tombstone = await house.of(ANNA).delete(message_id=messages[0].id)
    again = await house.system.import_many(channel_id=TEAM, messages=old)
    assert (tombstone, messages[1]) == again[:2]
    assert [1, 2, 3] == [message.sequence for message in again]

    events = await house.events()
    with pytest.raises(IdempotencyConflictError):
        await house.system.import_many(channel_id=TEAM, messages=[OLD, evolve(old[0], content="other")])
    assert events == await house.events()


async def test_nothing_is_an_import_too(house: House) -> None:
    """No messages: nothing happens."""
    assert () == await house.system.import_many(channel_id=TEAM, messages=())
    assert [] == await house.events()
