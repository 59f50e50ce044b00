"""`jiedao inspect --json` by the contract: themes, indicators, commitments, targets, warnings."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from jiedao.clean import normalise
from jiedao.coding import CODES
from jiedao.inspection import inspect_report

REPORTS = sorted((Path(__file__).parents[1] / "data/raw/texts").glob("*.txt"))
PLAN, REVIEW = "一、2024年工作计划\n", "一、2023年工作总结\n"
ODD = {
    "one character": "好",
    "one number": "5",
    "one line": "完成改造5个小区,确保零事故。",
    "only a title": "甲街道2023年工作总结及2024年工作计划\n",
    "a list": "1.完成改造5个\n2.确保零事故\n- 引进企业3至5家\n",
    "blank lines": "\n\n街道\r\n\r\n",
    "a plan": PLAN + "力争引进企业3至5家,税收增长5%,由党政办牵头不发生事故。",
    "a review": REVIEW
    + "引进企业3家,其中商贸2家、服务业2家,税收1.2亿元,同比增长四分之一。截至6月底,现有企业8家。",
    "signs only": "“”,、。;()",
    "beyond the basic plane": "𠮷街道完成𠀋小区5个。",
}
MONTH = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])")
CLOSED = {
    "kind": set("count person money area volume duration ratio share growth_rate".split()),
    "status": set("achieved baseline target forecast planned_scope".split()),
    "stock_flow": {"stock", "flow", "rate"},
    "counts": {"input", "activity", "output", "outcome", None},
    "class": {"guarantee", "stretch", "effort", "experiment"},
}
INDICATOR = set("start end text number unit measure kind status stock_flow growth_of period counts".split())
TARGET = {"start", "end", "indicator", "deadline", "verb", "strength", "party"}


def read(text):
    data = text if isinstance(text, bytes) else text.encode()
    return data.decode("utf-8-sig"), json.loads(json.dumps(inspect_report(data), allow_nan=False))


def is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_period(value):
    months = value.split("/")
    ordered = all(a < b for a, b in pairwise(months))  # one month is not written twice
    return len(months) <= 2 and all(MONTH.fullmatch(m) for m in months) and ordered


@pytest.fixture(scope="module", params=[*REPORTS, *ODD], ids=lambda p: getattr(p, "stem", p))
def report(request):
    """A text and what is read in it."""
    return read(ODD[request.param] if isinstance(request.param, str) else request.param.read_bytes())


def test_indicators(report):
    text, found = report
    for n, entry in enumerate(found["indicators"]):
        assert entry.keys() == INDICATOR
        assert text[entry["start"] : entry["end"]] == entry["text"] != ""
        for key in ("kind", "status", "stock_flow", "counts"):
            assert entry[key] in CLOSED[key], entry
        low, high = entry["number"] if isinstance(entry["number"], list) else [entry["number"]] * 2
        assert is_number(low) and is_number(high) and low <= high
        assert isinstance(entry["measure"], str)
        assert entry["unit"] is None or entry["unit"]
        assert entry["growth_of"] is None or entry["growth_of"] in range(n)
        assert entry["period"] is None or is_period(entry["period"]), entry
    spans = [(e["start"], e["end"]) for e in found["indicators"]]
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_commitments(report):
    text, found = report
    for entry in found["commitments"]:
        assert entry.keys() == {"start", "end", "marker", "class", "strength"}
        assert normalise(text)[entry["start"] : entry["end"]] == entry["marker"]
        assert entry["class"] in CLOSED["class"]
        assert entry["strength"] == ("hard" if entry["class"] == "guarantee" else "soft")
        section = next(s for s in found["sections"] if s["start"] <= entry["start"] < s["own_end"])
        assert section["orientation"] in ("prospective", "preamble", "closing")
    starts = [c["start"] for c in found["commitments"]]
    assert starts == sorted(set(starts))


def test_targets(report):
    text, found = report
    for entry in found["targets"]:
        assert entry.keys() == TARGET
        assert 0 <= entry["start"] < entry["end"] <= len(text)
        assert not re.search(r"[。!?\n]", normalise(text)[entry["start"] : entry["end"]])
        assert entry["deadline"] is None or MONTH.fullmatch(entry["deadline"])
        assert entry["strength"] in ("hard", "soft", "neutral")
        assert isinstance(entry["verb"], str)
        assert entry["party"] is None or entry["party"]
        if entry["indicator"] is not None:
            promised = found["indicators"][entry["indicator"]]
            assert promised["status"] == "target"
            assert entry["start"] <= promised["start"] and promised["end"] <= entry["end"]


def test_themes(report):
    text, found = report
    text = normalise(text)
    for section in found["sections"]:
        themes = section["theme"], section["theme_secondary"]
        assert set(themes) <= {*CODES, None}
        assert themes[0] != themes[1] or themes == (None, None)
        own = text[section["start"] : section["end"]]
        if section["parent"] is not None:  # the heading over a lead-in speaks for it
            own += found["sections"][section["parent"]]["heading"] or ""
        assert all(word in own for word in section["theme_evidence"])
        if section["orientation"] == "apparatus":
            assert themes == (None, None)


def test_warnings(report):
    text, found = report
    for warning in found["warnings"]:
        assert warning.keys() == {"start", "end", "message"}
        assert 0 <= warning["start"] <= warning["end"] <= len(text)
        assert warning["message"] and "\n" not in warning["message"]
    assert (found["title"] is None) == ("title" in " ".join(w["message"] for w in found["warnings"]))


def test_the_example_of_the_contract():
    _, found = read(next(p for p in REPORTS if p.stem == "jinpenling-2021h1").read_bytes())
    expected = {
        **{"start": 974, "end": 982, "text": "171.07亿元", "number": 17107000000, "unit": "元"},
        **{"measure": "建筑业总产值", "kind": "money", "status": "achieved", "stock_flow": "flow"},
        **{"growth_of": None, "period": "2021-01/2021-06", "counts": "outcome"},
    }
    assert expected in found["indicators"]
    commitment = {"start": 3668, "end": 3670, "marker": "力争", "class": "stretch", "strength": "soft"}
    assert commitment in found["commitments"]
    [target] = found["targets"]
    promise = {"start": 3668, "deadline": "2021-12", "verb": "力争", "strength": "soft", "party": None}
    assert promise.items() <= target.items()
    assert found["indicators"][target["indicator"]]["text"] == "三个"


def test_a_thematic_heading_has_a_theme():
    _, found = read(next(p for p in REPORTS if p.stem == "jinpenling-2021h1").read_bytes())
    heading = found["sections"][3]
    assert (heading["start"], heading["theme"]) == (259, "PARTY")
    assert heading["theme_evidence"] == ["党建工作", "基层组织"]  # of its own words


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (REVIEW + "收入1.19亿元。", 119000000),
        (REVIEW + "占比四分之一。", 25),
        (REVIEW + "占比3.25%。", 3.25),
        (PLAN + "引进企业3至5家。", [3, 5]),
        (PLAN + "实现零事故。", 0),
    ],
)
def test_numbers_are_in_base_units_and_whole_ones_are_whole(text, number):
    [entry] = read(text)[1]["indicators"]
    assert entry["number"] == number
    assert type(entry["number"]) is type(number)


def checked(text):
    return [w["message"] for w in read(REVIEW + text)[1]["warnings"] if "check" in w["message"]]


def test_a_sum_that_does_not_add_up_is_a_warning():
    assert checked("走访企业20家,其中商贸11家、服务业10家。") == ["check: 11+10≠20"]
    assert checked("走访企业21家,其中商贸11家、服务业10家。") == []


@pytest.mark.parametrize(
    "text",
    [
        "党组织72个,其中党委4个(镇党委1个、村党委2个、非公党委1个)、党总支14个、党支部54个。",
        "播种面积3356亩,其中玉米3065亩、水稻40亩、瓜菜251亩,还有160亩林地。",
    ],
)
def test_a_sum_that_adds_up_is_no_warning(text):
    assert checked(text) == []
