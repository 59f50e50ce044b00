"""Signs that a text was damaged on its way here. They are reported with their place and never mended."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jiedao.clean import Span, lines
from jiedao.outline import Section
from jiedao.wrapping import unwrap

_HAN = "\u4e00-\u9fff"
_PLACES = "街道|社区|办事处|[镇乡村县区市]"
_PATTERNS = {
    "a page number inside a sentence": re.compile(
        rf"(?<=[{_HAN},、])\s*(?:[-—–]\s*\d{{1,3}}\s*[-—–]|\n\s*\d{{1,3}}\s*\n|第\s*\d{{1,3}}\s*页(?:\s*共\s*\d+\s*页)?)\s*"
        rf"(?=[{_HAN}])"
    ),
    "a name that was masked": re.compile(rf"(?:[Xx×*○]{{2,}}|(?<![{_HAN}])某+)(?={_PLACES})"),
    "characters that were lost": re.compile(rf"[\ufffd\ue000-\uf8ff]+|(?<=[{_HAN}])\?{{2,}}(?=[{_HAN}])"),
}
_PAIRS = dict(zip("(《“【「『", ")》”】」』", strict=True))
_SIGNS = re.compile("[" + re.escape("".join([*_PAIRS, *_PAIRS.values()])) + "]")
_LIST_MARK = re.compile(r"\s*\(?\d{1,2}\)|\s*[①-⑳]|\s*[a-zA-Z]\)")
_LINE = 40  # a bracket this close to the end of its line may close on the next
_LONG = 50  # characters that do not come twice by chance


def find_damage(text: str, sections: list[Section]) -> list[Span]:
    """Find signs of damage: page numbers in sentences, brackets or quotation marks that lost their other
    half, masked names (XX街道), lost characters, and long passages that stand twice.

    Parameters
    ----------
    text : str
        The normalised text.
    sections : list of Section
        Its outline; what lies outside, the furniture, is not looked at.

    Returns
    -------
    list of Span
        In order; the kind says what is wrong.
    """
    found = []
    for section in sections:
        for kind, pattern in _PATTERNS.items():
            found += [Span(*m.span(), kind) for m in pattern.finditer(text, section.start, section.own_end)]
    own = [(a + s.start, b + s.start) for s in sections for a, b in lines(text[s.start : s.own_end])]
    _, paragraphs = unwrap(text, own)
    return sorted([*found, *_unpaired(text, paragraphs), *_repeated(text, paragraphs)])


def _unpaired(text: str, paragraphs: list[tuple[int, int]]) -> Iterator[Span]:
    """Signs that lack their other half: in their paragraph, or where that breaks off, in the next."""
    open_signs: list[int] = []
    for start, end in paragraphs:
        mark = _LIST_MARK.match(text, start, end)
        for sign in _SIGNS.finditer(text, mark.end() if mark else start, end):
            if sign[0] in _PAIRS:
                open_signs.append(sign.start())
            elif open_signs and _PAIRS[text[open_signs[-1]]] == sign[0]:
                open_signs.pop()
            else:
                yield Span(*sign.span(), f"a {sign[0]} without its other half")
        for place in open_signs:
            if end - place > _LINE:
                yield Span(place, place + 1, f"a {text[place]} without its other half")
        open_signs = [place for place in open_signs if end - place <= _LINE]
    for place in open_signs:
        yield Span(place, place + 1, f"a {text[place]} without its other half")


def _repeated(text: str, paragraphs: list[tuple[int, int]]) -> Iterator[Span]:
    seen: dict[str, int] = {}
    for start, end in paragraphs:
        said = "".join(text[start:end].split())
        if len(said) >= _LONG and seen.setdefault(said, start) != start:
            yield Span(start, end, f"the same words as at {seen[said]}")
