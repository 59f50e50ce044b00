"""Which findings survive other choices: every finding of the study, reckoned again under each choice.

A *choice* is something the study could have done otherwise; it gives the corpus as read in that way. A
*finding* is a statement with the number it rests on and a rule, fixed beforehand, for when it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_mutual_info_score

from jiedao.comparability import label_parts
from jiedao.corpus import read_corpus
from jiedao.dtm import HIDDEN, MASKED, content
from jiedao.formula import find_formula, list_characters
from jiedao.frequency import part_change
from jiedao.keyness import informative, key_terms
from jiedao.lexicon import stopwords
from jiedao.resample import SEED
from jiedao.segment import Segmenter
from jiedao.similarity import similarity
from jiedao.stability import stability
from jiedao.themes import section_matrix

VERDICTS = ("holds", "weaker", "fails")


@dataclass(frozen=True)
class Reading:
    """A corpus as read under one choice: its tables, and the options of the statistics."""

    sections: pd.DataFrame
    tokens: pd.DataFrame
    characters: pd.DataFrame
    hide: tuple[str, ...] = HIDDEN
    mask: tuple[str, ...] = MASKED
    prior: Callable[[np.ndarray], np.ndarray] = informative
    run: int = 4

    def only(self, kept: Callable[[pd.DataFrame], pd.Series]) -> Reading:
        """The same with some rows of tokens and of characters only."""
        tokens, characters = (table[kept(table)] for table in (self.tokens, self.characters))
        return replace(self, tokens=tokens, characters=characters)

    @property
    def hide_verbs(self) -> tuple[str, ...]:
        """What clusters are made without: policy verbs too, unless stop words are shown."""
        return tuple(sorted({*self.hide, "policy_verb"})) if self.hide else ()

    def content(self) -> pd.DataFrame:
        """The content words of reviews and plans."""
        return label_parts(content(self.tokens, self.hide, self.mask), self.sections)


def read_choices(folder: str | Path) -> Iterator[tuple[str, Reading]]:
    """A corpus as published, and then under each other choice.

    Yields
    ------
    tuple of (str, Reading)
        Name of the choice: published, lexicon off, HMM off, character pairs, stop words shown, verbs
        hidden, names kept, weak prior (a tenth of the pooled counts), flat prior (½ for each term),
        headings left out, paragraphs, equal lengths, shorter runs (three characters instead of four), and
        ``without …`` for each report.
    """
    corpus = read_corpus(folder)
    characters = list_characters(corpus.sentences, corpus.text)
    published = Reading(corpus.sections, corpus.tokens, characters)
    yield "published", published
    plain, certain = Segmenter(corpus.places), Segmenter(corpus.segmenter.terms, hmm=False)
    yield "lexicon off", replace(published, tokens=read_corpus(folder, plain).tokens)
    yield "HMM off", replace(published, tokens=read_corpus(folder, certain).tokens)
    yield "character pairs", replace(published, tokens=pair_characters(characters, corpus.tokens))
    yield "stop words shown", replace(published, hide=())
    yield "verbs hidden", replace(published, hide=(*HIDDEN, "policy_verb"))
    yield "names kept", replace(published, mask=())
    yield "weak prior", replace(published, prior=lambda pooled: 0.1 * pooled)
    yield "flat prior", replace(published, prior=lambda pooled: 0 * pooled + 0.5)
    heading_end = corpus.sections.set_index("section_id")["heading_end"]
    yield "headings left out", published.only(lambda t: t["start"] >= t["section_id"].map(heading_end))
    yield "paragraphs", by_paragraph(published, corpus.text)
    yield "equal lengths", at_equal_length(published)
    yield "shorter runs", replace(published, run=3)
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

    tokens, characters = (t.assign(section_id=line(t)) for t in (reading.tokens, reading.characters))
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
    return replace(reading, sections=sections, tokens=tokens, characters=characters)


def at_equal_length(reading: Reading, seed: int = SEED) -> Reading:
    """Whole sections left out by chance, until no report is longer than the shortest."""
    sizes = reading.tokens.groupby(["doc_id", "section_id"], sort=False).size()
    shortest = sizes.groupby("doc_id").sum().min()
    rng = np.random.default_rng(seed)
    kept: set[str] = set()
    for _, mine in sizes.droplevel(0).groupby(sizes.index.get_level_values(0), sort=False):
        shuffled = mine.iloc[rng.permutation(len(mine))]
        kept |= set(shuffled.index[shuffled.cumsum() <= shortest])
    return reading.only(lambda t: t["section_id"].isin(kept))


# What each group of findings is reckoned from; a choice that leaves all of it as it is does not touch them.
RECKONED_FROM = {
    "verbs": ("sections", "tokens"),
    "themes": ("sections", "tokens", "hide_verbs", "mask"),
    "reviews": ("sections", "tokens", "hide", "mask"),
    "key terms": ("sections", "tokens", "hide", "mask", "prior"),
    "wording": ("sections", "characters", "run"),
}


def try_choices(folder: str | Path, k: int) -> pd.DataFrame:
    """All findings under all choices.

    Parameters
    ----------
    folder : str or Path
        The corpus.
    k : int
        Number of clusters.

    Returns
    -------
    DataFrame
        choice, finding, value, touched (False where the choice changes nothing that the finding is reckoned
        from), verdict (`VERDICTS`). The findings and when they hold, or are weaker:

        - ``verbs-<doc_id>``: policy verbs per 1,000 tokens, plan minus its own review; holds if the 95 %
          resampling interval lies above 0, weaker if the difference does.
        - ``themes-street``, ``themes-part``: mutual information of the clusters with the report, and with
          review or plan, adjusted for chance; below 0.1, below 0.2.
        - ``themes-return``: the lower of the adjusted Rand indices between seeds and between (four)
          bootstrap samples; from 0.6, from 0.5.
        - ``reviews-apart``: by how much the most alike pair of reviews stays below the mean of their own
          halves, in cosine; above 0, never weaker.
        - ``key-terms``: of the published terms that exceed both split-half nulls, the share that still do,
          reports at hand only; from 0.8, from 0.5.
        - ``own-wording``: characters found in one report only, the smallest share of any part; from 0.7,
          from 0.5.
    """
    tables: list[pd.DataFrame] = []
    published: Reading | None = None
    terms: set[tuple[str, str, str]] = set()
    for choice, reading in read_choices(folder):
        if published is None:
            published, terms = reading, list_key_terms(reading)
        for group, fields in RECKONED_FROM.items():
            same = all(_same(getattr(reading, f), getattr(published, f)) for f in fields)
            if group == "verbs" and choice.startswith("without "):  # each of them is about one report alone
                table = tables[0][tables[0]["finding"] != choice.replace("without ", "verbs-")]
                table = table.assign(touched=False)
            elif reading is published or not same:
                rows = _find(group, reading, k, terms)
                table = pd.DataFrame(rows, columns=["finding", "value", "holds", "weaker"])
                verdict = np.select([table.pop("holds"), table.pop("weaker")], VERDICTS[:2], VERDICTS[2])
                table = table.assign(verdict=verdict, touched=True, group=group)
            else:
                table = tables[list(RECKONED_FROM).index(group)].assign(touched=False)
            tables.append(table.assign(choice=choice))
    columns = ["choice", "finding", "value", "touched", "verdict"]
    return pd.concat(tables, ignore_index=True)[columns]


def _same(one: object, other: object) -> bool:
    return one is other or (not isinstance(one, pd.DataFrame) and one == other)


def _find(
    group: str, reading: Reading, k: int, published: set[tuple[str, str, str]]
) -> list[tuple[str, float, bool, bool]]:
    """The findings of a group: name, value, whether it holds, whether it holds more weakly."""
    if group == "verbs":
        labelled = label_parts(reading.tokens, reading.sections)
        changes = part_change(labelled, labelled["token"].isin(stopwords(["policy_verb"])))
        return [
            (f"verbs-{d}", c["difference"], c["low"] > 0, c["difference"] > 0) for d, c in changes.iterrows()
        ]
    if group == "themes":
        options = {"hide": reading.hide_verbs, "mask": reading.mask}
        dtm = section_matrix(reading.sections, reading.tokens, **options)
        labels, back = stability(dtm, k, repeats=4)
        leaves = reading.sections.set_index("section_id").loc[dtm.index]
        street, part = (adjusted_mutual_info_score(leaves[f], labels) for f in ("doc_id", "orientation"))
        again = min(back["seed_ari"], back["bootstrap_ari"])
        return [
            ("themes-street", street, street < 0.1, street < 0.2),
            ("themes-part", part, part < 0.1, part < 0.2),
            ("themes-return", again, again >= 0.6, again >= 0.5),
        ]
    if group == "reviews":
        chosen = reading.content()
        reviews = chosen[chosen["part"] == "review"]
        if reviews["doc_id"].nunique() < 2:
            return []
        pairs = similarity(reviews, "doc_id", draws=200).set_index(["a", "b"])["cosine"]
        gap = min((pairs[a, a] + pairs[b, b]) / 2 - c for (a, b), c in pairs.items() if a != b)
        return [("reviews-apart", gap, gap > 0, False)]
    if group == "key terms":
        expected = {t for t in published if t[1] in set(reading.tokens["doc_id"])}
        if not expected:
            return []
        share = len(expected & list_key_terms(reading)) / len(expected)
        return [("key-terms", share, share >= 0.8, share >= 0.5)]
    characters = reading.characters.assign(wording=find_formula(reading.characters, reading.run))
    labelled = label_parts(characters, reading.sections)
    own = labelled["wording"].eq("own").groupby(labelled["unit"]).mean().min()
    return [("own-wording", own, own >= 0.7, own >= 0.5)]


def list_key_terms(reading: Reading) -> set[tuple[str, str, str]]:
    """The key terms, of each kind of text, that exceed both split-half nulls, as (kind, doc_id, term)."""
    found: set[tuple[str, str, str]] = set()
    for kind, mine in reading.content().groupby("part_kind", sort=False):
        if mine["doc_id"].nunique() > 1:
            table = key_terms(mine, "doc_id", prior=reading.prior, draws=2)
            above = table[table["log_odds_z"] > table[["null_random", "null_contiguous"]].max(axis=1)]
            found |= {(str(kind), d, t) for d, t in zip(above["doc_id"], above["term"], strict=True)}
    return found


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
