"""How Redis is reached: by parts or by a URL, with TLS, as a user of its lists, through Sentinels."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from saiondo_core.adapters.redis.link import RedisLink
from saiondo_core.adapters.redis.pool import open_pool
from saiondo_core.adapters.redis.settings import RedisSettings
from saiondo_core.adapters.system.clock import SystemClock
from saiondo_core.kernel.errors import InvalidInputError, UnavailableError
from saiondo_core.testing.redis_server import RedisServer
from tests.adapters.redis.opened import Reports, free_port, linked
from tests.adapters.redis.scripted_server import LossyRelay


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (RedisSettings(), {"host": "localhost", "port": 6379, "db": 0, "username": None, "password": None}),
        (RedisSettings(host="h", port=1, db=2, username="u", password="p"), {"host": "h", "port": 1, "db": 2}),
        (RedisSettings(url="redis://u:p%40@h:1/2"), {"host": "h", "db": 2, "username": "u", "password": "p@"}),
        (RedisSettings(url="rediss://h"), {"host": "h"}),
        (RedisSettings(url="unix:///tmp/s?db=3"), {"path": "/tmp/s", "db": 3}),  # noqa: S108 - Nobody opens it.
        (RedisSettings(url="redis://h?protocol=3&retry_on_timeout=yes&socket_timeout=99"), {"host": "h"}),
    ],
)
def test_settings_say_where(settings: RedisSettings, expected: dict[str, object]) -> None:
    """By parts or by URL; and whatever a URL asks for, nothing is tried twice, and no limit is the driver's own."""
    told = open_pool(settings).connection_kwargs
    fixed = {"protocol": 2, "retry_on_timeout": False, "socket_timeout": None, "socket_connect_timeout": 0.5}
    assert expected | fixed == {name: told[name] for name in expected | fixed}
    assert 0 == told["retry"].get_retries()


@pytest.mark.parametrize(
    "url", ["", "http://h", "h:6379", "redis+sentinel://h", "redis+sentinel:///service", "redis+sentinel://h:x/s"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    """With a remedy, and without what it says, which may be a password."""
    with pytest.raises(InvalidInputError) as raised:
        open_pool(RedisSettings(url=url + "#secret" if url else url))
    assert "url" == raised.value.field
    assert "secret" not in str(raised.value)


def test_no_password_is_shown() -> None:
    """Neither settings nor what is made of them show it."""
    for settings in RedisSettings(password="canary"), RedisSettings(url="redis://u:canary@h"):
        assert "canary" not in repr(settings)


async def test_a_user_of_the_lists_may_what_they_may() -> None:
    """Name and password of the URL are those of the connection; who lacks a right is told nothing was done."""
    with RedisServer() as server:
        async with linked(server) as link:
            await link.call("ACL", "SETUSER", "anna", "on", ">pass", "~anna:*", "+get", "+set")
        anna = RedisLink(RedisSettings(url=f"unix://anna:pass@{server.path}"), SystemClock(), Reports())
        assert b"OK" == await anna.call("SET", "anna:a", "1")
        with pytest.raises(UnavailableError) as raised:
            await anna.call("SET", "bert:a", "1")
        assert not raised.value.outcome_unknown
        assert {"noperm": 1} == anna.failures.counts
        await anna.close()


@pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")
async def test_tls_is_spoken_and_the_server_checked(shared_redis: RedisServer, tmp_path: Path) -> None:
    """`rediss://` reaches a server whose certificate is trusted, and no other."""
    certificate, key = tmp_path / "certificate", tmp_path / "key"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    files = ("-keyout", str(key), "-out", str(certificate))
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", *subject, *files)
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with LossyRelay(str(shared_redis.path), lambda _: False, tls=context) as relay:
        url = f"rediss://localhost:{relay.port}"
        for trusted, is_reached in ((f"?ssl_ca_certs={certificate}", True), ("", False)):
            link = RedisLink(RedisSettings(url=url + trusted, budget=30.0), SystemClock(), Reports())
            try:
                assert b"said" == await link.call("ECHO", "said")
                assert is_reached
            except UnavailableError as error:
                assert not is_reached, error.__cause__  # noqa: PT017 - It is one of two outcomes.
            await link.close()
        assert 1 == relay.commands


async def test_sentinels_are_asked_for_the_master(tmp_path: Path) -> None:
    """The first Sentinel that answers names it; each of them may be gone."""
    with RedisServer(port=free_port()) as server:
        port, unused = free_port(), free_port()
        configuration = tmp_path / "sentinel.conf"
        configuration.write_text(f"port {port}\nsentinel monitor mymaster 127.0.0.1 {server.port} 1\n")
        command = (str(server.program), str(configuration), "--sentinel")
        sentinel = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
        url = f"redis+sentinel://127.0.0.1:{unused},127.0.0.1:{port}/mymaster/2"
        link = RedisLink(RedisSettings(url=url, budget=5.0, failures=10_000), SystemClock(), Reports())
        async with asyncio.timeout(60):
            while not await answers(link):
                pass
        await link.call("SET", "a", "of the second")
        await link.close()
        sentinel.kill()
        await sentinel.wait()

        direct = RedisLink(RedisSettings(port=server.port, db=2), SystemClock(), Reports())
        assert b"of the second" == await direct.call("GET", "a")
        await direct.close()


async def answers(link: RedisLink) -> bool:
    """Whether Redis answers over *link*."""
    try:
        await link.call("PING")
    except UnavailableError:
        return False
    return True
