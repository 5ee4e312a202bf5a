"""Writes the pages of docs/reference/ that the code tells by itself; with --check, only compares them."""

import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from textwrap import dedent
from types import FunctionType

from attrs import NOTHING, fields, frozen, has

from saiondo_core import SaiondoError, Settings, UseCaseFactory, UseCases, errors
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.auth.model import AuthPolicy
from saiondo_core.caching.cache_use_case import CacheUseCase
from saiondo_core.caching.model import CachePolicy
from saiondo_core.caching.redis_cache_use_case import RedisCacheUseCase
from saiondo_core.composition.dead_letters import DeadLetterBox
from saiondo_core.composition.groups import auth, channel, message, user
from saiondo_core.composition.settings import RelayPolicy, WebSocketSettings
from saiondo_core.composition.websocket.listening import WebSocketListening
from saiondo_core.composition.websocket.web_socket import WebSocketUseCase
from saiondo_core.kernel import decisions, policies
from saiondo_core.kernel.events import Event
from saiondo_core.kernel.ids import RoleId
from saiondo_core.kernel.policies import POLICIES, Own, Policy, Where
from saiondo_core.permissions.compiled import CompiledRoles
from saiondo_core.permissions.model import BUILT_IN, RoleBook
from saiondo_core.permissions.user_permission import UserPermissionUseCase
from saiondo_core.realtime.model import RealTimePolicy
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase

FOLDER = Path(__file__).parents[1] / "docs/reference"
NOTICE = "*Written from the code by `scripts/reference.py`: mend it there, then run `./scripts/docs`.*"
FEATURES = ("kernel", "users", "auth", "channels", "permissions", "messages", "realtime", "caching")
GROUPS = {
    "auth": auth.AuthGroup,
    "user": user.UserGroup,
    "channel": channel.ChannelGroup,
    "message": message.MessageGroup,
    "permission": UserPermissionUseCase,
    "real_time": RealTimeChatUseCase,
    "websocket": WebSocketUseCase,
    "cache.cache": CacheUseCase,
    "cache.redis": RedisCacheUseCase,
}
BESIDE = {"use_cases.dead_letters": DeadLetterBox, "factory": UseCaseFactory}


@frozen
class Doc:
    """A Google docstring: what stands before its sections, and the items of each."""

    text: str
    sections: dict[str, list[str]]

    @classmethod
    def of(cls, thing: object) -> "Doc":
        """Take the docstring of *thing* apart."""
        text, *rest = re.split(r"\n(Args|Attributes|Laws|Raises|Returns):\n", inspect.getdoc(thing) or "")
        bodies = (re.split(r"\n(?=(?:- )?\w+: )", dedent(body).strip()) for body in rest[1::2])
        items = ([" ".join(item.split()) for item in body] for body in bodies)
        # A fragment in a docstring is no example that runs by itself.
        return cls(text.strip().replace("```python", "```text"), dict(zip(rest[::2], items, strict=True)))

    def named(self, section: str) -> dict[str, str]:
        """Give what *section* says of each thing that it names."""
        items = (item.removeprefix("- ").partition(": ") for item in self.sections.get(section, ()))
        return {name: said for name, _, said in items}

    def listed(self, section: str) -> str:
        """Make a list of what *section* names."""
        return "\n".join(f"- `{name}`: {said}" for name, said in self.named(section).items())


def table(*rows: Iterable[str]) -> str:
    """Make a table of *rows*, the first of which is its head."""
    head, *rest = ([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, ["---"] * len(head), *rest))


def classes(part: str) -> Iterator[type]:
    """Go through the classes of one *part* of each feature, in the order of their definitions."""
    modules = [name for name in (f"saiondo_core.{feature}.{part}" for feature in FEATURES) if find_spec(name)]
    for module in map(import_module, ["saiondo_core.kernel.gates", *modules] if part == "ports" else modules):
        found = (value for value in vars(module).values() if isinstance(value, type))
        yield from (kind for kind in found if kind.__module__ == module.__name__)


