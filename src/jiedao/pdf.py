"""The report in a PDF: its text in reading order, without page furniture, wrapped lines joined again."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from io import BytesIO
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

from pypdf import PdfReader
from pypdf.errors import DependencyError

from jiedao import JiedaoError
from jiedao.clean import normalise
from jiedao.headings import MARKER
from jiedao.ingest import CJK, OCR, Extracted, join_wrapped, own_title
from jiedao.page import TITLE_WORD

# A page with fewer characters holds a number or a stamp, and no text.
SHORTEST_PAGE = 10
EDGE_LINES = 2
LONGEST_EDGE_LINE = 40
_CLOSED = re.compile(r"[。！？；：!?;:][”’」』）)】》]*$")
_PAGE_NUMBER = re.compile(r"[-—–－·]+#[-—–－·]+|第#页(?:[/,，]?共#页)?")
_LEADERS = re.compile(r"[.．·…⋯]{6,}\s*\d+$")


class Line(NamedTuple):
    """A printed line: its text, where it begins, ends and stands on the page, its size, and the page."""

    text: str
    left: float
    right: float
    height: float
    size: float
    page: int


def read_pdf(data: bytes, name: str) -> Extracted:
    """Read the report in a PDF.

    Parameters
    ----------
    data : bytes
        The file as it is.
    name : str
        What to call the file in an error.

    Returns
    -------
    Extracted

    Raises
    ------
    JiedaoError
        If the file is protected, holds pictures of pages only, or hides its text.
    """
    reader = PdfReader(BytesIO(data))
    protected = f"{name}: protected by a password; remove the password and save it again"
    try:
        if reader.is_encrypted and not reader.decrypt(""):
            raise JiedaoError(protected)
        pages = [_page_lines(page, i) for i, page in enumerate(reader.pages)]
    except DependencyError:  # a cipher that needs one more package
        raise JiedaoError(protected) from None
    notes = _check_pages(pages, name) + _check_glyphs(pages, name)
    pages, dropped = _drop_page_furniture(pages)
    if dropped:
        notes.append(f"page headers, footers, numbers and contents are left out (lines: {dropped})")
    text = "\n".join(_join([line for page in pages for line in page]))
    title = reader.metadata.title if reader.metadata else None
    return Extracted(text, {"title": own_title(str(title or ""), text)}, notes)


def _page_lines(page: Any, number: int) -> list[Line]:
    """The lines of a page, with the places where their pieces were printed."""
    found: list[Line] = []
    pieces: list[tuple[str, float, float, float]] = []

    def close() -> None:
        text = "".join(piece[0] for piece in pieces)
        printed = [piece for piece in pieces if piece[0].strip()]
        if printed:
            (_, left, height, _), (last, at, _, size) = printed[0], printed[-1]
            largest = max(piece[3] for piece in printed)
            found.append(Line(text.rstrip(), left, at + size * _ems(last), height, largest, number))
        pieces.clear()

    def visit(text: str, outer: list[float], inner: list[float], _font: Any, size: float) -> None:
        a, b, c, d, e, f = outer
        x, y = inner[4] * a + inner[5] * c + e, inner[4] * b + inner[5] * d + f
        size *= math.sqrt(abs((inner[0] * inner[3] - inner[1] * inner[2]) * (a * d - b * c)))
        first, *others = text.split("\n")
        pieces.append((first, x, y, size))
        for other in others:
            close()
            pieces.append((other, x, y, size))

    page.extract_text(visitor_text=visit)
    close()
    return found


def _ems(text: str) -> float:
    """The width of a text in heights of its type: a Chinese character one, a Latin one a half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def _check_pages(pages: list[list[Line]], name: str) -> list[str]:
    sizes = [sum(len(line.text.strip()) for line in page) for page in pages]
    empty = [i + 1 for i, size in enumerate(sizes) if size < SHORTEST_PAGE]
    if len(empty) > 0.8 * len(pages) or not pages:
        raise JiedaoError(f"{name}: holds pictures of pages and no text; {OCR}")
    if not empty:
        return []
    return [
        f"no text on {'page' if len(empty) == 1 else 'pages'} {', '.join(map(str, empty))}, perhaps pictures"
    ]


def _check_glyphs(pages: list[list[Line]], name: str) -> list[str]:
    text = "".join("".join(line.text.split()) for page in pages for line in page)
    lost = sum(c == "\ufffd" or unicodedata.category(c) in ("Co", "Cc", "Cs", "Cn") for c in text)
    if lost > 0.2 * len(text) or len(CJK.findall(text)) < 0.1 * len(text):
        raise JiedaoError(f"{name}: no Chinese text can be read, as its fonts hide the text; {OCR}")
    return [f"{lost} characters cannot be read, as the file's fonts hide them"] if lost else []


