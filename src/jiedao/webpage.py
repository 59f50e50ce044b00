"""The report in a saved web page, and what the page states about it.

trafilatura knows which part of a page is its article, but drops lines of it now and then. So the visible
text is walked here, and trafilatura only says where in it the report stands.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from typing import Any

import lxml.html
import trafilatura

from jiedao import JiedaoError
from jiedao.clean import MARKS, Span, lines, normalise
from jiedao.furniture import line_kind, opens_value
from jiedao.ingest import CJK, Extracted, squeeze, table_row
from jiedao.page import NUMBERED, SIGNED_DATE, TITLE_WORD, page_metadata

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre "
    "section summary table tbody td tfoot th thead tr ul".split()
)
UNSEEN = frozenset(
    "audio button canvas datalist embed head iframe map noscript object option rp rt script select style svg "
    "template textarea title video".split()
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_WIDE = r"[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef“”‘’…—]"
_BROKEN_LINE = re.compile(rf"(?<={_WIDE})[ \t\r\f]*\n[ \t\r\n\f]*(?={_WIDE})")
_SENTENCE_END = re.compile(r"[。！？；：!?;:][”’」』）)\]】]*$")
# What sites' <meta> tags say, under the labels of an index block.
META_LABELS = {
    "pubdate": "发布时间",
    "publishdate": "发布时间",
    "article:published_time": "发布时间",
    "contentsource": "来源",
    "source": "来源",
    "indexnumber": "索引号",
    "publisher": "发布机构",
}
# How far above the report its index block may stand, in lines.
HEAD_LINES = 40


@dataclass
class Line:
    """A visible line, whether it is mostly links, and the innermost block it stands in."""

    text: str
    linked: bool
    block: Any

    def within(self, *tags: str) -> bool:
        """Whether it stands in such an element."""
        return any(e.tag in tags for e in (self.block, *self.block.iterancestors()))

    @property
    def running(self) -> bool:
        """Whether it is a sentence of a text for sure."""
        return len(CJK.findall(self.text)) >= 20 and _SENTENCE_END.search(self.text) is not None


@dataclass
class _Walk:
    """Lines of visible text, as they are found."""

    done: list[Line] = field(default_factory=list)
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    block: Any = None

    def add(self, text: str | None, linked: bool, kept: bool = False) -> None:
        """Add a text node; where line ends are kept (<pre>) each one closes the line."""
        first, *others = (text or "").split("\n") if kept else [_BROKEN_LINE.sub("", text or "")]
        self.pieces.append((first, linked))
        for other in others:
            self.close()
            self.pieces.append((other, linked))

    def close(self) -> None:
        """End the line."""
        text = re.sub(r"[ \t\r\n\f]+", " ", "".join(piece for piece, _ in self.pieces)).strip()
        if text:
            linked = sum(len(piece.strip()) for piece, linked in self.pieces if linked) > len(text) / 2
            self.done.append(Line(text, linked, self.block))
        self.pieces = []


def read_mhtml(data: bytes, name: str) -> Extracted:
    """Read the page in a file that a browser saved whole (.mht, .mhtml)."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    pages = [part for part in message.walk() if part.get_content_type() in ("text/html", "text/xhtml")]
    if not pages:
        raise JiedaoError(f"{name}: a saved page without its HTML; save it again as a single HTML file")
    url = str(message.get("Snapshot-Content-Location") or pages[0].get("Content-Location") or "")
    charset = pages[0].get_content_charset()
    return read_html(pages[0].get_payload(decode=True), name, charset, url)


def read_html(data: bytes, name: str, charset: str | None = None, url: str = "") -> Extracted:
    """Read the report in a web page.

    Parameters
    ----------
    data : bytes
        The page as saved.
    name : str
        What to call the file in an error.
    charset : str, optional
        The encoding that its envelope declares.
    url : str
        Where it was saved from, if known.

    Returns
    -------
    Extracted

    Raises
    ------
    JiedaoError
        If the page holds no running text.
    """
    source, notes = _decode(data, charset, name)
    tree = _parse(source)
    visible = [] if tree is None else _visible_lines(tree)
    if tree is None or not any(re.search("[。！？；]", line.text) or line.running for line in visible):
        raise JiedaoError(
            f"{name}: the page holds no running text; save it when it has loaded in full, "
            "or save the file that it links to"
        )
    metas = _metas(tree)
    addresses = [*tree.xpath("//link[@rel='canonical']/@href"), metas.get("og:url", ""), url]
    addresses += re.findall(r"<!--\s*saved from url=\(\d+\)(\S+)", source[:4096])
    first, last = _report(visible, _kept_by_trafilatura(tree))
    title = _title(tree, visible[max(0, first - HEAD_LINES) : first + 3], metas)
    stated = _stated(visible, first, last, metas, title)
    stated["source_url"] = next((a for a in addresses if re.match(r"https?://\S+$", a)), "")
    text = [line.text for line in visible[first:last]]
    if title and squeeze(title) not in squeeze("".join(text)):
        text.insert(0, title)
    left_out = [line.text for line in visible[:first] + visible[last:] if line.running and not line.linked]
    if left_out:
        notes.append(f"other text on the page is left out (lines: {len(left_out)}): {left_out[0][:20]}…")
    return Extracted("\n".join(text), stated, notes)


