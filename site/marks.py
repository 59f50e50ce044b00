"""Figures inside a page: each mark of an SVG becomes a link to the sentences behind it."""

from __future__ import annotations

import io
import re
from functools import cache
from html import escape
from pathlib import Path
from xml.etree import ElementTree as ET

from evidence_url import evidence_url, sentence_places

from jiedao import figures, house
from jiedao.lexicon import read_table

STUDY = Path(__file__).parent.parent
NARROW = 84.0  # mm: what a phone shows without scrolling, in type that can be read
SVG, LINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
ROWS = re.compile(r"row-(\d+(?:\.\d+)*)")
# Attributes that name an element of the same picture.
OWN = re.compile(r"url\(#([^)]+)\)|^#(.+)$")
# What a mark shows is in the first of these columns that its row has.
VALUES = ("per_1000", "rate", "share", "cosine", "difference", "log_odds_z", "tf_idf", "kept", "value", "n")
WORDS = {
    "en": ("{} sentences", "1 sentence", "Skip the marks of this figure", "Files"),
    "zh": ("{}句", "1句", "跳过本图各标记", "文件"),
}

NUMBER = re.compile(r"(-?\d+\.\d{2})\d+")
DRAWN = ("d", "x", "y", "transform", "points")

ET.register_namespace("", SVG)
ET.register_namespace("xlink", LINK)


def inline_svg(name: str, lang: str, root: str, study: Path = STUDY, says: str = "") -> str:
    """A figure as HTML: with linked marks, once for wide and once for narrow screens, and with its caption.

    Parameters
    ----------
    name : str
        The figure.
    lang : str
        ``zh`` or ``en``.
    root : str
        What leads from the page to the root of the site: ``../`` or empty.
    study : Path
        The study it is from.
    says : str
        What the figure says in this study, added to its description for those who cannot see it.
    """
    values, documents = figures.read_values(study, name)
    sheet = figures.Sheet(documents, lang)
    labels = [label(row, sheet) for row in values.to_dict("records")]
    addresses = [
        evidence_url(str(ids), root) if isinstance(ids, str) else "" for ids in values["sentence_ids"]
    ]
    caption = read_captions().get(name, {})
    title, text = caption.get(f"title_{lang}", name), caption.get(f"caption_{lang}", "")
    described = " ".join(filter(None, (caption.get(f"alt_{lang}", ""), says)))
    pictures = []
    for size, svg in (("wide", committed(study, name, lang)), ("narrow", narrow(study, name, lang))):
        prefix = f"{name}-{lang}-{size}-"
        pictures.append(
            f'<div class="chart-{size}">{link(svg, prefix, addresses, labels, title, described)}</div>'
        )
    after = f"{name}-{lang}-after"
    number = ".".join(name.removeprefix("fig").split("-")[:2])
    end = "" if title.endswith(("?", "\uff1f")) else "\u3002" if lang == "zh" else "."
    head = (f"图{number}\u3000{title}" if lang == "zh" else f"Figure {number}. {title}") + end
    kinds = ("pdf", "svg", "png", "csv")
    files = " · ".join(f'<a href="{root}files/figures/{lang}/{name}.{k}">{k.upper()}</a>' for k in kinds)
    return (
        f'<figure class="chart" id="{name}-{lang}" lang="{"zh-CN" if lang == "zh" else "en"}">'
        f'<a class="skip-marks" href="#{after}">{WORDS[lang][2]}</a>{"".join(pictures)}'
        f'<figcaption id="{after}" tabindex="-1"><strong>{escape(head)}</strong> {escape(text)} '
        f'<span class="chart-files">{WORDS[lang][3]}: {files}</span></figcaption></figure>'
    )


def link(svg: str, prefix: str, addresses: list[str], labels: list[str], title: str, described: str) -> str:
    """An SVG ready for a page: ids of its own, a name and a description, marks as links.

    Parameters
    ----------
    svg : str
        As the study writes it; marks are groups with an id such as ``row-7`` (`jiedao.plots.tag`).
    prefix : str
        Put before every id, so that several pictures can stand on a page.
    addresses, labels : list of str
        Where the mark of each row leads, and what it is; no address, no link.
    title, described : str
        Name and description of the picture.
    """
    tree = ET.fromstring(svg)
    for holder in list(tree.iter()):
        for child in list(holder):
            if child.tag in (f"{{{SVG}}}metadata", f"{{{SVG}}}style"):
                holder.remove(child)
            elif found := ROWS.fullmatch(child.get("id", "")):
                rows = [int(n) for n in found[1].split(".")]
                _wrap(holder, child, found[1], [addresses[r] for r in rows], [labels[r] for r in rows])
    used = {
        name for element in tree.iter() for value in element.attrib.values() for name in _references(value)
    }
    for element in tree.iter():
        for key, value in list(element.attrib.items()):
            if key == "id" and value not in used:
                del element.attrib[key]
            elif key == "id":
                element.set(key, prefix + value)
            elif key in DRAWN:  # a hundredth of a point is finer than any screen
                element.set(key, NUMBER.sub(r"\1", value))
            elif _references(value):
                element.set(key, value.replace("#", f"#{prefix}", 1))
    width = float(tree.get("width", "0").removesuffix("pt"))
    tree.attrib.pop("width"), tree.attrib.pop("height")
    names = {"title": title, "desc": described}
    for place, (tag, said) in enumerate(names.items()):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": f"{prefix}{tag}"})
        element.text = said
        tree.insert(place, element)
    tree.set("role", "group")
    tree.set("aria-labelledby", f"{prefix}title")
    tree.set("aria-describedby", f"{prefix}desc")
    tree.set("style", f"max-width:{width * 4 / 3:.0f}px")
    written = ET.tostring(tree, encoding="unicode", short_empty_elements=True)
    return re.sub(r">\s+<", "><", written).replace(f' xmlns:xlink="{LINK}"', "").replace("xlink:href", "href")


