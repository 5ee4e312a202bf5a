"""The sweeper of sessions and credentials."""

from saiondo_core.auth.model import Credential
from saiondo_core.auth.sweeping import PAGE
from saiondo_core.kernel.ids import UserId
from tests.auth.house import DAY, MINUTE, House


async def orphan(house: House, name: str) -> UserId:
    """Leave a credential whose user never came to be."""
    user_id = UserId(name)
    credential = Credential(user_id=user_id, digest="d", changed_at=house.clock.now())
    await house.credentials.put(credential=credential, replaces=None, events=())
    return user_id


async def test_expired_sessions_go_and_others_stay(house: House) -> None:
    """Those whose time is up leave the store; the sweeper then rests for a minute."""
    old = await house.register()
    await house.clock.advance(DAY)
    new = await house.sign_in()
    await house.clock.advance(29 * DAY)

    assert 60.0 == await house.sweeper().step()
    assert [new.session] == [found.session for found in await house.sessions.of_user(user_id=old.user.id)]


async def test_a_full_page_is_followed_at_once(house: House) -> None:
    """While there is more to remove the sweeper does not rest."""
    await house.system.ensure(id="anna", username="anna")
    for _ in range(PAGE + 1):
        await house.system.issue(user_id=UserId("anna"), ttl=1)
    await house.clock.advance(1)
    sweeper = house.sweeper()

    assert [0.0, 60.0] == [await sweeper.step() for _ in range(2)]
    assert () == await house.sessions.of_user(user_id=UserId("anna"))


async def test_credentials_without_a_user_go_after_an_hour(house: House) -> None:
    """Not sooner, for a registration may be under way; those of users stay, however old."""
    anna = await house.register()
    left = await orphan(house, "left")
    await house.clock.advance(60 * MINUTE - 0.001)
    sweeper = house.sweeper()
    await sweeper.step()
    assert await house.credentials.get(user_id=left) is not None
    await house.clock.advance(0.001)
    await sweeper.step()

    assert await house.credentials.get(user_id=left) is None
    assert await house.credentials.get(user_id=anna.user.id) is not None


async def test_the_sweep_goes_through_all_credentials_and_begins_anew(house: House) -> None:
    """A page a step, to the end, and again: what was too young is found the next time round."""
    for number in range(PAGE + 10):
        user = await house.system.ensure(id=f"{number:04}", username=f"u{number}")
        await orphan(house, user.id)
    early, late = await orphan(house, "0000 early"), await orphan(house, "9999 late")
    await house.clock.advance(60 * MINUTE)
    young = await orphan(house, "0001 young")
    sweeper = house.sweeper()
    await sweeper.step()
    assert await house.credentials.get(user_id=early) is None
    assert await house.credentials.get(user_id=late) is not None
    await sweeper.step()
    assert await house.credentials.get(user_id=late) is None
    await house.clock.advance(60 * MINUTE)
    await sweeper.step()

    assert await house.credentials.get(user_id=young) is None
    assert PAGE + 10 == len(await house.credentials.list(after=None, limit=10_000))
