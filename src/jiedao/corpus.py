"""The corpus: documents.csv and the texts beside it, read into tidy tables that know their place.

Every row of every table carries offsets into the raw text of its report, so that
``corpus.text(doc_id)[start:end]`` is what was printed. Input is validated here and trusted afterwards.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import numpy as np
import pandas as pd

from jiedao import JiedaoError
from jiedao.clean import Span, n_chars
from jiedao.coding import Word
from jiedao.damage import find_damage
from jiedao.documents import corpus_folder, local_places, own_terms, read_documents
from jiedao.evidence import Evidence
from jiedao.files import read_bounded
from jiedao.lexicon import default_terms
from jiedao.reading import Reading, code_themes, read_policy
from jiedao.report import SECTION_COLUMNS, Parsed, parse, stated_periods, token_spans
from jiedao.segment import Segmenter, fastest_engine

if TYPE_CHECKING:
    from jiedao.display import Report

PENDING = ".pending"


class Corpus:
    """Reports with their tables, each a DataFrame with one row a thing.

    Attributes
    ----------
    documents : DataFrame
        A row a report: the columns of documents.csv, and review_period, plan_period, n_chars (code
        points that are neither blank nor furniture).
    sections : DataFrame
        A row a heading or un-headed block: section_id, doc_id, parent (a section_id), level, number,
        heading, style, start, heading_end, own_end, end, orientation, is_leaf; and of the leaves theme,
        theme_secondary (codes of the codebook), theme_evidence (the words behind them), theme_sure.
    furniture : DataFrame
        A row a dropped line: doc_id, start, end, kind, text.
    sentences : DataFrame
        sentence_id, section_id, doc_id, start, end.
    tokens : DataFrame
        doc_id, section_id, sentence_id, start, end, token (normalised), kind (word, term, place, name,
        number, sign).
    indicators, commitments, targets, checks, credit, programmes, slogans : DataFrame
        What the modules of these names find (slogans: `jiedao.provenance`), a row each, all with doc_id,
        section_id, sentence_id, start and end.
    theme_words : DataFrame
        A row a word that points to a theme: section_id, start, end, word, code, weight, in_heading, doc_id,
        sentence_id.
    """

    def __init__(
        self,
        documents: pd.DataFrame,
        parsed: dict[str, Parsed],
        segmenter: Segmenter | None = None,
        terms: Iterable[str] = (),
    ) -> None:
        self._parsed = parsed
        self._terms = tuple(terms)
        if segmenter is not None:
            self.segmenter = segmenter
        self.documents = documents.assign(
            review_period=_period(documents, "review"),
            plan_period=_period(documents, "plan"),
            n_chars=[_n_chars(parsed[d]) for d in documents["doc_id"]],
        )

    def __getitem__(self, doc_id: str) -> Report:
        """One report, with its part of each table."""
        return _display().find_report(self, doc_id)

    def __iter__(self) -> Iterator[Report]:
        return (self[doc_id] for doc_id in self.documents["doc_id"])

    def __len__(self) -> int:
        return len(self.documents)

    def __repr__(self) -> str:
        return _display().describe_line(self)

    def _repr_html_(self) -> str:
        return _display().corpus_html(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.documents["doc_id"])

    def text(self, doc_id: str) -> str:
        """The raw text of a report."""
        return self._parsed[doc_id].text

    def plain(self, doc_id: str) -> str:
        """The normalised text of a report, of the same length as the raw one."""
        return self._parsed[doc_id].plain

    def quote(self, doc_id: str, start: int, end: int) -> str:
        """What stands printed between two offsets, blanks and line ends as single spaces."""
        return " ".join(self.text(doc_id)[start:end].split())

    def damage(self, doc_id: str) -> list[Span]:
        """Signs that a text was damaged on its way here; see `jiedao.damage`."""
        return find_damage(self.plain(doc_id), self._parsed[doc_id].sections)

    @cached_property
    def segmenter(self) -> Segmenter:
        """The segmenter of this corpus: the lexicon and own terms."""
        return Segmenter([*default_terms(), *self._terms], fastest_engine())

    @cached_property
    def sections(self) -> pd.DataFrame:
        """See the class."""
        return self._outline.merge(self._themes[0], on="section_id", how="left")

    @cached_property
    def _outline(self) -> pd.DataFrame:
        rows = []
        for doc_id, parsed in self._parsed.items():
            for i, s in enumerate(parsed.sections):
                parent = None if s.parent is None else _section_id(doc_id, s.parent)
                ids = {"section_id": _section_id(doc_id, i), "doc_id": doc_id, "parent": parent}
                rows.append(vars(s) | ids)
        columns = ["section_id", "doc_id", *SECTION_COLUMNS, "is_leaf"]
        return pd.DataFrame(rows, columns=columns).astype({"level": "Int64"})

    @cached_property
    def _themes(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        codes: list[tuple[Any, ...]] = []
        words: list[tuple[Any, ...]] = []
        for doc_id, parsed in self._parsed.items():
            coded = zip(parsed.sections, *code_themes(parsed.plain, parsed.sections), strict=True)
            for i, (section, code, own) in enumerate(coded):
                key = _section_id(doc_id, i)
                if code:
                    codes.append((key, *code[:3], code.sure))
                words += [(key, *w, w.end <= section.heading_end) for w in own]
        columns = ["section_id", "theme", "theme_secondary", "theme_evidence", "theme_sure"]
        themes = pd.DataFrame(codes, columns=columns)
        themes["theme_evidence"] = themes["theme_evidence"].str.join(" ")
        return themes, pd.DataFrame(words, columns=["section_id", *Word._fields, "in_heading"])

    @cached_property
    def theme_words(self) -> pd.DataFrame:
        """See the class."""
        words = self._themes[1].merge(self._outline[["section_id", "doc_id"]], on="section_id")
        ids = []
        for doc_id, mine in words.groupby("doc_id", sort=False):
            sentences = self.sentences[self.sentences["doc_id"] == doc_id]
            places = np.searchsorted(sentences["start"], mine["start"], side="right") - 1
            ids.append(pd.Series(sentences["sentence_id"].to_numpy()[places], index=mine.index))
        return words.assign(sentence_id=pd.concat(ids) if ids else "")

    @cached_property
    def furniture(self) -> pd.DataFrame:
        """See the class."""
        rows = [(d, *s, p.text[s.start : s.end]) for d, p in self._parsed.items() for s in p.furniture]
        return pd.DataFrame(rows, columns=["doc_id", "start", "end", "kind", "text"])

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """See the class."""
        rows = []
        for doc_id, parsed in self._parsed.items():
            for n, (start, end, section) in enumerate(parsed.sentences):
                rows.append((f"{doc_id}/s{n + 1:03}", _section_id(doc_id, section), doc_id, start, end))
        return pd.DataFrame(rows, columns=["sentence_id", "section_id", "doc_id", "start", "end"])

    @cached_property
    def tokens(self) -> pd.DataFrame:
        """See the class."""
        rows = [
            (f"{doc_id}/s{i + 1:03}", start, end, self.plain(doc_id)[start:end], kind)
            for doc_id, spans in self._tokens.items()
            for start, end, kind, i in spans
        ]
        tokens = pd.DataFrame(rows, columns=["sentence_id", "start", "end", "token", "kind"])
        ids = self.sentences[["doc_id", "section_id", "sentence_id"]]
        return ids.merge(tokens, on="sentence_id")

    @cached_property
    def _tokens(self) -> dict[str, list[tuple[int, int, str, int]]]:
        return {
            row["doc_id"]: token_spans(self._parsed[row["doc_id"]], self.segmenter, local_places(row))
            for row in self.documents.to_dict("records")
        }

    @cached_property
    def _readings(self) -> dict[str, Reading]:
        return {
            row["doc_id"]: read_policy(
                self.plain(row["doc_id"]),
                self._parsed[row["doc_id"]].sections,
                self._parsed[row["doc_id"]].sentences,
                self._tokens[row["doc_id"]],
                stated_periods(row),
            )
            for row in self.documents.to_dict("records")
        }

    def _entries(self, name: str) -> pd.DataFrame:
        """One list of each report's reading as a table, with the keys of its sentences."""
        rows = [
            {"sentence_id": f"{doc_id}/s{entry.sentence + 1:03}"} | entry._asdict()
            for doc_id, reading in self._readings.items()
            for entry in getattr(reading, name)
        ]
        entry_type = get_args(get_type_hints(Reading)[name])[0]
        fields = [f for f in entry_type._fields if f != "sentence"]
        table = pd.DataFrame(rows, columns=["sentence_id", *fields]).rename(columns={"cls": "class"})
        return self.sentences[["doc_id", "section_id", "sentence_id"]].merge(table, on="sentence_id")

    @cached_property
    def indicators(self) -> pd.DataFrame:
        """See the class, and `jiedao.indicators.Indicator`; growth_of is an indicator_id."""
        table = self._entries("indicators")
        place = table.groupby("doc_id").cumcount()
        ids = table["doc_id"] + "/n" + (place + 1).astype(str).str.zfill(3)
        table.insert(0, "indicator_id", ids)
        table["growth_of"] = _indicator_ids(table["doc_id"], table["growth_of"])
        table["part_of"] = _indicator_ids(table["doc_id"], table["part_of"])
        table["period"] = ["/".join(dict.fromkeys(p)) if p else None for p in table["period"]]
        return table

    @cached_property
    def commitments(self) -> pd.DataFrame:
        """See the class, and `jiedao.commitments.Commitment`."""
        return self._entries("commitments")

    @cached_property
    def targets(self) -> pd.DataFrame:
        """See the class, and `jiedao.commitments.Target`; a zero without a digit has no indicator_id."""
        table = self._entries("targets").rename(columns={"indicator": "indicator_id"})
        texts = [
            self.quote(d, a, b) for d, a, b in zip(table["doc_id"], table["start"], table["end"], strict=True)
        ]
        return table.assign(indicator_id=_indicator_ids(table["doc_id"], table["indicator_id"]), text=texts)

    @cached_property
    def checks(self) -> pd.DataFrame:
        """See the class, and `jiedao.indicators.Check`."""
        return self._entries("checks")

    @cached_property
    def credit(self) -> pd.DataFrame:
        """See the class, and `jiedao.credit.Credit`."""
        return self._entries("credit")

    @cached_property
    def programmes(self) -> pd.DataFrame:
        """See the class, and `jiedao.credit.Programme`."""
        return self._entries("programmes")

    @cached_property
    def slogans(self) -> pd.DataFrame:
        """See the class, and `jiedao.provenance.Slogan`."""
        return self._entries("slogans")

    @cached_property
    def _evidence(self) -> Evidence:
        return Evidence(self.sections, self.sentences, self.tokens)

    def evidence(self, rows: pd.DataFrame, more: pd.DataFrame | None = None) -> pd.DataFrame:
        """The sentences behind any row of any table.

        Parameters
        ----------
        rows : DataFrame
            Rows of a table of this study; what `jiedao.evidence.Evidence` can follow.
        more : DataFrame, optional
            Further columns of the sections, by section_id, such as the cluster that notebook 03 found.

        Returns
        -------
        DataFrame
            A row a sentence: row (the index in ``rows``), doc_id, street, section_id, sentence_id, start,
            end, sentence (as printed).
        """
        behind = self._evidence
        if more is not None:
            sections = self.sections.merge(more, on="section_id", how="left")
            behind = Evidence(sections, self.sentences, self.tokens)
        pairs = [(row, s) for row, ids in behind.name(rows).items() for s in behind.expand(ids)]
        table = pd.DataFrame(pairs, columns=["row", "sentence_id"]).merge(self.sentences, on="sentence_id")
        streets = self.documents.set_index("doc_id")["street"]
        said = [self.quote(s.doc_id, s.start, s.end) for s in table.itertuples()]
        table = table.assign(street=table["doc_id"].map(streets), sentence=said)
        return table[["row", "doc_id", "street", "section_id", "sentence_id", "start", "end", "sentence"]]


