"""The start page in two languages: the findings of the README, each with its figure and example sentences."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from evidence_url import evidence_url
from frame import Site, read_rows
from markup import anchor, page, raw, relink, toctree

FINDING = re.compile(r"^(\d+)\.\s+(.*?)(?=^\d+\.\s|\Z)", re.S | re.M)
HERE = Path(__file__).parent

LEAD = """\
How do Chinese sub-district governments write about what they did and what they will do? This site shows a
comparative study of {n} work reports and plans of sub-district offices (街道办事处): what they count, what
they promise, and which words they share. Every mark of a chart leads to the sentences behind it, and every
number of a finding can be recomputed.
"""
LEAD_ZH = """\
中国的街道办事处怎样书写已做之事与将做之事\uff1f本站呈现对{n}份街道工作总结与计划的比较研究\uff1a它们数了什么\u3001承诺了什么\u3001哪些话是共用的\u3002
图中每个标记都通向其背后的原句\uff0c每个结论里的数字都可以重算\u3002
"""


def read_findings(readme: str) -> list[tuple[int, str, str]]:
    """Number, headline and text of each finding of a README, without the marks of claims.

    The findings are a numbered list, each opening with its headline in bold, under the second heading of the
    second level in a README of either language.
    """
    parts = re.split(r"^## .*$", readme, flags=re.M)
    found = []
    for section in parts[1:]:
        section = re.sub(r"<!--.*?-->", "", section, flags=re.S)
        listed = [(int(n), re.sub(r"\n[ ]{2,}", "\n", text)) for n, text in FINDING.findall(section)]
        if listed and all(text.lstrip().startswith("**") for _, text in listed):
            for number, text in listed:
                headline, _, rest = text.lstrip()[2:].partition("**")
                rest = rest.split("\n\n")[0]
                found.append((number, _one_line(headline).rstrip(".\u3002"), _one_line(rest)))
            break
    return found


def _one_line(text: str) -> str:
    """Lines joined: with a blank, but not between Chinese signs."""
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n\s*(?=[\u3000-\u9fff\uff00-\uffef])", "", text.strip())
    return " ".join(text.split())


def example(site: Site, sentence_id: str, translation: str, root: str, lang: str) -> str:
    """A sentence of a report with its translation and the way to its place."""
    quote = site.quote(sentence_id)
    if not quote:
        return ""
    name = site.names[lang][sentence_id.rpartition("/s")[0]]
    said = f'<p lang="zh">{escape(quote)}</p>'
    if lang == "en":
        said += f"<p>{escape(translation)}</p>"
    where = anchor(
        evidence_url(sentence_id, root), name + (" in the reading room" if lang == "en" else "\u00b7阅读原文")
    )
    return f'<blockquote class="example">{said}<footer>{where}</footer></blockquote>'


def findings(site: Site, readme: str, lang: str, root: str) -> str:
    """The findings as Markdown, each with figure and examples."""
    examples: dict[int, list[dict[str, str]]] = {}
    for row in read_rows(HERE / "findings.csv"):
        examples.setdefault(int(row["finding"]), []).append(row)
    parts = []
    for number, headline, text in read_findings(readme):
        rows = examples.get(number, [])
        parts.append(f"### {number}. {headline}\n\n{relink(text, root, site.has_file, lambda _: '')}\n")
        for name in dict.fromkeys(row["figure"] for row in rows):
            parts.append(site.figure_block(name, lang, root))
        quotes = "".join(example(site, r["sentence_id"], r["translation"], root, lang) for r in rows)
        if quotes:
            title = "Sentences behind it, for example" if lang == "en" else "例句"
            parts.append(raw(f'<div class="examples"><p class="examples-title">{title}</p>{quotes}</div>'))
    return "\n".join(parts)


def entries(cards: list[tuple[str, str, str]]) -> str:
    """The ways in, as a row of cards: address, name, what is there."""
    items = "".join(
        f'<li><a href="{escape(url)}"><strong>{escape(name)}</strong></a><span>{escape(what)}</span></li>'
        for url, name, what in cards
    )
    return raw(f'<ul class="entries">{items}</ul>')


def write_start(site: Site) -> None:
    """Write the start page."""
    n = len(site.corpus.documents)
    cards = [
        ("reading/index.html", "Reading room", "the reports, sentence by sentence"),
        ("chapters/index.html", "Chapters", "the study step by step, with its code"),
        ("search.html", "Search", "in Chinese or by English gloss"),
        ("primer.html", "Primer", "what a sub-district is, and how its reports are written"),
        ("chapters/07-traps.html", "Traps", "charts that mislead, beside charts that do not"),
        ("figures/index.html", "Figures & data", "to put into a paper, with captions"),
    ]
    readme = site.text("README.md")
    pages = [
        "primer",
        "chapters/index",
        "reading/index",
        "themes/index",
        "terms/index",
        "glossary",
        "figures/index",
    ]
    pages += ["data/index", "cite", "zh/index"]
    body = LEAD.format(n=_number(n)) + "\n" + entries(cards) + "\n## What was found\n\n"
    body += "Numbers in brackets after a value bound a 95 % resampling interval. "
    body += "Tap or click a mark of a figure to read the sentences behind it.\n\n"
    body += findings(site, readme, "en", "") + "\n" + toctree(pages)
    site.write("index", page("What sub-districts write", body))


def write_start_zh(site: Site) -> None:
    """Write the start page in Chinese."""
    cards = [
        ("../reading/index.html", "阅读室", "逐句阅读各份报告"),
        ("primer.html", "导读", "街道是什么\uff0c这类文本怎样写成"),
        ("../chapters/index.html", "研究各章", "英文\uff0c附代码与中文小结"),
        ("../search.html", "检索", "中文词语\uff0c或英文释义"),
        ("../figures/index.html", "图与数据", "可用于论文\uff0c附中英文图题"),
    ]
    body = LEAD_ZH.format(n=len(site.corpus.documents)) + "\n" + entries(cards) + "\n## 研究发现\n\n"
    body += "数值后括号内为95%重抽样区间\u3002点按图中的标记\uff0c可读到背后的原句\u3002\n\n"
    body += findings(site, site.text("README.zh-CN.md"), "zh", "../")
    site.write("zh/index", page("街道如何书写", body + "\n" + toctree(["primer"]), lang="zh-CN"))


def write_primers(site: Site) -> None:
    """Write the primer in both languages; where a text is missing, a page that says so."""
    for name, path, root, lang in (
        ("primer", HERE / "primer.md", "", "en"),
        ("zh/primer", HERE / "zh" / "primer.md", "../", "zh"),
    ):
        text = path.read_text(encoding="utf-8") if path.exists() else "# Primer\n\nNot written yet.\n"
        text = relink(
            text, root, site.has_file, lambda n, lang=lang, root=root: site.figure_block(n, lang, root)
        )
        site.write(name, page("", text, lang="zh-CN") if lang == "zh" else text)


def _number(n: int) -> str:
    words = "no one two three four five six seven eight nine ten eleven twelve".split()
    return words[n] if n < len(words) else str(n)
