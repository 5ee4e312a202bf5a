"""The codec: what goes in comes out, strictly, and the same with and without msgspec."""

import os
import subprocess
import sys
from random import Random

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from saiondo_core import wire
from saiondo_core.errors import SaiondoError
from saiondo_core.messages.model import Message
from saiondo_core.wire import CannotTravelError, Codec, DecodeError
from tests.wire.house import MESSAGE
from tests.wire.kinds import ENTITIES, ERRORS, EVENTS, NOTES, values
from tests.wire.mutants import mutate

QUICK, SLOW = Codec(), Codec(accelerated=False)
LONG = bool(os.environ.get("SAIONDO_LONG"))
MUTANTS = 100

every_kind = pytest.mark.parametrize("kind", [*ENTITIES, *EVENTS, *NOTES, *ERRORS], ids=str)


@every_kind
@settings(max_examples=500 if LONG else 8)
@given(st.data())
def test_what_was_encoded_decodes_to_what_it_was(kind: type[object], data: st.DataObject) -> None:
    """Every entity, event, note and error comes back as it was, from the same bytes with and without msgspec."""
    value = data.draw(values(kind))
    octets = SLOW.encode(value, secrets=True)

    assert octets == QUICK.encode(value, secrets=True)
    for codec in QUICK, SLOW:
        for stored in False, True:
            back = codec.decode(kind, octets, stored=stored, most=None)
            assert repr(value) == repr(back)
            assert value == back or isinstance(value, SaiondoError)


@settings(max_examples=600 if LONG else 60)
@given(st.data(), st.integers(0, 2**32))
def test_a_tampered_document_is_the_same_to_both(data: st.DataObject, seed: int) -> None:
    """Whatever was done to a document, msgspec or not makes no difference to its result, or to its error's text.

    6,000 documents, and 60,000 where SAIONDO_LONG is set.
    """
    kind: type[object] = data.draw(st.sampled_from([*ENTITIES, *EVENTS, *NOTES]))
    octets = SLOW.encode(data.draw(values(kind)), secrets=True)
    random = Random(seed)
    for _ in range(MUTANTS):
        mutant = mutate(octets, random)
        for stored in False, True:
            assert outcome(SLOW, kind, mutant, stored=stored) == outcome(QUICK, kind, mutant, stored=stored), mutant


@pytest.mark.parametrize(
    "disguise",
    [
        (b"", b""),
        (b'"content":', b'"content" :'),
        (b'"content":', b'"content"\t:'),
        (b'"metadata":{', b'"metadata":{"ends in \\\\":1,'),
        (b'"metadata":{', b'"metadata":{"a quote\\"":1,'),
        (b'"content":"', b'"content":": begins with a colon'),
        (b'"content":"', b'"content":"says \\": in it'),
    ],
    ids=["plainly", "blank", "tab", "backslash", "quote", "colon", "quoted colon"],
)
@pytest.mark.parametrize("member", [b'"sequence":', b'"twice":'])
def test_a_name_that_stands_twice_is_found_however_it_hides(member: bytes, disguise: tuple[bytes, bytes]) -> None:
    """A member that is named twice is refused, with msgspec too, whatever else makes members hard to count."""
    document = SLOW.encode(evolve(MESSAGE, sequence=7, metadata={"twice": 7})).replace(*disguise, 1)
    twice = document.replace(member, member + b"7," + member, 1)

    refused = outcome(SLOW, Message, twice, stored=False)
    assert "no key twice" in refused
    assert refused == outcome(QUICK, Message, twice, stored=False)
    assert outcome(SLOW, Message, document, stored=False) == outcome(QUICK, Message, document, stored=False)


def outcome(codec: Codec, kind: type[object], document: bytes, *, stored: bool) -> str:
    """What becomes of *document*: the entity, secrets and all, or the text of the error."""
    try:
        value = codec.decode(kind, document, stored=stored)
    except DecodeError as error:
        return str(error)
    return f"{value!r} {SLOW.encode(value, secrets=True)!r}"


def test_the_codec_of_the_package_is_accelerated() -> None:
    """The functions that everybody uses are those of one codec, with msgspec where it is installed."""
    assert MESSAGE == wire.decode(Message, wire.encode(MESSAGE))
    assert MESSAGE == wire.from_dict(Message, wire.to_dict(MESSAGE))


def test_without_msgspec_the_authority_does_it_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra `fast` may be missing: nothing changes but the time it takes."""
    monkeypatch.setitem(sys.modules, "msgspec", None)
    for name in ("fast", "mirrors", "parts"):
        monkeypatch.delitem(sys.modules, f"saiondo_core.wire.{name}")

    assert SLOW.encode(MESSAGE) == Codec().encode(MESSAGE)


def test_to_dict_is_for_entities() -> None:
    """What is no object in JSON has no dictionary."""
    with pytest.raises(CannotTravelError):
        wire.to_dict((MESSAGE,))


@pytest.mark.parametrize("module", ["saiondo_core.wire", "saiondo_core.wire.frames", "saiondo_core.errors"])
def test_importing_loads_no_codec(module: str) -> None:
    """Cattrs and msgspec wait for the first document."""
    program = f"import sys, {module}; print([name for name in ('cattrs', 'msgspec') if name in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert "[]" == printed.strip()
