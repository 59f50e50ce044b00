"""Key word in context: every occurrence of a pattern with what stands around it."""

from __future__ import annotations

import re

import pandas as pd

from jiedao import JiedaoError
from jiedao.clean import normalise
from jiedao.corpus import Corpus

# Ids of sentences as tables give them: one, several, ranges.
IDS = re.compile(r"\s*[\w.-]+/s\d{3,}(?:-\d{3,})?(?:\s+[\w.-]+/s\d{3,}(?:-\d{3,})?)*\s*")


def show_sentences(corpus: Corpus, ids: str) -> pd.DataFrame:
    """The sentences of some ids (``huashan-2024/s003-005 bayuehu-2023/s006``), as printed.

    Returns
    -------
    DataFrame
        doc_id, street, orientation, section_id, sentence_id, start, end, sentence.

    Raises
    ------
    JiedaoError
        If the corpus has none of them.
    """
    rows = corpus.evidence(pd.DataFrame({"sentence_ids": [ids]})).drop(columns="row")
    if rows.empty:
        raise JiedaoError(
            f"{ids.strip()}: the corpus has no such sentence; take ids from a table of this study"
        )
    orientation = corpus.sections.set_index("section_id")["orientation"]
    rows.insert(2, "orientation", rows["section_id"].map(orientation))
    return rows


def kwic(corpus: Corpus, pattern: str, width: int = 20) -> pd.DataFrame:
    """Find a pattern in all reports.

    Parameters
    ----------
    corpus : Corpus
        Where to look; furniture is left out.
    pattern : str
        A word, or a regular expression; matched against the normalised text, so that full-width and
        half-width signs are the same.
    width : int
        Characters of context on each side.

    Returns
    -------
    DataFrame
        In text order: doc_id, street, orientation, sentence_id, start, end, left, match, right, sentence;
        the texts as printed.

    Raises
    ------
    JiedaoError
        If the pattern is no regular expression.
    """
    try:
        # A sign that was typed full-width is meant literally; a half-width one is the expression's.
        pairs = zip(pattern, normalise(pattern), strict=True)
        compiled = re.compile("".join(p if p == typed else re.escape(p) for typed, p in pairs))
    except re.error as error:
        raise JiedaoError(
            f"pattern {pattern!r}: {error}; put a backslash before signs that are meant literally"
        ) from None
    streets = corpus.documents.set_index("doc_id")["street"]
    orientation = corpus.sections.set_index("section_id")["orientation"]
    plain = {doc: normalise(corpus.text(doc)) for doc in streets.index}
    rows = []
    for s in corpus.sentences.itertuples():
        doc = s.doc_id
        for start, end in (m.span() for m in compiled.finditer(plain[doc], s.start, s.end) if m[0]):
            left, right = corpus.quote(doc, max(0, start - width), start), corpus.quote(doc, end, end + width)
            found, sentence = corpus.text(doc)[start:end], corpus.quote(doc, s.start, s.end)
            rows.append(
                (doc, streets[doc], orientation[s.section_id], s.sentence_id)
                + (start, end, left, found, right, sentence)
            )
    columns = "doc_id street orientation sentence_id start end left match right sentence".split()
    return pd.DataFrame(rows, columns=columns)
