"""Reading the conversation again through the cache, as screens do, and seeing a change through it at once."""

from examples.replay.checking import must_equal
from examples.replay.people import Person
from examples.replay.replaying import Replay
from examples.replay.report import Report

SCREEN = 20
"""How many messages a screen shows."""


async def cache(replay: Replay, reader: Person, report: Report) -> None:
    """Draw the conversation page by page, with who said each line, and tell how seldom the store was asked.

    Raises:
        DoesNotAddUpError: The cache told something else than the store.
    """
    report.heading("A cache: the conversation once more, as screens draw it")
    host, cached, channel_id = replay.use_cases.cache.cache, reader.calls.cache.cache, replay.channel.id
    await replay.use_cases.settle()
    before = await host.get_cache_stats()
    channel = await cached.get_channel_with_cache(channel_id)
    must_equal(await reader.calls.channel.get(channel_id), channel, "the channel, through the cache")
    last, drawn = channel.last_sequence + 1, 0
    while last > 1:
        page = await cached.get_messages_with_cache(channel_id, SCREEN, before=last)
        for message in page:
            await cached.get_user_with_cache(message.sender_id)
        drawn, last = drawn + len(page), page[0].sequence
    must_equal(channel.last_sequence, drawn, "the messages that were drawn")
    after = await host.get_cache_stats()
    hits, misses = after.hits - before.hits, after.misses - before.misses
    report.tell(f"{drawn:,} lines drawn, each with its speaker: {hits:,} hits and {misses:,} misses")
    report.tell(f"that is {hits / (hits + misses):.1%} from the cache, and {after.loads - before.loads:,} loads")

    renamed = await reader.calls.user.update(display_name="The Archivist")
    must_equal(renamed, await cached.get_user_with_cache(reader.user.id), "the reader, through the cache")
    report.tell(f"{reader.nick} takes another name, and the next read through the cache shows it: no wait, no old name")
