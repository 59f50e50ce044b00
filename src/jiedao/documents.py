"""The table of documents: where, when and of what kind each report is, checked before anything is read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from jiedao import JiedaoError
from jiedao.clean import decode
from jiedao.files import read_bounded
from jiedao.lexicon import read_terms, separator
from jiedao.names import is_everyday_word

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("doc_id", "file", "street", "district", "city", "province", "genre")
PLACES = ("street", "district", "city", "province")
PERIODS = ("review_start", "review_end", "plan_start", "plan_end")
FIGURES_END = "figures_end"
TERMS = "terms.csv"


def corpus_folder(path: Path) -> Path:
    """The folder with documents.csv: the one given, or data/raw in a study folder."""
    inner = path / "data" / "raw"
    outside = (path / "documents.csv").is_file() or not (inner / "documents.csv").is_file()
    return path if outside else inner


def read_documents(folder: Path) -> pd.DataFrame:
    """Read and check documents.csv in a folder; a JiedaoError names the first fault and its remedy."""
    import pandas as pd  # which those who only read reports need not load

    path = folder / "documents.csv"
    if not path.is_file():
        raise JiedaoError(f"{path}: no such file; a corpus is a folder with documents.csv and texts/")
    data = read_bounded(path)
    if not data.strip():
        raise JiedaoError(f"{path}: is empty; `jiedao new` makes one with the columns")
    try:
        text, _ = decode(data, str(path))  # spreadsheets on Chinese systems save CSV as GB 18030
        table = pd.read_csv(StringIO(text), dtype=str, keep_default_na=False, sep=separator(text))
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise JiedaoError(f"{path}: not a CSV table ({str(error).splitlines()[0]})") from None
    if not isinstance(table.index, pd.RangeIndex):
        raise JiedaoError(
            f"{path}: a row has more cells than there are columns; quote cells that hold commas"
        )
    table.columns = table.columns.str.strip()
    table = table.apply(lambda column: column.str.strip())
    if missing := [c for c in REQUIRED if c not in table.columns]:
        raise JiedaoError(f"{path}: the column {missing[0]} is missing; the data card lists the columns")
    table = table[(table != "").any(axis=1)]  # spreadsheets like to append empty rows
    for column in {*PERIODS, FIGURES_END} & {*table.columns}:
        table[column] = table[column].map(iso_month)
    if table.empty:
        raise JiedaoError(f"{path}: has no rows; add one for each text")
    for column in ("doc_id", "file"):
        doubled = table[column][table[column].duplicated()]
        if len(doubled):
            raise JiedaoError(f"{path}: {column} {doubled.iloc[0]!r} stands twice; make each one unique")
    for row in table.itertuples():
        line = f"{path}, row {row.Index + 2}"
        if not re.fullmatch(r"[\w-][\w.-]*", row.doc_id):
            raise JiedaoError(
                f"{line}: doc_id {row.doc_id!r} may hold letters, digits, '-', '_' and '.' only"
            )
        if not row.file or Path(row.file).name != row.file or row.file.startswith(".") or "\\" in row.file:
            raise JiedaoError(f"{line}: file {row.file!r} must be the plain name of a file in texts/")
        if not row.street:
            raise JiedaoError(f"{line}: street is empty; charts name each report by it")
        for column in (*PERIODS, FIGURES_END):
            value = getattr(row, column, "")
            if value and not re.fullmatch(r"(?:19|20)[0-9]{2}-(0[1-9]|1[0-2])", value):
                raise JiedaoError(f"{line}: {column} {value!r} is no month; write it like 2024-01")
        for part in ("review", "plan"):
            start, end = getattr(row, f"{part}_start", ""), getattr(row, f"{part}_end", "")
            if bool(start) != bool(end) or start > end:
                raise JiedaoError(
                    f"{line}: {part}_start and {part}_end must both stand, in order, or both be empty"
                )
        last = getattr(row, FIGURES_END, "")
        if last and not getattr(row, "review_start", "") <= last <= getattr(row, "review_end", ""):
            raise JiedaoError(
                f"{line}: figures_end {last!r} must lie within the months reviewed, or be empty"
            )
    for column in (*PERIODS, FIGURES_END, "title", "published"):
        if column not in table.columns:
            table[column] = ""
    return table


_MONTH = re.compile(r"([0-9]{4})(?:[-/.]|年)(0?[1-9]|1[0-2])(?:[-/.]0?1|月(?:0?1日)?)?")
_NAMES = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


def iso_month(cell: str) -> str:
    """A month in the form 2024-01, from what spreadsheets make of it: 2024/1, 2024年1月, 2024/1/1, Jan-24."""
    if month := _MONTH.fullmatch(cell):
        return f"{month[1]}-{month[2]:0>2}"
    named = re.fullmatch(r"([A-Z][a-z]{2})-([0-9]{2})", cell)
    if named and named[1] in _NAMES:
        return f"20{named[2]}-{_NAMES.index(named[1]) + 1:02}"
    return cell


def own_terms(folder: Path) -> list[str]:
    """The terms that the user's own terms.csv adds to the lexicon; none if there is no such file."""
    if not (folder / TERMS).is_file():
        return []
    return list(read_terms(folder)["term"])


def local_places(row: Mapping[str, str | None]) -> set[str]:
    """Names of the places that one row of documents.csv states, with and without the word for what they are.

    A name that is an everyday word (建设街道, 和平区) counts only with the word for what it is.
    """
    return {form for column in PLACES for form in _local_forms(row.get(column) or "")}


@lru_cache(maxsize=10_000)
def _local_forms(place: str) -> set[str]:
    return {form for form in place_forms(place) if not is_everyday_word(form)}


def place_forms(place: str) -> set[str]:
    """A place's name with and without the word for what it is (金盆岭街道, 金盆岭)."""
    stem = re.sub(r"(?:街道|地区|自治[州区县]|[镇乡区县市省])$", "", place)
    return {p for p in (place, stem) if 2 <= len(p) <= 12}
