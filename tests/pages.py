"""Saved web pages of sub-district reports, made up from a seed, with what a reader would mark in them.

The wordings stand in pages.toml. `python tests/pages.py --score 200 --show 20` tells how well the software
reads such pages.
"""

import argparse
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from jiedao.report import parse

Span = tuple[int, int]
Run = tuple[str, int | str | None]  # text; the level of a heading, the name of a trap, or nothing
Paragraph = list[Run]

HERE = Path(__file__).parent
WORDINGS = tomllib.loads((HERE / "pages.toml").read_text("utf-8"))
CN = "一二三四五六七八九十"
STOP: Run = ("。", None)
BREAK = "\0"  # where a hard-wrapped line ends
KANGXI = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0x2F00, 0x2FD6)}
FULL = str.maketrans(",:;()", "，：；（）")
HEADING_LIKE = r"[一二三四五六七八九十][是、要]|^第|^\d+[、.]|求|扫一扫"
CLOSING, OPENING = "、,，。；;：:！”》）)", "“《（("


def read_sentences() -> list[str]:
    """Long sentences of the five reports that neither are headings nor hold one."""
    text = "\n".join(path.read_text("utf-8") for path in sorted(HERE.parent.glob("data/raw/texts/*.txt")))
    whole = [s.strip() for s in re.findall(r"[^。\n]+。", text) if s.count("“") == s.count("”")]
    return [s for s in whole if 30 <= len(s) <= 160 and not re.search(HEADING_LIKE, s)]


SENTENCES = read_sentences()


class Page(NamedTuple):
    """A page, its lines of furniture, headings (start, end, level), title; its traps, where they lie."""

    text: str
    furniture: list[Span]
    headings: list[tuple[int, int, int]]
    title: Span | None
    traps: list[str]
    names: dict[Span, str]


