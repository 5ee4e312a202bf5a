"""What things are called in Redis: names that no text can forge, and that mean nothing to a glob."""

import re
from hashlib import sha256
from urllib.parse import quote, unquote

from attrs import define, field

from saiondo_core.caching.ports import PATTERN_KEY_OCTETS

_GLOB = re.compile(r"[\\*?\[\]^-]")
_PLAIN = re.compile(rf"[\w.~:/@-]{{0,{PATTERN_KEY_OCTETS}}}", re.ASCII)
"""What percent-encoding leaves as it is."""

_TOKEN = re.compile(r"\\(.)|\[(\^?)((?:\\.|[^\]\\])+)\]|(.)", re.DOTALL)


@define(eq=False)
class Keys:
    """The names of one namespace, all of which begin with *prefix*.

    A text stands in a name percent-encoded, between braces: so what belongs to one key lies in one slot. A longer one
    is told by its SHA-256.

    Attributes:
        prefix: A text of the host's.
    """

    prefix: str
    generation: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.generation = f"{self.prefix}g"

    def value(self, key: str) -> str:
        """Where what is kept under *key* is."""
        return f"{self.prefix}v:{{{encoded(key)}}}"

    def lease(self, key: str) -> str:
        """Where it stands who loads *key*."""
        return f"{self.prefix}l:{{{encoded(key)}}}"

    def tag(self, name: str) -> str:
        """Where the version of the tag is that is told as *name*."""
        return f"{self.prefix}t:{{{name}}}"

    @property
    def tags(self) -> str:
        """What the names of versions begin with, before the brace."""
        return f"{self.prefix}t:"

    @property
    def tracked(self) -> tuple[str, ...]:
        """What the names begin with whose changes make what was read untrue."""
        return f"{self.prefix}v:{{", f"{self.tags}{{", self.generation

    @property
    def everything(self) -> str:
        """A glob of all names but `generation`; of none that has a longer prefix."""
        return _GLOB.sub(r"\\\g<0>", self.prefix) + "[vlt]:{*"

    @property
    def values(self) -> str:
        """A glob of all values; of none that has a longer prefix."""
        return _GLOB.sub(r"\\\g<0>", self.prefix) + "v:{*"

    def key(self, name: str) -> str | None:
        """The key whose value is called *name*; None where its text is too long to be told."""
        text = name.removeprefix(f"{self.prefix}v:{{").removesuffix("}")
        return None if text.startswith("#") else unquote(text, errors="surrogatepass")


def encoded(text: str) -> str:
    """*text* as it stands in names: different for each, without braces, glob characters, spaces and controls."""
    if _PLAIN.fullmatch(text):
        return text
    octets = text.encode(errors="surrogatepass")
    if len(octets) > PATTERN_KEY_OCTETS:
        return "#" + sha256(octets).hexdigest()
    # Neither braces nor glob characters are left, nor the mark of a digest.
    return quote(octets, safe=":/@")


def matcher(pattern: str) -> "re.Pattern[str]":
    r"""What matches the texts that the glob *pattern* means: `*`, `?`, `[ab]`, `[^ab]`, and `\` before any of them.

    A match takes as many steps as *pattern* times the text is long, at most: a star takes as little as lets what stands
    before the next one match, and that is not tried otherwise.
    """

    def said(token: "re.Match[str]") -> str:
        plain, inverse, members, other = token.groups()
        if members is not None:
            listed = "".join(map(re.escape, re.sub(r"\\(.)", r"\1", members, flags=re.DOTALL)))
            return f"[{'^' if inverse else ''}{listed}]"
        return "." if other == "?" else re.escape(plain or other)

    parts = [""]
    for token in _TOKEN.finditer(pattern):
        if token[0] == "*":
            parts.append("")
        else:
            parts[-1] += said(token)
    first, *between = parts
    last = [f".*{between.pop()}"] if between else []
    return re.compile("".join([first, *(f"(?>.*?{part})" for part in between), *last]), re.DOTALL)
