"""Other choices: what each changes and what it leaves alone, and that verdicts follow from values."""

import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from jiedao import house, robustness
from jiedao.comparability import label_parts
from jiedao.corpus import read_corpus
from jiedao.dtm import HIDDEN, MASKED
from jiedao.robustness import (
    VERDICTS,
    Reading,
    at_equal_length,
    by_paragraph,
    count_survivals,
    list_key_terms,
    pair_characters,
    read_choices,
    try_choices,
)

ROOT = Path(__file__).parents[1]
RAW, PROCESSED = ROOT / "data/raw", ROOT / "data/processed"
CHANGED = {  # which parts of a reading each choice changes
    "published": set(),
    "lexicon off": {"tokens"},
    "HMM off": {"tokens"},
    "character pairs": {"tokens"},
    "stop words shown": {"hide"},
    "verbs hidden": {"hide"},
    "names kept": {"mask"},
    "weak prior": {"prior"},
    "flat prior": {"prior"},
    "headings left out": {"tokens", "characters"},
    "paragraphs": {"sections", "tokens", "characters"},
    "equal lengths": {"tokens", "characters"},
    "shorter runs": {"run"},
}
LEFT_OUT = {"tokens", "characters"}  # by ``without …``


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def readings():
    return dict(read_choices(RAW))


