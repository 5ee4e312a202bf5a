"""Search against a scan: whatever is said, changed and taken back, and whoever comes and goes."""

import asyncio
import re
import sqlite3
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import TypeVar

from attrs import define
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from saiondo_core.channels.ban_member import BanMemberUseCase, UnbanMemberUseCase
from saiondo_core.channels.leave_channel import LeaveChannelUseCase
from saiondo_core.channels.model import ChannelId, ChannelType
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.text import fold
from saiondo_core.messages.model import Imported, MessageId
from tests.messages.house import ANNA, BERT, CARL, TEAM, House
from tests.messages.searching import LONG, Searching
from tests.strangers.test_sqlite_talk import Family, SqliteChannels, SqliteMessages

T = TypeVar("T")
CLUB = ChannelId("club")
QUERIES = {
    "al": r"(?<!\w)al",
    "ALPHA": r"(?<!\w)alpha",
    "alpha be": r"(?s)(?=.*(?<!\w)alpha)(?=.*(?<!\w)be)",
    '"alpha beta"': r"(?<!\w)alpha\W+beta(?!\w)",
    "e-mail": r"(?<!\w)e\W+mail",
    "서버": r"서버",
    "버": r"버",
    "우분투12": r"우분투12",
    "strasse 버": r"(?s)(?=.*(?<!\w)strasse)(?=.*버)",
    "nowhere": r"nowhere",
}
"""Queries, and what they mean as regular expressions over folded texts."""

people, others = st.sampled_from([ANNA, BERT, CARL]), st.sampled_from([BERT, CARL])
channels = st.sampled_from([TEAM, CLUB])
WORDS = "alpha alps beta Alpha Straße e-mail EMAIL 서버 서버가 우분투12.04 \uff21\uff2c\uff30\uff28\uff21 -"
words = st.sampled_from(WORDS.split())
texts = st.lists(words, min_size=1, max_size=4).map(" ".join)
places, queries = st.integers(min_value=0, max_value=1_000), st.sampled_from(sorted(QUERIES))


@define
class Line:
    """A message, as the model has it."""

    id: MessageId
    channel: ChannelId
    sender: UserId
    at: datetime
    text: str


