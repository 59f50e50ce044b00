"""Which findings survive other choices: every finding of the study, reckoned again under each choice.

A *choice* is something the study could have done otherwise; it gives the corpus as read in that way. A
*finding* is a statement with the number it rests on and a rule for when it holds. The rules are conventions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from jiedao.comparability import label_parts
from jiedao.corpus import read_corpus
from jiedao.dtm import HIDDEN, MASKED, content
from jiedao.formula import compare_halves, list_characters
from jiedao.frequency import part_change
from jiedao.keyness import informative, key_terms
from jiedao.lexicon import stopwords
from jiedao.orientation import FRAMING
from jiedao.quantification import rate_change
from jiedao.resample import SEED
from jiedao.segment import Segmenter
from jiedao.similarity import similarity
from jiedao.stability import Clusterer, confounding, k_means, lsa_k_means, stability
from jiedao.themes import cluster, section_matrix

VERDICTS = ("holds", "weaker", "fails")


@dataclass(frozen=True)
class Reading:
    """A corpus as read under one choice: its tables, and the options of the statistics."""

    sections: pd.DataFrame
    tokens: pd.DataFrame
    characters: pd.DataFrame
    sentences: pd.DataFrame
    indicators: pd.DataFrame
    k: int
    verbs: frozenset[str]
    hide: tuple[str, ...] = HIDDEN
    mask: tuple[str, ...] = MASKED
    prior: Callable[[np.ndarray], np.ndarray] = informative
    method: Clusterer = cluster
    block: str = "section_id"
    run: int = 4

    def only(self, kept: Callable[[pd.DataFrame], pd.Series]) -> Reading:
        """The same with some rows of the tables only; the outline stays."""
        return self.with_tables(lambda table: table[kept(table)])

    def with_tables(self, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Reading:
        """The same with every table of occurrences changed in one way."""
        names = ("tokens", "characters", "sentences", "indicators")
        return replace(self, **{name: change(getattr(self, name)) for name in names})

    def content(self) -> pd.DataFrame:
        """The content words of reviews and plans."""
        return label_parts(content(self.tokens, self.hide, self.mask), self.sections)


def read_choices(folder: str | Path, k: int) -> Iterator[tuple[str, Reading]]:
    """A corpus as published, with k clusters, and then under each other choice.

    Yields
    ------
    tuple of (str, Reading)
        Name of the choice: published; lexicon off, HMM off, character pairs (instead of words); stop words
        shown, verbs hidden, names kept; weak prior (a tenth of the pooled counts), flat prior (½ for each
        term); fewer verbs (without the ten commonest of the corpus); digits only (no quantities in Chinese
        numerals); headings left out, paragraphs (instead of sections), equal lengths; k-means, LSA, fewer
        clusters, more clusters (by two); sentence halves (instead of halves of whole sections); shorter
        runs, longer runs (of characters, by one); and ``without …`` for each report.
    """
    corpus = read_corpus(folder)
    characters = list_characters(corpus.sentences, corpus.text)
    verbs = frozenset(stopwords(["policy_verb"]))
    published = Reading(
        corpus.sections, corpus.tokens, characters, corpus.sentences, corpus.indicators, k, verbs
    )
    yield "published", published
    engine = corpus.segmenter.engine
    plain, certain = Segmenter((), engine), Segmenter(corpus.segmenter.terms, engine, hmm=False)
    for choice, segmenter in (("lexicon off", plain), ("HMM off", certain)):
        other = read_corpus(folder, segmenter)
        yield choice, replace(published, tokens=other.tokens, indicators=other.indicators)
    yield "character pairs", replace(published, tokens=pair_characters(characters, corpus.tokens))
    yield "stop words shown", replace(published, hide=())
    yield "verbs hidden", replace(published, hide=(*HIDDEN, "policy_verb"))
    yield "names kept", replace(published, mask=())
    yield "weak prior", replace(published, prior=lambda pooled: 0.1 * pooled)
    yield "flat prior", replace(published, prior=lambda pooled: 0 * pooled + 0.5)
    commonest = corpus.tokens["token"][corpus.tokens["token"].isin(verbs)].value_counts().index[:10]
    yield "fewer verbs", replace(published, verbs=verbs - set(commonest))
    digits = corpus.indicators[corpus.indicators["text"].str.contains(r"\d")]
    yield "digits only", replace(published, indicators=digits)
    heading_end = corpus.sections.set_index("section_id")["heading_end"]
    yield "headings left out", published.only(lambda t: t["start"] >= t["section_id"].map(heading_end))
    yield "paragraphs", by_paragraph(published, corpus.text)
    yield "equal lengths", at_equal_length(published)
    yield "k-means", replace(published, method=k_means)
    yield "LSA", replace(published, method=lsa_k_means)
    yield "fewer clusters", replace(published, k=max(2, k - 2))
    yield "more clusters", replace(published, k=k + 2)
    yield "sentence halves", replace(published, block="sentence_id")
    yield "shorter runs", replace(published, run=3)
    yield "longer runs", replace(published, run=5)
    for doc_id in corpus.documents["doc_id"]:
        yield f"without {doc_id}", published.only(lambda t, left_out=doc_id: t["doc_id"] != left_out)


def pair_characters(characters: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Overlapping pairs of characters in place of words; those that touch a name or place are marked so."""
    first, second = characters.iloc[:-1], characters.iloc[1:].set_axis(characters.index[:-1])
    pairs = first.assign(token=first["character"] + second["character"], end=second["start"] + 1)
    pairs = pairs[first["run"] == second["run"]]
    masked = tokens[tokens["kind"].isin(MASKED)]
    kinds = {(t.doc_id, i): t.kind for t in masked.itertuples() for i in range(t.start, t.end)}
    ends = zip(pairs["doc_id"], pairs["start"], pairs["end"] - 1, strict=True)
    pairs["kind"] = [kinds.get((d, a)) or kinds.get((d, b)) or "word" for d, a, b in ends]
    return pairs[tokens.columns]