REPORTS = {
    "jia-2023": (
        "甲子街道2023年工作总结\n一、党建工作\n扎实推进网格建设。开展活动3次,“红色”网格覆盖全域。\n"
        "二、民生工作\n落实养老服务政策。\n"
        "三、2024年工作计划\n继续加强甲子街道社区建设,提升养老服务水平。\n"
    ),
    "yi-2024": "一、安全生产\n开展安全生产检查。\r\n二、环境整治\r\n治理背街小巷。\n",
    "bing-2024": "一、党建工作\n加强党员教育。\n",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A folder with three tiny reports."""
    folder = tmp_path_factory.mktemp("small")
    (folder / "texts").mkdir()
    rows = ["doc_id,file,street,district,city,province,genre"]
    for (doc_id, text), street in zip(REPORTS.items(), "甲乙丙", strict=True):
        (folder / f"texts/{doc_id}.txt").write_bytes(text.encode())
        rows.append(f"{doc_id},{doc_id}.txt,{street}子街道,,,,plan")
    (folder / "documents.csv").write_text("\n".join(rows) + "\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def few(small):
    """The tiny reports under every choice."""
    return dict(read_choices(small))


# --- the choices


@pytest.mark.parametrize("folder", ["raw", "small"])
def test_choices_come_in_the_documented_order_and_change_only_what_they_name(folder, request):
    read = request.getfixturevalue("readings" if folder == "raw" else "few")
    doc_ids = (
        list(REPORTS) if folder == "small" else list(request.getfixturevalue("corpus").documents["doc_id"])
    )
    assert list(read) == [*CHANGED, *(f"without {d}" for d in doc_ids)]
    published = read["published"]
    for choice, reading in read.items():
        mine = {f.name for f in fields(Reading)}
        same = {name for name in mine if getattr(reading, name) is getattr(published, name)}
        assert mine - same == CHANGED.get(choice, LEFT_OUT), choice
    documented = " ".join(read_choices.__doc__.split())
    assert [c for c in CHANGED if c not in documented] == []
    places = [documented.index(c) for c in CHANGED]
    assert places == sorted(places)


def test_published_is_the_corpus_as_it_is(corpus, readings):
    published = readings["published"]
    pd.testing.assert_frame_equal(published.tokens, corpus.tokens)
    pd.testing.assert_frame_equal(published.sections, corpus.sections)
    assert (published.hide, published.mask, published.run) == (HIDDEN, MASKED, 4)
    shown = published.content()
    assert set(shown["part"]) == {"review", "plan"}
    assert not set(shown["kind"]) & {*MASKED, "sign", "number"}


def test_options_of_the_choices(readings):
    assert readings["stop words shown"].hide == () == readings["stop words shown"].hide_verbs
    assert set(readings["verbs hidden"].hide) == {*HIDDEN, "policy_verb"}
    assert readings["verbs hidden"].hide_verbs == readings["published"].hide_verbs  # themes are untouched
    assert readings["names kept"].mask == ()
    assert readings["shorter runs"].run == 3
    pooled = np.array([10.0, 4.0, 0.0])
    priors = {c: readings[c].prior(pooled).tolist() for c in ("published", "weak prior", "flat prior")}
    assert priors == {"published": [10, 4, 0], "weak prior": [1, 0.4, 0], "flat prior": [0.5, 0.5, 0.5]}


def test_other_segmentations_hold_the_same_characters(readings):
    def whole(reading):
        return reading.tokens.groupby("sentence_id", sort=False)["token"].agg("".join)

    published = readings["published"]
    for choice in ("lexicon off", "HMM off"):
        pd.testing.assert_series_equal(whole(readings[choice]), whole(published))
        assert len(readings[choice].tokens) > len(published.tokens)  # cuts finer
    assert "term" in set(published.tokens["kind"])
    assert "term" not in set(readings["lexicon off"].tokens["kind"])
    assert "term" in set(readings["HMM off"].tokens["kind"])


def test_headings_are_left_out_and_nothing_else(readings):
    published, bare = readings["published"], readings["headings left out"]
    heading_end = published.sections.set_index("section_id")["heading_end"]
    for name in ("tokens", "characters"):
        before, after = getattr(published, name), getattr(bare, name)
        lost = before.loc[before.index.difference(after.index)]
        assert len(lost) and (lost["start"] < lost["section_id"].map(heading_end)).all()
        assert (after["start"] >= after["section_id"].map(heading_end)).all()


def test_one_report_is_left_out_at_a_time(readings, corpus):
    published = readings["published"]
    for doc_id in corpus.documents["doc_id"]:
        for name in ("tokens", "characters"):
            kept, before = getattr(readings[f"without {doc_id}"], name), getattr(published, name)
            pd.testing.assert_frame_equal(kept, before[before["doc_id"] != doc_id])
            assert len(kept) < len(before)


# --- pairs of characters


def test_pairs_by_hand():
    rows = [
        ("a", "s1", 0, 3, "网"),
        ("a", "s1", 0, 4, "格"),
        ("a", "s1", 0, 6, "化"),
        ("a", "s1", 1, 9, "街"),
    ]
    rows += [("b", "s2", 2, 0, "道"), ("b", "s2", 2, 1, "办")]
    characters = pd.DataFrame(rows, columns=["doc_id", "sentence_id", "run", "start", "character"])
    characters["section_id"] = characters["doc_id"]
    tokens = pd.DataFrame(
        [("a", "a", "s1", 3, 5, "网格", "word"), ("a", "a", "s1", 6, 7, "化", "name")]
        + [("a", "a", "s1", 9, 10, "街", "place"), ("b", "b", "s2", 1, 2, "办", "place")],
        columns=["doc_id", "section_id", "sentence_id", "start", "end", "token", "kind"],
    )
    found = pair_characters(characters, tokens)
    assert found.columns.tolist() == tokens.columns.tolist()
    assert found[["doc_id", "sentence_id", "start", "end", "token", "kind"]].to_numpy().tolist() == [
        ["a", "s1", 3, 5, "网格", "word"],
        ["a", "s1", 4, 7, "格化", "name"],  # a quotation mark between them; touches a name
        ["b", "s2", 0, 2, "道办", "place"],  # no pair across runs, sentences or reports
    ]


def test_pairs_of_the_corpus_stand_where_they_say(corpus, readings):
    published, pairs = readings["published"], readings["character pairs"].tokens
    characters = published.characters
    assert len(pairs) == len(characters) - characters["run"].nunique()
    between = re.compile(r"[\s、·“”‘’《》\"']")
    for pair in pairs.itertuples():
        printed = corpus.text(pair.doc_id)[pair.start : pair.end]
        assert between.sub("", printed) == pair.token and len(pair.token) == 2
        assert printed[0] + printed[-1] == pair.token
    assert (pairs["end"] - pairs["start"] == 2).mean() > 0.9
    spans = published.sections.set_index("section_id")
    assert (pairs["start"] >= pairs["section_id"].map(spans["start"])).all()
    assert (pairs["end"] <= pairs["section_id"].map(spans["own_end"])).all()


def test_names_stay_marked_in_pairs(readings):
    published, pairs = readings["published"], readings["character pairs"].tokens
    inside = {}
    for token in published.tokens[published.tokens["kind"].isin(MASKED)].itertuples():
        inside |= {(token.doc_id, i): token.kind for i in range(token.start, token.end)}
    ends = zip(pairs["doc_id"], pairs["start"], pairs["end"] - 1, strict=True)
    touched = [{inside.get((d, a)), inside.get((d, b))} - {None} for d, a, b in ends]
    assert all((kind in t) if t else kind == "word" for kind, t in zip(pairs["kind"], touched, strict=True))
    assert set(pairs["kind"]) == {"word", *MASKED}


# --- paragraphs


def toy(*tokens, sections=()):
    """A reading of tokens (doc_id, section_id, start), of one character each, that are its characters too."""
    table = pd.DataFrame(tokens, columns=["doc_id", "section_id", "start"])
    table["sentence_id"] = table["section_id"]
    table["end"], table["token"], table["kind"] = table["start"] + 1, "字", "word"
    columns = ["section_id", "doc_id", "orientation", "heading_end"]
    table = table[["doc_id", "section_id", "sentence_id", "start", "end", "token", "kind"]]
    characters = table[["doc_id", "section_id", "sentence_id", "start"]].assign(run=0, character="字")
    return Reading(pd.DataFrame(sections, columns=columns), table, characters)


def test_paragraphs_by_hand():
    texts = {"a": "ab\ncd\r\n\r\nef", "b": "gh"}
    sections = [("a/1", "a", "prospective", 1), ("a/2", "a", "retrospective", 4), ("b/1", "b", "closing", 0)]
    at = [
        ("a", "a/1", 0),
        ("a", "a/1", 1),
        ("a", "a/1", 3),
        ("a", "a/2", 4),
        ("a", "a/2", 9),
        ("b", "b/1", 0),
    ]
    before = toy(*at, sections=sections)
    found = by_paragraph(before, texts.__getitem__)
    lines = ["a/line0000", "a/line0000", "a/line0001", "a/line0001", "a/line0005", "b/line0000"]
    for name in ("tokens", "characters"):
        table, old = getattr(found, name), getattr(before, name)
        assert table["section_id"].tolist() == lines
        pd.testing.assert_frame_equal(table.drop(columns="section_id"), old.drop(columns="section_id"))
    assert found.sections[["section_id", "doc_id", "orientation", "heading_end"]].to_numpy().tolist() == [
        ["a/line0000", "a", "prospective", 0],
        ["a/line0001", "a", "prospective", 3],  # a line that holds two sections is oriented like the first
        ["a/line0005", "a", "retrospective", 9],
        ["b/line0000", "b", "closing", 0],
    ]
    assert found.sections["is_leaf"].all() and found.sections["parent"].isna().all()
    assert before.tokens["section_id"].tolist() == [s for _, s, _ in at]


def test_paragraphs_of_the_corpus(corpus, readings):
    published, lines = readings["published"], readings["paragraphs"]
    assert lines.sections["section_id"].is_unique
    orientation = [r.sections.set_index("section_id")["orientation"] for r in (published, lines)]
    for name in ("tokens", "characters"):
        old, new = getattr(published, name), getattr(lines, name)
        pd.testing.assert_frame_equal(old.drop(columns="section_id"), new.drop(columns="section_id"))
        kept = new["section_id"].map(orientation[1])
        assert kept.tolist() == old["section_id"].map(orientation[0]).tolist()
        number = [corpus.text(t.doc_id)[: t.start].count("\n") for t in new.itertuples()]
        assert new["section_id"].str[-4:].astype(int).tolist() == number
    heading_end = lines.sections.set_index("section_id")["heading_end"]
    assert (lines.tokens["start"] >= lines.tokens["section_id"].map(heading_end)).all()


# --- equal lengths


def lengths(sizes):
    """A reading whose reports hold sections of these sizes."""
    rows = [
        (f"d{d}", f"d{d}/{s}", 100 * s + i)
        for d, mine in enumerate(sizes)
        for s, size in enumerate(mine)
        for i in range(size)
    ]
    return toy(*rows)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=6), min_size=1, max_size=4), st.integers(0, 99)
)
def test_equal_lengths_drop_whole_sections_only(sizes, seed):
    before = lengths(sizes)
    after = at_equal_length(before, seed)
    shortest = before.tokens["doc_id"].value_counts().min()
    assert after.tokens["doc_id"].value_counts().max() == shortest
    for name in ("tokens", "characters"):
        old, new = getattr(before, name), getattr(after, name)
        assert set(new.groupby("section_id").size().items()) <= set(old.groupby("section_id").size().items())
        pd.testing.assert_frame_equal(new, old[old["section_id"].isin(new["section_id"])])
    assert set(after.characters["section_id"]) == set(after.tokens["section_id"])
    for doc_id, size in before.tokens["doc_id"].value_counts().items():
        if size == shortest:
            assert (after.tokens["doc_id"] == doc_id).sum() == size
    pd.testing.assert_frame_equal(after.tokens, at_equal_length(before, seed).tokens)


def test_equal_lengths_draw_by_seed(readings):
    published = readings["published"]
    kept = [set(at_equal_length(published, seed).tokens["section_id"]) for seed in (1, 2, 1)]
    assert kept[0] == kept[2] != kept[1]
    sizes = readings["equal lengths"].tokens["doc_id"].value_counts()
    before = published.tokens["doc_id"].value_counts()
    assert sizes.max() == before.min() and set(sizes.index) == set(before.index)
    assert sizes.min() > 0.75 * sizes.max()


# --- all findings under all choices


@pytest.fixture
def made_up(monkeypatch):
    """Findings made up from what a reading is, and which groups were reckoned."""
    reckoned = []

    def find(group, reading, k, published):
        reckoned.append(group)
        assert k == 5 and published == {("plan", "x", "网格")}
        if group == "verbs":
            held = sorted(set(reading.tokens["doc_id"]))
            return [(f"verbs-{d}", len(reading.tokens) + i, i == 0, i < 2) for i, d in enumerate(held)]
        return [(f"about-{group}", float(reading.run), reading.run == 4, True)]

    monkeypatch.setattr(robustness, "_find", find)
    monkeypatch.setattr(robustness, "list_key_terms", lambda reading: {("plan", "x", "网格")})
    return reckoned


def test_findings_are_reckoned_only_where_a_choice_touches_them(few, made_up, monkeypatch):
    monkeypatch.setattr(robustness, "read_choices", lambda folder: iter(folder.items()))
    found = try_choices(few, 5)
    assert found.columns.tolist() == ["choice", "finding", "value", "touched", "verdict"]
    choices = [*CHANGED, *(f"without {d}" for d in REPORTS)]
    assert found["choice"].drop_duplicates().tolist() == choices
    verbs = [f"verbs-{d}" for d in sorted(REPORTS)]
    others = [f"about-{g}" for g in ("themes", "reviews", "key terms", "wording")]
    assert found.loc[found["choice"] == "published", "finding"].tolist() == verbs + others
    published = found[found["choice"] == "published"].set_index("finding")
    assert published["verdict"].tolist() == ["holds", "weaker", "fails", *["holds"] * 4]
    assert published["touched"].all()
    every = {"lexicon off", "HMM off", "character pairs", "headings left out", "paragraphs", "equal lengths"}
    left_out = {f"without {d}" for d in REPORTS}
    touching = {
        "verbs": every,
        "about-themes": every
        | left_out
        | {"stop words shown", "names kept"},  # verbs are hidden there anyway
        "about-reviews": every | left_out | {"stop words shown", "names kept", "verbs hidden"},
        "about-key terms": every
        | left_out
        | {"stop words shown", "names kept", "verbs hidden", "weak prior", "flat prior"},
        "about-wording": left_out | {"headings left out", "paragraphs", "equal lengths", "shorter runs"},
    }
    for finding in verbs + others:
        mine = found[(found["finding"] == finding) & (found["choice"] != "published")].set_index("choice")
        expected = touching["verbs" if finding in verbs else finding]
        assert set(mine.index[mine["touched"]]) == expected, finding
        untouched = mine[~mine["touched"]]
        assert untouched["value"].eq(published.at[finding, "value"]).all()
        assert untouched["verdict"].eq(published.at[finding, "verdict"]).all()
        missing = set(choices) - {"published"} - set(mine.index)
        assert missing == {finding.replace("verbs-", "without ")} & left_out
    counts = pd.Series(made_up).value_counts()
    named = {"verbs": "verbs"} | {f.removeprefix("about-"): f for f in others}
    assert counts.to_dict() == {g: 1 + len(touching[f]) for g, f in named.items()}
    wording = found[found["choice"].eq("shorter runs") & found["finding"].eq("about-wording")]
    assert wording[["value", "verdict"]].to_numpy().tolist() == [[3.0, "weaker"]]


def test_reports_without_like_make_no_findings(few):
    published = few["published"]
    assert robustness._find("reviews", published, 2, set()) == []  # one review only
    assert robustness._find("key terms", published, 2, set()) == []
    ((name, value, holds, weaker),) = robustness._find("wording", published, 2, set())
    assert name == "own-wording" and 0 <= value <= 1 and (holds, weaker) == (value >= 0.7, value >= 0.5)
    assert [f for f, *_ in robustness._find("verbs", published, 2, set())] == ["verbs-jia-2023"]


# Values and verdicts at the documented bounds, each group's number put in place of what it is reckoned from.
BOUNDS = [
    (
        "themes-street",
        [(0.099, "holds"), (0.1, "weaker"), (0.199, "weaker"), (0.2, "fails"), (-0.1, "holds")],
    ),
    ("themes-part", [(0.099, "holds"), (0.1, "weaker"), (0.2, "fails")]),
    ("themes-return", [(0.6, "holds"), (0.599, "weaker"), (0.5, "weaker"), (0.499, "fails")]),
    ("reviews-apart", [(0.001, "holds"), (0.0, "fails"), (-0.1, "fails")]),
    ("key-terms", [(0.8, "holds"), (0.7, "weaker"), (0.5, "weaker"), (0.4, "fails")]),
    ("own-wording", [(0.7, "holds"), (0.6, "weaker"), (0.5, "weaker"), (0.4, "fails")]),
]


@pytest.mark.parametrize(
    ("finding", "value", "verdict"), [(finding, *case) for finding, cases in BOUNDS for case in cases]
)
def test_findings_hold_from_the_documented_bounds_on(finding, value, verdict, readings, monkeypatch):
    reading, given = readings["published"], set()
    group = {"key-terms": "key terms", "own-wording": "wording"}.get(finding, finding.split("-")[0])
    if group == "themes":
        dtm = pd.DataFrame(index=reading.sections["section_id"][:3])
        back = {"seed_ari": value + 0.1, "bootstrap_ari": value}
        monkeypatch.setattr(robustness, "section_matrix", lambda *a, **o: dtm)
        monkeypatch.setattr(robustness, "stability", lambda *a, **o: (pd.Series([1, 1, 2], dtm.index), back))
        monkeypatch.setattr(robustness, "adjusted_mutual_info_score", lambda *a: value)
    elif group == "reviews":
        rows = [("a", "a", 0.5), ("a", "b", 0.5 - value), ("b", "b", 0.5)]
        pairs = pd.DataFrame(rows, columns=["a", "b", "cosine"])
        monkeypatch.setattr(robustness, "similarity", lambda *a, **o: pairs)
    elif group == "key terms":
        doc_id = reading.tokens["doc_id"].iloc[0]
        given = {("plan", doc_id, str(i)) for i in range(10)} | {("plan", "a report left out", "x")}
        still = {("plan", doc_id, str(i)) for i in range(round(10 * value))}
        monkeypatch.setattr(robustness, "list_key_terms", lambda reading: still | {("plan", doc_id, "new")})
    else:
        order = label_parts(reading.characters, reading.sections)
        place = (
            order.groupby("unit").cumcount() % 10
        )  # a share of each ten characters, and all but one unit more
        smallest = order["unit"].value_counts().index[-1]
        own = (place < 10 * value) | order["unit"].ne(smallest)
        ten = order.groupby("unit").cumcount() < 10 * (order["unit"].map(order["unit"].value_counts()) // 10)
        kept = order.index[ten]
        reading = replace(reading, characters=reading.characters.loc[kept])
        kinds = own.map({True: "own", False: "shared"})
        monkeypatch.setattr(robustness, "find_formula", lambda characters, run: kinds[characters.index])
    found = {f: row for f, *row in robustness._find(group, reading, 2, given)}
    number, holds, weaker = found[finding]
    assert number == pytest.approx(value)
    assert VERDICTS[0 if holds else 1 if weaker else 2] == verdict


# --- counting survivals


def tried(*rows):
    return pd.DataFrame(rows, columns=["choice", "finding", "value", "touched", "verdict"])


def test_survivals_by_hand():
    found = count_survivals(
        tried(
            ("published", "b", 0.8, True, "holds"),
            ("published", "a", 0.5, True, "weaker"),
            ("one", "b", 0.1, True, "fails"),
            ("one", "a", 0.9, True, "holds"),  # stronger than published
            ("one", "late", 0.9, True, "holds"),  # not reckoned as published
            ("two", "b", 0.8, False, "holds"),
            ("two", "a", 0.4, True, "fails"),
            ("three", "b", 0.6, True, "weaker"),
            ("four", "b", 0.95, True, "holds"),
            ("four", "a", 0.5, True, "weaker"),
        )
    )
    assert found.to_dict("records") == [
        {"finding": "b", "published": "holds", "choices": 3, "survives": 1}
        | {"smallest": 0.1, "largest": 0.95, "lost": "one; three"},
        {"finding": "a", "published": "weaker", "choices": 3, "survives": 2}
        | {"smallest": 0.4, "largest": 0.9, "lost": "two"},
    ]


def test_a_finding_that_fails_as_published_cannot_be_lost():
    found = count_survivals(tried(("published", "a", 0, True, "fails"), ("one", "a", 0, True, "fails")))
    assert found[["choices", "survives", "lost"]].to_numpy().tolist() == [[1, 1, ""]]


def test_no_finding_at_all():
    columns = ["finding", "published", "choices", "survives", "smallest", "largest", "lost"]
    found = count_survivals(tried(("one", "late", 0.9, True, "holds")))
    assert found.empty and found.columns.tolist() == columns


# --- the committed tables


@pytest.fixture(scope="module")
def written():
    return pd.read_csv(PROCESSED / "robustness.csv")


@pytest.fixture(scope="module")
def published(written):
    return written[written["choice"] == "published"].set_index("finding")


def test_every_finding_is_tried_under_every_choice(written, published, readings):
    assert written["choice"].drop_duplicates().tolist() == list(readings)
    assert not written.duplicated(["choice", "finding"]).any()
    grid = {(c, f) for c in readings for f in published.index}
    verbs = [f for f in published.index if f.startswith("verbs-")]
    about_itself = {(f.replace("verbs-", "without "), f) for f in verbs}
    assert set(zip(written["choice"], written["finding"], strict=True)) == grid - about_itself
    assert set(written["verdict"]) <= set(VERDICTS)
    assert written["value"].notna().all() and published["touched"].all()


def test_choices_that_touch_nothing_leave_value_and_verdict(written, published):
    untouched = written[~written["touched"]]
    assert len(untouched) > 10
    for column in ("value", "verdict"):
        assert untouched[column].tolist() == untouched["finding"].map(published[column]).tolist()


RULES = {  # sign, from where a finding holds, from where it is weaker; as documented in try_choices
    "themes-street": (-1, -0.1, -0.2),
    "themes-part": (-1, -0.1, -0.2),
    "themes-return": (1, 0.6, 0.5),
    "reviews-apart": (1, 0, np.inf),
    "key-terms": (1, 0.8, 0.5),
    "own-wording": (1, 0.7, 0.5),
}


def test_verdicts_follow_from_values(written):
    seen = set()
    for row in written.itertuples():
        if row.finding in RULES:
            sign, holds, weaker = RULES[row.finding]
            value = sign * row.value
            expected = "holds" if value >= holds else "weaker" if value >= weaker else "fails"
            assert row.verdict == expected, row
            seen.add(row.finding)
        else:  # the interval has the last word, within what the difference allows
            assert row.finding.startswith("verbs-")
            assert (row.verdict == "fails") == (row.value <= 0), row
    assert seen == set(RULES)


def test_survival_is_counted_from_robustness(written):
    survival = pd.read_csv(PROCESSED / "survival.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(count_survivals(written), survival, check_dtype=False, atol=1e-6)
    assert (survival["survives"] <= survival["choices"]).all()
    lost = survival["lost"].map(lambda names: len(names.split("; ")) if names else 0)
    assert (survival["choices"] - survival["survives"]).tolist() == lost.tolist()


def test_published_findings_are_those_of_the_other_notebooks(written, published):
    changes = pd.read_csv(PROCESSED / "verb_change.csv")
    for headings, choice in ((True, "published"), (False, "headings left out")):
        mine = written[written["choice"] == choice].set_index("finding")
        of_choice = changes[changes["headings"] == headings]
        assert {f"verbs-{d}" for d in of_choice["doc_id"]} == {f for f in mine.index if f[:6] == "verbs-"}
        for c in of_choice.itertuples():
            assert mine.at[f"verbs-{c.doc_id}", "value"] == pytest.approx(c.difference, abs=2e-6)
            expected = "holds" if c.low > 0 else "weaker" if c.difference > 0 else "fails"
            assert mine.at[f"verbs-{c.doc_id}", "verdict"] == expected
    ami = pd.read_csv(PROCESSED / "confounding.csv", index_col="factor")["ami"]
    assert published.at["themes-street", "value"] == pytest.approx(ami["doc_id"], abs=2e-6)
    assert published.at["themes-part", "value"] == pytest.approx(ami["orientation"], abs=2e-6)
    wording = pd.read_csv(PROCESSED / "formula.csv").query("wording == 'own' and run == 4")
    assert published.at["own-wording", "value"] == pytest.approx(wording["share"].min(), abs=2e-6)
    shorter = written[(written["choice"] == "shorter runs") & (written["finding"] == "own-wording")]
    assert shorter["value"].iloc[0] < published.at["own-wording", "value"]
    assert published.at["key-terms", "value"] == 1
    pairs = pd.read_csv(PROCESSED / "similarity.csv")
    pairs = pairs[pairs["a"].str.startswith("review|") & pairs["b"].str.startswith("review|")]
    apart = (pairs["ceiling"] - pairs["cosine"])[pairs["a"] != pairs["b"]].min()
    assert apart > 0 and published.at["reviews-apart", "value"] > 0  # there on shorter samples: plans too


def test_published_key_terms_are_those_of_notebook_02(readings):
    keys = pd.read_csv(PROCESSED / "key_terms.csv", keep_default_na=False)
    above = keys[keys["log_odds_z"] > keys[["null_random", "null_contiguous"]].max(axis=1)]
    expected = set(zip(above["kind"], above["doc_id"], above["term"], strict=True))
    assert list_key_terms(readings["published"]) == expected and len(expected) > 5


@pytest.mark.parametrize("group", ["verbs", "reviews", "wording"])
def test_values_are_what_the_choices_give(group, readings, written):
    kept = written[written["touched"]].set_index(["choice", "finding"])["value"]
    seen = 0
    for choice, reading in readings.items():
        for finding, value, *_ in robustness._find(group, reading, 7, set()):
            if (choice, finding) in kept.index:
                assert value == pytest.approx(kept[choice, finding], abs=2e-6), (choice, finding)
                seen += 1
    mine = {"verbs": "verbs-", "reviews": "reviews-apart", "wording": "own-wording"}[group]
    assert seen == kept.index.get_level_values("finding").str.startswith(mine).sum() > 5


@pytest.mark.parametrize("choice", ["published", "names kept", "flat prior", "paragraphs"])
def test_key_terms_are_what_the_choices_give(choice, readings, written):
    terms = list_key_terms(readings["published"])
    ((_, value, holds, weaker),) = robustness._find("key terms", readings[choice], 7, terms)
    row = written[(written["choice"] == choice) & (written["finding"] == "key-terms")].iloc[0]
    assert value == pytest.approx(row["value"], abs=2e-6)
    assert VERDICTS[0 if holds else 1 if weaker else 2] == row["verdict"]


def test_themes_are_what_the_published_choice_gives(readings, published):
    k = pd.read_csv(PROCESSED / "clusters.csv")["cluster"].max()
    with threadpool_limits(1):  # as the study runs
        found = robustness._find("themes", readings["published"], k, set())
    assert len(found) == 3
    for finding, value, holds, _ in found:
        assert value == pytest.approx(published.at[finding, "value"], abs=2e-6)
        assert holds == (published.at[finding, "verdict"] == "holds")


def test_an_absent_review_leaves_the_change_of_verbs_open(readings):
    """Findings about a report with both parts do not change with another report's absence."""
    published = readings["published"]
    labelled = label_parts(published.tokens, published.sections)
    both = labelled.groupby("doc_id")["part"].nunique()
    doc_id = both.index[both == 2][0]
    alone = replace(published, tokens=published.tokens[published.tokens["doc_id"] == doc_id])
    found = {f: value for f, value, *_ in robustness._find("verbs", alone, 7, set())}
    every = {f: value for f, value, *_ in robustness._find("verbs", published, 7, set())}
    assert found == {f"verbs-{doc_id}": pytest.approx(every[f"verbs-{doc_id}"])}


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_every_choice_and_finding_has_a_label(lang, written):
    choices = {c for c in written["choice"] if not c.startswith("without ")}
    findings = {f if not f.startswith("verbs-") else "verbs" for f in written["finding"]}
    keys = [*(f"choice_{c}" for c in choices), *(f"finding_{f}" for f in findings), *VERDICTS, "without"]
    labels = [house.label(key, lang) for key in keys]
    assert all(labels) and len(set(labels)) == len(labels)
