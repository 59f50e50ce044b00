"""Other choices: what each changes and what it leaves alone, and that verdicts follow from values."""

import re
from dataclasses import fields
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
from jiedao.lexicon import stopwords
from jiedao.robustness import (
    VERDICTS,
    Finding,
    Reading,
    at_equal_length,
    by_paragraph,
    count_survivals,
    list_findings,
    pair_characters,
    read_choices,
    rests_on,
    try_choices,
)
from jiedao.stability import k_means, lsa_k_means
from jiedao.themes import cluster

ROOT = Path(__file__).parents[1]
RAW, PROCESSED = ROOT / "data/raw", ROOT / "data/processed"
K = int(pd.read_csv(PROCESSED / "clusters.csv")["cluster"].max())
OCCURRENCES = {"tokens", "characters", "sentences", "indicators"}
CHANGED = {  # which parts of a reading each choice changes
    "published": set(),
    "lexicon off": {"tokens", "indicators"},
    "HMM off": {"tokens", "indicators"},
    "character pairs": {"tokens"},
    "stop words shown": {"hide"},
    "verbs hidden": {"hide"},
    "names kept": {"mask"},
    "weak prior": {"prior"},
    "flat prior": {"prior"},
    "fewer verbs": {"verbs"},
    "digits only": {"indicators"},
    "headings left out": OCCURRENCES,
    "paragraphs": {"sections", *OCCURRENCES},
    "equal lengths": OCCURRENCES,
    "k-means": {"method"},
    "LSA": {"method"},
    "fewer clusters": {"k"},
    "more clusters": {"k"},
    "sentence halves": {"block"},
    "shorter runs": {"run"},
    "longer runs": {"run"},
}
LEFT_OUT = OCCURRENCES  # by ``without …``


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def readings():
    return dict(read_choices(RAW, K))


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
    return dict(read_choices(small, 3))


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
    assert (published.hide, published.mask, published.run, published.k) == (HIDDEN, MASKED, 4, K)
    assert (published.method, published.block) == (cluster, "section_id")
    assert published.verbs == set(stopwords(["policy_verb"]))
    shown = published.content()
    assert set(shown["part"]) == {"review", "plan"}
    assert not set(shown["kind"]) & {*MASKED, "sign", "number"}


def test_options_of_the_choices(readings):
    assert readings["stop words shown"].hide == () == readings["names kept"].mask
    assert set(readings["verbs hidden"].hide) == {*HIDDEN, "policy_verb"} != set(HIDDEN)
    assert [readings[f"{c} runs"].run for c in ("shorter", "longer")] == [3, 5]
    assert [readings[f"{c} clusters"].k for c in ("fewer", "more")] == [K - 2, K + 2]
    assert [readings[c].method for c in ("k-means", "LSA")] == [k_means, lsa_k_means]
    assert readings["sentence halves"].block == "sentence_id"
    pooled = np.array([10.0, 4.0, 0.0])
    priors = {c: readings[c].prior(pooled).tolist() for c in ("published", "weak prior", "flat prior")}
    assert priors == {"published": [10, 4, 0], "weak prior": [1, 0.4, 0], "flat prior": [0.5, 0.5, 0.5]}


def test_there_are_never_fewer_than_two_clusters(few):
    assert [few[c].k for c in ("published", "fewer clusters", "more clusters")] == [3, 2, 5]


def test_the_ten_commonest_verbs_are_left_out(readings):
    published, fewer = readings["published"], readings["fewer verbs"]
    counts = published.tokens["token"].value_counts()
    left_out = published.verbs - fewer.verbs
    assert fewer.verbs < published.verbs and len(left_out) == 10
    assert min(counts[v] for v in left_out) >= max(counts.get(v, 0) for v in fewer.verbs) > 0


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
    outline = pd.DataFrame(sections, columns=columns)
    return Reading(outline, table, characters, table, table, 2, frozenset())


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
    for _, mine in after.tokens.groupby("doc_id"):  # whole sections, one at least
        assert len(mine) <= shortest or mine["section_id"].nunique() == 1
    assert set(after.tokens["doc_id"]) == set(before.tokens["doc_id"])
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


# --- what a finding is reckoned from


