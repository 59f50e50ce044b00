"""Coded themes: the rules by hand-worked cases, the words where they stand, and the readers' codes."""

import json
from itertools import chain, pairwise
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiedao import JiedaoError
from jiedao.coding import CODES, code_sections, find_evidence, read_codebook, read_theme_words
from jiedao.corpus import read_corpus
from jiedao.headings import Section
from jiedao.names import any_of

ROOT = Path(__file__).parents[1]
# A lexicon small enough to work cases by hand.
WORDS = pd.DataFrame(
    [
        ("安全生产", "SAFETY", 3),
        ("生产", "ECON", 1),
        ("招商", "ECON", 3),
        ("党建", "PARTY", 3),
        ("网格", "GOV", 3),
        ("信访", "STAB", 3),
        ("志愿", "CIV", 3),
        ("保洁", "ENV", 3),
        ("道路", "URBAN", 3),
        ("养老", "WELFARE", 3),
        ("医保", "WELFARE", 2),
    ],
    columns=["word", "code", "weight"],
)


def outline(*sections):
    """A text of some sections, one after the other; each a dict with heading and body, by default plain."""
    rows, text = [], ""
    for given_ in sections:
        section = {"heading": "", "body": "", "orientation": "retrospective"} | given_
        start, heading = len(text), section["heading"]
        text += heading + section.pop("body")
        style = "run_in_label" if heading else "none"
        ends = {"heading_end": start + len(heading), "own_end": len(text), "end": len(text)}
        rows.append(Section(**{"start": start, "level": 1, "number": None, "style": style} | ends | section))
        text += "\n"
    return text, rows


def code(*sections, words=WORDS):
    """The codes of some sections."""
    text, sections = outline(*sections)
    return code_sections(text, sections, find_evidence(text, sections, words))


def themes(*sections, words=WORDS):
    """Theme and second theme of the last of some sections."""
    last = code(*sections, words=words)[-1]
    return last.theme, last.theme_secondary


def test_the_codebook_holds_the_codes():
    codebook = read_codebook()
    assert sorted(codebook["code"]) == sorted(CODES)
    assert list(codebook["code"])[:3] == ["FRAME", "PARTY", "ECON"]
    for row in codebook.itertuples():  # a name for each number of the Comparative Agendas Project
        assert len(row.cap_major.split(";")) == len(row.cap_topic.split(";")), row.code
        assert bool(row.cap_major) == bool(row.cap_topic) == (row.code != "FRAME")


def test_each_word_stands_once_and_says_where_it_comes_from():
    words = read_theme_words()
    assert not words["word"].str.contains("[。;!?\r\n]").any()  # what `code_sections` builds on
    assert words["word"].is_unique and (words["word"].str.len() >= 2).all()
    assert set(words["code"]) == set(CODES) and set(words["weight"]) == {1, 2, 3}
    assert words["source"].ne("").all()
    assert words.groupby("code").size().min() >= 50


@pytest.mark.parametrize("row", ["招商,TRADE,3,x", "招商,ECON,4,x", "招商,ECON,,x", ",ECON,3,x"])
def test_a_word_with_a_wrong_code_or_weight_is_refused(tmp_path, row):
    (tmp_path / "theme_words.csv").write_text(f"word,code,weight,source\n{row}\n", "utf-8")
    with pytest.raises(JiedaoError, match=r"theme_words\.csv"):
        read_theme_words(tmp_path)


def test_evidence_is_the_longest_word_at_its_place_in_the_document():
    sections = outline({"body": "前言"}, {"heading": "抓安全生产", "body": "。促生产,安全生产。"})
    none, evidence = find_evidence(*sections, WORDS)
    assert none == []
    assert [w.word for w in evidence] == ["安全生产", "生产", "安全生产"]
    assert [w.start for w in evidence] == [4, 10, 13]
    assert [(w.code, w.weight) for w in evidence] == [("SAFETY", 3), ("ECON", 1), ("SAFETY", 3)]


def spans(found):
    return [(w.word, w.start, w.end) for w in found]


def test_no_word_lies_across_the_border_of_a_section():
    text = "抓安全生产网格党建"  # 抓安全 | 生产网 | 格党建, all below one heading
    whole, *parts = (
        Section(a, b, b, end, 1, None, None, "none", is_leaf=a == end - 3)
        for a, b, end in [(0, 0, 9), (0, 3, 3), (3, 6, 6), (6, 9, 9)]
    )
    found = find_evidence(text, [whole, *parts], WORDS)
    assert spans(found[0]) == [("安全生产", 1, 5), ("网格", 5, 7), ("党建", 7, 9)]
    assert [spans(f) for f in found[1:]] == [[], [("生产", 3, 5)], [("党建", 7, 9)]]


