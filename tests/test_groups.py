"""Statistics by group over Parquet tables: by hand, and against the functions that hold all in memory."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError, groups
from jiedao.corpus import read_corpus
from jiedao.documents import own_terms
from jiedao.dtm import content, count, running
from jiedao.extract import SCHEMAS, read_part
from jiedao.frequency import dispersion
from jiedao.keyness import keyness
from jiedao.parts import Part, Settings, deal

RAW = Path(__file__).parent.parent / "data/raw"
STATISTICS = ("dp", "dp_norm", "per_1000")


def write(folder, *parts):
    """Write parts, each a dict of rows (dicts) by table."""
    for n, tables in enumerate(parts):
        for name in ("documents", "terms", "themes"):
            file = folder / name / f"part-{n:06}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            pq.write_table(pa.Table.from_pylist(tables.get(name, []), schema=SCHEMAS[name]), file)
    return folder


def document(doc_id, n_tokens, **stated):
    return {"doc_id": doc_id, "source": f"{doc_id}.txt", "n_tokens": n_tokens, "sha256": doc_id} | stated


def terms(doc_id, kind="word", **counts):
    return [{"doc_id": doc_id, "term": term, "kind": kind, "n": n} for term, n in counts.items()]


def themes(doc_id, orientation, **sizes):
    rows = [("doc_id", doc_id), ("orientation", orientation)]
    return [dict([*rows, ("theme", theme), ("n_chars", n)]) for theme, n in sizes.items()]


TOY = (
    {
        "documents": [document("b", 30, province="甲省", year=2020)],
        "terms": [*terms("b", 养老=1, 项目=3), *terms("b", "place", 甲县=9)],
        "themes": themes("b", "prospective", ECON=60),
    },
    {
        "documents": [document("a", 10, province="甲省", year=2021), document("c", 5, year=2021)],
        "terms": [
            *terms("a", 养老=4, 卫生=1, 的=3, 工作=2, 桥=2),  # a function word, one of the genre, a short one
            *terms("a", "number", 十二=5),
            *terms("a", "sign", **{"——": 5}),
            *terms("c", 养老=2),
        ],
        "themes": [
            *themes("a", "retrospective", ECON=30, CIV=10),
            *themes("a", "prospective", ECON=15, CIV=25),
            *themes("c", "retrospective", CIV=7),
        ],
    },
)


@pytest.fixture
def toy(tmp_path):
    return write(tmp_path / "tables", *TOY)


def test_frequencies_worked_by_hand(toy):
    found = groups.frequency(toy, fewest=1)
    assert found.columns.tolist() == ["province", "term", "n", "per_1000", "documents", "dp", "dp_norm"]
    # Shares of the 40 tokens: a ¼, b ¾. Of 养老 a holds 4 of 5: ½ (|0.8 − 0.25| + |0.2 − 0.75|) = 0.55.
    assert found.drop(columns="dp_norm").values.tolist() == [
        ["", "养老", 2, 400.0, 1, 0.0],
        ["甲省", "养老", 5, 125.0, 2, 0.55],
        ["甲省", "项目", 3, 75.0, 1, 0.25],
        ["甲省", "卫生", 1, 25.0, 1, 0.75],
    ]
    assert math.isnan(found["dp_norm"][0])
    assert found["dp_norm"].tolist()[1:] == [0.733333, 0.333333, 1.0]
    assert groups.frequency(toy, fewest=3)["term"].tolist() == ["养老", "项目"]
    assert set(groups.frequency(toy, fewest=1, mask=(), shortest=1)["term"]) >= {"甲县", "桥"}
    assert groups.frequency(toy, "year", fewest=1)["year"].unique().tolist() == ["2020", "2021"]


def test_prevalence_worked_by_hand(toy):
    assert groups.prevalence(toy).values.tolist() == [
        ["", "retrospective", "CIV", 7, 1.0, 1],
        ["甲省", "prospective", "CIV", 25, 0.25, 1],
        ["甲省", "prospective", "ECON", 75, 0.75, 2],
        ["甲省", "retrospective", "CIV", 10, 0.25, 1],
        ["甲省", "retrospective", "ECON", 30, 0.75, 1],
    ]
    shares = groups.prevalence(toy, "year").groupby(["year", "orientation"])["share"].sum()
    np.testing.assert_allclose(shares, 1, atol=1e-5)


def test_key_terms_are_of_the_groups_named(toy):
    found = groups.keyness(toy, "year", 2021, fewest=1)
    assert found[["n_target", "n_reference"]].loc[["养老", "卫生", "项目"]].values.tolist() == [
        [6, 1],
        [1, 0],
        [0, 3],
    ]
    assert groups.keyness(toy, "province", "", "甲省", fewest=1).loc["养老", "n_reference"] == 5


def test_duplicates_are_listed_and_a_doc_id_counts_once(tmp_path):
    again = {"documents": [document("a", 20, province="乙省", sha256="b")], "terms": terms("a", 养老=6)}
    folder = write(tmp_path, *TOY, again)
    found = groups.duplicates(folder)
    assert found[["doc_id", "sha256", "same_text", "same_id"]].values.tolist() == [
        ["a", "a", 1, 2],
        ["a", "b", 2, 2],
        ["b", "b", 2, 1],
    ]
    row = groups.frequency(folder, fewest=1).set_index(["province", "term"]).loc[("乙省", "养老")]
    assert row[["n", "documents", "dp"]].tolist() == [10, 1, 0]
    assert row["per_1000"] == round(10_000 / 30, 6)
    assert groups.duplicates(write(tmp_path / "none", *TOY)).empty


@pytest.fixture(scope="module")
def corpus():
    return read_corpus(RAW)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Tables of the five reports as jiedao scale writes them: a part of each."""
    folder = tmp_path_factory.mktemp("reports")
    files = [file for part in deal(RAW) for file in part.files]
    for n, file in enumerate(files):
        tables = read_part(Part(1, files=(file,)), Settings(tuple(own_terms(RAW)), "jieba", False))[2]
        for name, data in tables.items():
            (folder / name).mkdir(exist_ok=True)
            (folder / name / f"part-{n:06}.parquet").write_bytes(data)
    return folder


