"""Saying something."""

import asyncio
from random import Random

import pytest

from saiondo_core.channels.errors import ChannelNotFoundError, MutedError, NotAMemberError, StaleMembershipError
from saiondo_core.channels.model import ChannelId, ChannelRole, ChannelType
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.decisions import Actor, PermissionDecision, Reason
from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.gates import Gate
from saiondo_core.kernel.ids import RoleId, UserId
from saiondo_core.kernel.policies import MEMBER, MESSAGE_SEND, Grant, MissingGrant, Policy
from saiondo_core.kernel.refusals import ActorMismatchError, MissingActorError
from saiondo_core.kernel.text import Json
from saiondo_core.messages.errors import IdempotencyConflictError, MessageNotFoundError, TooManyMentionsError
from saiondo_core.messages.events import MessageSent
from saiondo_core.messages.model import MENTIONS_MOST, Allow, Judgement, Message, MessageDraft, MessageId, MessageType
from saiondo_core.messages.ports import MessageRepository, SendHook
from saiondo_core.testing.schedules import interleaved
from tests.messages.house import ANNA, BERT, CARL, EVE, TEAM, House


async def test_what_was_sent_is_there(house: House) -> None:
    """A message is stored with all that its sender gave, and one event tells of it."""
    first = await house.of(BERT).send(channel_id=TEAM, content="first")
    message = await house.of(ANNA).send(
        channel_id=TEAM,
        content="Hello @bert, 안녕",
        reply_to=first.id,
        metadata={"order": 42},
        client_message_id="mine",
    )

    expected = Message(
        id=message.id,
        channel_id=TEAM,
        sequence=2,
        sender_id=ANNA,
        type=MessageType.TEXT,
        content="Hello @bert, 안녕",
        mentions=(BERT,),
        reply_to=first.id,
        metadata={"order": 42},
        client_message_id="mine",
        created_at=house.clock.now(),
    )
    assert expected == message
    assert (first, message) == await house.of(CARL).history(channel_id=TEAM)
    sent = (await house.log())[-1].event
    assert isinstance(sent, MessageSent)
    assert (message.id, ANNA, False) == (sent.message_id, sent.stamp.actor, sent.is_imported)


async def test_the_sender_may_be_named(house: House) -> None:
    """Unbound, the call names its sender; a bound call names nobody else."""
    assert ANNA == (await house.unbound.send.execute(channel_id=TEAM, sender_id=ANNA, content="hello")).sender_id
    with pytest.raises(MissingActorError):
        await house.unbound.send(channel_id=TEAM, content="hello")
    with pytest.raises(ActorMismatchError):
        await house.of(BERT).send(channel_id=TEAM, sender_id=ANNA, content="hello")


@pytest.mark.parametrize("content", ["", " \n\t", "a" * 2_001, "NUL \x00", "lone \ud800"])
async def test_content_is_1_to_2000_characters(house: House, content: str) -> None:
    """Blank, overlong and broken text is refused before anything is looked up, and leaves nothing."""
    for channel_id in (TEAM, ChannelId("unknown")):
        with pytest.raises(InvalidInputError) as refused:
            await house.of(ANNA).send(channel_id=channel_id, content=content)
        assert "content" == refused.value.field
    assert [] == await house.events()


async def test_the_longest_content_fits(house: House) -> None:
    """2,000 code points are allowed, counted in NFC."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="e\u0301" * 2_000)

    assert "é" * 2_000 == message.content


async def test_metadata_is_bounded(house: House) -> None:
    """Metadata over 4 KiB or over 5 deep is refused."""
    deep: list[Json] = []
    for _ in range(5):
        deep = [deep]
    for metadata in ({"long": "a" * 4_096}, {"deep": deep}):
        with pytest.raises(InvalidInputError) as refused:
            await house.of(ANNA).send(channel_id=TEAM, content="hello", metadata=metadata)
        assert "metadata" == refused.value.field


async def test_outsiders_cannot_send(house: House) -> None:
    """A private channel does not exist for them; a public one they must join."""
    await house.channel(ANNA, id=ChannelId("public"), type=ChannelType.PUBLIC)
    for channel_id, error in (
        (TEAM, ChannelNotFoundError),
        (ChannelId("unknown"), ChannelNotFoundError),
        (ChannelId("public"), NotAMemberError),
    ):
        with pytest.raises(error):
            await house.of(EVE).send(channel_id=channel_id, content="hello")


async def test_a_role_may_not_be_allowed_to_send(house: House) -> None:
    """The gate is asked for `message:send` in the channel, with the sender's roles there."""

    class Mute(Gate):
        async def decide(
            self, *, actor: Actor, policy: Policy, roles: tuple[RoleId, ...], scope: str | None, own: bool
        ) -> PermissionDecision:
            asked = (actor, policy, roles, scope, own)
            allowed = asked != (Actor(id=BERT), MESSAGE_SEND, (MEMBER,), TEAM, False)
            return PermissionDecision(allowed=allowed, reason=Reason.ROLE if allowed else Reason.NOT_GRANTED)

    house.gate = Mute()
    await house.of(ANNA).send(channel_id=TEAM, content="hello")
    with pytest.raises(AccessDeniedError):
        await house.of(BERT).send(channel_id=TEAM, content="hello")


