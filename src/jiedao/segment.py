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
import string
import tempfile
from array import array
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import import_module
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from itertools import compress, groupby, islice
from types import ModuleType
from typing import NamedTuple

import numpy as np

from jiedao import JiedaoError
from jiedao.clean import are_blank, code_points, has_repeats, longest_run, n_chars, normalise, rstrip
from jiedao.lexicon import default_terms, place_names
from jiedao.names import (
    LONGEST_RUN,
    LOOK_BACK,
    NOUN_ENDS,
    any_of,
    find_all,
    is_dictionary_word,
    is_place,
    longest_first,
    may_be_named,
    noun_name,
    quoted_names,
)
from jiedao.numerals import LONGEST

Span = tuple[int, int]
ENGINES = ("jieba", "rjieba")
KINDS = ("word", "sign", "number", "name", "term", "place")
_WORD, _SIGN_KIND, _NUMBER_KIND, _NAME, _TERM, _PLACE = range(len(KINDS))
# Traits of words: the kind, what `Segmenter._merge` does with them, and what `Segmenter._names` asks.
_KIND = 7
_AFFIX, _COUNTED_HERE, _LOCALISER, _BLANK, _BOUND, _NOUN = (8 << i for i in range(6))

_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
_HAN_CHARACTER = re.compile(f"[{_HAN}]")
_NUMERAL = "一二两三四五六七八九十百千万亿"
_KNOWN = "\u4e00-\u9fd5"  # the Chinese characters that the engines know
_SIGNS = frozenset(",;:!?()。、“”‘’《》【】")  # and the signs that both take one by one
_BLANKS = frozenset(chr(code) for code in range(0x3001) if chr(code).isspace())
_FOUND, _NAMED_HERE = "\0", "\1"  # stand for what is one word whatever the engine says
_PARTED = "\2"  # stands after each word of the engine; like these, in no text that the engine is asked about
# Of each character by code point, the last for all beyond, whether the engine is not asked about it.
_IS_ODD = np.ones(ord(_KNOWN[-1]) + 2, bool)
_IS_ODD[ord(_KNOWN[0]) : -1] = False
_IS_ODD[[*map(ord, _SIGNS | _BLANKS)]] = False
# What may not stand before it is asked after its first numeral, so that all else is passed over at once.
_FRACTION = re.compile(
    f"[{_NUMERAL}](?<![{_HAN}].)[{_NUMERAL}]{{0,{LONGEST - 1}}}分之[{_NUMERAL}]{{1,{LONGEST}}}"
)
# Cuts of such are equally likely for the engines, which then differ: 章新|新新章, 章新新|新章.
_REPEATED = re.compile(rf"([{_KNOWN}])\1\1+")
# Digits that nothing of a number follows; they are most, and the last that the forms below come to.
_MERE_DIGITS = r"第?\d+(?=[^\d.,:/+&'=>≥~至—A-Za-z年月日号余多几十百千万亿%‰-])"
_FORMS = rf"""(?:19|20)\d\d[-/.]\d{{1,2}}[-/.]\d{{1,2}}|\d{{1,2}}:\d\d(?::\d\d)?
      |\d{{2,4}}年(?:度(?=[^{_HAN}{_FOUND}]|工作|总结|计划))?|\d{{1,2}}(?:[-~至—]\d{{1,2}})?月(?:份)?
      |\d{{1,2}}[日号](?=[^{_HAN}{_FOUND}]|前|起|至)
      |[A-Za-z\d]{{1,12}}(?:\+[A-Za-z\d]{{1,12}})+(?:[>=≥]+\d+)?|\d+[A-Za-z]+(?![A-Za-z\d])|[A-Za-z]+(?:[-.&'][A-Za-z\d]+)*\d*
      |第?\d+(?:[.,]\d+)*(?:[-~]\d+(?:\.\d+)?)?[余多几]?[十百千万亿]*[余多]?[%‰]?
      |—+|…+|-{{2,}}|."""
