"""What can go wrong in real time."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, InvalidInputError, Said, UnavailableError, said


@frozen(kw_only=True)
class TooManyChannelsError(ConflictError):
    """A connection listens to as many channels as it may."""

    code = "too_many_channels"
    most: int
    what = "The connection listens to {most} channels already."
    hint = "Leave one first, or open another connection."
    user_messages: ClassVar[Said] = said(
        en="Too many channels are open at once.",
        ko="동시에 열 수 있는 채널 수를 넘었습니다.",
    )


@frozen(kw_only=True)
class UnsteadyLogError(ConflictError):
    """The log of a channel was replaced over and over while somebody was joining it."""

    code = "unsteady_log"
    retryable = True
    what = "The channel's log was replaced while it was being read."
    hint = "Join again; is a backup being restored?"


@frozen(kw_only=True)
class AlreadyAuthenticatedError(ConflictError):
    """A connection that is somebody's already said again who it is."""

    code = "already_authenticated"
    what = "The connection is somebody's already."
    hint = "Open another connection for another user or session."


@frozen(kw_only=True)
class InternalError(UnavailableError):
    """The server failed in a way that it did not foresee; its own log says how."""

    code = "internal"
    outcome_unknown: bool = True
    what = "The server failed."


@frozen(kw_only=True)
class ConnectionLostError(UnavailableError):
    """A connection to a server has ended, or could not be made.

    Attributes:
        close_code: With which code the server closed it; None where it said nothing.
    """

    code = "connection_lost"
    outcome_unknown: bool = True
    close_code: int | None = None
    what = "The connection to the server has ended, or could not be made; the close code is {close_code}."
    hint = "Connect again, and say again what was not answered, under the same key."


@frozen(kw_only=True)
class CursorsUnavailableError(UnavailableError):
    """How far a client has heard could not be kept, or read: until it is, it is told of the same events again."""

    code = "cursors_unavailable"
    outcome_unknown: bool = True
    what = "How far was heard cannot be kept or read at present."
    hint = "Look at the error this one was raised from: is the disk full, or the folder missing?"


@frozen(kw_only=True)
class CursorsUnreadableError(ConflictError):
    """What is kept of how far a client has heard is not what this library wrote."""

    code = "cursors_unreadable"
    what = "What is kept of how far was heard cannot be read."
    hint = "Name another file, or restore this one; nothing was written over it."


@frozen(kw_only=True)
class NotConnectedError(ConflictError):
    """A client was asked for something before it was told to connect, or after it has ended."""

    code = "not_connected"
    what = "There is no connection, and none is being made."
    hint = "Call `connect` first; a connection that is lost comes back by itself, one that has ended does not."


@frozen(kw_only=True)
class OutboxFullError(UnavailableError):
    """A client has more to say than it keeps while nothing is answered."""

    code = "outbox_full"
    outcome_unknown: bool = False
    most: int
    what = "{most} messages wait to be answered already."
    hint = "Wait for those; is the connection away?"


@frozen(kw_only=True)
class RequestRefusedError(ConflictError):
    """The server did not do what a client asked for.

    Attributes:
        reason: The server's code, as `docs/reference/errors.md` lists it.
        explanation: What the server says for the developer.
        part: Which part of the request is wrong, where one is.
    """

    code = "request_refused"
    reason: str
    explanation: str
    part: str | None = None
    what = "The server refused it, as {reason}: {explanation}"
    hint = "See the reason in docs/reference/errors.md."


@frozen(kw_only=True)
class NoServerError(InvalidInputError):
    """A client was told to connect, and not where to."""

    code = "no_server"
    field: str = "url"
    expected: str = "the server's address: Settings(websocket=WebSocketSettings(url=...))"
