"""However often a message is sent, it is stored once: lost acknowledgements, and many who send it at the same time."""

import asyncio
import json
from collections import Counter
from random import Random

from attrs import define, evolve, field

from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.ports import cheap_ports
from saiondo_core.testing.schedules import interleaved
from saiondo_core.testing.websocket_frames import Frame
from tests.gateway.two_gateways import QUICK, SEED, connected, two_gateways

SENDS = 5_000
SENDERS = 10
KEYS, AT_ONCE = 200, 50


@define(eq=False)
class Loser:
    """Loses the first acknowledgement of some messages.

    Attributes:
        chosen: What those messages say.
        lost: The ids in the acknowledgements that were lost, by what the messages say.
    """

    chosen: frozenset[str]
    lost: dict[str, str] = field(factory=dict[str, str], init=False)

    def loses(self, frame: Frame) -> bool:
        """Whether *frame* is the first acknowledgement of such a message."""
        if not frame.payload.startswith(b'{"type":"ack"'):
            return False
        message = json.loads(frame.payload)["data"]["message"]
        if message["content"] not in self.chosen or message["content"] in self.lost:
            return False
        self.lost[message["content"]] = message["id"]
        return True


async def test_lost_acknowledgements() -> None:
    """Where every fifth acknowledgement is lost, as many messages are stored as were sent, and each under its first id.

    5,000 messages of ten senders.
    """
    texts = [str(number) for number in range(SENDS)]
    loser = Loser(frozenset(Random(SEED).sample(texts, SENDS // 5)))
    async with two_gateways(people=SENDERS, policy=evolve(QUICK, heartbeat_seconds=0.05)) as town:
        senders = [await town.guest(number) for number in range(SENDERS)]
        for sender in senders:
            sender.network.drop_frames(Direction.TO_CLIENT, when=loser.loses)
        sends = (senders[place % SENDERS].client.send(town.channels[0], text) for place, text in enumerate(texts))
        acks = {text: ack["data"] for text, ack in zip(texts, await asyncio.gather(*sends), strict=True)}

        assert loser.chosen == loser.lost.keys()
        assert loser.lost == {text: acks[text]["message"]["id"] for text in loser.lost}
        assert all(acks[text]["duplicate"] for text in loser.lost)
        stored = await town.messages_of(town.channels[0])
        assert {ack["message"]["id"] for ack in acks.values()} == set(stored)
        assert SENDS == len(stored)


async def test_one_key_sent_by_many_at_once() -> None:
    """A message that is sent over many connections to two gateways at the same time is stored once.

    All of them are given the same message, and one of them as new. 200 messages over 50 connections. Everything that
    the stores are asked for takes a random while.
    """
    random, ports = Random(SEED), cheap_ports(clock=SystemClock())
    ports = ports.replace(channels=interleaved(ports.channels, random), messages=interleaved(ports.messages, random))
    async with two_gateways(people=1, ports=ports) as town:

        async def send_all(number: int) -> list[dict[str, object]]:
            acks = list[dict[str, object]]()
            async with connected(town.servers[number % 2], town.people[0]) as client:
                for key in range(KEYS):
                    await started[key].wait()
                    said = client.say(
                        "message", town.channels[0], content=f"number {key}", client_message_id=f"key-{key}"
                    )
                    acks.append((await said)["data"])
            return acks

        started = [asyncio.Barrier(AT_ONCE) for _ in range(KEYS)]
        answers = await asyncio.gather(*(send_all(number) for number in range(AT_ONCE)))

        stored = await town.messages_of(town.channels[0])
        assert KEYS == len(stored)
        for key, acks in enumerate(zip(*answers, strict=True)):
            assert {stored[key]} == {ack["message"]["id"] for ack in acks}
            assert {False: 1, True: AT_ONCE - 1} == Counter(ack["duplicate"] for ack in acks)
