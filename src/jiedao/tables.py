"""Tables of the study for readers: labels for columns and codes, names for reports, in one language.

`jiedao.typeset` writes them; `export` is its function.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path, PurePath

import pandas as pd

from jiedao import JiedaoError, house
from jiedao.lexicon import read_columns, read_labels, read_table
from jiedao.typeset import export as export  # so that what is read here is written from here

IDS = ("section_id", "section_ids", "sentence_id", "sentence_ids", "touching_ids")
REPORTS = ("unit", "a", "b")
CODES = ("doc_id", "theme", "theme_secondary", "code", "name", "other")
# What an author may copy from a folder: the name of a file.
ENDING = re.compile(r"\.(csv|xlsx|docx|tex|md|pdf|svg|png|tiff?)$")


class UnknownName(JiedaoError):
    """A name that no table or figure of the study has."""


def find_tables(folder: Path) -> dict[str, Path]:
    """The tables of a study by name: those of data/processed, then the values of figures.

    Raises
    ------
    JiedaoError
        If the study has not been run.
    """
    found = {p.stem: p for p in sorted((folder / "data/processed").glob("*.csv"))}
    if "documents" not in found:
        raise JiedaoError(
            f"{folder / 'data/processed'}: no tables there; run the study first: "
            f"jiedao run --corpus {folder} --out {folder}"
        )
    return found | {p.stem: p for p in sorted((folder / "figures/en").glob("fig*.csv"))}


def choose(asked: Iterable[str], found: Iterable[str], what: str = "table") -> list[str]:
    """The tables or figures asked for by name, by its beginning (fig2), or by a file of that name.

    Raises
    ------
    UnknownName
        If there is none of a name.
    """
    known = {name.casefold(): name for name in found}
    chosen = []
    for name in asked:
        plain = ENDING.sub("", PurePath(name.casefold()).name)
        meant = [plain] if plain in known else [n for n in known if _begins(n, plain)]
        if not meant:
            near = difflib.get_close_matches(plain, known, 1)
            hint = f"did you mean {known[near[0]]}" if near else "`jiedao tables` lists those there are"
            raise UnknownName(f"there is no {what} {name!r}; {hint}")
        chosen += [known[n] for n in meant]
    return list(dict.fromkeys(chosen))


def _begins(name: str, asked: str) -> bool:
    """Whether a name begins so; fig4-1 is no beginning of fig4-10."""
    return bool(asked) and name.startswith(asked) and not re.match(r"\d\d", name[len(asked) - 1 :])


def read_study_table(path: Path) -> pd.DataFrame:
    """A table that the study has written.

    Raises
    ------
    JiedaoError
        If it cannot be read as one.
    """
    try:
        return house.read_table(path)
    except (ValueError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise JiedaoError(f"{path}: not a table of this study ({reason}); run the study again") from None


def title(name: str, lang: str) -> str:
    """What a table of the study shows, from data/lexicon (columns.csv; of a figure captions.csv)."""
    titles = {key: row[lang] for key, row in read_columns().items()}
    return titles.get(f"{name}.csv") or _captions(lang).get(name) or name


def note(table: pd.DataFrame, lang: str) -> str:
    """What stands below a table: what its marks and its bounds mean."""
    marks = table["marks"].dropna() if "marks" in table else ()
    said = [house.footnote({str(i): m for i, m in enumerate(marks)}, lang)]
    if {"low", "high"} <= {*table.columns} and "measure" not in table:  # there it is the end of a range
        said.append(read_columns()["note=interval"][lang])
    return "  ".join(filter(None, said))


def readable(
    table: pd.DataFrame, name: str, documents: pd.DataFrame, lang: str = "en", ids: bool = False
) -> pd.DataFrame:
    """A table of the study for readers: labels for columns and codes, short names for reports.

    Parameters
    ----------
    table : DataFrame
        As `read_study_table` gives it.
    name : str
        Its name, such as ``frequency``; some columns mean something of their own in it.
    documents : DataFrame
        The table of reports, which names them.
    lang : str
        ``zh`` or ``en``.
    ids : bool
        Whether ids of sentences and sections stay in.

    Returns
    -------
    DataFrame
    """
    names = house.document_labels(documents.astype(object).where(documents.notna(), ""), lang)
    kept = [c for c in table.columns if ids or c not in IDS]
    labels = [column_label(c, name, names, lang) for c in kept]
    cells = [_readable(table[c], c, names, lang) for c in kept]
    return pd.concat(cells, axis=1).set_axis(labels, axis=1) if cells else table[kept]


def column_label(column: str, table: str, names: Mapping[str, str], lang: str) -> str:
    """The label of a column, which may also be named by a report or a theme; else its own name."""
    known = read_columns()
    for key in (f"{table}.{column}", column):
        if key in known:
            return known[key][lang]
    return names.get(column) or _theme(column, lang)


@cache
def _captions(lang: str) -> dict[str, str]:
    captions = read_table("captions.csv", "figure", ["figure", "title_en", "title_zh"], None)
    return captions.set_index("figure")[f"title_{lang}"].to_dict()


def _readable(cells: pd.Series, column: str, names: Mapping[str, str], lang: str) -> pd.Series:
    """A column with its codes said in words; numbers stay numbers."""
    if pd.api.types.is_bool_dtype(cells) or not pd.api.types.is_numeric_dtype(cells):
        said = {v: _say_code(v, column, names, lang) for v in cells.dropna().unique()}
        return cells.map(said).astype(object)
    return cells


def _say_code(value: object, column: str, names: Mapping[str, str], lang: str) -> str:
    known, text = read_columns(), str(value)
    for key in (f"{column}={text}", text.lower() if text in ("True", "False") else ""):
        if key in known:
            return known[key][lang]
    if column == "doc_ids":
        return ("\u3001" if lang == "zh" else ", ").join(names.get(d, d) for d in text.split())
    if column in REPORTS and "|" in text:
        part, doc_id = text.split("|", 1)
        return f"{names.get(doc_id, doc_id)} {_label(f'{part}_part', part, lang)}"
    if column in CODES:
        return names.get(text) or _theme(text, lang)
    if column in ("finding", "choice"):
        return _finding(text, column, names, lang)
    if column == "lost":
        joint = "\uff1b" if lang == "zh" else "; "
        return joint.join(_finding(c, "choice", names, lang) for c in text.split("; "))
    if column == "caution":
        for key in sorted((k for k in known if k.startswith("caution=")), key=len, reverse=True):
            text = text.replace(key.partition("=")[2], known[key][lang])
        return text
    if column == "term":
        return house.gloss(text, lang)
    return text


def _theme(code: str, lang: str) -> str:
    return _label(f"theme_{code}", code, lang)


def _finding(text: str, column: str, names: Mapping[str, str], lang: str) -> str:
    """A finding or choice, which may name a report at its end: verbs-huashan-2024, without huashan-2024."""
    for doc_id, name in names.items():
        if text == f"without {doc_id}":
            return f"{_label('without', 'without', lang)} {name}"
        if text.endswith(f"-{doc_id}"):
            stem = text.removesuffix(f"-{doc_id}")
            joint = "\uff1a" if lang == "zh" else ": "
            return f"{name}{joint}{_label(f'{column}_{stem}', stem, lang)}"
    return _label(f"{column}_{text}", text, lang)


def _label(key: str, otherwise: str, lang: str) -> str:
    return read_labels().get(key, {}).get(lang, otherwise)
