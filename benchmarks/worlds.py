"""A factory with people and a channel in which much was said."""

import gc
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zlib import crc32

from attrs import frozen

from benchmarks.texts import Said
from saiondo_core import Channel, Ports, UseCaseFactory, UseCases, UserId
from saiondo_core.messages.model import Imported
from saiondo_core.users.model import Mirrored

PEOPLE = 500
CHUNK = 50_000
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@frozen(kw_only=True)
class World:
    """A factory at work.

    Attributes:
        anna: The use cases of the channel's owner.
    """

    use_cases: UseCases
    anna: UseCases
    anna_id: UserId
    channel: Channel


@asynccontextmanager
async def open_world(said: Sequence[Said] = (), ports: Ports | None = None) -> AsyncGenerator[World]:
    """Lend a world in whose channel *said* was said, a second between each and the next."""
    async with UseCaseFactory(ports=ports) as use_cases:
        people = tuple(Mirrored(id=user_id(number), username=f"person{number}") for number in range(PEOPLE))
        await use_cases.as_system("bench").user.ensure_many(users=people)
        anna_id = UserId(user_id(0))
        anna = use_cases.as_user(anna_id)
        channel = await anna.channel.create(name="bench")
        world = World(use_cases=use_cases, anna=anna, anna_id=anna_id, channel=channel)
        gc.disable()  # It would walk over all that was said so far, again and again.
        for start in range(0, len(said), CHUNK):
            await bring(world, imported(said[start : start + CHUNK], start))
        await use_cases.settle()
        gc.enable()
        yield world


async def bring(world: World, messages: Sequence[Imported]) -> None:
    """Import *messages* into the channel of *world*."""
    await world.use_cases.as_system("bench").message.import_many(channel_id=world.channel.id, messages=messages)


def imported(said: Sequence[Said], start: int = 0) -> tuple[Imported, ...]:
    """*said*, as it is imported; *start* seconds after the beginning comes the first."""
    return tuple(
        Imported(
            sender_id=UserId(user_id(crc32(line.nick.encode()) % PEOPLE)),
            content=line.content,
            created_at=BEGINNING + timedelta(seconds=second),
        )
        for second, line in enumerate(said, start)
        if line.content.strip()
    )


def user_id(number: int) -> str:
    """The id of the person *number*."""
    return f"person-{number}"