EVERY = {"lexicon off", "HMM off", "character pairs", "headings left out", "paragraphs", "equal lengths"}
WORDS = EVERY | {"stop words shown", "names kept"}
TOUCHING = {  # besides those that leave a report out
    "verbs": EVERY | {"fewer verbs"},
    "themes-street": WORDS | {"k-means", "LSA", "fewer clusters", "more clusters"},
    "reviews-apart": WORDS | {"verbs hidden", "sentence halves"},
    "key-terms": WORDS | {"verbs hidden", "weak prior", "flat prior"},
    "counting": {"digits only", "headings left out", "paragraphs", "equal lengths"},
    "shared-wording": {"headings left out", "paragraphs", "equal lengths", "shorter runs", "longer runs"},
}
TOUCHING |= dict.fromkeys(("themes-part", "themes-return"), TOUCHING["themes-street"])


@pytest.fixture(scope="module")
def found(readings):
    """The findings of the corpus under every choice, not reckoned."""
    return {c: {f.names: f for f in list_findings(r)} for c, r in readings.items()}


def test_findings_are_listed_in_one_order(readings, found):
    published = readings["published"]
    parts = label_parts(published.tokens, published.sections).groupby("doc_id", sort=False)["part"].nunique()
    verbs = [(f"verbs-{d}",) for d in parts.index[parts == 2]]
    assert len(verbs) == 3
    names = [*verbs, ("counting",), ("themes-street", "themes-part", "themes-return")]
    names += [("reviews-apart",), ("key-terms",), ("shared-wording",)]
    assert list(found["published"]) == names
    for choice, mine in found.items():
        gone = ("verbs-" + choice.removeprefix("without "),)
        assert list(mine) == [n for n in names if n != gone], choice
    documented = try_choices.__doc__
    assert all(f"``{n}``" in documented for names in found["published"] for n in names if n[:6] != "verbs-")


def test_the_findings_that_a_choice_touches(found, written):
    """Inputs that differ from the published ones; what the committed table says so too."""
    touched = set()
    for choice, mine in found.items():
        for names, finding in mine.items():
            before = found["published"][names].inputs
            same = len(before) == len(finding.inputs) and all(map(robustness._same, before, finding.inputs))
            touched |= {(choice, n) for n in names if not same}
    reviewed = {"huashan-2024", "jinpenling-2021h1", "bayuehu-2023"}
    expected = set()
    for finding in [n for names in found["published"] for n in names]:
        expected |= {(c, finding) for c in TOUCHING["verbs" if finding[:6] == "verbs-" else finding]}
        left_out = set() if finding[:6] == "verbs-" else LEFT
        left_out = reviewed if finding in ("reviews-apart", "counting") else left_out
        expected |= {(f"without {d}", finding) for d in left_out}
    assert touched == expected
    others = written[written["touched"] & written["choice"].ne("published")]
    assert touched == set(zip(others["choice"], others["finding"], strict=True))


LEFT = {"wangyuehu-2024", "huashan-2024", "lvxianting-2021", "jinpenling-2021h1", "bayuehu-2023"}


def test_clusters_are_made_without_policy_verbs_unless_all_words_are_shown(found):
    def hidden(choice):
        (finding,) = [f for names, f in found[choice].items() if "themes-street" in names]
        return finding.inputs[2]

    assert hidden("published") == hidden("verbs hidden") == tuple(sorted({*HIDDEN, "policy_verb"}))
    assert hidden("stop words shown") == ()


def test_reports_without_like_make_no_findings(few):
    names = {c: [n for f in list_findings(r) for n in f.names] for c, r in few.items()}
    themes = ["themes-street", "themes-part", "themes-return"]
    assert names["published"] == [
        "verbs-jia-2023",
        "counting",
        *themes,
        "key-terms",
        "shared-wording",
    ]  # one review
    assert names["without jia-2023"] == [*themes, "key-terms", "shared-wording"]
    for alone in ("yi-2024", "bing-2024"):  # a plan, and a review with its plan
        assert names[f"without {alone}"] == ["verbs-jia-2023", "counting", *themes, "shared-wording"]
    left = few["published"].only(lambda t: t["doc_id"] == "jia-2023")
    assert [n for f in list_findings(left) for n in f.names] == ["verbs-jia-2023", "counting", *themes]


FRAME = pd.DataFrame({"a": [1, 2]})


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (FRAME, FRAME, True),
        (FRAME, FRAME.copy(), True),
        (FRAME, FRAME.assign(a=[1, 3]), False),
        (FRAME, FRAME[:1], False),
        (FRAME["a"], FRAME["a"].copy(), True),
        (FRAME["a"], FRAME["a"] + 1, False),
        (("genre",), ("genre",), True),
        (("genre",), (), False),
        (k_means, k_means, True),
        (k_means, lsa_k_means, False),
        (4, 3, False),
    ],
)
def test_inputs_are_compared_by_what_they_hold(one, other, same):
    assert robustness._same(one, other) is same


