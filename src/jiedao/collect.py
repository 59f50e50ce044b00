"""Put reports into a corpus: the original, its text, and a row of documents.csv with what the page states.

Each report is taken in whole or not at all. Its files are written first, the row of documents.csv, which
makes it part of the corpus, last; what a kill leaves behind is marked, ignored, and written again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from jiedao import JiedaoError
from jiedao.clean import decode
from jiedao.comparability import months
from jiedao.corpus import PENDING
from jiedao.damage import find_damage
from jiedao.documents import PERIODS, REQUIRED, TERMS, corpus_folder
from jiedao.files import FORMULA, PART, locked, read_bounded, write_bytes
from jiedao.ingest import Extracted, extract_files
from jiedao.lexicon import data_folder, place_names, provinces, separator
from jiedao.orientation import outlooks
from jiedao.page import NO_STREET, STREET, page_metadata
from jiedao.periods import Period, section_periods
from jiedao.report import Parsed, parse

COLUMNS = (*REQUIRED, *PERIODS, "figures_end", "title", "published", "index_no", "publisher", "source_url")
COLUMNS += ("sha256", "original", "original_sha256", "place_source", "notes")
SUFFIXES = ".txt .html .htm .shtml .xhtml .mht .mhtml .pdf .docx .doc .wps .rtf .odt".split()
FEWEST = 20  # Chinese characters of the shortest text that may be a report
MARK = b"\xef\xbb\xbf"  # without it, spreadsheets on Chinese systems take UTF-8 for GB 18030
MONTHS = r"\d{4}-(?:0[1-9]|1[0-2])/\d{4}-(?:0[1-9]|1[0-2])"
Ask = Callable[[str, Path], str]
_GENRES = {
    ("retrospective",): "review",
    ("prospective",): "stand-alone plan",
    ("retrospective", "prospective"): "review with plan appended",
    ("retrospective", "problem-statement"): "review with problems",
    ("retrospective", "problem-statement", "prospective"): "review with problems and plan appended",
}


class AlreadyThere(JiedaoError):
    """The corpus holds the same file or the same text."""


class Added(NamedTuple):
    """A report that was put into the corpus: its row of documents.csv, and what to look at."""

    row: dict[str, str]
    warnings: list[str]


def new_study(folder: Path) -> None:
    """Make an empty study folder: documents.csv and terms.csv with their headers, and the notebooks.

    Raises
    ------
    JiedaoError
        If the folder is there and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise JiedaoError(f"{folder}: is there and not empty; name a new folder")
    folder = folder.resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".jiedao-new-", dir=folder.parent) as scratch:
        made = Path(scratch) / "study"
        for name in ("texts", "originals", "notebooks"):
            (made / name).mkdir(parents=True)
        for name, header in (("documents.csv", list(COLUMNS)), (TERMS, "term kind gloss_en source".split())):
            write_bytes(made / name, MARK + _as_csv([header]))
        for path in sorted(data_folder("notebooks").glob("[0-9][0-9]-*.ipynb")):
            notebook = nbformat.read(path, as_version=4)
            for cell in notebook.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
            nbformat.write(notebook, made / "notebooks" / path.name)
        if folder.is_dir():  # empty, but it may be the one that the shell is in
            for inside in made.iterdir():
                os.replace(inside, folder / inside.name)
        else:
            os.replace(made, folder)


