"""The host's word on a message, and what is made of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import cast

import pytest
from attrs import define, field

from saiondo_core.kernel.errors import DeadlineExceededError, TextLengthError
from saiondo_core.messages.errors import HookFailedError
from saiondo_core.messages.hooks import AllowAll, TimedHook
from saiondo_core.messages.model import Allow, Judgement, MessageDraft, MessageId, Reject, Replace
from saiondo_core.testing.clocks import FrozenClock, breathe
from tests.messages.house import ANNA, TEAM


@define(eq=False)
class Held:
    """A host's hook, held by a `TimedHook` for five seconds, and what was reported of it."""

    hook: Callable[[MessageDraft], Awaitable[Judgement]]
    fails_open: bool = False
    clock: FrozenClock = field(factory=FrozenClock)
    reported: list[BaseException] = field(factory=list[BaseException])

    async def ask(self) -> Judgement:
        """Ask for a verdict."""
        timed = TimedHook(self.hook, self.clock, 5.0, self.fails_open, self.reported.append)
        return await timed(draft())


def draft() -> MessageDraft:
    """Make something to judge."""
    return MessageDraft(
        id=MessageId("draft"), channel_id=TEAM, sender_id=ANNA, content="hello", created_at=FrozenClock().now()
    )


async def test_a_host_without_a_hook_allows_all() -> None:
    """The default hook has nothing to say."""
    assert Allow() == await AllowAll()(draft())


@pytest.mark.parametrize("verdict", [Allow(), Replace(content="hey"), Reject(reason="spam")])
async def test_a_verdict_in_time_is_the_verdict(verdict: Judgement) -> None:
    """What the hook decides is passed on, and nothing reported."""
    held = Held(lambda _: answering(verdict))

    assert verdict == await held.ask()
    assert [] == held.reported
    assert 0 == held.clock.sleepers


async def test_a_replacement_is_cleaned() -> None:
    """A text that takes the place of another is held to the same rules, NFC among them."""
    assert Replace(content="é") == await Held(lambda _: answering(Replace(content="e\u0301"))).ask()


@pytest.mark.parametrize("fails_open", [True, False])
@pytest.mark.parametrize(
    ("verdict", "error"),
    [
        (Replace(content=" \n"), TextLengthError),
        (Replace(content="a" * 2_001), TextLengthError),
        (None, TypeError),
        (True, TypeError),
        (ValueError("the host's own"), ValueError),
    ],
)
async def test_a_failure_is_reported(verdict: object, error: type[Exception], fails_open: bool) -> None:
    """An error, a blank replacement and no verdict are failures: open lets the text pass, closed refuses it."""
    held = Held(lambda _: answering(verdict), fails_open)
    if fails_open:
        assert Allow() == await held.ask()
    else:
        with pytest.raises(HookFailedError) as failed:
            await held.ask()
        assert held.reported == [failed.value.__cause__]
        assert not failed.value.outcome_unknown
    assert [error] == [type(reported) for reported in held.reported]


async def test_a_late_hook_is_a_failed_one() -> None:
    """At the deadline the hook is cancelled, and has failed."""
    held, ended = Held(lambda _: waiting()), list[str]()

    async def waiting() -> Judgement:
        try:
            await held.clock.sleep(5.001)
        finally:
            ended.append("cancelled")
        return Allow()

    asking = asyncio.ensure_future(held.ask())
    await held.clock.advance(4.999)
    assert not asking.done()
    await held.clock.advance(0.001)
    with pytest.raises(HookFailedError):
        await asking
    assert ["cancelled"] == ended
    assert [DeadlineExceededError] == [type(reported) for reported in held.reported]


async def test_a_cancelled_send_is_no_failure_of_the_hook() -> None:
    """Who gives up waiting cancels the hook; nothing is reported, and nothing allowed."""
    held = Held(lambda _: answering_never(), fails_open=True)

    async def answering_never() -> Judgement:
        await held.clock.sleep(1_000)
        return Allow()

    asking = asyncio.ensure_future(held.ask())
    await breathe()
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert [] == held.reported
    assert 0 == held.clock.sleepers


async def answering(verdict: object) -> Judgement:
    """Give *verdict*, as a host's untyped hook might; raise it where it is an error."""
    if isinstance(verdict, Exception):
        raise verdict
    return cast("Judgement", verdict)