def by_paragraph(reading: Reading, text: Callable[[str], str]) -> Reading:
    """Lines of the printed text in place of the sections of the outline; no heading counts twice."""
    documents = reading.sections["doc_id"].unique()
    breaks = {d: [i for i, sign in enumerate(text(d)) if sign in "\r\n"] for d in documents}

    def line(table: pd.DataFrame) -> list[str]:
        at = zip(table["doc_id"], table["start"], strict=True)
        return [f"{d}/line{np.searchsorted(breaks[d], start):04}" for d, start in at]

    lined = reading.with_tables(lambda table: table.assign(section_id=line(table)))
    tokens = lined.tokens
    first = reading.tokens[~tokens["section_id"].duplicated()]
    sections = pd.DataFrame(
        {
            "section_id": tokens["section_id"][first.index],
            "doc_id": first["doc_id"],
            "parent": None,
            "heading_end": first["start"],
            "orientation": first["section_id"].map(reading.sections.set_index("section_id")["orientation"]),
            "is_leaf": True,
        }
    )
    return replace(lined, sections=sections)


def at_equal_length(reading: Reading, seed: int = SEED) -> Reading:
    """Whole sections left out by chance, until no report is longer than the shortest."""
    sizes = reading.tokens.groupby(["doc_id", "section_id"], sort=False).size()
    shortest = sizes.groupby("doc_id").sum().min()
    rng = np.random.default_rng(seed)
    kept: set[str] = set()
    for _, mine in sizes.droplevel(0).groupby(sizes.index.get_level_values(0), sort=False):
        shuffled = mine.iloc[rng.permutation(len(mine))]
        kept |= set(shuffled.index[shuffled.cumsum() <= max(shortest, shuffled.iloc[0])])  # one at least
    return reading.only(lambda t: t["section_id"].isin(kept))


class Finding(NamedTuple):
    """What a finding is reckoned from, and how: value, whether it holds, whether it holds more weakly."""

    names: tuple[str, ...]
    inputs: tuple[object, ...]
    reckon: Callable[[], list[tuple[float, bool, bool]]]


