"""`docs/realtime-protocol.md` says what the code does, all of it, and nothing else."""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import cast, get_args, get_origin, get_type_hints

import pytest
from attrs import NOTHING, fields, has

from saiondo_core import errors
from saiondo_core.auth.verify_token import VerifyTokenUseCase
from saiondo_core.channels.events import ChannelEvent, MembershipEvent, OwnershipTransferred
from saiondo_core.channels.model import Channel, Membership
from saiondo_core.gateway import answering, connection
from saiondo_core.gateway.handshake import FOREIGN_ORIGIN, TOKEN_IN_URL, refusal
from saiondo_core.kernel.errors import SaiondoError
from saiondo_core.kernel.refusals import MissingActorError
from saiondo_core.kernel.text import METADATA_DEPTH, METADATA_OCTETS
from saiondo_core.messages.events import MessageDeleted, MessageEdited, MessageEvent, MessageSent
from saiondo_core.messages.model import CONTENT_MOST, MENTIONS_MOST, Message, clean_client_message_id
from saiondo_core.realtime import server
from saiondo_core.realtime.closing import CloseCode
from saiondo_core.realtime.frames import Data, Frame
from saiondo_core.realtime.joining import MEMBERS_MOST, MESSAGES_MOST
from saiondo_core.realtime.model import HISTORY_EVENTS_MOST, EndReason, Gap, GapReason, RealTimePolicy
from saiondo_core.realtime.real_time_chat import RealTimeChatUseCase
from saiondo_core.realtime.replies import FROM_SERVER, Happened
from saiondo_core.realtime.requests import FROM_CLIENT
from saiondo_core.wire.frames import decode_reply, decode_request, encode_frame
from saiondo_core.wire.parsing import DEPTH_MOST
from saiondo_core.wire.travelling import is_json, optional_of

PAGE = (Path(__file__).parents[2] / "docs/realtime-protocol.md").read_text("utf-8")
SECTIONS = dict(re.findall(r"^##+ (.+)\n((?:(?!##).*\n)*)", PAGE, re.MULTILINE))
SCALARS = {str: "text", int: "integer", float: "number", bool: "boolean", datetime: "time"}
ENTITIES = {"Message": Message, "Channel": Channel, "Membership": Membership, "Gap": Gap}
LEAVES: dict[str, type[SaiondoError]] = {name: getattr(errors, name) for name in errors.__all__}
BEHIND_BRANCHES: set[type[SaiondoError]] = {
    errors.DeactivatedError,
    errors.DeadlineExceededError,
    errors.GateFailedError,
    errors.TextCharactersError,
    errors.TextLengthError,
}
"""The leaves that an operation's docstring means, where it names their branch."""

clients = pytest.mark.parametrize("kind", FROM_CLIENT.values(), ids=lambda kind: kind.__name__)
servers = pytest.mark.parametrize("kind", FROM_SERVER.values(), ids=lambda kind: kind.__name__)


def rows(section: str, table: int = 0) -> list[tuple[str, ...]]:
    """The rows of one table of *section*, without its head; names without their backticks and links."""
    found: list[str] = re.findall(r"^\| .+\n\| ---.+\n((?:\|.+\n)*)", SECTIONS[section], re.MULTILINE)
    lines = (re.sub(r"\[(.+?)\]\(.+?\)", r"\1", line) for line in found[table].splitlines())
    return [tuple(re.sub(r"^ *`([^`]+)` *$", r"\1", cell).strip() for cell in line[1:-1].split("|")) for line in lines]


def examples(section: str) -> list[str]:
    """The JSON of *section*."""
    return re.findall(r"```json\n(.+?)```", SECTIONS[section], re.DOTALL)


def spelled(annotation: object) -> str:
    """What the page calls the type *annotation*."""
    if (wanted := optional_of(annotation)) is not None:
        return f"{spelled(wanted)} or null"
    if get_origin(annotation) is tuple:
        return f"list of {spelled(get_args(annotation)[0])}"
    if get_origin(annotation) is Mapping:
        (_, item) = get_args(annotation)
        return "object" if is_json(item) else f"object of {spelled(item)}"
    kind = getattr(annotation, "__supertype__", annotation)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return "text"
    if isinstance(kind, type) and has(kind):
        return "event" if kind is Happened else kind.__name__.lower()
    return SCALARS[cast("type", kind)]


