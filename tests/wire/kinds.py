"""What travels, and Hypothesis strategies for it, made from the fields of the attrs classes."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from types import GenericAlias, NoneType
from typing import NewType, cast, get_args, get_type_hints

from attrs import AttrsInstance, fields
from hypothesis import strategies as st

from saiondo_core.auth.model import AuthSession, Credential, Principal, Session, StoredSession
from saiondo_core.channels.model import (
    Activity,
    Ban,
    Channel,
    ChannelChange,
    Invitation,
    Membership,
    Standing,
    Unread,
)
from saiondo_core.errors import SaiondoError
from saiondo_core.kernel.decisions import PermissionDecision
from saiondo_core.kernel.events import Event, Head, Recorded
from saiondo_core.kernel.paging import Page
from saiondo_core.kernel.ports import Budget, DeadLetter
from saiondo_core.kernel.text import Json
from saiondo_core.messages.model import Appended, Entry, Imported, Message, MessageDraft, Reaction, Revision, Sent
from saiondo_core.permissions.model import Holders, Role, RoleAssignment, RoleBook, UserPermissions, UserRights
from saiondo_core.realtime.model import ChannelSnapshot, Lease, RealTimeMessage
from saiondo_core.realtime.notes import Note
from saiondo_core.realtime.read_events import EventPage
from saiondo_core.users.model import Mirrored, User
from saiondo_core.wire.families import members
from saiondo_core.wire.travelling import class_of, is_json, optional_of

ENTITIES: tuple[type[object], ...] = (
    *(User, Mirrored, Session, StoredSession, Credential, AuthSession, Principal),
    *(Channel, Membership, Ban, Invitation, Standing, Unread, Activity, ChannelChange),
    *(Message, MessageDraft, Revision, Reaction, Appended, Entry, Sent, Imported),
    *(Role, RoleAssignment, RoleBook, UserRights, UserPermissions, Holders, PermissionDecision),
    *(Recorded, Head, DeadLetter, Budget, Page[Message], Page[Channel], Page[DeadLetter], tuple[Message, ...]),
    *(Note, Lease, RealTimeMessage, ChannelSnapshot, EventPage),
)
EVENTS, NOTES, ERRORS = (
    tuple(kind for kind in members(root) if kind.__module__.startswith("saiondo_core."))
    for root in (Event, Note, SaiondoError)
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TIMES = st.datetimes(timezones=st.just(UTC)).map(
    lambda time: time.replace(microsecond=time.microsecond // 1000 * 1000, fold=0)
)
INTEGERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | INTEGERS | FLOATS | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
_SCALARS: dict[object, st.SearchStrategy[object]] = {
    str: TEXTS,
    int: INTEGERS,
    float: FLOATS,
    bool: st.booleans(),
    NoneType: st.none(),
    datetime: TIMES,
}


_VALUES: dict[object, st.SearchStrategy[object]] = {}


def values(kind: object) -> st.SearchStrategy[object]:
    """Any value of *kind*."""
    if kind not in _VALUES:
        _VALUES[kind] = _values(kind)
    return _VALUES[kind]


def _values(kind: object) -> st.SearchStrategy[object]:  # noqa: PLR0911 - a table.
    origin, arguments = class_of(kind), get_args(kind)
    if kind in _SCALARS:
        return _SCALARS[kind]
    if isinstance(kind, NewType):
        return values(kind.__supertype__)
    if is_json(kind):
        return JSON
    if (wanted := optional_of(kind)) is not None:
        return st.none() | values(wanted)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is frozenset:  # Of one at most: the tests compare texts, and equal sets have many.
        return st.frozensets(values(arguments[0]), max_size=1)
    if origin is Mapping:
        return st.dictionaries(TEXTS, values(arguments[1]), max_size=2)
    assert origin is not None
    if issubclass(origin, StrEnum):
        return st.sampled_from(list(origin))
    if origin in {Event, Note}:
        return st.one_of(*map(values, EVENTS if origin is Event else NOTES))
    variables: tuple[object, ...] = getattr(origin, "__parameters__", ())
    return _entities(origin, dict(zip(variables, arguments, strict=True)))


def _entities(entity: type, filled: Mapping[object, object]) -> st.SearchStrategy[object]:
    hints = get_type_hints(entity)
    names = [field.name for field in fields(cast("type[AttrsInstance]", entity))]
    inside = {name: values(_filled(hints[name], filled)) for name in names}
    return st.builds(cast("Callable[..., object]", entity), **inside)


def _filled(kind: object, filled: Mapping[object, object]) -> object:
    if kind in filled:
        return filled[kind]
    variables: tuple[object, ...] = getattr(kind, "__parameters__", ())
    return cast("GenericAlias", kind)[tuple(filled[variable] for variable in variables)] if variables else kind
