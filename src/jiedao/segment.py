"""Sentences and tokens.

Words are cut by jieba in a tokenizer of our own: no global dictionary, no shared cache, no log. What
the engine should not decide is decided before it sees the text: numbers with their magnitude, dates,
Latin runs, terms that contain signs, and names found by rule (`jiedao.names`). The engine cuts only
the runs of Chinese characters in between, so any engine that agrees on those agrees on every text.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable, Iterable
from functools import lru_cache
from itertools import accumulate, pairwise

from jiedao.clean import normalise
from jiedao.lexicon import default_terms
from jiedao.names import LONGEST_RUN, any_of, find_names, is_dictionary_word
from jiedao.numerals import LONGEST

Span = tuple[int, int]

_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_NUMERAL = "一二两三四五六七八九十百千万亿"
_TOKEN = re.compile(
    rf"""
    (?P<number>(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}:\d\d(?::\d\d)?
      |\d{{2,4}}年(?:度(?=[^{_HAN}]|工作|总结|计划))?|\d{{1,2}}(?:[-~至—]\d{{1,2}})?月(?:份)?|\d{{1,2}}[日号](?=[^{_HAN}]|前|起|至)
      |[A-Za-z\d]{{1,12}}(?:\+[A-Za-z\d]{{1,12}})+(?:[>=≥]+\d+)?|\d+[A-Za-z]+(?![A-Za-z\d])|[A-Za-z]+(?:[-.&'][A-Za-z\d]+)*\d*
      |第?\d+(?:[.,]\d+)*(?:[-~]\d+(?:\.\d+)?)?[余多几]?[十百千万亿]*[余多]?[%‰]?|[{_NUMERAL}]{{1,{LONGEST}}}分之[{_NUMERAL}]{{1,{LONGEST}}})
    |(?P<word>[{_HAN}]{{1,{LONGEST_RUN}}})
    |(?P<sign>—+|…+|-{{2,}}|\S)
    """,
    re.VERBOSE,
)
_COUNTED = re.compile(
    rf"(第?[{_NUMERAL}几数]+)(是|[个家件项名次批条座处支位户栋片所种类场期级套份本台辆块张道位届轮])"
)
_AFFIXES = set("化性型式率业")
_LOCALISED = re.compile("[上下中内里外].")
# A frequency at which a term of the lexicon beats every cut of it into dictionary words.
TERM_FREQUENCY = 20_000
_SENTENCE = re.compile(r"[^。!?;\r\n]*(?:[。!?;]+[”’\"')》」』]*|(?=[\r\n])|$)")


def split_sentences(text: str, spans: Iterable[Span]) -> list[tuple[int, int, int]]:
    """Cut stretches of text into sentences.

    Parameters
    ----------
    text : str
        The normalised text.
    spans : iterable of (int, int)
        Where to look, such as headings and the text that follows them; no sentence crosses an end.

    Returns
    -------
    list of (int, int, int)
        Start, end, and the index of the span. A sentence ends at ``。！？；`` or a line end, closing
        quotation marks included, blanks around it excluded.
    """
    found = []
    for i, (start, end) in enumerate(spans):
        for match in _SENTENCE.finditer(text, start, end):
            inner = match[0].strip()
            if not inner:
                continue
            a = match.start() + match[0].index(inner)
            if not inner.strip("。!?;”’\"')》」』") and found and found[-1][2] == i:
                found[-1] = (found[-1][0], a + len(inner), i)  # a lone mark belongs to the sentence before
            else:
                found.append((a, a + len(inner), i))
    return found


class Segmenter:
    """Cuts text into words.

    Parameters
    ----------
    terms : iterable of str, optional
        Terms to keep whole beyond the engine's own dictionary. Default: the shipped lexicon; an empty
        tuple switches it off.
    engine : {"jieba"}
        What cuts the runs of Chinese characters.
    hmm : bool
        Whether the engine may propose words that stand in no dictionary.
    """

    def __init__(self, terms: Iterable[str] | None = None, engine: str = "jieba", hmm: bool = True) -> None:
        if engine != "jieba":
            raise ValueError(f"unknown engine {engine!r}; there is jieba")
        self.terms = frozenset(default_terms() if terms is None else map(normalise, terms))
        self._cut = _jieba(self.terms, hmm)
        self._signed = any_of(t for t in self.terms if not re.fullmatch(f"[{_HAN}]+", t))

    def tokenize(self, text: str) -> list[Span]:
        """Cut a text into tokens.

        Parameters
        ----------
        text : str
            Raw or normalised; both give the same result.

        Returns
        -------
        list of (int, int)
            Spans of the tokens in order, disjoint; blanks are in none, every other character is in one.
        """
        return [(start, end) for start, end, _ in self._cut_text(normalise(text))]

    def tag(self, text: str, places: Iterable[str] = ()) -> list[tuple[int, int, str]]:
        """Cut a text into tokens and say of each what it is.

        Parameters
        ----------
        text : str
            Raw or normalised.
        places : iterable of str
            Known names of places.

        Returns
        -------
        list of (int, int, str)
            Start, end and kind: ``place`` and ``name`` (local bodies, programmes and brands found by
            rule), ``term`` (of the lexicon), ``number`` (also dates and Latin runs), ``sign``, ``word``.
        """
        plain, known = normalise(text), dict.fromkeys(self.terms, "term") | dict.fromkeys(places, "place")
        return [(a, b, known.get(plain[a:b], kind)) for a, b, kind in self._cut_text(plain)]

    def _cut_text(self, plain: str) -> list[tuple[int, int, str]]:
        tokens: list[tuple[int, int, str]] = []
        place = 0
        for start, end, whole in [*self._whole(plain), (len(plain), len(plain), "")]:
            for match in _TOKEN.finditer(plain, place, start):
                if match.lastgroup == "word":
                    tokens += self._words(match[0], match.start())
                else:
                    tokens.append((*match.span(), match.lastgroup or ""))
            if whole:
                tokens.append((start, end, whole))
            place = end
        return tokens

    def _whole(self, plain: str) -> list[tuple[int, int, str]]:
        """Stretches that are one token whatever the engine says: signed terms and names, longest first."""
        spans = {m.span(): "term" for m in self._signed.finditer(plain)}
        spans |= {(a, b): kind for a, b, kind in find_names(plain, self._cut, self.terms)}
        taken: list[tuple[int, int, str]] = []
        for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
            if not taken or start >= taken[-1][1]:
                taken.append((start, end, spans[start, end]))
        return taken

    def _words(self, run: str, offset: int) -> list[tuple[int, int, str]]:
        """Cut one run of Chinese characters, to the standard the study follows."""
        pieces: list[str] = []
        for word in self._cut(run):
            term = word in self.terms
            if not term and (counted := _COUNTED.fullmatch(word)):
                pieces += counted.groups()
            elif word in _AFFIXES and pieces and len(pieces[-1]) > 1:
                pieces[-1] += word
            elif pieces and _LOCALISED.fullmatch(word) and not (term or is_dictionary_word(word)):
                pieces += word  # 服务|上|求|精准: an invented word that begins with a localiser is none
            else:
                pieces.append(word)
        return [(a, b, "word") for a, b in pairwise(accumulate(map(len, pieces), initial=offset))]


@lru_cache(maxsize=8)  # a dictionary takes some 60 MB, and each street has terms of its own
def _jieba(terms: frozenset[str], hmm: bool) -> Callable[[str], list[str]]:
    """A cut function over a jieba tokenizer of our own, silent and without a cache that outlives it."""
    import jieba

    tokenizer = jieba.Tokenizer()
    before = jieba.default_logger.level
    jieba.default_logger.setLevel(logging.CRITICAL)
    try:
        # jieba trusts any cache it finds, so give it an empty folder and throw the cache away.
        with tempfile.TemporaryDirectory() as folder:
            tokenizer.tmp_dir = folder
            tokenizer.initialize()
    finally:
        jieba.default_logger.setLevel(before)
    for term in sorted(terms):
        if re.fullmatch(f"[{_HAN}]+", term):
            tokenizer.add_word(term, TERM_FREQUENCY)
    return lambda run: tokenizer.lcut(run, HMM=hmm)