def documents_of(folder):
    return pq.read_table(folder / "documents").to_pandas().set_index("doc_id")


@pytest.mark.parametrize("by", ["province", "year", "genre"])
def test_frequencies_of_the_reports_are_those_reckoned_in_memory(reports, corpus, by):
    named = documents_of(reports)[by].fillna("").astype(str).str.removesuffix(".0")
    chosen, words = content(corpus.tokens), running(corpus.tokens)
    found = groups.frequency(reports, by, fewest=1)
    assert found[by].unique().tolist() == sorted(named.unique())
    for group, table in found.groupby(by):
        ids = named.index[named == group]
        sizes = words["doc_id"].value_counts().reindex(ids)
        matrix = count(chosen[chosen["doc_id"].isin(ids)]).reindex(ids, fill_value=0)
        expected = dispersion(matrix, sizes)
        expected["per_1000"] = 1000 * expected["n"] / sizes.sum()
        expected = expected.sort_index().sort_values("n", ascending=False, kind="stable")
        assert table["term"].tolist() == expected.index.tolist()  # the content terms, in order
        assert table["n"].tolist() == expected["n"].tolist()
        assert table["documents"].tolist() == expected["parts"].tolist()
        for name in STATISTICS:
            np.testing.assert_allclose(table[name], expected[name], rtol=0, atol=6e-7)


def test_content_is_chosen_as_in_memory(reports, corpus):
    options = {"hide": ("function", "policy_verb"), "mask": ("name",), "shortest": 3}
    found = groups.frequency(reports, "street", fewest=1, **options)
    assert set(found["term"]) == set(content(corpus.tokens, **options)["token"])
    assert found["n"].sum() == len(content(corpus.tokens, **options))


