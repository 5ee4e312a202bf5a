"""What things are called in Redis."""

import re
import subprocess
import sys
import tracemalloc
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.keys import Keys, encoded, matcher
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import Lifespan
from saiondo_core.caching.ports import PATTERN_KEY_OCTETS
from saiondo_core.testing.contracts.cache_cases import HOSTILE
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import LONG, Reports, closing, fresh, linked

KEYS = 100_000 if LONG else 10_000
PIECES = (*HOSTILE[:27], "}", "{", "]", "^", "-", "l:", "v:", "t:", "g", "#", "%", "=", "\n", " ", "saiondo:")
LIFE = Lifespan(ttl=300.0)
texts = st.lists(st.sampled_from(PIECES) | st.text(st.characters(codec=None)), max_size=4).map("".join)


def test_hostile_texts_have_names_of_their_own() -> None:
    """However alike texts are, no two values, leases and tags share a name, and no name means a pattern."""
    random, space = Random(7), Keys("a:")
    keys = {"".join(random.choices(PIECES, k=random.randint(0, 5))) for _ in range(KEYS)}
    keys |= {"x" * 1_000_000, "x" * 999_999 + "y", "{" * 1_000_000, "#" + "0" * 64}
    named = [(space.value(key), space.lease(key), space.tag(encoded(key))) for key in keys]
    names = {space.generation, *(name for three in named for name in three)}
    assert 3 * len(keys) + 1 == len(names)
    assert all(re.fullmatch(r"a:(g|[vlt]:\{[A-Za-z0-9_.~%:/@#-]*\})", name) for name in names)
    assert all(len(name) < 3 * PATTERN_KEY_OCTETS + 10 for name in names)


@given(texts)
def test_a_name_tells_its_key(text: str) -> None:
    """All but the longest are told back, code point by code point."""
    keys = Keys("*saiondo*:")
    is_short = len(text.encode(errors="surrogatepass")) <= PATTERN_KEY_OCTETS
    assert (text if is_short else None) == keys.key(keys.value(text))


@given(texts, texts)
def test_an_escaped_text_matches_itself_only(text: str, other: str) -> None:
    """A text whose every character is escaped is a pattern of that text."""
    matches = matcher("".join(f"\\{character}" for character in text)).fullmatch
    assert matches(text)
    assert (text == other) is bool(matches(other))


@pytest.mark.parametrize(
    ("pattern", "matched", "others"),
    [
        ("*", ("", "a", "a\nb"), ()),
        ("*a*b", ("ab", "aab", "abb", "xa\nxb"), ("", "ba", "a", "abx")),
        ("a*a", ("aa", "aba"), ("a", "aab")),
        ("**?*", ("a", "ab"), ("",)),
        ("*ab*[b]*c", ("abbc", "aabbxc", "ababc"), ("abc", "abcb")),
        ("a?c", ("abc", "a\nc", "a가c"), ("ac", "abbc")),
        ("[ab]", ("a", "b"), ("c", "ab", "")),
        ("[^ab]", ("c", "^"), ("a", "cc")),
        ("[a-]", ("a", "-"), ("b",)),
        ("[\\]]", ("]",), ("\\",)),
        ("[", ("[",), ("",)),
        ("a.b", ("a.b",), ("axb",)),
        ("\\*", ("*",), ("a", "\\")),
        ("a\\", ("a\\",), ("a",)),
        ("(a|b)+$", ("(a|b)+$",), ("a",)),
    ],
)
def test_patterns_are_globs(pattern: str, matched: tuple[str, ...], others: tuple[str, ...]) -> None:
    """They match whole texts, and nothing in them is a regular expression."""
    matches = matcher(pattern).fullmatch
    assert [True] * len(matched) + [False] * len(others) == [bool(matches(text)) for text in (*matched, *others)]


def test_no_pattern_takes_long() -> None:
    """Whatever a pattern is, a key is not tried in all ways to divide it: the machine itself would end only this."""
    code = f"from {matcher.__module__} import matcher; matcher('*a' * 100 + '*b').fullmatch('a' * 512)"
    assert 0 == subprocess.run((sys.executable, "-c", code), check=False, timeout=30).returncode


@given(st.text("ab*?", max_size=8), st.text("ab", max_size=8))
def test_stars_match_as_if_all_ways_were_tried(pattern: str, text: str) -> None:
    """A star takes as little as will do, and what it has taken it keeps; that loses no match."""
    tried = pattern.replace("*", ".*").replace("?", ".")
    assert bool(re.fullmatch(tried, text)) is bool(matcher(pattern).fullmatch(text))


async def test_values_are_counted_without_holding_their_names(shared_redis: RedisServer) -> None:
    """Of 20,000 no more is in memory at once than a page, and what a connection needs: not half of their names."""
    settings = fresh(shared_redis.url)
    names = [Keys(settings.key_prefix).value(str(number)) for number in range(20_000)]
    held = sum(map(sys.getsizeof, names))
    async with linked(shared_redis) as link, closing(RedisCache(settings, SystemClock(), Reports())) as cache:
        await link.call("MSET", *(word for name in names for word in (name, "")))
        tracemalloc.start()
        try:
            assert len(names) == (await cache.stats()).entries
            assert held / 2 > tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await cache.clear()


async def test_no_pattern_finds_a_foreign_key(shared_redis: RedisServer) -> None:
    """Whatever the prefix and the pattern are, the keys of others are not found, and not cleared."""
    mine = "m*[i]?n{e}\\:"
    async with linked(shared_redis) as link:
        foreign = ("mxine:v:{a}", "m*in{e}:v:{a}", "m*[i]xn{e}\\:v:{a}", "other:v:{a}")
        await link.call("MSET", *(word for name in foreign for word in (name, "foreign")))
        settings = fresh(shared_redis.url)
        cache = RedisCache(type(settings)(url=settings.url, key_prefix=mine), SystemClock(), Reports())
        for key in ("a", "b*", "c\r\n"):
            await cache.set(key=key, value=key, as_=str, lifespan=LIFE)
        assert ("a", "b*", "c\r\n") == await cache.get_keys_by_pattern(pattern="*", limit=10)
        assert ("b*",) == await cache.get_keys_by_pattern(pattern="*\\*", limit=10)
        await cache.clear()
        assert () == await cache.get_keys_by_pattern(pattern="*", limit=10)
        assert len(foreign) == await link.call("EXISTS", *foreign)
        await link.call("DEL", *foreign)
        await cache.close()