_NUMBER_OR_SIGN = re.compile(f"{_FOUND}|{_MERE_DIGITS}|{_FORMS}", re.VERBOSE | re.DOTALL)
_NUMBER = re.compile(r"第?\d|[A-Za-z]")  # how each of those forms begins that is no sign
_RUN = re.compile(rf"[{_KNOWN}]*")
_LONG_RUN = re.compile(rf"[{_KNOWN}]{{{LONGEST_RUN}}}(?=[{_KNOWN}])")
_COUNTED = re.compile(
    rf"(第?[{_NUMERAL}几数]+)(是|[个家件项名次批条座处支位户栋片所种类场期级套份本台辆块张道位届轮])"
)
_COUNTING = set(_NUMERAL + "第几数")
_AFFIXES = set("化性型式率业")
_LOCALISERS = set("上下中内里外")
_UNITS = set("省市区县州旗镇乡")
# What no run of Chinese characters goes on over.
_BOUNDS = _SIGNS | _BLANKS | {_FOUND, _NAMED_HERE}
# The traits of words by the code point of their first character, where that says them of a word in no list.
_ASK = -1
_BY_FIRST = np.full(0xA001, _ASK, np.int32)
_BY_FIRST[0x4E00:0xA000] = _WORD
_BY_FIRST[[*map(ord, string.ascii_letters + string.digits)]] = _NUMBER_KIND
_BY_FIRST[[*map(ord, _COUNTING | _LOCALISERS)]] = _ASK
# Masks of the first characters of four that are one number.
_FIRST_UNITS = np.array([(1 << 16 * n) - 1 for n in range(5)], np.uint64)
# 2**64 by the golden ratio, which spreads keys over the slots of a table (Knuth, volume 3, section 6.4).
_SPREAD, _SLOT_BITS = np.uint64(0x9E3779B97F4A7C15), 17
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


class Vocabulary(dict[str, int]):
    """Words and their codes, which are the numbers in which they came, and their traits."""

    def __init__(self, terms: frozenset[str]) -> None:
        super().__init__()
        self._terms, self._listed = terms, place_names() | NOUN_ENDS | _AFFIXES
        self._known = np.empty(0, np.int32)

    def __missing__(self, word: str) -> int:
        code = self[word] = len(self)
        return code

    def encode(self, words: Collection[str]) -> np.ndarray:
        """The codes of some words; new ones are taken in."""
        return np.fromiter(map(self.__getitem__, words), np.int32, len(words))

    def encode_first(self, text: str) -> np.ndarray:
        """The codes of the words of a text in which `_PARTED` stands after each; none is known before.

        They are those of `encode`, in half the time where words are very many: what makes up a word is
        compared as a number, and no string is asked for its hash.
        """
        units = np.frombuffer(text.encode("utf-16-le") + bytes(6), "<u2")
        ends = np.flatnonzero(units == ord(_PARTED))
        starts = np.append(0, ends + 1)[:-1]
        lengths = ends - starts

        def words_at(places: np.ndarray) -> list[str]:
            return [text[a:b] for a, b in zip(starts[places].tolist(), ends[places].tolist(), strict=True)]

        # The four characters from each place on are one number; what comes after the word is struck out.
        keys = np.ndarray(len(text), "<u8", units, strides=units.strides)[starts]
        keys &= _FIRST_UNITS.take(lengths, mode="clip")
        places = np.flatnonzero(lengths > 4)
        longer: dict[str, int] = {}
        keys[places] = [longer.setdefault(word, len(longer) << 16 | 0xFFFF) for word in words_at(places)]
        # Of each word the place where it comes first: that which its slot of a table keeps, or, if another
        # word came there before, as every two hundredth finds, that which a dict keeps.
        slots = (keys * _SPREAD >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
        numbers = np.arange(len(keys), dtype=np.int32)
        table = np.empty(1 << _SLOT_BITS, np.int32)
        table[slots[::-1]] = numbers[::-1]  # of several, the last that is put there stays
        first = table[slots]
        places = np.flatnonzero(keys[first] != keys)
        others: dict[int, int] = {}
        pairs = zip(keys[places].tolist(), places.tolist(), strict=True)
        first[places] = [others.setdefault(key, place) for key, place in pairs]
        is_new = first == numbers
        places = np.flatnonzero(is_new)
        words = words_at(places)
        self.update(zip(words, range(len(words)), strict=True))
        self._learn(words, units[starts[places]])
        return (np.cumsum(is_new, dtype=np.int32) - 1)[first]

    def traits(self) -> np.ndarray:
        """The traits of all words, by code."""
        if new := [*islice(self, len(self._known), None)]:
            self._learn(new, code_points("".join([word[0] for word in new])))
        return self._known

    def _learn(self, new: list[str], firsts: np.ndarray) -> None:
        """Note the traits of new words, of which the first characters are given."""
        known = _BY_FIRST.take(firsts, mode="clip")
        self._known = np.append(self._known, known)
        self._known[[*map(self.get, self._terms.intersection(new))]] = _TERM
        others = {*compress(new, known == _ASK), *self._listed.intersection(new)}
        self._known[[*map(self.get, others)]] = [_traits(word, self._terms) for word in others]

    def having(self, traits: int) -> np.ndarray:
        """Of each word, by code, whether it has any of some traits."""
        return self.traits() & traits != 0


class Tokens(NamedTuple):
    """The tokens of a text in columns: where they start and end, and their kinds as places in `KINDS`.

    numpy sees these arrays as its own, and Python takes single numbers out of them as fast as from a list.
    """

    starts: array[int] = array("q")
    ends: array[int] = array("q")
    kinds: array[int] = array("q")

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, str]]) -> Tokens:
        """From start, end and kind of each token."""
        places = [(start, end, KINDS.index(kind)) for start, end, kind in rows]
        return cls(*(array("q", column) for column in zip(*places, strict=True)))

    def at(self, i: int) -> tuple[int, int, str]:
        """Start, end and kind of one token."""
        return self.starts[i], self.ends[i], KINDS[self.kinds[i]]

    def rows(self) -> Iterator[tuple[int, int, str]]:
        """Start, end and kind of each token."""
        return zip(self.starts, self.ends, map(KINDS.__getitem__, self.kinds), strict=True)


