"""Asking many questions at once."""

import pytest

from saiondo_core.adapters.memory.channels import MemoryChannels
from saiondo_core.channels.model import ChannelId, Standing
from saiondo_core.kernel.errors import AccessDeniedError, InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.permissions.model import PermissionCheck, PermissionContext
from tests.permissions.house import ANNA, BERT, CARL, EVE, PLAZA, TEAM, House

CHECKS = tuple(
    PermissionCheck(resource=resource, action=action, context=context)
    for resource, action in (("message", "send"), ("message", "delete"), ("channel", "join"), ("user", "manage"))
    for context in (
        PermissionContext(),
        PermissionContext(channel_id=TEAM),
        PermissionContext(channel_id=PLAZA),
        PermissionContext(message_id="hello"),
        PermissionContext(message_id="none"),
        PermissionContext(owner_id=CARL),
    )
)


class Counted(MemoryChannels):
    """Channels that count how often somebody's standing is read."""

    read: list[ChannelId]

    async def standing(self, *, channel_id: ChannelId, user_id: UserId) -> Standing | None:
        """See `ChannelRepository.standing`."""
        self.read.append(channel_id)
        return await super().standing(channel_id=channel_id, user_id=user_id)


@pytest.mark.parametrize("who", [ANNA, BERT, CARL, EVE])
async def test_each_answer_is_the_one_of_a_single_question(house: House, who: UserId) -> None:
    """Many questions at once are answered as one after the other."""
    single = [
        await house.of(who).check_permission(resource=check.resource, action=check.action, context=check.context)
        for check in CHECKS
    ]

    assert tuple(single) == await house.of(who).check_many(checks=CHECKS)


async def test_each_channel_is_read_once(house: House) -> None:
    """However many questions name a channel, how somebody stands to it is read once for all of them."""
    house.channels = counted = Counted(house.rooms)
    counted.read = []
    await house.of(CARL).check_many(checks=CHECKS)

    assert sorted([TEAM, PLAZA]) == sorted(counted.read)


async def test_questions_about_another_take_role_read_wherever_they_are_asked(house: House) -> None:
    """One place where the actor may not see it refuses all."""
    in_team, in_plaza = (
        PermissionCheck(resource="message", action="send", context=PermissionContext(channel_id=channel_id))
        for channel_id in (TEAM, PLAZA)
    )
    await house.given(BERT, "role:read", scope=TEAM)

    assert (True,) == tuple(
        decision.allowed for decision in await house.of(BERT).check_many(checks=(in_team,), user_id=CARL)
    )
    with pytest.raises(AccessDeniedError):
        await house.of(BERT).check_many(checks=(in_team, in_plaza), user_id=CARL)


async def test_questions_are_bounded(house: House) -> None:
    """200 questions are answered, one more is refused."""
    check = PermissionCheck(resource="user", action="read")

    assert 200 == len(await house.of(EVE).check_many(checks=(check,) * 200))
    with pytest.raises(InvalidInputError):
        await house.of(EVE).check_many(checks=(check,) * 201)