def _drop_page_furniture(pages: list[list[Line]]) -> tuple[list[list[Line]], int]:
    """Pages without the lines that repeat at their edges, digits apart, and how many were dropped."""
    at_edges = [[page[i] for i in sorted(_edges(page))] for page in pages]
    keys = Counter(
        key for edge in at_edges for key in {(_edge_key(line), round(line.height)) for line in edge}
    )
    # Pages to the left and to the right may differ.
    often = {key for key, n in keys.items() if n >= max(2, 0.4 * len(pages))}
    dropped, title_seen = set(), False
    for line in (line for edge in at_edges for line in edge):
        key = _edge_key(line)
        if _PAGE_NUMBER.fullmatch(key):
            dropped.add(line)
        elif (key, round(line.height)) in often and not (len(key) > LONGEST_EDGE_LINE or _CLOSED.search(key)):
            # A running header may be all there is of the title.
            if title_seen or not re.search(TITLE_WORD, key):
                dropped.add(line)
            title_seen = title_seen or line not in dropped
    dropped |= {line for page in pages for line in page if _LEADERS.search(line.text)}
    return [[line for line in page if line not in dropped] for page in pages], len(dropped)


def _edges(page: list[Line]) -> set[int]:
    return {i for i in range(len(page)) if i < EDGE_LINES or i >= len(page) - EDGE_LINES}


def _edge_key(line: Line) -> str:
    return re.sub(r"\d+", "#", "".join(line.text.split()))


class _Layout(NamedTuple):
    """A document's right edge and left margin, its size of type, and whether paragraphs are indented."""

    edge: float
    margin: float
    body: float
    indented: bool


def _join(printed: list[Line]) -> list[str]:
    """Paragraphs, from printed lines: what only the width of the page had broken is joined."""
    if not printed:
        return []
    layout = _layout(printed)
    paragraphs = [[line.text] for line in printed[:1]]
    for above, line in pairwise(printed):
        if _goes_on(above, line, layout) or _is_wrapped_title(above, line, layout.body):
            paragraphs[-1].append(line.text)
        else:
            paragraphs.append([line.text])
    return [whole for whole in map(join_wrapped, paragraphs) if whole]


def _layout(printed: list[Line]) -> _Layout:
    body = median(line.size for line in printed for _ in line.text)
    rights = sorted(line.right for line in printed if math.isclose(line.size, body, rel_tol=0.1))
    edge = rights[math.ceil(0.95 * (len(rights) - 1))] if rights else 0.0
    full, short = [], []
    for above, line in pairwise(printed):
        if not _reaches(above, edge):
            short.append(line)
        elif not _CLOSED.search(above.text):
            full.append(line)
    # Most lines that follow a full one go on with it and show the margin; those after a short one do not.
    margin = median(line.left for line in full) if full else 0.0
    indented = sum(line.left > margin + line.size for line in short) > 0.7 * len(short)
    return _Layout(edge, margin, body, indented)


def _reaches(line: Line, edge: float) -> bool:
    """Whether a line reaches the right edge; signs that may not begin a line leave room for two."""
    return line.right >= edge - 2.2 * line.size


def _goes_on(above: Line, line: Line, layout: _Layout) -> bool:
    """Whether a line goes on with the paragraph of the line above."""
    indented = line.left > layout.margin + line.size or re.match(r"\s\s|\u3000", line.text)
    if indented or not _reaches(above, layout.edge) or not math.isclose(above.size, line.size, rel_tol=0.1):
        return False
    numbered = MARKER.match(normalise(line.text.strip())) is not None
    if _CLOSED.search(above.text):  # where a sentence ends at the edge, only indents tell
        return layout.indented and not numbered
    # A number opens a heading, unless the line above breaks off at a comma.
    return not numbered or above.text[-1] in "，、,"


def _is_wrapped_title(above: Line, line: Line, body: float) -> bool:
    """Whether both lines are of one title, which is larger than the text."""
    large = min(above.size, line.size) > 1.15 * body and math.isclose(above.size, line.size, rel_tol=0.02)
    opens = MARKER.match(normalise(line.text.strip())) or re.match(r"[(（\d]", line.text.strip())
    return large and above.page == line.page and not opens and not _CLOSED.search(above.text)
