"""Each fault of the network, between clients and servers of `websockets`, and between bare sockets."""

import asyncio
import socket
import struct
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import asynccontextmanager

import pytest
from attrs import frozen
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError
from websockets.protocol import State

from saiondo_core.testing.clocks import breathe
from saiondo_core.testing.fault_proxy import FaultProxy
from saiondo_core.testing.faults import Direction
from saiondo_core.testing.websocket_frames import Frame

TO_SERVER, TO_CLIENT = Direction
GUARD_SECONDS = 20
SIZES = 0, 1, 125, 126, 65_535, 65_536, 300_000
TEXT, FURTHER = 1, 0
MEBIBYTE = 1 << 20

each_way = pytest.mark.parametrize("direction", Direction)


@frozen
class Ends:
    """The two ends of a WebSocket through a proxy."""

    client: ClientConnection
    server: ServerConnection

    def of(
        self, direction: Direction
    ) -> tuple[ClientConnection | ServerConnection, ClientConnection | ServerConnection]:
        """Who sends in *direction*, and who receives."""
        return (self.client, self.server) if direction is TO_SERVER else (self.server, self.client)


@frozen
class Network:
    """A proxy, and who came to the server behind it."""

    proxy: FaultProxy
    arrived: "asyncio.Queue[ServerConnection]"

    @asynccontextmanager
    async def connected(self) -> AsyncGenerator[Ends]:
        """Connect."""
        async with connect(
            self.proxy.url(), proxy=None, ping_interval=None, close_timeout=0.1, max_size=None
        ) as client:
            yield Ends(client, await self.arrived.get())


@asynccontextmanager
async def network(seed: int = 0) -> AsyncGenerator[Network]:
    """Serve behind a proxy."""
    arrived: asyncio.Queue[ServerConnection] = asyncio.Queue()

    async def keep(connection: ServerConnection) -> None:
        arrived.put_nowait(connection)
        await connection.wait_closed()

    async with (
        asyncio.timeout(GUARD_SECONDS),
        serve(keep, "127.0.0.1", 0, compression=None, ping_interval=None, close_timeout=0.1, max_size=None) as server,
        FaultProxy("127.0.0.1", next(iter(server.sockets)).getsockname()[1], seed=seed) as proxy,
    ):
        yield Network(proxy, arrived)


@asynccontextmanager
async def bare() -> AsyncGenerator[tuple[FaultProxy, dict[Direction, tuple[socket.socket, socket.socket]]]]:
    """Connect two bare sockets through a proxy; for each direction, who sends and who receives."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        client.settimeout(0)
        listener.settimeout(0)
        async with asyncio.timeout(GUARD_SECONDS), FaultProxy("127.0.0.1", listener.getsockname()[1]) as proxy:
            await loop.sock_connect(client, ("127.0.0.1", proxy.port))
            server, _ = await loop.sock_accept(listener)
            await breathe()  # The proxy hears of it, too.
            with server:
                yield proxy, {TO_SERVER: (client, server), TO_CLIENT: (server, client)}


async def heard(receiver: socket.socket) -> bytes:
    """All that *receiver* hears until the end."""
    parts: list[bytes] = []
    while part := await asyncio.get_running_loop().sock_recv(receiver, MEBIBYTE):
        parts.append(part)
    return b"".join(parts)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until it *holds*; what a network waits for has no event of its own."""
    while not holds():
        await breathe()


async def numbered(ends: Ends, direction: Direction, numbers: Iterable[int]) -> list[str]:
    """Send *numbers* and then the end, and give what arrives before it."""
    sender, receiver = ends.of(direction)
    for number in numbers:
        await sender.send(f"{number}")
    await sender.send("end")
    arrived: list[str] = []
    while (message := str(await receiver.recv())) != "end":
        arrived.append(message)
    return arrived


