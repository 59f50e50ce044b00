"""The font of the site: the shipped one, cut down to the characters that the site prints."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from html import unescape
from pathlib import Path

from fontTools import subset

logging.getLogger("fontTools").setLevel(logging.WARNING)  # Sphinx shows what others log
WEIGHTS = ("Regular", "Bold")


def used_characters(files: Iterable[Path]) -> str:
    """Every character of some files that prints or spaces, sorted; ASCII is always among them."""
    found = {chr(n) for n in range(0x20, 0x7F)}
    for path in files:
        found.update(unescape(path.read_text(encoding="utf-8")))
    return "".join(sorted(c for c in found if c.isprintable() or c.isspace()))


def write_subset(source: Path, target: Path, text: str) -> None:
    """Write the part of a font that prints a text, as WOFF2; the same text gives the same bytes."""
    options = subset.Options(flavor="woff2", hinting=False, layout_features=["kern", "palt", "locl"])
    options.recalc_timestamp = False
    font = subset.load_font(str(source), options)
    cutter = subset.Subsetter(options)
    cutter.populate(text=text)
    cutter.subset(font)
    subset.save_font(font, str(target), options)
    font.close()


def write_fonts(fonts: Path, html: Path) -> None:
    """Write both weights for a built site, with their licence."""
    files = [*html.rglob("*.html"), *(html / "_static").glob("*.js"), *(html / "_static").glob("*.css")]
    text = used_characters(sorted(files))
    target = html / "_static" / "fonts"
    target.mkdir(exist_ok=True)
    sources = [fonts / f"JiedaoSans-{weight}.ttf" for weight in WEIGHTS]
    targets = [target / f"jiedao-{weight.lower()}.woff2" for weight in WEIGHTS]
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_subset, sources, targets, [text] * len(WEIGHTS)))
    (target / "OFL.txt").write_bytes((fonts / "OFL.txt").read_bytes())