# --- all findings under all choices


def test_findings_are_reckoned_only_where_a_choice_touches_them(monkeypatch):
    """Inputs made up; the finding ``two`` says two things, and ``late`` is none of the published."""
    made = {
        "published": [(("one",), (1, FRAME)), (("two", "three"), (5,))],
        "same": [(("one",), (1, FRAME.copy())), (("two", "three"), (5,))],
        "other": [(("one",), (2, FRAME)), (("two", "three"), (5,))],
        "table": [(("one",), (1, FRAME[:1])), (("two", "three"), (5, 5)), (("late",), (7,))],
        "gone": [(("late",), (7,))],
    }
    reckoned = []

    def list_made(choice):
        for names, inputs in made[choice]:

            def reckon(names=names, inputs=inputs, choice=choice):
                reckoned.append((choice, names[0]))
                value = float(inputs[0] + len(inputs))
                return [(value + i, value < 4, value < 8) for i in range(len(names))]

            yield Finding(names, inputs, reckon)

    given = []
    monkeypatch.setattr(robustness, "read_choices", lambda *a: given.append(a) or ((c, c) for c in made))
    monkeypatch.setattr(robustness, "list_findings", list_made)
    found = try_choices("a folder", 5)
    assert given == [("a folder", 5)]
    assert found.columns.tolist() == ["choice", "finding", "value", "touched", "verdict"]
    assert found.to_numpy().tolist() == [
        ["published", "one", 3, True, "holds"],
        ["published", "two", 6, True, "weaker"],
        ["published", "three", 7, True, "weaker"],
        ["same", "one", 3, False, "holds"],
        ["same", "two", 6, False, "weaker"],
        ["same", "three", 7, False, "weaker"],
        ["other", "one", 4, True, "weaker"],
        ["other", "two", 6, False, "weaker"],
        ["other", "three", 7, False, "weaker"],
        ["table", "one", 3, True, "holds"],
        ["table", "two", 7, True, "weaker"],  # an input more
        ["table", "three", 8, True, "weaker"],
        ["table", "late", 8, True, "fails"],
        ["gone", "late", 8, False, "fails"],
    ]
    assert reckoned == [
        *[("published", "one"), ("published", "two"), ("other", "one")],
        *[("table", "one"), ("table", "two"), ("table", "late")],
    ]


# The rules of `try_choices`, each with what stands in place of what it is reckoned from.


@pytest.mark.parametrize(
    ("difference", "low", "verdict"),
    [(5, 1, "holds"), (5, 0, "weaker"), (5, -1, "weaker"), (0, -1, "fails"), (-2, -5, "fails")],
)
def test_verbs_hold_by_their_interval(difference, low, verdict, monkeypatch):
    change = pd.DataFrame({"difference": [difference], "low": [low]})
    monkeypatch.setattr(robustness, "part_change", lambda words, hits: change)
    assert robustness._change(FRAME, FRAME["a"]) == [(difference, *bounds(verdict, low > 0))]


def bounds(verdict, holds=None):
    """Holds and holds more weakly, as a verdict says them."""
    assert holds is None or holds == (verdict == "holds")
    return verdict == "holds", verdict != "fails"


@pytest.mark.parametrize(
    ("ami", "chance_high", "verdict"),
    [
        (0.03, 0.03, "holds"),
        (0.031, 0.03, "weaker"),
        (0.099, 0.03, "weaker"),
        (0.1, 0.03, "fails"),
        (-0.2, -0.3, "weaker"),
        (-0.3, -0.3, "holds"),
    ],
)
@pytest.mark.parametrize(
    ("seeds", "samples", "back"),
    [(0.9, 0.6, "holds"), (0.6, 0.9, "holds"), (0.599, 1, "weaker"), (1, 0.5, "weaker"), (0.499, 1, "fails")],
)
def test_themes_hold_by_chance_and_by_how_they_return(
    ami, chance_high, verdict, seeds, samples, back, monkeypatch
):
    sections = pd.DataFrame({"section_id": list("xyz"), "doc_id": list("aab"), "orientation": list("ppr")})
    mutual = pd.DataFrame({"ami": [ami, 0.0], "chance_high": [chance_high, 0.0]})
    again = {"seed_ari": seeds, "bootstrap_ari": samples}
    dtm = pd.DataFrame(index=["z", "x"])
    asked = []

    def confound(labels, *factors):
        asked.extend([labels, *(f.to_list() for f in factors)])
        return mutual

    monkeypatch.setattr(robustness, "section_matrix", lambda *a, **named: asked.append(named) or dtm)
    monkeypatch.setattr(robustness, "stability", lambda *a: asked.append(a[1:]) or ("labels", again))
    monkeypatch.setattr(robustness, "confounding", confound)
    found = robustness._themes(sections, FRAME, ("genre",), (), 6, k_means, ["doc_id", "orientation"])
    assert asked == [{"hide": ("genre",), "mask": ()}, (6, k_means), "labels", ["b", "a"], ["r", "p"]]
    assert [v for v, *_ in found] == [ami, 0, min(seeds, samples)]
    assert [tuple(map(bool, v[1:])) for v in found] == [bounds(verdict), (True, True), bounds(back)]


