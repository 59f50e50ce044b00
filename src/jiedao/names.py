"""Names that no dictionary holds: places, local organisations and programme brands, found by rule.

Two rules, written for work reports in general. A short quoted phrase is a name (“融调解”, “青年夜校”).
A noun of kind (社区, 小区, 大厦, 公司 …) after something that is no ordinary word names one thing
(赤岭路社区, 土流集团有限公司). What a document names once is that name wherever it stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import compress
from typing import NamedTuple

from jiedao.lexicon import CATEGORIES, stopwords

PLACE_NOUNS = (
    "街道 社区 小区 片区 棚户区 新村 村 镇 乡 广场 大厦 大楼 公园 市场 商圈 商业街 "
    "大道 路 街 巷 地块 湿地 湾 岭 塘 桥"
).split()
BODY_NOUNS = (
    "有限公司 股份有限公司 有限责任公司 公司 集团 集团有限公司 学院 大学 中学 小学 幼儿园 医院 卫生院 "
    "办事处 商会 协会 基金会 联盟 调解室 工作室 艺术团 合唱团 文化站 中心 工程 食堂 学堂 夜校 书房 驿站"
).split()
_NOUNS = frozenset(PLACE_NOUNS + BODY_NOUNS)
_NOUN_ENDS = frozenset(noun[i:] for noun in _NOUNS for i in range(len(noun)))
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
    """Words of jieba's dictionary: all, names by its tags (person, place, body, other), verbs, and the words
    that everybody uses, names of places apart.
    """

    words: frozenset[str]
    named: frozenset[str]
    verbs: frozenset[str]
    everyday: frozenset[str]


@cache
def _dictionary() -> _Dictionary:
    cells = files("jieba").joinpath("dict.txt").read_text("utf-8").split()
    words, counts, tags = cells[::3], cells[1::3], cells[2::3]  # a row is a word, its count and its tag
    ours = frozenset(stopwords(CATEGORIES))  # 印发街道文件: a verb that jieba lacks is no name
    kinds = {tag for tag in set(tags) if tag[:2] in ("nr", "ns", "nt", "nz")}
    named = frozenset(word for word in _tagged(words, tags, kinds) if len(word) > 1)
    verbs = frozenset(_tagged(words, tags, {"v", "vi", "vd"}))
    long = compress(zip(words, counts, tags, strict=True), map(len(str(EVERYDAY)).__le__, map(len, counts)))
    often = frozenset(word for word, n, tag in long if int(n) >= EVERYDAY and tag != "ns")
    return _Dictionary(frozenset(words) | ours, named - ours, verbs, often)


def _tagged(words: list[str], tags: list[str], wanted: set[str]) -> Iterator[str]:
    return compress(words, map(wanted.__contains__, tags))


def is_dictionary_word(word: str) -> bool:
    """Whether jieba's dictionary holds a word, as a name or otherwise."""
    return word in _dictionary().words


def is_verb(word: str) -> bool:
    """Whether jieba's dictionary has a word as a verb, not as a noun of action (检查, 服务)."""
    return word in _dictionary().verbs


def is_everyday_word(word: str) -> bool:
    """Whether a word is so common that a place of that name is rarely meant by it (建设, 和平, 新华)."""
    return word in _dictionary().everyday


@cache
def dictionary_words() -> frozenset[str]:
    """Ordinary words of jieba's dictionary, names apart."""
    return _dictionary().words - _dictionary().named


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words, the longest where several stand; without words, nothing."""
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def is_place(name: str) -> bool:
    """Whether a name that `noun_names` found is that of a place."""
    return name.endswith(_PLACE_NOUNS)


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
    common, named = _dictionary()[:2]
    quoted = {q for q in _QUOTED.findall(text) if re.search(r"[\u4e00-\u9fff]{2}", q)}
    return {q for q in quoted if q in named or q not in common}


def noun_names(words: list[str], known: frozenset[str]) -> set[str]:
    """Names made of a phrase and the noun of its kind (清水湾社区).

    Parameters
    ----------
    words : list of str
        A text cut into words, signs and blanks among them.
    known : frozenset of str
        Terms and places known already; they are no part of a name.

    Returns
    -------
    set of str
        Names of places (`is_place`), bodies and programmes.
    """
    common, named = _dictionary()[:2]
    found: set[str] = set()
    for i in compress(range(len(words)), map(_NOUN_ENDS.__contains__, words)):
        noun, first = words[i], i
        while first and words[first - 1] + noun in _NOUNS:  # 集团|有限公司
            first -= 1
            noun = words[first] + noun
        if noun not in _NOUNS or (i + 1 < len(words) and words[i] + words[i + 1] in _NOUNS):
            continue
        shortest = 3 if noun in _GENERIC else 2
        name, sure = "", False
        for before in reversed(words[max(0, first - LONGEST_NAME) : first]):
            ends = before in known or _BEFORE.issuperset(before) or not "\u4e00" <= before <= "\u9fff"
            if ends or len(before + name) > LONGEST_NAME or _NUMBERED.fullmatch(before):
                break
            is_name = before in named or (len(before) >= shortest and before not in common)
            if not is_name and len(before) > 1:
                break
            name, sure = before + name, sure or is_name
        if sure or len(name) > 1:  # two single characters that are no word make a name too
            found.add(name + noun)
    return found
