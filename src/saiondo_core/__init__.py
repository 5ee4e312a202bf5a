"""Embed chat in any application: accounts, channels and messages behind a `UseCaseFactory`."""

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
