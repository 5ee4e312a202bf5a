"""What can go wrong with putting the parts together."""

from attrs import frozen

from saiondo_core.kernel.errors import ConflictError, InvalidInputError, NotFoundError


@frozen(kw_only=True)
class SplitFamilyError(InvalidInputError):
    """Channels, messages and roles were given from two families of stores."""

    code = "split_family"
    field: str = "ports"
    expected: str = (
        "channels, messages and roles that share one log: a channel's offsets run over the events of both, its "
        "revision guards both, and no write is to follow from rights that are past"
    )


@frozen(kw_only=True)
class NoTenantsError(InvalidInputError):
    """The ports know of one namespace only."""

    code = "no_tenants"
    field: str = "ports"
    expected: str = "a bundle with `tenants`, which gives the ports of a namespace: Ports.replace(tenants=...)"


@frozen(kw_only=True)
class NoSharedCacheError(InvalidInputError):
    """Neither the settings nor the ports have a cache that several processes share."""

    code = "no_shared_cache"
    field: str = "settings.redis"
    expected: str = (
        'where Redis is, as Settings(redis=RedisSettings(url="redis://localhost:6379")); or ports with a cache'
    )


@frozen(kw_only=True)
class AlreadyOpenError(ConflictError):
    """A factory that is open was opened again."""

    code = "already_open"
    what = "The factory is open already."
    hint = "Open it once, when the host starts, and share its use cases."


@frozen(kw_only=True)
class HandlerNameTakenError(ConflictError):
    """Two handlers of events were given one name, and so one position in the log."""

    code = "handler_name_taken"
    name: str
    what = "There is a handler named {name} already."
    hint = "Give each handler a name of its own: use_cases.on(Event, name=...)."


@frozen(kw_only=True)
class HandlerNotFoundError(NotFoundError):
    """No handler of that name is registered."""

    code = "handler_not_found"
    name: str
    what = "There is no handler named {name}."
    hint = "Register it with use_cases.on(Event, name=...) before its dead letters are replayed."


@frozen(kw_only=True)
class DeadLetterNotFoundError(NotFoundError):
    """There is no such dead letter."""

    code = "dead_letter_not_found"
    letter_id: str
    what = "There is no dead letter {letter_id}."
    hint = "List them with use_cases.dead_letters.list()."
