"""Searching in a house, through all pages."""

import os
from datetime import datetime
from pathlib import Path
from random import SystemRandom

import pytest
from attrs import Factory, define, field

from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page
from saiondo_core.messages.log_search import LogSearch
from saiondo_core.messages.model import Imported, Message
from saiondo_core.messages.ports import MessageSearch
from saiondo_core.messages.search_messages import SearchMessagesUseCase
from saiondo_core.messages.search_model import SearchHit
from tests.messages.house import ANNA, TEAM, House

DATA = Path(os.environ.get("SAIONDO_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
LONG = bool(os.environ.get("SAIONDO_LONG"))


@define(eq=False, kw_only=True)
class Searching:
    """A house in which one searches."""

    house: House = field(factory=House)
    search: MessageSearch = Factory(lambda searching: LogSearch(searching.house.messages), takes_self=True)

    def of(self, user_id: UserId | None, *, is_system: bool = False) -> SearchMessagesUseCase:
        """The use case, bound to *user_id*."""
        house = self.house
        acting = house.acting(user_id, is_system=is_system)
        return SearchMessagesUseCase(
            acting=acting, channels=house.channels, messages=house.messages, search=self.search
        )

    async def pages(
        self,
        query: str,
        *,
        who: UserId = ANNA,
        limit: int = 200,
        before: datetime | None = None,
        after: datetime | None = None,
        sender_id: UserId | None = None,
    ) -> list[Page[SearchHit]]:
        """All pages, in order."""
        pages: list[Page[SearchHit]] = []
        while not pages or pages[-1].next_cursor:
            cursor = pages[-1].next_cursor if pages else None
            pages.append(
                await self.of(who)(
                    query=query, before=before, after=after, sender_id=sender_id, limit=limit, cursor=cursor
                )
            )
        return pages

    async def found(self, query: str, *, who: UserId = ANNA, limit: int = 200) -> list[Message]:
        """All that is found, in order."""
        return [hit.message for page in await self.pages(query, who=who, limit=limit) for hit in page]

    async def lit(self, query: str, *, who: UserId = ANNA) -> list[list[str]]:
        """What is highlighted in each hit."""
        hits = [hit for page in await self.pages(query, who=who) for hit in page]
        return [[hit.message.content[start:end] for start, end in hit.highlights] for hit in hits]


async def talking(*texts: str) -> Searching:
    """Have Anna in a channel where *texts* were said, as imported, one in a millisecond."""
    searching = Searching()
    await searching.house.user(ANNA)
    await searching.house.channel(ANNA)
    await say(searching, *texts)
    return searching


async def say(searching: Searching, *texts: str) -> tuple[Message, ...]:
    """Have Anna say *texts*."""
    at = searching.house.clock.now()
    old = [Imported(sender_id=ANNA, content=text, created_at=at) for text in texts]
    return await searching.house.system.import_many(channel_id=TEAM, messages=old)


def any_seed() -> int:
    """A seed: that of SAIONDO_SEED, where a failure is to be repeated, or any."""
    return int(os.environ.get("SAIONDO_SEED") or SystemRandom().randrange(1_000_000))


def data(*path: str) -> Path:
    """A file or a folder of the data; without them, the test is skipped."""
    found = DATA.joinpath(*path)
    if not found.exists():
        pytest.skip(f"There is no {found}; SAIONDO_DATA names the folder of the data.")
    return found