class SearchMachine(RuleBasedStateMachine):
    """Three people, a private and a public channel of Anna's; the others come and go, and search."""

    def __init__(self) -> None:
        """Open the house."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.house = self.make_house()
        self.searching = Searching(house=self.house)
        self.lines: list[Line] = []
        self.members = {(ANNA, TEAM), (ANNA, CLUB), (BERT, TEAM)}
        self.banned = set[tuple[UserId, ChannelId]]()
        for user_id in (ANNA, BERT, CARL):
            self.run(self.house.user(user_id))
        self.run(self.house.channel(ANNA, BERT, id=TEAM))
        self.run(self.house.channel(ANNA, id=CLUB, type=ChannelType.PUBLIC))

    def make_house(self) -> House:
        """Make a house with stores in memory."""
        return House()

    def teardown(self) -> None:
        """Close the house."""
        self.runner.close()

    def run(self, use: Coroutine[object, object, T]) -> T:
        """What *use* gives."""
        return self.runner.run(use)

    @rule(who=people, channel=channels, text=texts, seconds=st.integers(0, 1))
    def send(self, who: UserId, channel: ChannelId, text: str, seconds: int) -> None:
        """Say something, perhaps in the same millisecond."""
        self.run(self.house.clock.advance(seconds))
        if (who, channel) in self.members:
            message = self.run(self.house.of(who).send(channel_id=channel, content=text))
            self.lines.append(Line(message.id, channel, who, message.created_at, message.content))

    @rule(channel=channels, old=st.lists(st.tuples(people, texts, st.integers(-3, 3)), min_size=1, max_size=12))
    def import_many(self, channel: ChannelId, old: list[tuple[UserId, str, int]]) -> None:
        """Bring messages of other times."""
        now = self.house.clock.now()
        imported = [
            Imported(sender_id=sender, content=text, created_at=now + timedelta(seconds=seconds))
            for sender, text, seconds in old
        ]
        for message in self.run(self.house.system.import_many(channel_id=channel, messages=imported)):
            line = Line(message.id, channel, message.sender_id, message.created_at, message.content)
            self.lines.append(line)

    @precondition(lambda self: self.lines)
    @rule(place=places, text=texts)
    def edit(self, place: int, text: str) -> None:
        """Say something differently."""
        line = self.lines[place % len(self.lines)]
        if line.text and (line.sender, line.channel) in self.members:
            message = self.run(self.house.of(line.sender).edit(message_id=line.id, content=text))
            line.text = message.content

    @precondition(lambda self: self.lines)
    @rule(place=places)
    def delete(self, place: int) -> None:
        """Take something back."""
        line = self.lines[place % len(self.lines)]
        self.run(self.house.of(ANNA).delete(message_id=line.id))
        line.text = ""

    @rule(who=others, channel=channels)
    def leave_or_rejoin(self, who: UserId, channel: ChannelId) -> None:
        """Go, where one is there; come, where one is not, and not banned."""
        if (who, channel) in self.members:
            leave = LeaveChannelUseCase(acting=self.house.acting(who), channels=self.house.channels)
            self.run(leave(channel_id=channel))
            self.members.remove((who, channel))
        elif (who, channel) not in self.banned:
            self.run(self.house.join(who, channel_id=channel))
            self.members.add((who, channel))

    @rule(who=others, channel=channels)
    def ban_or_unban(self, who: UserId, channel: ChannelId) -> None:
        """Ban somebody, or lift the ban."""
        house, acting = self.house, self.house.acting(ANNA)
        if (who, channel) in self.banned:
            unban = UnbanMemberUseCase(acting=acting, channels=house.channels)
            self.run(unban(channel_id=channel, user_id=who))
            self.banned.remove((who, channel))
        else:
            ban = BanMemberUseCase(acting=acting, channels=house.channels, users=house.users)
            self.run(ban(channel_id=channel, user_id=who))
            self.banned.add((who, channel))
            self.members.discard((who, channel))

    @rule(who=people, query=queries, sender=st.none() | people, limit=st.sampled_from([1, 3, 200]))
    def look(self, who: UserId, query: str, sender: UserId | None, limit: int) -> None:
        """Find what a scan of what one may read finds, in its order, through all pages."""
        scan = re.compile(QUERIES[query])
        expected = [
            (line.id, line.text)
            for line in sorted(self.lines, key=lambda line: (line.at, line.id), reverse=True)
            if (who, line.channel) in self.members and sender in {None, line.sender} and scan.search(fold(line.text))
        ]
        pages = self.run(self.searching.pages(query, who=who, sender_id=sender, limit=limit))
        assert expected == [(hit.message.id, hit.message.content) for page in pages for hit in page]
        assert all(hit.highlights for page in pages for hit in page)

    @invariant()
    def everybody_finds_what_they_may_read(self) -> None:
        """After each step the next query knows."""
        for who in (ANNA, BERT, CARL):
            for query in ("al", "버"):
                self.look(who, query, None, 200)


class StrangersSearchMachine(SearchMachine):
    """The same over a stranger's channels and messages."""

    def make_house(self) -> House:
        """Make a house with channels and messages in a database."""
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        family = Family(self.database)
        return House(channels=SqliteChannels(family), messages=SqliteMessages(family))

    def teardown(self) -> None:
        """Close the house, and the database."""
        super().teardown()
        self.database.close()


SearchMachine.TestCase.settings = settings(max_examples=1_000 if LONG else 20, stateful_step_count=20)
StrangersSearchMachine.TestCase.settings = SearchMachine.TestCase.settings
TestSearch, TestStrangersSearch = SearchMachine.TestCase, StrangersSearchMachine.TestCase
