"""Very many reports: read out of core into partitioned Parquet, resumable, on Dask.

The source is dealt into parts (`jiedao.parts`), each is read by the functions that the notebooks use, and
what it gives is written under its number: ``terms/part-000012.parquet``. A part is finished when its table of
documents stands, which is written last; so a run that was broken off goes on where it stopped, and ends with
the same tables.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from jiedao import JiedaoError, __version__
from jiedao.documents import corpus_folder, own_terms
from jiedao.files import locked, replacing
from jiedao.forks import start_fork_server
from jiedao.parts import MANIFEST, Part, Settings, deal, source_digest, source_size


class Progress(NamedTuple):
    """How far a run has come: texts and characters read by it, seconds, and the share of the source."""

    texts: int
    chars: int
    seconds: float
    share: float

    def __str__(self) -> str:
        left = int(self.seconds * (1 - self.share) / self.share) if self.share else 0
        rate = self.chars / max(self.seconds, 0.001) / 1e6
        clock = f"{left // 3600}:{left % 3600 // 60:02}:{left % 60:02}"
        return f"{self.texts:,} texts, {rate:.2f} million characters a second, {self.share:.0%}, {clock} left"


def scale(
    source: str | Path,
    target: str | Path,
    engine: str = "rjieba",
    workers: int | None = None,
    scheduler: str | None = None,
    counts: bool = False,
    say: Callable[[Progress], None] = lambda progress: None,
) -> dict[str, int]:
    """Read a source into tables of Parquet files, or go on with a run that was broken off.

    Parameters
    ----------
    source : str or Path
        As for `jiedao.parts.deal`.
    target : str or Path
        Folder of the tables: a folder for each of `SCHEMAS`, in it a file for each part.
    engine : {"rjieba", "jieba"}
        What cuts words; the tables are the same.
    workers : int, optional
        Processes on this machine; default: one for each processor.
    scheduler : str, optional
        Address of a running Dask cluster instead. Texts travel to it and tables come back, so that it
        needs no disk in common with this machine.
    counts : bool
        Documents, sections and terms only.
    say : callable
        Takes the progress after each part.

    Returns
    -------
    dict of int
        Rows by table.

    Raises
    ------
    JiedaoError
        If the source is at fault, the target holds tables of another source, or another run writes there.
    """
    source, target = Path(source), Path(target)
    settings = Settings(tuple(own_terms(corpus_folder(source))), engine, counts)
    total = max(1, source_size(source))
    if not scheduler:
        start_fork_server()
    from jiedao.cluster import cluster, compute  # after that, as Dask takes as long to load as it takes

    with locked(target):
        _claim(target, source, settings)
        began, texts, chars, size, left = time.monotonic(), 0, 0, 0, total

        def unfinished() -> Iterator[tuple[int, Part]]:
            nonlocal left
            for n, part in enumerate(deal(source)):
                if _finished(target, n, settings):
                    left -= part.size
                else:
                    yield n, part

        with cluster(workers, scheduler) as client:
            computed = compute(client, unfinished(), settings, bool(scheduler))
            for n, part_size, (read, more, tables) in computed:
                for name in settings.tables():
                    with replacing(_file(target, name, n)) as partial:
                        partial.write_bytes(tables[name])
                texts, chars, size = texts + read, chars + more, size + part_size
                share = min(1.0, size / max(1, left))
                say(Progress(texts, chars, time.monotonic() - began, share))
    return {name: count_rows(target, name) for name in settings.tables()}


def count_rows(target: Path, table: str) -> int:
    """How many rows a table has."""
    return sum(pq.read_metadata(file).num_rows for file in target.glob(f"{table}/part-*.parquet"))


def _file(target: Path, table: str, n: int) -> Path:
    return target / table / f"part-{n:06}.parquet"


def _finished(target: Path, n: int, settings: Settings) -> bool:
    """Whether all tables of a part stand, and stand whole."""
    files = [_file(target, name, n) for name in settings.tables()]
    if not files[-1].is_file():
        return False
    try:
        return all(pq.read_metadata(file) for file in files)
    except (OSError, pa.ArrowInvalid):
        return False


def _claim(target: Path, source: Path, settings: Settings) -> None:
    """Write down what the tables are of, or find that written already."""
    stated = {
        "jiedao": __version__,
        "source": source.name,
        "sha256": source_digest(source),
        "terms": hashlib.sha256("\n".join(settings.terms).encode()).hexdigest(),
        "counts_only": settings.counts,
    }
    file = target / MANIFEST
    if any(target.glob("*/*.parquet")):
        if not file.is_file():
            raise JiedaoError(f"{target}: holds other tables; name another folder")
        if json.loads(file.read_text("utf-8")) != stated:
            raise JiedaoError(
                f"{target}: holds tables of another source, or of this one before it changed, or with other "
                "settings; name another folder"
            )
        return
    with replacing(file) as partial:
        partial.write_text(json.dumps(stated, ensure_ascii=False, indent=2) + "\n", "utf-8")