def find_files(named: Iterable[Path]) -> list[Path]:
    """The files meant by names of files, folders and patterns; of a folder those that may be reports."""
    found: list[Path] = []
    for path in named:
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.suffix.lower() in SUFFIXES and p.is_file())
            # Browsers put a page's pictures and frames into a folder beside it; names with a dot are hidden.
            found += [p for p in inside if not re.search(r"(_files|\.files)/|/\.", f"/{p.relative_to(path)}")]
        elif not path.exists() and any(c in path.name for c in "*?["):
            found += sorted(path.parent.glob(path.name))
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def add(
    paths: Iterable[Path], corpus: Path, given: Mapping[str, str], ask: Ask | None = None
) -> Iterator[tuple[Path, Added | JiedaoError]]:
    """Put reports into a corpus, one after the other.

    Parameters
    ----------
    paths : iterable of Path
        Files of any kind that `jiedao.ingest` reads.
    corpus : Path
        The folder, or a study folder; made if it is not there.
    given : mapping
        Cells of documents.csv that are known and go before what the page states.
    ask : callable, optional
        Takes the name of a column that could not be filled and the file, and gives its cell.

    Yields
    ------
    tuple of Path and (Added or JiedaoError)
        One a file, in order; a file that is refused leaves the corpus as it was.

    Raises
    ------
    JiedaoError
        If another command is writing to the corpus, or documents.csv is at fault.
    """
    folder = corpus_folder(corpus)
    with locked(folder):
        _sweep(folder)
        for path, extracted in extract_files(paths):
            try:
                if isinstance(extracted, JiedaoError):
                    raise extracted
                yield path, _add(path, extracted, folder, given, ask)
            except JiedaoError as error:
                yield path, error