def _decode(data: bytes, charset: str | None, name: str) -> tuple[str, list[str]]:
    for encoding, mark in MARKS:
        if data.startswith(mark):
            data, encodings = data[len(mark) :], [encoding]
            break
    else:
        found = re.search(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)""", data[:8192], re.I)
        declared = (charset or (found[1].decode("ascii") if found else "")).lower()
        # What decodes as UTF-8 is UTF-8, whatever it declares; that it is Latin is declared by default.
        latin = re.match("iso-8859-1$|latin|windows-1252|(?:us-)?ascii|gb", declared)
        encodings = ["utf-8", *([] if latin or not declared else [declared]), "gb18030"]
    for encoding in encodings:
        with suppress(UnicodeDecodeError, LookupError):
            return data.decode(encoding), []
    text = min((data.decode(e, "replace") for e in {encodings[0], encodings[-1]}), key=_lost)
    if _lost(text) > max(3, len(text) / 1000):
        raise JiedaoError(f"{name}: not a page in UTF-8 or GB 18030; save it again from the browser")
    return text, [f"{_lost(text)} characters of the page are damaged and stand as \ufffd"]


def _lost(text: str) -> int:
    return text.count("\ufffd")


def _parse(source: str) -> Any:
    source = re.sub(r"^\s*<\?xml[^>]*>", "", source.replace("\0", ""))
    # Without huge_tree everything nested deeper than 255 is dropped in silence.
    parser = lxml.html.HTMLParser(huge_tree=True)
    with suppress(lxml.etree.ParserError):
        return lxml.html.document_fromstring(source, parser=parser)
    return None


def _visible_lines(tree: Any) -> list[Line]:
    walk = _Walk(block=tree)
    _visit(tree, walk, False, False)
    walk.close()
    return walk.done


def _visit(element: Any, walk: _Walk, linked: bool, kept: bool) -> None:
    """Add what an element shows; recursion bounds how deep pages may nest."""
    tag = element.tag
    if not isinstance(tag, str) or tag in UNSEEN or _is_hidden(element):
        return
    if tag == "br":
        walk.close()
        return
    above = walk.block
    linked = linked or (tag == "a" and bool(element.get("href")))
    kept = kept or tag == "pre"
    if tag in BLOCKS:
        walk.close()
        walk.block = element
    cells = list(element.iterchildren("td", "th")) if tag == "tr" else []
    if cells:
        _add_row(element, cells, walk, linked)
    else:
        walk.add(element.text, linked, kept)
        for child in element:
            _visit(child, walk, linked, kept)
            walk.add(child.tail, linked, kept)
    if tag in BLOCKS:
        walk.close()
        walk.block = above


def _add_row(row: Any, cells: list[Any], walk: _Walk, linked: bool) -> None:
    inside = []
    for cell in cells:
        part = _Walk(block=cell)
        _visit(cell, part, linked, False)
        inside.append(part.done)
    found = [line for part in inside for line in part]
    joined = table_row([[line.text for line in part] for part in inside])
    if len(joined) == len(found):
        walk.done += found
    else:
        walk.done += [Line(text, all(line.linked for line in found), row) for text in joined]


def _is_hidden(element: Any) -> bool:
    if element.tag == "dialog" and element.get("open") is None:
        return True
    # WeChat hides its articles until a script shows them.
    hidden = _HIDDEN.search(element.get("style", "")) and element.get("id") != "js_content"
    return bool(hidden) or element.get("hidden") is not None


def _kept_by_trafilatura(tree: Any) -> list[str]:
    """The lines that trafilatura takes for the article; none if it fails, for the walk does without."""
    with suppress(Exception):
        text = trafilatura.extract(
            tree, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False
        )
        return [squeeze(line) for line in (text or "").splitlines()]
    return []


def _report(visible: list[Line], kept: list[str]) -> tuple[int, int]:
    """Where the report stands among the visible lines, half-open.

    Of all stretches that one with most running text, lists of links counting against it; then, at both
    ends, the neighbours that trafilatura kept or that stand in the same block, up to the next link. Where
    the report has no block of its own, they must not look like site furniture.
    """
    whole, single = "".join(kept), set(kept)
    counted = [line.running and squeeze(line.text) in whole for line in visible]
    if not any(counted):
        counted = [line.running for line in visible]
    if not any(counted):
        counted = [re.search("[。！？；]", line.text) is not None for line in visible]
    best, total, start = (0, 0, 0), 0, 0
    for i, line in enumerate(visible):
        if total <= 0:
            total, start = 0, i
        if counted[i]:
            total += len(line.text)
        elif line.linked:
            total -= len(line.text) + 10
        if total > best[0]:
            best = (total, start, i + 1)
    _, first, last = best
    shared = _shared_block(visible[first:last])

    loose = shared.tag in ("body", "html", "form")

    def belongs(line: Line) -> bool:
        inside = line.block is shared or any(e is shared for e in line.block.iterancestors())
        if line.linked or (inside and not loose):
            return not line.linked
        if line.within("nav", "aside", "footer"):
            return False
        plain = normalise(line.text)
        furniture = line_kind(plain) is not None and not re.fullmatch(SIGNED_DATE, plain)
        return not furniture and (inside or squeeze(plain) in single)

    while first > 0 and belongs(visible[first - 1]):
        first -= 1
    while last < len(visible) and belongs(visible[last]):
        last += 1
    return first, last


def _shared_block(report: list[Line]) -> Any:
    """The innermost element that holds all these lines."""
    paths = [[line.block, *line.block.iterancestors()][::-1] for line in report]
    same = [level[0] for level in zip(*paths, strict=False) if all(e is level[0] for e in level)]
    return same[-1]


def _metas(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        label = (meta.get("name") or meta.get("property") or "").strip().lower()
        value = " ".join((meta.get("content") or "").split())
        if label and value:
            found.setdefault(label, value)
    for shown in tree.xpath("//*[@id='publish_time']"):  # WeChat has no tag for it
        found.setdefault("pubdate", " ".join(shown.text_content().split()))
    return found


def _title(tree: Any, above: list[Line], metas: dict[str, str]) -> str:
    """The report's title: as the site tags it; a first heading above the report; a line there that the page's
    title holds; a lesser heading; or the page's title less the site's name.
    """
    if "articletitle" in metas:
        return metas["articletitle"]
    page = " ".join((tree.findtext(".//title") or "").split())
    named = [
        x for x in above if re.search(TITLE_WORD, x.text) and not (x.linked or line_kind(normalise(x.text)))
    ]
    in_page = [x.text for x in named if squeeze(x.text) in squeeze(page) and len(x.text) >= 8]
    for tag in ("h1", "", "h2", "h3"):
        if in_page and not tag:
            return max(in_page, key=len)
        headings = [line for line in above if line.block.tag == tag and not line.linked]
        for _, parts in groupby(headings, key=lambda line: line.block):
            heading = "".join(line.text for line in parts)
            meant = re.search(TITLE_WORD, heading) or squeeze(heading) in squeeze(page)
            if meant and not NUMBERED.match(normalise(heading)):
                return heading
    shown = squeeze("".join(line.text for line in above))
    candidates = list(_pieces(metas.get("og:title", ""))) + list(_pieces(page))
    candidates = [p for p in candidates if re.search(TITLE_WORD, p) and squeeze(p) in shown]
    return max(candidates, key=len, default="")


def _pieces(title: str) -> Iterator[str]:
    """The parts of a page's title between the signs that set off the site's name."""
    for piece in re.split(r"\s*[_|丨]+\s*|\s+[-–—]+\s+|(?<![\d-])-(?!-)|(?<!-)-(?![\d-])", title):
        if piece.strip():
            yield piece.strip()


def _stated(visible: list[Line], first: int, last: int, metas: dict[str, str], title: str) -> dict[str, str]:
    """What <meta> tags, and the labels around the report, say of it."""
    running = [i for i in range(first, last) if visible[i].running] or [first]
    around = visible[max(0, first - HEAD_LINES) : running[0]] + visible[running[-1] + 1 : last + HEAD_LINES]
    tagged = [f"{META_LABELS[k]}: {v}" for k, v in metas.items() if k in META_LABELS]
    text = normalise("\n".join(tagged + list(_labelled([line.text for line in around if not line.linked]))))
    found = page_metadata(text, [Span(a, b, "index block") for a, b in lines(text)], title or None)
    return {"title": title} | {k: found[k] or "" for k in ("published", "index_no", "publisher", "source")}


def _labelled(around: list[str]) -> Iterator[str]:
    """Lines of site furniture; a label is brought together with the value on the next line or cell."""
    plain = [re.sub(r"[:|]\s*\|", ":", normalise(line)) for line in around]
    for line, following in zip_longest(plain, plain[1:], fillvalue=""):
        if (
            opens_value(line)
            and len(following) <= 40
            and not (line_kind(following) or opens_value(following))
        ):
            yield f"{line.rstrip(' :|')}: {following}"
        elif line_kind(line):
            yield line
