"""Tables that describe a corpus as a whole, and the sentence that states what a table shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from jiedao.clean import n_chars
from jiedao.dtm import running
from jiedao.orientation import FRAMING

if TYPE_CHECKING:
    from IPython.display import Markdown

    from jiedao.corpus import Corpus


# Why each kind of furniture is no part of the report.
REASONS = {
    "breadcrumb": "where the page stands in the site's menu",
    "index block": "the site's filing record of the page",
    "source line": "when and by whom the page was posted; kept as metadata",
    "counter": "how often the page was opened",
    "share bar": "buttons that pass the page on",
    "toolbar": "buttons for type size, printing, closing",
    "QR line": "invitation to open the page on a telephone",
    "footer": "who runs the site, and links to other pages",
    "attachment": "files to download",
    "pager": "links to the other pages of a long text",
    "navigation": "menu items and other lines that only their place tells",
}


def describe(corpus: Corpus, window: int = 200) -> pd.DataFrame:
    """One row a report: where, when, how long, and how it is written.

    Returns
    -------
    DataFrame
        doc_id, street, city, genre, review_period, plan_period, characters (neither blank nor furniture),
        tokens (signs apart), sentences, sentence_length (median, tokens), leaf_sections, mattr.
    """
    tokens = running(corpus.tokens)
    by_sentence = tokens.groupby(["doc_id", "sentence_id"]).size()
    table = corpus.documents[["doc_id", "street", "city", "genre", "review_period", "plan_period"]].copy()
    ids = table["doc_id"]
    table["characters"] = corpus.documents["n_chars"]
    table["tokens"] = ids.map(tokens.groupby("doc_id").size())
    table["sentences"] = ids.map(corpus.sentences.groupby("doc_id").size())
    table["sentence_length"] = ids.map(by_sentence.groupby("doc_id").median())
    table["leaf_sections"] = ids.map(corpus.sections[corpus.sections["is_leaf"]].groupby("doc_id").size())
    table["mattr"] = [round(mattr(tokens["token"][tokens["doc_id"] == d].to_numpy(), window), 3) for d in ids]
    return table


def mattr(words: np.ndarray, window: int) -> float:
    """Moving-average type–token ratio: the mean share of types over all windows of a length.

    NaN if the text is shorter than the window.

    References
    ----------
    Covington, M. A. & McFall, J. D. (2010). Cutting the Gordian knot. J. Quant. Linguistics 17(2), 94–100.
    """
    codes = pd.factorize(words)[0]
    if len(codes) < window:
        return float("nan")
    counts = np.bincount(codes[:window], minlength=codes.max() + 1)
    types = int((counts > 0).sum())
    total = types
    for leaving, entering in zip(codes[:-window], codes[window:], strict=True):
        counts[leaving] -= 1
        types -= counts[leaving] == 0
        types += counts[entering] == 0
        counts[entering] += 1
        total += types
    return float(total / (len(codes) - window + 1) / window)


def composition(corpus: Corpus) -> pd.DataFrame:
    """How many characters of each report review, plan, name problems or frame.

    Returns
    -------
    DataFrame
        doc_id, orientation (preamble, closing and apparatus together as ``framing``), characters (not
        blank), share of the report, section_ids.
    """
    sections = corpus.sections
    own = [corpus.text(s.doc_id)[s.start : s.own_end] for s in sections.itertuples()]
    kind = sections["orientation"].where(~sections["orientation"].isin(FRAMING), "framing")
    table = sections.assign(orientation=kind, characters=[*map(n_chars, own)])
    grouped = table.groupby(["doc_id", "orientation"], sort=False)
    out = grouped.agg(characters=("characters", "sum"), section_ids=("section_id", " ".join)).reset_index()
    out.insert(3, "share", out["characters"] / out.groupby("doc_id")["characters"].transform("sum"))
    return out


def outline_text(sections: pd.DataFrame, deepest: int = 3) -> str:
    """The headings of one report as indented text, down to a level."""
    shown = sections[sections["level"].fillna(99) <= deepest]
    lines = [
        f"{'   ' * int(s.level)}{'' if pd.isna(s.number) else s.number}{s.heading}"
        for s in shown.itertuples()
    ]
    return "\n".join([f"{sections['doc_id'].iloc[0]}:", *lines])


_SIGNS = re.compile(r"[<>&\\`*_\[\]$~|]")  # of HTML, Markdown and formulas


def takeaway(english: str, chinese: str) -> Markdown:
    """The finding a table or figure shows, stated with its number, in both languages.

    The Chinese sentence gets full-width signs. Words and names in it may come from anywhere: no sign in them
    is taken for markup.
    """
    from IPython.display import Markdown

    chinese = re.sub(r"(?<!\d),(?! )|,(?![\d ])", "\uff0c", chinese)  # not within numbers
    chinese = chinese.translate(str.maketrans(";:()", "\uff1b\uff1a\uff08\uff09"))
    said = [_SIGNS.sub(lambda sign: f"&#{ord(sign[0])};", text) for text in (english, chinese)]
    return Markdown("> **{}**  \n> {}".format(*said))