def _references(value: str) -> list[str]:
    """The ids of the same picture that an attribute names."""
    return ["".join(found) for found in OWN.findall(value)]


def _wrap(holder: ET.Element, mark: ET.Element, rows: str, addresses: list[str], labels: list[str]) -> None:
    """Put a mark into a link; a dot gets a wider ground, so that a finger hits it."""
    # A mark of several rows opens the evidence of its first; they differ in the wording only.
    address, said = next((a for a in addresses if a), ""), "; ".join(labels)
    if not address:
        return
    place = list(holder).index(mark)
    anchor = ET.Element(f"{{{SVG}}}a", {"href": address, "class": "mark", "data-row": rows})
    tip = ET.SubElement(anchor, f"{{{SVG}}}title")
    tip.text = said
    for dot in mark.iter(f"{{{SVG}}}use"):
        ground = {
            "cx": dot.get("x", "0"),
            "cy": dot.get("y", "0"),
            "r": "7",
            "fill": "none",
            "class": "ground",
        }
        ET.SubElement(anchor, f"{{{SVG}}}circle", ground)
        break
    holder.remove(mark)
    anchor.append(mark)
    holder.insert(place, anchor)


def label(row: dict[str, object], sheet: figures.Sheet) -> str:
    """What a mark is, from its row: whose, of what, how much, and in how many sentences."""
    row = {k: v for k, v in row.items() if not (v is None or v != v or v == "")}
    names, said = sheet.names(), []
    if "unit" in row and "|" in str(row["unit"]):
        said.append(sheet.unit(str(row["unit"]), marked=False))
    elif "doc_id" in row:
        said.append(names.get(str(row["doc_id"]), str(row["doc_id"])))
        said += [_named(sheet, f"{row['part']}_part")] if "part" in row else []
    said += [sheet.unit(str(row[k]), marked=False) for k in ("a", "b") if "|" in str(row.get(k, ""))]
    said += [sheet.gloss(str(row[k])) for k in ("term", "word", "token") if k in row][:1]
    said += [_named(sheet, f"theme_{row['theme']}")] if "theme" in row else []
    said += [f"{sheet.label('cluster')} {int(float(str(row['cluster'])))}"] if "cluster" in row else []
    said += [
        _named(sheet, str(row[k])) for k in ("orientation", "what", "class", "counts", "measure") if k in row
    ]
    said += [_valued(sheet, k, float(str(row[k]))) for k in VALUES if isinstance(row.get(k), (int, float))][
        :1
    ]
    many, one, *_ = WORDS[sheet.lang]
    held = sum(map(len, sentence_places(str(row.get("sentence_ids", ""))).values()))
    joint = "\uff0c" if sheet.lang == "zh" else ", "
    return joint.join([*said, one if held == 1 else many.format(held)])


def _valued(sheet: figures.Sheet, key: str, value: float) -> str:
    """A value with what it measures."""
    if key == "share":
        return f"{value:.1%}"
    return f"{value:.3g} {sheet.label(key)}" if key in house.read_labels() else f"{value:.3g}"


def _named(sheet: figures.Sheet, key: str) -> str:
    """The label of a key in the figures' language; the key itself where it has none."""
    return sheet.label(key) if key in house.read_labels() else key


@cache
def read_captions() -> dict[str, dict[str, str]]:
    """Titles, captions and descriptions of the figures, by name."""
    table = read_table("captions.csv", "figure", ["figure"], None)
    return {row["figure"]: row for row in table.to_dict("records")}


@cache
def committed(study: Path, name: str, lang: str) -> str:
    """The picture as the study has written it."""
    return (study / f"figures/{lang}/{name}.svg").read_text(encoding="utf-8")


@cache
def narrow(study: Path, name: str, lang: str) -> str:
    """The picture drawn anew for a narrow screen."""
    house.use()
    values, documents = figures.read_values(study, name)
    written = io.StringIO()
    figure = figures.draw(name, values, documents, lang, NARROW)
    figure.savefig(written, format="svg", metadata=dict.fromkeys(figures.SILENT["svg"]))
    return written.getvalue()
