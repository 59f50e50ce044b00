"""Where any of many words stand in a text, in one pass over it however many the words are."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from jiedao.clean import code_points

try:
    import ahocorasick_rs
except ImportError:  # it is optional: a pattern finds the same, more slowly
    ahocorasick_rs = None

WIDTH = 4  # of more ways on than this, a pattern first asks in which quarter the next character is


class Words:
    """Finds words as `jiedao.names.any_of` does, the longest where several begin, and many times faster.

    Parameters
    ----------
    words : iterable of str
        What to find; an empty word stands nowhere.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({*words} - {""})
        if ahocorasick_rs:
            longest = ahocorasick_rs.MatchKind.LeftmostLongest
            self._automaton = ahocorasick_rs.AhoCorasick(self.words, matchkind=longest)
        else:
            self._automaton, self._pattern = None, re.compile(_pattern(_tree(self.words)) or "(?!)")

    def find(self, text: str) -> list[tuple[str, int, int]]:
        """Word, start and end of each, in order, none over another."""
        return [(self.words[i], start, end) for i, start, end in self.places(text)]

    def places(self, text: str) -> list[tuple[int, int, int]]:
        """The same, with the index of each word among ``words``, which are sorted."""
        if self._automaton:
            return self._automaton.find_matches_as_indexes(text)
        return [(bisect_left(self.words, m[0]), *m.span()) for m in self._pattern.finditer(text)]


def find_signs(text: str, signs: str) -> np.ndarray:
    """Where any of some characters stand in a text, in order."""
    return _among(signs).take(code_points(text)).nonzero()[0]


@cache
def _among(signs: str) -> np.ndarray:
    """Of each code point, whether it is one of some characters."""
    table = np.zeros(0x110000, bool)
    table[[*map(ord, signs)]] = True
    return table


def _tree(words: Iterable[str]) -> dict[str, Any]:
    """Words by their first character, below it by the next; an empty key says that a word ends there."""
    tree: dict[str, Any] = {}
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return tree


def _pattern(node: dict[str, Any]) -> str:
    """What may follow at a place in the tree; where a word ends there, perhaps nothing."""
    ways = [(char, _pattern(below)) for char, below in node.items() if char]
    return f"(?:{_choice(ways)}){'?' * ('' in node)}" if ways else ""


def _choice(ways: list[tuple[str, str]]) -> str:
    """A choice among characters, each with what follows it."""
    if len(ways) <= WIDTH:
        return "|".join(re.escape(char) + rest for char, rest in ways)
    size = -(-len(ways) // WIDTH)
    groups = [ways[i : i + size] for i in range(0, len(ways), size)]
    return "|".join(f"(?=[{re.escape(''.join(c for c, _ in g))}])(?:{_choice(g)})" for g in groups)
