"""Users, channels and messages, from the cache or else from where they truly stand. Nobody's rights are judged here."""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from saiondo_core.caching.hearing import Hearing
from saiondo_core.caching.incarnation import Incarnation
from saiondo_core.caching.keys import channel_key, messages_key, messages_tag, user_key
from saiondo_core.caching.model import Lifespan
from saiondo_core.caching.ports import Cache
from saiondo_core.channels.model import Channel, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.kernel.ids import UserId
from saiondo_core.messages.model import Message
from saiondo_core.messages.ports import MessageRepository
from saiondo_core.users.model import User
from saiondo_core.users.ports import UserRepository

_NOBODY: Final = UserId("")
"""Whom a channel is loaded for: nobody can have this id, so that no place of anybody's comes with it."""

_ID_MOST = 64
"""How long the id of a user can be, and of a channel."""

_PAGE: Final = tuple[Message, ...]


@frozen(kw_only=True)
class CachedReads:
    """Reads that ask the store only for what is not cached, and once however many ask for it.

    Ids that nothing can have are not cached: whoever makes them up is not to drive out what others ask for.
    """

    cache: Cache
    users: UserRepository
    channels: ChannelRepository
    messages: MessageRepository
    entities: Lifespan
    pages: Lifespan
    hearing: Hearing
    incarnation: Incarnation

    async def user(self, user_id: UserId) -> User | None:
        """The user of that id, active or not."""
        if len(user_id) > _ID_MOST:
            return None
        return await self.cache.get_or_load(
            key=await self.incarnation.scope() + user_key(user_id),
            as_=User,
            load=lambda: self.users.get(user_id=user_id),
            lifespan=self.entities,
            tags=self.hearing.tags,
        )

    async def many_users(self, user_ids: tuple[UserId, ...]) -> tuple[User, ...]:
        """Those of them that there are, active or not, in the order of *user_ids*."""
        scope = await self.incarnation.scope()
        keys = {scope + user_key(user_id): user_id for user_id in user_ids if len(user_id) <= _ID_MOST}

        async def load(missing: tuple[str, ...]) -> Mapping[str, User]:
            found = await self.users.get_many(user_ids=tuple(keys[key] for key in missing))
            return {scope + user_key(user.id): user for user in found}

        known = await self.cache.get_or_load_many(
            keys=tuple(keys), as_=User, load=load, lifespan=self.entities, tags=self.hearing.tags
        )
        return tuple(user for user in (known[key] for key in keys) if user is not None)

    async def channel(self, channel_id: ChannelId) -> Channel | None:
        """The channel of that id, unless it was deleted."""
        if len(channel_id) > _ID_MOST:
            return None

        async def load() -> Channel | None:
            standing = await self.channels.standing(channel_id=channel_id, user_id=_NOBODY)
            return None if standing is None else standing.channel

        key = await self.incarnation.scope() + channel_key(channel_id)
        return await self.cache.get_or_load(
            key=key, as_=Channel, load=load, lifespan=self.entities, tags=self.hearing.tags
        )

    async def page(self, channel_id: ChannelId, *, limit: int, before: int | None) -> tuple[Message, ...]:
        """The last *limit* messages of that channel whose sequence is below *before*, by rising sequence."""
        if len(channel_id) > _ID_MOST:
            return ()

        async def load() -> tuple[Message, ...]:
            return await self.messages.history(channel_id=channel_id, before=before, after=None, limit=limit)

        scope = await self.incarnation.scope()
        found = await self.cache.get_or_load(
            key=scope + messages_key(channel_id, limit, before),
            as_=_PAGE,
            load=load,
            lifespan=self.pages,
            tags=(scope + messages_tag(channel_id), *self.hearing.tags),
        )
        return found or ()