async def test_a_guest_talks(house: House) -> None:
    """Whoever is only a guest says, edits, deletes and reads like a member."""
    await house.join(EVE, role=ChannelRole.GUEST)
    eve = house.of(EVE)
    message = await eve.send(channel_id=TEAM, content="hello")
    edited = await eve.edit(message_id=message.id, content="Hello!")
    await eve.react(message_id=message.id, emoji="👍")

    assert (edited,) == await eve.history(channel_id=TEAM)
    assert house.clock.now() == (await eve.delete(message_id=message.id)).deleted_at


async def test_the_muted_cannot_send_for_a_while(house: House) -> None:
    """Until their time is over, the muted are refused and told when it is, and what would end it before."""
    await house.join(BERT, muted_for=60)
    with pytest.raises(MutedError) as refused:
        await house.of(BERT).send(channel_id=TEAM, content="hello")

    await house.clock.advance(59.999)
    with pytest.raises(MutedError):
        await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.clock.advance(0.001)
    assert refused.value.until == house.clock.now()
    assert MissingGrant(operation=Grant.UNMUTE, scope=TEAM) == refused.value.missing
    await house.of(BERT).send(channel_id=TEAM, content="hello")


async def test_the_system_sends_system_messages(house: House) -> None:
    """The host speaks under its own name in any channel, without being a member."""
    message = await house.system.send(channel_id=TEAM, content="The server restarts at noon.")

    assert (MessageType.SYSTEM, "system:host") == (message.type, message.sender_id)
    assert 1 == await house.unread(ANNA)


async def test_a_reply_needs_something_to_reply_to(house: House) -> None:
    """What is elsewhere, deleted or nowhere cannot be answered."""
    elsewhere = await house.channel(ANNA, EVE, id=ChannelId("elsewhere"))
    other = await house.of(EVE).send(channel_id=elsewhere, content="elsewhere")
    deleted = await house.of(ANNA).send(channel_id=TEAM, content="deleted")
    await house.of(ANNA).delete(message_id=deleted.id)
    for reply_to in (other.id, deleted.id, MessageId("unknown")):
        with pytest.raises(MessageNotFoundError) as refused:
            await house.of(ANNA).send(channel_id=TEAM, content="yes", reply_to=reply_to)
        assert reply_to == refused.value.message_id