@each_way
async def test_without_a_fault_everything_passes(direction: Direction) -> None:
    """Messages of every size pass whole, in order, and both ends close in peace."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        for size in SIZES:
            message = bytes(octet % 251 for octet in range(size))
            sending = asyncio.ensure_future(sender.send(message))
            assert message == await receiver.recv()
            await sending
        await sender.close()
        await receiver.wait_closed()
        assert 1000 == ends.client.close_code == ends.server.close_code
    assert 0 == through.proxy.lost(direction)


@each_way
async def test_the_nth_frame_is_lost(direction: Direction) -> None:
    """Exactly that frame of each connection is lost, in that direction only."""
    other = TO_CLIENT if direction is TO_SERVER else TO_SERVER
    async with network() as through:
        through.proxy.drop_frame(3, direction)
        for _ in range(2):
            async with through.connected() as ends:
                assert ["1", "2", "4", "5"] == await numbered(ends, direction, range(1, 6))
                assert ["1", "2", "3", "4", "5"] == await numbered(ends, other, range(1, 6))
        assert 2 == through.proxy.lost(direction)
        assert 0 == through.proxy.lost(other)


def with_length(length: int) -> Callable[[Frame], bool]:
    """Tell the frames of that *length*."""
    return lambda frame: length == frame.length


@each_way
async def test_a_frame_of_any_size_is_lost_whole(direction: Direction) -> None:
    """However long a frame is, what follows it arrives intact."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        for size in SIZES:
            through.proxy.drop_frames(direction, when=with_length(size))
            await sender.send(bytes(size))
            await sender.send(f"after {size}")
            assert f"after {size}" == await receiver.recv()
            through.proxy.heal()
            sending = asyncio.ensure_future(sender.send(bytes(size)))
            assert bytes(size) == await receiver.recv()
            await sending
        assert len(SIZES) == through.proxy.lost(direction)


@each_way
async def test_a_rule_sees_frames_as_they_are(direction: Direction) -> None:
    """A rule is shown the fragments of a message one by one, with what they carry, unmasked."""
    seen: list[Frame] = []

    def look(frame: Frame) -> bool:
        seen.append(frame)
        return False

    async with network() as through, through.connected() as ends:
        through.proxy.drop_frames(direction, when=look)
        sender, receiver = ends.of(direction)
        await sender.send(["hel", "lo"])
        await sender.send("x" * 70_000)

        assert "hello" == await receiver.recv()
        assert "x" * 70_000 == await receiver.recv()
    assert [
        (1, TEXT, False, 3, b"hel"),
        (2, FURTHER, False, 2, b"lo"),
        (3, FURTHER, True, 0, b""),
        (4, TEXT, True, 70_000, b"x" * 65_536),
    ] == [(frame.number, frame.opcode, frame.is_final, frame.length, frame.payload) for frame in seen[:4]]


async def lost_by_chance(seed: int) -> list[set[str]]:
    """Which of 500 odd and even numbers are lost, on two connections at once, a fifth of the odd ones being dropped."""

    def is_odd(frame: Frame) -> bool:
        return frame.payload[-1:] in b"13579"

    numbers = [f"{number}" for number in range(500)]
    async with network(seed) as through, through.connected() as one, through.connected() as other:
        through.proxy.drop_frames(TO_CLIENT, when=is_odd, share=0.2)
        arrived = await asyncio.gather(*(numbered(ends, TO_CLIENT, range(500)) for ends in (one, other)))
        lost = [set(numbers) - set(kept) for kept in arrived]
        assert sum(map(len, lost)) == through.proxy.lost(TO_CLIENT)
        assert all(kept == sorted(kept, key=int) for kept in arrived)
    return lost


async def test_chance_is_the_seed() -> None:
    """A seed loses the same share of the same frames each time; another seed, and another connection, lose others."""
    first, again, other = await lost_by_chance(1), await lost_by_chance(1), await lost_by_chance(2)

    assert first == again
    assert first != other
    assert first[0] != first[1]
    assert all(int(number) % 2 for lost in first for number in lost)
    assert all(25 < len(lost) < 75 for lost in first + other)


