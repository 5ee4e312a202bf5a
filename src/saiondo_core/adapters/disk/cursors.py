"""Cursors, kept in a file."""

import asyncio
import os
import threading
from collections.abc import Mapping
from pathlib import Path

from attrs import define, evolve, field, frozen

from saiondo_core.channels.model import ChannelId
from saiondo_core.kernel.ids import UserId
from saiondo_core.realtime.errors import CursorsUnavailableError, CursorsUnreadableError
from saiondo_core.realtime.model import Cursor
from saiondo_core.realtime.ports import CursorStore
from saiondo_core.wire.codec import decode, encode
from saiondo_core.wire.errors import DecodeError


@frozen(kw_only=True)
class _Kept:
    """What the file holds, as JSON: by user, by channel, how far they have heard."""

    cursors: Mapping[str, Mapping[str, Cursor]] = field(factory=dict[str, Mapping[str, Cursor]])


@define(eq=False, repr=False)
class DiskCursors(CursorStore):
    """Cursors in one file, which one process uses at a time.

    When `keep` returns, the cursor has reached the disk, and outlives a kill and a loss of power. The file is whole at
    any moment: what takes its place was written beside it, in the same folder, which has to exist. Writing happens in a
    thread, and takes as long as the disk takes to say that it is done, a millisecond or so. What could not be written
    holds for this process, and reaches the disk with the next call that can.
    """

    _path: Path = field(converter=Path)
    _kept: _Kept | None = field(default=None, init=False)
    _reading: asyncio.Lock = field(factory=asyncio.Lock, init=False)
    _writing: threading.Lock = field(factory=threading.Lock, init=False)

    async def cursors(self, *, user_id: UserId) -> Mapping[str, Cursor]:
        """See `CursorStore.cursors`.

        Raises:
            CursorsUnreadableError: The file is not one of this store's.
            CursorsUnavailableError: It cannot be read.
        """
        return (await self._read()).cursors.get(user_id, {})

    async def keep(self, *, user_id: UserId, channel_id: ChannelId, cursor: Cursor) -> None:
        """See `CursorStore.keep`.

        Raises:
            CursorsUnreadableError: The file is not one of this store's.
            CursorsUnavailableError: It cannot be written: is the disk full?
        """
        known = (await self._read()).cursors.get(user_id, {})
        await self._write(user_id, {**known, channel_id: cursor})

    async def forget(self, *, user_id: UserId, channel_id: ChannelId) -> None:
        """See `CursorStore.forget`.

        Raises:
            CursorsUnreadableError: The file is not one of this store's.
            CursorsUnavailableError: It cannot be written.
        """
        known = (await self._read()).cursors.get(user_id, {})
        # Written even where it is not known: the disk may know better, where an earlier call could not write.
        await self._write(user_id, {name: cursor for name, cursor in known.items() if name != channel_id})

    async def _read(self) -> _Kept:
        async with self._reading:
            if self._kept is None:
                self._kept = await asyncio.to_thread(self._load)
        return self._kept

    def _load(self) -> _Kept:
        try:
            return decode(_Kept, self._path.read_bytes(), stored=True, most=None)
        except FileNotFoundError:
            return _Kept()
        except OSError as error:
            raise CursorsUnavailableError from error
        except DecodeError as error:
            raise CursorsUnreadableError from error

    async def _write(self, user_id: UserId, cursors: Mapping[str, Cursor]) -> None:
        kept = self._kept or _Kept()
        self._kept = evolve(kept, cursors={**kept.cursors, user_id: cursors})
        try:
            await asyncio.to_thread(self._replace)
        except OSError as error:
            raise CursorsUnavailableError from error

    def _replace(self) -> None:
        # Whichever thread comes last writes what holds by then, so that no older state follows a newer one.
        with self._writing:
            beside = self._path.with_name(f".{self._path.name}.new")
            with beside.open("wb") as file:
                file.write(encode(self._kept))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
            _sync_folder(self._path.parent)


def _sync_folder(folder: Path) -> None:
    """Have the disk note which file bears which name, where the system lets one ask for that."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
