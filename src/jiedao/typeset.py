"""A table as a file: for a spreadsheet, Word, LaTeX or Markdown.

The same table gives the same bytes on every run. Nothing in it is taken for a formula, a command or markup.
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pandas as pd

from jiedao import JiedaoError
from jiedao.files import FORMULA, write_bytes
from jiedao.lexicon import read_columns

EXTRA = 'writing {} needs more packages; install them with: pip install "jiedao[export]"'
MOST = {".docx": (32_767, 63), ".xlsx": (1_048_576, 16_384)}  # rows and columns that the programs take
LONGEST_CELL = 32_767
LONG_TABLE, LONG_TEXT = 40, 40  # rows, after which a page may break; letters, after which a line may
MARGIN = 25  # mm
EPOCH = (1980, 1, 1, 0, 0, 0)
CJK = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]")


class Column(NamedTuple):
    """A column to write; its cells are None where empty, decimals is None where it holds text."""

    label: str
    cells: list[Any]
    decimals: int | None


def export(
    table: pd.DataFrame,
    path: str | Path,
    title: str = "",
    note: str = "",
    lang: str = "en",
    digits: int | None = None,
) -> None:
    """Write a table in the form that the suffix names: csv, xlsx, docx, tex or md; whole or not at all.

    Word gets a three-line table (三线表), LaTeX one with booktabs; both, and Markdown, with title and note.
    In xlsx these stand on a second sheet, in csv not at all.

    Parameters
    ----------
    table : DataFrame
        Its index is left out.
    path : str or Path
    title, note : str
        What stands above and below the table.
    lang : str
        ``zh`` or ``en``: the language of the words that are added.
    digits : int, optional
        Decimals of numbers that are not whole, more where a column would lose its first digits; default: 6.

    Raises
    ------
    JiedaoError
        If the suffix is none of these, a package is missing, or the table is too large for the form.
    """
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise JiedaoError(f"{path}: no form of a table; end the name in {', '.join(_WRITERS)}")
    rows, columns = MOST.get(path.suffix.lower(), (math.inf, math.inf))
    if not len(table.columns) or len(table) + 1 > rows or len(table.columns) > columns:
        size = f"{len(table):,} rows and {len(table.columns):,} columns"
        raise JiedaoError(f"{path}: cannot hold {size}; write it as .csv or choose fewer")
    said = (_clean(title), _clean(note) and read_columns()["note="][lang] + _clean(note))
    try:
        data = writer(_columns(table, digits), *said, path.stem)
    except ImportError:
        raise JiedaoError(f"{path}: {EXTRA.format(path.suffix)}") from None
    write_bytes(path, data)


def _columns(table: pd.DataFrame, digits: int | None) -> list[Column]:
    columns = []
    for i, label in enumerate(table.columns):
        cells = table.iloc[:, i]
        if pd.api.types.is_bool_dtype(cells) or not pd.api.types.is_numeric_dtype(cells):
            texts = [None if _is_missing(v) else _printable(str(v)) for v in cells]
            columns.append(Column(_clean(str(label)), texts, None))
            continue
        numbers = [None if _is_missing(v) or not math.isfinite(v) else v for v in cells.tolist()]
        columns.append(Column(_clean(str(label)), *_rounded(numbers, digits)))
    return columns


def _rounded(numbers: Sequence[float | None], digits: int | None) -> tuple[list[float | None], int]:
    """Numbers with the decimals they get. Those of a column that mostly counts get none where whole."""
    there = [n for n in numbers if n]
    whole = sum(n == int(n) for n in there)
    cells = [int(n) if n is not None and n == int(n) and whole > len(there) / 2 else n for n in numbers]
    if whole == len(there):
        return [None if n is None else int(n) for n in numbers], 0
    if digits is None:
        return cells, 6
    first = math.floor(math.log10(max(map(abs, there))))
    return cells, digits if first >= -digits else min(6, digits - 1 - first)


def _is_missing(value: object) -> bool:
    return (
        value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))
    )


def _printable(text: str) -> str:
    """Without what no XML may hold: control characters, halves of characters, non-characters."""
    return "".join(
        c
        for c in text
        if c in "\n\t" or (unicodedata.category(c) not in ("Cc", "Cs") and c not in "\ufffe\uffff")
    )


def _clean(text: str) -> str:
    """On one line."""
    return " ".join(_printable(text).split())


def _written(column: Column, minus: str = "\u2212") -> list[str]:
    """The cells of a column as text on one line; a number too small for its decimals is said to be so."""
    if column.decimals is None:
        return ["" if v is None else _clean(v) for v in column.cells]
    least = 10**-column.decimals
    small = f"<{least:.{column.decimals}f}"
    return [small if v and 0 < v < least / 2 else _number(v, column, minus) for v in column.cells]


def _number(value: float | None, column: Column, minus: str = "-") -> str:
    if value is None:
        return ""
    return (str(value) if isinstance(value, int) else f"{value:z.{column.decimals}f}").replace("-", minus)


def _as_csv(columns: list[Column], title: str, note: str, name: str) -> bytes:
    cells = [
        [_inert(v or "") for v in c.cells] if c.decimals is None else [_number(v, c) for v in c.cells]
        for c in columns
    ]
    lines = StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    writer.writerow([_inert(c.label) for c in columns])
    writer.writerows(zip(*cells, strict=True))
    return lines.getvalue().encode("utf-8")


def _inert(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


# --- spreadsheets


def _as_xlsx(columns: list[Column], title: str, note: str, name: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = re.sub(r"[\[\]:*?/\\']", " ", name)[:31].strip() or "table"
    sheet.freeze_panes = "A2"
    for i, column in enumerate(columns, 1):
        head = _put(sheet.cell(1, i), column.label)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top", horizontal=_side(column))
        for row, value in enumerate(column.cells, 2):
            if value is not None and column.decimals is not None:
                whole = isinstance(value, int)
                cell = sheet.cell(row, i, value if whole else round(value, column.decimals))
                cell.number_format = "0" if whole else f"0.{'0' * column.decimals}"
            elif value is not None:
                _put(sheet.cell(row, i), value)
        sheet.column_dimensions[get_column_letter(i)].width = min(60, _width(column) + 2)
    if title or note:
        about = book.create_sheet("about")
        for row, text in enumerate(filter(None, (title, note)), 1):
            _put(about.cell(row, 1), text)
    book.properties.creator = "jiedao"
    written = BytesIO()
    book.save(written)
    return _timeless(written.getvalue())


def _put(cell: Any, text: str) -> Any:
    """Put a text into a cell, and have the spreadsheet leave it a text, also when it is edited."""
    if len(text) > LONGEST_CELL:
        raise JiedaoError(f"{text[:20]}…: too long for a cell of a spreadsheet; write the table as .csv")
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(FORMULA)
    return cell


def _timeless(archive: bytes) -> bytes:
    """An Office file without the times at which it was written."""
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            data = old.read(member)
            if member.filename == "docProps/core.xml":
                data = re.sub(
                    rb"(<dcterms:(created|modified)[^>]*>)[^<]*", rb"\g<1>1980-01-01T00:00:00Z", data
                )
            new.writestr(zipfile.ZipInfo(member.filename, EPOCH), data, zipfile.ZIP_DEFLATED)
    return written.getvalue()


# --- Word


def _as_docx(columns: list[Column], title: str, note: str, name: str) -> bytes:
    from docx import Document
    from docx.enum.section import WD_ORIENT
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import parse_xml
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    document = Document()
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(9)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    normal.paragraph_format.space_after = Pt(0)
    document.core_properties.author, document.core_properties.title = "jiedao", title
    document.core_properties.comments = ""
    widths = [min(40, _width(c)) + 2 for c in columns]
    page, (width, height) = document.sections[0], (Mm(210), Mm(297))
    if sum(widths) > 100:
        page.orientation, width, height = WD_ORIENT.LANDSCAPE, height, width
    page.page_width, page.page_height = width, height
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = Mm(MARGIN)
    above = document.add_paragraph()
    above.alignment, above.paragraph_format.keep_with_next = WD_ALIGN_PARAGRAPH.CENTER, True
    above.paragraph_format.space_after = Pt(4)
    run = above.add_run(title)
    run.bold, run.font.size = True, Pt(10.5)
    room = (width - 2 * Mm(MARGIN)) // 635  # twentieths of a point
    table = _word_table(columns, [room * w // sum(widths) for w in widths])
    above._p.addnext(parse_xml(table))
    below = document.add_paragraph(note)
    below.paragraph_format.space_before = Pt(4)
    written = BytesIO()
    document.save(written)
    return _timeless(written.getvalue())


def _word_table(columns: list[Column], widths: Sequence[int]) -> str:
    """A three-line table: rules of 1.5 pt above and below, 0.75 pt under the head, no others."""
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    head = _word_row([c.label for c in columns], columns, widths, head=True)
    body = "".join(_word_row(row, columns, widths) for row in zip(*map(_written, columns), strict=True))
    rules = "".join(
        f'<w:{side} w:val="single" w:sz="12" w:space="0" w:color="000000"/>' for side in ("top", "bottom")
    )
    return (
        '<w:tbl xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:tblPr>'
        '<w:tblW w:w="5000" w:type="pct"/><w:jc w:val="center"/>'
        f"<w:tblBorders>{rules}</w:tblBorders></w:tblPr>"
        f"<w:tblGrid>{grid}</w:tblGrid>{head}{body}</w:tbl>"
    )


def _word_row(texts: Sequence[str], columns: list[Column], widths: Sequence[int], head: bool = False) -> str:
    rule = '<w:tcBorders><w:bottom w:val="single" w:sz="6" w:space="0" w:color="000000"/></w:tcBorders>'
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{rule if head else ""}</w:tcPr>'
        f'<w:p><w:pPr><w:jc w:val="{_side(column)}"/></w:pPr>{_word_run(text, head)}</w:p></w:tc>'
        for text, column, width in zip(texts, columns, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def _word_run(text: str, bold: bool) -> str:
    # The hint makes signs that both scripts share, such as “ ”, Chinese ones beside Chinese.
    look = ('<w:rFonts w:hint="eastAsia"/>' if CJK.search(text) else "") + ("<w:b/>" if bold else "")
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _side(column: Column) -> str:
    return "left" if column.decimals is None else "right"


def _width(column: Column) -> int:
    """How wide a column's longest text is, in Latin letters."""
    texts = [column.label, *_written(column)]
    return max(sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text) for text in texts)


