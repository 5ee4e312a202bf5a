"""The store of cursors in a file."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest

from saiondo_core.adapters.disk.cursors import DiskCursors
from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.errors import CursorsUnavailableError, CursorsUnreadableError
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.ports import CursorStore
from saiondo_core.testing.contracts.cursors import CursorStoreContract
from saiondo_core.testing.contracts.opening import Opener

ANNA, TEAM, HALL = UserId("anna"), ChannelId("team"), ChannelId("hall")
LONG = os.environ.get("SAIONDO_LONG") == "1"

WRITER = """
import asyncio, sys
from saiondo_core.adapters.disk.cursors import DiskCursors

async def main():
    store = DiskCursors(sys.argv[1])
    for number in range(int(sys.argv[2]), 1_000_000):
        for channel in ("team", "hall"):
            await store.keep(user_id="anna", channel_id=channel, cursor=str(number))
        print(number, flush=True)

asyncio.run(main())
"""


def left_in(folder: Path) -> list[str]:
    """List what lies in *folder*."""
    return sorted(path.name for path in folder.iterdir())


def told_until_killed(path: Path, first: int) -> int:
    """Let a process keep one number after the other, kill it, and give the last that it told of."""
    command = [sys.executable, "-c", WRITER, str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        return int([*lines, *process.stdout.read().splitlines()][-1])


class TestDiskCursors(CursorStoreContract):
    """It keeps the laws of its port."""

    @pytest.fixture
    def opener(self, tmp_path: Path) -> Opener[CursorStore]:
        """Open a store whose file is not there yet."""
        names = count()

        @asynccontextmanager
        async def opened() -> AsyncGenerator[CursorStore]:
            yield DiskCursors(tmp_path / f"cursors-{next(names)}.json")

        return opened


async def test_what_was_kept_is_there_for_the_next_one(tmp_path: Path) -> None:
    """Another process, which opens the same file, is given what was kept; and nothing but the file is left behind."""
    path = tmp_path / "cursors.json"
    first = DiskCursors(path)
    await first.keep(user_id=ANNA, channel_id=TEAM, cursor=Cursor("late"))
    await first.keep(user_id=ANNA, channel_id=HALL, cursor=Cursor("early"))
    await first.forget(user_id=ANNA, channel_id=HALL)

    assert {"team": "late"} == dict(await DiskCursors(path).cursors(user_id=ANNA))
    assert [path.name] == left_in(tmp_path)


async def test_of_many_at_once_none_is_forgotten(tmp_path: Path) -> None:
    """A hundred channels' cursors are kept at once, some of them by somebody who is cancelled: the rest is there."""
    path = tmp_path / "cursors.json"
    store = DiskCursors(path)
    channels = [ChannelId(f"channel-{number}") for number in range(100)]
    keeping = [
        asyncio.create_task(store.keep(user_id=ANNA, channel_id=channel_id, cursor=Cursor(channel_id)))
        for channel_id in channels
    ]
    await asyncio.sleep(0)
    for each in keeping[::10]:
        each.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    await store.keep(user_id=ANNA, channel_id=TEAM, cursor=Cursor("last"))

    found = await DiskCursors(path).cursors(user_id=ANNA)
    assert "last" == found[TEAM]
    assert {name for number, name in enumerate(channels) if number % 10} <= found.keys()


async def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    """A process that keeps cursors as fast as it can is killed again and again: what it had told of is always there."""
    path, told = tmp_path / "cursors.json", 0
    for _ in range(30 if LONG else 4):
        told = await asyncio.to_thread(told_until_killed, path, told + 1)
        kept = await DiskCursors(path).cursors(user_id=ANNA)

        assert told <= int(kept[HALL]) <= int(kept[TEAM]) <= told + 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cursors": {"anna": ["team"]}}'])
async def test_a_file_that_is_another_ones_is_left_alone(tmp_path: Path, content: str) -> None:
    """What cannot be read is not taken for nothing, and not written over."""
    path = tmp_path / "cursors.json"
    path.write_text(content, encoding="utf-8")
    store = DiskCursors(path)
    with pytest.raises(CursorsUnreadableError):
        await store.cursors(user_id=ANNA)
    with pytest.raises(CursorsUnreadableError):
        await store.keep(user_id=ANNA, channel_id=TEAM, cursor=Cursor("late"))

    assert content == path.read_text(encoding="utf-8")


async def test_what_the_disk_refuses_is_said(tmp_path: Path) -> None:
    """Where the folder is missing, or the file is a folder, it is the port's own error, and nothing is left behind."""
    with pytest.raises(CursorsUnavailableError):
        await DiskCursors(tmp_path / "missing" / "cursors.json").keep(
            user_id=ANNA, channel_id=TEAM, cursor=Cursor("late")
        )
    with pytest.raises(CursorsUnavailableError):
        await DiskCursors(tmp_path).cursors(user_id=ANNA)

    assert [] == left_in(tmp_path)


async def test_what_the_disk_refused_is_done_when_it_is_asked_for_again(tmp_path: Path) -> None:
    """A forgetting that failed is none that was done: asked for again, it reaches the disk, or says so again."""
    path = tmp_path / "folder" / "cursors.json"
    path.parent.mkdir()
    store = DiskCursors(path)
    await store.keep(user_id=ANNA, channel_id=TEAM, cursor=Cursor("late"))
    away = path.parent.rename(tmp_path / "away")
    for _ in range(2):
        with pytest.raises(CursorsUnavailableError):
            await store.forget(user_id=ANNA, channel_id=TEAM)
    away.rename(path.parent)
    await store.forget(user_id=ANNA, channel_id=TEAM)

    assert {} == dict(await DiskCursors(path).cursors(user_id=ANNA))
