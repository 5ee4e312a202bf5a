"""Find what was said."""

from datetime import UTC, datetime
from typing import ClassVar

from attrs import evolve, frozen

from saiondo_core.channels.model import Activity, ChannelId
from saiondo_core.channels.ports import ChannelRepository
from saiondo_core.channels.standing import permitted_standing
from saiondo_core.kernel.decisions import Actor
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.paging import Page, checked_limit
from saiondo_core.kernel.policies import CHANNEL_LIST, CHANNEL_READ, Policy
from saiondo_core.kernel.rights import UseCase
from saiondo_core.messages.ports import MessageRepository, MessageSearch
from saiondo_core.messages.search_model import Place, Search, SearchHit, place_of
from saiondo_core.messages.search_query import Word, clean_query, highlights, terms_of, words_of

CANDIDATES_MOST = 500
"""How many messages a page looks at."""

CHANNELS_AT_ONCE = 1_000


@frozen(kw_only=True)
class SearchMessagesUseCase(UseCase):
    """Find messages by their words."""

    policy: ClassVar[Policy] = CHANNEL_READ
    channels: ChannelRepository
    messages: MessageRepository
    search: MessageSearch

    async def execute(
        self,
        *,
        query: str,
        user_id: UserId | None = None,
        channel_id: ChannelId | None = None,
        sender_id: UserId | None = None,
        before: datetime | None = None,
        after: datetime | None = None,
        limit: int = 20,
        cursor: str | None = None,
    ) -> Page[SearchHit]:
        """Find what holds all words of *query*, in the channels that *user_id* may read, the newest first.

        Whatever was sent, edited or deleted before the call is known to it. A page looks at no more than 500 messages,
        so it may have fewer hits than *limit*, or none, and still be followed by others; the pages together have every
        hit once.

        Args:
            query: 1 to 100 characters, whichever they are. A word stands for all that begin with it; what is quoted
                is a phrase of whole words. Case, width and compatibility forms do not count. Korean, Japanese and
                Chinese text is found inside words, too. A query without a word finds nothing.
            user_id: Who looks.
            channel_id: Only there. Where it is left out: everywhere they are a member.
            sender_id: Only what that user said.
            before: Only what was said before that moment.
            after: Only what was said after that moment.
            limit: At most so many hits a page, 1 to 200.
            cursor: The `next_cursor` of the page before.

        Returns:
            A page of messages as they are now, and where in their contents the words stand.

        Raises:
            ChannelNotFoundError: No such channel, or none the user may know of.
            NotAMemberError: The channel is public, but the user has not joined it.
            AccessDeniedError: The user may not.
            InvalidInputError: *query* or *limit* is not as said above, *before* or *after* has no zone, or the host
                itself, which is a member nowhere, names no channel.
            InvalidCursorError: *cursor* is not one that a search gave.
            MissingActorError: Nobody was named as the acting user.
            ActorMismatchError: Somebody else than the acting user was.
            NotOpenError: The factory is not open.
        """
        actor = self.acting.who(user_id)
        words = words_of(clean_query(query))
        checked_limit(limit)
        earliest, latest, below = _clean_time(after, "after"), _clean_time(before, "before"), Place.of_cursor(cursor)
        if channel_id is not None:
            # Judged before, too: how long it takes to search would tell strangers what is said there.
            await permitted_standing(self.channels, self.acting, channel_id, actor, self.policy)
        search = Search(
            channel_ids=await self._own_channels(actor) if channel_id is None else (channel_id,),
            terms=terms_of(words),
            sender_id=sender_id,
            before=latest,
            after=earliest,
            below=below,
        )
        while True:
            page = await self._page(search, words, limit)
            # Judged last: whoever is removed meanwhile is given nothing that was said after.
            if channel_id is not None:
                await permitted_standing(self.channels, self.acting, channel_id, actor, self.policy)
                return page
            found_in = tuple({hit.message.channel_id for hit in page})
            if found_in == await self._readable(actor, found_in):
                return page
            # Left out from the start: a hit that is only dropped would still show in the cursor.
            search = evolve(search, channel_ids=await self._readable(actor, search.channel_ids))

    async def _page(self, search: Search, words: tuple[Word, ...], limit: int) -> Page[SearchHit]:
        if not words:
            return Page(items=())
        hits: list[SearchHit] = []
        left, wanted = CANDIDATES_MOST, limit
        while True:
            found = await self.search.candidates(search=search, limit=wanted, most=left)
            for count, message_id in enumerate(found.message_ids, 1):
                message = await self.messages.get(message_id=message_id)
                # What it was found by may be edited or deleted by now.
                spans = () if message is None else highlights(words, message.content)
                if message is None or not spans:
                    continue
                hits.append(SearchHit(message=message, highlights=spans))
                if len(hits) == limit:
                    is_end = found.reached is None and count == len(found.message_ids)
                    return Page(items=tuple(hits), next_cursor=None if is_end else place_of(message).cursor)
            left -= found.looked_at
            if found.reached is None:
                return Page(items=tuple(hits))
            if left <= 0:
                return Page(items=tuple(hits), next_cursor=found.reached.cursor)
            search = evolve(search, below=found.reached)
            wanted *= 2

    async def _own_channels(self, actor: Actor) -> tuple[ChannelId, ...]:
        if actor.is_system:
            raise InvalidInputError(field="channel_id", expected="a channel, where the host itself searches")
        await self.acting.require(actor, CHANNEL_LIST)
        found: list[ChannelId] = []
        before: Activity | None = None
        while own := await self.channels.of_user(user_id=actor.id, before=before, limit=CHANNELS_AT_ONCE):
            found += [standing.channel.id for standing in own]
            before = own[-1].channel.last_activity
        return tuple(found)

    async def _readable(self, actor: Actor, channel_ids: tuple[ChannelId, ...]) -> tuple[ChannelId, ...]:
        readable: list[ChannelId] = []
        for channel_id in channel_ids:
            standing = await self.channels.standing(channel_id=channel_id, user_id=actor.id)
            roles = () if standing is None else standing.roles
            if (await self.acting.judge(actor, self.policy, roles=roles, scope=channel_id)).allowed:
                readable.append(channel_id)
        return tuple(readable)

    __call__ = execute


def _clean_time(time: datetime | None, field: str) -> datetime | None:
    if time is not None and time.tzinfo is None:
        raise InvalidInputError(field=field, expected="a time with its zone")
    return None if time is None else time.astimezone(UTC)
