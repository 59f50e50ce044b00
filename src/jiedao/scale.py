"""Very many reports: read out of core into partitioned Parquet, resumable, on Dask.

The source is dealt into parts (`jiedao.parts`), each is read by the functions that the notebooks use, and
what it gives is written under its number: ``terms/part-000012.parquet``. A part is finished when its table of
documents stands, which is written last; so a run that was broken off goes on where it stopped, and ends with
the same tables.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import logging
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import chain
from os import cpu_count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed

from jiedao import JiedaoError, __version__
from jiedao.clean import are_blank, decode, is_binary
from jiedao.coding import find_codes
from jiedao.commitments import find_commitments
from jiedao.documents import FIGURES_END, PERIODS, PLACES, corpus_folder, iso_month, local_places, own_terms
from jiedao.files import locked, replacing
from jiedao.indicators import find_indicators
from jiedao.lexicon import default_terms
from jiedao.page import page_metadata
from jiedao.parts import Part, Record, deal, source_size
from jiedao.periods import Source
from jiedao.report import Parsed, Tokens, parse_text, read_tokens, stated_periods
from jiedao.segment import Segmenter

AHEAD = 2  # parts that wait at each worker
MANIFEST = "manifest.json"
STATED = ("genre", "title", "published", *PLACES, *PERIODS, FIGURES_END)

_TEXT, _INT, _FLOAT, _TRUTH = pa.string(), pa.int32(), pa.float64(), pa.bool_()
SCHEMAS = {
    "sections": pa.schema(
        [("doc_id", _TEXT), ("section", _INT), ("parent", _INT), ("level", _INT), ("number", _TEXT)]
        + [("heading", _TEXT), ("style", _TEXT), ("start", _INT), ("own_end", _INT), ("end", _INT)]
        + [("orientation", _TEXT), ("is_leaf", _TRUTH), ("n_chars", _INT), ("theme", _TEXT)]
        + [("theme_secondary", _TEXT), ("theme_sure", _TRUTH)]
    ),
    "terms": pa.schema([("doc_id", _TEXT), ("term", _TEXT), ("kind", _TEXT), ("n", _INT)]),
    "indicators": pa.schema(
        [("doc_id", _TEXT), ("section", _INT), ("start", _INT), ("end", _INT), ("text", _TEXT)]
        + [("number", _FLOAT), ("high", _FLOAT), ("unit", _TEXT), ("approx", _TEXT), ("measure", _TEXT)]
        + [("kind", _TEXT), ("status", _TEXT), ("stock_flow", _TEXT), ("growth_of", _INT), ("period", _TEXT)]
        + [("dated", _TRUTH), ("counts", _TEXT), ("part_of", _INT)]
    ),
    "commitments": pa.schema(
        [("doc_id", _TEXT), ("section", _INT), ("start", _INT), ("end", _INT), ("marker", _TEXT)]
        + [("class", _TEXT), ("strength", _TEXT)]
    ),
    "themes": pa.schema([("doc_id", _TEXT), ("orientation", _TEXT), ("theme", _TEXT), ("n_chars", _INT)]),
    "errors": pa.schema([("doc_id", _TEXT), ("source", _TEXT), ("reason", _TEXT)]),
    # Last, as it says that a part is finished.
    "documents": pa.schema(
        [("doc_id", _TEXT), ("source", _TEXT), ("year", _INT), *((name, _TEXT) for name in STATED)]
        + [("sha256", _TEXT), ("n_chars", _INT), ("n_tokens", _INT), ("other", _TEXT)]
    ),
}
POLICY = ("indicators", "commitments", "themes")


class Settings(NamedTuple):
    """How to read: own terms, the engine, and whether to count words only."""

    terms: tuple[str, ...]
    engine: str
    counts: bool


def read_part(part: Part, settings: Settings) -> tuple[int, int, dict[str, bytes]]:
    """Read a part into its tables.

    Returns
    -------
    int, int, dict of bytes
        How many texts it holds, how many characters were read, and each table as a Parquet file.
    """
    segmenter = _segmenter(settings.terms, settings.engine)
    rows: dict[str, list[tuple]] = {name: [] for name in SCHEMAS}
    read = 0
    gc.disable()  # a part makes millions of objects and no cycles
    try:
        for record in part.read():
            read += 1
            doc_id = record.stated.get("doc_id") or record.source
            try:
                found = read_record(record, doc_id, segmenter, settings.counts)
            except Exception as error:  # whatever is wrong with one text, the others go on
                reason = str(error) if isinstance(error, JiedaoError) else f"{type(error).__name__}: {error}"
                found = {"errors": [(_storable(doc_id), record.source, _storable(reason))]}
            for name, more in found.items():
                rows[name] += more
    finally:
        gc.enable()
    chars = sum(row[-3] for row in rows["documents"])
    return read, chars, {name: _parquet(name, rows[name]) for name in _tables(settings)}


def _tables(settings: Settings) -> list[str]:
    return [name for name in SCHEMAS if not (settings.counts and name in POLICY)]


@cache
def _segmenter(terms: tuple[str, ...], engine: str) -> Segmenter:
    """One a worker: the dictionary is built once."""
    return Segmenter([*default_terms(), *terms], engine)


def _parquet(name: str, rows: list[tuple]) -> bytes:
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    if name == "terms":  # a row a text, so far
        counts = [len(terms) for terms in columns[1]]
        ids = pa.array(columns[0], _TEXT).take(pa.array(np.repeat(np.arange(len(counts)), counts)))
        columns = [ids, *(list(chain.from_iterable(column)) for column in columns[1:])]
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    out = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _storable(text: str) -> str:
    """Text without halves of characters (lone surrogates), which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read_record(
    record: Record, doc_id: str, segmenter: Segmenter, counts: bool = False
) -> dict[str, list[tuple]]:
    """Read one text into rows of the tables, as the notebooks read it.

    Returns
    -------
    dict of list of tuple
        Rows by table, in the columns of `SCHEMAS`; but of terms one row, with lists.

    Raises
    ------
    JiedaoError
        If it is no report that can be read.
    """
    if isinstance(record.text, JiedaoError):
        raise record.text
    if isinstance(record.text, bytes):
        text, encoding = decode(record.text, record.source)
        digest = hashlib.sha256(record.text).hexdigest()
    else:
        text, encoding = record.text, "utf-8"
        if not text.strip():
            raise JiedaoError("the text is empty")
        if is_binary(text):
            raise JiedaoError("holds signs that no text has")
        if re.search("[\ud800-\udfff]", text):
            raise JiedaoError("holds halves of characters; save it again as UTF-8")
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    parsed = parse_text(text, encoding, record.source)
    stated = _complete(record.stated, parsed)
    if counts:
        tokens, (words, kinds) = None, segmenter.words(parsed.body, local_places(stated))
    else:
        tokens = read_tokens(parsed, segmenter, local_places(stated))
        words, kinds = tokens.words, tokens.kinds
    sizes = np.append(0, np.cumsum(~are_blank(parsed.plain)))
    sections = parsed.sections
    n_chars = [int(sizes[s.own_end] - sizes[s.start]) for s in sections]
    terms = Counter(words)
    signs = sum(n for term, n in terms.items() if kinds[term] == "sign")
    other = {k: v for k, v in record.stated.items() if k not in (*STATED, "doc_id", "file", "sha256", "year")}
    codes = [None] * len(sections) if counts else find_codes(parsed.plain, sections)
    found = {
        "documents": [
            (
                doc_id,
                record.source,
                _year(stated),
                *(stated[name] or None for name in STATED),
                digest,
                sum(n_chars),
                len(words) - signs,
                json.dumps(other, ensure_ascii=False) if other else None,
            )
        ],
        "sections": [
            (doc_id, i, s.parent, s.level, s.number, s.heading, s.style, s.start, s.own_end, s.end)
            + (s.orientation, s.is_leaf, n)
            + ((code.theme, code.theme_secondary, code.sure) if code else (None, None, None))
            for i, (s, n, code) in enumerate(zip(sections, n_chars, codes, strict=True))
        ],
        "terms": [(doc_id, list(terms), [kinds[term] for term in terms], list(terms.values()))],
    }
    return (
        found if tokens is None else found | _read_policy(doc_id, parsed, tokens, stated, found["sections"])
    )