def typed(kind: type) -> list[tuple[str, str]]:
    """The fields of *kind* and their types, as the page has them."""
    hints = get_type_hints(kind)
    return [(each.name, spelled(hints[each.name])) for each in fields(kind)]


def raised(call: Callable[..., object]) -> set[type[SaiondoError]]:
    """The errors that the docstring of *call* names."""
    _, _, told = (inspect.getdoc(call) or "").partition("\nRaises:\n")
    return {LEAVES[name] for name in re.findall(r"^ +(\w+Error):", told, re.MULTILINE)}


def named_in(module: object) -> set[type[SaiondoError]]:
    """The errors that *module* makes."""
    calls = [
        node.func for node in ast.walk(ast.parse(inspect.getsource(cast("type", module)))) if isinstance(node, ast.Call)
    ]
    return {LEAVES[call.id] for call in calls if isinstance(call, ast.Name) and call.id in LEAVES}


def happenings(kind: type[ChannelEvent] = ChannelEvent) -> Iterator[type[ChannelEvent]]:
    """The kinds of events that stand in a channel's log; what another test made up is none."""
    for each in kind.__subclasses__():
        yield from happenings(each)
        if "action" in vars(each) and each.__module__.startswith("saiondo_core."):
            yield each


def test_it_tells_of_every_frame() -> None:
    """Each frame of either side has its section, and no other has."""
    told = [heading for heading in SECTIONS if heading.startswith(("Client: ", "Server: "))]

    assert [*(f"Client: `{name}`" for name in FROM_CLIENT), *(f"Server: `{name}`" for name in FROM_SERVER)] == told
    assert list(FROM_CLIENT) == [name for name, *_ in rows("What a client says")]


def test_it_tells_of_the_envelope() -> None:
    """Each field of a frame, with its type."""
    told = [(name, kind) for name, kind, _ in rows("Frames")]

    assert [
        ("type", "text"),
        ("id", "text or null"),
        ("data", "object"),
        ("timestamp", "time or null"),
        ("user_id", "text or null"),
        ("channel_id", "text or null"),
    ] == told
    assert [each.name for each in fields(Frame)] == [name for name, _ in told]


@clients
def test_it_tells_of_every_field_that_a_client_sends(kind: type[Data]) -> None:
    """Each field, with its type and its default."""
    defaults = ["required" if each.default is NOTHING else json.dumps(each.default) for each in fields(kind)]
    expected = [(*field, default) for field, default in zip(typed(kind), defaults, strict=True)]

    assert expected == rows(f"Client: `{kind.type}`")


@servers
def test_it_tells_of_every_field_that_a_server_sends(kind: type[Data]) -> None:
    """Each field, with its type."""
    assert typed(kind) == [(name, its_type) for name, its_type, _ in rows(f"Server: `{kind.type}`")]


@pytest.mark.parametrize(("heading", "kind"), ENTITIES.items())
def test_it_tells_of_what_stands_in_frames(heading: str, kind: type) -> None:
    """Each field of each entity, with its type."""
    assert sorted(typed(kind)) == sorted((name, its_type) for name, its_type, _ in rows(heading))


@clients
def test_a_clients_example_is_taken(kind: type[Data]) -> None:
    """The server takes it as it stands."""
    assert [kind] == [type(decode_request(text, most=65_536).data) for text in examples(f"Client: `{kind.type}`")]


@servers
def test_a_servers_example_is_what_it_sends(kind: type[Data]) -> None:
    """Read as a frame and written again, it is the same: nothing is missing, and nothing too much."""
    (text,) = examples(f"Server: `{kind.type}`")
    frame = decode_reply(text)

    assert frame is not None
    assert kind is type(frame.data)
    assert json.loads(text) == json.loads(encode_frame(frame))