async def test_named_mentions_must_be_members(house: House) -> None:
    """Mentions that are given stand for themselves, each once, whatever the text says; strangers are refused."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="Hello @carl", mentions=[BERT, ANNA, BERT])
    assert (BERT, ANNA) == message.mentions
    assert () == (await house.of(ANNA).send(channel_id=TEAM, content="Hello @carl", mentions=[])).mentions

    for stranger in (EVE, UserId("unknown")):
        with pytest.raises(InvalidInputError) as refused:
            await house.of(ANNA).send(channel_id=TEAM, content="hello", mentions=[BERT, stranger])
        assert "mentions" == refused.value.field


async def test_at_most_50_are_mentioned(house: House) -> None:
    """50 members can be mentioned, named or in the text; 51 cannot."""
    crowd = [await house.user(f"user{number}") for number in range(MENTIONS_MOST + 1)]
    await house.channel(ANNA, *crowd, id=ChannelId("crowd"))
    text = " ".join(f"@{user_id}" for user_id in crowd)
    send = house.of(ANNA).send
    with pytest.raises(TooManyMentionsError):
        await send(channel_id=ChannelId("crowd"), content="hello", mentions=crowd)
    with pytest.raises(TooManyMentionsError):
        await send(channel_id=ChannelId("crowd"), content=text)

    most = tuple(crowd[:-1])
    assert most == (await send(channel_id=ChannelId("crowd"), content="hello", mentions=most)).mentions
    assert most == (await send(channel_id=ChannelId("crowd"), content=text.removesuffix(" @user50"))).mentions


async def test_a_repeated_send_is_one_message(house: House) -> None:
    """200 keys, each sent 50 times at once, are 200 messages; each sender of a key is given the same one."""
    house.channels, house.messages = _yielding(house)
    send = house.of(ANNA).send
    answers = await asyncio.gather(
        *(
            send(channel_id=TEAM, content=f"message {key}", client_message_id=f"key {key}")
            for _ in range(50)
            for key in range(200)
        )
    )

    assert 200 == len({message.id for message in answers})
    assert [MessageSent] * 200 == await house.events()
    assert list(range(1, 201)) == sorted({message.sequence for message in answers})


async def test_a_repeated_send_gives_the_message_as_it_is_now(house: House) -> None:
    """After an edit, a deletion and years, the same send is still the same message, and no new one."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")
    edited = await anna.edit(message_id=message.id, content="Good-bye")
    await house.clock.advance(10**8)
    assert edited == await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")

    tombstone = await anna.delete(message_id=message.id)
    assert tombstone == await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")
    assert 1 == len(await anna.history(channel_id=TEAM))


async def test_another_body_under_the_same_key_is_a_conflict(house: House) -> None:
    """Text, reply, mentions and metadata are the body; a conflict changes nothing, even with the edited text."""
    anna = house.of(ANNA)
    other = await anna.send(channel_id=TEAM, content="other")
    message = await anna.send(channel_id=TEAM, content="hello", client_message_id="k")
    await anna.edit(message_id=message.id, content="edited")
    events = await house.events()
    sends = (
        anna.send(channel_id=TEAM, content="edited", client_message_id="k"),
        anna.send(channel_id=TEAM, content="hello", client_message_id="k", reply_to=other.id),
        anna.send(channel_id=TEAM, content="hello", client_message_id="k", mentions=()),
        anna.send(channel_id=TEAM, content="hello", client_message_id="k", metadata={"a": 1}),
    )
    for send in sends:
        with pytest.raises(IdempotencyConflictError):
            await send
    assert events == await house.events()


async def test_bodies_are_compared_as_they_were_asked_for(house: House) -> None:
    """What the hook made of it, who is a member now, and what became of the reply do not make it another body."""
    anna = house.of(ANNA)
    first = await anna.send(channel_id=TEAM, content="first")
    message = await anna.send(channel_id=TEAM, content="yes @carl", reply_to=first.id, client_message_id="k")
    await anna.delete(message_id=first.id)
    await house.remove(CARL)

    assert message == await anna.send(channel_id=TEAM, content="yes @carl", reply_to=first.id, client_message_id="k")


async def test_a_key_gives_nothing_to_who_left(house: House) -> None:
    """Who was removed is not shown their message again: the channel is none of theirs any more."""
    await house.of(BERT).send(channel_id=TEAM, content="hello", client_message_id="k")
    await house.remove(BERT)
    with pytest.raises(ChannelNotFoundError):
        await house.of(BERT).send(channel_id=TEAM, content="hello", client_message_id="k")


async def test_a_send_is_judged_again_when_members_come_and_go(house: House) -> None:
    """A change of the membership between check and write costs a second look, and at the third the send gives up."""
    joins = 0

    class Restless(SendHook):
        async def __call__(self, draft: MessageDraft) -> Judgement:  # noqa: ARG002 - whatever it is
            nonlocal joins
            if joins:
                joins -= 1
                await house.join(EVE)
            return Allow()

    house.hook = Restless()
    joins = 2
    assert 1 == (await house.of(ANNA).send(channel_id=TEAM, content="hello")).sequence
    joins = 3
    with pytest.raises(StaleMembershipError):
        await house.of(ANNA).send(channel_id=TEAM, content="hello")
    assert 1 == (await house.events()).count(MessageSent)


def _yielding(house: House) -> tuple[ChannelRepository, MessageRepository]:
    return interleaved(house.channels, Random(1)), interleaved(house.messages, Random(2))