def _add(path: Path, extracted: Extracted, folder: Path, given: Mapping[str, str], ask: Ask | None) -> Added:
    original = read_bounded(path)
    as_text = original if extracted.kind == "text" else extracted.text.encode("utf-8")
    digests = [hashlib.sha256(data).hexdigest() for data in (original, as_text)]
    rows = _read_rows(folder)
    known = [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
    for other in known:
        if not {*digests}.isdisjoint((other.get("original_sha256"), _text_digest(folder, other))):
            done = _restore(folder, other, as_text, digests[1])
            raise AlreadyThere(f"{path}: is in the corpus already, as {other.get('doc_id')}; {done}")
    parsed = parse(as_text, str(path))
    if len(re.findall(r"[\u4e00-\u9fff]", parsed.plain)) < FEWEST:
        raise JiedaoError(f"{path}: holds hardly any Chinese; name the file with the report's text")
    row = describe(parsed, extracted.stated) | {column: _harmless(cell) for column, cell in given.items()}
    for column in _unknown(row) if ask else []:
        _fill(row, column, ask(column, path))
    unknown = _unknown(row)
    row["street"] = _harmless(row["street"] or _readable_stem(path))
    row["notes"] = "; ".join(_UNKNOWN[column] for column in unknown)
    row |= {"sha256": digests[1], "original_sha256": digests[0]}
    if path.suffix == ".txt" and path.resolve().parent == (folder / "texts").resolve():
        if extracted.kind != "text":
            raise JiedaoError(f"{path}: lies in texts/ but is {extracted.kind}; move it out, then add it")
        row |= {"doc_id": _as_id(path.stem), "file": path.name, "original_sha256": ""}
    else:
        row["doc_id"] = _free_id(row, known, folder)
        row["file"] = f"{row['doc_id']}.txt"
        row["original"] = row["doc_id"] + re.sub(r"[^.\w]", "", path.suffix.lower())[:8]
        write_bytes(folder / "originals" / row["original"], original)
        write_bytes(folder / "texts" / f".{row['file']}{PENDING}", b"")
        write_bytes(folder / "texts" / row["file"], as_text)
    _append(folder, rows, row)
    (folder / "texts" / f".{row['file']}{PENDING}").unlink(missing_ok=True)
    damage = [f"{d.kind}, at {d.start}" for d in find_damage(parsed.plain, parsed.sections)]
    return Added(row, [said for said in (*extracted.warnings, row["notes"], *damage) if said])


def _restore(folder: Path, row: Mapping[str, str], as_text: bytes, digest: str) -> str:
    """Write a text again that its row names but that was lost."""
    path = folder / "texts" / Path(row.get("file", "")).name
    if path.is_file() or row.get("sha256") != digest:
        return "nothing to do"
    write_bytes(path, as_text)
    return "its text was lost and is restored"


def describe(parsed: Parsed, stated: Mapping[str, str]) -> dict[str, str]:
    """Fill a row of documents.csv with what a page states.

    Parameters
    ----------
    parsed : Parsed
        The report.
    stated : mapping
        What the file's own metadata state, which go before what its text does.

    Returns
    -------
    dict
        The cells, empty where the page is silent.
    """
    page = page_metadata(parsed.plain, parsed.furniture, parsed.title)
    row = dict.fromkeys(COLUMNS, "")
    row |= {k: v for k, v in (page | dict(stated)).items() if k in COLUMNS and v}
    row["title"] = parsed.title or row["title"]  # what a file calls itself is often the site's name
    lines = [parsed.plain[s.start : s.end] for s in parsed.furniture]
    signed = [parsed.plain[s.start : s.own_end] for s in parsed.sections if s.orientation == "apparatus"]
    naming = [row["title"], page["source"] or "", row["publisher"], *lines, *signed]
    row |= _place(naming, row["street"], parsed.plain)
    row["place_source"] = "text" if row["street"] else ""
    parts = {s.orientation for s in parsed.sections}
    there = tuple(o for o in ("retrospective", "problem-statement", "prospective") if o in parts)
    row["genre"] = _GENRES.get(there, "report")
    looks = outlooks(parsed.plain, parsed.sections)
    periods = section_periods(parsed.plain, parsed.sections, looks, {})
    for part, look in _PARTS.items():
        if look in parts and (period := _period(parsed, looks, periods, look)):
            row[f"{part}_start"], row[f"{part}_end"] = period
    return {k: _harmless(v) for k, v in row.items()}


def _unknown(row: Mapping[str, str]) -> list[str]:
    """What a study needs and a row leaves open."""
    open_parts = [p for p in _PARTS if p in row["genre"] and not row[f"{p}_start"]]
    return ["street"] * (not row["street"]) + open_parts


def _readable_stem(path: Path) -> str:
    """The name of a file as text; names from Chinese Windows are often not in UTF-8."""
    raw = os.fsencode(path.stem)
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return re.sub(r"[^\w.-]+", " ", raw.decode(encoding)).strip()[:40] or "report"
    return "report"


def _fill(row: dict[str, str], column: str, answer: str) -> None:
    """Put an answer into a row; months that are none leave it open."""
    if column == "street":
        row[column] = _harmless(answer)
    elif re.fullmatch(MONTHS, answer.strip()):
        row[f"{column}_start"], row[f"{column}_end"] = answer.strip().split("/")


def _text_digest(folder: Path, row: Mapping[str, str]) -> str | None:
    """The hash of a report's text, as its row states it or as it is."""
    path = folder / "texts" / Path(row.get("file", "")).name
    if stated := row.get("sha256"):
        return stated
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


_PARTS = {"review": "retrospective", "plan": "prospective"}
_UNKNOWN = {
    "street": "street not stated, named after the file",
    "review": "months reviewed not stated",
    "plan": "months planned for not stated",
}
_UNIT = re.compile(r"^(?:(?:19|20)\d\d年)?(?:中共)?([\u4e00-\u9fff]{2,8}?(?:自治[区州县]|[省市区县旗州]))")


def _place(naming: list[str], street: str | None, text: str) -> dict[str, str]:
    """Street, district, city and province, where the lines that name places have them."""
    if not street:  # a report of a county or city bears its name; else the name that the text has most
        unit = next(filter(None, map(_UNIT.match, naming)), None)
        signed = [n for line in naming for n in STREET.findall(line) if n not in NO_STREET]
        often = Counter(n for n in STREET.findall(text) if n not in NO_STREET).most_common(1)
        street = unit[1] if unit else signed[0] if signed else ""
        street = street or (often[0][0] if often and often[0][1] > 1 else "")
    lines = " ".join(naming)
    above = re.search(rf"([\u4e00-\u9fff]{{2,6}}?(?:新区|[区县旗]))\s*(?:>\s*)?{re.escape(street)}", lines)
    names = {n for n in place_names() if n in lines}
    city = next((n for n in sorted(names, key=len, reverse=True) if n.endswith(("市", "州", "盟"))), "")
    province = next((n for n in provinces() if n in lines), "")
    district = re.sub(r"^.*[省市州盟]", "", above[1]) if above and street else ""
    return {"street": street, "district": district, "city": city, "province": province}


def _period(
    parsed: Parsed, looks: list[str | None], periods: list[Period | None], look: str
) -> Period | None:
    """The period that most of the text of one part speaks of, by its headings and its title."""
    weights: Counter[Period] = Counter()
    for section, of, period in zip(parsed.sections, looks, periods, strict=True):
        spans = period and (months(*period) or 0) > 2  # a month or two is when something happened
        if of == look and period and spans and section.level in (None, 1):
            weights[period] += section.end - section.start
    return weights.most_common(1)[0][0] if weights else None


def _free_id(row: Mapping[str, str], known: list[dict[str, str]], folder: Path) -> str:
    """An id from the street and the year, with a number where it is taken."""
    stem = re.sub(r"(?:街道|镇|乡)$", "", row["street"]) or row["street"]
    year = (row["review_start"] or row["plan_start"] or row["published"])[:4]
    dated = stem if year in stem else f"{stem}-{year}"
    wanted = _as_id(dated)
    kept = [p.stem for name in ("texts", "originals") for p in (folder / name).glob("*")]
    taken = {*kept, *(other.get("doc_id") for other in known)}
    numbers = (f"{wanted}-{n}" for n in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbers) if name not in taken)


