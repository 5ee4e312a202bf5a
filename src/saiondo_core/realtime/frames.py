"""What goes over the wire in either direction, as one JSON text each. `docs/realtime-protocol.md` tells of all."""

from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from attrs import frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId


@frozen(kw_only=True)
class Data:
    """What a frame says, beside its envelope. The type names the kind of frame."""

    type: ClassVar[str] = ""


D_co = TypeVar("D_co", bound=Data, covariant=True)


@frozen(kw_only=True)
class Frame(Generic[D_co]):
    """One text frame, as JSON.

    Attributes:
        type: The kind of frame: says of what kind `data` is.
        id: A client's name for its request, 1 to 64 characters; the answer bears it too.
        timestamp: When it was written, or when what it tells of happened. A client's own may be left out.
        user_id: Whom it is about, or from. A client that names somebody else than itself is refused.
    """

    type: str
    id: str | None = None
    data: D_co
    timestamp: datetime | None = None
    user_id: UserId | None = None
    channel_id: ChannelId | None = None