@pytest.mark.parametrize("fewest", [1, 4])
@pytest.mark.parametrize("with_prior", [False, True])
def test_key_terms_of_the_reports_are_those_reckoned_in_memory(reports, corpus, fewest, with_prior):
    streets = documents_of(reports)["street"]
    chosen = content(corpus.tokens)
    mine = chosen["doc_id"].map(streets) == streets.iloc[0]
    target, rest = (t["token"].value_counts() for t in (chosen[mine], chosen[~mine]))
    prior = 0.01 * chosen["token"].value_counts() if with_prior else None
    expected = keyness(target, rest, prior)
    expected = expected[expected["n_target"] + expected["n_reference"] >= fewest]
    found = groups.keyness(reports, "street", streets.iloc[0], prior=prior, fewest=fewest)
    dropped = [] if fewest == 1 else ["q"]
    pd.testing.assert_frame_equal(
        found.drop(columns=dropped), expected.drop(columns=dropped).loc[found.index], check_names=False
    )
    assert len(found) == len(expected)
    assert found["log_odds_z"].is_monotonic_decreasing


matrices = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.tuples(*[st.integers(0, 9)] * 3, st.integers(0, 40)), min_size=n, max_size=n)
)


@settings(deadline=None, max_examples=15)
@given(matrices)
def test_dispersion_in_sql_is_that_of_numpy(tmp_path_factory, rows):
    names = ["养老", "卫生", "项目"]
    matrix = pd.DataFrame([row[:3] for row in rows], columns=names)
    sizes = matrix.sum(axis=1) + [row[3] for row in rows]
    part = {
        "documents": [document(f"d{i}", int(size)) for i, size in enumerate(sizes)],
        "terms": [
            row
            for i, counts in matrix.iterrows()
            for row in terms(f"d{i}", **{t: int(n) for t, n in counts.items() if n})
        ],
    }
    found = groups.frequency(write(tmp_path_factory.mktemp("dp"), part), fewest=1).set_index("term")
    expected = dispersion(matrix, sizes).query("n > 0")
    assert sorted(found.index) == sorted(expected.index)
    for name in ("dp", "dp_norm"):
        np.testing.assert_allclose(found[name], expected.loc[found.index, name], rtol=0, atol=6e-7)


OLD = ["养老", "医疗", "卫生", "慰问", "残疾", "低保"]
NEW = ["项目", "招商", "企业", "投资", "税收", "产业"]


@pytest.fixture(scope="module")
def made_up():
    """Rows of 60 documents of two vocabularies, 40 of one and 20 of the other, and one of neither."""
    rng = np.random.default_rng(3)
    rows = []
    for i in range(60):
        words = (OLD if i % 3 else NEW) + ["群众"]
        counts = {word: int(n) for word, n in zip(words, rng.poisson(4, 7), strict=True) if n}
        group = {"province": "丙省" if i == 7 else ("甲省", "乙省")[i % 2], "year": 2010 + i % 3}
        rows.append((document(f"d{i:02}", 60, **group), terms(f"d{i:02}", **counts)))
    rows.append((document("empty", 3, province="甲省", year=2010), []))
    return rows


def deal_out(folder, rows, parts):
    """Write rows in so many parts; of more than one part, backwards."""
    shares = [rows[n::parts][:: -1 if parts > 1 else 1] for n in range(parts)]
    tables = [{"documents": [d for d, _ in s], "terms": [t for _, ts in s for t in ts]} for s in shares]
    return write(folder, *tables)


def test_clusters_find_two_vocabularies_also_out_of_the_sample(tmp_path, made_up):
    labels, top = groups.cluster(deal_out(tmp_path, made_up, 2), 2, sample=20, fewest=2)
    assert labels.columns.tolist() == ["doc_id", "province", "cluster", "sampled"]
    expected = [1 if i % 3 else 2 for i in range(60)] + [0]
    assert labels["doc_id"].tolist() == [d["doc_id"] for d, _ in made_up]
    assert labels["cluster"].tolist() == expected
    for cluster, words in ((1, OLD), (2, NEW)):
        assert set(top["term"][top["cluster"] == cluster].head(6)) == set(words)


def test_the_sample_is_of_every_group_in_proportion(tmp_path, made_up):
    folder = deal_out(tmp_path, made_up, 3)
    sampled = groups.cluster(folder, 2, sample=12, fewest=2)[0].query("sampled")
    assert sampled["province"].value_counts().to_dict() == {"甲省": 6, "乙省": 6, "丙省": 1}
    other = groups.cluster(folder, 2, sample=12, fewest=2, seed=1)[0].query("sampled")
    assert sampled["doc_id"].tolist() != other["doc_id"].tolist()


