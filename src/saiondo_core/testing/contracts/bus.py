"""What every bus must do."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar, TypeAlias

import pytest
from attrs import define, field

from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import MessageId
from saiondo_core.realtime.notes import (
    AccessEnded,
    Advanced,
    Broadcasted,
    Note,
    PresenceChanged,
    ReadMoved,
    RightsChanged,
    TypingChanged,
)
from saiondo_core.realtime.ports import EventBus
from saiondo_core.testing.contracts.opening import Opener, missing

Ends: TypeAlias = tuple[EventBus, EventBus]
"""One bus as two processes have it. A bus that stays within a process has one end only: give it twice."""

_TEAM, _ANNA, _NOON = ChannelId("team"), UserId("anna"), datetime(2026, 1, 1, 12, tzinfo=UTC)
_EVERY_KIND: tuple[Note, ...] = (
    RightsChanged(),
    AccessEnded(user_id=_ANNA),
    AccessEnded(user_id=_ANNA, session_id=SessionId("session")),
    TypingChanged(channel_id=_TEAM, user_id=_ANNA, membership_revision=1, at=_NOON, is_typing=True),
    PresenceChanged(channel_id=_TEAM, user_id=_ANNA, membership_revision=2, at=_NOON, is_online=False),
    ReadMoved(
        channel_id=_TEAM, user_id=_ANNA, membership_revision=3, at=_NOON, message_id=MessageId("message"), sequence=4
    ),
    Broadcasted(
        channel_id=_TEAM, user_id=_ANNA, membership_revision=4, at=_NOON, data={"text": '안녕: "😀"', "of": [1, None]}
    ),
    Advanced(channel_id=_TEAM, offset=2**53 - 1),
)


@pytest.mark.asyncio
class EventBusContract:
    """The laws of `EventBus`. Derive it, and give the fixture `opener`.

    Attributes:
        patience: For how many seconds a note may be on its way. Only for one that never comes does a test wait so long.
    """

    patience: ClassVar[float] = 10.0

    @pytest.fixture
    def opener(self) -> Opener[Ends]:
        """Open a bus to which nobody listens."""
        return missing(self)

    async def test_who_listens_hears(self, opener: Opener[Ends]) -> None:
        """At both ends, two listeners each hear every kind of notes, and each of two that publish at once in order."""
        async with opener() as ends:
            ears = [self._listening(end) for end in (*ends, *ends)]
            for note in _EVERY_KIND:
                await ends[0].publish(note=note)
            for ear in ears:
                assert list(_EVERY_KIND) == await ear.until(_EVERY_KIND[-1])
                ear.heard.clear()

            said = [_advances(name) for name in ("here", "there")]
            await asyncio.gather(*(_publish(end, notes) for end, notes in zip(ends, said, strict=True)))
            for ear in ears:
                for notes in said:
                    await ear.until(notes[-1])
                assert said == [[note for note in ear.heard if note in notes] for notes in said]

    async def test_who_does_not_listen_hears_nothing(self, opener: Opener[Ends]) -> None:
        """One comes later than the other, who goes earlier; however often it was asked for, each heard things once."""
        first, second, third = _advances("team")[:3]
        async with opener() as (here, there):
            early = self._listening(here)
            await there.publish(note=first)
            await early.until(first)

            late = self._listening(here)
            here.listen(late.hear)
            here.unlisten(_Ear(patience=0).hear)
            await there.publish(note=second)
            await early.until(second)
            await late.until(second)

            for _ in range(2):
                here.unlisten(early.hear)
            await there.publish(note=third)

            assert [second, third] == await late.until(third)
            assert [first, second] == early.heard

    async def test_a_failing_listener_stops_nobody(self, opener: Opener[Ends]) -> None:
        """Whoever else listens hears this note and the next, at either end; each failure is told to the loop."""
        first, second = _advances("team")[:2]
        with _complaints() as complaints:
            async with opener() as (here, there):
                failing = _FailingEar(patience=self.patience)
                ears = [self._listening(here), failing]
                here.listen(failing.hear)
                ears += map(self._listening, (here, there))
                await _publish(here, [first, second])
                for ear in ears:
                    assert [first, second] == await ear.until(second)

        assert [f"On hearing of {note}" for note in (first, second)] == [str(error) for error in complaints]

    def _listening(self, end: EventBus) -> "_Ear":
        ear = _Ear(patience=self.patience)
        end.listen(ear.hear)
        return ear


@define(eq=False, kw_only=True)
class _Ear:
    """Listens, and remembers what it heard."""

    patience: float
    heard: list[Note] = field(factory=list[Note], init=False)
    _more: asyncio.Event = field(factory=asyncio.Event, init=False)

    def hear(self, note: Note) -> None:
        self.heard.append(note)
        self._more.set()

    async def until(self, last: Note) -> list[Note]:
        """Wait until it heard *last*, and list all it heard."""
        async with asyncio.timeout(self.patience):
            while last not in self.heard:
                self._more.clear()
                await self._more.wait()
        return self.heard


class _FailingEar(_Ear):
    def hear(self, note: Note) -> None:
        super().hear(note)
        raise RuntimeError(f"On hearing of {note}")


@contextmanager
def _complaints() -> Generator[list[BaseException | None]]:
    """List what the running loop's exception handler is told meanwhile."""
    loop, told = asyncio.get_running_loop(), list[BaseException | None]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: told.append(context.get("exception")))
    try:
        yield told
    finally:
        loop.set_exception_handler(before)


def _advances(name: str) -> list[Note]:
    return [Advanced(channel_id=ChannelId(name), offset=offset) for offset in range(1, 21)]


async def _publish(end: EventBus, notes: list[Note]) -> None:
    for note in notes:
        await end.publish(note=note)
        await asyncio.sleep(0)
