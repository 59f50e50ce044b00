"""Fonts in PDF files: what is read of a font is kept for the next file.

A PDF holds the glyphs that it shows. fontTools, which cuts them out of the shipped fonts for matplotlib,
reads all 12,000 glyphs of a font for each file and makes up names for them, which takes longer than drawing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.ttLib.tables.DefaultTable import DefaultTable

_read = subset.load_font
_kept: dict[str, dict[str, DefaultTable]] = {}


@contextmanager
def fonts_kept() -> Iterator[None]:
    """Have fontTools take what it has read of a font before; what it writes stays the same."""
    subset.load_font = _load
    try:
        yield
    finally:
        subset.load_font = _read


class _Outlines(dict[str, bytes | Glyph]):
    """Outlines by glyph, as they stand in the file until one is asked for."""

    def __getitem__(self, name: str) -> Glyph:
        outline = super().__getitem__(name)
        if isinstance(outline, bytes):
            outline = self[name] = Glyph(outline)
        return outline


def _load(path: str, options: subset.Options, **how: object) -> TTFont:
    font = _read(path, options, **how)
    if font["post"].formatType != 3 or "glyf" not in font:
        return font  # not as the shipped ones: its glyphs have names, or outlines of another kind
    if path not in _kept:
        with _read(path, options, **how) as whole:
            whole.setGlyphOrder([str(i) for i in range(whole["maxp"].numGlyphs)])  # names that no file shows
            _kept[path] = {name: whole[name] for name in ("cmap", "glyf", "hmtx")}
            glyphs = whole["glyf"].glyphs
            whole["glyf"].glyphs = {name: getattr(glyph, "data", b"") for name, glyph in glyphs.items()}
            for characters in whole["cmap"].tables:
                characters.ensureDecompiled()
    font.tables |= {name: copy(table) for name, table in _kept[path].items()}
    font.setGlyphOrder(list(font["glyf"].glyphOrder))
    font["glyf"].glyphs = _Outlines(font["glyf"].glyphs)
    font["cmap"].tables = [copy(characters) for characters in font["cmap"].tables]
    return font
