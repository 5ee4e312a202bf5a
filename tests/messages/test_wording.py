"""What a message says in the end, on sending and on editing it."""

import pytest
from attrs import define, field

from saiondo_core.messages.errors import MessageRejectedError
from saiondo_core.messages.model import Allow, Judgement, MessageDraft, Reject, Replace
from saiondo_core.messages.ports import SendHook
from tests.messages.house import ANNA, BERT, CARL, TEAM, House


@define(eq=False)
class Scripted(SendHook):
    """A hook that gives one verdict, and remembers what it was asked about."""

    verdict: Judgement
    asked: list[MessageDraft] = field(factory=list[MessageDraft], init=False)

    async def __call__(self, draft: MessageDraft) -> Judgement:
        """See `SendHook`."""
        self.asked.append(draft)
        return self.verdict


async def test_the_hook_sees_what_would_be_stored(house: House) -> None:
    """It is asked once for a send and for an edit, with the mentions; a repeated send is not asked about."""
    house.hook = hook = Scripted(Allow())
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")
    assert message == await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")
    await anna.edit(message_id=message.id, content="Hello @carl")

    assert [("Hello @bert", (BERT,)), ("Hello @carl", (CARL,))] == [
        (draft.content, draft.mentions) for draft in hook.asked
    ]
    assert {message.id} == {draft.id for draft in hook.asked}


async def test_a_replacement_is_what_is_said(house: House) -> None:
    """The hook's text is stored in the place of the sender's, and mentions whom it mentions."""
    house.hook = Scripted(Replace(content="Hello @carl"))
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")
    assert ("Hello @carl", (CARL,)) == (message.content, message.mentions)
    assert message == await anna.send(channel_id=TEAM, content="Hello @bert", client_message_id="k")

    named = await anna.send(channel_id=TEAM, content="Hello", mentions=[BERT])
    assert ("Hello @carl", (BERT,)) == (named.content, named.mentions)


async def test_a_rejected_message_leaves_nothing(house: House) -> None:
    """The sender is told why; neither a send nor an edit is stored."""
    message = await house.of(ANNA).send(channel_id=TEAM, content="hello")
    events = await house.events()
    house.hook = Scripted(Reject(reason="spam"))
    with pytest.raises(MessageRejectedError) as refused:
        await house.of(ANNA).send(channel_id=TEAM, content="buy", client_message_id="k")
    with pytest.raises(MessageRejectedError):
        await house.of(ANNA).edit(message_id=message.id, content="buy")

    assert "spam" == refused.value.reason
    assert (message,) == await house.of(BERT).history(channel_id=TEAM)
    assert events == await house.events()


async def test_an_edit_that_the_hook_undoes_changes_nothing(house: House) -> None:
    """Where the hook leaves the text that is there already, there is no revision and no event."""
    house.hook = Scripted(Replace(content="***"))
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="damn")

    assert message == await anna.edit(message_id=message.id, content="damned")
    assert () == await anna.revisions(message.id)
    assert 1 == len(await house.events())
