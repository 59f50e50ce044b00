"""A part of very many reports, read into the rows of tables by the functions that the notebooks use."""

from __future__ import annotations

import gc
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from jiedao import JiedaoError
from jiedao.clean import decode, is_binary, n_chars
from jiedao.coding import find_codes
from jiedao.documents import FIGURES_END, PERIODS, PLACES, iso_month, local_places
from jiedao.lexicon import default_terms
from jiedao.page import page_metadata
from jiedao.parts import POLICY, Part, Record, Settings, storable
from jiedao.report import Parsed, check_outline, open_text, read_ahead, stated_periods
from jiedao.segment import KINDS, Cut, Segmenter

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


@cache
def segmenter_of(terms: tuple[str, ...], engine: str) -> Segmenter:
    """One a worker: the dictionary is built once."""
    return Segmenter([*default_terms(), *terms], engine)


def _parquet(table: pa.Table) -> bytes:
    out = io.BytesIO()
    # Without Arrow's own schema, so that what was a dictionary here is text to whoever reads it; and without
    # the least and the greatest value of a column, which in a part of mixed reports tell nothing.
    pq.write_table(
        table.unify_dictionaries(), out, compression="zstd", store_schema=False, write_statistics=False
    )
    return out.getvalue()


def read_records(records: Sequence[Record], settings: Settings) -> dict[str, pa.Table]:
    """Read texts into tables, as the notebooks read them; what is no report stands in that of errors."""
    reports, errors = _read(records)
    segmenter = segmenter_of(settings.terms, settings.engine)
    bodies = [report.parsed.body for report in reports]
    cut = segmenter.cut(bodies, [local_places(report.stated) for report in reports])
    terms, n_tokens = _count(cut, [report.doc_id for report in reports])
    sections = [_read_sections(report, settings.counts) for report in reports]
    chars = [sum(row[N_CHARS] for row in own) for own in sections]
    rows = {
        "errors": errors,
        "sections": [*chain.from_iterable(sections)],
        "documents": [*map(_describe, reports, chars, n_tokens)],
    }
    if not settings.counts:
        rows |= _read_policy(reports, cut, sections)
    return {name: terms if name == "terms" else _table(name, rows[name]) for name in settings.tables()}


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


def _read(records: Sequence[Record]) -> tuple[list[Report], list[tuple]]:
    """The reports among some texts, and the rows of the table of errors for the others."""
    parsed: dict[int, Parsed] = {}
    digests: dict[int, str] = {}
    errors: dict[int, JiedaoError] = {}
    for i, record in enumerate(records):
        try:
            parsed[i], digests[i] = _open(record)
        except JiedaoError as error:
            errors[i] = error
    read_ahead([*parsed.values()], "plain", "furniture", "sections")
    for i, text in parsed.items():
        try:
            check_outline(text, records[i].source)
        except JiedaoError as error:
            errors[i] = error
    reports = [
        Report(_id(record), record, parsed[i], _complete(record.stated, parsed[i]), digests[i])
        for i, record in enumerate(records)
        if i not in errors
    ]
    return reports, [(_id(records[i]), records[i].source, storable(str(errors[i]))) for i in sorted(errors)]


def _open(record: Record) -> tuple[Parsed, str]:
    """A text that nothing is read of yet, and the hash of what was given.

    Raises
    ------
    JiedaoError
        If it is no text.
    """
    if isinstance(record.text, JiedaoError):
        raise record.text
    if isinstance(record.text, bytes):
        text, encoding = decode(record.text, record.source)
        return open_text(text, encoding, record.source), hashlib.sha256(record.text).hexdigest()
    if not record.text.strip():
        raise JiedaoError("the text is empty")
    if is_binary(record.text):
        raise JiedaoError("holds signs that no text has")
    try:
        digest = hashlib.sha256(record.text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError:
        raise JiedaoError("holds halves of characters; save it again as UTF-8") from None
    return open_text(record.text, "utf-8", record.source), digest


def _id(record: Record) -> str:
    return storable(record.stated.get("doc_id") or record.source)


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
    codes = [None] * len(sections) if counts else find_codes(plain, sections)
    return [
        (report.doc_id, i, s.parent, s.level, s.number, s.heading, s.style, s.start, s.own_end, s.end)
        + (s.orientation, s.is_leaf, n_chars(plain[s.start : s.own_end]))
        + ((code.theme, code.theme_secondary, code.sure) if code else (None, None, None))
        for i, (s, code) in enumerate(zip(sections, codes, strict=True))
    ]


def _read_policy(reports: list[Report], cut: Cut, sections: list[list[tuple]]) -> dict[str, list[tuple]]:
    """The rows of the tables that go beyond words."""
    # Whoever counts words alone need not wait for their patterns.
    from jiedao.commitments import find_commitments
    from jiedao.indicators import find_indicators
    from jiedao.periods import Source

    all_parsed = [report.parsed for report in reports]
    tokens = [cut.tokens_in(i, parsed.body) for i, parsed in enumerate(all_parsed)]
    read_ahead(all_parsed, "sentences")
    sources = [
        Source(p.plain, p.sections, p.sentences, own, stated_periods(report.stated))
        for report, p, own in zip(reports, all_parsed, tokens, strict=True)
    ]
    read_ahead(sources, "periods", "names", "quantities")
    indicators, commitments = [*map(find_indicators, sources)], [*map(find_commitments, sources)]
    rows: dict[str, list[tuple]] = {name: [] for name in POLICY}
    for report, own, counted, promised in zip(reports, sections, indicators, commitments, strict=True):
        doc_id, of = report.doc_id, [section for _, _, section in report.parsed.sentences]
        rows["indicators"] += [
            (doc_id, of[i.sentence], i.start, i.end, i.text, i.number, i.high, i.unit, i.approx, i.measure)
            + (i.kind, i.status, i.stock_flow, i.growth_of)
            + ("/".join(dict.fromkeys(i.period)) if i.period else None, i.dated, i.counts, i.part_of)
            for i in counted
        ]
        rows["commitments"] += [
            (doc_id, of[c.sentence], c.start, c.end, c.marker, c.cls, c.strength) for c in promised
        ]
        shares: Counter[tuple[str, str]] = Counter()
        for section, row in zip(report.parsed.sections, own, strict=True):
            if section.is_leaf and row[THEME]:
                shares[section.orientation, row[THEME]] += row[N_CHARS]
        rows["themes"] += [(doc_id, *key, n) for key, n in shares.items()]
    return rows


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
