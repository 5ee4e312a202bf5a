"""What a message said before."""

from saiondo_core.messages.model import Revision
from tests.messages.house import ANNA, BERT, TEAM, House


async def test_every_replaced_text_is_kept(house: House) -> None:
    """Each edit leaves what was said before it, oldest first, with the edit's time, for any member to see."""
    anna = house.of(ANNA)
    message = await anna.send(channel_id=TEAM, content="one")
    assert () == await anna.revisions(message.id)
    expected: list[Revision] = []
    for before, after in (("one", "two"), ("two", "three"), ("three", "one")):
        await house.clock.advance(1)
        await anna.edit(message_id=message.id, content=after)
        expected.append(Revision(message_id=message.id, content=before, edited_at=house.clock.now()))

    assert tuple(expected) == await house.of(BERT).revisions(message.id)
    assert tuple(expected) == await house.unbound.revisions.execute(message.id, user_id=BERT)