def _read_policy(
    doc_id: str, parsed: Parsed, tokens: Tokens, stated: Mapping[str, str], sections: list[tuple]
) -> dict[str, list[tuple]]:
    """The rows of the tables that go beyond words."""
    periods = stated_periods(stated)
    report = Source(parsed.plain, parsed.sections, parsed.sentences, (), periods, tokens)
    of = [section for _, _, section in parsed.sentences]
    shares: Counter[tuple[str, str]] = Counter()
    for section, row in zip(parsed.sections, sections, strict=True):
        if section.is_leaf and row[-3]:
            shares[section.orientation, row[-3]] += row[-4]
    return {
        "indicators": [
            (doc_id, of[i.sentence], i.start, i.end, i.text, i.number, i.high, i.unit, i.approx, i.measure)
            + (i.kind, i.status, i.stock_flow, i.growth_of)
            + ("/".join(dict.fromkeys(i.period)) if i.period else None, i.dated, i.counts, i.part_of)
            for i in find_indicators(report)
        ],
        "commitments": [
            (doc_id, of[c.sentence], c.start, c.end, c.marker, c.cls, c.strength)
            for c in find_commitments(report)
        ],
        "themes": [(doc_id, *key, n) for key, n in shares.items()],
    }


def _complete(stated: Mapping[str, str], parsed: Parsed) -> dict[str, str]:
    """What is stated of a report; what is not, as far as its page says it."""
    row = {name: (stated.get(name) or "").strip() for name in STATED}
    if not (row["street"] and row["title"] and row["published"]):
        page = page_metadata(parsed.plain, parsed.furniture, parsed.title) | {"title": parsed.title}
        row |= {name: row[name] or page[name] or "" for name in ("street", "title", "published")}
    row |= {name: iso_month(row[name]) for name in (*PERIODS, FIGURES_END)}
    return row | {"year": stated.get("year") or ""}


