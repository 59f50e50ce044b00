"""Made-up work reports for timing: as many as asked for, always the same for a seed.

Each report has the outline of one of the five real ones and sentences put together from theirs, of the same
part (review, plan, problems) and theme. Nothing is merely copied: clauses of several sentences are joined,
words give way to others of their class and length, most of the corpus and some of the dictionary, numbers
are redrawn and names made up, so that a cache of sentences or runs would gain little. The result reads as
nonsense and is for timing only.

    python benchmarks/generate.py 1000 --out reports.jsonl
    python benchmarks/generate.py 1000 --measure
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tomllib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import accumulate, groupby
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from jiedao.corpus import Corpus, read_corpus
from jiedao.lexicon import default_terms, place_names
from jiedao.names import BODY_NOUNS, PLACE_NOUNS
from jiedao.report import parse

ROOT = Path(__file__).resolve().parent.parent
FEWEST, MOST = 3000, 4600  # characters of a report without blanks and furniture, as the real ones have them
YEARS = range(2015, 2025)
JOINED = 0.7  # share of clauses taken from another sentence
SWAPPED = 0.7  # share of ordinary words and terms that give way to others
FROM_DICTIONARY = 0.08  # share of those that the dictionary has to give, not the corpus

HAN = re.compile("[\u3400-\u9fff]+")
DIGITS = re.compile(r"\d+")
SENTENCE = re.compile("[^。！？；!?;\r\n]*[^。！？；!?;\\s][。！？；!?;”]*")
YEAR = re.compile(r"(?:19|20)\d\d(?=年|$|[-/.])")
SWAPPABLE = set("n v vn a ad an d b nz l i t f".split())
OPENING, CLOSING = "“《(（【「『", "”》)）】」』"
NOUNS = sorted([*PLACE_NOUNS, *BODY_NOUNS], key=lambda noun: (-len(noun), noun))

CITIES = """
湖南省 长沙市 天心区 岳麓区 芙蓉区 开福区 雨花区
湖北省 武汉市 江岸区 江汉区 汉阳区 武昌区
江西省 南昌市 东湖区 西湖区 青云谱区
安徽省 合肥市 瑶海区 庐阳区 蜀山区 包河区
浙江省 杭州市 上城区 拱墅区 滨江区
江苏省 南京市 玄武区 秦淮区 建邺区
福建省 福州市 鼓楼区 台江区 仓山区
广东省 广州市 越秀区 海珠区 荔湾区 天河区
广西壮族自治区 南宁市 青秀区 兴宁区 江南区
四川省 成都市 锦江区 青羊区 金牛区 武侯区
贵州省 贵阳市 南明区 云岩区
云南省 昆明市 五华区 盘龙区 官渡区
陕西省 西安市 新城区 碑林区 莲湖区
甘肃省 兰州市 城关区 七里河区
河南省 郑州市 中原区 金水区
山东省 济南市 历下区 市中区 槐荫区
河北省 石家庄市 长安区 桥西区
山西省 太原市 小店区 迎泽区
辽宁省 沈阳市 和平区 沈河区
吉林省 长春市 南关区 宽城区
黑龙江省 哈尔滨市 道里区 南岗区
"""
FIRST = (
    "金银桃柳荷梅桂竹云龙凤鹤鹿石玉珠泉清长新福永安宁和文武学观白青紫丹碧东西南北双三七九大小古高平星月春晓"
)
MIDDLE = "家沙盆仙石马塘井溪竹林花台门"
SECOND = "湖山河塘溪桥岭坪湾园林泉洲港亭岗坡浦渡滩冲铺井台门塔坊屿阁"
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程"


# What the corpus has to give


class Piece(NamedTuple):
    """A token: how it is redrawn (kept, word, term, number, year, or a name of some kind), and from what."""

    text: str
    how: str = "kept"
    key: Any = None


Clause = list[Piece]


class Part(NamedTuple):
    """A section of a real report: what stands before its heading, the heading, and what follows it."""

    before: str
    number: str
    heading: list[Clause]
    after: str
    length: int  # of the text below the heading, without blanks
    kind: tuple[str, str]  # orientation and theme
    style: str
    parent: str | None


class Skeleton(NamedTuple):
    """The outline of a real report; its periods in months before or after January of its first year."""

    parts: list[Part]
    genre: str
    periods: dict[str, int | None]
    year: int
    length: int


class Material(NamedTuple):
    """Everything that reports are made of."""

    skeletons: list[Skeleton]
    sentences: dict[tuple[str, str], list[list[Clause]]]
    clauses: dict[tuple[str, str, str], list[Clause]]
    headings: dict[tuple[str, int, int], list[Clause]]
    words: dict[tuple[str, int], list[str]]
    labels: dict[bool, list[list[list[Clause]]]]  # of one section, by whether each opens a line
    terms: dict[int, list[str]]
    dictionary: dict[tuple[str, int], tuple[list[str], list[int]]]
    brands: list[str]
    page: dict[str, Any]


@cache
def read_material() -> Material:
    """Read the corpus, the dictionary of jieba and the wordings of web pages."""
    corpus = read_corpus(ROOT / "data" / "raw")
    tags: dict[str, str] = {}
    listed: dict[tuple[str, int], list[tuple[str, int]]] = defaultdict(list)
    for line in files("jieba").joinpath("dict.txt").read_text("utf-8").splitlines():
        word, count, tag = line.split(" ")
        tags[word] = tag
        if int(count) >= 20 and tag in SWAPPABLE and HAN.fullmatch(word):
            listed[tag, len(word)].append((word, int(count)))
    dictionary = {
        key: ([w for w, _ in rows], list(accumulate(n for _, n in rows))) for key, rows in listed.items()
    }
    terms: dict[int, list[str]] = defaultdict(list)
    for term in sorted(default_terms()):
        if HAN.fullmatch(term):
            terms[len(term)].append(term)
    page = tomllib.loads((ROOT / "tests" / "pages.toml").read_text("utf-8"))
    material = Material([], *(defaultdict(list) for _ in range(5)), terms, dictionary, [], page)
    for row in corpus.documents.itertuples():
        material.skeletons.append(_take_apart(corpus, row, tags, material))
    for cut in [sentence for found in material.sentences.values() for sentence in found]:
        for piece in (piece for clause in cut for piece in clause):
            if piece.how in ("word", "term"):
                material.words[piece.key].append(piece.text)
            elif piece.how == "brand":
                material.brands.extend(re.findall("[\u4e00-\u9fff]{2}", piece.text))
    return material


def _take_apart(corpus: Corpus, row: Any, tags: dict[str, str], material: Material) -> Skeleton:
    """One report: its outline; its sentences and headings go into the material."""
    text, year = corpus.text(row.doc_id), int((row.review_start or row.plan_start)[:4])
    tokens: dict[str, list[Any]] = defaultdict(list)
    for token in corpus.tokens[corpus.tokens["doc_id"] == row.doc_id].itertuples():
        tokens[token.section_id].append(token)
    sentences: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for s in corpus.sentences[corpus.sentences["doc_id"] == row.doc_id].itertuples():
        sentences[s.section_id].append((s.start, s.end))
    stems = (row.street.removesuffix("街道"), row.district[:2])
    own_length = 0
    parts, previous = [], None
    sections = corpus.sections[corpus.sections["doc_id"] == row.doc_id]
    for s in sections.itertuples():
        if s.orientation == "apparatus":
            continue  # titles and signatures are made anew
        kind = (s.orientation, s.theme if isinstance(s.theme, str) else "")
        cut = s.heading_end if isinstance(s.heading, str) else s.start

        def pieces(start: int, end: int, section: Any = s) -> Clause:
            mine = [t for t in tokens[section.section_id] if start <= t.start and t.end <= end]
            return [_piece(text[t.start : t.end], t.kind, tags, stems, year) for t in mine]

        below = text[cut : s.own_end]
        after = re.match(r"[。！？；：，!?;:,]?\s*", below)[0] if s.heading_end > s.start else ""
        gap = "" if previous is None else text[previous : s.start]
        number = s.number if isinstance(s.number, str) else ""
        at = text.find(s.heading[0], s.start) if number else s.start
        heading = _clauses(pieces(at, cut))
        for i, clause in enumerate(heading):
            if kind[1]:
                material.headings[s.style, len(heading), i].append(clause)
        length = len("".join(below.split())) - len(after.strip())
        own_length += len("".join(text[s.start : s.own_end].split()))
        before = "\n" * min(gap.count("\n"), 2) if len(gap.strip()) else gap
        parts.append(Part(before, text[s.start : at], heading, after, length, kind, s.style, s.parent))
        previous = s.own_end
        for start, end in sentences[s.section_id]:
            if start >= cut and len(clauses := _clauses(pieces(start, end))) and end - start > 6:
                material.sentences[kind].append(clauses)
                for i, clause in enumerate(clauses):
                    material.clauses[(*kind, _place(i, len(clauses)))].append(clause)
    for mine in _label_groups(parts):
        material.labels[bool(mine[-1].before)].append([part.heading for part in mine])
    names = ("review_start", "review_end", "plan_start", "plan_end")
    periods = {n: _months(getattr(row, n), year) for n in names}
    return Skeleton(parts, row.genre, periods, year, own_length)


def _label_groups(parts: list[Part]) -> list[list[Part]]:
    labels = [part for part in parts if part.style == "run_in_label"]
    return [list(mine) for _, mine in groupby(labels, key=lambda part: part.parent)]


def _piece(text: str, kind: str, tags: dict[str, str], stems: tuple[str, str], year: int) -> Piece:
    if kind == "number" and (found := YEAR.match(text)):
        return Piece(text[4:], "year", int(found[0]) - year)
    if kind == "number" and DIGITS.search(text) and not re.search("[A-Za-z]", text):
        return Piece(text, "number")
    if kind in ("name", "place"):
        if text in place_names():
            return Piece(
                text, "province" if text.endswith("省") else "city" if text.endswith("市") else "kept"
            )
        for how, stem in zip(("street", "district"), stems, strict=True):
            if text.startswith(stem) and len(text) - len(stem) < 3:
                return Piece(text, how, text[len(stem) :])
        noun = next((n for n in NOUNS if text.endswith(n) and len(text) > len(n)), None)
        return Piece(text, "local", noun) if noun else Piece(text, "brand", len(text))
    if kind == "term" and HAN.fullmatch(text):
        return Piece(text, "term", ("term", len(text)))
    if kind == "word" and len(text) > 1 and tags.get(text) in SWAPPABLE:
        return Piece(text, "word", (tags[text], len(text)))
    return Piece(text)


def _clauses(pieces: Clause) -> list[Clause]:
    """Cut at commas and the like, never inside quotation marks or brackets."""
    clauses: list[Clause] = [[]]
    depth = 0
    for piece in pieces:
        clauses[-1].append(piece)
        depth += (piece.text in OPENING) - (piece.text in CLOSING) if len(piece.text) == 1 else 0
        if piece.text in ",，;；:：" and depth <= 0:
            clauses.append([])
    return [clause for clause in clauses if clause]


def _place(i: int, n: int) -> str:
    return "only" if n == 1 else "first" if i == 0 else "last" if i == n - 1 else "mid"


def _months(month: str, year: int) -> int | None:
    return (int(month[:4]) - year) * 12 + int(month[5:7]) - 1 if month else None


# Reports


class Writer:
    """Writes one report."""

    def __init__(self, seed: int, n: int) -> None:
        self.rng = rng = Random(f"{seed}/{n}")  # a text as seed is hashed alike everywhere
        self.material = material = read_material()
        self.skeleton = rng.choice(material.skeletons)
        province, city, *districts = rng.choice(CITIES.strip().split("\n")).split()
        stem, district, year = self.stem(), rng.choice(districts), rng.choice(YEARS)
        self.year = year
        self.facts = {"street": stem + "街道", "district": district, "city": city, "province": province}
        self.stems = {"street": stem, "district": district.removesuffix("区") or district}
        self.locals = [self.stem() for _ in range(rng.randint(6, 12))]
        self.brands = ["".join(rng.sample(material.brands, 3)) for _ in range(8)]
        review, plan = self.skeleton.periods["review_end"], self.skeleton.periods["plan_start"]
        months = plan if review is None else review + 1
        months += rng.randint(-1, 1) if months else 0
        self.day = f"{year + months // 12}-{months % 12 + 1:02}-{rng.randint(1, 28):02}"

    def stem(self) -> str:
        """A made-up name of a place, of two or three characters."""
        rng = self.rng
        return rng.choice(FIRST) + (rng.choice(MIDDLE) if rng.random() < 0.5 else "") + rng.choice(SECOND)

    # Words

    def write(self, clause: Clause, swapped: float = SWAPPED, alike: dict[str, str] | None = None) -> str:
        """A clause with other words, numbers and names; those in ``alike`` are the same each time."""
        random, said = self.rng.random, []
        for piece in clause:
            how = piece.how
            if how == "kept":
                said.append(piece.text)
            elif how in ("word", "term"):
                new = self.swap(piece) if random() < swapped else piece.text
                said.append(new if alike is None else alike.setdefault(piece.text, new))
            else:
                said.append(self.rename(piece))
        return "".join(said)

    def swap(self, piece: Piece) -> str:
        """Another word of the same class and length."""
        rng, material = self.rng, self.material
        if piece.how == "term" and rng.random() < 0.5:
            return rng.choice(material.terms[piece.key[1]])
        if rng.random() < FROM_DICTIONARY and piece.key in material.dictionary:
            words, counts = material.dictionary[piece.key]
            return words[bisect_left(counts, rng.randint(1, counts[-1]))]
        return rng.choice(material.words.get(piece.key) or [piece.text])

    def rename(self, piece: Piece) -> str:
        """Another number, or a name of this report's own."""
        rng, how = self.rng, piece.how
        if how == "year":
            return f"{self.year + piece.key}{self.number(piece.text)}"
        if how == "number":
            return self.number(piece.text)
        if how == "local":
            person = piece.key in ("调解室", "工作室")
            name = rng.choice(SURNAMES) + rng.choice(FIRST) if person else rng.choice(self.locals)
            return name + piece.key
        if how == "brand":
            return rng.choice(self.brands)[: max(piece.key, 2)]
        return self.stems[how] + piece.key if how in self.stems else self.facts[how]

    def number(self, text: str) -> str:
        """Other digits, as many as there were."""
        rng = self.rng

        def digits(match: re.Match[str]) -> str:
            old, next_sign = match[0], text[match.end() : match.end() + 1]
            if next_sign in ("月", "日", "号"):
                return str(rng.randint(1, 12))
            first = str(rng.randint(1, 9))
            return first + "".join(rng.choice("0123456789") for _ in old[1:])

        return DIGITS.sub(digits, text)

    # Sentences and headings

    def sentence(self, kind: tuple[str, str]) -> str:
        """A sentence of a part and theme, clauses of others among its own."""
        rng, material = self.rng, self.material
        model = rng.choice(material.sentences.get(kind) or material.sentences["prospective", "GOV"])
        said = []
        for i, clause in enumerate(model):
            others = material.clauses.get((*kind, _place(i, len(model))))
            said.append(self.write(rng.choice(others) if others and rng.random() < JOINED else clause))
        return "".join(said)

    def paragraph(self, kind: tuple[str, str], wanted: int) -> str:
        """Sentences until there are about as many characters as wanted."""
        said, length = [], 0
        while length < wanted:
            new = self.sentence(kind)
            if said and length + len(new) / 2 > wanted:
                break
            said.append(new)
            length += len(new)
        return "".join(said)[:-1] + "。" if said else ""

    def heading(self, part: Part) -> str:
        """A heading of the same style and as many clauses; those that name a part keep their words."""
        said = []
        for i, clause in enumerate(part.heading):
            others = self.material.headings.get((part.style, len(part.heading), i)) if part.kind[1] else None
            said.append(self.write(self.rng.choice(others) if others else clause, SWAPPED if others else 0))
        return "".join(said)

    def labels(self, parts: list[Part]) -> list[str]:
        """Labels of one section, built alike as they are in the real ones."""
        rng, alike = self.rng, {}
        groups = self.material.labels[bool(parts[-1].before)]
        group = rng.choice([group for group in groups if len(group) >= len(parts)])
        return ["".join(self.write(c, SWAPPED, alike) for c in heading) for heading in group[: len(parts)]]

    # The page

    def title(self) -> str:
        """What the report is called."""
        street, year, genre = self.facts["street"], self.year, self.skeleton.genre
        half = self.skeleton.periods["review_end"] == 5
        if half:
            return f"{street}{year}年上半年工作总结及下半年工作计划"
        if "review" in genre:
            return f"{street}{year}年工作总结" + self.rng.choice(
                [f"及{year + 1}年工作计划", "", "和下步打算"]
            )
        return f"{street}{year}年工作" + self.rng.choice(["计划", "要点", "安排"])

    def furniture(self, title: str) -> tuple[list[str], list[str]]:
        """Lines above and below a report, the title among those above; a tenth of the pages have none."""
        rng, page = self.rng, self.material.page
        year, month, day = map(int, self.day.split("-"))
        facts = {**self.facts, "year": year, "next": year + 1, "n": rng.randint(1000, 9999)}
        facts |= {"iso": self.day, "slash": f"{year}/{month}/{day}", "cn": f"{year}年{month}月{day}日"}
        facts["clock"] = f"{rng.randint(8, 18):02}:{rng.randint(0, 59):02}"

        def pick(lines: list[Any], n: int) -> list[str]:
            flat = [x for line in rng.sample(lines, n) for x in ([line] if isinstance(line, str) else line)]
            return [x.format(**facts) for x in flat]

        if rng.random() < 0.1:
            return [title], []
        above = []
        if rng.random() < 0.8:
            above += pick(page["site"], rng.randint(0, 2))
            above.append(rng.choice(page["leads"]) + " > ".join(pick([rng.choice(page["trails"])], 1)))
        above += pick(page["index"], rng.randint(4, 8)) if rng.random() < 0.4 else []
        above.append(title)
        above.append("  ".join(x for group in page["fields"][:4] for x in pick(group, 1)))
        above += pick(page["top"]["share"], 1) if rng.random() < 0.3 else []
        below = pick(page["bottom"]["tools"], 1) + pick(page["bottom"]["share"], 1)
        below += pick(page["bottom"]["QR"], 1) if rng.random() < 0.5 else []
        below += pick(page["bottom"]["prev and next"], 1) if rng.random() < 0.4 else []
        return above, below + pick(page["footer"], rng.randint(2, 7))

    def report(self) -> str:
        """The body, of the length of a real one."""
        skeleton = self.skeleton
        scale = self.rng.uniform(FEWEST + 150, MOST - 150) / skeleton.length
        said, owed, wanted = [], 0.0, 0.0
        labels = iter([label for mine in _label_groups(skeleton.parts) for label in self.labels(mine)])
        for part in skeleton.parts:
            wanted += scale * (part.length + sum(len(p.text) for c in part.heading for p in c))
            heading = next(labels) if part.style == "run_in_label" else self.heading(part)
            rest = wanted - owed - len(heading)
            text = self.paragraph(part.kind, max(rest, 12)) if part.length else ""
            said += [part.before, part.number, heading, part.after, text]
            owed += len(heading) + len(text)
        return "".join(said).strip("\n")

    def document(self, n: int) -> dict[str, str]:
        """A line of the file."""
        title = self.title()
        above, below = self.furniture(title)
        body = [self.report()]
        if self.rng.random() < 0.2:
            year, month, day = map(int, self.day.split("-"))
            body += ["", self.facts["street"] + "办事处", f"{year}年{month}月{day}日"]
        row = {"doc_id": f"r{n:06}", "text": "\n".join([*above, "", *body, "", *below]).strip() + "\n"}
        row |= self.facts | {"genre": self.skeleton.genre}
        for name, months in self.skeleton.periods.items():
            row[name] = "" if months is None else f"{self.year + months // 12}-{months % 12 + 1:02}"
        return row | {"title": title, "published": self.day}