def results(folder, **session):
    return [
        groups.frequency(folder, fewest=1, **session),
        groups.keyness(folder, "year", 2011, **session),
        groups.prevalence(folder, "year", **session),
        *groups.cluster(folder, 2, sample=20, fewest=2, **session),
    ]


def test_parts_threads_and_memory_change_nothing(tmp_path, made_up, monkeypatch):
    expected = results(deal_out(tmp_path / "1", made_up, 1), threads=1)
    dealt = deal_out(tmp_path / "7", made_up, 7)
    monkeypatch.setattr(groups, "SHARE", 100)  # a few terms at a time
    for session in ({"threads": 1}, {"threads": 4}, {"threads": 2, "memory": "60MB"}):
        for found, table in zip(results(dealt, **session), expected, strict=True):
            pd.testing.assert_frame_equal(found, table, check_exact=True)


def test_what_does_not_fit_into_memory_is_laid_aside(tmp_path):
    ids, words = [f"d{i:03}" for i in range(60)], [f"词语{i}" for i in range(15_000)]
    part = {"documents": [document(i, 30_000, province=i) for i in ids]}  # each a group: 900,000 sums
    folder, rows = write(tmp_path, part), len(ids) * len(words)
    columns = [np.repeat(ids, len(words)), words * len(ids), ["word"] * rows, [2] * rows]
    table = pa.Table.from_arrays(columns, schema=SCHEMAS["terms"])
    pq.write_table(table, folder / "terms/part-000000.parquet", row_group_size=100_000)
    found = groups.frequency(folder, fewest=1, memory="100MB", threads=1)
    assert len(found) == rows
    assert (found["per_1000"] == round(1000 * 2 / 30_000, 6)).all() and (found["dp"] == 0).all()
    assert {file.name for file in folder.iterdir()} == {"documents", "terms", "themes"}  # nothing is left
    with pytest.raises(JiedaoError, match="2MB of memory are too few"):
        groups.frequency(folder, fewest=1, memory="2MB", threads=1)
    assert {file.name for file in folder.iterdir()} == {"documents", "terms", "themes"}


def test_parts_that_are_not_finished_are_left_out(toy):
    (toy / "documents/part-000000.parquet").unlink()
    assert groups.frequency(toy, "year", fewest=1)["year"].unique().tolist() == ["2021"]


def test_odd_names_of_folders_are_taken_as_they_are(tmp_path):
    assert len(groups.frequency(write(tmp_path / "a[1]'; *b", *TOY), fewest=1)) == 4


def test_faults_are_named(toy, tmp_path):
    with pytest.raises(JiedaoError, match="no tables of documents; write them with jiedao scale"):
        groups.frequency(tmp_path / "nowhere")
    with pytest.raises(JiedaoError, match="no groups by title; there are province"):
        groups.frequency(toy, "title")
    with pytest.raises(JiedaoError, match="no groups by year;"):
        groups.prevalence(toy, "year; DROP TABLE numbered")
    with pytest.raises(JiedaoError, match="no province '丁省'; name one of '', '甲省'"):
        groups.keyness(toy, "province", "丁省")
    with pytest.raises(JiedaoError, match="twice the same year"):
        groups.keyness(toy, "year", 2020, "2020")
    with pytest.raises(JiedaoError, match="too few for 9 clusters"):
        groups.cluster(toy, 9, fewest=1)
    with pytest.raises(JiedaoError, match="Memory"):
        groups.frequency(toy, memory="plenty")
    (toy / "themes/part-000001.parquet").unlink()
    with pytest.raises(JiedaoError, match=r"part-000001.parquet: is not there; run .* without --counts"):
        groups.prevalence(toy)
    (toy / "terms/part-000001.parquet").write_bytes(b"no table")
    with pytest.raises(JiedaoError, match="DuckDB cannot work on these tables"):
        groups.frequency(toy)
