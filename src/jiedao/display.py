"""How a corpus and a report show themselves: a line of text, and HTML for JupyterLab.

Whatever came from a text or a table is escaped; there is no script, no style sheet, nothing from elsewhere.
Colours stand on swatches only, so that it can be read on light and on dark.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

import pandas as pd

from jiedao import JiedaoError
from jiedao.clean import n_chars
from jiedao.dtm import running
from jiedao.house import PARTS, label
from jiedao.orientation import FRAMING
from jiedao.summary import composition, outline_text

if TYPE_CHECKING:
    from jiedao.corpus import Corpus

# Dollar signs in a text start no formula: signs for MathJax of any version.
_PLAIN = "tex2jax_ignore mathjax_ignore"
_QUIET, _KEEP = "opacity:.7;font-size:90%", "white-space:nowrap"


class UnknownReport(JiedaoError, KeyError):
    """An id that no report of the corpus has."""

    __str__ = Exception.__str__


@dataclass(frozen=True)
class Report:
    """One report of a corpus, with its part of each table: ``corpus["huashan-2024"]``.

    In JupyterLab it shows its outline: headings with length, orientation and theme.
    """

    doc_id: str
    corpus: Corpus = field(repr=False)

    @property
    def text(self) -> str:
        """The raw text; every start and end is an offset into it."""
        return self.corpus.text(self.doc_id)

    @property
    def sections(self) -> pd.DataFrame:
        """Its sections, as in `jiedao.corpus.Corpus`."""
        return self._mine(self.corpus.sections)

    @property
    def sentences(self) -> pd.DataFrame:
        """Its sentences."""
        return self._mine(self.corpus.sentences)

    @property
    def tokens(self) -> pd.DataFrame:
        """Its tokens."""
        return self._mine(self.corpus.tokens)

    @property
    def indicators(self) -> pd.DataFrame:
        """Its indicators."""
        return self._mine(self.corpus.indicators)

    @property
    def commitments(self) -> pd.DataFrame:
        """Its commitments."""
        return self._mine(self.corpus.commitments)

    @property
    def targets(self) -> pd.DataFrame:
        """Its targets."""
        return self._mine(self.corpus.targets)

    def _mine(self, table: pd.DataFrame) -> pd.DataFrame:
        return table[table["doc_id"] == self.doc_id]

    def __str__(self) -> str:
        return outline_text(self.sections)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return outline_html(self)


def find_report(corpus: Corpus, doc_id: str) -> Report:
    """The report of an id, or an error that names those there are."""
    ids = list(corpus.documents["doc_id"])
    if doc_id in ids:
        return Report(doc_id, corpus)
    near = difflib.get_close_matches(str(doc_id), ids, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(ids)}"
    raise UnknownReport(f"no report {doc_id!r} in this corpus; {hint}")


def describe_line(corpus: Corpus) -> str:
    """A corpus in one line."""
    documents = corpus.documents
    n = len(documents)
    return f"Corpus of {n} report{'s'[: n > 1]}, {documents['n_chars'].sum():,} characters"


def corpus_html(corpus: Corpus, lang: str = "en") -> str:
    """A corpus as a table, a row a report, with the shares of its parts as a bar."""
    leaves = corpus.sections[corpus.sections["is_leaf"]]
    counted = {"sections": leaves, "sentences": corpus.sentences, "tokens": running(corpus.tokens)}
    counts = {name: table.groupby("doc_id").size() for name, table in counted.items()}
    shares = composition(corpus).pivot(index="doc_id", columns="orientation", values="share").fillna(0)
    names = ["doc_id", "street", "genre", "reviewed", "planned", "characters"]
    head = "".join(f"<th style='text-align:left'>{n}</th>" for n in [*names, *counts, "parts"])
    rows = []
    for d in corpus.documents.itertuples():
        kept = [d.doc_id, d.street, "", _months(d.review_period), _months(d.plan_period)]
        numbers = [d.n_chars, *(n.get(d.doc_id, 0) for n in counts.values())]
        cells = [f"<td style='text-align:left;{_KEEP}'>{escape(w)}</td>" for w in kept]
        cells[2] = f"<td style='text-align:left'>{escape(d.genre)}</td>"
        cells += [f"<td style='text-align:right'>{n:,}</td>" for n in numbers]
        rows.append(f"<tr>{''.join(cells)}<td>{_bar(shares.loc[d.doc_id], lang)}</td></tr>")
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f"<div class='{_PLAIN}'>{table}{_key(lang)}</div>"


def outline_html(report: Report, lang: str = "en") -> str:
    """A report's outline: each heading or block with its length as a bar, its orientation and its theme."""
    sections = report.sections.astype(object).where(report.sections.notna(), None)
    sizes = [n_chars(report.text[s.start : s.own_end]) for s in sections.itertuples()]
    longest, lines = max(1, *sizes), []
    levels: dict[str, int] = {}
    for s, size in zip(sections.itertuples(), sizes, strict=True):
        look = "framing" if s.orientation in FRAMING else s.orientation
        opening = report.corpus.quote(s.doc_id, s.start, s.own_end)[:24] + "…"  # of what has no heading
        heading = (s.number or "") + s.heading if s.heading else opening
        themes = " / ".join(label(f"theme_{t}", lang) for t in filter(None, (s.theme, s.theme_secondary)))
        said = escape(" · ".join(filter(None, (label(look, lang), themes, f"{size:,}"))))
        # a block stands below the heading it belongs to
        depth = s.level if s.level is not None else levels.get(s.parent, -1) + 1
        levels[s.section_id] = depth
        bar = _swatch(PARTS[look], 6 * size / longest)
        lines.append(
            f"<div><span style='display:inline-block;width:6em'>{bar}</span>"
            f"<span style='padding-left:{0.5 + 1.4 * depth:.1f}em'>{escape(heading)}</span> "
            f"<span style='{_QUIET}'>{said}</span></div>"
        )
    row = report.corpus.documents.set_index("doc_id").loc[report.doc_id]
    title = escape(f"{report.doc_id} · {row['street']} · {row['genre']} · {row['n_chars']:,}")
    return f"<div class='{_PLAIN}'><div><b>{title}</b></div>{''.join(lines)}{_key(lang)}</div>"


def _months(period: str) -> str:
    return " – ".join(dict.fromkeys(period.split("/")))


def _swatch(colour: str, ems: float) -> str:
    box = "display:inline-block;height:.8em;vertical-align:baseline"
    return f"<span style='{box};width:{ems:.2f}em;background:{colour}'></span>"


def _bar(shares: Mapping[str, float], lang: str, width: float = 10) -> str:
    """A bar of shares, which says them too where it cannot be seen."""
    present = [(look, shares[look]) for look in PARTS if shares.get(look, 0) > 0]
    said = escape(", ".join(f"{label(look, lang)} {share:.0%}" for look, share in present), quote=True)
    pieces = "".join(_swatch(PARTS[look], width * share) for look, share in present)
    return f'<span role="img" aria-label="{said}" title="{said}" style="{_KEEP}">{pieces}</span>'


def _key(lang: str) -> str:
    said = " ".join(f"{_swatch(c, 0.8)} {escape(label(look, lang))}&ensp;" for look, c in PARTS.items())
    return f"<div>{said}</div>"
