"""Where each message was said."""

from saiondo_core.messages.speech import MessageSpeech
from tests.messages.house import BERT, TEAM, House


async def test_every_message_was_said_somewhere(house: House) -> None:
    """Of each message, tombstones too, channel and sender are told; of nothing, nothing."""
    speech = MessageSpeech(messages=house.messages)
    message = await house.of(BERT).send(channel_id=TEAM, content="hello")
    assert (TEAM, BERT) == await speech.said(message_id=message.id)
    await house.of(BERT).delete(message_id=message.id)

    assert (TEAM, BERT) == await speech.said(message_id=message.id)
    assert await speech.said(message_id="unknown") is None
