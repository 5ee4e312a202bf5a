"""What a near cache keeps and tells, in every order in which things can happen."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

import pytest
from attrs import define, field

from saiondo_core.adapters.redis.freshness import Freshness, Reading
from saiondo_core.adapters.redis.keys import Keys
from saiondo_core.adapters.redis.near_loading import Kept
from saiondo_core.adapters.redis.records import Record
from saiondo_core.kernel.ports import Clock

BOUND = 2.0
STORY = dict[str, Sequence[str]]
STORIES: dict[str, STORY] = {
    "two readers, and a change that is heard of": {
        "anna": ("ask", "read", "reply"),
        "bert": ("ask", "read", "reply"),
        "writer": ("change",),
        "listener": ("hear",),
    },
    "a reader, two changes that are heard of, and a link that breaks": {
        "anna": ("ask", "read", "reply"),
        "writer": ("change", "change"),
        "link": ("break", "notice", "mend"),
        "listener": ("hear",),
    },
    "a change that is heard of late, after signs of life": {
        "anna": ("ask", "read", "reply"),
        "writer": ("change",),
        "listener": ("hear",),
        "signs": ("ping", "pong"),
        "time": ("pass",),
    },
    "a link that breaks in silence": {
        "anna": ("ask", "read", "reply"),
        "writer": ("change",),
        "link": ("break",),
        "signs": ("ping", "pong"),
        "time": ("pass",),
    },
}


@pytest.mark.parametrize("changed", ["value", "tag", "generation"])
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_nothing_old_is_told_but_what_is_still_to_be_said(story: STORY, changed: str) -> None:
    """In every order: what is told is true, or its change is on its way, or less than the bound ago went unsaid."""
    orders = 0
    for order in interleavings({who: tuple(steps) for who, steps in story.items()}):
        world = World(changed)
        for who, step in order:
            world.steps[step](who)
            world.check(order)
        orders += 1
    assert orders > 500


def interleavings(left: dict[str, tuple[str, ...]]) -> Iterator[list[tuple[str, str]]]:
    """All orders of the steps of all, each one's in their order."""
    if not any(left.values()):
        yield []
    for who, steps in left.items():
        if steps:
            for rest in interleavings({**left, who: steps[1:]}):
                yield [(who, steps[0]), *rest]


@define(eq=False)
class HandClock(Clock):
    """Time that stands still."""

    seconds: float = 0.0

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        """See `Clock.sleep`; nobody here does."""
        self.seconds += seconds


@define(eq=False)
class World:
    """A server with one value, what it has said and nobody has heard yet, and a near cache."""

    changed: str
    version: int = 0
    on_its_way: deque[str] = field(factory=deque[str])
    is_whole: bool = True
    unsaid_since: float | None = None
    clock: HandClock = field(factory=HandClock)
    keys: Keys = field(factory=lambda: Keys("p:"))
    kept: Kept = field(init=False)
    steps: Mapping[str, Callable[[str], None]] = field(init=False)
    readings: dict[str, Reading] = field(factory=dict[str, Reading])
    replies: dict[str, int] = field(factory=dict[str, int])
    asked_at: float | None = None

    def __attrs_post_init__(self) -> None:
        """Begin with a link that is live."""
        self.kept = Kept(self.keys, self.clock, Freshness(BOUND), most=10)
        self.kept.freshness.went_live(0.0)
        self.steps = {
            "ask": self.ask,
            "read": self.read,
            "reply": self.reply,
            "change": self.change,
            "hear": self.hear,
            "ping": self.ping,
            "pong": self.pong,
            "break": self.break_,
            "notice": self.notice,
            "mend": self.mend,
            "pass": self.pass_,
        }

    @property
    def name(self) -> str:
        """What changes."""
        return {"value": self.keys.value("a"), "tag": self.keys.tag("t"), "generation": self.keys.generation}[
            self.changed
        ]

    def ask(self, who: str) -> None:
        """Send a read."""
        names = self.keys.generation, self.keys.value("a"), self.keys.tag("t")
        self.readings[who] = self.kept.freshness.begin(names)

    def read(self, who: str) -> None:
        """Let the server carry it out."""
        self.replies[who] = self.version

    def reply(self, who: str) -> None:
        """Let its reply arrive."""
        if self.kept.freshness.end(self.readings[who]):
            record = Record(2**60, 2**60, 2**60, b"int", b"g", (b"t=v",), b"")
            self.kept.keep({"a": (record, self.replies[who])}, int, ("t",), 0)

    def change(self, _: str) -> None:
        """Let the server change the value, and say so."""
        self.version += 1
        if self.is_whole:
            self.on_its_way.append(self.name)
        elif self.unsaid_since is None:
            self.unsaid_since = self.clock.seconds

    def hear(self, _: str) -> None:
        """Hear the next thing that was said."""
        self._hear_until(1)

    def ping(self, _: str) -> None:
        """Ask for a sign of life, which the server gives after all it has said before."""
        self.asked_at = self.clock.seconds
        if self.is_whole:
            self.on_its_way.append("pong")

    def pong(self, _: str) -> None:
        """Hear everything up to the sign of life, if it comes."""
        if "pong" in self.on_its_way:
            self._hear_until(self.on_its_way.index("pong") + 1)

    def _hear_until(self, count: int) -> None:
        for _ in range(min(count, len(self.on_its_way))):
            said = self.on_its_way.popleft()
            if said == "pong":
                assert self.asked_at is not None
                self.kept.freshness.proved(self.asked_at)
            else:
                self.kept.changed(said)

    def break_(self, _: str) -> None:
        """Lose what is on its way, and all that is said from now on."""
        if self.unsaid_since is None and any(said != "pong" for said in self.on_its_way):
            self.unsaid_since = self.clock.seconds
        self.is_whole = False
        self.on_its_way.clear()

    def notice(self, _: str) -> None:
        """Learn that the link is broken."""
        self.kept.freshness.lost()
        self.kept.clear()

    def mend(self, _: str) -> None:
        """Begin to listen anew."""
        self.kept.clear()
        self.is_whole, self.unsaid_since = True, None
        self.kept.freshness.went_live(self.clock.seconds)

    def pass_(self, _: str) -> None:
        """Let time pass up to the bound."""
        self.clock.seconds += BOUND

    def check(self, order: list[tuple[str, str]]) -> None:
        """What is told is true, or need not be yet."""
        entry = self.kept.told("a", int)
        is_true = entry is None or entry.value == self.version
        is_to_be_said = self.name in self.on_its_way
        is_recent = self.unsaid_since is not None and self.clock.seconds < self.unsaid_since + BOUND
        assert is_true or is_to_be_said or is_recent, order
