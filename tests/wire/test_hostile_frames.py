"""What strangers send in place of real-time frames: each has its own answer, and none repeats what came in."""

import pytest

from saiondo_core.realtime.requests import FROM_CLIENT
from saiondo_core.wire import DecodeError
from saiondo_core.wire.frames import decode_request

MOST = 65_536
TYPE = "text that names the kind of frame"
KNOWN = "one of " + ", ".join(FROM_CLIENT)
ID = "1 to 64 characters on one line"
TEXT = "text"
CLEAN = "text without NUL and lone surrogates"
INTEGER = "an integer of at most 64 bits"
TIME = "a time in UTC with milliseconds, such as 2026-01-31T12:00:00.000Z"
JSON = (
    "JSON of at most 4096 bytes, 5 deep, with text keys, 64-bit integers, finite numbers, no NUL and no lone surrogate"
)
MISSING = "a value, which is missing"
SHALLOW = "nesting of at most 32"


def beating(member: str) -> str:
    """A heartbeat, and one member more."""
    return f'{{"type":"heartbeat",{member}}}'


def saying(kind: str, data: str) -> str:
    """A frame of that kind with that data."""
    return f'{{"type":"{kind}","data":{data}}}'


def telling(token: str) -> str:
    """An `auth` with that token, in JSON."""
    return saying("auth", f'{{"token":"hunter2{token}"}}')


HOSTILE = {
    "empty": ("", "$", "JSON"),
    "no JSON": ("heartbeat", "$", "JSON"),
    "cut short": ('{"type":"heartbeat"', "$", "JSON"),
    "two at once": ('{"type":"heartbeat"}{"type":"heartbeat"}', "$", "JSON"),
    "byte order mark": ('\ufeff{"type":"heartbeat"}', "$", "JSON"),
    "null": ("null", "$", "an object"),
    "array": ('[{"type":"heartbeat"}]', "$", "an object"),
    "no type": ("{}", "$.type", TYPE),
    "type of null": ('{"type":null}', "$.type", TYPE),
    "type of an array": ('{"type":["heartbeat"]}', "$.type", TYPE),
    "unknown type": ('{"type":"hunter2"}', "$.type", KNOWN),
    "type in capitals": ('{"type":"Heartbeat"}', "$.type", KNOWN),
    "type of a lone surrogate": ('{"type":"\\ud800"}', "$.type", KNOWN),
    "type of a server": ('{"type":"welcome"}', "$.type", KNOWN),
    "unknown field": (beating('"seq":"hunter2"'), "$.seq", "no such field"),
    "unknown field of data": (beating('"data":{"is_typing":true}'), "$.data.is_typing", "no such field"),
    "ugly name": (beating('"<b>\\n\\u202e":1'), "$['<b>\\n\\u202e']", "no such field"),
    "long name": (beating(f'"{"é" * 5_000}":1'), "$['" + "\\xe9" * 64 + "']", "no such field"),
    "data of text": (beating('"data":"hunter2"'), "$.data", "an object"),
    "data of null": (beating('"data":null'), "$.data", "an object"),
    "data of an array": (beating('"data":[]'), "$.data", "an object"),
    "id of a number": (beating('"id":7'), "$.id", TEXT),
    "empty id": (beating('"id":""'), "$.id", ID),
    "long id": (beating(f'"id":"{"a" * 65}"'), "$.id", ID),
    "id on two lines": (beating('"id":"hunter2\\nb"'), "$.id", ID),
    "id on two lines of Unicode": (beating('"id":"hunter2\\u2028b"'), "$.id", ID),
    "time of a number": (beating('"timestamp":1767225600'), "$.timestamp", TIME),
    "time of no zone": (beating('"timestamp":"2026-01-31T12:00:00.000"'), "$.timestamp", TIME),
    "user of an object": (beating('"user_id":{}'), "$.user_id", TEXT),
    "channel of true": (beating('"channel_id":true'), "$.channel_id", TEXT),
    "no data": ('{"type":"typing"}', "$.data.is_typing", MISSING),
    "missing field": (saying("message", '{"content":"hunter2"}'), "$.data.client_message_id", MISSING),
    "truth of 1": (saying("typing", '{"is_typing":1}'), "$.data.is_typing", "true or false"),
    "integer of true": (saying("history", '{"limit":true}'), "$.data.limit", INTEGER),
    "integer of a float": (saying("history", '{"limit":1.0}'), "$.data.limit", INTEGER),
    "integer of text": (saying("history", '{"limit":"1"}'), "$.data.limit", INTEGER),
    "integer of 65 bits": (saying("history", '{"limit":9223372036854775808}'), "$.data.limit", INTEGER),
    "5,000 digits": (saying("history", f'{{"limit":{"9" * 5_000}}}'), "$", "integers of at most 64 bits"),
    "NaN": (saying("history", '{"limit":NaN}'), "$", "JSON, which has no NaN"),
    "Infinity": (saying("broadcast", '{"data":{"a":Infinity}}'), "$", "JSON, which has no Infinity"),
    "infinity in digits": (saying("broadcast", '{"data":{"a":1e999}}'), "$.data.data", JSON),
    "array of the host's": (saying("broadcast", '{"data":[]}'), "$.data.data", "an object"),
    "deep JSON of the host's": (saying("broadcast", '{"data":{"a":[[[[[]]]]]}}'), "$.data.data", JSON),
    "large JSON of the host's": (saying("broadcast", f'{{"data":{{"a":"{"b" * 4_096}"}}}}'), "$.data.data", JSON),
    "deep JSON": (saying("broadcast", '{"data":' * 50 + "0" + "}" * 50), "$", SHALLOW),
    "60,000 brackets": ("[" * 60_000, "$", SHALLOW),
    "type twice": ('{"type":"heartbeat","type":"disconnect"}', "$", "objects that name no key twice"),
    "token twice": (saying("auth", '{"token":"a","token":"b"}'), "$", "objects that name no key twice"),
    "token of an array": (saying("auth", '{"token":["hunter2"]}'), "$.data.token", TEXT),
    "escaped lone surrogate": (telling("\\ud800"), "$.data.token", CLEAN),
    "lone surrogate": (telling("\ud800"), "$", "text without lone surrogates"),
    "lone surrogate in bytes": (telling("\ud800").encode(errors="surrogatepass"), "$", "text in UTF-8"),
    "no UTF-8": (telling("ü").encode("latin-1"), "$", "text in UTF-8"),
    "escaped NUL": (telling("\\u0000"), "$.data.token", CLEAN),
    "NUL": (telling("\0"), "$", "JSON"),
    "mention of a number": (
        saying("message", '{"content":"a","client_message_id":"1","mentions":["hunter2",2]}'),
        "$.data.mentions[1]",
        TEXT,
    ),
    "70,000 characters": (telling("a" * 70_000), "$", "at most 65536 bytes"),
    "70,000 bytes": (telling("é" * 35_000), "$", "at most 65536 bytes"),
}


@pytest.mark.parametrize(("text", "where", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_strangers_frame_is_refused(text: str | bytes, where: str, expected: str) -> None:
    """Each malformed or hostile frame has its own answer, which tells the place and repeats no value."""
    with pytest.raises(DecodeError) as refused:
        decode_request(text, most=MOST)

    assert (where, expected) == (refused.value.field, refused.value.expected)
    assert "hunter2" not in str(refused.value)
