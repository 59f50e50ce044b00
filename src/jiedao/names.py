"""Names that no dictionary holds: places, local organisations and programme brands, found by rule.

Two rules, written for work reports in general. A short quoted phrase is a name (“融调解”, “青年夜校”).
A noun of kind (社区, 小区, 大厦, 公司 …) after something that is no ordinary word names one thing
(赤岭路社区, 土流集团有限公司). What a document names once is that name wherever it stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

from jiedao.lexicon import read_stopwords

PLACE_NOUNS = (
    "街道 社区 小区 片区 棚户区 新村 村 镇 乡 广场 大厦 大楼 公园 市场 商圈 商业街 "
    "大道 路 街 巷 地块 湿地 湾 岭 塘 桥"
).split()
BODY_NOUNS = (
    "有限公司 股份有限公司 有限责任公司 公司 集团 集团有限公司 学院 大学 中学 小学 幼儿园 医院 卫生院 "
    "办事处 商会 协会 基金会 联盟 调解室 工作室 艺术团 合唱团 文化站 中心 工程 食堂 学堂 夜校 书房 驿站"
).split()
_NOUNS = frozenset(PLACE_NOUNS + BODY_NOUNS)
_PLACE_NOUNS = tuple(PLACE_NOUNS)
_NOUN = re.compile("|".join(PLACE_NOUNS + BODY_NOUNS))
# jieba takes time with the square of a run without a sign; prose has none half as long.
LONGEST_RUN = 200
_QUOTED = re.compile(r"“([\w·]{2,7})”")  # what is longer is a saying
# Characters that stand before a name but are never in one, and what parts clauses.
_BEFORE = frozenset(
    "\n的在对将为与和及或把被给向从到由于以让使用等各该本我全某每两几多新老旧大小上下中内外前后其此这那并经就是有了着过至含即如按据除"
    "共曾再已均都又也还只更最建进入出做好强优拆修补改走清管控保抓促搭办开设划评获打驻离沿通请派送查访"
)
# Nouns so common that a two-character word before them need not be a name (提质工程, 服务中心).
_GENERIC = set("中心 工程 联盟 食堂 驿站 书房 市场 公园 地块".split())
_NUMBERED = re.compile(r"第?[一二两三四五六七八九十百]+.?")
LONGEST_NAME = 8
EVERYDAY = 300  # times a word stands in the texts that jieba's dictionary was counted on


class _Dictionary(NamedTuple):
    """Words of jieba's dictionary: names by its tags (person, place, body, other), the rest, and of these the
    verbs; and the words that everybody uses, names of places apart.
    """

    named: frozenset[str]
    ordinary: frozenset[str]
    verbs: frozenset[str]
    everyday: frozenset[str]


@cache
def _dictionary() -> _Dictionary:
    cells = files("jieba").joinpath("dict.txt").read_text("utf-8").split()
    words, counts, tags = cells[::3], cells[1::3], cells[2::3]  # a row is a word, its count and its tag
    ours = frozenset(read_stopwords()["word"])  # 印发街道文件: a verb that jieba lacks is no name
    kinds = {"nr", "ns", "nt", "nz"}
    named = frozenset(w for w, t in zip(words, tags, strict=True) if t[:2] in kinds and len(w) > 1) - ours
    verbs = frozenset(w for w, t in zip(words, tags, strict=True) if t in ("v", "vi", "vd"))
    often = (w for w, n, t in zip(words, counts, tags, strict=True) if int(n) >= EVERYDAY and t != "ns")
    return _Dictionary(named, (frozenset(words) | ours) - named, verbs, frozenset(often))


def is_dictionary_word(word: str) -> bool:
    """Whether jieba's dictionary holds a word, as a name or otherwise."""
    known = _dictionary()
    return word in known.ordinary or word in known.named


def is_verb(word: str) -> bool:
    """Whether jieba's dictionary has a word as a verb, not as a noun of action (检查, 服务)."""
    return word in _dictionary().verbs


