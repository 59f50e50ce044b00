"""Build `Jiedao Sans`, the font shipped in src/jiedao/fonts, from the Debian package of Noto Sans CJK.

A fresh laptop may have no Chinese font, and matplotlib embeds only static TrueType outlines as text
that can be copied from a PDF. Hence a subset of Noto Sans CJK SC with quadratic outlines. To rebuild
(the same fontTools version gives the same bytes; 4.68.0 is the one in requirements.lock):

    apt-get install fonts-noto-cjk unicode-data
    .venv/bin/python tools/build_font.py --texts data

The character set, wherever Noto Sans CJK SC has the character (it lacks, for instance, U+200B, U+2009
and most subscripts):

- ASCII, Latin-1, the letters of pinyin, Greek, and the punctuation, number, arrow, mathematical,
  enclosed, box-drawing and geometric signs of U+2000-27BF;
- CJK punctuation, Kangxi radicals and their supplement (PDF extraction leaves them in texts),
  enclosed and squared CJK signs (㎡, ㎞), vertical, small and full-width forms;
- all of GB 2312, from Python's codec;
- all 8,105 characters of 通用规范汉字表 (2013), from Unihan's kTGH field: rare ones stand in place names;
- level 1 of Big5, from Python's codec: the 5,401 common traditional characters, for old names and titles.
"""

import argparse
import bz2
import re
from itertools import chain, product
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

NOTO = Path("/usr/share/fonts/opentype/noto")
UNIHAN = Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
FONTS = Path(__file__).resolve().parents[1] / "src/jiedao/fonts"
FACE, FAMILY, POSTSCRIPT = "Noto Sans CJK SC", "Jiedao Sans", "JiedaoSans"

SIGNS = [
    (0x0020, 0x00FF), (0x0100, 0x017F), (0x01CD, 0x01DC), (0x01F8, 0x01F9), (0x0370, 0x03FF),
    (0x2000, 0x27BF), (0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3200, 0x33FF), (0xFE10, 0xFE6F),
    (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6),
]  # fmt: skip
DROP = ["BASE", "GDEF", "GSUB", "VORG", "vhea", "vmtx"]  # substitutions and vertical setting


def characters(unihan: Path) -> set[int]:
    """Return the code points wanted, by the rule that the module's docstring states."""
    signs = chain.from_iterable(range(first, last + 1) for first, last in SIGNS)
    gb2312 = decode_pairs("gb2312", range(0xA1, 0xF8))
    big5_level_1 = decode_pairs("big5", range(0xA4, 0xC7))
    tgh = re.findall(r"^U\+(\w+)\tkTGH\t", bz2.decompress(unihan.read_bytes()).decode(), re.M)
    if len(tgh) != 8105:
        raise SystemExit(f"{unihan} has {len(tgh)} characters of 通用规范汉字表, not 8,105")
    return {*signs, *gb2312, *big5_level_1, *(int(code, 16) for code in tgh)}


def decode_pairs(codec: str, leads: range) -> set[int]:
    """Return the code points that `codec` writes as two bytes, the first of them in `leads`."""
    texts = (bytes(pair).decode(codec, "ignore") for pair in product(leads, range(0x40, 0xFF)))
    # "ignore" drops a bad lead byte but keeps an ASCII trail byte: only real pairs may pass.
    return {ord(text) for text in texts if len(text) == 1 and not text.isascii()}


def subset(font: TTFont, wanted: set[int]) -> None:
    """Keep the glyphs of `wanted`, and of the layout features only kerning (of Latin letters, mostly)."""
    options = Options(layout_features=["kern"], hinting=False, name_IDs=["*"], name_languages=["*"])
    options.drop_tables += DROP
    options.notdef_outline = True  # a missing character shows as a box, not as a gap
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)


def to_truetype(font: TTFont) -> None:
    """Replace the cubic CFF outlines by quadratic ones, true to one thousandth of an em."""
    cubic, glyf, hmtx = font.getGlyphSet(), newTable("glyf"), font["hmtx"]
    glyf.glyphOrder, glyf.glyphs = font.getGlyphOrder(), {}
    for name in glyf.glyphOrder:
        pen = TTGlyphPen(None)
        cubic[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyf.glyphs[name] = glyph = pen.glyph()
        glyph.recalcBounds(glyf)
        hmtx[name] = (hmtx[name][0], glyph.xMin)
    font["glyf"], font["loca"] = glyf, newTable("loca")
    del font["CFF "]
    font.sfntVersion = "\0\1\0\0"
    font["post"].formatType = 3.0  # without glyph names
    font["maxp"].tableVersion = 0x00010000
    # There are no instructions; fontTools counts the rest of this table when it saves.
    instructions = "TwilightPoints Storage FunctionDefs InstructionDefs StackElements SizeOfInstructions"
    vars(font["maxp"]).update({f"max{part}": 0 for part in instructions.split()}, maxZones=1)


def rename(font: TTFont, style: str) -> None:
    """Give the font its own name, keeping the records of copyright, designers and licence."""
    table = font["name"]
    # The trademark notice and the vendor's address go: they speak of the original (see OFL.txt).
    table.names = [record for record in table.names if record.nameID not in (7, 11)]
    for record in table.names:
        own = {3: f"2.004;{POSTSCRIPT}-{style}", 5: "Version 2.004", 6: f"{POSTSCRIPT}-{style}"}
        record.string = own.get(record.nameID, record.toUnicode().replace(FACE, FAMILY))
        if re.search("noto|source", record.string, re.I):
            raise SystemExit(f"name record {record.nameID} keeps a reserved name: {record.string}")
    font["OS/2"].achVendID = "NONE"


def build(source: Path, style: str, wanted: set[int], target: Path) -> set[int]:
    """Write one weight to `target` and return the code points that it has."""
    font = TTFont(source, fontNumber=2, recalcTimestamp=False)
    if font["name"].getBestFamilyName() != FACE:
        raise SystemExit(f"face 2 of {source} is not {FACE}")
    subset(font, wanted)
    to_truetype(font)
    rename(font, style)
    font["head"].modified = font["head"].created  # the original's date: rebuilds give the same bytes
    font.save(target)
    return set(font.getBestCmap())


def main() -> None:
    """Build both weights, then check them against the texts."""
    parser = argparse.ArgumentParser(description="Build Jiedao Sans from Noto Sans CJK SC.")
    parser.add_argument("--noto", type=Path, default=NOTO, help="folder with NotoSansCJK-*.ttc")
    parser.add_argument("--unihan", type=Path, default=UNIHAN, help="Unihan_OtherMappings.txt.bz2")
    parser.add_argument("--out", type=Path, default=FONTS, help="output folder")
    parser.add_argument("--texts", type=Path, nargs="+", default=[], help="folders of .txt and .csv to cover")
    args = parser.parse_args()
    wanted = characters(args.unihan)
    files = [file for folder in args.texts for kind in ("*.txt", "*.csv") for file in folder.rglob(kind)]
    used = {char for file in files for char in file.read_text(encoding="utf-8-sig") if char not in "\t\r\n"}
    args.out.mkdir(parents=True, exist_ok=True)
    for style in ("Regular", "Bold"):
        target = args.out / f"{POSTSCRIPT}-{style}.ttf"
        present = build(args.noto / f"NotoSansCJK-{style}.ttc", style, wanted, target)
        print(f"{target}: {len(present)} characters, {target.stat().st_size / 1e6:.1f} MB")
        if missing := sorted(char for char in used if ord(char) not in present):
            raise SystemExit(f"the texts have characters without a glyph: {' '.join(map(ascii, missing))}")


if __name__ == "__main__":
    main()
