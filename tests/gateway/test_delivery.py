"""The promise, end to end over real sockets: every acknowledged message reaches everybody, once and in order."""

from random import Random

import pytest

from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.testing.clocks import FrozenClock
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.virtual_bus import VirtualBus
from saiondo_core.testing.virtual_faults import Faults, Mishap, Mishaps, Weather
from tests.gateway.archives import Archive
from tests.gateway.storms import Storm, Talk
from tests.gateway.two_gateways import LONG, SEED, connected, two_gateways, until

FAULTS = 1_000 if LONG else 200
MESSAGES_PER_FAULT = 10
SENDERS, RECEIVERS, CHANNELS = 5, 20, 3


async def test_random_disconnects(caplog: pytest.LogCaptureFixture) -> None:
    """However often connections end, in whatever way, nothing is lost or doubled, and all logs are the store's.

    5 senders and 20 receivers, by two gateways between which they change, 3 channels; 200 connections end while 2,000
    messages are sent, and some of them edited, deleted and reacted to: five times as much where SAIONDO_LONG is set.
    Nobody writes on to who is gone, of which asyncio would warn.
    """
    async with two_gateways(people=SENDERS + RECEIVERS, channels=CHANNELS) as town:
        random = Random(town.seed)
        senders = [await town.guest(number) for number in range(SENDERS)]
        receivers = [await town.guest(number, channels=town.channels) for number in range(SENDERS, SENDERS + RECEIVERS)]
        storm = Storm(random, [server.port for server in town.servers])
        talk = Talk(town, random, senders)
        for _ in range(FAULTS):
            await talk.say(MESSAGES_PER_FAULT)
            await talk.change()
            await storm.strike([*senders, *receivers])
        await talk.settle()
        await town.await_delivery(receivers)
        await until(lambda: all(guest.has_lost_all_struck() for guest in [*senders, *receivers]))

        assert 5 == len(storm.struck), storm.struck
        assert 4 == len(talk.changes), talk.changes
        await talk.assert_stored_once()
        await town.assert_delivered(receivers)
        assert "socket.send()" not in caplog.text


async def test_a_bus_that_loses_doubles_and_reorders() -> None:
    """Where a tenth of all notes is lost, a tenth is doubled and a tenth is late, nothing that they hint at is."""
    weather = Weather()
    weather.change(Faults(notes=Mishaps(dropped=0.1, doubled=0.1, reordered=0.1)))
    bus = VirtualBus(Random(SEED), weather)
    async with two_gateways(people=8, channels=2, ports=cheap_ports(clock=SystemClock(), bus=bus)) as town:
        random = Random(town.seed)
        guests = [await town.guest(number, channels=town.channels) for number in range(8)]
        talk = Talk(town, random, guests)
        for _ in range(250 if LONG else 50):
            await talk.say(8)
            await talk.change()
        await talk.settle()
        await town.await_delivery(guests)

        assert {f"notes.{mishap}" for mishap in Mishap} == weather.struck.keys()
        await talk.assert_stored_once()
        await town.assert_delivered(guests)


async def test_the_last_note_is_lost() -> None:
    """Where the last note is lost, and silence follows, the event is told at the next comparison of heads, and then."""
    clock, weather = FrozenClock(), Weather()
    bus = VirtualBus(Random(SEED), weather)
    policy = RealTimePolicy()
    async with two_gateways(people=2, policy=policy, ports=cheap_ports(clock=clock, bus=bus)) as town:
        anna, bert = town.people
        async with connected(town.servers[1], bert) as client:
            joined = await client.say("join_channel", town.channels[0])
            weather.change(Faults(notes=Mishaps(dropped=1.0)))
            await town.talks[0].as_user(anna.user.id).message.send(channel_id=town.channels[0], content="hello")
            await town.talks[0].settle()
            await clock.advance(policy.head_check_seconds / 2)
            pong = await client.say("heartbeat")
            await clock.advance(policy.head_check_seconds / 2)
            event = await client.hear()

            assert {town.channels[0]: joined["data"]["head"]} == pong["data"]["heads"]
            assert "event" == event["type"]
            assert "event" not in {other["type"] for other in client.others}


@pytest.mark.parametrize("since", [0, 3, 6, 9])
async def test_a_store_is_set_back(since: int) -> None:
    """Where a store goes on from a backup, under the same epoch, every client is told so, and none mixes both pasts.

    Six messages are forgotten, and as many, fewer or more are sent instead. Some clients listen meanwhile, and some
    come back later.
    """
    archive = Archive()
    async with two_gateways(people=6, ports=archive.ports()) as town:
        channel_id = town.channels[0]
        guests = [await town.guest(number, channels=town.channels) for number in range(6)]
        send = town.talks[0].as_user(town.people[0].user.id).message.send

        async def say(*texts: str) -> list[str]:
            for text in texts:
                await send(channel_id=channel_id, content=text)
            return [each.event.stamp.id for each in await town.log_of(channel_id)]

        await until(lambda: all(guest.pasts[channel_id] for guest in guests))
        await say("before")
        backup = archive.backup()
        forgotten = await say(*(f"forgotten {number}" for number in range(6)))
        await town.await_delivery(guests)
        for guest in guests[3:]:
            await guest.leave()
        archive.set_back(backup)
        await say(*(f"instead {number}" for number in range(since)))
        for guest in guests[3:]:
            guest.come()
        await until(lambda: all(len(guest.pasts[channel_id]) == 2 for guest in guests))
        kept = await say("after")
        await town.await_delivery(guests)

        for guest in guests:
            first, second = guest.pasts[channel_id]
            assert [None, "epoch_changed"] == [first.reason, second.reason]
            assert forgotten[first.after :] == [event["event_id"] for event in first.events]
            assert kept[second.after :] == [event["event_id"] for event in second.events]