def list_findings(reading: Reading) -> Iterator[Finding]:
    """The findings that can be reckoned of a reading: see `try_choices`."""
    labelled = label_parts(reading.tokens, reading.sections)
    for doc_id, words in labelled.groupby("doc_id", sort=False):
        if words["part"].nunique() > 1:
            hits = words["token"].isin(reading.verbs)
            yield Finding((f"verbs-{doc_id}",), (words, hits), lambda w=words, h=hits: _change(w, h))
    held = labelled.groupby("doc_id")["part"].nunique()
    if held.gt(1).any():
        both = held.index[held > 1]
        places = reading.indicators[["doc_id", "section_id", "sentence_id"]]
        tables = (places, reading.sentences, reading.sections)
        inputs = tuple(table[table["doc_id"].isin(both)] for table in tables)
        yield Finding(("counting",), inputs, lambda inputs=inputs: _counting(*inputs))
    # Clusters are made without policy verbs in any case, unless all stop words are shown.
    hide = tuple(sorted({*reading.hide, "policy_verb"})) if reading.hide else ()
    leaves = reading.sections[reading.sections["is_leaf"] & ~reading.sections["orientation"].isin(FRAMING)]
    factors = {"themes-street": "doc_id", "themes-part": "orientation"}
    factors = {name: factor for name, factor in factors.items() if leaves[factor].nunique() > 1}
    inputs = (reading.sections, reading.tokens, hide, reading.mask, reading.k, reading.method)
    if leaves["section_id"].isin(reading.tokens["section_id"].unique()).sum() >= reading.k:
        names, chosen_factors = (*factors, "themes-return"), list(factors.values())
        yield Finding(names, inputs, lambda inputs=inputs: _themes(*inputs, chosen_factors))
    chosen = reading.content()
    reviews = chosen[chosen["part"] == "review"]
    blocks = reviews.groupby("doc_id")[reading.block].transform("nunique")
    reviews = reviews[blocks > 1]  # a text of a single block has no halves
    if reviews["doc_id"].nunique() > 1:
        yield Finding(
            ("reviews-apart",),
            (reviews, reading.block),
            lambda: _gap(similarity(reviews, "doc_id", reading.block)),
        )
    kinds = [mine for _, mine in chosen.groupby("part_kind", sort=False) if mine["doc_id"].nunique() > 1]
    if kinds:
        yield Finding(("key-terms",), (*kinds, reading.prior), lambda: _key_terms(kinds, reading.prior))
    inputs = (reading.characters, reading.run)
    if reading.characters["doc_id"].nunique() > 1:
        yield Finding(("shared-wording",), inputs, lambda inputs=inputs: _halves(*inputs))


def _change(words: pd.DataFrame, hits: pd.Series) -> list[tuple[float, bool, bool]]:
    change = part_change(words, hits).iloc[0]
    return [(change["difference"], change["low"] > 0, change["difference"] > 0)]


def _counting(
    indicators: pd.DataFrame, sentences: pd.DataFrame, sections: pd.DataFrame
) -> list[tuple[float, bool, bool]]:
    change = rate_change(indicators, sentences, sections)
    least = change.loc[change["difference"].idxmax()]
    return [(least["difference"], least["high"] < 0, least["difference"] < 0)]


def _themes(
    sections: pd.DataFrame,
    tokens: pd.DataFrame,
    hide: tuple[str, ...],
    mask: tuple[str, ...],
    k: int,
    method: Clusterer,
    factors: list[str],
) -> list[tuple[float, bool, bool]]:
    dtm = section_matrix(sections, tokens, hide=hide, mask=mask)
    leaves = sections.set_index("section_id").loc[dtm.index]
    labels, back = stability(dtm, k, method)
    mutual = confounding(labels, *(leaves[factor] for factor in factors))
    again = min(back["seed_ari"], back["bootstrap_ari"])
    alike = [(m["ami"], m["ami"] <= m["chance_high"], m["ami"] < 0.1) for _, m in mutual.iterrows()]
    return [*alike, (again, again >= 0.6, again >= 0.5)]


def _gap(pairs: pd.DataFrame) -> list[tuple[float, bool, bool]]:
    least = pairs.loc[pairs["gap"][pairs["a"] != pairs["b"]].idxmin()]
    return [(least["gap"], least["gap_low"] > 0, least["gap"] > 0)]


def _key_terms(
    kinds: list[pd.DataFrame], prior: Callable[[np.ndarray], np.ndarray]
) -> list[tuple[float, bool, bool]]:
    lists = sum(mine["doc_id"].nunique() for mine in kinds)
    tables = [key_terms(mine, "doc_id", prior=prior, draws=2) for mine in kinds]
    held = sum(t["doc_id"][t["log_odds_z"] > t["bar"]].nunique() for t in tables)
    return [(held / lists, held / lists < 0.5, held / lists < 0.75)]


def _halves(characters: pd.DataFrame, run: int) -> list[tuple[float, bool, bool]]:
    halves = compare_halves(characters, run)
    least = halves.loc[halves["difference"].idxmin()]
    return [(least["difference"], least["low"] > 0, least["difference"] > 0)]