@pytest.mark.parametrize(
    ("gap", "low", "verdict"),
    [
        (0.02, 0.001, "holds"),
        (0.02, 0, "weaker"),
        (0.001, -1, "weaker"),
        (0, -1, "fails"),
        (-0.1, -1, "fails"),
    ],
)
def test_reviews_are_apart_by_their_nearest_pair(gap, low, verdict):
    rows = [("a", "a", 0, 0), ("a", "b", 0.5, -9), ("a", "c", gap, low), ("c", "c", 0, 0)]
    ((value, *said),) = robustness._gap(pd.DataFrame(rows, columns=["a", "b", "gap", "gap_low"]))
    assert value == gap and tuple(said) == bounds(verdict)


@pytest.mark.parametrize(
    ("held", "verdict"),
    [(0, "holds"), (3, "holds"), (4, "weaker"), (5, "weaker"), (6, "fails"), (8, "fails")],
)
def test_most_texts_have_no_key_term(held, verdict, monkeypatch):
    """Eight texts in two kinds, of which some have a term above their bar: the third and the last twice."""
    kinds = [pd.DataFrame({"doc_id": list("abcd")}), pd.DataFrame({"doc_id": list("abcd")})]

    def key_terms(mine, by, prior, draws):
        first = 0 if mine is kinds[0] else 4
        rows = [(d, 2.0 if first + i < held else 1.0, 1.0) for i, d in enumerate("abcd") for _ in "xy"]
        return pd.DataFrame(rows, columns=["doc_id", "log_odds_z", "bar"])

    monkeypatch.setattr(robustness, "key_terms", key_terms)
    assert robustness._key_terms(kinds, None) == [(held / 8, *bounds(verdict))]


@pytest.mark.parametrize(
    ("difference", "low", "verdict"),
    [
        (0.02, 0.01, "holds"),
        (0.02, 0, "weaker"),
        (0.001, -1, "weaker"),
        (0, -1, "fails"),
        (-0.1, -1, "fails"),
    ],
)
def test_wording_is_shared_by_the_report_where_it_is_so_least(difference, low, verdict, monkeypatch):
    halves = pd.DataFrame({"difference": [0.9, difference], "low": [-1, low]}, index=["a", "b"])
    monkeypatch.setattr(robustness, "compare_halves", lambda characters, run: halves if run == 5 else None)
    ((value, *said),) = robustness._halves(FRAME, 5)
    assert value == difference and tuple(said) == bounds(verdict)


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


# --- what a finding rests on


SENTENCES = pd.DataFrame(
    {
        "sentence_id": ["a/s1", "a/s2", "a/s3", "b/s1", "b/s2", "c/s1"],
        "doc_id": list("aaabbc"),
        "part": ["review", "plan", np.nan, "review", np.nan, "plan"],
        "cluster": [1, 2, np.nan, 1, 3, np.nan],
    }
)


@pytest.mark.parametrize(
    ("finding", "choice", "ids"),
    [
        ("verbs-a", "LSA", "a/s1 a/s2"),
        ("counting", "LSA", "a/s1 a/s2"),
        ("counting", "without a", ""),
        ("themes-street", "LSA", "a/s1 a/s2 b/s1 b/s2"),
        ("themes-return", "without b", "a/s1 a/s2"),
        ("reviews-apart", "LSA", "a/s1 b/s1"),
        ("key-terms", "published", "a/s1 a/s2 b/s1 c/s1"),
        ("shared-wording", "without c", "a/s1 a/s2 a/s3 b/s1 b/s2"),
    ],
)
def test_a_finding_rests_on_the_sentences_it_compares(finding, choice, ids):
    assert " ".join(SENTENCES["sentence_id"][rests_on(finding, choice, SENTENCES)]) == ids


