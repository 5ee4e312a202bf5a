"""Embed chat in any application: accounts, channels and messages behind a `UseCaseFactory`.

Importing this loads nothing else: each name is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from saiondo_core.auth.model import AuthSession
    from saiondo_core.channels.model import Channel, ChannelId, ChannelType
    from saiondo_core.composition.factory import UseCaseFactory
    from saiondo_core.composition.memory import memory_ports
    from saiondo_core.composition.ports import Ports
    from saiondo_core.composition.settings import Settings
    from saiondo_core.composition.use_cases import UseCases
    from saiondo_core.kernel.errors import SaiondoError
    from saiondo_core.kernel.ids import UserId
    from saiondo_core.messages.model import Allow, Message, MessageId, Reject, Replace
    from saiondo_core.users.model import User

__all__ = [
    "Allow",
    "AuthSession",
    "Channel",
    "ChannelId",
    "ChannelType",
    "Message",
    "MessageId",
    "Ports",
    "Reject",
    "Replace",
    "SaiondoError",
    "Settings",
    "UseCaseFactory",
    "UseCases",
    "User",
    "UserId",
    "memory_ports",
]

_HOMES = {
    "Allow": "messages.model",
    "AuthSession": "auth.model",
    "Channel": "channels.model",
    "ChannelId": "channels.model",
    "ChannelType": "channels.model",
    "Message": "messages.model",
    "MessageId": "messages.model",
    "Ports": "composition.ports",
    "Reject": "messages.model",
    "Replace": "messages.model",
    "SaiondoError": "kernel.errors",
    "Settings": "composition.settings",
    "UseCaseFactory": "composition.factory",
    "UseCases": "composition.use_cases",
    "User": "users.model",
    "UserId": "kernel.ids",
    "memory_ports": "composition.memory",
}

if not TYPE_CHECKING:  # A checker that saw this would take every misspelt name for one of ours.

    def __getattr__(name: str) -> object:
        """Load what is called *name*, once."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return found


def __dir__() -> list[str]:
    """What is here, loaded or not."""
    return sorted({*globals(), *__all__})
