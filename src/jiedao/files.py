"""Writing to disk so that a crash, a kill or a full disk leaves what was there, and one command at a time."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from jiedao import JiedaoError

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet reckon
LARGEST_FILE = 50 * 2**20
PART = ".part"
LOCK = ".jiedao-lock"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of ``path`` if all goes well, and else vanishes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}{PART}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)


def move(source: Path, target: Path) -> None:
    """Move a file into place in one step, also from another disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.replace(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with replacing(target) as partial:
            shutil.copyfile(source, partial)
        source.unlink()


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, and have it on the disk before going on."""
    with replacing(path) as partial, partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other commands from writing to a folder; the lock ends with the process, however it ends."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise JiedaoError(f"{folder}: another jiedao command writes here; wait until it has ended") from None
    try:
        yield
    finally:
        lock.release()


def read_bounded(path: Path) -> bytes:
    """A file's content, unless it is too large.

    Raises
    ------
    JiedaoError
        If it is no file, cannot be opened, or is larger than the bound.
    """
    try:
        if not path.is_file():
            raise JiedaoError(f"{path}: {'a folder; name its files' if path.is_dir() else 'no such file'}")
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
        if len(data) > LARGEST_FILE:
            raise JiedaoError(
                f"{path}: larger than {LARGEST_FILE // 2**20} MB; save the report alone, without pictures"
            )
    except OSError as error:
        raise JiedaoError(f"{path}: {error.strerror or error}; check the file") from error
    return data
