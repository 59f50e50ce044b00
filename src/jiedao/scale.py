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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from os import cpu_count
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed

from jiedao import JiedaoError, __version__
from jiedao.clean import are_blank, decode, is_binary
from jiedao.commitments import find_commitments
from jiedao.documents import FIGURES_END, PERIODS, PLACES, corpus_folder, iso_month, local_places, own_terms
from jiedao.files import locked, replacing
from jiedao.indicators import find_indicators
from jiedao.lexicon import default_terms
from jiedao.page import page_metadata
from jiedao.parts import Part, Record, deal, source_size
from jiedao.periods import Source
from jiedao.reading import code_themes
from jiedao.report import Parsed, parse_text, spans_of, stated_periods
from jiedao.segment import KINDS, Cut, Segmenter

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
N_CHARS, THEME = map(SCHEMAS["sections"].names.index, ("n_chars", "theme"))
POLICY = ("indicators", "commitments", "themes")


class Settings(NamedTuple):
    """How to read: own terms, the engine, and whether to count words only."""

    terms: tuple[str, ...]
    engine: str
    counts: bool


class Report(NamedTuple):
    """A record as read: its id, the text, what is known of it, and the hash of what was given."""

    doc_id: str
    record: Record
    parsed: Parsed
    stated: Mapping[str, str]
    digest: str


def read_part(part: Part, settings: Settings) -> tuple[int, int, dict[str, bytes]]:
    """Read a part into its tables.

    Returns
    -------
    int, int, dict of bytes
        How many texts it holds, how many characters were read, and each table as a Parquet file.
    """
    records = list(part.read())
    gc.disable()  # a part makes millions of objects and no cycles
    try:
        tables = read_records(records, settings)
    except Exception:  # whatever is wrong with one text, the others go on
        alone = [_read_alone(record, settings) for record in records]
        tables = {name: pa.concat_tables([found[name] for found in alone]) for name in alone[0]}
    finally:
        gc.enable()
    chars = sum(tables["documents"]["n_chars"].to_pylist())
    return len(records), chars, {name: _parquet(table) for name, table in tables.items()}


def _read_alone(record: Record, settings: Settings) -> dict[str, pa.Table]:
    try:
        return read_records([record], settings)
    except Exception as error:
        return read_records([record._replace(text=JiedaoError(f"{type(error).__name__}: {error}"))], settings)


def _tables(settings: Settings) -> list[str]:
    return [name for name in SCHEMAS if not (settings.counts and name in POLICY)]


@cache
def _segmenter(terms: tuple[str, ...], engine: str) -> Segmenter:
    """One a worker: the dictionary is built once."""
    return Segmenter([*default_terms(), *terms], engine)


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    # Without Arrow's own schema: what was a dictionary here is text to whoever reads it.
    pq.write_table(table.unify_dictionaries(), out, compression="zstd", store_schema=False)
    return out.getvalue()


