"""The words people chose: policy terms, stop words and English glosses, read from data/lexicon.

Each file says where its entries come from; nothing in code adds to them.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from functools import cache
from io import StringIO
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from jiedao import JiedaoError
from jiedao.clean import decode
from jiedao.files import read_bounded

if TYPE_CHECKING:
    import pandas as pd

TERM_COLUMNS = ["term", "kind", "gloss_en", "source"]
STOPWORD_COLUMNS = ["word", "category", "reason"]
PLACE_COLUMNS = ["place", "kind", "source"]
CATEGORIES = ("function", "number", "genre", "policy_verb")


def data_folder(name: str) -> Path:
    """A folder of the project's data: inside an installed package, else in the source tree."""
    packaged = Path(__file__).parent / "data" / name
    source = Path(__file__).parents[2]
    return packaged if packaged.is_dir() else source / name if name == "notebooks" else source / "data" / name


def separator(text: str) -> str:
    """What parts the cells of a table: spreadsheets also write semicolons and tabs."""
    return max(",;\t", key=text.partition("\n")[0].count)


def read_rows(name: str, key: str, columns: list[str], folder: Path | None = None) -> list[dict[str, str]]:
    """The rows of a table of data/lexicon, checked: its columns in order, no key twice; all cells as text."""
    path = (folder or data_folder("lexicon")) / name
    data = read_bounded(path)
    if not data.strip():
        raise JiedaoError(f"{path}: is empty; restore it, or remove it if it is your own")
    text, _ = decode(data, str(path))
    try:
        header, *rows = csv.reader(StringIO(text), delimiter=separator(text), strict=True)
    except csv.Error as error:
        raise JiedaoError(f"{path}: not a CSV table ({error}); mend it") from None
    if any(len(row) > len(header) for row in rows):
        raise JiedaoError(
            f"{path}: a row has more cells than there are columns; quote cells that hold commas"
        )
    if header[: len(columns)] != columns:
        raise JiedaoError(f"{path}: the columns must begin with {', '.join(columns)}")
    filled = [row for row in rows if any(row)]  # spreadsheets like to append empty rows
    table = [dict(zip_longest(header, row, fillvalue="")) for row in filled]
    seen: set[str] = set()
    for row in table:
        if row[key] in seen:
            raise JiedaoError(f"{path}: {row[key]!r} stands twice in column {key}; keep one row")
        seen.add(row[key])
    return table


def read_table(name: str, key: str, columns: list[str], folder: Path | None = None) -> pd.DataFrame:
    """A table of data/lexicon as `read_rows` checks it."""
    import pandas as pd  # which those who only read reports need not load

    rows = read_rows(name, key, columns, folder)
    return pd.DataFrame(rows, columns=list(rows[0]) if rows else columns, dtype=str)


def read_terms(folder: Path | None = None) -> pd.DataFrame:
    """The lexicon: one row a term, with columns term, kind, gloss_en, source."""
    return read_table("terms.csv", "term", TERM_COLUMNS, folder)


def read_stopwords(folder: Path | None = None) -> pd.DataFrame:
    """Words an analysis may hide: one row a word, with columns word, category (`CATEGORIES`), reason."""
    return read_table("stopwords.csv", "word", STOPWORD_COLUMNS, folder)


@cache
def read_units() -> list[dict[str, str]]:
    """Units and classifiers: unit (as printed), base, factor, kind, not_before (what may not follow)."""
    return read_rows("units.csv", "unit", ["unit", "base", "factor", "kind", "not_before", "source"])


@cache
def read_measures() -> list[dict[str, str]]:
    """Words that say what a quantity counts: word, counts (input, activity, output, outcome), source."""
    return read_rows("measures.csv", "word", ["word", "counts", "source"])


@cache
def read_commitments() -> list[dict[str, str]]:
    """Commitment markers: marker, class, strength (hard, soft), except (strings in which it is none)."""
    columns = ["marker", "class", "strength", "except", "source"]
    return read_rows("commitments.csv", "marker", columns)


@cache
def read_credit() -> list[dict[str, str]]:
    """Markers of credit claims: marker, class, except (strings in which it is none), note, source."""
    return read_rows("credit.csv", "marker", ["marker", "class", "except", "note", "source"])


@cache
def read_slogans() -> list[dict[str, str]]:
    """Slogans and where they came up: slogan, variants, level, body, year, gloss_en, source."""
    columns = ["slogan", "variants", "level", "body", "year", "gloss_en", "source"]
    return read_rows("slogans.csv", "slogan", columns)


@cache
def default_terms() -> tuple[str, ...]:
    """The terms of the shipped lexicon."""
    return tuple(row["term"] for row in read_rows("terms.csv", "term", TERM_COLUMNS))


def stopwords(categories: Iterable[str]) -> set[str]:
    """The words of some categories of the stop list.

    Policy verbs (加强, 推进, 落实 …) are a category of their own: name it to hide them.
    """
    wanted = set(categories)
    if unknown := wanted - set(CATEGORIES):
        raise ValueError(f"unknown categories {sorted(unknown)}; there are {', '.join(CATEGORIES)}")
    rows = read_rows("stopwords.csv", "word", STOPWORD_COLUMNS)
    return {row["word"] for row in rows if row["category"] in wanted}


@cache
def glosses() -> dict[str, str]:
    """English glosses of terms and of common words, for figures in English."""
    words = read_table("glossary.csv", "word", ["word", "gloss_en"], None).set_index("word")
    return dict(words["gloss_en"]) | dict(read_terms().set_index("term")["gloss_en"])


@cache
def place_names() -> frozenset[str]:
    """Names of provinces and large cities, with and without the word for what they are."""
    return frozenset(row["place"] for row in read_rows("places.csv", "place", PLACE_COLUMNS))


@cache
def provinces() -> tuple[str, ...]:
    """Full names of provinces, autonomous regions and municipalities of that rank."""
    places = read_rows("places.csv", "place", PLACE_COLUMNS)
    names = (row["place"] for row in places if row["kind"] == "province")
    return tuple(n for n in names if n[-1] in "省区")


@cache
def read_labels() -> dict[str, dict[str, str]]:
    """Labels of the figures by key, in Chinese (zh) and English (en)."""
    table = read_table("labels.csv", "key", ["key", "zh", "en"], None)
    return table.set_index("key").to_dict("index")


@cache
def read_columns() -> dict[str, dict[str, str]]:
    """Labels of columns, codes and tables by key, in Chinese (zh) and English (en)."""
    return read_table("columns.csv", "key", ["key", "zh", "en"], None).set_index("key").to_dict("index")
