"""From any number back to its sentences: which sentences stand behind a row of a table or a mark of a chart.

A row says where it comes from by the columns it shares with the tables of the corpus. Whatever of
sentence, section, report, part, theme and cluster it names narrows the sentences down; a term narrows
them to those in which it occurs.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from jiedao.comparability import PARTS

KEYS = ("section_id", "doc_id", "orientation", "part", "unit", "theme", "cluster")
TERMS = ("term", "token", "word", "marker")


class Evidence:
    """Finds the sentences behind rows.

    Parameters
    ----------
    sections, sentences, tokens : DataFrame
        As in `jiedao.corpus.Corpus`; more columns of sections, such as a cluster, can be asked for too.
    """

    def __init__(self, sections: pd.DataFrame, sentences: pd.DataFrame, tokens: pd.DataFrame) -> None:
        part = sections["orientation"].map(PARTS)
        marked = sections.assign(part=part, unit=part + "|" + sections["doc_id"])
        keys = [k for k in KEYS if k in marked and k != "doc_id"]
        self.sentences = sentences.merge(marked[keys], on="section_id", how="left")
        self._tokens = tokens
        self._ids = self.sentences["sentence_id"].to_numpy(dtype=object)
        self._found: dict[tuple[str, object], np.ndarray] = {}

    @classmethod
    def read(cls, folder: str | Path, **more: pd.DataFrame) -> Evidence:
        """From the tables in data/processed; ``more`` are tables of further columns by section_id."""
        tables = {n: pd.read_csv(Path(folder) / f"{n}.csv") for n in ("sections", "sentences", "tokens")}
        for table in more.values():
            tables["sections"] = tables["sections"].merge(table, on="section_id", how="left")
        return cls(**tables)

    @cached_property
    def _by_term(self) -> dict[str, set[str]]:
        return self._tokens.groupby("token")["sentence_id"].agg(set).to_dict()

    def name(self, rows: pd.DataFrame) -> pd.Series:
        """The ids of the sentences behind each row.

        Parameters
        ----------
        rows : DataFrame
            With any of the columns sentence_ids, sentence_id, section_ids, start and end with doc_id, a and
            b (units or reports), `KEYS` and `TERMS`.

        Returns
        -------
        Series of str
            Ids joined by blanks, in text order; ``huashan-2024/s003-017`` stands for the sentences from the
            third to the seventeenth.
        """
        return pd.Series([self._name(row) for row in rows.to_dict("records")], index=rows.index, dtype=object)

    @property
    def everything(self) -> str:
        """All sentences, for a number that sums up the whole corpus."""
        return shorten(self.sentences["sentence_id"])

    def cite(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with a column sentence_ids."""
        return rows.assign(sentence_ids=self.name(rows))

    def expand(self, ids: str) -> list[str]:
        """The single ids that a text of ids means."""
        found = []
        for part in ids.split():
            doc_id, _, places = part.rpartition("/s")
            first, _, last = places.partition("-")
            found += [f"{doc_id}/s{n:03}" for n in range(int(first), int(last or first) + 1)]
        return found

    def _name(self, row: dict[str, object]) -> str:
        for column in ("sentence_ids", "sentence_id"):
            if column in row:  # none named is none meant
                return "" if _is_missing(row[column]) else str(row[column])
        row = {k: v for k, v in row.items() if not _is_missing(v)}
        if not row.keys() & {"section_ids", "a", "b", *KEYS, *TERMS}:
            return ""
        kept = self._narrow(row)
        term = next((str(row[t]) for t in TERMS if t in row), None)
        if term is not None:
            kept = self._holding(kept, term)
        return shorten(self._ids[kept])

    def _narrow(self, row: dict[str, object]) -> np.ndarray:
        """The sentences that a row's keys leave: a section says all, else every key narrows them down."""
        table = self.sentences
        if "section_ids" in row or "section_id" in row:
            ids = str(row.get("section_ids", row.get("section_id"))).split()
            return table["section_id"].isin(ids).to_numpy()
        end = row.get("own_end", row.get("end"))
        if {"doc_id", "start"} <= row.keys() and end is not None:
            inside = (table["start"] < end) & (table["end"] > row["start"])
            return self._where("doc_id", row["doc_id"]) & inside.to_numpy()
        kept = np.ones(len(table), dtype=bool)
        if pair := [row[k] for k in ("a", "b") if k in row]:
            kept = (table["unit"].isin(pair) | table["doc_id"].isin(pair)).to_numpy()
        for key in KEYS:
            # a unit may also be 元, which is no part of a report
            if key in row and (key != "unit" or "|" in str(row[key])):
                kept = kept & self._where(key, row[key])
        return kept

    def _where(self, key: str, value: object) -> np.ndarray:
        """Which sentences have a value in a column; none, if there is no such column."""
        if key not in self.sentences:
            return np.zeros(len(self.sentences), dtype=bool)
        if (key, value) not in self._found:
            same = self.sentences[key] == value
            self._found[key, value] = same.fillna(False).to_numpy(dtype=bool)
        return self._found[key, value]

    def _holding(self, kept: np.ndarray, term: str) -> np.ndarray:
        """The sentences in which a term is a token or, if in none, a part of one (食品 of 食品安全)."""
        held = kept & np.isin(self._ids, list(self._by_term.get(term, ())))
        if held.any():
            return held
        within = [ids for token, ids in self._by_term.items() if term in token]
        return kept & np.isin(self._ids, list(set().union(*within)))


def shorten(ids: Iterable[str]) -> str:
    """Ids of sentences as one text, neighbours written as a range."""
    runs: list[tuple[str, int, int]] = []
    for sentence in ids:
        doc_id, _, place = sentence.rpartition("/s")
        n = int(place)
        if runs and runs[-1][0] == doc_id and runs[-1][2] == n - 1:
            runs[-1] = (doc_id, runs[-1][1], n)
        else:
            runs.append((doc_id, n, n))
    return " ".join(f"{d}/s{a:03}" + (f"-{b:03}" if b > a else "") for d, a, b in runs)


def _is_missing(value: object) -> bool:
    return value is None or value == "" or (isinstance(value, float) and pd.isna(value))