# --- the committed tables


@pytest.fixture(scope="module")
def written():
    return pd.read_csv(PROCESSED / "robustness.csv")


@pytest.fixture(scope="module")
def published(written):
    return written[written["choice"] == "published"].set_index("finding")


def test_every_finding_is_tried_under_every_choice(written, published, readings, found):
    assert written["choice"].drop_duplicates().tolist() == list(readings)
    rows = [(c, n) for c, mine in found.items() for names in mine for n in names]
    assert list(zip(written["choice"], written["finding"], strict=True)) == rows
    assert set(written["verdict"]) <= set(VERDICTS)
    assert written["value"].notna().all() and published["touched"].all()


def test_choices_that_touch_nothing_leave_value_and_verdict(written, published):
    untouched = written[~written["touched"]]
    assert len(untouched) > 10
    for column in ("value", "verdict"):
        assert untouched[column].tolist() == untouched["finding"].map(published[column]).tolist()


EXACT = {  # sign, from where a finding holds, from where it is weaker; as documented in try_choices
    "themes-return": (1, 0.6, 0.5),
    "key-terms": (-1, -0.5 + 1e-9, -0.75 + 1e-9),
}


def test_verdicts_follow_from_values(written):
    seen = set()
    for row in written.itertuples():
        if row.finding in EXACT:
            sign, holds, weaker = EXACT[row.finding]
            value = sign * row.value
            expected = judge(value >= holds, value >= weaker)
            assert row.verdict == expected, row
        elif row.finding in ("themes-street", "themes-part"):  # the chance of the choice has the last word
            assert row.verdict != "fails" if row.value < 0.1 else row.verdict != "weaker", row
        else:  # the interval has the last word, within what the value allows
            assert row.finding[:6] == "verbs-" or row.finding in (
                "reviews-apart",
                "shared-wording",
                "counting",
            )
            value = -row.value if row.finding == "counting" else row.value
            assert (row.verdict == "fails") == (value <= 0), row
        seen.add(row.finding)
    assert {*TOUCHING} - {"verbs"} <= seen


def test_survival_is_counted_from_robustness(written):
    survival = pd.read_csv(PROCESSED / "survival.csv", keep_default_na=False)
    pd.testing.assert_frame_equal(count_survivals(written), survival, check_dtype=False, atol=1e-6)
    assert (survival["survives"] <= survival["choices"]).all()
    lost = survival["lost"].map(lambda names: len(names.split("; ")) if names else 0)
    assert (survival["choices"] - survival["survives"]).tolist() == lost.tolist()


def judge(holds, weaker):
    return VERDICTS[0 if holds else 1 if weaker else 2]


def agree(row, value, verdict):
    """A row of robustness.csv is a value, to the digits written, and a verdict."""
    assert row["value"] == pytest.approx(value, abs=2e-6)
    assert row["verdict"] == verdict


@pytest.mark.parametrize(("headings", "choice"), [(True, "published"), (False, "headings left out")])
def test_verbs_are_those_of_notebook_02(headings, choice, written):
    changes = pd.read_csv(PROCESSED / "verb_change.csv").query("headings == @headings")
    mine = written[written["choice"] == choice].set_index("finding")
    assert [f"verbs-{d}" for d in changes["doc_id"]] == [f for f in mine.index if f[:6] == "verbs-"]
    for c in changes.itertuples():
        expected = judge(c.low > 0, c.difference > 0)
        agree(mine.loc[f"verbs-{c.doc_id}"], c.difference, expected)


def test_key_terms_are_those_of_notebook_02(published):
    (summary,) = pd.read_csv(PROCESSED / "key_summary.csv").itertuples()
    share = summary.with_key_terms / summary.texts
    agree(published.loc["key-terms"], share, judge(share < 0.5, share < 0.75))
    keys = pd.read_csv(PROCESSED / "key_terms.csv", keep_default_na=False)
    above = keys[keys["log_odds_z"] > keys["bar"]]
    lists = keys.groupby(["kind", "doc_id"]).ngroups
    assert (len(keys), lists, len(above)) == (summary.terms, summary.texts, summary.above)
    assert above.groupby(["kind", "doc_id"]).ngroups == summary.with_key_terms
    assert keys["q"].min() == pytest.approx(summary.smallest_q, abs=2e-6)


