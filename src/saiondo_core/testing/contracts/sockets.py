"""What every client's end of a connection must do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest

from saiondo_core.realtime.errors import ConnectionLostError
from saiondo_core.realtime.ports import ClientSocket
from saiondo_core.testing.contracts.connectors import Host, Peer
from saiondo_core.testing.contracts.opening import Opener, missing

_TEXTS = ["one", '두: "😀"\n', "", "x" * 60_000, *map(str, range(200))]
"""More than any network takes in unread, and no text of more than a client may send."""

_STUCK_SECONDS = 0.2
"""After how long a text that was not taken is held for one that waits. Where it does not, less is proved."""


@pytest.mark.asyncio
class ClientSocketContract:
    """The laws of `ClientSocket`. Derive it, and give the fixture `opener`.

    Attributes:
        patience: For how many seconds a test may wait for what never comes.
    """

    patience: ClassVar[float] = 20.0

    @pytest.fixture
    def opener(self) -> Opener[Host]:
        """Open a server to which nobody is connected, and which takes whoever comes."""
        return missing(self)

    async def test_texts_arrive_once_and_in_order(self, opener: Opener[Host]) -> None:
        """Both ways at once, as texts; whoever stops waiting for one takes none away from who asks next."""
        async with self._connected(opener) as (socket, peer):
            for wait in range(3):
                waiting = asyncio.create_task(socket.receive())
                for _ in range(wait):
                    await asyncio.sleep(0)
                waiting.cancel()
                await asyncio.wait((waiting,))
                assert waiting.cancelled()

            async with asyncio.TaskGroup() as tasks:
                up = tasks.create_task(_heard(peer, len(_TEXTS)))
                down = tasks.create_task(_received(socket, len(_TEXTS)))
                for text in _TEXTS:
                    await socket.send(text.encode())
                    await peer.say(text)
            assert _TEXTS == up.result()
            assert _TEXTS == down.result()

    @pytest.mark.parametrize("code", [1000, 4001, None])
    async def test_the_end_is_told(self, opener: Opener[Host], code: int | None) -> None:
        """With the code, behind what was said before where it was said in order, and as often as it is asked for."""
        async with self._connected(opener) as (socket, peer):
            await peer.say("last words")
            if code is None:
                assert ["last words"] == await _received(socket, 1)
                peer.abort()
            else:
                await peer.close(code)
                assert ["last words"] == await _received(socket, 1)
            for _ in range(2):
                assert code == await _end_of(socket)

    @pytest.mark.parametrize("who", ["server", "client"])
    async def test_nothing_is_sent_after_the_end(self, opener: Opener[Host], who: str) -> None:
        """Whoever has ended it, each text is refused, and none arrives."""
        async with self._connected(opener) as (socket, peer):
            await (socket.close(4000) if who == "client" else peer.close(4001))
            await _end_of(socket)
            for _ in range(2):
                with pytest.raises(ConnectionLostError):
                    await socket.send(b"too late")
            if who == "client":
                assert 4000 == await peer.hear()

    async def test_closing_is_orderly(self, opener: Opener[Host]) -> None:
        """The server hears all that was sent, and then the code; closing has come to its end by itself."""
        async with self._connected(opener) as (socket, peer):
            sent = [str(number) for number in range(50)]
            hearing = asyncio.create_task(_heard(peer, len(sent)))
            for text in sent:
                await socket.send(text.encode())
            await socket.close(4000)

            assert sent == await hearing
            assert 4000 == await peer.hear()
            await _end_of(socket)

    async def test_aborting_is_at_once(self, opener: Opener[Host]) -> None:
        """Where the server answers nothing any more, whoever sends, receives or closes comes to an end with it."""
        async with self._connected(opener) as (socket, peer):
            peer.fall_silent()
            receiving, sending = asyncio.create_task(socket.receive()), await _stuck(socket)
            closing = asyncio.create_task(socket.close(1000))
            await asyncio.sleep(0)
            assert not closing.done()

            socket.abort()
            await closing
            await asyncio.wait((receiving, sending))
            lost = receiving.exception()
            assert isinstance(lost, ConnectionLostError)
            assert lost.close_code is None
            assert isinstance(sending.exception(), ConnectionLostError | None)
            assert await _end_of(socket) is None

    @asynccontextmanager
    async def _connected(self, opener: Opener[Host]) -> AsyncGenerator[tuple[ClientSocket, Peer]]:
        async with asyncio.timeout(self.patience), opener() as host:
            socket = await host.connector.connect()
            try:
                yield socket, await host.accepted()
            finally:
                socket.abort()


async def _received(socket: ClientSocket, count: int) -> list[str]:
    """List the next texts that the client is given."""
    given = [await socket.receive() for _ in range(count)]
    return [text if isinstance(text, str) else text.decode() for text in given]


async def _heard(peer: Peer, count: int) -> list[str | bytes | int | None]:
    """List the next things that the server is given."""
    return [await peer.hear() for _ in range(count)]


async def _end_of(socket: ClientSocket) -> int | None:
    """Ask for more, where there is no more: the code."""
    with pytest.raises(ConnectionLostError) as caught:
        await socket.receive()
    return caught.value.close_code


async def _stuck(socket: ClientSocket) -> "asyncio.Task[None]":
    """Send so much that there is no room any more, and give what waits for it."""
    while True:
        sending = asyncio.create_task(socket.send(b"x" * 60_000))
        done, _ = await asyncio.wait((sending,), timeout=_STUCK_SECONDS)
        if not done:
            return sending
        sending.result()
