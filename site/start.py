"""The start page in two languages: the findings of the README, each with its figure and example sentences."""

from __future__ import annotations

import re
from html import escape

from evidence_url import evidence_url
from frame import Site, read_rows
from markup import anchor, page, raw, relink, toctree

FINDING = re.compile(r"^(\d+)\.\s+(.*?)(?=^\d+\.\s|\Z)", re.S | re.M)
FOUND = {
    "en": (
        "What was found",
        "Numbers in brackets after a value bound a 95 % resampling interval. "
        "Tap or click a mark of a figure to read the sentences behind it.",
    ),
    "zh": ("研究发现", "数值后括号内为95%重抽样区间\u3002点按图中的标记\uff0c可读到背后的原句\u3002"),
}
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
    for row in read_rows(site.root / "site" / "findings.csv"):
        examples.setdefault(int(row["finding"]), []).append(row)
    parts = []
    for number, headline, text in read_findings(readme):
        rows = examples.get(number, [])
        said = relink(text, root, site.has_file, lambda _: "")
        parts.append(f"(finding-{lang}-{number})=\n### {number}. {headline}\n\n{said}\n")
        for name in dict.fromkeys(row["figure"] for row in rows):
            parts.append(site.figure_block(name, lang, root))
        quotes = "".join(example(site, r["sentence_id"], r["translation"], root, lang) for r in rows)
        if quotes:
            title = "Sentences behind it, for example" if lang == "en" else "例句"
            parts.append(raw(f'<div class="examples"><p class="examples-title">{title}</p>{quotes}</div>'))
    return "\n".join(parts)


def headlines(readme: str, lang: str) -> str:
    """The findings in a line each, leading to their places on the page."""
    items = "".join(
        f'<li><a href="#finding-{lang}-{number}">{escape(headline)}</a></li>'
        for number, headline, _ in read_findings(readme)
    )
    return raw(f'<ol class="headlines">{items}</ol>')


def entries(cards: list[tuple[str, str, str]]) -> str:
    """The ways in, as a row of cards: address, name, what is there."""
    items = "".join(
        f'<li><a href="{escape(url)}"><strong>{escape(name)}</strong></a><span>{escape(what)}</span></li>'
        for url, name, what in cards
    )
    return raw(f'<ul class="entries">{items}</ul>')


def front(site: Site, lead: str, cards: list[tuple[str, str, str]], lang: str) -> str:
    """The body of a start page: what this is, what was found in a line each, ways in, then the findings.

    A study without a README that lists its findings has none of them here.
    """
    readme, root = (site.text("README.md"), "") if lang == "en" else (site.text("README.zh-CN.md"), "../")
    found = findings(site, readme, lang, root)
    there = [card for card in cards if "primer" not in card[0] or site.primers]
    title, note = FOUND[lang]
    if not found:
        return f"{lead}\n{entries(there)}"
    return f"{lead}\n{headlines(readme, lang)}\n{entries(there)}\n## {title}\n\n{note}\n\n{found}"


def write_start(site: Site) -> None:
    """Write the start page."""
    cards = [
        ("reading/index.html", "Reading room", "the reports, sentence by sentence"),
        ("chapters/index.html", "Chapters", "the study step by step, with its code"),
        ("search.html", "Search", "in Chinese or by English gloss"),
        ("primer.html", "Primer", "what a sub-district is, and how its reports are written"),
        ("chapters/07-traps.html", "Traps", "charts that mislead, beside charts that do not"),
        ("figures/index.html", "Figures & data", "to put into a paper, with captions"),
    ]
    parts = "chapters reading themes terms figures data zh".split()
    pages = [*site.primers[:1], *(f"{part}/index" for part in parts), "glossary", "cite"]
    lead = LEAD.format(n=_number(len(site.corpus.documents)))
    site.write(
        "index", page("What sub-districts write", front(site, lead, cards, "en") + "\n" + toctree(pages))
    )


def write_start_zh(site: Site) -> None:
    """Write the start page in Chinese."""
    cards = [
        ("../reading/index.html", "阅读室", "逐句阅读各份报告"),
        ("primer.html", "导读", "街道是什么\uff0c这类文本怎样写成"),
        ("../chapters/index.html", "研究各章", "英文\uff0c附代码与中文小结"),
        ("../search.html", "检索", "中文词语\uff0c或英文释义"),
        ("../figures/index.html", "图与数据", "可用于论文\uff0c附中英文图题"),
    ]
    body = front(site, _one_line(LEAD_ZH.format(n=len(site.corpus.documents))), cards, "zh")
    tree = toctree(["primer"]) if site.primers else ""
    site.write("zh/index", page("街道如何书写", body + "\n" + tree, lang="zh-CN"))


def write_primers(site: Site) -> None:
    """Write the primer in both languages; it quotes the reports, so that each study has one of its own."""
    for name in site.primers:
        root, lang = ("../", "zh") if name.startswith("zh/") else ("", "en")
        text = relink(
            site.text(f"site/{name}.md"),
            root,
            site.has_file,
            lambda n, lang=lang, root=root: site.figure_block(n, lang, root),
        )
        site.write(name, page("", text, lang="zh-CN") if lang == "zh" else text)


def _number(n: int) -> str:
    words = "no one two three four five six seven eight nine ten eleven twelve".split()
    return words[n] if n < len(words) else str(n)
