"""What every way to a server must do, and the server of which the suites have hold."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Protocol

import pytest

from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientConnector
from saiondo_core.testing.contracts.opening import Opener, missing

_TURNS_MOST = 60
"""After how many turns of the loop an attempt is cancelled at the latest: on loopback, that is after its end."""


class Peer(Protocol):
    """The server's end of one connection."""

    async def say(self, text: str) -> None:
        """Send *text*."""
        ...

    async def hear(self) -> str | bytes | int | None:
        """What comes next: a message, as text where it came as text; at the end its code, None where it has none."""
        ...

    async def close(self, code: int) -> None:
        """Close the connection with *code*, and return once the client has agreed."""
        ...

    def abort(self) -> None:
        """End the connection at once, and give no code."""
        ...

    def fall_silent(self) -> None:
        """Take nothing from the connection any more and answer nothing, not even a closing."""
        ...


class Host(Protocol):
    """A server, and the ways of clients."""

    @property
    def connector(self) -> ClientConnector:
        """The way to it."""
        ...

    @property
    def nowhere(self) -> ClientConnector:
        """The way to where nobody listens."""
        ...

    @property
    def held(self) -> int:
        """How many connections it has that have not ended, those included that are being made."""
        ...

    async def accepted(self) -> Peer:
        """Its end of the next connection that is made, in the order in which they are."""
        ...


@pytest.mark.asyncio
class ClientConnectorContract:
    """The laws of `ClientConnector`. Derive it, and give the fixture `opener`.

    Attributes:
        patience: For how many seconds a test may wait for what never comes.
    """

    patience: ClassVar[float] = 20.0

    @pytest.fixture
    def opener(self) -> Opener[Host]:
        """Open a server to which nobody is connected, and which takes whoever comes."""
        return missing(self)

    async def test_a_server_is_reached(self, opener: Opener[Host]) -> None:
        """By two connections of one connector: what is said on either, and its end, are not the other's."""
        async with asyncio.timeout(self.patience), opener() as host:
            first, first_peer = await host.connector.connect(), await host.accepted()
            second, second_peer = await host.connector.connect(), await host.accepted()
            assert 2 == host.held

            await second.send(b"second")
            await first.send(b"first")
            assert ("first", "second") == (await first_peer.hear(), await second_peer.hear())

            first.abort()
            assert await first_peer.hear() is None
            await second.send(b"still there")
            assert "still there" == await second_peer.hear()
            second.abort()

    async def test_a_server_that_is_not_there_is_lost(self, opener: Opener[Host]) -> None:
        """However often it is tried."""
        async with asyncio.timeout(self.patience), opener() as host:
            for _ in range(2):
                with pytest.raises(ConnectionLostError) as caught:
                    await host.nowhere.connect()
                assert caught.value.close_code is None

    async def test_a_cancelled_attempt_leaves_nothing(self, opener: Opener[Host]) -> None:
        """Whenever it is cancelled, no task is left of it here, and no connection there."""
        async with asyncio.timeout(self.patience), opener() as host:
            before = asyncio.all_tasks()
            for turns in range(_TURNS_MOST):
                attempt = asyncio.create_task(host.connector.connect())
                for _ in range(turns):
                    await asyncio.sleep(0)
                attempt.cancel()
                await asyncio.wait((attempt,))
                if not attempt.cancelled():
                    attempt.result().abort()

            await _until(lambda: host.held == 0 and asyncio.all_tasks() <= before)


async def _until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is waited for happens in many places, and tells nobody.
        await asyncio.sleep(0.005)
