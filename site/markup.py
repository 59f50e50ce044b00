"""Small pieces of Markdown and HTML that the pages are put together from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import PurePosixPath

LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
NOTEBOOK = re.compile(r"(?:.*/)?(?P<name>\d\d-[\w-]+)\.(?:ipynb|html)(?P<anchor>#.*)?$")
HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
TABLE = re.compile(r"<table\b[^>]*>.*?</table>", re.S)


def raw(html: str) -> str:
    """HTML as a block of a Markdown page, kept as it is."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", html)), default=0))
    return f"{fence}{{raw}} html\n{html.strip()}\n{fence}\n"


def page(title: str, body: str, **meta: str) -> str:
    """A Markdown page with its title and metadata; an empty title leaves the first heading to the body."""
    head = "".join(f"{key}: {value}\n" for key, value in meta.items())
    title = re.sub(r"([\\`*_\[\]<>#])", r"\\\1", title)
    return f"---\n{head}---\n\n" * bool(head) + f"# {title}\n\n" * bool(title) + body.strip() + "\n"


def toctree(names: Iterable[str]) -> str:
    """A hidden table of contents, from which Sphinx knows the order of pages."""
    return "```{toctree}\n:hidden:\n:maxdepth: 1\n\n" + "\n".join(names) + "\n```\n"


def anchor(url: str, text: str, lang: str = "") -> str:
    """A link in HTML; the text alone if there is no address."""
    said = f' lang="{lang}"' if lang else ""
    if not url:
        return f"<span{said}>{escape(text)}</span>" if lang else escape(text)
    return f'<a href="{escape(url)}"{said}>{escape(text)}</a>'


def scrolling(table: str, label: str) -> str:
    """A table in a box of its own that scrolls, by keyboard too."""
    return f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(label)}">{table}</div>'


def html_table(head: Sequence[str], rows: Iterable[Sequence[str]], label: str) -> str:
    """A table; cells are HTML already, those of the head are text."""
    titles = "".join(f'<th scope="col">{escape(h)}</th>' for h in head)
    lines = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>\n" for row in rows)
    table = f'<table class="table">\n<thead><tr>{titles}</tr></thead>\n<tbody>\n{lines}</tbody></table>'
    return scrolling(table, label)


def inline_markdown(text: str) -> str:
    """The few marks of one-line Markdown (code, bold, links are left as text) as HTML."""
    html = escape(text, quote=False)
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", html)
    return re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", html)


def relink(markdown: str, root: str, has_file: Callable[[str], bool], figure: Callable[[str], str]) -> str:
    """Turn the links of a Markdown text of the repository into links of the site.

    Parameters
    ----------
    markdown : str
        As it stands in the repository.
    root : str
        What leads from the page to the root of the site.
    has_file : callable
        Whether the site holds a copy of a file of the repository.
    figure : callable
        Gives the block of a figure by its name.
    """

    def link(match: re.Match[str]) -> str:
        text, target = match["text"], match["target"]
        if match["image"]:
            return "\n\n" + figure(PurePosixPath(target).stem) + "\n\n"
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return match[0]
        if found := NOTEBOOK.match(target):
            return f'<a href="{root}chapters/{found["name"]}.html{found["anchor"] or ""}">{text}</a>'
        path, _, place = target.removeprefix("./").partition("#")
        while path.startswith("../"):
            path = path[3:]
        if path == "data/README.md":
            return f'<a href="{root}data/card.html{"#" + place if place else ""}">{text}</a>'
        if has_file(path):
            return f'<a href="{root}files/{path}">{text}</a>'
        if path.endswith(".html"):
            return f'<a href="{escape(target)}">{text}</a>'
        return text

    return LINK.sub(link, markdown)


def mark_tables(html: str, label: str) -> str:
    """Tables of a notebook's output: no style of their own, in a box that scrolls, words to the left."""
    html = re.sub(r"<style scoped>.*?</style>\s*", "", html, flags=re.S)
    html = re.sub(r'<table border="1" class="dataframe[^"]*"', '<table class="table dataframe"', html)
    html = re.sub(r"<td>(?=[^<]*[^\W\d_][^<]*</td>)", '<td class="text">', html)
    return TABLE.sub(lambda m: scrolling(m[0], label), html)