def _year(stated: Mapping[str, str]) -> int | None:
    """The year stated, or that of the review, of the plan, of the title, of publication, in this order."""
    for name in ("year", "review_start", "plan_start", "title", "published"):
        if year := re.search(r"(?:19|20)\d\d", stated[name]):
            return int(year[0])
    return None


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
    with locked(target):
        _claim(target, source, total, settings)
        began, texts, chars, size, left = time.monotonic(), 0, 0, 0, total

        def unfinished() -> Iterator[tuple[int, Part]]:
            nonlocal left
            for n, part in enumerate(deal(source)):
                if _finished(target, n, settings):
                    left -= part.size
                else:
                    yield n, part

        with _cluster(workers, scheduler) as client:
            computed = _compute(client, unfinished(), settings, bool(scheduler))
            for n, part_size, (read, more, tables) in computed:
                for name in _tables(settings):
                    with replacing(_file(target, name, n)) as partial:
                        partial.write_bytes(tables[name])
                texts, chars, size = texts + read, chars + more, size + part_size
                share = min(1.0, size / max(1, left))
                say(Progress(texts, chars, time.monotonic() - began, share))
    return {name: count_rows(target, name) for name in _tables(settings)}


def count_rows(target: Path, table: str) -> int:
    """How many rows a table has."""
    return sum(pq.read_metadata(file).num_rows for file in target.glob(f"{table}/part-*.parquet"))


def _compute(
    client: Client, parts: Iterator[tuple[int, Part]], settings: Settings, far: bool
) -> Iterator[tuple[int, int, tuple[int, int, dict[str, bytes]]]]:
    """Have parts read, a few ahead of the workers, and give them as they are done."""
    running: dict[Future, tuple[int, int]] = {}
    done = as_completed()

    def submit() -> None:
        n, part = next(parts, (0, None))
        if part is not None:
            part = part.carried() if far else part
            future = client.submit(read_part, part, settings, pure=False)  # under a key of its own
            running[future] = n, part.size
            done.add(future)

    for _ in range(AHEAD * sum(client.nthreads().values())):
        submit()
    for future in done:
        n, size = running.pop(future)
        try:
            result = future.result()
        except KilledWorker:
            raise JiedaoError(
                f"part {n}: its worker was killed again and again, for want of memory perhaps; finished "
                "parts are kept, so run it again with fewer workers"
            ) from None
        except CancelledError:
            raise JiedaoError("the scheduler was lost; finished parts are kept, so run it again") from None
        except ImportError as error:
            raise JiedaoError(f"a worker has no {error.name}; install the same jiedao[scale] there") from None
        future.release()
        submit()
        yield n, size, result


@contextmanager
def _cluster(workers: int | None, scheduler: str | None) -> Iterator[Client]:
    """A Dask client: of a cluster that runs, or of one on this machine that ends with the run."""
    if scheduler:
        try:
            client = Client(scheduler, timeout=20)
        except (OSError, ValueError, TypeError, RuntimeError) as error:
            raise JiedaoError(f"{scheduler}: no Dask scheduler answers there ({error})") from None
        with client:
            if not client.nthreads():
                raise JiedaoError(f"{scheduler}: has no workers; start some and run it again")
            yield client
        return
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a killed worker is started anew
    options = {"threads_per_worker": 1, "memory_limit": 0, "silence_logs": 50}
    options |= {"dashboard_address": "127.0.0.1:0"}  # any free port; None is 8787, with a warning if taken
    with LocalCluster(n_workers=workers or cpu_count() or 1, **options) as cluster, Client(cluster) as client:
        yield client


def _file(target: Path, table: str, n: int) -> Path:
    return target / table / f"part-{n:06}.parquet"


def _finished(target: Path, n: int, settings: Settings) -> bool:
    """Whether all tables of a part stand, and stand whole."""
    files = [_file(target, name, n) for name in _tables(settings)]
    if not files[-1].is_file():
        return False
    try:
        return all(pq.read_metadata(file) for file in files)
    except (OSError, pa.ArrowInvalid):
        return False


def _claim(target: Path, source: Path, total: int, settings: Settings) -> None:
    """Write down what the tables are of, or find that written already."""
    stated = {
        "jiedao": __version__,
        "source": source.name,
        "bytes": total,
        "terms": hashlib.sha256("\n".join(settings.terms).encode()).hexdigest(),
        "counts_only": settings.counts,
    }
    file = target / MANIFEST
    if any(target.glob("*/*.parquet")):
        if not file.is_file():
            raise JiedaoError(f"{target}: holds other tables; name another folder")
        if json.loads(file.read_text("utf-8")) != stated:
            raise JiedaoError(
                f"{target}: holds tables of another source or other settings; name another folder"
            )
        return
    with replacing(file) as partial:
        partial.write_text(json.dumps(stated, ensure_ascii=False, indent=2) + "\n", "utf-8")
