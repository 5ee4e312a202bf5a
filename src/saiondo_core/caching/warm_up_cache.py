"""Fill the cache before it is asked."""

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar, TypeVar

from attrs import frozen

from saiondo_core.caching.managing import require_management
from saiondo_core.caching.reading import CachedReads
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.kernel.policies import CACHE_MANAGE, Policy
from saiondo_core.kernel.rights import UseCase

T = TypeVar("T")
BATCH = 100
"""How many users are asked for at once."""


@frozen(kw_only=True)
class WarmUp:
    """How far a warm-up has got.

    Attributes:
        done: How many ids were looked up.
        total: How many there are to be.
        found: How many of them there are.
    """

    done: int
    total: int
    found: int


@frozen(kw_only=True)
class WarmupCacheUseCase(UseCase):
    """Fill the cache before it is asked."""

    policy: ClassVar[Policy] = CACHE_MANAGE
    reads: CachedReads

    async def execute(
        self,
        user_ids: Collection[UserId] = (),
        channel_ids: Collection[ChannelId] = (),
        on_progress: Callable[[WarmUp], None] | None = None,
    ) -> WarmUp:
        """Load those users and channels, as far as they are not cached; more than there is room for drive others out.

        Args:
            user_ids: Loaded a hundred at a time.
            channel_ids: Each loaded with the newest page of its messages.
            on_progress: Told after each hundred users, and after each channel.

        Returns:
            What was done.

        Raises:
            NotOpenError: The factory is not open.
            AccessDeniedError: The acting user may not manage the cache.
        """
        await require_management(self.acting, self.policy)
        users, channels = tuple(dict.fromkeys(user_ids)), tuple(dict.fromkeys(channel_ids))
        progress = WarmUp(done=0, total=len(users) + len(channels), found=0)
        for batch in _batches(users):
            found = await self.reads.many_users(batch)
            progress = _further(progress, len(batch), len(found), on_progress)
        for channel_id in channels:
            channel = await self.reads.channel(channel_id)
            if channel is not None:
                await self.reads.page(channel_id, limit=50, before=None)
            progress = _further(progress, 1, channel is not None, on_progress)
        return progress

    __call__ = execute


def _batches(ids: Sequence[T]) -> list[tuple[T, ...]]:
    return [tuple(ids[start : start + BATCH]) for start in range(0, len(ids), BATCH)]


def _further(before: WarmUp, done: int, found: int, on_progress: Callable[[WarmUp], None] | None) -> WarmUp:
    progress = WarmUp(done=before.done + done, total=before.total, found=before.found + found)
    if on_progress is not None:
        on_progress(progress)
    return progress