# --- LaTeX


_TEX = {c: f"\\{c}" for c in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"\char34{}",
    "\u2212": "$-$",
    "\u2020": r"\dag{}",
    "\u2021": r"\ddag{}",
}
_TEX_SIGNS = re.compile("[" + re.escape("".join(_TEX)) + r"]|-(?=-)|'(?=')|,(?=,)|^[\[*]")


def tex(text: str) -> str:
    """A text for LaTeX, every sign of which is printed as it is."""
    # A bracket or star after the end of the row before would be its argument; -- is joined to one sign.
    return _TEX_SIGNS.sub(lambda sign: _TEX.get(sign[0], f"{{{sign[0]}}}"), text)


def _as_tex(columns: list[Column], title: str, note: str, name: str) -> bytes:
    rows = [" & ".join(map(tex, row)) + r" \\" for row in zip(*map(_written, columns), strict=True)]
    long = len(rows) > LONG_TABLE
    head = " & ".join(tex(c.label) for c in columns) + r" \\"
    wide = [c.decimals is None and _width(c) > LONG_TEXT for c in columns]
    share = min(0.3, 0.9 / max(1, sum(wide)))  # of the line, which several share
    form = "".join(
        rf"p{{{share:.2g}\linewidth}}" if w else _side(c)[0] for w, c in zip(wide, columns, strict=True)
    )
    label = f"\\label{{tab:{re.sub('[^A-Za-z0-9-]+', '-', name)}}}"
    caption = [rf"\caption{{{tex(title)}}}", label]
    below = [r"\par\smallskip", rf"{{\footnotesize {tex(note)}\par}}"] if note else []
    if long:
        lines = [
            r"\begingroup\small",
            rf"\begin{{longtable}}{{{form}}}",
            "".join(caption) + r"\\",
            r"\toprule",
        ]
        lines += [head, r"\midrule", r"\endhead", r"\bottomrule", r"\endlastfoot", *rows]
        lines += [r"\end{longtable}", *below, r"\endgroup"]
    else:
        lines = [
            r"\begin{table}[htbp]",
            r"\centering\small",
            *caption,
            rf"\begin{{tabular}}{{{form}}}",
            r"\toprule",
        ]
        lines += [head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}", *below, r"\end{table}"]
    needs = ["% In the preamble: \\usepackage{booktabs}" + ("\\usepackage{longtable}" if long else "")]
    if CJK.search("".join(lines)):
        needs.append("% Chinese: \\usepackage{ctex}, or xeCJK with a font; compile with XeLaTeX or LuaLaTeX.")
    return ("\n".join([*needs, *lines]) + "\n").encode("utf-8")


# --- Markdown


_MARKUP = re.compile(r"([\\`*_{}\[\]#$~|!])")


def markdown(text: str) -> str:
    """A text for Markdown, every sign of which is printed as it is."""
    return _MARKUP.sub(r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _as_markdown(columns: list[Column], title: str, note: str, name: str) -> bytes:
    rows = [[c.label for c in columns], *zip(*map(_written, columns), strict=True)]
    lines = [f"| {' | '.join(map(markdown, row))} |" for row in rows]
    lines.insert(1, "|" + "|".join(" --- " if c.decimals is None else " ---: " for c in columns) + "|")
    above, below = ([f"**{markdown(title)}**", ""] if title else []), (["", markdown(note)] if note else [])
    return "\n".join([*above, *lines, *below, ""]).encode("utf-8")


_WRITERS: dict[str, Callable[[list[Column], str, str, str], bytes]] = {
    ".csv": _as_csv,
    ".xlsx": _as_xlsx,
    ".docx": _as_docx,
    ".tex": _as_tex,
    ".md": _as_markdown,
}
FORMATS = tuple(suffix[1:] for suffix in _WRITERS)