class Composer:
    """Writes a page from top to bottom and marks each span as it is written."""

    def __init__(self, seed: int):
        self.rng = rng = Random(seed)
        self.parts: list[str] = []
        self.n = 0
        self.page = Page("", [], [], None, [], {})
        street, district, city = rng.choice(WORDINGS["places"])
        year, month, day = rng.randint(2015, 2024), rng.randint(1, 12), rng.randint(1, 28)
        self.facts: dict[str, Any] = {"street": street, "district": district, "city": city}
        self.facts |= {"year": year, "next": year + 1, "n": rng.randint(1000, 9999), "clock": "17:21"}
        self.facts |= {"iso": f"{year}-{month:02}-{day:02}", "slash": f"{year}/{month}/{day}"}
        self.facts |= {"cn": f"{year}年{month}月{day}日"}
        self.slogan = self.trap("subtitle", self.chance(0.12))
        self.title = "凝心聚力谋发展 实干担当谱新篇" if self.slogan else street + self.pick("titles")

        self.layout = rng.choice(["paragraphs"] * 5 + ["wrapped"] * 2 + ["one line"])
        self.trap(self.layout)
        self.nl = "\r\n" if self.trap("CRLF", self.chance(0.3)) else "\n"
        self.ascii = rng.choice([0, 1, 0.5])  # share of ASCII signs
        self.trap("mixed signs", self.ascii == 0.5)
        self.blank = rng.choice([0, 0, 0.4, 1])  # share of lines with a blank one below
        self.trap("blank lines", self.blank > 0)
        indents = ["", "", "  ", "\t", "\u3000\u3000", "\u3000\u3000", "\xa0\xa0\xa0\xa0", "<U+00A0><U+00A0>"]
        self.indent = rng.choice(indents)
        self.trap("literal <U+00A0>", "<" in self.indent)
        self.margin = len(self.indent.replace("<U+00A0>", " "))
        self.kangxi = self.trap("kangxi", self.chance(0.12))
        self.damaged = self.trap("page numbers", self.chance(0.5 if self.layout == "wrapped" else 0.1))
        self.dot = rng.choice([".", ".", "．", ". "])
        self.together = self.chance(0.5)  # whether the labels of a section share a paragraph
        self.width = rng.randint(30, 40) if self.layout == "wrapped" else 10**9
        self.gap = rng.choice(["", " ", "\u3000\u3000"])  # between the paragraphs of a report on one line

    # Choosing

    def trap(self, name: str, present: bool = True) -> bool:
        """Record what the page holds."""
        if present and name not in self.page.traps:
            self.page.traps.append(name)
        return present

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def fill(self, wording: Any) -> Any:
        """A wording, or a list of them, with the names and dates of the page."""
        return wording.format(**self.facts) if isinstance(wording, str) else [self.fill(w) for w in wording]

    def pick(self, key: str) -> Any:
        return self.fill(self.rng.choice(WORDINGS[key]))

    def some(self, key: str, low: int, high: int) -> list[str]:
        return self.fill(self.rng.sample(WORDINGS[key], self.rng.randint(low, high)))

    def signs(self, text: str) -> str:
        """Full-width or ASCII signs, but for those inside numbers; the brackets of a piece are alike."""
        ascii_brackets = self.chance(self.ascii)

        def sign(match: re.Match[str]) -> str:
            plain = ascii_brackets if match[0] in "()" else self.chance(self.ascii)
            return match[0] if plain else match[0].translate(FULL)

        return re.sub(r"(?<!\d)[,:;()]|[,:;()](?!\d)", sign, text)

    # Writing

    def put(self, text: str, name: str | None = None) -> Span:
        """Write a text; a name marks it as neither furniture nor heading, though it may look so."""
        self.parts.append(text)
        span = (self.n, self.n + len(text))
        self.n += len(text)
        if name:
            self.page.names[span] = name
            self.trap(name)
        return span

    def end_line(self) -> None:
        self.put(self.nl)
        if self.chance(self.blank):
            self.put(self.rng.choice(["", "", "\u3000\u3000", "\xa0", "  "]) + self.nl)

    def furnish(self, name: str, lines: Iterable[str]) -> None:
        """Lines of furniture."""
        indent = self.rng.choice(["", "", "", "  ", "\u3000", "\xa0", "\t"])
        for line in lines:
            self.put(indent)
            self.page.furniture.append(self.put(self.signs(line).strip(), name))
            self.put("  " if self.chance(0.1) else "")
            self.end_line()

    def lay(self, paragraph: Paragraph, last: bool) -> None:
        """Write a paragraph in the layout of the page."""
        on = self.layout == "one line"
        self.put("" if on else self.indent)
        column, before = self.margin, ""
        for text, tag in paragraph:
            first = len(self.parts)
            text = self.signs(text)
            if self.kangxi:
                text = "".join(KANGXI.get(c, c) if self.chance(0.5) else c for c in text)
            for token in re.findall(r"[\dA-Za-z.%]+|.", text, re.DOTALL):
                full = column >= self.width and token not in CLOSING and before not in OPENING
                if full or token == BREAK:
                    self.put(self.nl)
                    self.page_number(0.1 if tag is None else 0)
                    column, first = 0, len(self.parts) if first == len(self.parts) - 1 else first
                if token != BREAK:
                    self.put(token)
                    column, before = column + len(token), token
            self.mark(first, tag)
        if on and not last:
            self.put(self.gap)
        else:
            self.end_line()

    def mark(self, first: int, tag: int | str | None) -> None:
        """Tag what was written from some part on."""
        written = "".join(self.parts[first:])
        span = (self.n - len(written), self.n)
        if isinstance(tag, int):
            self.page.headings.append((*span, tag))
            tag = "wrapped heading" if "\n" in written else "heading"
        if tag:
            self.page.names[span] = tag
            self.trap(tag)

    def page_number(self, p: float) -> None:
        if self.damaged and self.chance(p):
            n = self.rng.randint(1, 9)
            self.put(self.rng.choice([f"- {n} -", f"— {n} —", f"-{n}-", str(n)]), "page number on its line")
            self.end_line()

    # The report

    def prose(self, most: int = 4) -> str:
        """Sentences; among them some that hold words of furniture, or a page number stuck in."""
        sentences = self.rng.sample(SENTENCES, self.rng.randint(1, most))
        if self.trap("furniture words in sentences", self.chance(0.12)):
            sentences.insert(self.rng.randint(0, len(sentences)), self.pick("in_sentences"))
        text = "".join(sentences)
        inside = [m.start() for m in re.finditer(r"(?<=[\u4e00-\u9fff]{4})(?=[\u4e00-\u9fff]{4})", text)]
        if self.damaged and inside and self.chance(0.2):
            at = self.rng.choice(inside)
            text = text[:at] + self.rng.choice(["- 3 -", "-12-", " 4 ", "—5—"]) + text[at:]
        return text

    def topic(self) -> str:
        """The wording of a heading: one clause or two, in wrapped texts up to three."""
        most = 2 if self.layout == "wrapped" else 1
        return ",".join([self.pick("first"), *self.some("second", 0, most)])

    def heads(self, style: str, level: int, deeper: list[str]) -> list[str]:
        """The headings of a section's children, without their numbers."""
        if style == "label":
            return self.pick("labels")
        named = style in ("plain", "第一部分") or deeper[:1] == [style] or (deeper and self.chance(0.5))
        if level == 1 and named:
            return self.pick("parts")
        if style == "plain":
            return [f"{area}工作" for area in self.rng.sample(["党建", "城管", "综治", "民政", "经济"], 2)]
        return [self.topic() for _ in range(self.rng.randint(2, 4))]

    def number(self, style: str, i: int) -> str:
        cn = CN[i - 1]
        numbers = {
            "一、": f"{cn}、",
            "(一)": f"({cn})",
            "1.": f"{i}{self.dot}",
            "1、": f"{i}、",
            "(1)": f"({i})",
        }
        numbers |= {"一是": f"{cn}是", "第一部分": f"第{cn}部分 ", "——": "——", "①": "①②③④⑤⑥⑦⑧⑨"[i - 1]}
        return numbers.get(style, "")

    def sections(self, scheme: list[str], level: int = 1) -> Iterator[Paragraph]:
        """The paragraphs of an outline whose depths are numbered as the scheme says."""
        style, *deeper = scheme
        own_line = style not in ("一是", "——", "label") and self.chance(0.8 if deeper else 0.3)
        own_line |= style == "plain"
        inline = deeper[:1] in (["一是"], ["label"], ["(一)"]) and self.chance(0.4)
        close_all = self.layout == "one line" and not self.gap
        shared: Paragraph = []
        i = 0
        for head in self.heads(style, level, deeper):
            i += 2 if self.trap("skipped numbers", i > 0 and self.chance(0.05)) else 1
            heading: Run = (self.number(style, i) + head, level)
            if own_line:
                yield [heading, STOP] if close_all or (style != "plain" and self.chance(0.05)) else [heading]
                if not deeper or self.chance(0.3):
                    yield [(self.prose(), None)]
            elif style == "label" and self.together:
                shared += [heading, STOP, (self.prose(2), None)]
            elif inline:
                yield [heading, STOP, *self.inline(deeper, level + 1)]
            else:
                yield [heading, STOP, (self.prose(), None)]
            if deeper and (own_line or not inline):
                yield from self.sections(deeper, level + 1)
            elif self.layout != "one line" and not shared:
                yield from self.extras()
        if shared:
            yield shared

    def inline(self, scheme: list[str], level: int) -> Paragraph:
        """Sections that all run in one paragraph."""
        runs: Paragraph = []
        for i, head in enumerate(self.heads(scheme[0], level, scheme[1:]), 1):
            runs += [(self.number(scheme[0], i) + head, level), STOP, (self.prose(2), None)]
        return runs

    def extras(self) -> Iterator[Paragraph]:
        """Lines of a report that look like furniture or like headings."""
        for key, name in (
            ("no_furniture", "contact line in the report"),
            ("no_headings", "numbers that head nothing"),
        ):
            if self.chance(0.04):
                yield from ([(line, name)] for line in self.pick(key))
        if self.layout == "wrapped" and self.chance(0.25):
            before, after = self.pick("wrapped")
            clauses = cycle(self.some("clauses", 6, 6))
            while (len(before) + self.margin) % self.width < 0.7 * self.width:
                before = next(clauses) + before
            yield [(before + BREAK, None), (after, "line that starts with a number")]

    def report(self) -> None:
        """The body, perhaps with an annex, signed or not."""
        schemes = WORDINGS["schemes"]
        if self.layout == "one line":
            schemes = [s for s in schemes if "plain" not in s and "label" not in s]
        scheme = self.rng.choice(schemes)
        self.trap(f"outline {scheme}")
        body: list[Paragraph] = [
            [(self.prose(), None)] for _ in range(self.rng.randint("plain" in scheme, 2))
        ]
        body += self.sections(scheme.split())
        if self.chance(0.3):
            body.append([(self.pick("closings"), None)])
        signed = self.chance(0.4)
        if signed and self.layout == "paragraphs" and self.chance(0.2):
            body += [
                [(line, "annex of the report")] for line in ("附件:1.重点项目进展情况表", "2.任务分解表")
            ]
        for i, paragraph in enumerate(body):
            self.lay(paragraph, i == len(body) - 1)
        for line in [self.facts["street"].removesuffix("办事处") + "办事处", self.facts["cn"]] * signed:
            self.put(self.rng.choice(["", "\u3000" * 12, " " * 30]))
            self.put(line, "signature")
            self.end_line()

    def name(self) -> None:
        """The title, perhaps with a line below."""
        again = self.page.title is not None
        self.put(self.rng.choice(["", "", "    ", "\u3000" * 4]))
        span = self.put(self.title, "second title" if again else "title")
        self.page = self.page._replace(title=self.page.title or span)
        self.end_line()
        if self.slogan:
            self.put(f"——{self.facts['street']}{self.facts['year']}年工作总结", "subtitle")
            self.end_line()
        elif self.chance(0.06):
            self.put(self.signs(f"({self.facts['cn']})"), "date below the title")
            self.end_line()

    # Furniture

    def site(self) -> None:
        """Name of the site, tools, menus."""
        if self.chance(0.4):
            self.furnish("site lines", self.some("site", 1, 3))
        if self.chance(0.35):
            cut = self.rng.choice([" ", " | ", "|", "\u3000", "\xa0\xa0"])
            self.furnish("menu", [cut.join(self.pick("menus"))])
        elif self.chance(0.3):
            self.furnish("menu, one item a line", self.pick("menus"))

    def trail(self) -> None:
        cut = self.rng.choice([" > ", ">", " / ", "->", " ＞ ", "»", " >> ", "> ", " › "])
        end = self.rng.choice(["", "", cut + "正文", cut.rstrip()])
        self.furnish("breadcrumb", [self.pick("leads") + cut.join(self.pick("trails")) + end])

    def index(self) -> None:
        """A block of labels and values in one of its many forms."""
        lines = self.some("index", 4, 8)
        pairs = [line.split(":", 1) for line in lines]
        full = [pair for pair in pairs if pair[1] and pair[0] != "信息名称"]
        forms = {
            "a line": lines,
            "bullets": [f"• {line}" for line in lines],
            "spaced": [f"{' '.join(label)} : {value}" for label, value in pairs],
            "brackets": [f"[{label}] {value}" for label, value in pairs],
            "pipes": [f"| {label} | {value} |" for label, value in pairs],
            "one line": [self.rng.choice([" | ", "  ", "\t"]).join(lines)],
            "two a line": ["    ".join(lines[i : i + 2]) for i in range(0, len(lines), 2)],
            "split": [x for label, value in full for x in (label + ":", value)],
            "bare": [x for pair in full for x in pair],
            "table": [
                "\t".join(x for pair in pairs[i : i + 2] for x in pair) for i in range(0, len(pairs), 2)
            ],
        }
        form = self.rng.choice(list(forms))
        self.furnish(f"index, {form}", forms[form])

    def source(self) -> None:
        """Source, date, author, counter and tools in any order, always with a source or a date."""
        fields = WORDINGS["fields"]
        groups = [fields[self.rng.randint(0, 1)], *self.rng.sample(fields[2:], self.rng.randint(0, 3))]
        groups += [fields[1 - fields.index(groups[0])]] * self.chance(0.7)
        items = [self.fill(self.rng.choice(g)) for g in self.rng.sample(groups, len(groups))]
        if self.chance(0.2):
            items = [item.replace(":", " : ", 1) for item in items]
        if self.chance(0.15):
            self.furnish("source, a field a line", items)
        else:
            cut = self.rng.choice(["  ", " | ", "\u3000", "\xa0\xa0", " ", "\t", " <U+00A0>"])
            self.furnish("source line", [cut.join(items)])

    def any_of(self, key: str, p: float) -> None:
        """Each kind of line in a table, by chance."""
        for kind in self.rng.sample(list(WORDINGS[key]), len(WORDINGS[key])):
            if self.chance(p):
                self.furnish(kind, self.fill(self.rng.choice(WORDINGS[key][kind])))

    def related(self) -> None:
        """Titles of other pages below a head, with or without dates."""
        form = self.pick("related_forms")
        items = [
            form.replace("#", f"{i}").replace("@", item)
            for i, item in enumerate(self.some("related", 2, 5), 1)
        ]
        self.furnish("related", [self.pick("related_heads"), *"\n".join(items).split("\n")])

    def top(self) -> None:
        """What stands above the report, with its title somewhere in it."""
        self.site()
        blocks = [self.trail] * self.chance(0.7) + [self.index] * self.chance(0.35)
        first, second = self.rng.choice([(0, 0), (1, 0), (1, 0), (1, 0), (1, 1)])
        below = [self.source] * self.chance(0.75) + [self.name] * second
        for block in [*self.rng.sample(blocks, len(blocks)), *[self.name] * first, *below]:
            block()
        if not second or self.chance(0.5):
            self.any_of("top", 0.25)

    def bottom(self) -> None:
        """What stands below the report."""
        self.any_of("bottom", 0.35)
        if self.chance(0.25):
            self.related()
        if self.chance(0.5):
            self.furnish("footer", self.some("footer", 2, 8))

    def compose(self) -> Page:
        """The whole page; a good quarter have no furniture at all."""
        sides = self.rng.choice(["", "", "both", "both", "both", "top", "bottom"])
        self.trap("no furniture", not sides)
        if sides in ("both", "top"):
            self.top()
        elif self.chance(0.7):
            self.name()
        self.trap("no title", self.page.title is None)
        self.report()
        if sides in ("both", "bottom"):
            self.bottom()
        return self.page._replace(text="".join(self.parts))


