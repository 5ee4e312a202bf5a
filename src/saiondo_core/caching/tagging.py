"""Which keys bear which tags."""

from collections.abc import Iterable

from attrs import define, field


@define(eq=False, repr=False)
class Tags:
    """Keys by tag. A tag that no key bears takes up no room."""

    _keys: dict[str, dict[str, None]] = field(factory=dict[str, dict[str, None]], init=False)

    def tie(self, key: str, tags: Iterable[str]) -> None:
        """Let *key* bear *tags*."""
        for tag in tags:
            self._keys.setdefault(tag, {})[key] = None

    def untie(self, key: str, tags: Iterable[str]) -> None:
        """Let *key* bear *tags* no more; none that it does not bear matters."""
        for tag in tags:
            bearers = self._keys.get(tag)
            if bearers is not None:
                bearers.pop(key, None)
                if not bearers:
                    del self._keys[tag]

    def bearers(self, tag: str) -> tuple[str, ...]:
        """The keys that bear *tag*."""
        return tuple(self._keys.get(tag, ()))

    def clear(self) -> None:
        """Let no key bear any."""
        self._keys.clear()

    def __len__(self) -> int:
        """How many tags are borne."""
        return len(self._keys)
