"""Records: parsed and decoded once for as long as they are the same, and few and small enough to remember."""

import subprocess
import sys

from saiondo_core.adapters.redis.cache import RedisCache
from saiondo_core.adapters.redis.records import RECENT, RECENT_OCTETS, parsed
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.caching.model import MISSING, Lifespan
from saiondo_core.testing.contracts.user_cases import user
from saiondo_core.testing.redis_server import RedisServer
from saiondo_core.users.model import Mirrored, User
from tests.adapters.redis.opened import Reports, fresh

LIFE = Lifespan(ttl=300.0)
WITHOUT_HIREDIS = """
import asyncio, sys
sys.modules["hiredis"] = None
from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock

async def main():
    link = RedisLink(RedisSettings(url=sys.argv[1], budget=30.0), SystemClock(), print)
    await link.call("SET", "without hiredis", "ä\\r\\n$1")
    print(await link.call("MGET", "without hiredis", "nothing"), await link.call("UNLINK", "without hiredis"))
    await link.close()

asyncio.run(main())
"""


async def test_what_is_unchanged_is_decoded_once(shared_redis: RedisServer) -> None:
    """It is the very object until something else is set, by whomever; and as another kind it is not told meanwhile."""
    settings = fresh(shared_redis.url)
    here, there = (RedisCache(settings, SystemClock(), Reports()) for _ in range(2))
    await there.set(key="a", value=user("anna"), as_=User, lifespan=LIFE)
    first = await here.get(key="a", as_=User)
    assert user("anna") == first
    assert MISSING is await here.get(key="a", as_=Mirrored)
    again = await here.get(key="a", as_=User)
    assert first == again
    assert again is (await here.get_many(keys=("a", "b"), as_=User))["a"]

    await there.set(key="a", value=user("bert"), as_=User, lifespan=LIFE)
    assert user("bert") == await here.get(key="a", as_=User)
    await there.invalidate(keys=("a",))
    assert MISSING is await here.get(key="a", as_=User)
    await here.close()
    await there.close()


def test_so_many_records_are_remembered_and_no_large_ones() -> None:
    """The one that was not read for longest goes, and one over `RECENT_OCTETS` is parsed each time."""

    def raw(number: int, octets: int = 0) -> bytes:
        return b"1 1 1 kind of%d\n" % number + b"x" * octets

    first = parsed(raw(0))
    assert first is parsed(raw(0))
    for number in range(1, RECENT + 1):
        parsed(raw(number))
    assert first is not parsed(raw(0))

    large = raw(0, RECENT_OCTETS)
    assert parsed(large) is not parsed(large)


def test_without_hiredis_it_is_the_same(shared_redis: RedisServer) -> None:
    """The extra `fast` may be missing: nothing changes but the time it takes."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_HIREDIS, shared_redis.url], check=True, capture_output=True, text=True
    )
    said = ["ä\r\n$1".encode(), None]
    assert f"{said} 1" == ran.stdout.strip()