def try_choices(folder: str | Path, k: int) -> pd.DataFrame:
    """All findings under all choices.

    Parameters
    ----------
    folder : str or Path
        The corpus.
    k : int
        Number of clusters as published.

    Returns
    -------
    DataFrame
        choice, finding, value, touched (False where the choice changes nothing that the finding is reckoned
        from), verdict (`VERDICTS`). The findings and when they hold, or are weaker:

        - ``verbs-<doc_id>``: policy verbs per 1,000 tokens, plan minus its own review; holds if the 95 %
          resampling interval lies above 0, weaker if the difference does.
        - ``counting``: indicators per 1,000 characters, plan minus its own review, the report where the plan
          falls behind least; holds if the interval lies below 0, weaker if the difference does.
        - ``themes-street``, ``themes-part``: mutual information of the clusters with the report, and with
          review or plan, adjusted for chance; within what 97.5 % of dealt clusters give, below 0.1.
        - ``themes-return``: the lower of the adjusted Rand indices between seeds and between bootstrap
          samples; from 0.6, from 0.5.
        - ``reviews-apart``: by how much the pair of reviews nearest to it stays below the mean of their own
          halves, in cosine; 95 % of the samples above 0, the median above 0.
        - ``key-terms``: share of the texts that have a key term above the bar; below half, below three
          quarters: most texts have none.
        - ``shared-wording``: by how much the share of a report's wording held by its own other half exceeds
          that held by as much of other reports, the report where it does so least; 95 % of the draws above
          0, the median above 0.
    """
    rows = []
    published: dict[tuple[str, ...], tuple[tuple[object, ...], list[tuple[float, bool, bool]]]] = {}
    for choice, reading in read_choices(folder, k):
        for finding in list_findings(reading):
            inputs, found = published.get(finding.names, ((), []))
            touched = len(inputs) != len(finding.inputs) or not all(map(_same, inputs, finding.inputs))
            found = finding.reckon() if touched else found
            published.setdefault(finding.names, (finding.inputs, found))
            for name, (value, holds, weaker) in zip(finding.names, found, strict=True):
                verdict = VERDICTS[0] if holds else VERDICTS[1] if weaker else VERDICTS[2]
                rows.append((choice, name, value, touched, verdict))
    return pd.DataFrame(rows, columns=["choice", "finding", "value", "touched", "verdict"])


def _same(one: object, other: object) -> bool:
    if one is other:
        return True
    return one.equals(other) if isinstance(one, pd.DataFrame | pd.Series) else one == other


def count_survivals(tried: pd.DataFrame) -> pd.DataFrame:
    """How many of the other choices leave each finding as strong as published, from `try_choices`.

    Returns
    -------
    DataFrame
        finding, published (its verdict), choices (other than the published one, that touch the finding and
        under which it can be reckoned), survives (of them), smallest and largest value under any choice,
        lost (the choices under which it is weaker than published).
    """
    rank = tried["verdict"].map(VERDICTS.index)
    first = tried["choice"] == "published"
    rows = []
    for finding, mine in tried.groupby("finding", sort=False):
        if not first[mine.index].any():
            continue
        was = rank[mine.index][first].iloc[0]
        others = mine[~first[mine.index] & mine["touched"]]
        lost = others["choice"][rank[others.index] > was]
        ends = mine["value"].min(), mine["value"].max()
        rows.append((finding, VERDICTS[was], len(others), len(others) - len(lost), *ends, "; ".join(lost)))
    columns = ["finding", "published", "choices", "survives", "smallest", "largest", "lost"]
    return pd.DataFrame(rows, columns=columns)


def rests_on(finding: str, choice: str, sentences: pd.DataFrame) -> pd.Series:
    """Which sentences a finding rests on under a choice: those of the parts and reports that it compares.

    Parameters
    ----------
    finding, choice : str
        As in `try_choices`.
    sentences : DataFrame
        With doc_id, part and cluster (`jiedao.evidence.Evidence`).

    Returns
    -------
    Series of bool
    """
    doc_id, part = sentences["doc_id"], sentences["part"]
    kept = doc_id != choice.removeprefix("without ")
    if finding.startswith("themes-"):
        return kept & sentences["cluster"].notna()
    if finding == "shared-wording":
        return kept
    if finding == "reviews-apart":
        return kept & part.eq("review")
    if finding == "counting":
        return kept & part.notna() & (part.groupby(doc_id).transform("nunique") > 1)
    own = finding.removeprefix("verbs-")
    return kept & part.notna() & ((doc_id == own) if own != finding else True)