def is_everyday_word(word: str) -> bool:
    """Whether a word is so common that a place of that name is rarely meant by it (建设, 和平, 新华)."""
    return word in _dictionary().everyday


def dictionary_words() -> frozenset[str]:
    """Ordinary words of jieba's dictionary, names apart."""
    return _dictionary().ordinary


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words, the longest where several stand; without words, nothing."""
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def find_names(
    text: str, cut: Callable[[str], Iterable[str]], terms: Iterable[str] = ()
) -> list[tuple[int, int, str]]:
    """Find names of places, bodies and programmes.

    Parameters
    ----------
    text : str
        The normalised text of a document (or any part of one).
    cut : callable
        Cuts runs of Chinese characters, with line feeds between them, into words; line feeds stay.
    terms : iterable of str
        Terms known already; they are no local names.

    Returns
    -------
    list of (int, int, str)
        Start, end and kind (``place`` or ``name``) wherever a name stands; the longest where several do.
    """
    known = frozenset(terms)
    by_noun = noun_names(text, cut, known)
    places = {n for n in by_noun if n.endswith(_PLACE_NOUNS)}
    found = longest_first(find_all(text, (quoted_names(text) | by_noun) - known))
    return [(a, b, "place" if text[a:b] in places else "name") for a, b in found]


def find_all(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """All spans of some words in a text, overlapping ones too, word by word."""
    found = []
    for word in words:
        place = text.find(word)
        while place != -1:
            found.append((place, place + len(word)))
            place = text.find(word, place + 1)
    return found


def longest_first(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Of spans that overlap the first, and of those that begin together the longest; in order."""
    taken: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda s: (s[0], -s[1])):
        if not taken or start >= taken[-1][1]:
            taken.append((start, end))
    return taken


def quoted_names(text: str) -> set[str]:
    """Short quoted phrases without punctuation inside: brands, programmes, slogans."""
    return {q for q in _QUOTED.findall(text) if re.search(r"[\u4e00-\u9fff]{2}", q)} - dictionary_words()


def noun_names(text: str, cut: Callable[[str], Iterable[str]], known: frozenset[str]) -> set[str]:
    """Phrases of a name and the noun of its kind (清水湾社区)."""
    named, common = _dictionary()[:2]
    found: set[str] = set()
    words = _join_nouns(cut("\n".join(_clauses(text))))
    for i, word in enumerate(words):
        if word not in _NOUNS:
            continue
        shortest = 3 if word in _GENERIC else 2
        name, sure = "", False
        for before in reversed(words[max(0, i - LONGEST_NAME) : i]):
            too_long = len(before + name) > LONGEST_NAME
            if too_long or before in known or _BEFORE.issuperset(before) or _NUMBERED.fullmatch(before):
                break
            is_name = before in named or (len(before) >= shortest and before not in common)
            if not is_name and len(before) > 1:
                break
            name, sure = before + name, sure or is_name
        if sure or len(name) > 1:  # two single characters that are no word make a name too
            found.add(name + word)
    return found


def _clauses(text: str) -> list[str]:
    """The runs of Chinese characters that hold a noun of kind, each once."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    bounds = np.flatnonzero((codes < 0x4E00) | (codes > 0x9FFF))
    nouns = np.array([m.start() for m in _NOUN.finditer(text)], dtype=np.int64)
    at = np.unique(np.searchsorted(bounds, nouns))
    starts, ends = np.append(-1, bounds)[at] + 1, np.append(bounds, len(text))[at]
    return list(dict.fromkeys(text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)))


def _join_nouns(words: Iterable[str]) -> list[str]:
    """Words, where two neighbours that make up one noun of kind (集团|有限公司) are joined."""
    joined: list[str] = []
    for word in words:
        if joined and joined[-1] + word in _NOUNS:
            joined[-1] += word
        else:
            joined.append(word)
    return joined
