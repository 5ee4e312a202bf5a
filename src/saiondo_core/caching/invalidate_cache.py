"""Forget what is cached of users, channels and messages."""

from typing import ClassVar

from attrs import frozen

from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.keys import Stale, channel_key, messages_tag, user_key
from saiondo_core.caching.managing import require_management
from saiondo_core.caching.ports import Cache
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CACHE_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase


@frozen(kw_only=True)
class InvalidateUserCacheUseCase(UseCase):
    """Forget what is cached of a user."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    incarnation: Incarnation

    async def execute(self, user_id: UserId) -> None:
        """Let the next read of *user_id* ask the store. Whatever this library changes is forgotten without being asked.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: It is not known whether it was forgotten.
        """
        await require_management(self.acting, self.policy)
        await self.incarnation.forget(Stale(keys=(user_key(user_id),)), self.cache)

    __call__ = execute


@frozen(kw_only=True)
class InvalidateChannelCacheUseCase(UseCase):
    """Forget what is cached of a channel."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    incarnation: Incarnation

    async def execute(self, channel_id: ChannelId) -> None:
        """Let the next reads of *channel_id*, and of its messages, ask the store.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: It is not known whether it was forgotten.
        """
        await require_management(self.acting, self.policy)
        stale = Stale(keys=(channel_key(channel_id),), tags=(messages_tag(channel_id),))
        await self.incarnation.forget(stale, self.cache)

    __call__ = execute


@frozen(kw_only=True)
class InvalidateMessageCachesUseCase(UseCase):
    """Forget what is cached of a channel's messages."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    cache: Cache
    incarnation: Incarnation

    async def execute(self, channel_id: ChannelId) -> None:
        """Let the next read of every page of *channel_id*'s messages ask the store.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
            UnavailableError: It is not known whether it was forgotten.
        """
        await require_management(self.acting, self.policy)
        await self.incarnation.forget(Stale(tags=(messages_tag(channel_id),)), self.cache)

    __call__ = execute