def generate(n: int, seed: int = 0) -> Iterator[dict[str, str]]:
    """Documents, one at a time, always the same for a seed; the first of more are those of fewer."""
    for i in range(n):
        yield Writer(seed, i).document(i)


def write_jsonl(path: str | Path, n: int, seed: int = 0) -> None:
    """Write documents to a file, an object a line."""
    with Path(path).open("w", encoding="utf-8", newline="\n") as file:
        for document in generate(n, seed):
            file.write(json.dumps(document, ensure_ascii=False) + "\n")


# How much of them repeats


def repeats(reports: Iterable[list[str]]) -> dict[str, float]:
    """How much of the sentences of some reports comes more than once in them.

    Of sentences and of runs of Chinese characters between signs: the share that has a double, and of runs
    also the share of their characters, since the short ones (亿元, 同比增长) repeat in any reports.
    """
    sentences: Counter[str] = Counter()
    runs: Counter[str] = Counter()
    for report in reports:
        sentences.update(report)
        runs.update(run for sentence in report for run in HAN.findall(sentence))
    twice = {run: n for run, n in runs.items() if n > 1}
    characters = sum(len(run) * n for run, n in runs.items())
    return {
        "sentences": sum(sentences.values()),
        "sentences_repeated": sum(n for n in sentences.values() if n > 1) / sentences.total(),
        "runs": runs.total(),
        "runs_repeated": sum(twice.values()) / runs.total(),
        "run_characters_repeated": sum(len(run) * n for run, n in twice.items()) / characters,
    }


def sentences_of(text: str) -> list[str]:
    """The sentences of a page as the package reads it, headings and furniture left out."""
    parsed = parse(text.encode())
    own = (parsed.plain[s.heading_end if s.heading else s.start : s.own_end] for s in parsed.sections)
    return [found[0] for stretch in own for found in SENTENCE.finditer(stretch)]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("n", type=int, help="how many reports")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="file to write, an object a line")
    parser.add_argument("--measure", action="store_true", help="print how much of them repeats")
    args = parser.parse_args()
    if args.out:
        write_jsonl(args.out, args.n, args.seed)
    if args.measure:
        real = [path.read_text("utf-8") for path in sorted(ROOT.glob("data/raw/texts/*.txt"))]
        made = (document["text"] for document in generate(args.n, args.seed))
        for name, texts in (("real", real), ("made", made)):
            print(name, json.dumps(repeats(map(sentences_of, texts))))
    if not (args.out or args.measure):
        sys.exit("nothing to do: --out FILE or --measure")


if __name__ == "__main__":
    main()
