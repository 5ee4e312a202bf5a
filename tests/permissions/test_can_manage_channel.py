"""The two questions that are asked most."""

import pytest

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.ids import UserId
from tests.permissions.house import ANNA, BERT, CARL, EVE, PLAZA, TEAM, House


@pytest.mark.parametrize(
    ("who", "channel_id", "expected"),
    [(ANNA, TEAM, True), (BERT, TEAM, False), (EVE, TEAM, False), (EVE, PLAZA, False), (ANNA, ChannelId("no"), False)],
)
async def test_who_manages_a_channel(house: House, who: UserId, channel_id: ChannelId, expected: bool) -> None:
    """Whoever may change what it says of itself; of an unknown channel nobody."""
    assert expected is await house.of(who).can_manage_channel(channel_id=channel_id)


@pytest.mark.parametrize(
    ("who", "message_id", "expected"),
    [(CARL, "hello", True), (BERT, "hello", True), (EVE, "hello", False), (EVE, "hi", False), (ANNA, "no", False)],
)
async def test_who_may_delete_a_message(house: House, who: UserId, message_id: str, expected: bool) -> None:
    """A member who said it, and whoever moderates; an unknown message nobody."""
    assert expected is await house.of(who).can_delete_message(message_id=message_id)


async def test_of_others_it_is_told_to_whoever_reads_roles(house: House) -> None:
    """The owner learns it of others, a member does not."""
    assert await house.of(ANNA).can_delete_message(message_id="hello", user_id=BERT)
    assert not await house.of(ANNA).can_manage_channel(channel_id=TEAM, user_id=BERT)
    with pytest.raises(AccessDeniedError):
        await house.of(CARL).can_manage_channel(channel_id=TEAM, user_id=BERT)
    with pytest.raises(AccessDeniedError):
        await house.of(CARL).can_delete_message(message_id="hello", user_id=BERT)