def make_page(seed: int) -> Page:
    """A page, always the same for a seed."""
    return Composer(seed).compose()


# What the software makes of it


class Tally:
    """How many spans the gold and the software share, and how many each has."""

    def __init__(self) -> None:
        self.both = self.gold = self.found = 0

    def add(self, gold: set[Any], found: set[Any]) -> None:
        self.both += len(gold & found)
        self.gold += len(gold)
        self.found += len(found)

    @property
    def f1(self) -> float:
        return 2 * self.both / (self.gold + self.found) if self.gold + self.found else 1.0

    def __str__(self) -> str:
        precision, recall = self.both / max(self.found, 1), self.both / max(self.gold, 1)
        return f"F1 {self.f1:.3f}  precision {precision:.3f}  recall {recall:.3f}  of {self.gold}"


def read_page(page: Page) -> dict[str, tuple[set[Any], set[Any]]]:
    """Lines of furniture, and headings: what is there, and what the software finds."""
    parsed = parse(page.text.encode(), "x")
    headings = [s for s in parsed.sections if s.heading is not None and s.style not in ("title", "subtitle")]
    return {
        "furniture": (set(page.furniture), {(f.start, f.end) for f in parsed.furniture}),
        "headings": ({h[:2] for h in page.headings}, {(s.start, s.heading_end) for s in headings}),
        "levels": (set(page.headings), {(s.start, s.heading_end, s.level) for s in headings}),
    }


