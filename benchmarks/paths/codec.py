"""Messages to JSON and back."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from attrs import asdict, evolve, frozen
from cattrs.preconf.json import make_converter as make_json_converter
from cattrs.preconf.orjson import make_converter as make_orjson_converter
from pydantic import BaseModel, TypeAdapter

from benchmarks.harness import Bench, Contender
from benchmarks.rows import Goal, Of
from saiondo_core import ChannelId, Message, MessageId, UserId
from saiondo_core.messages.model import MessageType
from saiondo_core.wire import Codec

TITLE = "Messages to JSON and back"
PEERS = ("msgspec", "cattrs", "orjson", "pydantic")
PAGE = 50

ID = "01935f6e-7d3a-7c1e-9b53-0242ac12{:04x}"
MESSAGE = Message(
    id=MessageId(ID.format(1)),
    channel_id=ChannelId(ID.format(2)),
    sequence=12_345,
    sender_id=UserId(ID.format(3)),
    type=MessageType.TEXT,
    content="You'll need to do it from a livecd, @bert: 안녕",
    mentions=(UserId(ID.format(4)),),
    reply_to=MessageId(ID.format(5)),
    metadata={"client": "web", "tags": ["a", "b"], "score": 3},
    client_message_id="c-17",
    created_at=datetime(2026, 1, 2, 3, 4, 5, 678_000, UTC),
)


class Struct(msgspec.Struct, kw_only=True, frozen=True):
    """A message, as msgspec likes it best."""

    id: str
    channel_id: str
    sequence: int
    sender_id: str
    type: MessageType
    content: str
    mentions: tuple[str, ...]
    reply_to: str | None
    metadata: dict[str, Any]
    client_message_id: str | None
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


Plain = frozen(kw_only=True)(type("Plain", (), {"__annotations__": dict(Struct.__annotations__)}))
Model = type("Model", (BaseModel,), {"__annotations__": dict(Struct.__annotations__), "__module__": __name__})


async def measure(bench: Bench) -> None:
    """Encode, decode strictly, and decode what was stored, without metadata and with; then a page of history."""
    bare = evolve(MESSAGE, metadata={})
    for message, name in ((bare, "a message"), (MESSAGE, "a message with metadata")):
        await _encode(bench, f"encode {name}", (message,), Goal(of=Of.RATIO, most=2))
        await _decode(bench, f"decode {name}, strictly", message, Goal(of=Of.RATIO, most=4), stored=False)
        await _decode(bench, f"decode {name} that we stored", message, Goal(of=Of.RATIO, most=1.5), stored=True)
    await _encode(bench, f"a history page of {PAGE} to bytes", (bare,) * PAGE, Goal(of=Of.RATIO, most=0.2))


async def _encode(bench: Bench, case: str, messages: tuple[Message, ...], goal: Goal) -> None:
    """Encode one message as it is, and several as a tuple."""

    def contender(name: str, encode: Callable[[object], object], made: Callable[..., object]) -> Contender:
        values = tuple(made(**asdict(message)) for message in messages)
        return Contender(name=name, call=partial(encode, values if len(values) > 1 else values[0]))

    to_plain, to_quick = make_json_converter(), make_orjson_converter()
    models = TypeAdapter(Model if len(messages) == 1 else tuple[Model, ...])
    await bench.compare(
        case,
        limit=contender("msgspec.Struct", msgspec.json.Encoder().encode, Struct),
        ours=contender("wire", Codec().encode, Message),
        peers=[
            contender("wire without fast", Codec(accelerated=False).encode, Message),
            contender("msgspec on attrs", msgspec.json.Encoder().encode, Plain),
            contender("cattrs", to_plain.dumps, Plain),
            contender("cattrs+orjson", to_quick.dumps, Plain),
            contender("pydantic", models.dump_json, Model),
        ],
        goal=goal,
    )


async def _decode(bench: Bench, case: str, message: Message, goal: Goal, *, stored: bool) -> None:
    codec, slow = Codec(), Codec(accelerated=False)
    document = codec.encode(message)

    def contender(name: str, decode: Callable[..., object], *kinds: type) -> Contender:
        return Contender(name=name, call=partial(decode, *kinds, document))

    to_plain, to_quick = make_json_converter(), make_orjson_converter()
    await bench.compare(
        case,
        limit=contender("msgspec.Struct", msgspec.json.Decoder(Struct).decode),
        ours=contender("wire", partial(codec.decode, stored=stored), Message),
        peers=[
            contender("wire without fast", partial(slow.decode, stored=stored), Message),
            contender("msgspec on attrs", msgspec.json.Decoder(Plain).decode),
            contender("cattrs", lambda octets: to_plain.loads(octets, Plain)),
            contender("cattrs+orjson", lambda octets: to_quick.loads(octets, Plain)),
            contender("pydantic", Model.model_validate_json),
        ],
        goal=goal,
    )
