"""Having use cases act for a user, as a web request does first."""

from functools import partial

from benchmarks.harness import Bench, Contender
from benchmarks.worlds import open_world

TITLE = "Bind the use cases to a user"


async def measure(bench: Bench) -> None:
    """Bind, bind and reach for a use case, and bind and send; beside a partial function, and naming the sender."""
    async with open_world() as world:
        use_cases, anna_id, channel_id = world.use_cases, world.anna_id, world.channel.id

        async def send_named() -> None:
            await use_cases.message.send(channel_id=channel_id, content="hello", sender_id=anna_id)

        async def send_bound() -> None:
            await use_cases.as_user(anna_id).message.send(channel_id=channel_id, content="hello")

        await bench.compare(
            "as_user(id)",
            limit=Contender(name="partial", call=lambda: partial(use_cases.message.send, sender_id=anna_id)),
            ours=Contender(name="as_user", call=lambda: use_cases.as_user(anna_id)),
        )
        await bench.compare(
            "as_user(id).message.send",
            limit=Contender(name="partial", call=lambda: partial(use_cases.message.send, sender_id=anna_id)),
            ours=Contender(name="as_user", call=lambda: use_cases.as_user(anna_id).message.send),
        )
        await bench.compare(
            "a send through a fresh binding",
            limit=Contender(name="a send that names its sender", call=send_named, after=use_cases.settle),
            ours=Contender(name="as_user", call=send_bound, after=use_cases.settle),
        )
