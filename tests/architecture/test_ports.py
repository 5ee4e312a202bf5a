"""The rules of the ports, which let any of them travel: see "Ports" in CONTRIBUTING.md."""

import inspect
import re
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import get_type_hints

import pytest

from saiondo_core.auth.ports import PasswordVerifier
from saiondo_core.kernel.ports import EventLog, Logged
from saiondo_core.messages.ports import SendHook
from saiondo_core.permissions.ports import Speech
from saiondo_core.users.ports import Belongings
from saiondo_core.wire.travelling import is_byte_stream, obstacle
from tests.architecture.house import classes, is_local, ports

Method = Callable[..., object]

WITHOUT_SUITE: tuple[type, ...] = (Belongings, Logged, PasswordVerifier, SendHook, Speech)
"""What a host's own code decides, what one feature asks another, and what has no methods: they have no adapters."""

every_port = pytest.mark.parametrize("port", ports(), ids=lambda port: port.__name__)
every_travelling_port = pytest.mark.parametrize(
    "port", [port for port in ports() if not is_local(port)], ids=lambda port: port.__name__
)


def methods(port: type) -> Iterator[tuple[str, Method]]:
    """Go through the methods that *port* itself declares."""
    for name, value in vars(port).items():
        if isinstance(value, FunctionType) and (name == "__call__" or not name.startswith("_")):
            yield name, value


def parameters(method: Method) -> list[inspect.Parameter]:
    """List what callers pass to *method*."""
    return list(inspect.signature(method).parameters.values())[1:]


def laws(port: type) -> list[str]:
    """List the names of the laws in the docstring of *port*."""
    _, _, listed = inspect.cleandoc(port.__doc__ or "").partition("\nLaws:\n")
    return re.findall(r"^ *- (\w+): ", listed, re.MULTILINE)


def contract(port: type) -> type | None:
    """Find the suite that ships for *port*."""
    wanted = f"{port.__name__}Contract"
    shipped = (found for found in classes() if found.__module__.startswith("saiondo_core.testing.contracts"))
    return next((found for found in shipped if found.__name__ == wanted), None)


@every_port
def test_a_port_is_abstract_and_empty(port: type) -> None:
    """Whoever forgets a method of a port cannot be constructed, and a port adds no dictionary to its adapters."""
    own = {name for name, _ in methods(port)}
    abstract: frozenset[str] = getattr(port, "__abstractmethods__")  # noqa: B009 - `type` does not declare it.

    assert () == vars(port).get("__slots__")
    assert set() == own - abstract


@every_port
def test_every_port_lists_its_laws(port: type) -> None:
    """A port that has methods lists its laws by name, each once."""
    listed = laws(port)

    assert any(methods(port)) == bool(listed)
    assert len(listed) == len(set(listed))


@every_port
def test_arguments_are_annotated_and_keyword_only(port: type) -> None:
    """Rule 1: what is passed to a port is named and typed; local ports may take it by position."""
    for name, method in methods(port):
        kinds = {parameter.kind for parameter in parameters(method)}
        assert set(get_type_hints(method)) == {parameter.name for parameter in parameters(method)} | {"return"}, name
        assert kinds <= {inspect.Parameter.KEYWORD_ONLY} or is_local(port), name


@every_travelling_port
def test_methods_are_async(port: type) -> None:
    """Rule 2: any method may have to wait, except one that returns a stream of bytes; at most one argument is one."""
    for name, method in methods(port):
        hints = get_type_hints(method)
        streams = [parameter.name for parameter in parameters(method) if is_byte_stream(hints[parameter.name])]
        assert inspect.iscoroutinefunction(method) != is_byte_stream(hints["return"]), name
        assert len(streams) <= 1, name


@every_travelling_port
def test_the_only_property_is_the_log(port: type) -> None:
    """Rule 2: what is no method is the event log that the store's writes fill."""
    properties = {name: value for name, value in vars(port).items() if isinstance(value, property)}

    assert set(properties) <= {"log"}
    assert {get_type_hints(found.fget)["return"] for found in properties.values()} <= {EventLog}


@every_travelling_port
def test_what_passes_a_port_can_travel(port: type) -> None:
    """Rule 3: arguments and results are made of types that every codec and every store can carry."""
    for name, method in methods(port):
        for where, annotation in get_type_hints(method).items():
            found = None if is_byte_stream(annotation) else obstacle(annotation)
            assert found is None, f"{name}, {where}: {found} cannot travel"


# Rule 4, that every write is idempotent by its arguments, is behaviour: the laws say it, port by port.
# Rule 5, that errors travel, stands in test_errors.py; rule 6 is `is_local`.


@every_port
def test_a_contract_suite_ships_with_the_port(port: type) -> None:
    """Each law has a test of its name in the shipped suite, and the suite demands nothing that is not a law."""
    if port not in WITHOUT_SUITE:
        tests = {name.removeprefix("test_") for name in dir(contract(port)) if name.startswith("test_")}
        assert tests == set(laws(port))
