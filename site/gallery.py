"""The gallery, and a page a figure: both languages, captions to copy, files to download."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from html import escape
from pathlib import Path

from frame import Site
from marks import read_captions
from markup import page, raw, toctree
from PIL import Image

FORMS = ("pdf", "svg", "png", "csv")
THUMBNAIL = 480  # pixels wide
LANGUAGES = {"en": "English", "zh": "中文"}


def caption_of(captions: dict[str, dict[str, str]], name: str, part: str, lang: str) -> str:
    """One text about a figure; the name where there is no title."""
    return captions.get(name, {}).get(f"{part}_{lang}", "") or (name if part == "title" else "")


def write_thumbnail(source: Path, target: Path) -> None:
    """A small picture of a figure, in 64 colours."""
    with Image.open(source) as picture:
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A") if "A" in picture.getbands() else None)
    height = round(flat.height * THUMBNAIL / flat.width)
    small = flat.resize((THUMBNAIL, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    small.quantize(64, Image.Quantize.FASTOCTREE).save(target, optimize=True)


def write_thumbnails(site: Site) -> None:
    """Small pictures of all figures, as ``thumbnails/<name>.<lang>.png``."""
    folder = site.source / "thumbnails"
    folder.mkdir(parents=True)
    sources = [f for f in site.files if f.startswith("figures/") and f.endswith(".png")]
    targets = [folder / f"{Path(f).stem}.{Path(f).parent.name}.png" for f in sources]
    with ProcessPoolExecutor() as pool:
        list(pool.map(write_thumbnail, [site.root / f for f in sources], targets, chunksize=8))


def size_of(path: Path) -> str:
    """The size of a file in words."""
    size = path.stat().st_size
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{max(1, round(size / 1e3))} KB"


def downloads(site: Site, name: str, root: str) -> str:
    """Links to a figure's files."""
    parts = []
    for lang, spoken in LANGUAGES.items():
        links = []
        for form in FORMS:
            path = f"figures/{lang}/{name}.{form}"
            if site.has_file(path):
                size = f"<small>{size_of(site.root / path)}</small>"
                named = f"{name}, {spoken}, {form.upper()}"
                links.append(
                    f'<a href="{root}files/{path}" download aria-label="{named}">{form.upper()} {size}</a>'
                )
        said = ' lang="zh-CN"' if lang == "zh" else ""
        parts.append(f"<li><span{said}>{spoken}</span> {' '.join(links)}</li>")
    return f'<ul class="downloads">{"".join(parts)}</ul>'


def copy_box(text: str, name: str, lang: str = "en") -> str:
    """A text with a button that copies it; the name tells one button from the other."""
    if not text:
        return ""
    said, label, done = ("zh-CN", "复制", "已复制") if lang == "zh" else ("en", "Copy", "Copied")
    return (
        f'<div class="copy-box" lang="{said}"><p class="copy-text">{escape(text)}</p><button type="button" '
        f'class="copy-button" data-done="{done}" aria-label="{label}: {escape(name)}">{label}</button></div>'
    )


def number_of(name: str) -> str:
    """The number of a figure as captions state it: 4.2 for fig4-2-review-and-plan."""
    chapter, place = name.removeprefix("fig").split("-")[:2]
    return f"{chapter}.{place}"


def full_caption(captions: dict[str, dict[str, str]], name: str, lang: str) -> str:
    """Number, title and caption of a figure, as a paper prints them."""
    title, text = (caption_of(captions, name, part, lang) for part in ("title", "caption"))
    if lang == "zh":
        return f"图{number_of(name)} {title}\u3002{text}".strip()
    return f"Figure {number_of(name)}. {title.rstrip('.')}. {text}".strip()


def write_figures(site: Site) -> None:
    """Write the gallery and a page for each figure, with small pictures."""
    write_thumbnails(site)
    captions = read_captions()
    chapters = {p.stem[:2]: p.stem for p in sorted((site.root / "notebooks").glob("*.ipynb"))}
    cards = []
    for name in site.figures:
        title = caption_of(captions, name, "title", "en")
        chapter = chapters.get(f"{int(number_of(name).split('.')[0]):02}", "")
        thumbs = "".join(_thumbnail(site, captions, name, lang) for lang in LANGUAGES)
        copies = "".join(copy_box(full_caption(captions, name, lang), name, lang) for lang in LANGUAGES)
        cards.append(
            f"## {number_of(name)} {title}\n\n"
            + raw(f'<div class="thumbnails">{thumbs}</div>\n{copies}\n{downloads(site, name, "../")}')
        )
        _write_figure(site, captions, name, chapter, copies)
    body = (
        "Every figure in both languages, as PDF and SVG with their text as text, PNG at 300 dpi, and the "
        "plotted values as CSV. A figure's own page has its marks linked to the sentences behind them. "
        '<a href="../data/index.html">Tables and texts</a> have a page of their own; so has '
        '<a href="../cite.html">how to cite</a>.\n\n'
    )
    site.write("figures/index", page("Figures", body + "\n".join(cards) + "\n" + toctree(site.figures)))


def _thumbnail(site: Site, captions: dict[str, dict[str, str]], name: str, lang: str) -> str:
    """A small picture that leads to the figure's page."""
    file = f"thumbnails/{name}.{lang}.png"
    if not (site.source / file).exists():
        return ""
    with Image.open(site.source / file) as small:
        width, height = small.size
    alt = caption_of(captions, name, "alt", lang) or caption_of(captions, name, "title", lang)
    said = ' lang="zh-CN"' if lang == "zh" else ""
    return (
        f'<a href="{name}.html#{lang}"{said}><img src="../{file}" alt="{escape(alt)}" loading="lazy" '
        f'width="{width}" height="{height}"></a>'
    )


def _write_figure(
    site: Site, captions: dict[str, dict[str, str]], name: str, chapter: str, copies: str
) -> None:
    """The page of one figure."""
    parts = []
    for lang, spoken in LANGUAGES.items():
        said = ' lang="zh-CN"' if lang == "zh" else ""
        html = site.figure(name, lang, "../")
        parts.append(f'<section class="chart-page" id="{lang}"{said}><h2>{spoken}</h2>\n{html}\n</section>')
    if chapter:
        parts.append(f'<p>Made in <a href="../chapters/{chapter}.html">chapter {chapter[:2]}</a>.</p>')
    parts.append(f"<h2>Caption and files</h2>{copies}{downloads(site, name, '../')}")
    title = f"Figure {number_of(name)}. {caption_of(captions, name, 'title', 'en')}"
    site.write(f"figures/{name}", page(title, raw("\n".join(parts))))
