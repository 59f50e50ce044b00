"""The report in a Word document: paragraphs and tables in order, with the numbers that Word makes itself.

Word keeps 一、 and （一） of a numbered heading out of the text, as a list whose numbers it counts when it
shows the page. The outline of a report hangs on these numbers, so they are counted here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import Any, NamedTuple

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

from jiedao.ingest import Extracted, own_title, table_row

# Deletions and what is not shown, by local name; a text box stands in two forms, of which Fallback is one.
UNSEEN = frozenset("del moveFrom rPr pPr instrText delText delInstrText Fallback rt".split())
SIGNS = {"tab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
WRAPPERS = frozenset("ins moveTo customXml smartTag sdt sdtContent AlternateContent Choice".split())


def read_docx(data: bytes) -> Extracted:
    """Read the report in a Word document, whose parts have been checked."""
    document = docx.Document(BytesIO(data))
    reader = _Reader(document)
    found = [line.strip() for block in reader.blocks(document.element.body) for line in block.split("\n")]
    text = "\n".join(filter(None, found))
    notes = []
    if reader.contents:
        notes.append(f"the table of contents is left out (lines: {reader.contents})")
    footnotes = list(document.element.body.iter(qn("w:footnoteReference"), qn("w:endnoteReference")))
    if footnotes:
        notes.append(f"footnotes are left out (there are {len(footnotes)})")
    return Extracted(text, {"title": own_title(document.core_properties.title, text)}, notes)


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _find(element: Any, path: str) -> Any:
    """What stands at a path below an element, or None."""
    return None if element is None else element.find("/".join(map(qn, path.split("/"))))


def _value(element: Any, path: str) -> str | None:
    """The w:val of what stands at a path below an element, if it stands there."""
    found = _find(element, path)
    return None if found is None else found.get(qn("w:val"))


class _Reader:
    """Walks a document's blocks, counting its lists."""

    def __init__(self, document: Any) -> None:
        self.contents = 0
        styles = document.styles.element.findall(qn("w:style"))
        self._styles = {style.get(qn("w:styleId")): style for style in styles}
        self._lists = _Lists(document, self._styles)
        self._carried = ""

    def blocks(self, container: Any) -> Iterator[str]:
        """Paragraphs and rows of tables, in order."""
        for child in container:
            kind = _local(child)
            if kind == "p":
                yield from self._paragraph(child)
            elif kind == "tbl":
                yield from self._table(child)
            elif kind in WRAPPERS:
                if _value(child, "w:sdtPr/w:docPartObj/w:docPartGallery") == "Table of Contents":
                    self.contents += sum(1 for _ in child.iter(qn("w:p")))
                else:
                    yield from self.blocks(child)

    def _paragraph(self, paragraph: Any) -> Iterator[str]:
        style = self._styles.get(_value(paragraph, "w:pPr/w:pStyle"))
        if re.match(r"toc \d", _value(style, "w:name") or "", re.I):
            self.contents += 1
            return
        boxes: list[Any] = []
        text = self._carried + "".join(_shown(paragraph, boxes))
        self._carried = ""
        if _find(paragraph, "w:pPr/w:rPr/w:del") is not None:
            self._carried = text  # its end is deleted: it goes on in the next paragraph
            return
        number = self._lists.number(paragraph)
        yield number + text.lstrip() if text.strip() else ""
        for box in boxes:
            yield from self.blocks(box)

    def _table(self, table: Any) -> Iterator[str]:
        for row in self._parts(table, "tr"):
            cells = []
            for cell in self._parts(row, "tc"):
                merged = _find(cell, "w:tcPr/w:vMerge")
                if merged is None or merged.get(qn("w:val")) == "restart":
                    found = [line.strip() for block in self.blocks(cell) for line in block.split("\n")]
                    cells.append([line for line in found if line])
            yield from table_row(cells)

    def _parts(self, container: Any, wanted: str) -> Iterator[Any]:
        """The rows of a table, or the cells of a row, also those inside content controls."""
        for child in container:
            if _local(child) == wanted:
                if _find(child, "w:trPr/w:del" if wanted == "tr" else "w:tcPr/w:cellDel") is None:
                    yield child
            elif _local(child) in WRAPPERS:
                yield from self._parts(child, wanted)