def methods(kind: type) -> Iterator[tuple[str, str, Doc]]:
    """Go through the methods of *kind*: the name of each, its signature as the code spells it, and its docstring."""
    inherited = vars(WebSocketListening).items() if kind is WebSocketUseCase else ()
    for name, method in (*vars(kind).items(), *inherited):
        if isinstance(method, FunctionType) and not name.startswith("_"):
            spelt = re.split(r"def \w+", inspect.getsource(method), maxsplit=1)[1].split(":\n", 1)[0]
            yield name, re.sub(r"self(, |,\n *|(?=\)))", "", spelt, count=1).replace("\n    ", "\n"), Doc.of(method)


def leaves(kind: type) -> Iterator[tuple[str, type]]:
    """Go through what a *kind* of group holds, by name; a use case holds nothing that can be called."""
    if has(kind) and (kind in GROUPS.values() or kind.__module__.startswith("saiondo_core.composition.groups.")):
        yield from ((each.name, each.type or object) for each in fields(kind) if not each.name.startswith("_"))


def operations(path: str, kind: type) -> Iterator[str]:
    """Tell of everything that can be called at *path*, where a *kind* of group, use case or other object lies."""
    for name, leaf in leaves(kind):
        yield from operations(f"{path}.{name}", leaf)
    for name, spelt, doc in methods(kind):
        called = path if name == "execute" else f"{path}.{name}"
        yield f"### {called}\n\n```text\n{called}{spelt}\n```\n\n{doc.text}"
        yield doc.listed("Args")
        yield from (f"*Returns:* {' '.join(said)}" for section, said in doc.sections.items() if section == "Returns")
        yield from (f"*Raises:*\n\n{doc.listed(section)}" for section in doc.sections if section == "Raises")


def use_cases() -> Iterator[str]:
    """Tell of every operation: whom it acts for, group by group, and beside the groups."""
    for path, kind in ({"use_cases": UseCases} | GROUPS | BESIDE).items():
        yield f"## {path}\n\n{Doc.of(kind).text}"
        yield from operations(path, kind)


def error_tables() -> Iterator[str]:
    """Tell of every error, branch by branch, the branch itself first."""
    yield f"{Doc.of(errors).text}\n\n{Doc.of(SaiondoError).text}"
    listed: list[type[SaiondoError]] = [getattr(errors, name) for name in errors.__all__]
    for branch in (error for error in listed if error.__base__ is SaiondoError):
        rows = [["Error", "Code", "Retryable", "What happened, and what to do", "In English", "In Korean"]]
        for error in sorted((each for each in listed if issubclass(each, branch)), key=lambda each: each is not branch):
            names = f"`{error.__name__}`", f"`{error.code}`", "yes" if error.retryable else "no"
            said = f"{error.what} {error.hint}", error.user_messages["en"], error.user_messages["ko"]
            known = {f.name: f"{{{f.name}}}" if f.default is NOTHING else f.default for f in fields(error)}
            rows.append([*names, *(text.format_map(known) for text in said)])
        yield f"## {branch.__name__}\n\n{Doc.of(branch).text}\n\n{table(*rows)}"


def settings() -> Iterator[str]:
    """Tell of every setting, and of its default."""
    for kind in (Settings, AuthPolicy, RelayPolicy, RealTimePolicy, WebSocketSettings, CachePolicy, RedisSettings):
        rows = [("Setting", "Default", "What it says")]
        for each in fields(kind):
            is_number = type(each.default) in {int, float}
            default = f"{each.default:,}" if is_number else re.sub(r"\(.+\)", "()", repr(each.default))
            rows.append((f"`{each.name}`", f"`{default}`", Doc.of(kind).named("Attributes")[each.name]))
        yield f"## {kind.__name__}\n\n{Doc.of(kind).text}\n\n{table(*rows)}"


def events() -> Iterator[str]:
    """Tell of the kinds of events, each of which stands for all of its kind, and of every event."""
    rows = [("Action", "Class", "Resource", "What happened", "Carries")]
    for kind in (found for found in classes("events") if issubclass(found, Event)):
        doc, carries = Doc.of(kind), ", ".join(f"`{each.name}`" for each in fields(kind))
        if hasattr(kind, "action"):
            text = f"{doc.text} {doc.listed('Attributes').removeprefix('- ')}"
            rows.append((f"`{kind.action}`", f"`{kind.__name__}`", kind.resource, text, carries))
        else:
            yield f"## {kind.__name__}\n\n{doc.text}\n\n{doc.listed('Attributes')}".rstrip()
    yield f"## All events\n\n{table(*rows)}"


