"""From bytes to text: decode, and normalise one code point to one, so that no length ever changes."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from typing import NamedTuple

import numpy as np

from jiedao import JiedaoError

MARKS = (
    ("utf-8", b"\xef\xbb\xbf"),
    ("utf-16-le", b"\xff\xfe"),
    ("utf-16-be", b"\xfe\xff"),
    ("gb18030", b"\x84\x31\x95\x33"),
)


class Span(NamedTuple):
    """A stretch of the raw text, half-open, with the kind of thing it is."""

    start: int
    end: int
    kind: str


def decode(data: bytes, name: str = "text") -> tuple[str, str]:
    """Decode the bytes of a report.

    A byte-order mark decides; else strict UTF-8, else UTF-16 if line ends look so, else GB 18030 (which
    holds GBK and GB 2312). On short Chinese texts this order is right more often than statistical detectors.

    Parameters
    ----------
    data : bytes
        The file as it is.
    name : str
        What to call the file in an error.

    Returns
    -------
    tuple of str
        The text, line ends as they stand and without a byte-order mark, and the encoding's name.

    Raises
    ------
    JiedaoError
        If the file is empty, or is not text in one of these encodings.
    """
    marked = [(encoding, mark) for encoding, mark in MARKS if data.startswith(mark)]
    wide = [(e, b"") for e, end in (("utf-16-le", b"\n\0"), ("utf-16-be", b"\0\n")) if end in data]
    for encoding, mark in marked or [("utf-8", b""), *wide, ("gb18030", b"")]:
        with suppress(UnicodeDecodeError):
            text = data[len(mark) :].decode(encoding)
            sure = marked or encoding == "utf-8"
            if not text.strip():
                raise JiedaoError(f"{name}: the file is empty; save the report's text in it")
            if not is_binary(text) and (sure or not _is_guesswork(text)):
                return text, encoding
    raise JiedaoError(f"{name}: not a text in UTF-8, UTF-16 or GB 18030; save it again as UTF-8 text")


def is_binary(text: str) -> bool:
    """Whether a text holds signs that only other files have: control signs but line ends and tabs."""
    return bool(_CONTROL.take(code_points(text), mode="clip").any())


def _is_guesswork(text: str) -> bool:
    """GB 18030 accepts almost any bytes; real text stays mostly within the older, smaller GB 2312."""
    foreign = re.sub(r"[\0-\x7f]", "", text)
    held = foreign.encode("gb2312", "ignore")  # two bytes a character
    return len(held) / 2 < 0.8 * len(foreign)


def _one_to_one() -> dict[int, str]:
    """Characters that only look different, each with the one character it stands for."""
    forms = [*range(0xFF00, 0xFFF0), *range(0xFE50, 0xFE70), *range(0x2E80, 0x2FE0), *range(0xF900, 0xFB00)]
    table = {code: unicodedata.normalize("NFKC", chr(code)) for code in forms}
    table = {code: same for code, same in table.items() if len(same) == 1 and same != chr(code)}
    blanks = [c for c in range(0x3001) if unicodedata.category(chr(c)) == "Zs"]
    table |= dict.fromkeys([*blanks, 0x09, 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF], " ")
    return table | dict.fromkeys([0x0B, 0x0C, 0x85, 0x2028, 0x2029], "\n")


ONE_TO_ONE = _one_to_one()
_PLAIN = np.arange(sys.maxunicode + 1, dtype=np.uint32)  # the plain form of every code point
_PLAIN[list(ONE_TO_ONE)] = [ord(plain) for plain in ONE_TO_ONE.values()]
# The last is none, and stands for all beyond.
_BLANK = np.array([chr(code).isspace() for code in range(0x3002)])
_CONTROL = np.array([unicodedata.category(chr(code)) == "Cc" for code in range(0xA1)])
_CONTROL[[*range(0x09, 0x0E), 0x85]] = False  # tabs and line ends
# A blank that some scraper has written out in letters.
SPELT_BLANK = re.compile(r"<U\+00A0>|&nbsp;|&emsp;|&ensp;")
_LINE = re.compile(r"\S(?:.*\S)?")


def normalise(text: str) -> str:
    """Replace variant forms by the plain one, one code point by one code point.

    Full-width and small forms become ASCII, Kangxi radicals and compatibility ideographs the common
    character, every kind of blank a space, every kind of line separator a line feed (a carriage
    return stays). The length does not change, so offsets hold in both texts.
    """
    plain = _PLAIN.take(code_points(text)).tobytes().decode("utf-32-le", "surrogatepass")
    if "&" in plain or "<" in plain:
        plain = SPELT_BLANK.sub(lambda m: " " * len(m[0]), plain)
    return plain


def are_blank(text: str) -> np.ndarray:
    """Of each character of a text, whether it is a blank or a line end."""
    return _BLANK.take(code_points(text), mode="clip")


def n_chars(text: str) -> int:
    """How many characters a text has, blanks and line ends not counted."""
    return len("".join(text.split()))


def longest_run(text: str) -> int:
    """Characters of the longest run of common Chinese characters, or of any beyond them."""
    bounds = np.flatnonzero(code_points(text) < 0x4E00)
    return int(np.diff(bounds, prepend=-1, append=len(text)).max()) - 1


def has_repeats(text: str) -> bool:
    """Whether a common Chinese character, or one beyond them, stands three times in a row."""
    codes = code_points(text)
    same = codes[1:] == codes[:-1]
    return bool((same[1:] & same[:-1] & (codes[2:] >= 0x4E00)).any())


def code_points(text: str) -> np.ndarray:
    """The code point of each character of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def lines(text: str) -> list[tuple[int, int]]:
    """Spans of the non-blank lines of a normalised text, without the blanks around them."""
    return [line.span() for line in _LINE.finditer(text.replace("\r", "\n"))]


def masked(text: str, spans: Iterable[tuple[int, int]], sign: str) -> str:
    """A text with a sign for each character of some spans, which stand in order and may overlap."""
    kept, place = [], 0
    for start, end in spans:
        if end > place:
            kept += [text[place:start], sign * (end - max(place, start))]
            place = end
    return "".join([*kept, text[place:]])


def lstrip(text: str, start: int, end: int) -> int:
    """The start of ``text[start:end]`` without the blanks at its start."""
    while start < end and text[start].isspace():
        start += 1
    return start


def rstrip(text: str, start: int, end: int) -> int:
    """The end of ``text[start:end]`` without the blanks at its end."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
