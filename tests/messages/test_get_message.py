"""Looking at one message, and who may: what every use case on a message asks first."""

from collections.abc import Awaitable, Callable

import pytest

from saiondo_core.channels.errors import NotAMemberError
from saiondo_core.channels.model import ChannelId, ChannelType
from saiondo_core.kernel.policies import ADMIN
from saiondo_core.messages.errors import MessageNotFoundError
from saiondo_core.messages.model import MessageId
from tests.messages.house import ANNA, BERT, EVE, TEAM, House, Messages

Call = Callable[[Messages, MessageId], Awaitable[object]]
CALLS: dict[str, Call] = {
    "get": lambda use, message_id: use.get(message_id),
    "edit": lambda use, message_id: use.edit(message_id=message_id, content="edited"),
    "delete": lambda use, message_id: use.delete(message_id=message_id),
    "revisions": lambda use, message_id: use.revisions(message_id),
    "react": lambda use, message_id: use.react(message_id=message_id, emoji="👍"),
    "unreact": lambda use, message_id: use.unreact(message_id=message_id, emoji="👍"),
    "reactions": lambda use, message_id: use.reactions(message_id),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


async def test_members_see_it(house: House) -> None:
    """Members and the system see the message as it is now; once deleted, its tombstone."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    assert message == await house.of(BERT).get(message.id)
    assert message == await house.unbound.get.execute(message.id, user_id=BERT)
    assert message == await house.system.get(message.id)

    tombstone = await house.of(ANNA).delete(message_id=message.id)
    assert tombstone == await house.of(BERT).get(message.id)


@every_call
async def test_a_stranger_cannot_tell_it_from_none(house: House, call: Call) -> None:
    """What is said to who was never in the channel, or was removed, is what is said of an id that is no message."""
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    await house.remove(BERT)
    events = await house.events()
    for stranger in (EVE, BERT):
        answers: list[str] = []
        for message_id in (message.id, MessageId("unknown")):
            with pytest.raises(MessageNotFoundError) as refused:
                await call(house.of(stranger), message_id)
            assert refused.value.__cause__ is None
            assert refused.value.__suppress_context__ or refused.value.__context__ is None
            answers.append(str(refused.value).replace(message_id, "…"))
        assert 1 == len(set(answers))
    assert events == await house.events()


@every_call
async def test_a_public_channel_asks_to_be_joined(house: House, call: Call) -> None:
    """Everybody knows of a public channel, so who has not joined it is told to."""
    public = await house.channel(ANNA, id=ChannelId("public"), type=ChannelType.PUBLIC)
    message = await house.of(ANNA).send(channel_id=public, content="hello")
    with pytest.raises(NotAMemberError):
        await call(house.of(EVE), message.id)


@pytest.mark.parametrize("call", [pytest.param(call, id=name) for name, call in CALLS.items() if name != "delete"])
async def test_an_admin_is_no_member(house: House, call: Call) -> None:
    """Whoever manages all channels knows of each, but neither reads nor talks where they have not joined."""
    await house.grant(EVE, ADMIN)
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    with pytest.raises(NotAMemberError):
        await call(house.of(EVE), message.id)
