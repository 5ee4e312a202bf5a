"""The dead letters of this process."""

from attrs import define, field

from saiondo_core.kernel.ports import DeadLetter, DeadLetters


@define(eq=False, repr=False)
class MemoryDeadLetters(DeadLetters):
    """Dead letters that end with this process."""

    _letters: dict[str, DeadLetter] = field(factory=dict[str, DeadLetter], init=False)

    async def bury(self, *, letter: DeadLetter) -> None:
        """See `DeadLetters.bury`."""
        self._letters[letter.id] = letter

    async def get(self, *, letter_id: str) -> DeadLetter | None:
        """See `DeadLetters.get`."""
        return self._letters.get(letter_id)

    async def list(self, *, consumer: str | None, after: str, limit: int) -> tuple[DeadLetter, ...]:
        """See `DeadLetters.list`."""
        following = (
            letter
            for letter in self._letters.values()
            if letter.id > after and (consumer is None or letter.consumer == consumer)
        )
        return tuple(sorted(following, key=lambda letter: letter.id)[:limit])

    async def remove(self, *, letter_id: str) -> None:
        """See `DeadLetters.remove`."""
        self._letters.pop(letter_id, None)