@given(
    st.lists(st.sampled_from([*"安全生产网格党建。", *WORDS["word"]]), max_size=30).map("".join),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=5),
)
def test_a_section_has_the_words_that_its_text_has_by_itself(text, places):
    borders = [(min(a, b, len(text)), min(max(a, b), len(text))) for a, b in places]
    sections = [Section(a, a, b, b, 1, None, None, "none") for a, b in borders]
    for (a, b), found in zip(borders, find_evidence(text, sections, WORDS), strict=True):
        alone = any_of(WORDS["word"]).finditer(text[a:b])
        assert spans(found) == [(m[0], a + m.start(), a + m.end()) for m in alone]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        # 1. Characters decide, not words: three words of two short clauses against one long clause.
        ({"body": "招商、招商、网格长期走访入户收集意见建议并且及时反馈"}, ("GOV", None)),
        # A clause without a word of the lexicon goes with its sentence.
        ({"body": "招商。为老人建起六个食堂和四个照料点,推进养老。"}, ("WELFARE", None)),
        # 2. Without a majority the heading's object decides, not its modifier.
        ({"heading": "党建引领网格", "body": "。抓招商一二三,抓党建一二三,抓网格一二三。"}, ("GOV", "PARTY")),
        ({"heading": "以招商为抓手强网格", "body": "。抓招商一二,抓党建一二,抓网格一二。"}, ("GOV", "ECON")),
        # But a majority of the text wins over the heading.
        ({"heading": "抓招商", "body": "。养老养老养老养老养老养老养老。"}, ("WELFARE", None)),
        # A heading that is all modifier is its own object.
        ({"heading": "抓党建引领", "body": "。招商一二三,党建,网格一二三。"}, ("PARTY", None)),
        # 3. Of equals the more specific theme wins.
        ({"body": "安全生产。信访信访。"}, ("STAB", None)),
        ({"body": "网格网格。安全生产。"}, ("SAFETY", "GOV")),
        ({"body": "网格网格。志愿志愿。"}, ("CIV", "GOV")),
        ({"body": "道路道路。保洁保洁。"}, ("ENV", "URBAN")),
        # 5. A second theme from a fifth of the text on (here 4 of 13, 4 of 22).
        ({"body": "招商招商一二三四五。网格网格"}, ("ECON", "GOV")),
        ({"body": "招商招商一二三四五六七八九十一二三四。网格网格"}, ("ECON", None)),
        # FRAME has no second theme, and titles have none at all.
        ({"body": "抓招商,抓网格。", "orientation": "preamble"}, ("FRAME", None)),
        ({"body": "", "orientation": "closing"}, ("FRAME", None)),
        ({"heading": "招商工作总结", "orientation": "apparatus"}, (None, None)),
        ({"body": ""}, (None, None)),
        ({"body": "没有一个词。"}, (None, None)),
    ],
)
def test_tie_breaks(section, expected):
    assert themes(section) == expected


def test_where_a_section_is_filed_does_not_decide():
    above = {"heading": "一、城市道路", "style": "own_line"}
    assert themes(above, {"heading": "安全生产", "body": "。查安全生产。", "parent": 0})[0] == "SAFETY"
    assert themes(above, {"heading": "其他", "body": "。没有一个词。", "parent": 0})[0] == "URBAN"
    part = {"heading": "(一)", "style": "own_line", "parent": 0}  # a silent heading in between
    assert themes(above, part, {"heading": "其他", "body": "。", "parent": 1})[0] == "URBAN"


def test_a_lead_in_takes_the_theme_of_its_heading():
    above = {"heading": "一、城市道路", "style": "own_line"}
    lead = {"body": "围绕招商聚力。", "parent": 0}
    assert themes(above, lead)[0] == "URBAN"
    assert code(above, lead)[1].theme_words == ["道路"]  # the words it rests on
    assert (
        themes(above, lead | {"body": "围绕招商聚力。抓好招商。"})[0] == "ECON"
    )  # this is more than a lead-in


def test_words_are_kept_in_order_of_weight():
    row = code({"body": "医保、养老、医保、养老、网格、网格"})[0]
    assert row.theme_words == ["养老", "网格", "医保"]
    assert row.theme == "WELFARE" and row.score == pytest.approx(4 / 6) and row.margin == pytest.approx(2 / 6)


@pytest.mark.parametrize(
    ("body", "sure"),
    [
        ("招商。", False),  # one word only
        ("招商,招商。", True),
        ("生产,生产,生产,生产。", False),  # hints
        ("招商,招商,招商,网格,网格,网格。", False),  # no lead
    ],
)
def test_thin_or_close_codes_are_unsure(body, sure):
    assert code({"body": body})[0].sure == sure


