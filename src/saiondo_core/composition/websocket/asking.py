"""What one user's client has asked for, and who waits for the answer."""

import asyncio
from typing import TypeVar

from attrs import define, field

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.errors import AuthenticationError
from saiondo_core.realtime.client_effects import Ending, Report, Settled
from saiondo_core.realtime.client_requests import Lasting
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.errors import ConnectionLostError, OutboxFullError, RequestRefusedError
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.replies import Ack, Failure, Snapshot
from saiondo_core.realtime.requests import JoinChannel
from saiondo_core.wire.frames import decode_request, encode_frame

T = TypeVar("T")

FRAME_OCTETS_MOST = 65_536
"""How many bytes a client's frame may have: `docs/realtime-protocol.md`."""

_LONGEST_ID = "9" * 20


@define(eq=False, repr=False)
class Asking:
    """Those who wait for an answer. Whoever is cancelled waits no more; what they asked for goes on.

    Attributes:
        most: How much may be unanswered.
        acknowledged: How much was done.
        refused: How much was not.
    """

    most: int
    acknowledged: int = field(default=0, init=False)
    refused: int = field(default=0, init=False)
    _answers: "dict[int, asyncio.Future[Ack]]" = field(factory=dict[int, "asyncio.Future[Ack]"], init=False)
    _joins: "dict[ChannelId, asyncio.Future[Snapshot]]" = field(
        factory=dict[ChannelId, "asyncio.Future[Snapshot]"], init=False
    )

    def __len__(self) -> int:
        """How much is said and unanswered, whether somebody waits for it or not."""
        return len(self._answers)

    def answer(self, data: Lasting) -> "asyncio.Future[Ack]":
        """What the answer to *data* will be.

        Raises:
            OutboxFullError: There are `most` already.
        """
        if len(self._answers) >= self.most:
            raise OutboxFullError(most=self.most)
        # The same words can be said twice, so each is known by itself: its machine keeps it until it is settled.
        self._answers[id(data)] = answer = asyncio.get_running_loop().create_future()
        return answer

    def snapshot(self, channel_id: ChannelId) -> "asyncio.Future[Snapshot]":
        """What the answer to joining a channel will be."""
        waiting = self._joins.get(channel_id)
        if waiting is None or waiting.done():
            waiting = self._joins[channel_id] = asyncio.get_running_loop().create_future()
        return waiting

    def joined(self, channel_id: ChannelId, snapshot: Snapshot) -> None:
        """A channel was joined."""
        _give(self._joins.pop(channel_id, None), snapshot)

    def settled(self, settled: Settled) -> RequestRefusedError | None:
        """Something was answered; the refusal that nobody waits for, where it is one."""
        request, answer = settled.request, settled.answer
        if isinstance(answer, Ack):
            self.acknowledged += 1
            _give(self._answered(request), answer)
            return None
        self.refused += 1
        error = refusal_of(answer)
        if request is not None and request.channel_id is not None and isinstance(request.data, JoinChannel):
            is_told = _fail(self._joins.pop(request.channel_id, None), error)
        else:
            is_told = _fail(self._answered(request), error)
        return None if is_told else error

    def left(self, channel_id: ChannelId, error: Exception) -> None:
        """A channel that somebody may be joining was left."""
        _fail(self._joins.pop(channel_id, None), error)

    def ended(self, error: Exception) -> None:
        """Nobody will answer, for now: whoever waits is told so. What is said stays said."""
        for answer in self._answers.values():
            _fail(answer, error)
        for channel_id in tuple(self._joins):
            self.left(channel_id, error)

    def _answered(self, request: Frame[Data] | None) -> "asyncio.Future[Ack] | None":
        return None if request is None else self._answers.pop(id(request.data), None)


def check(data: Data, channel_id: ChannelId | None) -> None:
    """Refuse what the server could not read: it would end the connection over it, and say nothing of the reason.

    Raises:
        InvalidInputError: It cannot be said.
    """
    frame = Frame(type=data.type, id=_LONGEST_ID, data=data, channel_id=channel_id)
    decode_request(encode_frame(frame), most=FRAME_OCTETS_MOST)


def refusal_of(failure: Failure) -> RequestRefusedError:
    """*failure* as an error."""
    return RequestRefusedError(reason=failure.code, explanation=failure.message, part=failure.field)


def raise_if_refused(report: Report) -> None:
    """Raise what *report* tells, where it is that a client may not come back.

    Raises:
        AuthenticationError: No token was accepted, or there is none.
        ConnectionLostError: The server has sent the client away.
    """
    is_token_refused = report.code in {CloseCode.NOT_AUTHENTICATED, CloseCode.SESSION_ENDED}
    if report.ending is Ending.NO_TOKEN or (report.ending is Ending.SENT_AWAY and is_token_refused):
        raise AuthenticationError
    if report.ending is Ending.SENT_AWAY:
        raise ConnectionLostError(close_code=report.code)


def _give(waiting: "asyncio.Future[T] | None", result: T) -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(result)


def _fail(waiting: "asyncio.Future[T] | None", error: Exception) -> bool:
    """Give *waiting* the *error*; whether somebody waits for it."""
    if waiting is None or waiting.done():
        return False
    waiting.set_exception(error)
    waiting.exception()  # Whoever has stopped waiting does not leave an error that nobody has seen.
    return True
