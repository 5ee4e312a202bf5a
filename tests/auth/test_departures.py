"""What follows a deletion."""

from tests.auth.house import House


async def test_sessions_and_password_go_and_nobody_elses(house: House) -> None:
    """Each ending is told once, on behalf of whoever deleted."""
    anna, bert = await house.register(), await house.register("bert")
    await house.sign_in()
    await house.system.delete(anna.user.id)
    for _ in range(3):
        await house.relay()

    assert () == await house.sessions.of_user(user_id=anna.user.id)
    assert await house.credentials.get(user_id=anna.user.id) is None
    assert (bert.session,) == await house.of(bert.user.id).sessions()
    assert await house.credentials.get(user_id=bert.user.id) is not None
    ended = [event for event in await house.events(anna.user.id) if event.action == "session.ended"]
    assert ["system:host", "system:host"] == [event.stamp.actor for event in ended]


async def test_who_came_back_is_left_alone(house: House) -> None:
    """What began before the deletion ends, even if told late and often; what began after it stays."""
    anna = await house.register()
    await house.of(anna.user.id).delete()
    await house.clock.advance(1)
    await house.system.ensure(id=anna.user.id, username="anna")
    issued = await house.system.issue(user_id=anna.user.id, ttl=60)
    for _ in range(2):
        await house.relay()

    assert (issued.session,) == await house.of(anna.user.id).sessions()


async def test_other_events_change_nothing(house: House) -> None:
    """Signing in and changing a profile are no departures."""
    anna = await house.register()
    await house.of(anna.user.id).update(display_name="Anna")
    before = await house.recorded()
    await house.relay()

    assert before == await house.recorded()
    assert (anna.session,) == await house.of(anna.user.id).sessions()