@dataclass(frozen=True)
class Cut:
    """Texts cut into words, in arrays: words are codes, kinds are places in `KINDS`.

    Attributes
    ----------
    vocabulary : list of str
        The words by code.
    kinds : array of int
        The kind of each word of the vocabulary, where a text does not say otherwise.
    codes : array of int
        The words of all texts, one text after the other.
    bounds : array of int
        Where in ``codes`` each text begins, and where the last one ends.
    own : list of dict
        For each text, the kinds of the words that are of another kind there, by code.
    """

    vocabulary: list[str]
    kinds: np.ndarray
    codes: np.ndarray
    bounds: np.ndarray
    own: list[dict[int, int]]

    def codes_in(self, text: int) -> np.ndarray:
        """The words of one text in order; together they are the text without its blanks."""
        return self.codes[self.bounds[text] : self.bounds[text + 1]]

    def kinds_in(self, text: int) -> np.ndarray:
        """The kind that each word of the vocabulary has in one text."""
        kinds, own = self.kinds.copy(), self.own[text]
        kinds[list(own)] = list(own.values())
        return kinds

    def counts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """How often words stand in texts: numbers of the texts, codes of the words, their kinds, counts."""
        codes, kinds, n = [], [], []
        for text in range(len(self.own)):
            times = np.bincount(self.codes_in(text))
            codes.append((times > 0).nonzero()[0])
            kinds.append(self.kinds_in(text)[codes[-1]])
            n.append(times[codes[-1]])
        texts = np.repeat(np.arange(len(codes)), [*map(len, codes)])
        return texts, _joined(codes), _joined(kinds), _joined(n)

    @cached_property
    def lengths(self) -> np.ndarray:
        """How many characters each word of the vocabulary has; a term may hold a blank, which is none."""
        return np.array([*map(n_chars, self.vocabulary)], np.int64)

    def tokens_in(self, text: int, plain: str) -> Tokens:
        """The words of one text where they stand in it: they follow each other, but for blanks."""
        places, codes = np.flatnonzero(~are_blank(plain)), self.codes_in(text)
        lengths = self.lengths[codes]
        ends = np.cumsum(lengths)
        columns = places[ends - lengths], places[ends - 1] + 1, self.kinds_in(text)[codes]
        return Tokens(*(array("q", column.astype(np.int64).tobytes()) for column in columns))


