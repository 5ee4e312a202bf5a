"""Whoever hears of channels as things happen, and what they are told."""

from abc import abstractmethod
from collections.abc import Hashable
from typing import ClassVar, Protocol

from attrs import define, field

from saiondo_core.auth.model import SessionId
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.model import ChannelSnapshot, EndReason


@define(eq=False)
class Told:
    """A frame on its way to many: one object for all of them, so that it is written as text once.

    Attributes:
        topic: Of what only the newest counts, where that is so: what waits of the same topic is replaced by this.
        text: The frame as JSON, once somebody has written it.
        framed: The same as a transport wants it, once somebody has made it.
    """

    frame: Frame[Data]
    topic: Hashable = None
    text: bytes | None = field(default=None, init=False)
    framed: bytes | None = field(default=None, init=False)


class Listener(Protocol):
    """One connection, or one user's handlers in this process. Local. No method waits or raises."""

    __slots__ = ()
    local: ClassVar[bool] = True

    @property
    @abstractmethod
    def id(self) -> str:
        """Tells it apart from all others."""

    @property
    @abstractmethod
    def user_id(self) -> UserId:
        """Whose it is."""

    @property
    @abstractmethod
    def session_id(self) -> SessionId | None:
        """With which session it ends; None where the host vouches for the user."""

    @abstractmethod
    def joined(self, snapshot: ChannelSnapshot) -> None:
        """It hears of a channel from now on: of what it missed, and then of what happens."""

    @abstractmethod
    def tell(self, told: Told) -> None:
        """Something happened in a channel that it hears of."""

    @abstractmethod
    def dropped(self, channel_id: ChannelId, reason: EndReason) -> None:
        """It hears of a channel no more."""

    @abstractmethod
    def end(self) -> None:
        """Its session is over."""
