"""Formula and local content: wording that other reports share, and wording found in one report only.

Nobody can tell from a few texts who wrote a phrase first. What can be told is whether a run of characters
stands in another report too, or belongs to a slogan of the lexicon. The borders of words play no part, so
segmentation has no say in it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import count

import numpy as np
import pandas as pd

from jiedao.lexicon import read_terms
from jiedao.resample import SEED, interval

_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_HAN}](?:[\s、·“”‘’「」『』《》\"']*[{_HAN}])*")
_CHARACTER = re.compile(f"[{_HAN}]")
WORDINGS = ("shared", "slogan", "own")


def list_characters(sentences: pd.DataFrame, text: Callable[[str], str]) -> pd.DataFrame:
    """Spread sentences into runs of Chinese characters.

    Blanks, quotation marks (《》 too), the middle dot and the mark between the items of a list do not end a
    run; all other signs, figures and Latin letters do.

    Parameters
    ----------
    sentences : DataFrame
        As in `jiedao.corpus.Corpus`.
    text : callable
        Takes a doc_id and gives its text, such as `jiedao.corpus.Corpus.text`.

    Returns
    -------
    DataFrame
        A row a character: doc_id, section_id, sentence_id, run (a number), start (its offset), character.
    """
    rows, numbers = [], count()
    for s in sentences.itertuples():
        for run in _RUN.finditer(text(s.doc_id), s.start, s.end):
            ids = (s.doc_id, s.section_id, s.sentence_id, next(numbers))
            rows += [(*ids, m.start(), m[0]) for m in _CHARACTER.finditer(text(s.doc_id), *run.span())]
    columns = ["doc_id", "section_id", "sentence_id", "run", "start", "character"]
    return pd.DataFrame(rows, columns=columns)


def _runs(characters: pd.DataFrame) -> list[tuple[int, str, str, str]]:
    """Each run as the place of its first character in the table, doc_id, sentence_id and characters."""
    first = characters["run"].ne(characters["run"].shift()).to_numpy().nonzero()[0]
    text = "".join(characters["character"])
    ids = characters[["doc_id", "sentence_id"]].to_numpy()
    ends = [*first[1:], len(characters)]  # without characters there is one end too many
    return [(a, *ids[a], text[a:b]) for a, b in zip(first, ends, strict=False)]


def find_formula(
    characters: pd.DataFrame, shortest: int = 4, slogans: Iterable[str] | None = None
) -> pd.Series:
    """Say of each character whether its wording is shared, a slogan's, or found in this report only.

    A character is *shared* if it is one of ``shortest`` characters in a row that another report holds too;
    else *slogan* if it lies in a slogan; else *own*. The more text there is to share with, the more is
    shared, so compare only within one corpus.

    Parameters
    ----------
    characters : DataFrame
        As `list_characters` gives it.
    shortest : int
        How many characters in a row count as shared wording.
    slogans : iterable of str, optional
        Default: the terms of kind slogan in the lexicon.

    Returns
    -------
    Series
        One of `WORDINGS` for each row.
    """
    runs = _runs(characters)
    holders = defaultdict(set)
    for _, doc_id, _, run in runs:
        for i in range(len(run) - shortest + 1):
            holders[run[i : i + shortest]].add(doc_id)
    terms = read_terms()
    slogans = terms["term"][terms["kind"] == "slogan"] if slogans is None else slogans
    bare = sorted({"".join(_CHARACTER.findall(s)) for s in slogans} - {""}, key=lambda s: (-len(s), s))
    slogan = re.compile(f"(?=({'|'.join(map(re.escape, bare))}))" if bare else r"((?!))")
    kinds = np.full(len(characters), WORDINGS[2], dtype=object)
    for first, _, _, run in runs:
        for match in slogan.finditer(run):
            kinds[first + match.start(1) : first + match.end(1)] = WORDINGS[1]
        for i in range(len(run) - shortest + 1):
            if len(holders[run[i : i + shortest]]) > 1:
                kinds[first + i : first + i + shortest] = WORDINGS[0]
    return pd.Series(kinds, index=characters.index, name="wording")


def shared_passages(characters: pd.DataFrame, shortest: int = 6) -> pd.DataFrame:
    """The runs of characters that two or more reports hold, as long as they go.

    A passage within a longer one is listed only if more reports hold it.

    Returns
    -------
    DataFrame
        By falling length: passage, n_chars, reports, doc_ids, sentence_ids.
    """
    runs, found, n = _runs(characters), {}, shortest
    while True:
        places = defaultdict(list)
        for _, doc_id, sentence_id, run in runs:
            for i in range(len(run) - n + 1):
                places[run[i : i + n]].append((doc_id, sentence_id))
        shared = {g: at for g, at in places.items() if len({d for d, _ in at}) > 1}
        for gram, at in shared.items():
            for part in (gram[1:], gram[:-1]):
                if {d for d, _ in found.get(part, ())} == {d for d, _ in at}:
                    found.pop(part, None)
        found |= shared
        if not shared:
            break
        n += 1
    rows = [
        (g, len(g), len({d for d, _ in at}), *(" ".join(dict.fromkeys(ids)) for ids in zip(*at, strict=True)))
        for g, at in found.items()
    ]
    table = pd.DataFrame(rows, columns=["passage", "n_chars", "reports", "doc_ids", "sentence_ids"])
    return table.sort_values(
        ["n_chars", "reports", "passage"], ascending=[False, False, True], ignore_index=True
    )


def compare_halves(
    characters: pd.DataFrame, shortest: int = 4, draws: int = 50, seed: int = SEED
) -> pd.DataFrame:
    """Whether a report shares more wording with its own other half than with as much of the other reports.

    Each draw shuffles the sections of the report and cuts them into halves; the second half is then
    replaced by shuffled sections of the other reports, up to the same number of characters.

    Parameters
    ----------
    characters : DataFrame
        As `list_characters` gives it.
    shortest : int
        How many characters in a row count as shared wording.
    draws, seed : int
        Number of draws, and seed.

    Returns
    -------
    DataFrame
        By doc_id: own and other (share of the characters of the first half that the second half, or the
        other reports, hold too; medians over the draws), difference (own minus other), low, high (95 % of
        the draws).
    """
    owners, texts = _grams(characters, shortest)
    rng = np.random.default_rng(seed)
    rows = {}
    for doc_id in characters["doc_id"].unique():
        mine = [text for text, owner in zip(texts, owners, strict=True) if owner == doc_id]
        rest = [text for text, owner in zip(texts, owners, strict=True) if owner != doc_id]
        if len(mine) < 2 or not rest:
            continue
        shares = []
        for _ in range(draws):
            half, other_half = _take([mine[i] for i in rng.permutation(len(mine))], 0.5)
            others, _ = _take([rest[i] for i in rng.permutation(len(rest))], len(other_half))
            shares.append([_shared(half, held, shortest) for held in (other_half, others)])
        own, other = np.array(shares).T
        low, high = interval(own - other)
        medians = {"own": np.median(own), "other": np.median(other), "difference": np.median(own - other)}
        rows[doc_id] = {**medians, "low": float(low), "high": float(high)}
    columns = ["own", "other", "difference", "low", "high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("doc_id")


def _grams(characters: pd.DataFrame, shortest: int) -> tuple[list[str], list[np.ndarray]]:
    """The report of each section, and for each of its characters which ``shortest`` characters begin there.

    Each such wording has a number from 0; -1 stands where a run has fewer characters left.
    """
    sections = characters.groupby(["doc_id", "section_id"], sort=False).ngroup()
    characters = characters.iloc[sections.argsort(kind="stable")]
    section, run = sections.loc[characters.index].to_numpy(), characters["run"].to_numpy()
    text, last = "".join(characters["character"]), max(0, len(characters) - shortest + 1)
    begins, ends = slice(last), slice(len(characters) - last, None)
    whole = (section[begins] == section[ends]) & (run[begins] == run[ends])
    found = pd.factorize(np.array([text[i : i + shortest] for i in range(last)], dtype=object))[0]
    numbers = np.concatenate([np.where(whole, found, -1), np.full(len(characters) - last, -1)]).astype(int)
    first = np.flatnonzero(np.diff(section, prepend=-1))
    return list(characters["doc_id"].iloc[first]), np.split(numbers, first[1:])


def _take(sections: list[np.ndarray], size: float) -> tuple[np.ndarray, np.ndarray]:
    """Whole sections up to a number of characters (or a share of all of them), and the rest."""
    lengths = np.cumsum([len(section) for section in sections])
    wanted = size * lengths[-1] if size < 1 else size
    cut = int(np.abs(lengths - wanted).argmin()) + 1
    return np.concatenate(sections[:cut]), np.concatenate([*sections[cut:], np.array([], dtype=int)])


def _shared(text: np.ndarray, others: np.ndarray, shortest: int) -> float:
    """Share of the characters of a text that lie in a run of ``shortest`` which the others hold too."""
    held = np.zeros(max(text.max(), others.max(initial=-1)) + 2, dtype=bool)
    held[others] = True
    held[-1] = False  # where no run begins
    begins = held[text]
    covered = begins.copy()
    for further in range(1, shortest):
        covered[further:] |= begins[:-further]
    return covered.sum() / len(covered)
