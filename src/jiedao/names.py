"""Names that no dictionary holds: places, local organisations and programme brands, found by rule.

Two rules, written for work reports in general. A short quoted phrase is a name (“融调解”, “青年夜校”).
A noun of kind (社区, 小区, 大厦, 公司 …) after something that is no ordinary word names one thing
(赤岭路社区, 土流集团有限公司). What a document names once is that name wherever it stands in it.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np

from jiedao.clean import code_points
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
NOUN_ENDS = frozenset(noun[i:] for noun in _NOUNS for i in range(len(noun)))  # nouns of kind, and last parts
_PLACE_NOUNS = tuple(PLACE_NOUNS)
# jieba takes time with the square of a run without a sign; prose has none half as long.
LONGEST_RUN = 200
# With two Chinese characters side by side; what is longer is a saying.
_QUOTED = re.compile(r"“(?=[\w·]{0,5}[\u4e00-\u9fff]{2})([\w·]{2,7})”")
# Characters that stand before a name but are never in one, and what parts clauses.
_BEFORE = frozenset(
    "\n的在对将为与和及或把被给向从到由于以让使用等各该本我全某每两几多新老旧大小上下中内外前后其此这那并经就是有了着过至含即如按据除"
    "共曾再已均都又也还只更最建进入出做好强优拆修补改走清管控保抓促搭办开设划评获打驻离沿通请派送查访"
)
# Nouns so common that a two-character word before them need not be a name (提质工程, 服务中心).
_GENERIC = set("中心 工程 联盟 食堂 驿站 书房 市场 公园 地块".split())
_NUMBERED = re.compile(r"第?[一二两三四五六七八九十百]+.?")
LONGEST_NAME = 8
LOOK_BACK = LONGEST_NAME + 4  # words before the last part of a noun that `noun_name` may look at
MANY = 100_000  # words whose answers are remembered at most
_NAMES, _VERBS = ("nr", "ns", "nt", "nz"), ("v", "vi", "vd")  # tags of jieba's dictionary
EVERYDAY = 300  # times a word stands in the texts that jieba's dictionary was counted on


@cache
def _dictionary() -> tuple[str, dict[str, list[tuple[int, int]]]]:
    """The text of jieba's dictionary, and the stretches of it in which words begin with a character.

    Only the stretches that are asked for are read: one report has few words, and all together are many.
    """
    text = "\n" + Path(find_spec("jieba").origin).with_name("dict.txt").read_bytes().decode()
    codes = code_points(text)
    rows = np.flatnonzero(codes[:-1] == ord("\n"))
    firsts = codes[rows + 1]
    begins = np.flatnonzero(np.diff(firsts, prepend=0))
    bounds = [*rows[begins].tolist(), len(text)]
    stretches: dict[str, list[tuple[int, int]]] = {}
    for first, stretch in zip(firsts[begins].tolist(), pairwise(bounds), strict=True):
        stretches.setdefault(chr(first), []).append(stretch)
    return text, stretches


@cache
def _entries(first: str) -> dict[str, tuple[str, str]]:
    """Count and tag of the words that begin with a character."""
    text, stretches = _dictionary()
    cells = [cell for start, end in stretches.get(first, ()) for cell in text[start:end].split()]
    return dict(zip(cells[::3], zip(cells[1::3], cells[2::3], strict=True), strict=True))


def _entry(word: str) -> tuple[int, str]:
    """Count and tag of a word; one that the dictionary lacks has no tag."""
    count, tag = _entries(word[:1]).get(word, ("0", ""))
    return int(count), tag


@cache
def _stopwords() -> set[str]:
    return stopwords(CATEGORIES)


def is_dictionary_word(word: str) -> bool:
    """Whether jieba's dictionary holds a word, as a name or otherwise, or the stop list does."""
    return word in _stopwords() or _entry(word)[1] != ""  # 印发街道文件: a verb that jieba lacks is no name


def _is_named(word: str) -> bool:
    """Whether the dictionary has a word as a name: of a person, a place, a body or something else."""
    return len(word) > 1 and _entry(word)[1].startswith(_NAMES) and word not in _stopwords()


@lru_cache(MANY)
def is_ordinary_word(word: str) -> bool:
    """Whether jieba's dictionary holds a word, and not as a name."""
    return is_dictionary_word(word) and not _is_named(word)


def is_verb(word: str) -> bool:
    """Whether jieba's dictionary has a word as a verb, not as a noun of action (检查, 服务)."""
    return _entry(word)[1] in _VERBS


def is_everyday_word(word: str) -> bool:
    """Whether a word is so common that a place of that name is rarely meant by it (建设, 和平, 新华)."""
    count, tag = _entry(word)
    return count >= EVERYDAY and tag != "ns"


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern that finds any of the words, the longest where several stand; without words, nothing."""
    longest_first = sorted(words, key=lambda w: (-len(w), w))
    return re.compile("|".join(map(re.escape, longest_first)) or "(?!)")


def is_place(name: str) -> bool:
    """Whether a name that `noun_name` found is that of a place."""
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
    for span in sorted(spans):
        if taken and span[0] == taken[-1][0]:
            taken[-1] = span
        elif not taken or span[0] >= taken[-1][1]:
            taken.append(span)
    return taken


def quoted_names(text: str) -> set[str]:
    """Short quoted phrases without punctuation inside: brands, programmes, slogans."""
    return {quoted for quoted in _QUOTED.findall(text) if not is_ordinary_word(quoted)}


def may_be_named(word: str) -> bool:
    """Whether a name may end in a word and the noun of its kind after it."""
    return word in NOUN_ENDS or (not _parts_clauses(word) and (len(word) == 1 or _is_name(word)))


def noun_name(
    before: Sequence[str], noun: str, after: str, terms: Container[str], places: Container[str]
) -> str | None:
    """The name made of a phrase and the noun of its kind (清水湾社区).

    Parameters
    ----------
    before : sequence of str
        The words before the noun, signs and blanks among them; of them some `LOOK_BACK` count.
    noun : str
        The noun, or the last part of one, as in `NOUN_ENDS`.
    after : str
        The word after it.
    terms, places : container of str
        What is known already is no part of a name.

    Returns
    -------
    str or None
        A place (`is_place`), a body or a programme; None if the words name nothing.
    """
    first, last = len(before), noun
    while first and before[first - 1] + noun in _NOUNS:  # 集团|有限公司
        first -= 1
        noun = before[first] + noun
    if noun not in _NOUNS or (after and last + after in _NOUNS):
        return None
    shortest = 3 if noun in _GENERIC else 2
    name, sure = "", False
    for word in reversed(before[max(0, first - LONGEST_NAME) : first]):
        if word in terms or word in places or len(word + name) > LONGEST_NAME or _parts_clauses(word):
            break
        is_name = _is_name(word, shortest)
        if not is_name and len(word) > 1:
            break
        name, sure = word + name, sure or is_name
    # Two single characters that are no word make a name too.
    return name + noun if sure or len(name) > 1 else None


@lru_cache(MANY)
def _parts_clauses(word: str) -> bool:
    return (
        _BEFORE.issuperset(word) or not "\u4e00" <= word <= "\u9fff" or _NUMBERED.fullmatch(word) is not None
    )


@lru_cache(MANY)
def _is_name(word: str, shortest: int = 2) -> bool:
    return _is_named(word) or (len(word) >= shortest and not is_dictionary_word(word))