def test_themes_are_those_of_notebook_03(published, written):
    mutual = pd.read_csv(PROCESSED / "confounding.csv", index_col="factor")
    for finding, factor in (("themes-street", "doc_id"), ("themes-part", "orientation")):
        ami, chance = mutual.loc[factor, ["ami", "chance_high"]]
        agree(published.loc[finding], ami, judge(ami <= chance, ami < 0.1))
    choice = pd.read_csv(PROCESSED / "choice_of_k.csv", index_col="k")[["seed_ari", "bootstrap_ari"]]
    back = choice.loc[K].min()
    agree(published.loc["themes-return"], back, judge(back >= 0.6, back >= 0.5))
    methods = pd.read_csv(PROCESSED / "cluster_methods.csv").query("words == 'as used'").set_index("method")
    for name, method in (("k-means", "k-means"), ("LSA", "LSA, k-means")):
        mine = written[written["choice"] == name].set_index("finding")["value"]
        stated = methods.loc[method]
        assert mine["themes-return"] == pytest.approx(
            min(stated["seed_ari"], stated["bootstrap_ari"]), abs=2e-6
        )
        assert mine["themes-street"] == pytest.approx(stated["ami_street"], abs=2e-6)
        assert mine["themes-part"] == pytest.approx(stated["ami_part"], abs=2e-6)
    for name in ("fewer", "more"):
        mine = written[written["choice"] == f"{name} clusters"].set_index("finding")["value"]
        k = K - 2 if name == "fewer" else K + 2
        assert mine["themes-return"] == pytest.approx(choice.loc[k].min(), abs=2e-6)


def test_reviews_are_those_of_notebook_04(published):
    pairs = pd.read_csv(PROCESSED / "review_similarity.csv")
    least = pairs[pairs["a"] != pairs["b"]].sort_values("gap").iloc[0]
    expected = judge(least["gap_low"] > 0, least["gap"] > 0)
    agree(published.loc["reviews-apart"], least["gap"], expected)


@pytest.mark.parametrize(("run", "choice"), [(4, "published"), (5, "longer runs")])
def test_wording_is_that_of_notebook_04(run, choice, written):
    halves = pd.read_csv(PROCESSED / "halves.csv").query("run == @run")
    least = halves.sort_values("difference").iloc[0]
    expected = judge(least["low"] > 0, least["difference"] > 0)
    mine = written[(written["choice"] == choice) & (written["finding"] == "shared-wording")]
    agree(mine.iloc[0], least["difference"], expected)


RECKONED = [
    *[(c, "verbs-huashan-2024") for c in ("published", *sorted(TOUCHING["verbs"]))],
    *[(c, "reviews-apart") for c in ("published", "lexicon off", "without bayuehu-2023")],
    *[(c, "key-terms") for c in ("published", "flat prior")],
    *[(c, "shared-wording") for c in ("published", "shorter runs")],
    ("published", "themes-return"),
]


@pytest.mark.parametrize(("choice", "name"), RECKONED)
def test_values_are_what_the_choices_give(choice, name, found, written):
    (finding,) = [f for names, f in found[choice].items() if name in names]
    with threadpool_limits(1):  # as the study runs
        reckoned = finding.reckon()
    mine = written[written["choice"] == choice].set_index("finding")
    for n, (value, holds, weaker) in zip(finding.names, reckoned, strict=True):
        agree(mine.loc[n], value, judge(holds, weaker))


def test_reckoning_again_gives_the_same(found):
    for finding in list(found["published"].values())[:3]:
        assert finding.reckon() == finding.reckon()


def test_the_absence_of_other_reports_leaves_the_change_of_verbs_as_it_is(readings, found):
    alone = readings["published"].only(lambda t: t["doc_id"] == "huashan-2024")
    mine = {f.names: f.reckon for f in list_findings(alone)}["verbs-huashan-2024",]
    assert mine() == found["published"]["verbs-huashan-2024",].reckon()


@pytest.mark.parametrize("lang", house.LANGUAGES)
def test_every_choice_and_finding_has_a_label(lang, written):
    choices = {c for c in written["choice"] if not c.startswith("without ")}
    findings = {f if not f.startswith("verbs-") else "verbs" for f in written["finding"]}
    keys = [*(f"choice_{c}" for c in choices), *(f"finding_{f}" for f in findings), *VERDICTS, "without"]
    labels = [house.label(key, lang) for key in keys]
    assert all(labels) and len(set(labels)) == len(labels)