class Segmenter:
    """Cuts texts into words.

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
            As for `cut`.

        Returns
        -------
        list of (int, int, str)
            Start, end and kind, as `cut` has it.
        """
        plain = normalise(text)
        return list(self.cut([plain], [places]).tokens_in(0, plain).rows())

    def cut(self, texts: Sequence[str], places: Sequence[Iterable[str]]) -> Cut:
        """Cut normalised texts into words.

        What is decided of a word is decided once for all the texts; so many at a time take less than one
        after the other. The words are the same.

        Parameters
        ----------
        texts : sequence of str
            The normalised texts.
        places : sequence of iterable of str
            For each text, names of places that it is about; they are kept whole, but those of provinces and
            large cities, which the engine knows.

        Returns
        -------
        Cut
            A word is a ``place`` (of the text, of the whole country, or found by rule), a ``name`` (local
            bodies, programmes and brands found by rule), a ``term`` (of the lexicon), a ``number`` (also
            dates and Latin runs), a ``sign``, or a ``word``.
        """
        places = list(map(frozenset, places))
        all_texts = "\n".join(texts)
        rare = has_repeats(all_texts) or _FOUND in all_texts or _NAMED_HERE in all_texts
        long = longest_run(all_texts) > LONGEST_RUN
        wholes = [self._whole(*pair, rare) for pair in zip(texts, places, strict=True)]
        masks = [*map(_mask, texts, wholes)]
        masked, found = [text for text, _ in masks], [word for _, words in masks for word in words]
        if long:
            masked = [_LONG_RUN.sub(r"\g<0> ", text) for text in masked]
        kinds = [
            {plain[a:b]: kind for a, b, kind in whole} for plain, whole in zip(texts, wholes, strict=True)
        ]
        words = Vocabulary(self.terms)
        parted = [_PARTED.join([*self._cut(text), ""]) for text in masked]
        codes = words.encode_first("".join(parted))
        bounds = np.cumsum([0, *(text.count(_PARTED) for text in parted)])
        names = self._names(words, codes, bounds, masked, places)
        codes, bounds = self._recut(words, codes, bounds, masked, names)
        named = [text[a:b] for text, spans in zip(masked, names, strict=True) for a, b in spans]
        codes, bounds = self._merge(words, codes, bounds, found, named)
        nation = place_names()
        for text, spans, kinds_of, stated in zip(masked, names, kinds, places, strict=True):
            kinds_of |= {text[a:b]: _PLACE if is_place(text[a:b]) else _NAME for a, b in spans}
            for word in [word for word in kinds_of if word in self.terms or word in nation]:
                del kinds_of[word]
            kinds_of |= dict.fromkeys(stated, _PLACE)
        stands = np.bincount(codes, minlength=len(words)) > 0
        new = np.where(stands, np.cumsum(stands) - 1, -1)
        listed, new_of = list(compress(words, stands)), new.tolist()
        own = [
            {code: kind for word, kind in of.items() if word in words and (code := new_of[words[word]]) >= 0}
            for of in kinds
        ]
        return Cut(listed, words.traits()[stands] & _KIND, new[codes], bounds, own)

    def _names(
        self,
        words: Vocabulary,
        codes: np.ndarray,
        bounds: np.ndarray,
        masked: list[str],
        places: list[frozenset[str]],
    ) -> list[list[Span]]:
        """Where names of places and bodies stand in each text that a noun of kind shows somewhere in it."""
        listed = list(words)
        nouns = np.flatnonzero(words.having(_NOUN)[codes])
        before = codes[nouns - 1]
        named = np.bincount(before, minlength=len(words)) > 0
        for code in np.flatnonzero(named).tolist():
            named[code] = may_be_named(listed[code])
        nouns = nouns[named[before]]
        texts = np.searchsorted(bounds, nouns, side="right") - 1
        names: list[set[str]] = [set() for _ in masked]
        for i, text in zip(nouns.tolist(), texts.tolist(), strict=True):
            *before, noun, after = [listed[code] for code in codes[max(0, i - LOOK_BACK) : i + 2].tolist()]
            if name := noun_name(before, noun, after, self.terms, places[text]):
                names[text].add(name)
        found = zip(masked, names, places, strict=True)
        return [longest_first(find_all(text, of - self.terms - stated)) for text, of, stated in found]

    def _recut(
        self,
        words: Vocabulary,
        codes: np.ndarray,
        bounds: np.ndarray,
        masked: list[str],
        names: list[list[Span]],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Cut the runs of Chinese characters again that hold names, with `_NAMED_HERE` in place of each."""
        pieces, runs, begin = [], [], 0
        for text, spans in zip(masked, names, strict=True):
            place = 0
            for (start, stop), held in groupby(spans, lambda span, text=text: _run_around(text, *span)):
                for a, b in held:
                    pieces += [text[max(place, start) : a], _NAMED_HERE]
                    place = b
                pieces += [text[place:stop], "\n"]
                place = stop
                runs.append((begin + start, begin + stop - 1))
            begin += len(text)
        if not runs:
            return codes, bounds
        ends = np.cumsum(np.fromiter(map(len, words), np.int64)[codes])
        firsts, lasts = np.searchsorted(ends, np.array(runs).T, side="right")
        again = words.encode(self._cut("".join(pieces)))
        sizes = np.diff(np.flatnonzero(again == words["\n"]), prepend=-1) - 1
        return _replace(codes, bounds, firsts, lasts + 1, again[again != words["\n"]], sizes)

    def _merge(
        self, words: Vocabulary, codes: np.ndarray, bounds: np.ndarray, found: list[str], names: list[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        """The engine's words, cut to the standard of the study, and among them those found before."""
        codes, bounds = self._split_counted(words, codes, bounds)
        places = np.flatnonzero(words.having(_AFFIX | _LOCALISER)[codes])
        places = places[~words.having(_BOUND)[codes[places - 1]]]  # inside a run of Chinese characters
        listed = list(words)
        edits: dict[int, tuple[str, ...]] = {}
        for i in places.tolist():
            word = listed[codes[i]]
            if len(word) > 1:  # 服务|上|求|精准: an invented word that begins with a localiser is none
                edits[i] = tuple(word)
            else:
                before = i - 1
                while edits.get(before) == ():  # an affix too, which went to the word before
                    before -= 1
                *others, last = edits.get(before, (listed[codes[before]],))
                if len(last) > 1:
                    edits[before], edits[i] = (*others, last + word), ()
        marks = [(codes == words[_FOUND], found), (codes == words[_NAMED_HERE], names)]
        for where, what in marks:
            codes[where] = words.encode(what)
        firsts = np.array(sorted(edits), np.int64)
        new = words.encode([word for i in firsts.tolist() for word in edits[i]])
        sizes = np.array([len(edits[i]) for i in firsts.tolist()], np.int64)
        codes, bounds = _replace(codes, bounds, firsts, firsts + 1, new, sizes)
        kept = ~words.having(_BLANK)[codes]
        return codes[kept], np.append(0, np.cumsum(kept))[bounds]

    def _split_counted(
        self, words: Vocabulary, codes: np.ndarray, bounds: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Part numerals from what they count: 三个, 第一批."""
        counted = words.having(_COUNTED_HERE)
        places = np.flatnonzero(counted[codes])
        halves = np.zeros((len(counted), 2), np.int32)
        for code, word in zip(np.flatnonzero(counted).tolist(), compress(list(words), counted), strict=True):
            halves[code] = words.encode(_COUNTED.fullmatch(word).groups())
        return _replace(
            codes, bounds, places, places + 1, halves[codes[places]].ravel(), np.full(len(places), 2)
        )

    def _whole(self, plain: str, places: frozenset[str], rare: bool) -> list[tuple[int, int, int]]:
        """Stretches that are one word whatever the engine says: signed terms and names, longest first.

        Characters that stand three times in a row, or for something else here, are only looked for where
        there may be any.
        """
        spans = {m.span(): _TERM for m in self._signed.finditer(plain)}
        spans |= dict.fromkeys(find_all(plain, quoted_names(plain) - self.terms - places), _NAME)
        for a, b in find_all(plain, places - place_names()):
            # 天心|区委: the word for what a place is may begin another
            if plain[b - 1] not in _UNITS or not is_dictionary_word(plain[b - 1 : b + 1]):
                spans[a, b] = _PLACE
        if "分之" in plain:
            spans |= {m.span(): _NUMBER_KIND for m in _FRACTION.finditer(plain)}
        if rare:
            spans |= {m.span(): _WORD for m in _REPEATED.finditer(plain)}
            spans |= dict.fromkeys(find_all(plain, (_FOUND, _NAMED_HERE)), _SIGN_KIND)
        return [(a, b, spans[a, b]) for a, b in longest_first(spans)]


def _traits(word: str, terms: frozenset[str]) -> int:
    """What is to be known of a word, as bits."""
    known, first = word in terms, word[0]
    traits = _PLACE if word in place_names() else _TERM if known else _kind(word)
    if word in NOUN_ENDS:
        traits |= _NOUN
    if first in _BOUNDS:
        traits |= _BOUND | _BLANK * word.isspace()
    elif word in _AFFIXES:
        traits |= _AFFIX
    elif first in _COUNTING and len(word) > 1 and not known and _COUNTED.fullmatch(word):
        traits |= _COUNTED_HERE
    elif first in _LOCALISERS and len(word) == 2 and not known and not is_dictionary_word(word):
        traits |= _LOCALISER
    return traits


def _kind(word: str) -> int:
    """The kind of a word that is in no list."""
    if _NUMBER.match(word):
        return _NUMBER_KIND
    return _WORD if _HAN_CHARACTER.match(word) else _SIGN_KIND


def _mask(plain: str, whole: list[tuple[int, int, int]]) -> tuple[str, list[str]]:
    """Put `_FOUND` for all that the engine is not asked about; and what stands there.

    The text ends with a blank, so that no word of it looks to those of the next.
    """
    pieces, place = [], 0
    for start, end, _ in whole:
        pieces += plain[place:start], _FOUND
        place = end
    text = "".join([*pieces, plain[place:]])
    named = (plain[a:b] for a, b, _ in whole)
    pieces, found, place = [], [], 0
    for start in np.flatnonzero(_IS_ODD.take(code_points(text), mode="clip")).tolist():
        if start < place:
            continue
        # An ordinal is one with the sign before it.
        if start > place and text[start - 1] == "第" and text[start].isdecimal():
            start -= 1
        pieces.append(text[place:start])
        place = _NUMBER_OR_SIGN.match(text, start).end()
        found.append(text[start:place] if text[start] != _FOUND else next(named))
    # Blanks are words for the engine: one is as good as many, and a page's furniture leaves many.
    text = " ".join(_FOUND.join([*pieces, text[place:]]).split()) + "\n"
    return text, found


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty(0, np.int32), *parts])


def _replace(
    codes: np.ndarray,
    bounds: np.ndarray,
    firsts: np.ndarray,
    lasts: np.ndarray,
    new: np.ndarray,
    sizes: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Put new codes, in stretches of some sizes, for the stretches from ``firsts`` to before ``lasts``."""
    kept = np.ones(len(codes), np.int64)
    kept[_places(firsts, lasts - firsts)] = 0
    kept[firsts] = sizes
    ends = np.append(0, np.cumsum(kept))
    codes = np.repeat(codes, kept)
    codes[_places(ends[firsts], sizes)] = new
    return codes, ends[bounds]


def _places(firsts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """All the places in stretches of some sizes."""
    return np.repeat(firsts - np.cumsum(sizes) + sizes, sizes) + np.arange(sizes.sum())


def _run_around(text: str, start: int, end: int) -> Span:
    """The run of Chinese characters that holds a span."""
    before = _RUN.match(text[max(0, start - LONGEST_RUN) : start][::-1])
    return start - before.end(), _RUN.match(text, end).end()


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
        tokenizer.add_word(term, TERM_FREQUENCY)
    # jieba's total counts words twice that its dictionary has twice, and old frequencies of the terms; that
    # of rjieba does not, and its last bit decides between cuts that are equally likely (区|区区, 区区|区).
    tokenizer.total = sum(tokenizer.FREQ.values())
    return lambda text: tokenizer.lcut(text, HMM=hmm)


def _rjieba(terms: list[str], hmm: bool) -> Callable[[str], list[str]]:
    try:
        rjieba = _load_rjieba()
    except ImportError:
        raise JiedaoError("the engine rjieba is not installed; pip install 'jiedao[fast]'") from None

    tokenizer = rjieba.Jieba()
    for term in terms:
        tokenizer.add_word(term, TERM_FREQUENCY, None)
    return lambda text: tokenizer.cut(text, hmm)


def _load_rjieba() -> ModuleType:
    """The compiled module of rjieba alone, or where it is not found in the package, the package.

    That builds a dictionary for itself when it is loaded, which nothing here asks and takes as long as ours.
    """
    package = find_spec("rjieba")
    compiled = package and PathFinder.find_spec("rjieba.rjieba", package.submodule_search_locations)
    if not compiled:
        return import_module("rjieba")
    module = module_from_spec(compiled)
    compiled.loader.exec_module(module)
    return module