async def test_reset() -> None:
    """Both ends hear of a reset, and not of an end; when it has returned, the connection is gone."""
    async with bare() as (proxy, ways):
        await proxy.reset()
        assert () == proxy.connections
        for _, receiver in ways.values():
            with pytest.raises(ConnectionResetError):
                await heard(receiver)

    async with network() as through, through.connected() as ends:
        await through.proxy.reset()
        for end in (ends.client, ends.server):
            with pytest.raises(ConnectionClosedError):
                await end.recv()


async def test_a_fault_of_one_connection_spares_the_others() -> None:
    """What is done to one connection, no other notices."""
    async with network() as through, through.connected() as first, through.connected() as second:
        broken, _ = through.proxy.connections
        broken.drop_frame(1, TO_CLIENT)
        assert ["2"] == await numbered(first, TO_CLIENT, [1, 2])
        assert ["1", "2"] == await numbered(second, TO_CLIENT, [1, 2])
        assert [1, 0] == [connection.lost(TO_CLIENT) for connection in through.proxy.connections]
        await broken.reset()
        with pytest.raises(ConnectionClosedError):
            await first.client.recv()
        assert ["3"] == await numbered(second, TO_CLIENT, [3])


@each_way
async def test_a_black_hole_takes_one_direction(direction: Direction) -> None:
    """What is sent into a black hole is lost, the other direction lives, and after healing the next frame arrives."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        through.proxy.black_hole(direction)
        await sender.send("lost")
        await sender.send("x" * 100_000)
        await until(lambda: 2 == through.proxy.lost(direction))
        await receiver.send("alive")
        assert "alive" == await sender.recv()

        through.proxy.heal()
        await sender.send("back")
        assert "back" == await receiver.recv()


async def test_a_black_hole_hides_the_end() -> None:
    """Whoever leaves into a black hole has not left, for the other end: only silence tells."""
    async with network() as through, through.connected() as ends:
        through.proxy.black_hole()
        await ends.client.close()
        await ends.server.send("anybody?")
        await until(lambda: [1, 1] == [through.proxy.lost(direction) for direction in Direction])
        await breathe()
        assert State.OPEN is ends.server.state


@each_way
async def test_a_reset_passes_but_not_into_a_black_hole(direction: Direction) -> None:
    """When one end resets, the other hears a reset; behind a black hole it hears nothing."""
    for is_hidden in (False, True):
        async with bare() as (proxy, ways):
            sender, receiver = ways[direction]
            if is_hidden:
                proxy.black_hole(direction)
            sender.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sender.close()
            await breathe(1_000)
            with pytest.raises(BlockingIOError if is_hidden else ConnectionResetError):
                receiver.recv(1)


@each_way
async def test_who_lost_a_part_stays_silent(direction: Direction) -> None:
    """A stream that lost octets from its middle passes nothing on any more, healed or not."""
    async with bare() as (proxy, ways):
        loop = asyncio.get_running_loop()
        sender, receiver = ways[direction]
        await loop.sock_sendall(sender, b"begin")
        assert b"begin" == await loop.sock_recv(receiver, 5)
        proxy.black_hole()
        await loop.sock_sendall(sender, b"lost")
        await breathe(1_000)
        proxy.heal()
        await loop.sock_sendall(sender, b"late")
        sender.shutdown(socket.SHUT_WR)
        receiver.shutdown(socket.SHUT_WR)

        assert b"" == await heard(sender)
        assert b"" == await heard(receiver)


@each_way
async def test_a_half_close_ends_one_direction(direction: Direction) -> None:
    """The receiver hears the end after what came before it, what is sent later is lost, and the other way goes on."""
    async with bare() as (proxy, ways):
        loop = asyncio.get_running_loop()
        sender, receiver = ways[direction]
        await loop.sock_sendall(sender, b"before")
        assert b"before" == await loop.sock_recv(receiver, 6)
        proxy.half_close(direction)
        assert b"" == await heard(receiver)

        await loop.sock_sendall(sender, b"x" * MEBIBYTE)
        await loop.sock_sendall(receiver, b"the other way")
        receiver.shutdown(socket.SHUT_WR)
        assert b"the other way" == await heard(sender)


@each_way
async def test_a_half_closed_websocket_is_broken(direction: Direction) -> None:
    """Whoever hears the end without a close frame takes the connection for lost."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        through.proxy.half_close(direction)
        await sender.send("late")
        with pytest.raises(ConnectionClosedError, match="no close frame received"):
            await receiver.recv()
        await until(lambda: through.proxy.lost(direction) > 0)


