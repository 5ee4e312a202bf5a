"""Why a connection is closed, and whether to come back."""

from enum import IntEnum

_OBEYED_HUNDRED = 41


class CloseCode(IntEnum):
    """The close codes of the protocol: those below 4000 as RFC 6455 and its registry have them.

    Attributes:
        NORMAL: One of the two said goodbye. Obeyed.
        GOING_AWAY: The server, or what stands before it, goes away. Retried.
        UNSUPPORTED: The client sent a binary frame. Obeyed.
        INVALID_TEXT: The client sent text that is no UTF-8. Obeyed.
        TOO_BIG: The client sent a frame that is too large. Obeyed.
        INTERNAL: The server failed. Retried.
        RESTARTING: The server is being drained. Retried.
        LOST: The other one did not answer a heartbeat. Retried.
        SLOW: The client does not read what it is told. Retried.
        AUTH_TIMEOUT: The client did not say who it is in time, or was not heard. Retried.
        NOT_AUTHENTICATED: The token is not valid. Obeyed, once a new one was refused too.
        SESSION_ENDED: The session has ended. Obeyed, once a new token was refused too.
        PROTOCOL_ERROR: The client said something before `auth`, said `auth` twice, or sent too many malformed frames;
            or it asked for the connection in a way that is refused (HTTP 4xx but 408 and 429). Obeyed.
    """

    NORMAL = 1000
    GOING_AWAY = 1001
    UNSUPPORTED = 1003
    INVALID_TEXT = 1007
    TOO_BIG = 1009
    INTERNAL = 1011
    RESTARTING = 1012
    LOST = 4000
    SLOW = 4001
    AUTH_TIMEOUT = 4002
    NOT_AUTHENTICATED = 4101
    SESSION_ENDED = 4102
    PROTOCOL_ERROR = 4103

    @property
    def is_retried(self) -> bool:
        """Whether whoever is closed with it connects again."""
        return is_retried(self)

    @property
    def asks_for_token(self) -> bool:
        """Whether another token may help."""
        return self in {CloseCode.NOT_AUTHENTICATED, CloseCode.SESSION_ENDED}


_OBEYED = frozenset({CloseCode.NORMAL, CloseCode.UNSUPPORTED, CloseCode.INVALID_TEXT, CloseCode.TOO_BIG})


def is_retried(code: int | None) -> bool:
    """Whether whoever is closed with *code*, or without any, connects again.

    Of codes that are none of this protocol, a newer server's 41xx are obeyed, and all others are retried.
    """
    return code is None or not (code in _OBEYED or code // 100 == _OBEYED_HUNDRED)