def _shown(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The visible text below an element; the text boxes in it are put aside."""
    for child in element:
        kind = _local(child)
        if kind == "t":
            yield child.text or ""
        elif kind in SIGNS:
            yield SIGNS[kind]
        elif kind == "txbxContent":
            boxes.append(child)
        elif kind and kind not in UNSEEN and not (kind == "r" and _is_vanished(child)):
            yield from _shown(child, boxes)


def _is_vanished(run: Any) -> bool:
    mark = _find(run, "w:rPr/w:vanish")
    return mark is not None and mark.get(qn("w:val")) not in ("0", "false", "off")


class _Level(NamedTuple):
    """How one level of a list is numbered."""

    style: str
    pattern: str
    start: int
    spaced: bool
    restart: int | None
    legal: bool


class _Lists:
    """The automatic numbers of a document; lists of one definition go on counting together."""

    def __init__(self, document: Any, styles: dict[str, Any]) -> None:
        self._styles = styles
        self._nums: dict[str, Any] = {}
        self._abstract: dict[str, Any] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self._restarted: set[tuple[str, int]] = set()
        with suppress(KeyError):
            root = document.part.part_related_by(RELATIONSHIP_TYPE.NUMBERING).element
            self._nums = {n.get(qn("w:numId")): n for n in root.findall(qn("w:num"))}
            definitions = root.findall(qn("w:abstractNum"))
            self._abstract = {a.get(qn("w:abstractNumId")): a for a in definitions}

    def number(self, paragraph: Any) -> str:
        """The number before a paragraph, counted on; empty if it has none."""
        num_id, depth = self._place(paragraph)
        key, definition = self._definition(num_id)
        level = self._level(num_id, definition, depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(key, {})
        override = self._override(num_id, depth)
        fresh = _value(override, "w:startOverride")
        if fresh is not None and (num_id, depth) not in self._restarted:
            self._restarted.add((num_id, depth))
            counts[depth] = int(fresh)
        else:
            counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [d for d in counts if d > depth]:
            below = self._level(num_id, definition, deeper)
            if below is None or below.restart is None or below.restart > depth:
                del counts[deeper]
        return self._format(level, num_id, definition, counts)

    def _place(self, paragraph: Any) -> tuple[str, int]:
        """The list and the level of a paragraph, from itself or from its style."""
        depth = _value(paragraph, "w:pPr/w:numPr/w:ilvl")
        num_id = _value(paragraph, "w:pPr/w:numPr/w:numId")
        style_id = _value(paragraph, "w:pPr/w:pStyle")
        for _ in range(20):  # styles may be based on each other in a circle
            if num_id is not None or style_id is None:
                break
            style = self._styles.get(style_id)
            num_id = _value(style, "w:pPr/w:numPr/w:numId")
            if num_id is not None and depth is None:
                depth = _value(style, "w:pPr/w:numPr/w:ilvl") or self._depth_of_style(num_id, style_id)
            style_id = _value(style, "w:basedOn")
        return num_id or "0", int(depth or 0)

    def _depth_of_style(self, num_id: str, style_id: str) -> str:
        _, definition = self._definition(num_id)
        levels = [] if definition is None else definition.findall(qn("w:lvl"))
        bound = [lvl.get(qn("w:ilvl")) for lvl in levels if _value(lvl, "w:pStyle") == style_id]
        return bound[0] if bound else "0"

    def _definition(self, num_id: str) -> tuple[str, Any]:
        key = _value(self._nums.get(num_id), "w:abstractNumId") or ""
        definition = self._abstract.get(key)
        style = self._styles.get(_value(definition, "w:numStyleLink"))
        if style is not None:  # defined by a list style, which names another list
            num_id = _value(style, "w:pPr/w:numPr/w:numId") or ""
            key = _value(self._nums.get(num_id), "w:abstractNumId") or ""
            definition = self._abstract.get(key)
        return key, definition

    def _override(self, num_id: str, depth: int) -> Any:
        num = self._nums.get(num_id)
        found = [] if num is None else num.findall(qn("w:lvlOverride"))
        return next((o for o in found if o.get(qn("w:ilvl")) == str(depth)), None)

    def _level(self, num_id: str, definition: Any, depth: int) -> _Level | None:
        override = self._override(num_id, depth)
        found = [] if definition is None else definition.findall(qn("w:lvl"))
        own = [] if override is None else override.findall(qn("w:lvl"))
        lvl = next((e for e in [*own, *found] if e.get(qn("w:ilvl")) == str(depth)), None)
        if lvl is None:
            return None
        restart = _value(lvl, "w:lvlRestart")
        return _Level(
            style=_value(lvl, "w:numFmt") or "decimal",
            pattern=_value(lvl, "w:lvlText") or "",
            start=int(_value(lvl, "w:start") or 1),
            spaced=_value(lvl, "w:suff") != "nothing",
            restart=None if restart is None else int(restart),
            legal=lvl.find(qn("w:isLgl")) is not None,
        )

    def _format(self, level: _Level, num_id: str, definition: Any, counts: dict[int, int]) -> str:
        if level.style == "bullet":
            # Signs of symbol fonts have no code point of their own.
            return re.sub(r"[\ue000-\uf8ff]", "●", level.pattern)

        def count(match: re.Match[str]) -> str:
            depth = int(match[1]) - 1
            of = self._level(num_id, definition, depth)
            if of is None:
                return ""
            return numeral(counts.get(depth, of.start), "decimal" if level.legal else of.style)

        shown = re.sub(r"%([1-9])", count, level.pattern)
        # 1. and 2024 must not become 1.2024; after 一、 and （一） nothing is needed.
        spaced = level.spaced and shown and not re.search(r"[、）)】]$", shown)
        return shown + " " if spaced else shown


_DIGITS = "〇一二三四五六七八九"
_SERIES = {
    "lowerLetter": "abcdefghijklmnopqrstuvwxyz",
    "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedParen": "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇",
    "decimalEnclosedFullstop": "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛",
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
}
_SERIES["decimalEnclosedCircleChinese"] = _SERIES["decimalEnclosedCircle"]
_COUNTED = frozenset(
    "chineseCounting chineseCountingThousand japaneseCounting taiwaneseCountingThousand".split()
)
_FORMAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")


def numeral(n: int, style: str) -> str:
    """A number in one of Word's styles of numbering; in digits where the style is not known."""
    if style == "none":
        return ""
    if style in _SERIES and 1 <= n <= len(_SERIES[style]):
        return _SERIES[style][n - 1]
    if style in _COUNTED and 0 < n < 10_000:
        return _chinese(n)
    if style == "chineseLegalSimplified" and 0 < n < 10_000:
        return _chinese(n).translate(_FORMAL)
    if style in ("ideographDigital", "taiwaneseDigital", "japaneseDigitalTenThousand"):
        return "".join(_DIGITS[int(d)] for d in str(n))
    if style in ("lowerRoman", "upperRoman") and 0 < n < 4000:
        return _roman(n) if style == "upperRoman" else _roman(n).lower()
    if style == "decimalFullWidth":
        return str(n).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    return f"{n:02}" if style == "decimalZero" else str(n)


def _chinese(n: int) -> str:
    digits = str(n).zfill(4)
    whole = "".join(
        _DIGITS[int(d)] + (unit if d != "0" else "") for d, unit in zip(digits, "千百十 ", strict=True)
    )
    whole = re.sub("〇+", "零", whole.replace(" ", "")).strip("零")
    return whole.removeprefix("一") if 10 <= n < 20 else whole


def _roman(n: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    whole = ""
    for value, sign in zip(values, "M CM D CD C XC L XL X IX V IV I".split(), strict=True):
        whole += sign * (n // value)
        n %= value
    return whole