@each_way
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("size", [0, 10, 200_000])
async def test_a_frame_is_cut(direction: Direction, size: int, reset: bool) -> None:
    """What came before the cut frame arrives, the frame does not, and both ends have lost the connection."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        await sender.send("whole")
        assert "whole" == await receiver.recv()
        through.proxy.cut_mid_frame(direction, reset=reset)
        await sender.send(bytes(size))
        for end in (sender, receiver):
            with pytest.raises(ConnectionClosedError):
                await end.recv()


async def test_half_of_a_cut_frame_arrives() -> None:
    """The receiver gets half of the octets and then the end."""
    async with bare() as (proxy, ways):
        head, frame = b"HTTP/1.1 101 Switching Protocols\r\n\r\n", b"\x81\x04abcd"
        server, client = ways[TO_CLIENT]
        proxy.cut_mid_frame(TO_CLIENT)
        await asyncio.get_running_loop().sock_sendall(server, head + frame + frame)
        assert head + frame[:3] == await heard(client)


async def filled(sender: socket.socket) -> int:
    """Send as much as is taken; how much that was."""
    sent = before = 0
    while (before := sent) < 100 * MEBIBYTE:
        try:
            while True:
                sent += sender.send(bytes(MEBIBYTE))
        except BlockingIOError:
            await breathe(1_000)
        if before == sent:
            break
    return sent


@each_way
@pytest.mark.parametrize("shut", [False, True])
async def test_a_shut_window_holds_the_sender_back(direction: Direction, shut: bool) -> None:
    """Whether the window is shut or the receiver reads nothing: the sender has to wait, and nothing is lost."""
    async with bare() as (proxy, ways):
        sender, receiver = ways[direction]
        receiving = asyncio.ensure_future(heard(receiver)) if shut else None
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        if shut:
            proxy.shut_window(direction)
        sent = await filled(sender)
        assert sent < (MEBIBYTE // 4 if shut else 100 * MEBIBYTE)
        sender.shutdown(socket.SHUT_WR)
        proxy.heal()
        assert sent == len(await (receiving or heard(receiver)))


@each_way
async def test_a_shut_window_passes_nothing_on(direction: Direction) -> None:
    """What was sent before healing arrives after it; the other direction does not wait."""
    async with network() as through, through.connected() as ends:
        sender, receiver = ends.of(direction)
        through.proxy.shut_window(direction)
        receiving = asyncio.ensure_future(receiver.recv())
        await sender.send("held")
        await receiver.send("alive")
        assert "alive" == await sender.recv()
        await breathe(1_000)
        assert not receiving.done()
        through.proxy.heal()
        assert "held" == await receiving


@each_way
async def test_a_delay_keeps_the_order(direction: Direction) -> None:
    """Nothing arrives earlier than the delay, all of it in order; after healing, what is sent passes at once again."""
    async with network() as through, through.connected() as ends:
        loop = asyncio.get_running_loop()
        through.proxy.delay(0.05, direction)
        begin = loop.time()
        assert [f"{number}" for number in range(100)] == await numbered(ends, direction, range(100))
        assert loop.time() - begin >= 0.05

        through.proxy.delay(GUARD_SECONDS, direction)
        through.proxy.heal()
        assert ["0"] == await numbered(ends, direction, range(1))


@each_way
async def test_a_throttle_takes_its_time(direction: Direction) -> None:
    """So many octets take at least their time, and arrive whole."""
    async with network() as through, through.connected() as ends:
        loop = asyncio.get_running_loop()
        sender, receiver = ends.of(direction)
        through.proxy.throttle(50_000, direction)
        begin = loop.time()
        await sender.send("x" * 10_000)
        assert "x" * 10_000 == await receiver.recv()
        assert loop.time() - begin >= 0.2