def test_it_tells_of_everything_that_happens() -> None:
    """Each action of a channel's log, and which fields it fills."""
    expected = dict[str, list[str]]()
    for kind in happenings():
        filled = {
            "message": issubclass(kind, MessageSent | MessageEdited | MessageDeleted),
            "message_id": issubclass(kind, MessageEvent),
            "member_id": issubclass(kind, MembershipEvent | OwnershipTransferred),
            "role_id": "role_id" in get_type_hints(kind),
            "emoji": "emoji" in get_type_hints(kind),
            "is_imported": issubclass(kind, MessageSent),
        }
        expected[kind.action] = [name for name, is_filled in filled.items() if is_filled]

    assert expected == {action: re.findall(r"\w+", told) for action, told in rows("Actions")}


def test_it_tells_of_every_close_code() -> None:
    """Each code, what it is called, and whether to come back."""
    asked = {True: "yes", False: "no"}
    expected = [
        (str(code.value), code.name, "once, with a new token" if code.asks_for_token else asked[code.is_retried])
        for code in CloseCode
    ]

    assert expected == [(code, name, back) for code, name, back, _ in rows("Close codes")]


def test_it_tells_of_every_reason() -> None:
    """Why there is a gap, and why there is nothing more to hear."""
    assert sorted(GapReason) == sorted(reason for reason, *_ in rows("Gaps"))
    assert sorted(EndReason) == sorted(reason for reason, _ in rows("Server: `leave_channel`", 1))


def test_it_tells_of_every_limit() -> None:
    """Each setting with its default, and what cannot be set."""
    assert {each.name: each.default for each in fields(RealTimePolicy)} == {
        name: float(default) for name, default, *_ in rows("Limits")
    }
    fixed = {what: int(value) for what, value in rows("Limits", 1)}
    assert f"the first `limit` events, 1 to {HISTORY_EVENTS_MOST}," in PAGE
    id_most, key_most = fixed.pop("Characters of a frame's `id`"), fixed.pop("Characters of a `client_message_id`")
    assert {
        "Characters of a message": CONTENT_MOST,
        "Mentions of a message": MENTIONS_MOST,
        "Bytes of `metadata`, and of what is broadcast, in their shortest form": METADATA_OCTETS,
        "Depth of the same": METADATA_DEPTH,
        "Depth of a frame": DEPTH_MOST,
        "Events of a `history` page": HISTORY_EVENTS_MOST,
        "Messages of a snapshot": MESSAGES_MOST,
        "Members of a snapshot": MEMBERS_MOST,
    } == fixed
    assert decode_request(json.dumps({"type": "pong", "id": "x" * id_most}), most=1_000).id
    with pytest.raises(errors.DecodeError):
        decode_request(json.dumps({"type": "pong", "id": "x" * (id_most + 1)}), most=1_000)
    assert clean_client_message_id("x" * key_most)
    with pytest.raises(errors.TextLengthError):
        clean_client_message_id("x" * (key_most + 1))


def test_it_tells_what_is_refused_before_a_connection_is_made() -> None:
    """Each name of a secret in the URL, in any case, and an origin that is not listed."""
    (secrets, *_), (origins, *_), _ = rows("Connecting")
    names: list[str] = re.findall(r"`([a-z_]+)`", secrets)

    assert names
    assert {TOKEN_IN_URL} == {refusal(f"/chat?a=1&{name.title()}=1", (), None) for name in names}
    assert "`Origin`" in origins
    assert refusal("/chat", ("https://a.example",), "https://b.example") == FOREIGN_ORIGIN
    assert ["HTTP 400: URLs are written into logs", "HTTP 403", "HTTP 101"] == [
        status for _, status in rows("Connecting")
    ]


def test_it_tells_of_every_error() -> None:
    """Each error that an answer may be, and whether to ask again."""
    asked = re.findall(r"chat\.(\w+)\(", inspect.getsource(answering))
    operations = get_type_hints(RealTimeChatUseCase)
    sent: set[type[SaiondoError]] = {errors.DecodeError, *BEHIND_BRANCHES, *named_in(server), *named_in(connection)}
    sent.update(raised(VerifyTokenUseCase.execute), *(raised(operations[name].execute) for name in asked))
    sent.discard(MissingActorError)  # Each request acts for whoever has authenticated.

    assert {(kind.code, kind.retryable) for kind in sent} == {
        (code, retryable == "yes") for code, retryable, _ in rows("Errors")
    }
