"""What a client says: in order, once, and until it is answered."""

from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.client_effects import Settled, Transmit
from saiondo_core.realtime.frames import Data
from saiondo_core.realtime.requests import ReadReceipt
from tests.realtime.client_frames import HALL, TALK, ack, come_back, refusal, said, say, welcomed

A, B, C = say("a"), say("b"), say("c")


def test_messages_of_a_channel_go_one_after_the_other() -> None:
    """The next one is sent when the one before is answered, so that nothing can overtake it."""
    client = welcomed()
    (sent,) = client.send(TALK, A, 0.0)
    assert isinstance(sent, Transmit)

    assert [A] == said((sent,))
    assert () == client.send(TALK, B, 0.0)
    effects = client.received(ack("1"), 0.1)
    assert Settled(request=sent.frame, answer=ack("1").data) == effects[0]
    assert [B] == said(effects)
    assert () == client.received(ack("1"), 0.2)
    assert ((TALK, B),) == client.unsettled


def test_channels_do_not_wait_for_each_other() -> None:
    """A message is under way in each channel."""
    client = welcomed()

    assert [A, B] == said((*client.send(TALK, A, 0.0), *client.send(HALL, B, 0.0)))


def test_what_is_said_while_away_is_sent_on_return() -> None:
    """What was said before and after the connection was lost is sent in order, under its own key, and once."""
    client = welcomed()
    client.send(TALK, A, 0.0)
    client.lost(None, 1.0)

    assert () == client.send(TALK, B, 1.0)
    assert [A] == said(come_back(client, 2.0))
    assert () == client.send(TALK, C, 2.0)
    assert () == client.received(ack("1"), 2.0)
    assert [B] == said(client.received(ack("2"), 2.0))
    assert [C] == said(client.received(ack("3"), 2.0))
    client.received(ack("4"), 2.0)
    assert () == client.unsettled


def test_messages_go_before_anything_else_on_return() -> None:
    """What was not answered is sent again before any channel is joined."""
    client = welcomed()
    client.join(TALK, 0.0)
    client.send(HALL, A, 0.0)
    client.lost(None, 1.0)

    assert ["message", "join_channel"] == [data.type for data in said(come_back(client, 2.0))]


def test_an_answer_that_does_not_come_has_it_sent_again() -> None:
    """After 10 s a message is sent again as it was; either answer settles it."""
    client = welcomed()
    sent = client.send(TALK, A, 0.0)

    assert 10.0 == client.due
    assert () == client.ticked(9.9)
    assert sent == client.ticked(10.0)
    assert 20.0 == client.due
    assert 1 == len(client.received(ack("1"), 11.0))
    assert () == client.received(ack("1"), 11.0)


def test_what_is_put_off_is_sent_again_in_its_place() -> None:
    """An error that passes has the message sent again when the server said, and what follows it waits."""
    client = welcomed()
    sent = client.send(TALK, A, 0.0)
    client.send(TALK, B, 0.0)

    assert () == client.received(refusal("1", retryable=True, retry_after=7.0), 1.0)
    assert 8.0 == client.due
    assert () == client.ticked(7.9)
    assert sent == client.ticked(8.0)
    assert [B] == said(client.received(ack("1"), 9.0))


def test_what_is_put_off_waits_a_second_at_least() -> None:
    """A server that names no time, or too short a one, is not asked again and again."""
    for retry_after in (None, 0.0, -5.0, 0.2, float("nan")):
        client = welcomed()
        client.send(TALK, A, 0.0)
        client.received(refusal("1", retryable=True, retry_after=retry_after), 2.0)
        assert 3.0 == client.due


def test_what_is_refused_is_settled_and_the_next_goes() -> None:
    """Any other error settles the message, and does not hold up what follows."""
    client = welcomed()
    client.send(TALK, A, 0.0)
    client.send(TALK, B, 0.0)
    settled, *rest = client.received(refusal("1"), 1.0)

    assert isinstance(settled, Settled)
    assert refusal("1").data == settled.answer
    assert [B] == said(tuple(rest))


def test_a_read_receipt_is_said_until_it_is_answered_too() -> None:
    """A read receipt goes in its place among the messages, and again after a reconnect."""
    client = welcomed()
    receipt: Data = ReadReceipt(message_id=MessageId("m"))
    client.send(TALK, ReadReceipt(message_id=MessageId("m")), 0.0)
    client.lost(None, 1.0)

    assert [receipt] == said(come_back(client, 2.0))
    assert () == client.ticked(11.9)
    assert [receipt] == said(client.ticked(12.0))


def test_what_nobody_waits_for_is_told_all_the_same() -> None:
    """A complaint about no request is told; an answer to one that is settled already is passed over."""
    client = welcomed()

    assert (Settled(request=None, answer=refusal(None).data),) == client.received(refusal(None), 1.0)
    assert () == client.received(refusal("9"), 1.0)


def test_what_was_said_is_kept_over_a_goodbye() -> None:
    """After `disconnect`, what was not answered is still there, and goes out when the client connects again."""
    client = welcomed()
    client.send(TALK, A, 0.0)
    client.disconnect()

    assert ((TALK, A),) == client.unsettled
    client.connect()
    client.authorized("token")
    assert [A] == said(come_back(client, 5.0))
