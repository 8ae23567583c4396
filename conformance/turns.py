"""Whose turn it is to send: one queue for all threads, and for all processes of a run.

Times are seconds of `time.monotonic`, which all processes of a machine share.
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from conformance.errors import UsageError

_LAYOUT: Final = struct.Struct("<ddQ")


class Turn(Struct, frozen=True):
    """When a delivery may leave, and when the first one of the run left."""

    leaves: float
    began: float


class Turns(Protocol):
    """The queue."""

    def take(self, now: float, gap_s: float, most: int | None) -> Turn | None:
        """Return the next turn, `gap_s` after the last one; None where `most` are taken."""
        ...

    def delay(self, until: float) -> None:
        """Let nobody leave before `until`: the target asked for a pause."""
        ...


class _State(Struct):
    began: float = 0.0
    next_slot: float = 0.0
    taken: int = 0

    def take(self, now: float, gap_s: float, most: int | None) -> Turn | None:
        if most is not None and self.taken >= most:
            return None
        self.began = self.began if self.taken else now
        leaves = max(now, self.next_slot)
        self.next_slot = leaves + gap_s
        self.taken += 1
        return Turn(leaves, self.began)


class LocalTurns:
    """The queue of one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state = _State()

    def take(self, now: float, gap_s: float, most: int | None) -> Turn | None:
        """Return the next turn."""
        with self._lock:
            return self._state.take(now, gap_s, most)

    def delay(self, until: float) -> None:
        """Let nobody leave before `until`."""
        with self._lock:
            self._state.next_slot = max(self._state.next_slot, until)


class SharedTurns:
    """The queue of several processes: a locked file. Raises UsageError where there are no locks."""

    def __init__(self, path: Path) -> None:
        try:
            import fcntl  # noqa: PLC0415  (not on every system)
        except ImportError as problem:
            raise UsageError(
                "several processes cannot share a rate or a budget on this system",
                "Leave -n away.",
            ) from problem
        self._flock, self._lock, self._unlock = fcntl.flock, fcntl.LOCK_EX, fcntl.LOCK_UN
        self._here = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def _state(self) -> Iterator[_State]:
        """Read the state, and write it again when the block is done; nobody else comes between."""
        with self._here:
            self._flock(self._file, self._lock)
            try:
                data = os.pread(self._file, _LAYOUT.size, 0)
                state = _State(*_LAYOUT.unpack(data)) if data else _State()
                yield state
                packed = _LAYOUT.pack(state.began, state.next_slot, state.taken)
                os.pwrite(self._file, packed, 0)
            finally:
                self._flock(self._file, self._unlock)

    def take(self, now: float, gap_s: float, most: int | None) -> Turn | None:
        """Return the next turn."""
        with self._state() as state:
            return state.take(now, gap_s, most)

    def delay(self, until: float) -> None:
        """Let nobody leave before `until`."""
        with self._state() as state:
            state.next_slot = max(state.next_slot, until)