def ports() -> Iterator[str]:
    """Tell of every port: what it guarantees, its methods and its laws."""
    for kind in (found for found in classes("ports") if getattr(found, "_is_protocol", False)):
        yield f"## {kind.__name__}\n\n{Doc.of(kind).text}"
        yield "\n".join(f"- `{name}`: {doc.text}".replace("\n", "\n  ") for name, _, doc in methods(kind))
        yield from (f"*Laws:*\n\n{Doc.of(kind).listed(section)}" for section in Doc.of(kind).sections)


ASKED = {Where.CHANNEL: "in the channel", Where.INSIDE: "of members"}


def declared(path: str, kind: type) -> Iterator[tuple[str, Policy]]:
    """Go through the operations at *path*, each with the policy that its use case declares."""
    for name, row in vars(kind).items():
        if isinstance(row, Policy):
            yield f"{path}.{name}".removesuffix(".policy").removesuffix("_policy"), row
    for name, leaf in leaves(kind):
        yield from declared(f"{path}.{name}", leaf)


def permissions() -> Iterator[str]:
    """Tell of the roles that are built in, of what each permission allows, and of what each operation asks for."""
    book, roles = CompiledRoles(RoleBook(revision=0)), [role.id for role in BUILT_IN]
    held = [row for row in POLICIES if row.where not in {Where.DOOR, Where.HOST}]
    yield (Doc.of(policies).text)
    rows: list[Iterable[str]] = [
        ("Permission", "What it allows", "Asked", "One's own", *(f"`{role}`" for role in roles))
    ]
    for row in held:
        marks = ("✓" if _holds(book, role, row) else "" for role in roles)
        own = {Own.IGNORED: "", Own.SUFFICES: f"{row.owned}: no permission needed", Own.REQUIRED: f"only {row.owned}"}
        rows.append((f"`{row.permission}`", row.what, ASKED.get(row.where, "everywhere"), own[row.own], *marks))
    yield f"## Who holds what\n\n{table(*rows)}"
    yield f"## Where a permission is asked\n\n{Doc.of(Where).listed('Attributes')}"
    rows = [("Operation", "Permission", "Asked")]
    for path, row in (found for name, kind in GROUPS.items() for found in declared(name, kind)):
        asked = {Where.DOOR: "of nobody: a secret proves who asks", Where.HOST: "of the host itself"} | ASKED
        rows.append((f"`{path}`", f"`{row.permission}`", asked.get(row.where, "everywhere")))
    yield f"## What each operation asks for\n\n{table(*rows)}"
    yield f"## Why a decision is as it is\n\n{Doc.of(decisions.Reason).listed('Attributes')}"


def _holds(book: CompiledRoles, role: RoleId, row: Policy) -> bool:
    counts = row.where is not Where.EVERYWHERE if role.startswith("channel:") else row.where is not Where.INSIDE
    return counts and book.allowing((role,), row.permission) is not None


PAGES = {
    "Errors": error_tables,
    "Events": events,
    "Permissions": permissions,
    "Ports": ports,
    "Settings": settings,
    "Use cases": use_cases,
}


def main(*, is_checking: bool, folder: Path = FOLDER) -> int:
    """Write the pages of *folder* that are not current; or, checking, only name them, and return 1 if there are any."""
    told = {title: "\n\n".join((f"# {title}", NOTICE, *filter(None, tell()))) for title, tell in PAGES.items()}
    pages = {folder / f"{title.lower().replace(' ', '-')}.md": f"{text}\n" for title, text in told.items()}
    stale = [path for path, page in pages.items() if not path.exists() or path.read_text("utf-8") != page]
    for path in stale:
        print(path.name, "is not current" if is_checking else "written")
        if not is_checking:
            path.write_text(pages[path], "utf-8")
    return int(is_checking and bool(stale))


if __name__ == "__main__":
    sys.exit(main(is_checking="--check" in sys.argv))
