"""What goes wrong while people talk: every way in which a connection ends, and everything that is done to messages."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import TypeAlias

from attrs import define, field

from examples.live_client import Json
from saiondo_core import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.testing.fault_proxy import FaultyConnection
from saiondo_core.testing.faults import Direction
from tests.gateway.guests import Guest
from tests.gateway.two_gateways import Town, until

BACKLOG = 500
"""How many messages may wait for their acknowledgement, before further ones are sent."""

Answer: TypeAlias = "asyncio.Future[Json]"


@define(eq=False)
class Storm:
    """Ends one connection after the other, and counts how.

    Attributes:
        ports: Where the gateways are by which one may come back.
        struck: How many connections were ended in each way.
    """

    random: Random
    ports: Sequence[int]
    struck: Counter[str] = field(factory=Counter[str], init=False)

    async def strike(self, guests: Sequence[Guest]) -> None:
        """End the connection of one of *guests* who is in; they may come back by the other gateway."""
        await until(lambda: any(guest.is_in for guest in guests))
        guest = self.random.choice([guest for guest in guests if guest.is_in])
        connection = guest.struck()
        await guest.network.lead_to("127.0.0.1", self.random.choice(self.ports))
        fault = self.random.choice(("goodbye", "reset", "black hole", "cut", "half close"))
        self.struck[fault] += 1
        if fault == "goodbye":
            await guest.leave()
            guest.come()
        else:
            await self._break(connection, fault)

    async def _break(self, connection: FaultyConnection, fault: str) -> None:
        ways = Direction.TO_SERVER, Direction.TO_CLIENT
        match fault:
            case "reset":
                await connection.reset()
            case "black hole":
                connection.black_hole(self.random.choice((None, *ways)))
            case "cut":
                connection.cut_mid_frame(self.random.choice(ways), reset=self.random.random() < 0.5)
            case _:
                connection.half_close(self.random.choice(ways))


@define(eq=False)
class Talk:
    """Messages that are sent by *senders* in turn, and edited, deleted and reacted to once they are acknowledged.

    Attributes:
        sent: The answers to each sender's messages in each channel, in the order in which they were sent.
        changes: How often something was done to a message.
    """

    town: Town
    random: Random
    senders: Sequence[Guest]
    sent: dict[tuple[Guest, ChannelId], list[Answer]] = field(
        factory=dict[tuple[Guest, ChannelId], list[Answer]], init=False
    )
    changes: Counter[str] = field(factory=Counter[str], init=False)
    _count: int = field(default=0, init=False)
    _waiting: set[Answer] = field(factory=set[Answer], init=False)
    _open: list[Json] = field(factory=list[Json], init=False)

    async def say(self, count: int) -> None:
        """Send so many messages; return while at most `BACKLOG` were not acknowledged."""
        for _ in range(count):
            sender, channel_id = self.random.choice(self.senders), self.random.choice(self.town.channels)
            answer = asyncio.ensure_future(sender.client.send(channel_id, f"{self._count} 안녕"))
            self._count += 1
            self.sent.setdefault((sender, channel_id), []).append(answer)
            self._waiting.add(answer)
        await self.settle(BACKLOG)

    async def settle(self, most: int = 0) -> None:
        """Return once at most so many messages were not acknowledged."""
        while len(self._waiting) > most:
            done, self._waiting = await asyncio.wait(self._waiting, return_when=asyncio.FIRST_COMPLETED)
            for answer in done:
                assert "ack" == answer.result()["type"], answer.result()
                self._open.append(answer.result()["data"]["message"])

    async def change(self) -> None:
        """Do something, by the use cases of one of the processes, to a message that was not deleted."""
        if not self._open:
            return
        place = self.random.randrange(len(self._open))
        message = self._open[place]
        message_id, talk = MessageId(message["id"]), self.random.choice(self.town.talks)
        mine = talk.as_user(UserId(message["sender_id"])).message
        what = self.random.choice(("edit", "react", "unreact", "delete"))
        self.changes[what] += 1
        match what:
            case "edit":
                await mine.edit(message_id=message_id, content=f"{message['content']}, edited {self.changes}")
            case "react":
                await mine.react(message_id=message_id, emoji="👍")
            case "unreact":
                await mine.unreact(message_id=message_id, emoji="👍")
            case _:
                await mine.delete(message_id=message_id)
                self._open[place] = self._open[-1]
                self._open.pop()

    async def assert_stored_once(self) -> None:
        """Each message was stored, once, and those of one sender in one channel in the order of their sending."""
        for channel_id in self.town.channels:
            stored = await self.town.messages_of(channel_id)
            acked = {
                guest: [answer.result()["data"]["message"]["id"] for answer in answers]
                for (guest, channel), answers in self.sent.items()
                if channel == channel_id
            }
            assert len(stored) == sum(map(len, acked.values()))
            for ids in acked.values():
                mine = set(ids)
                assert ids == [message_id for message_id in stored if message_id in mine]
