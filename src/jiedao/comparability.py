"""What may be compared with what: parts of one kind, over periods of one length, told from the metadata.

A review is not a plan, half a year's work not a year's, and a plan that stands alone is written by other
rules than one appended to a review. Statistics here run within a kind; where a table or chart sets unlike
things side by side all the same, it says so.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from jiedao.documents import FIGURES_END, PERIODS

PARTS = {"retrospective": "review", "prospective": "plan"}
KINDS = ("review", "plan", "appended plan")
PERIOD_MARK, KIND_MARK = "†", "‡"


def label_parts(tokens: pd.DataFrame, sections: pd.DataFrame) -> pd.DataFrame:
    """Say of each token which part of which report it stands in.

    Parameters
    ----------
    tokens : DataFrame
        Rows with doc_id and section_id: tokens, sentences, sections.
    sections : DataFrame
        As in `jiedao.corpus.Corpus`.

    Returns
    -------
    DataFrame
        The rows that stand in a review or a plan, with the columns part (review, plan), part_kind (`KINDS`:
        a plan is *appended* where the report also holds a review) and unit (``part|doc_id``), sorted by
        kind and otherwise in their order.
    """
    orientation = sections.set_index("section_id")["orientation"]
    out = tokens.assign(part=tokens["section_id"].map(orientation).map(PARTS)).dropna(subset="part")
    reviewed = sections["doc_id"][sections["orientation"] == "retrospective"]
    out["part_kind"] = out["part"].mask(
        out["part"].eq("plan") & out["doc_id"].isin(reviewed), "appended plan"
    )
    out["unit"] = out["part"] + "|" + out["doc_id"]
    return out.sort_values("part_kind", key=lambda c: c.map(KINDS.index), kind="stable")


def list_units(labelled: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """The parts that `label_parts` found, with their periods and what to keep in mind.

    Returns
    -------
    DataFrame
        By unit: doc_id, part, part_kind, months (of the period that documents.csv states, of a review those
        that its figures cover; NaN if it states none), marks (†: a period of another length than most of
        its part; ‡: a plan of the rarer kind; on a tie the longer period, and the plan that stands alone,
        pass as the usual), caution (the same in words; empty where there is none).
    """
    table = labelled[["unit", "doc_id", "part", "part_kind"]].drop_duplicates().set_index("unit")
    stated = documents.set_index("doc_id")
    spans = [_span(stated.loc[u.doc_id], u.part) for u in table.itertuples()]
    table["months"] = np.array([months(*span) for span in spans], dtype=float)
    said = [_differs(unit, table) for unit in table.itertuples()]
    return table.assign(marks=["".join(s) for s in said], caution=["; ".join(s.values()) for s in said])


def _span(document: pd.Series, part: str) -> tuple[str, str]:
    """First and last month of a part; of a review, the last month that its figures cover."""
    earlier = document.get(FIGURES_END, "") if part == "review" else ""
    return document[f"{part}_start"], earlier or document[f"{part}_end"]


def _differs(unit: NamedTuple, table: pd.DataFrame) -> dict[str, str]:
    """By mark, how a unit differs from most of its part."""
    alike = table[table["part"] == unit.part]
    usual, kind = alike["months"].mode().max(), alike["part_kind"].mode().iloc[-1]
    said = {}
    if pd.isna(unit.months):
        said[PERIOD_MARK] = _length(unit.months)
    elif unit.months != usual:
        said[PERIOD_MARK] = f"{_length(unit.months)}, usual here {_length(usual)}"
    if unit.part_kind != kind:
        said[KIND_MARK] = f"{_A[unit.part_kind]}, usual here {_A[kind]}"
    return said


def mark_documents(units: pd.DataFrame) -> dict[str, str]:
    """The marks of each report's parts together, for charts that name reports."""
    joined = units.groupby("doc_id", sort=False)["marks"].agg("".join)
    return {d: "".join(sorted(set(marks))) for d, marks in joined.items()}


_A = {
    "review": "a review",
    "plan": "a plan that stands alone",
    "appended plan": "a plan appended to a review",
}


def _length(n: float) -> str:
    return "no period stated" if pd.isna(n) else f"{n:.0f} months"


def caution_pairs(pairs: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Say of pairs of units why they cannot be compared directly.

    The kinds of the review and the plan of one report differ too, but they share author, place and year.

    Parameters
    ----------
    pairs : DataFrame
        With columns a and b, names of units.
    units : DataFrame
        As `list_units` gives it.

    Returns
    -------
    DataFrame
        ``pairs`` with the columns marks and caution, both empty where nothing stands in the way.
    """
    reasons = []
    for a, b in zip(pairs["a"], pairs["b"], strict=True):
        one, other = units.loc[a], units.loc[b]
        said = {}
        if a != b and one["months"] != other["months"]:  # an unknown period is unlike any other
            said[PERIOD_MARK] = f"{_length(one['months'])} with {_length(other['months'])}"
        if one["part_kind"] != other["part_kind"] and one["doc_id"] != other["doc_id"]:
            said[KIND_MARK] = f"{_A[one['part_kind']]} with {_A[other['part_kind']]}"
        reasons.append(said)
    return pairs.assign(
        marks=["".join(said) for said in reasons], caution=["; ".join(said.values()) for said in reasons]
    )


def months(start: str, end: str) -> int | None:
    """How many months a period takes, both ends included, or None if it is not stated."""
    if not start or not end:
        return None
    (y1, m1), (y2, m2) = (map(int, p.split("-")) for p in (start, end))
    return (y2 - y1) * 12 + m2 - m1 + 1


def comparability(documents: pd.DataFrame) -> list[str]:
    """Reasons, from the metadata alone, why some of the documents may not be compared directly."""
    notes = []
    for part in ("review", "plan"):
        spans = {
            r.doc_id: months(getattr(r, f"{part}_start"), getattr(r, f"{part}_end"))
            for r in documents.itertuples()
        }
        stated = {d: n for d, n in spans.items() if n}
        usual = max(set(stated.values()), key=lambda n: (list(stated.values()).count(n), n), default=None)
        notes += [
            f"{d}: its {part} covers {n} months, the usual here is {usual}"
            for d, n in stated.items()
            if n != usual
        ]
        silent = [r for r in documents.itertuples() if r.doc_id not in stated]
        lacking = [r.doc_id for r in silent if part not in getattr(r, "genre", "")]
        undated = [r.doc_id for r in silent if part in getattr(r, "genre", "")]
        if stated and lacking:
            notes.append(f"without a {part} part: {', '.join(lacking)}")
        if undated:
            notes.append(f"months of the {part} not stated: {', '.join(undated)}")
    notes += [
        f"{r.doc_id}: its figures stop in {r.figures_end}, its review ends in {r.review_end}"
        for r in documents.itertuples()
        if getattr(r, FIGURES_END, "") and r.figures_end != r.review_end
    ]
    undated = [r.doc_id for r in documents.itertuples() if not r.published]
    if undated:
        notes.append(f"no date of publication: {', '.join(undated)}")
    years = sorted({p[:4] for c in PERIODS for p in documents[c] if p})
    if len(years) > 1:
        notes.append(f"the periods lie between {years[0]} and {years[-1]}: differences mix place and time")
    return notes