def _storable(text: str) -> str:
    """Text without halves of characters (lone surrogates), which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def read_records(records: Sequence[Record], settings: Settings) -> dict[str, pa.Table]:
    """Read texts into tables, as the notebooks read them; what is no report stands in that of errors."""
    reports: list[Report] = []
    rows: dict[str, list[tuple]] = {name: [] for name in _tables(settings)}
    for record in records:
        try:
            reports.append(_read(record))
        except JiedaoError as error:
            rows["errors"].append((_id(record), record.source, _storable(str(error))))
    segmenter = _segmenter(settings.terms, settings.engine)
    cut = segmenter.cut([r.parsed.body for r in reports], [local_places(r.stated) for r in reports])
    terms, n_tokens = _count(cut, [report.doc_id for report in reports])
    for i, report in enumerate(reports):
        sections = _read_sections(report, settings.counts)
        rows["sections"] += sections
        rows["documents"].append(_describe(report, sum(row[N_CHARS] for row in sections), n_tokens[i]))
        if not settings.counts:
            tokens = spans_of(report.parsed, cut, i)
            for name, more in _read_policy(report, tokens, sections).items():
                rows[name] += more
    return {name: terms if name == "terms" else _table(name, rows[name]) for name in rows}


def _table(name: str, rows: list[tuple]) -> pa.Table:
    schema = SCHEMAS[name]
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _count(cut: Cut, doc_ids: list[str]) -> tuple[pa.Table, list[int]]:
    """The table of terms, straight from the codes of words; and how many words but signs each text has."""
    texts, codes, kinds, n = cut.counts()
    words = kinds != KINDS.index("sign")
    n_tokens = np.bincount(texts[words], n[words], len(doc_ids)).astype(int).tolist()
    columns = [
        _coded(texts, doc_ids),
        _coded(codes, cut.vocabulary),
        _coded(kinds, KINDS),
        pa.array(n.astype(np.int32)),
    ]
    return pa.Table.from_arrays(columns, names=SCHEMAS["terms"].names), n_tokens


def _coded(codes: np.ndarray, words: Sequence[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(words, _TEXT))


def _read(record: Record) -> Report:
    """Read one text.

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
        try:
            digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        except UnicodeEncodeError:
            raise JiedaoError("holds halves of characters; save it again as UTF-8") from None
    parsed = parse_text(text, encoding, record.source)
    return Report(_id(record), record, parsed, _complete(record.stated, parsed), digest)


def _id(record: Record) -> str:
    return _storable(record.stated.get("doc_id") or record.source)


def _describe(report: Report, n_chars: int, n_tokens: int) -> tuple:
    """The row of a report in the table of documents."""
    given, stated = report.record.stated, report.stated
    other = {k: v for k, v in given.items() if k not in (*STATED, "doc_id", "file", "sha256", "year")}
    return (
        report.doc_id,
        report.record.source,
        _year(stated),
        *(stated[name] or None for name in STATED),
        report.digest,
        n_chars,
        n_tokens,
        json.dumps(other, ensure_ascii=False) if other else None,
    )


def _read_sections(report: Report, counts: bool) -> list[tuple]:
    """The rows of its sections, with their themes unless words alone are counted."""
    plain, sections = report.parsed.plain, report.parsed.sections
    sizes = np.append(0, np.cumsum(~are_blank(plain))).tolist()
    codes = [None] * len(sections) if counts else code_themes(plain, sections)[0]
    return [
        (report.doc_id, i, s.parent, s.level, s.number, s.heading, s.style, s.start, s.own_end, s.end)
        + (s.orientation, s.is_leaf, sizes[s.own_end] - sizes[s.start])
        + ((code.theme, code.theme_secondary, code.sure) if code else (None, None, None))
        for i, (s, code) in enumerate(zip(sections, codes, strict=True))
    ]


def _read_policy(
    report: Report, tokens: list[tuple[int, int, str, int]], sections: list[tuple]
) -> dict[str, list[tuple]]:
    """The rows of the tables that go beyond words."""
    doc_id, parsed = report.doc_id, report.parsed
    source = Source(parsed.plain, parsed.sections, parsed.sentences, tokens, stated_periods(report.stated))
    of = [section for _, _, section in parsed.sentences]
    shares: Counter[tuple[str, str]] = Counter()
    for section, row in zip(parsed.sections, sections, strict=True):
        if section.is_leaf and row[THEME]:
            shares[section.orientation, row[THEME]] += row[N_CHARS]
    return {
        "indicators": [
            (doc_id, of[i.sentence], i.start, i.end, i.text, i.number, i.high, i.unit, i.approx, i.measure)
            + (i.kind, i.status, i.stock_flow, i.growth_of)
            + ("/".join(dict.fromkeys(i.period)) if i.period else None, i.dated, i.counts, i.part_of)
            for i in find_indicators(source)
        ],
        "commitments": [
            (doc_id, of[c.sentence], c.start, c.end, c.marker, c.cls, c.strength)
            for c in find_commitments(source)
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
