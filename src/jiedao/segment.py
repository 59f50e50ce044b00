"""Sentences and tokens.

Words are cut by jieba, or by its faster twin rjieba, in a dictionary of our own: none that is global, no
shared cache, no log. What the engine should not decide is decided before it sees the text: numbers with
their magnitude, dates, Latin runs, terms that contain signs, names found by rule (`jiedao.names`), and
characters that one of the engines does not know. The engine cuts only the runs of Chinese characters in
between, so that both give the same tokens for every text.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import accumulate, compress, groupby
from operator import itemgetter

import numpy as np

from jiedao import JiedaoError
from jiedao.clean import are_blank, longest_run, normalise, rstrip
from jiedao.lexicon import default_terms, place_names
from jiedao.names import (
    LONGEST_RUN,
    any_of,
    find_all,
    is_dictionary_word,
    is_place,
    longest_first,
    noun_names,
    quoted_names,
)
from jiedao.numerals import LONGEST

Span = tuple[int, int]
ENGINES = ("jieba", "rjieba")
MANY = 100_000  # words that are remembered at most

_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_NUMERAL = "一二两三四五六七八九十百千万亿"
_KNOWN = "\u4e00-\u9fd5"  # the Chinese characters that the engines know
_SIGNS = frozenset(",;:!?()。、“”‘’《》【】")  # and the signs that both take one by one
_FOUND, _NAME = "\0", "\1"  # stand for what is one word whatever the engine says
# Where other characters stand: the engine is not asked about them. (One and more, which is found faster than
# one or more.)
_ODD = re.compile("[^\\s{0}{1}][^\\s{0}{1}]*".format(_KNOWN, "".join(_SIGNS)))
_FRACTION = re.compile(f"(?<![{_HAN}])[{_NUMERAL}]{{1,{LONGEST}}}分之[{_NUMERAL}]{{1,{LONGEST}}}")
_NUMBER = re.compile(
    rf"""(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}:\d\d(?::\d\d)?
      |\d{{2,4}}年(?:度(?=[^{_HAN}{_FOUND}]|工作|总结|计划))?|\d{{1,2}}(?:[-~至—]\d{{1,2}})?月(?:份)?
      |\d{{1,2}}[日号](?=[^{_HAN}{_FOUND}]|前|起|至)
      |[A-Za-z\d]{{1,12}}(?:\+[A-Za-z\d]{{1,12}})+(?:[>=≥]+\d+)?|\d+[A-Za-z]+(?![A-Za-z\d])|[A-Za-z]+(?:[-.&'][A-Za-z\d]+)*\d*
      |第?\d+(?:[.,]\d+)*(?:[-~]\d+(?:\.\d+)?)?[余多几]?[十百千万亿]*[余多]?[%‰]?
    """,
    re.VERBOSE,
)
_SIGN = re.compile("—+|…+|-{2,}|.", re.DOTALL)
_RUN = re.compile(rf"[{_KNOWN}]*")
_LONG_RUN = re.compile(rf"[{_KNOWN}]{{{LONGEST_RUN}}}(?=[{_KNOWN}])")
_COUNTED = re.compile(
    rf"(第?[{_NUMERAL}几数]+)(是|[个家件项名次批条座处支位户栋片所种类场期级套份本台辆块张道位届轮])"
)
_AFFIXES = set("化性型式率业")
_LOCALISERS = set("上下中内里外")
_UNITS = set("省市区县州旗镇乡")
# What no run of Chinese characters goes on over.
_BOUNDS = _SIGNS | {_FOUND, _NAME} | {chr(code) for code in range(0x3001) if chr(code).isspace()}
# What a word begins with that `Segmenter._merge` may have to look at; no other word is touched.
_SUSPECT = _AFFIXES | _LOCALISERS | set(_NUMERAL + "第几数") | (_BOUNDS - _SIGNS)
# A frequency at which a term of the lexicon beats every cut of it into dictionary words.
TERM_FREQUENCY = 20_000
_CLOSERS = "。!?;”’\"')》」』"
_SENTENCE = re.compile(rf"[^。!?;\r\n]*+[。!?;]*+[{_CLOSERS}]*+")  # from where no blank stands


def fastest_engine() -> str:
    """The engine to take where nothing speaks for the other: rjieba if it is installed.

    The environment variable ``JIEDAO_ENGINE`` decides otherwise.
    """
    return os.environ.get("JIEDAO_ENGINE") or ("rjieba" if find_spec("rjieba") else "jieba")


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
        while start < end:
            if text[start].isspace():
                start += 1
                continue
            a, start = start, _SENTENCE.match(text, start, end).end()
            b = rstrip(text, a, start) if text[start - 1].isspace() else start
            alone = text[a] in _CLOSERS and not text[a:b].strip(_CLOSERS)
            if alone and found and found[-1][2] == i:
                found[-1] = (found[-1][0], b, i)  # a lone mark belongs to the sentence before
            else:
                found.append((a, b, i))
    return found


class Segmenter:
    """Cuts text into words.

    Parameters
    ----------
    terms : iterable of str, optional
        Terms to keep whole beyond the engine's own dictionary. Default: the shipped lexicon; an empty
        tuple switches it off.
    engine : {"jieba", "rjieba"}
        What cuts the runs of Chinese characters. Both give the same tokens; rjieba, of the extra
        ``jiedao[fast]``, takes a fraction of the time.
    hmm : bool
        Whether the engine may propose words that stand in no dictionary.

    Raises
    ------
    JiedaoError
        If the engine is not installed.
    """

    def __init__(self, terms: Iterable[str] | None = None, engine: str = "jieba", hmm: bool = True) -> None:
        if engine not in ENGINES:
            raise ValueError(f"unknown engine {engine!r}; there are {' and '.join(ENGINES)}")
        self.terms = frozenset(default_terms() if terms is None else map(normalise, terms))
        self.engine = engine
        self._cut = _engine(self.terms, engine, hmm)
        self._harmless: set[str] = set()  # words with a suspicious beginning that are words all the same
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
        return [(start, end) for start, end, _ in self.tag(text)]

    def tag(self, text: str, places: Iterable[str] = ()) -> list[tuple[int, int, str]]:
        """Cut a text into tokens and say of each what it is.

        Parameters
        ----------
        text : str
            Raw or normalised.
        places : iterable of str
            As for `words`.

        Returns
        -------
        list of (int, int, str)
            Start, end and kind, as `words` has it.
        """
        plain = normalise(text)
        words, kinds = self.words(plain, places)
        starts, ends = word_spans(words, plain)
        return list(zip(starts.tolist(), ends.tolist(), map(kinds.__getitem__, words), strict=True))

    def words(self, plain: str, places: Iterable[str] = ()) -> tuple[list[str], Mapping[str, str]]:
        """Cut a normalised text into words.

        Parameters
        ----------
        plain : str
            The normalised text.
        places : iterable of str
            Names of places that the text is about; they are kept whole, but those of provinces and large
            cities, which the engine knows.

        Returns
        -------
        list of str
            The words in order; together they are the text without its blanks.
        mapping
            The kind of each: ``place`` (of the text, of the whole country, or found by rule), ``name``
            (local bodies, programmes and brands found by rule), ``term`` (of the lexicon), ``number`` (also
            dates and Latin runs), ``sign``, ``word``.
        """
        places = frozenset(places)
        text, found, kinds = self._mask(plain, self._whole(plain, places))
        cut = self._cut(text)
        names = noun_names(cut, self.terms | places)
        spans = longest_first(find_all(text, names - self.terms - places))
        if spans:
            cut = self._recut(text, cut, spans)
        words = self._merge(cut, iter(found), iter([text[a:b] for a, b in spans]))
        kinds |= {text[a:b]: "place" if is_place(text[a:b]) else "name" for a, b in spans}
        distinct = set(words)
        of = dict.fromkeys(distinct, "word") | dict.fromkeys(_SIGNS, "sign")
        of.update(kinds)
        of.update(dict.fromkeys(distinct & self.terms, "term"))
        of.update(dict.fromkeys((distinct & places) | (distinct & place_names()), "place"))
        return words, of

    def _mask(self, plain: str, whole: list[tuple[int, int, str]]) -> tuple[str, list[str], dict[str, str]]:
        """Put `_FOUND` for all that the engine is not asked about; and what stands there, with its kind."""
        pieces, place = [], 0
        for start, end, _ in whole:
            pieces += [plain[place:start], _FOUND]
            place = end
        text = "".join([*pieces, plain[place:]])
        named = ((plain[a:b], kind) for a, b, kind in whole)
        pieces, found, kinds, place = [], [], {}, 0
        for odd in _ODD.finditer(text):
            start, end = max(place, odd.start()), odd.end()
            while start < end:
                ordinal = start > place and text[start - 1] == "第" and text[start].isdecimal()
                if match := _NUMBER.match(text, start - ordinal):
                    word, kind = match[0], "number"
                elif text[start] == _FOUND:
                    match = _SIGN.match(text, start)
                    word, kind = next(named)
                else:
                    match = _SIGN.match(text, start)
                    word, kind = match[0], "word" if _HAN_CHARACTER.match(match[0]) else "sign"
                found.append(word)
                kinds[word] = kind
                pieces.append(text[place : match.start()])
                start = place = match.end()
        text = _FOUND.join([*pieces, text[place:]])
        return (_LONG_RUN.sub(r"\g<0> ", text) if longest_run(text) > LONGEST_RUN else text), found, kinds

    def _recut(self, text: str, cut: list[str], names: list[Span]) -> list[str]:
        """Cut the runs of Chinese characters again that hold names, with `_NAME` in place of each."""
        ends = list(accumulate(map(len, cut)))
        pieces, runs, place = [], [], 0
        for (start, stop), held in groupby(names, lambda span: _run_around(text, *span)):
            for a, b in held:
                pieces += [text[max(place, start) : a], _NAME]
                place = b
            pieces += [text[place:stop], "\n"]
            place = stop
            runs.append((bisect_right(ends, start), bisect_right(ends, stop - 1) + 1))
        again = self._cut("".join(pieces))
        words, place, at = [], 0, 0
        for first, last in runs:
            end = again.index("\n", at)
            words += cut[place:first] + again[at:end]
            place, at = last, end + 1
        return words + cut[place:]

    def _merge(self, cut: list[str], found: Iterator[str], names: Iterator[str]) -> list[str]:
        """The engine's words, cut to the standard of the study, and among them those found before."""
        words: list[str] = []
        place = 0
        suspects = map(_SUSPECT.__contains__, map(itemgetter(0), cut))
        for i in compress(range(len(cut)), suspects):
            word = cut[i]
            if word in self._harmless:
                continue
            words += cut[place:i]
            place = i + 1
            if word == _FOUND:
                words.append(next(found))
            elif word == _NAME:
                words.append(next(names))
            elif word in _AFFIXES:
                if i and cut[i - 1][0] not in _BOUNDS and len(words[-1]) > 1:
                    words[-1] += word
                else:
                    words.append(word)
            elif len(word) > 1 and word not in self.terms and (counted := _COUNTED.fullmatch(word)):
                words += counted.groups()
            elif len(word) == 2 and word[0] in _LOCALISERS and not self._knows(word):
                # 服务|上|求|精准: an invented word that begins with a localiser is none, inside a run
                words += word if i and cut[i - 1][0] not in _BOUNDS else [word]
            elif not word.isspace():
                words.append(word)
                if len(self._harmless) < MANY:
                    self._harmless.add(word)
        return words + cut[place:]

    def _knows(self, word: str) -> bool:
        return word in self.terms or is_dictionary_word(word)

    def _whole(self, plain: str, places: frozenset[str]) -> list[tuple[int, int, str]]:
        """Stretches that are one word whatever the engine says: signed terms and names, longest first."""
        spans = {m.span(): "term" for m in self._signed.finditer(plain)}
        spans |= dict.fromkeys(find_all(plain, quoted_names(plain) - self.terms - places), "name")
        for a, b in find_all(plain, places - place_names()):
            # 天心|区委: the word for what a place is may begin another
            if plain[b - 1] not in _UNITS or not is_dictionary_word(plain[b - 1 : b + 1]):
                spans[a, b] = "place"
        if "分之" in plain:
            spans |= {m.span(): "number" for m in _FRACTION.finditer(plain)}
        for mark in (_FOUND, _NAME):
            spans |= dict.fromkeys(find_all(plain, mark), "sign")
        return [(a, b, spans[a, b]) for a, b in longest_first(spans)]


def _run_around(text: str, start: int, end: int) -> Span:
    """The run of Chinese characters that holds a span."""
    before = _RUN.match(text[max(0, start - LONGEST_RUN) : start][::-1])
    return start - before.end(), _RUN.match(text, end).end()


def word_spans(words: Sequence[str], plain: str) -> tuple[np.ndarray, np.ndarray]:
    """Where the words of a text stand in it, starts and ends: they follow each other, but for blanks."""
    lengths = np.fromiter(map(len, words), dtype=np.int64, count=len(words))
    places = np.flatnonzero(~are_blank(plain))
    if lengths.sum() != len(places):  # a term may hold a blank
        lengths = np.array([len("".join(word.split())) for word in words])
    ends = np.cumsum(lengths)
    return places[ends - lengths], places[ends - 1] + 1


@lru_cache(maxsize=8)  # a dictionary takes some 60 MB
def _engine(terms: frozenset[str], engine: str, hmm: bool) -> Callable[[str], list[str]]:
    """A function that cuts Chinese characters, with signs and blanks between them, into words."""
    added = sorted(t for t in terms if re.fullmatch(f"[{_HAN}]+", t))
    return _jieba(added, hmm) if engine == "jieba" else _rjieba(added, hmm)


def _jieba(terms: list[str], hmm: bool) -> Callable[[str], list[str]]:
    """A jieba tokenizer of our own, silent and without a cache that outlives it."""
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
    for term in terms:
        # jieba adds the new frequency to its total and forgets to take the old one away; rjieba does not.
        tokenizer.total -= tokenizer.FREQ.get(term, 0)
        tokenizer.add_word(term, TERM_FREQUENCY)
    return lambda text: tokenizer.lcut(text, HMM=hmm)


def _rjieba(terms: list[str], hmm: bool) -> Callable[[str], list[str]]:
    try:
        import rjieba
    except ImportError:
        raise JiedaoError("the engine rjieba is not installed; pip install 'jiedao[fast]'") from None

    tokenizer = rjieba.Jieba()
    for term in terms:
        tokenizer.add_word(term, TERM_FREQUENCY, None)
    return lambda text: tokenizer.cut(text, hmm)