def read_corpus(path: str | Path, segmenter: Segmenter | None = None) -> Corpus:
    """Read and validate a corpus.

    Parameters
    ----------
    path : str or Path
        Folder with documents.csv and texts/, or a study folder that has them in data/raw. A terms.csv
        beside documents.csv adds terms of the user's own, in the columns of the shipped one.
    segmenter : Segmenter, optional
        Default: the shipped lexicon and the user's own terms.

    Returns
    -------
    Corpus

    Raises
    ------
    JiedaoError
        On the first fault found, with the file and the remedy.
    """
    folder = corpus_folder(Path(path))
    documents = read_documents(folder)
    parsed: dict[str, Parsed] = {}
    digests: dict[str, str] = {}
    for row in documents.itertuples():
        file = folder / "texts" / str(row.file)
        if not file.is_file():
            raise JiedaoError(
                f"{file}: no such file, but documents.csv names it for {row.doc_id}; add it or drop the row"
            )
        if file.resolve().parent != (folder / "texts").resolve():
            raise JiedaoError(f"{file}: leads out of the folder; put the text itself there")
        data = read_bounded(file)
        digest = hashlib.sha256(data).hexdigest()
        if digest in digests:
            raise JiedaoError(f"{file}: the same text as {digests[digest]}; keep one of the two")
        if getattr(row, "sha256", "") not in ("", digest):
            raise JiedaoError(
                f"{file}: changed since documents.csv recorded its sha256; restore it or update the column"
            )
        digests[digest] = str(row.file)
        parsed[str(row.doc_id)] = parse(data, str(file))
    # A text that `jiedao add` was broken off at is marked so, and not yet part of the corpus.
    texts = folder / "texts"
    pending = {p.name.removesuffix(PENDING).removeprefix(".") for p in texts.glob(f".*{PENDING}")}
    orphans = sorted({p.name for p in texts.glob("[!.]*.txt")} - set(documents["file"]) - pending)
    if orphans:
        raise JiedaoError(f"{texts / orphans[0]}: no row in documents.csv; add one or remove the file")
    return Corpus(documents, parsed, segmenter, own_terms(folder))


def _display() -> ModuleType:
    from jiedao import display  # it loads matplotlib, which reading does not need

    return display


def _period(documents: pd.DataFrame, part: str) -> list[str]:
    pairs = zip(documents[f"{part}_start"], documents[f"{part}_end"], strict=True)
    return [f"{a}/{b}" if a else "" for a, b in pairs]


def _indicator_ids(doc_ids: pd.Series, places: pd.Series) -> list[str | None]:
    pairs = zip(doc_ids, places, strict=True)
    return [None if pd.isna(n) else f"{doc_id}/n{int(n) + 1:03}" for doc_id, n in pairs]


def _n_chars(parsed: Parsed) -> int:
    # Sections own every character that is neither blank nor furniture, and each one once.
    return sum(n_chars(parsed.plain[s.start : s.own_end]) for s in parsed.sections)


def _section_id(doc_id: str, index: int) -> str:
    return f"{doc_id}/{index + 1:03}"
