"""Rights that are taken away while somebody uses them, at any moment of it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest
from attrs import define

from saiondo_core.auth.model import AuthSession
from saiondo_core.kernel.errors import AccessDeniedError
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import UserId
from saiondo_core.permissions.gate import RolesGate
from saiondo_core.testing.schedules import Interruption, at_every_moment
from tests.auth.house import Desk, House

Call = Callable[[Desk, AuthSession], Awaitable[object]]
Taking = Callable[[House, UserId], Awaitable[None]]


async def revoke(house: House, user_id: UserId) -> None:
    """Take the role."""
    await house.unmake_admin(user_id)


async def delete(house: House, user_id: UserId) -> None:
    """Delete the user."""
    await house.system.delete(user_id)


WRITES: Mapping[str, Call] = {
    "update": lambda bert, anna: bert.update(anna.user.id, display_name="A"),
    "delete": lambda bert, anna: bert.delete(anna.user.id),
    "revoke": lambda bert, anna: bert.revoke(anna.session.id, user_id=anna.user.id),
    "everywhere": lambda bert, anna: bert.logout.everywhere(anna.user.id),
}
READS: Mapping[str, Call] = {
    "get": lambda bert, anna: bert.get(anna.user.id),
    "list": lambda bert, _: bert.list(),
    "sessions": lambda bert, anna: bert.sessions(anna.user.id),
    "update to the same": lambda bert, anna: bert.update(anna.user.id, locale="en"),
}


@define
class Scene:
    """An admin, Bert, who does something to Anna while his rights are taken at one moment."""

    house: House
    anna: AuthSession
    bert: UserId
    refused: bool = False

    @classmethod
    async def opened(cls) -> "Scene":
        """Anna is signed in twice, and Bert is an admin."""
        house = House()
        anna = await house.register()
        await house.sign_in()
        bert = (await house.register("bert")).user.id
        await house.make_admin(bert)
        return cls(house, anna, bert)

    def interrupt(self, interruption: Interruption) -> None:
        """Let it happen around whatever the use cases and the gate ask."""
        house = self.house
        house.gate = RolesGate(interruption.around(house.roles))
        house.users = interruption.around(house.users)
        house.sessions = interruption.around(house.sessions)

    async def play(self, call: Call) -> object:
        """What Bert is given."""
        try:
            return await call(self.house.of(self.bert), self.anna)
        except AccessDeniedError:
            self.refused = True
            return None

    async def done(self) -> Sequence[Event]:
        """What Bert has done to Anna."""
        return [event for event in await self.house.events(self.anna.user.id) if event.stamp.actor == self.bert]


@pytest.mark.parametrize("taking", [revoke, delete])
@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES)
async def test_nothing_is_done_with_rights_that_were_taken(call: Call, taking: Taking) -> None:
    """Each write comes before the taking, or not at all; whoever has not done all of it by then is refused."""
    outcomes: list[bool] = []

    async def scenario(moment: int) -> bool:
        scene = await Scene.opened()
        before: list[Sequence[Event]] = []

        async def take() -> None:
            await taking(scene.house, scene.bert)
            before.append(await scene.done())

        interruption = Interruption(moment, take)
        scene.interrupt(interruption)
        await scene.play(call)
        if interruption.happened:
            assert before == [await scene.done()]
            outcomes.append(scene.refused)
        return interruption.happened

    await at_every_moment(scenario)
    assert sorted(outcomes, reverse=True) == outcomes
    assert {True, False} == set(outcomes)


@pytest.mark.parametrize("taking", [revoke, delete])
@pytest.mark.parametrize("call", READS.values(), ids=READS)
async def test_nothing_is_shown_that_came_after(call: Call, taking: Taking) -> None:
    """Neither an address, nor a session, nor anything else that began once the rights were taken."""

    async def scenario(moment: int) -> bool:
        scene = await Scene.opened()

        async def take() -> None:
            await taking(scene.house, scene.bert)
            # Everybody may see names, whom nobody deleted.
            name = "later" if taking is delete else "Anna"
            await scene.house.of(scene.anna.user.id).update(email="later@example.org", display_name=name)
            await scene.house.sign_in("later", client="later")

        interruption = Interruption(moment, take)
        scene.interrupt(interruption)
        assert "later" not in repr(await scene.play(call))
        return interruption.happened

    assert 4 <= await at_every_moment(scenario)
