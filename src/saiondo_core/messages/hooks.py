"""The host's word on a message before it is stored: given in time, or made up for."""

from collections.abc import Awaitable, Callable

from attrs import define, field, frozen

from saiondo_core.kernel.concurrency import within
from saiondo_core.kernel.ports import Clock
from saiondo_core.messages.errors import HookFailedError
from saiondo_core.messages.model import Allow, Judgement, MessageDraft, Reject, Replace, clean_content
from saiondo_core.messages.ports import SendHook


@frozen
class AllowAll(SendHook):
    """The word of a host that has none to say."""

    async def __call__(self, draft: MessageDraft) -> Judgement:  # noqa: ARG002 - whatever it is
        """See `SendHook`."""
        return Allow()


@define(eq=False, repr=False)
class HookSlot(SendHook):
    """The place of the host's `before_send` hook: it can be filled while use cases hold it already."""

    hook: SendHook = field(factory=AllowAll)

    async def __call__(self, draft: MessageDraft) -> Judgement:
        """See `SendHook`."""
        return await self.hook(draft)


@frozen
class TimedHook(SendHook):
    """The host's hook, held to its promise: a clean verdict within its time.

    Attributes:
        hook: The host's own; a plain async function will do.
        seconds: How long it may take; then it is cancelled.
        fails_open: Whether a message passes as it is when the hook fails; otherwise it is refused.
        report: Is told of every failure.
    """

    hook: Callable[[MessageDraft], Awaitable[Judgement]]
    clock: Clock
    seconds: float
    fails_open: bool
    report: Callable[[BaseException], None]

    async def __call__(self, draft: MessageDraft) -> Judgement:
        """See `SendHook`.

        Raises:
            HookFailedError: The hook raised, was late, or gave no valid verdict, and fails closed.
        """
        try:
            return _valid(await within(self.clock, self.seconds, self.hook(draft)))
        except Exception as error:
            self.report(error)
            if self.fails_open:
                return Allow()
            raise HookFailedError from error


def _valid(verdict: object) -> Judgement:
    match verdict:
        case Allow() | Reject():
            return verdict
        case Replace(content=content):
            return Replace(content=clean_content(content))
        case _:
            raise TypeError(f"the hook gave {type(verdict).__name__}: neither Allow, Replace nor Reject")
