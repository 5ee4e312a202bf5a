"""The dead letters, for whoever looks after the host."""

from attrs import frozen

from saiondo_core.composition.tenant import Tenant
from saiondo_core.kernel.paging import Page, checked_limit, decode_cursor, encode_cursor, page_of
from saiondo_core.kernel.ports import DeadLetter


@frozen
class DeadLetterBox:
    """Events that a handler failed on until its tries were used up."""

    _tenant: Tenant

    async def list(
        self, *, consumer: str | None = None, cursor: str | None = None, limit: int = 50
    ) -> Page[DeadLetter]:
        """Show the dead letters of the handler named *consumer*, or of all handlers.

        Raises:
            NotOpenError: The factory is not open.
            InvalidInputError: *limit* is not between 1 and 200, or *cursor* is none of this list's.
        """
        self._tenant.check()
        after = "" if cursor is None else decode_cursor(cursor, "dead_letters", 1)[0]
        letters = self._tenant.ports.letters
        found = await letters.list(consumer=consumer, after=after, limit=checked_limit(limit) + 1)
        return page_of(found, limit=limit, cursor=lambda letter: encode_cursor("dead_letters", letter.id))

    async def replay(self, letter_id: str) -> None:
        """Give a dead letter's event to its handler once more, and forget the letter if that goes well.

        Raises:
            NotOpenError: The factory is not open.
            DeadLetterNotFoundError: There is no such letter.
            HandlerNotFoundError: Its handler is not registered.
            Exception: Whatever the handler raises; then the letter stays.
        """
        self._tenant.check()
        await self._tenant.replay(letter_id)

    async def discard(self, letter_id: str) -> None:
        """Forget a dead letter for good.

        Raises:
            NotOpenError: The factory is not open.
        """
        self._tenant.check()
        await self._tenant.ports.letters.remove(letter_id=letter_id)