def test_a_preamble_that_speaks_of_one_matter_is_unsure():
    codes = code(
        {"body": "抓招商,抓网格。", "orientation": "preamble"},
        {"body": "抓招商。", "orientation": "preamble"},
    )
    assert [c.sure for c in codes] == [True, False]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ("办事处是人民政府的派出机关,自治区人民政府印发通知。", {"PARTY", "FRAME"}),  # no 办事, 民政, 自治
        ("农民生产生活条件改善,募集资金用于农田。", {"ECON"}),  # no 民生, 集资
        ("高标准农田建成投用,粮食生产稳定,新型农业经营主体增加。", {"ECON"}),
        ("规模以上工业增加值增长,进出口总额和实际利用外资增加。", {"ECON"}),
        ("普惠性幼儿园学位增加,县医院和乡镇卫生院完成提质。", {"WELFARE"}),
        ("河长巡河,空气质量优良天数增加,黑臭水体消除。", {"ENV"}),
        ("国省干线公路通车,农村供水管网延伸,水库除险加固开工。", {"URBAN"}),
        ("扫黑除恶,反诈宣传,刑事发案下降。", {"SAFETY"}),
        ("初信初访化解,重复访下降,人民调解员进村。", {"STAB"}),
        ("村规民约修订,村民议事会、乡村治理积分制推行。", {"GOV"}),
        ("农家书屋开放,送戏下乡,移风易俗,志愿者上门。", {"CIV"}),
        ("三会一课落实,驻村工作队管理从严,纪检监察立案。", {"PARTY"}),
    ],
)
def test_reports_of_any_level_find_their_theme(text, theme):
    assert themes({"body": text}, words=None)[0] in theme


ANY = st.lists(
    st.one_of(st.text(max_size=8), st.sampled_from([*WORDS["word"], *"。,、:\n引领"])), max_size=30
)


@given(ANY.map("".join), ANY.map("".join), st.sampled_from(["retrospective", "preamble", "apparatus"]))
def test_any_text(heading, body, orientation):
    text, sections = outline({"heading": heading, "body": body, "orientation": orientation}, {"parent": 0})
    evidence = find_evidence(text, sections, WORDS)
    for words in evidence:
        assert all(text[w.start : w.end] == w.word for w in words)
        assert all(a.end <= b.start for a, b in pairwise(words))
    codes = code_sections(text, sections, evidence)
    assert len(codes) == 2
    for code in codes:
        assert {code.theme, code.theme_secondary} <= {*CODES, None}
        assert 0 <= code.score <= 1 and 0 <= code.margin <= 1
        assert code.theme or not code.sure


@pytest.fixture(scope="module")
def reports():
    """Text and outline of each report by its doc_id."""
    corpus = read_corpus(ROOT / "data/raw")
    return {doc_id: (parsed.plain, parsed.sections) for doc_id, parsed in corpus._parsed.items()}


@pytest.fixture(scope="module")
def gold():
    """What readers gave to leaf sections: primary and secondary by document and start."""
    read = {}
    for path in sorted((ROOT / "tests/gold").glob("*.json")):
        report = json.loads(path.read_text("utf-8"))
        for s in report["sections"]:
            if s["is_leaf"] and s["primary"]:
                read[report["doc_id"], s["start"]] = (s["primary"], s["secondary"])
    return read


def compare(reports, gold, words=None):
    """Leaf sections that readers coded: whether the theme is theirs, or their second one."""
    rows = []
    for doc_id, (text, sections) in reports.items():
        codes = code_sections(text, sections, find_evidence(text, sections, words))
        for section, code in zip(sections, codes, strict=True):
            if read := gold.get((doc_id, section.start)):
                rows.append((doc_id, code.sure, code.theme == read[0], code.theme in read))
    return pd.DataFrame(rows, columns=["doc_id", "sure", "same", "either"])


def test_evidence_stands_in_the_reports(reports):
    found = [(text, w) for text, sections in reports.values() for w in chain(*find_evidence(text, sections))]
    assert len(found) > 2000 and all(text[w.start : w.end] == w.word for text, w in found)


def test_codes_agree_with_the_readers(reports, gold):
    codes = compare(reports, gold)
    assert len(codes) == len(gold) >= 105
    assert codes["same"].mean() >= 0.88 and codes["either"].mean() >= 0.93
    for doc_id, mine in codes.groupby("doc_id"):
        assert mine["same"].mean() >= 0.85 and mine["either"].mean() >= 0.9, doc_id


def test_sure_codes_agree_more_often(reports, gold):
    codes = compare(reports, gold)
    sure, unsure = codes[codes["sure"]], codes[~codes["sure"]]
    assert len(sure) > 0.8 * len(codes)
    assert sure["same"].mean() > 0.93 > 0.75 > unsure["same"].mean()


def test_codes_hold_with_the_words_that_other_reports_use(reports, gold):
    """A report coded without the words that only it uses: no word serves one report alone."""
    words = read_theme_words()
    used = {d: {w.word for w in chain(*find_evidence(*report))} for d, report in reports.items()}
    same = []
    for doc_id in sorted({d for d, _ in gold}):
        others = set().union(*(words for d, words in used.items() if d != doc_id))
        shared = words[words["word"].isin(others)]
        same += list(compare({doc_id: reports[doc_id]}, gold, shared)["same"])
    assert len(same) == len(gold) and sum(same) / len(same) >= 0.82
