"""Functions whose results are cached."""

from collections.abc import Awaitable, Callable, Collection
from functools import update_wrapper
from inspect import Parameter, Signature, signature
from typing import Generic, ParamSpec, TypeVar, cast

from attrs import define, frozen

from saiondo_core.caching.host_values import DeleteCachedUseCase, GetOrLoadUseCase, Lasting
from saiondo_core.kernel.errors import InvalidInputError
from saiondo_core.kernel.text import Json, canonical

P = ParamSpec("P")
T = TypeVar("T")


@frozen
class CallKey:
    """Builds the key of a call: its arguments in the order of the signature, which is read once.

    Calls have the same key where they mean the same: by position or by name, with a default given or left out. No two
    others have: arguments are told apart by kind, and no text in one of them can pass for another.
    """

    name: str
    signature: Signature
    parameters: tuple[Parameter, ...]

    @classmethod
    def of(cls, function: Callable[..., object], name: str | None) -> "CallKey":
        """The keys of the calls of *function*, under *name* or its qualified name.

        Raises:
            InvalidInputError: It takes any number of arguments, or was made inside another function and has no *name*.
        """
        if not name and "<" in function.__qualname__:  # Others that are made there are called the same.
            raise InvalidInputError(field="name", expected="a name of its own for a function made inside another")
        read = signature(function)
        parameters = tuple(read.parameters.values())
        if any(each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD} for each in parameters):
            raise InvalidInputError(field="function", expected="named parameters only")
        return cls(name or f"{function.__module__}.{function.__qualname__}", read, parameters)

    def __call__(self, args: tuple[object, ...], named: dict[str, object]) -> str:
        """The key of the call with those arguments.

        Raises:
            TypeError: The function cannot be called with them.
            InvalidInputError: One of them is no text, number or truth.
        """
        left = self.parameters[len(args) :]
        values = (*args, *(named.get(each.name, each.default) for each in left))
        given = sum(each.name in named for each in left)
        if len(values) != len(self.parameters) or given != len(named) or Parameter.empty in values:
            self.signature.bind(*args, **named)
        for each, value in zip(self.parameters, values, strict=True):
            if value is not None and not isinstance(value, str | int | float):
                raise InvalidInputError(field=each.name, expected="a text, a number, a truth or None, to be in a key")
        return f"{self.name}{canonical(list(cast('tuple[Json, ...]', values)))}"


@define(eq=False, slots=False)
class Cached(Generic[P, T]):
    """A function whose results are cached; call it as the function itself."""

    function: Callable[P, Awaitable[T | None]]
    as_: type[T]
    ttl: Lasting
    tags: Collection[str]
    get_or_load: GetOrLoadUseCase
    delete: DeleteCachedUseCase
    key_of: CallKey

    def __attrs_post_init__(self) -> None:
        """Look like the function."""
        update_wrapper(self, self.function)

    async def __call__(self, *args: P.args, **named: P.kwargs) -> T | None:
        """What the function gave, or gives, for these arguments; see `GetOrLoadUseCase`."""
        return await self.get_or_load.execute(
            self.key_of(args, named),
            lambda: self.function(*args, **named),
            as_=self.as_,
            ttl=self.ttl,
            tags=self.tags,
        )

    async def invalidate(self, *args: P.args, **named: P.kwargs) -> None:
        """Forget what the function gave for these arguments.

        Raises:
            UnavailableError: It is not known whether it was forgotten.
        """
        await self.delete.execute(self.key_of(args, named))