def _as_id(name: str) -> str:
    return re.sub(r"[^\w.-]", "", name)[:60].strip(".-") or "report"


def _harmless(cell: str) -> str:
    """A cell on one line, that no spreadsheet takes for a formula."""
    cell = " ".join(cell.split())
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _sweep(folder: Path) -> None:
    """Finish what a kill left: marked texts that no row names go, and then all marks."""
    texts = folder / "texts"
    header, *rows = _read_rows(folder)
    named = {row[header.index("file")] for row in rows if len(row) > header.index("file")}
    for mark in texts.glob(f".*{PENDING}"):
        name = mark.name.removesuffix(PENDING).removeprefix(".")
        if name not in named:
            (texts / name).unlink(missing_ok=True)
        mark.unlink(missing_ok=True)
    for place in (folder, texts, folder / "originals"):
        for partial in place.glob(f".*{PART}"):
            partial.unlink(missing_ok=True)


def _read_rows(folder: Path) -> list[list[str]]:
    """documents.csv as lists of cells, the header first; a header alone if there is no file."""
    path = folder / "documents.csv"
    if not path.is_file() or not path.read_bytes().strip():
        return [list(COLUMNS)]
    text, _ = decode(path.read_bytes(), str(path))
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator(text))
        rows = [row for row in reader if any(row)]
    except csv.Error as error:
        raise JiedaoError(f"{path}: not a CSV table ({error}); mend it first") from None
    if missing := [c for c in REQUIRED if c not in map(str.strip, rows[0])]:
        raise JiedaoError(f"{path}: the column {missing[0]} is missing; the data card lists the columns")
    if any(any(row[len(rows[0]) :]) for row in rows):
        raise JiedaoError(
            f"{path}: a row has more cells than there are columns; quote cells that hold commas"
        )
    return [[cell.strip() for cell in rows[0]], *(row[: len(rows[0])] for row in rows[1:])]


def _append(folder: Path, rows: list[list[str]], row: Mapping[str, Any]) -> None:
    """Write documents.csv anew with one more row, in its encoding; cells and columns stay as they are."""
    path = folder / "documents.csv"
    before = path.read_bytes() if path.is_file() else b""
    header = [*rows[0], *(c for c in row if c not in rows[0] and row[c])]
    wide = [header, *(r + [""] * (len(header) - len(r)) for r in rows[1:])]
    text, encoding = decode(before, str(path)) if before.strip() else ("", "utf-8")
    mark = next((m for m in (MARK, b"\xff\xfe", b"\xfe\xff") if before.startswith(m)), b"" if text else MARK)
    table = [*wide, [row.get(c, "") for c in header]]
    write_bytes(path, mark + _as_csv(table, encoding, separator(text or ",")))


def _as_csv(rows: list[list[str]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", delimiter=delimiter).writerows(rows)
    return out.getvalue().encode(encoding)
