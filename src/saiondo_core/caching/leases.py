"""Leave to keep what a load will give: lost once something newer comes, or what is there goes."""

from attrs import define, field, frozen

from saiondo_core.caching.tagging import Tags


@frozen(eq=False)
class Lease:
    """Leave to keep one value. It is itself only: a later one under the same key is another."""

    key: str
    as_: object
    tags: tuple[str, ...]


@define(eq=False, repr=False)
class Leases:
    """The leases that hold, at most one for each key.

    Attributes:
        held: The leases by key. To be read only.
    """

    held: dict[str, Lease] = field(factory=dict[str, Lease], init=False)
    _tags: Tags = field(factory=Tags, init=False)

    def grant(self, key: str, as_: object, tags: tuple[str, ...]) -> Lease:
        """A new lease, which none under *key* precedes any more: whoever held one must have been told."""
        lease = self.held[key] = Lease(key, as_, tags)
        self._tags.tie(key, tags)
        return lease

    def give_back(self, lease: Lease) -> bool:
        """Let *lease* hold no more; whether it did until now."""
        if self.held.get(lease.key) is not lease:
            return False
        self.revoke(lease.key)
        return True

    def revoke(self, key: str) -> Lease | None:
        """The lease under *key*, which holds no more."""
        lease = self.held.pop(key, None)
        if lease is not None:
            self._tags.untie(key, lease.tags)
        return lease

    def under(self, tag: str) -> tuple[str, ...]:
        """The keys of the leases that bear *tag*."""
        return self._tags.bearers(tag)