def score(pages: Iterable[Page]) -> dict[str, Tally]:
    """Agreement on furniture, on headings, and on headings with their levels."""
    total: dict[str, Tally] = defaultdict(Tally)
    for page in pages:
        for what, spans in read_page(page).items():
            total[what].add(*spans)
    return total


def mistakes(page: Page) -> Iterator[tuple[str, str]]:
    """What was missed or added, with the name of the trap there; and the text around it."""
    both = read_page(page)
    for what in ("furniture", "headings"):
        gold, found = both[what]
        for a, b in sorted(gold ^ found):
            near = (name for (start, end), name in page.names.items() if start < b and a < end)
            shown = page.text[max(a - 12, 0) : a] + "⟦" + page.text[a:b][:60] + "⟧" + page.text[b : b + 12]
            yield f"{what}, {'missed' if (a, b) in gold else 'added'}: {next(near, 'text')}", repr(shown)


def report_scores(pages: list[Page], show: int) -> None:
    """Print the agreement over all pages, over those with each trap, and where the mistakes lie."""
    for what, tally in score(pages).items():
        print(f"{what:10} {tally}")
    print("\nF1 on the pages with a trap: furniture, headings, headings with levels")
    traps = {trap: score(p for p in pages if trap in p.traps) for trap in {t for p in pages for t in p.traps}}
    for trap, tallies in sorted(traps.items()):
        print(*(f"{tally.f1:.3f}" for tally in tallies.values()), trap, sep="  ")
    faults: dict[str, list[str]] = defaultdict(list)
    for seed, page in enumerate(pages):
        for name, shown in mistakes(page):
            faults[name].append(f"        seed {seed}: {shown}")
    print("\nMistakes by place")
    for name, lines in sorted(faults.items(), key=lambda item: (-len(item[1]), item[0])):
        print(f"{len(lines):5} {name}", *lines[:show], sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--score", type=int, default=200, metavar="N", help="how many pages (default 200)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="mistakes shown of each kind")
    arguments = parser.parse_args()
    report_scores([make_page(seed) for seed in range(arguments.score)], arguments.show)
