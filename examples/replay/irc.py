"""Reads IRC logs: what each line is, and whose."""

import re
from codecs import BOM_UTF8
from enum import StrEnum
from pathlib import Path

from attrs import frozen


class Kind(StrEnum):
    """What a line of a log is."""

    SAID = "said"
    BLANK = "blank"
    JOINED = "joined"
    LEFT = "left"
    RENAMED = "renamed"
    NOTICE = "notice"


@frozen(kw_only=True)
class Line:
    """A line of a log.

    Attributes:
        nick: Whose line it is; empty for a notice of the server, and for an empty line.
        text: What they said, the channel they joined, their new nick, or the kind of notice.
    """

    number: int
    kind: Kind
    nick: str = ""
    text: str = ""


@frozen(kw_only=True)
class Log:
    """A log that was read.

    Attributes:
        name: The end of its path.
        mended: How many lines were not UTF-8, and have U+FFFD where they were not.
    """

    name: str
    lines: tuple[Line, ...]
    mended: int


class UnreadableLineError(Exception):
    """A line is none that an IRC log has."""


# Logs with "===" lines write a space behind each "]" of a nick there: "=== g[r] eek bows".
_NICK = r"(?P<nick>(?:[^\s\]/:]|\] ?)+)"
_FORMS = tuple(
    (kind, re.compile(form))
    for kind, form in (
        (Kind.SAID, r"\[\d\d:\d\d\] <(?P<nick>[^>]+)> ?(?P<text>.*)"),
        (Kind.SAID, r"\[\d\d:\d\d\] +\* (?P<nick>\S+) ?(?P<does>.*)"),
        (Kind.JOINED, rf"=== {_NICK} +\[\S*\] +has joined (?P<text>#\S+)\s*"),
        (Kind.LEFT, rf"=== {_NICK} +\[\S*\] +has (?:left #\S+|quit).*"),
        (Kind.RENAMED, rf"=== {_NICK} +is now known as (?P<text>.+)"),
        (Kind.NOTICE, r"=== (?P<text>[A-Za-z]+)(?:/#|:|(?<=Topic) (?:for |\()#).*"),
        (Kind.SAID, rf"=== {_NICK} +(?P<does>.*)"),
    )
)


def parse_line(text: str, number: int) -> Line | None:
    """What the line *text* says; None where it is none that an IRC log has."""
    if not text.strip():
        return Line(number=number, kind=Kind.BLANK)
    for kind, form in _FORMS:
        if found := form.fullmatch(text):
            return _line(number, kind, found.groupdict(""))
    return None


def read_log(path: Path) -> Log:
    """Read a whole log, of which every line must be one that IRC logs have.

    Raises:
        OSError: It cannot be read.
        UnreadableLineError: It holds something else.
    """
    # Only "\n" ends a line: people have typed the control characters that str.splitlines also breaks at.
    raw = path.read_bytes().removeprefix(BOM_UTF8).removesuffix(b"\n")
    octets = [line.removesuffix(b"\r") for line in raw.split(b"\n")] if raw else []
    texts = [line.decode(errors="replace") for line in octets]
    lines = [parse_line(text, number) for number, text in enumerate(texts, start=1)]
    readable = tuple(line for line in lines if line is not None)
    if len(readable) < len(lines):
        number = lines.index(None) + 1
        raise UnreadableLineError(f"{path}, line {number}: this is no line of an IRC log: {texts[number - 1][:60]!r}")
    mended = sum(text.encode() != line for text, line in zip(texts, octets, strict=True))
    return Log(name=str(path)[-80:], lines=readable, mended=mended)


def _line(number: int, kind: Kind, found: dict[str, str]) -> Line:
    text = f"/me {found['does']}" if found.get("does", "").strip() else found.get("text", "")
    if kind is Kind.RENAMED:
        text = _without_spaces(text)
    if kind is Kind.SAID and not text.strip():
        kind = Kind.BLANK
    return Line(number=number, kind=kind, nick=_without_spaces(found.get("nick", "")), text=text)


def _without_spaces(nick: str) -> str:
    return "".join(nick.split())
