"""Similarity against SciPy and scikit-learn, the ceiling, and MATTR against a naive loop."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import jensenshannon
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.metrics.pairwise import cosine_similarity

import jiedao.similarity
from jiedao.dtm import count, idf
from jiedao.similarity import (
    _divergence,
    _sample_distance,
    as_matrix,
    contributions,
    cosine,
    jensen_shannon,
    order_alike,
    sample_size,
    similarity,
)
from jiedao.summary import mattr

COUNTS = arrays(np.float64, (2, 6), elements=st.integers(0, 9)).filter(lambda x: x.sum(axis=1).all())


@settings(deadline=None)
@given(COUNTS)
def test_jensen_shannon_is_scipys(pair):
    p, q = pair
    # SciPy takes the root of a rounding error where two distributions are the same
    assert jensen_shannon(p, q) == pytest.approx(np.nan_to_num(jensenshannon(p, q, base=2)), abs=1e-7)
    assert jensen_shannon(p, q) == jensen_shannon(q, p)


@settings(deadline=None)
@given(COUNTS)
def test_cosine_is_scikit_learns(pair):
    assert cosine(*pair) == pytest.approx(cosine_similarity(pair)[0, 1])


@pytest.mark.parametrize(
    ("p", "q", "distance", "angle"),
    [
        ([1, 1, 0], [2, 2, 0], 0, 1),
        ([1, 0], [0, 3], 1, 0),
        ([1, 1, 0], [1, 0, 1], np.sqrt(0.5), 0.5),  # m = ½ ¼ ¼: 1.5 bits, less 1 bit each
        ([[1, 0], [1, 1]], [[0, 1], [1, 1]], [1, 0], [0, 1]),
    ],
)
def test_by_hand(p, q, distance, angle):
    p, q = np.array(p, float), np.array(q, float)
    assert jensen_shannon(p, q) == pytest.approx(distance, abs=1e-7)
    assert cosine(p, q) == pytest.approx(angle)


@settings(deadline=None)
@given(COUNTS)
def test_what_the_terms_add_sums_to_the_divergence(pair):
    added = _divergence(*pair)
    assert added.shape == (6,)
    assert (added >= -1e-15).all()
    assert added.sum() == pytest.approx(np.nan_to_num(jensenshannon(*pair, base=2)) ** 2, abs=1e-12)
    assert (added[(pair == 0).all(axis=0)] == 0).all()


def tokens(texts, per_section=2):
    """A row a token; each text is a list of sentences, some to a section."""
    rows = [
        (doc, f"{doc}/{i // per_section}", f"{doc}/s{i}", word)
        for doc, sentences in texts.items()
        for i, sentence in enumerate(sentences)
        for word in sentence.split()
    ]
    return pd.DataFrame(rows, columns=["doc_id", "section_id", "sentence_id", "token"])


def test_similarity_by_hand():
    """Blocks of single sentences; a has eight tokens, no sentence longer than two.

    So samples of three: x y x and y x y of a, x z x of b.

    x stands in all five sections, y in two, z in three: idf 1, ln(6/3) + 1, ln(6/4) + 1. The distances are
    those of (2 1 0) and (2 0 1), which share two thirds, and of (2 1) and (1 2).
    """
    found = similarity(tokens({"a": ["x y"] * 4, "b": ["x z"] * 6}), block="sentence_id", draws=20)
    values = [f"{name}{end}" for name in ("jsd", "cosine", "gap") for end in ("", "_low", "_high")]
    assert found.columns.tolist() == ["a", "b", "n_tokens", *values]
    assert found[["a", "b"]].to_numpy().tolist() == [["a", "a"], ["a", "b"], ["b", "b"]]
    assert (found["n_tokens"] == 3).all()
    y, z = np.log(2) + 1, np.log(1.5) + 1
    halves = [(2 + 2 * w**2) / np.sqrt((4 + w**2) * (1 + 4 * w**2)) for w in (y, z)]
    across = 4 / np.sqrt((4 + y**2) * (4 + z**2))
    turned = np.sqrt(2 / 3 * np.log2(4 / 3) + 1 / 3 * np.log2(2 / 3))
    for bound in ("", "_low", "_high"):
        assert found[f"cosine{bound}"].tolist() == pytest.approx([halves[0], across, halves[1]], rel=1e-12)
        assert found[f"jsd{bound}"].tolist() == pytest.approx([turned, np.sqrt(1 / 3), turned], rel=1e-9)
        assert found[f"gap{bound}"].tolist() == pytest.approx([0, sum(halves) / 2 - across, 0], rel=1e-12)


def test_sections_are_the_blocks_unless_told():
    """Sections of four tokens: a has two, so samples of (8 − 4 + 1) / 2 = 2, a whole sentence each.

    The halves are alike, x y or x z, and a and b share the x: idf as above.
    """
    table = tokens({"a": ["x y"] * 4, "b": ["x z"] * 6})
    found = similarity(table, draws=20).set_index(["a", "b"])
    y, z = np.log(2) + 1, np.log(1.5) + 1
    across = 1 / np.sqrt((1 + y**2) * (1 + z**2))
    assert (found["n_tokens"] == 2).all()
    for bound in ("", "_low", "_high"):
        assert found[f"cosine{bound}"].tolist() == pytest.approx([1, across, 1], rel=1e-12)
        assert found[f"jsd{bound}"].tolist() == pytest.approx([0, np.sqrt(1 / 2), 0], abs=1e-7)
        assert found[f"gap{bound}"].tolist() == pytest.approx([0, 1 - across, 0], rel=1e-12)
    pd.testing.assert_frame_equal(
        found, similarity(table, "doc_id", "section_id", draws=20).set_index(["a", "b"])
    )


@pytest.mark.parametrize(
    ("texts", "block", "sizes"),
    [
        ({"a": ["x"] * 4}, "section_id", {"a": 1}),  # sections of two: (4 − 2 + 1) / 2, rounded down
        ({"a": ["x"] * 4}, "sentence_id", {"a": 2}),
        ({"a": ["x x x", "x", "x"]}, "section_id", {"a": 1}),  # sections of four and one
        ({"a": ["x x x", "x", "x", "x", "x", "x"]}, "section_id", {"a": 2}),
        ({"z": ["x"] * 6, "a": ["x"] * 9}, "section_id", {"z": 2, "a": 4}),
        ({"a": ["x", "x"]}, "section_id", {"a": 0}),  # a single section
        ({"a": ["x x x x"], "b": ["x", "x", "x"]}, "section_id", {"a": 0, "b": 1}),
    ],
)
def test_sample_size_by_hand(texts, block, sizes):
    found = sample_size(tokens(texts), block=block)
    assert found.to_dict() == sizes
    assert found.index.tolist() == list(sizes)


@pytest.mark.parametrize(
    ("texts", "block"),
    [
        ({"a": ["x y"] * 2, "b": ["x z"] * 6}, "section_id"),
        ({"a": ["x y"] * 6, "b": ["x z"]}, "section_id"),
        ({"a": ["x y z x y z"], "b": ["x z"] * 6}, "sentence_id"),
    ],
)
def test_a_text_of_a_single_block_has_no_halves(texts, block):
    with pytest.raises(ValueError, match="single block has no halves; leave it out"):
        similarity(tokens(texts), block=block, draws=5)


def test_long_texts_are_counted_in_full():
    """Sentences of 400 tokens: samples of 600, of b 450 x and 150 y."""
    table = tokens({"a": ["x " * 400] * 4, "b": ["x x x y " * 100] * 4}, per_section=1)
    found = similarity(table, draws=10).set_index(["a", "b"])
    assert (found["n_tokens"] == 600).all()
    y = np.log(9 / 5) + 1
    assert found.loc[("a", "b"), "cosine"] == pytest.approx(3 / np.sqrt(9 + y**2), rel=1e-12)
    assert found.loc[("a", "b"), "jsd"] == pytest.approx(jensenshannon([1, 0], [0.75, 0.25], base=2))
    assert found.loc[("b", "b"), "jsd"] == pytest.approx(0, abs=1e-7)


def test_idf_counts_sections_not_texts():
    texts = {"a": ["x y"] * 4, "b": ["x z"] * 6}
    options = {"block": "sentence_id", "draws": 5}
    few, many = (similarity(tokens(texts, n), **options).set_index(["a", "b"]) for n in (10, 1))
    # all in one section, y and z stand in one of two; a sentence a section, y in four and z in six of ten
    for found, y, z in ((few, np.log(3 / 2), np.log(3 / 2)), (many, np.log(11 / 5), np.log(11 / 7))):
        expected = 4 / np.sqrt((4 + (y + 1) ** 2) * (4 + (z + 1) ** 2))
        assert found.loc[("a", "b"), "cosine"] == pytest.approx(expected, rel=1e-12)
    assert (few["jsd"] == many["jsd"]).all()
    # a sentence a section, the blocks are the same
    pd.testing.assert_frame_equal(many, similarity(tokens(texts, 1), draws=5).set_index(["a", "b"]))


def test_samples_are_as_far_apart_as_any_texts():
    rng = np.random.default_rng(0)
    one, other = (rng.multinomial(30, np.full(12, 1 / 12), size=20).astype(np.uint8) for _ in range(2))
    assert (
        _sample_distance(one, other, 30) == jensen_shannon(*(x.astype(float) for x in (one, other)))
    ).all()


def captured(monkeypatch, table, draws):
    """The samples that are compared, by pair in the order of the result: (draws, terms) each."""
    pairs = []

    def spy(p, q, n):
        pairs.append((p, q))
        return np.array([jensen_shannon(*(x.astype(float) for x in pair)) for pair in zip(p, q, strict=True)])

    monkeypatch.setattr(jiedao.similarity, "_sample_distance", spy)
    return similarity(table, draws=draws), pairs


def test_samples_are_of_equal_length_and_of_their_texts(monkeypatch):
    table = tokens({"a": invented(1), "b": invented(2, 20), "c": invented(3, 33)})
    found, pairs = captured(monkeypatch, table, 30)
    n = found["n_tokens"].iloc[0]
    assert n == (20 * 5 - 10 + 1) // 2  # sections of two sentences
    whole = count(table)[pd.unique(table["token"])]
    for (a, b), samples in zip(found[["a", "b"]].to_numpy(), pairs, strict=True):
        for name, sample in zip((a, b), samples, strict=True):
            assert sample.shape == (30, whole.shape[1])
            assert (sample.sum(axis=1) == n).all()
            assert (sample <= whole.loc[name].to_numpy()).all()
            assert len(np.unique(sample, axis=0)) > 1  # another one each draw
        if a == b:
            assert (samples[0] + samples[1] <= whole.loc[a].to_numpy()).all()


def test_the_samples_are_weighted_by_idf_as_scikit_learn_does(monkeypatch):
    table = tokens({"a": invented(1, 12), "b": invented(2, 12, "abcdefuvw")}, per_section=3)
    found, pairs = captured(monkeypatch, table, 25)
    sections = count(table, "section_id")[pd.unique(table["token"])]
    weight = TfidfTransformer(norm=None).fit(sections.to_numpy())
    for i, samples in enumerate(pairs):
        values = np.diag(cosine_similarity(*map(weight.transform, samples)))
        assert found.loc[i, "cosine"] == pytest.approx(np.median(values), rel=1e-9)
        bounds = found.loc[i, ["cosine_low", "cosine_high"]].tolist()
        assert bounds == pytest.approx(np.quantile(values, [0.025, 0.975]).tolist(), rel=1e-9)
        assert found.loc[i, "jsd"] == pytest.approx(
            np.median([jensenshannon(p, q, base=2) for p, q in zip(*samples, strict=True)]), rel=1e-9
        )


def test_the_gap_is_taken_draw_by_draw(monkeypatch):
    """Its median is that of the differences, not the difference of the medians."""
    table = tokens({"a": invented(1, 12), "b": invented(2, 14, "abcdefuvw"), "c": invented(3, 20)})
    found, pairs = captured(monkeypatch, table, 25)
    weight = idf(count(table, "section_id"))[pd.unique(table["token"])].to_numpy()
    drawn = {
        tuple(names): [
            cosine_similarity([p * weight], [q * weight])[0, 0] for p, q in zip(*samples, strict=True)
        ]
        for names, samples in zip(found[["a", "b"]].to_numpy(), pairs, strict=True)
    }
    for row in found.itertuples():
        a, b, across = (np.array(drawn[p]) for p in ((row.a, row.a), (row.b, row.b), (row.a, row.b)))
        gaps = (a + b) / 2 - across
        bounds = np.quantile(gaps, [0.5, 0.025, 0.975])
        assert [row.gap, row.gap_low, row.gap_high] == pytest.approx(bounds.tolist(), abs=1e-12)
    same = found["a"] == found["b"]
    assert (found.loc[same, ["gap", "gap_low", "gap_high"]] == 0).all(axis=None)
    assert (found.loc[~same, "gap_low"] < found.loc[~same, "gap_high"]).all()


def own_words(lengths, name):
    """A text whose every sentence has a word of its own."""
    return [" ".join([f"{name}{i}"] * n) for i, n in enumerate(lengths)]


def disjoint(lengths, n):
    """Whether the first n and the last n tokens share no block, whatever the order of the blocks."""
    for order in set(permutations(lengths)):
        words = [i for i, length in enumerate(order) for _ in range(length)]
        if 2 * n > len(words) or set(words[:n]) & set(words[len(words) - n :]):
            return False
    return True


def compare_own_words(one, other):
    table = tokens({"a": own_words(one, "a"), "b": own_words(other, "b")}, per_section=1)
    found = similarity(table, draws=25)
    for bound in ("", "_low", "_high"):
        assert found[f"cosine{bound}"].tolist() == [0, 0, 0]
        assert found[f"jsd{bound}"].tolist() == pytest.approx([1, 1, 1])
    return found["n_tokens"].unique().tolist()


LENGTHS = st.lists(st.integers(1, 6), min_size=2, max_size=5)


@settings(deadline=None, max_examples=25)
@given(LENGTHS, LENGTHS)
def test_samples_of_one_text_share_no_section(one, other):
    (n,) = compare_own_words(one, other)
    assert n == min((sum(x) - max(x) + 1) // 2 for x in (one, other))
    assert disjoint(one, n) and disjoint(other, n)


@settings(deadline=None, max_examples=15)
@given(*[st.tuples(st.integers(1, 6), st.integers(1, 5))] * 2)
def test_samples_are_as_long_as_a_longest_section_in_the_middle_allows(one, other):
    """A long section among sections of one token can lie anywhere, so no longer sample is safe."""
    one, other = ([longest, *[1] * n] for longest, n in (one, other))
    (n,) = compare_own_words(one, other)
    assert n == max(n for n in range(1, 12) if disjoint(one, n) and disjoint(other, n))


@settings(deadline=None, max_examples=25)
@given(*[st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=2, max_size=5)] * 2)
def test_sections_of_many_sentences_stay_whole(one, other):
    """Each section has a word of its own, which all its sentences repeat: the samples never share it."""
    rows = [
        (d, f"{d}/{i}", f"{d}/{i}/{j}", f"{d}{i}")
        for d, sections in (("a", one), ("b", other))
        for i, lengths in enumerate(sections)
        for j, n in enumerate(lengths)
        for _ in range(n)
    ]
    table = pd.DataFrame(rows, columns=["doc_id", "section_id", "sentence_id", "token"])
    found = similarity(table, draws=15)
    assert found["cosine_high"].tolist() == [0, 0, 0]
    sizes = [[sum(lengths) for lengths in sections] for sections in (one, other)]
    assert found["n_tokens"].unique().tolist() == [min((sum(x) - max(x) + 1) // 2 for x in sizes)]


@pytest.mark.parametrize("block", ["section_id", "sentence_id"])
def test_blocks_stay_whole_when_their_tokens_are_scattered_over_the_table(block):
    table = tokens({"a": own_words([3] * 8, "a"), "b": own_words([3] * 8, "b")})
    mixed = table.sample(frac=1, random_state=1)
    assert similarity(mixed, block=block, draws=20)["cosine_high"].tolist() == [0, 0, 0]


def test_halves_of_single_sentences_share_sections_and_so_are_more_alike():
    """Sixteen sections, the sentences of each alike: halves made of sentences meet in nearly all of them."""
    words = [f"w{i // 6}" for i in range(96)]
    table = tokens({"a": [f"{w} {w}" for w in words], "b": [f"{w} b" for w in words]}, per_section=6)
    whole = similarity(table, draws=30).set_index(["a", "b"])
    apart = similarity(table, block="sentence_id", draws=30).set_index(["a", "b"])
    assert whole.loc[("a", "a"), "cosine_high"] == 0
    assert apart.loc[("a", "a"), "cosine_low"] > 0.5
    assert whole.loc[("a", "b"), "gap"] < apart.loc[("a", "b"), "gap"]


def invented(seed, sentences=60, words="abcdefghijklmnopqrst"):
    """A text whose sentences are drawn from one and the same distribution."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(1, len(words) + 1)
    return [" ".join(rng.choice(list(words), 5, p=share / share.sum())) for _ in range(sentences)]


def test_texts_of_one_source_are_as_alike_as_the_ceiling():
    found = similarity(tokens({"a": invented(1), "b": invented(2)}), draws=200).set_index(["a", "b"])
    for value in ("cosine", "jsd"):
        ceiling = (found.loc[("a", "a"), value] + found.loc[("b", "b"), value]) / 2
        assert found.loc[("a", "b"), value] == pytest.approx(ceiling, abs=0.05)
        assert found.loc[("a", "b"), f"{value}_low"] < ceiling < found.loc[("a", "b"), f"{value}_high"]


def test_identical_texts_reach_the_ceiling_and_other_words_do_not():
    same = invented(3)
    other = invented(4, words="UVWXYZabcdef")
    found = similarity(tokens({"a": same, "b": same, "c": other}), draws=200).set_index(["a", "b"])
    assert found.loc[("a", "b"), "cosine"] >= found.loc[("a", "a"), "cosine_low"]
    assert found.loc[("a", "b"), "jsd"] <= found.loc[("a", "a"), "jsd_high"]
    assert found.loc[("a", "c"), "cosine_high"] < found.loc[("a", "a"), "cosine_low"]
    assert found.loc[("a", "c"), "jsd_low"] > found.loc[("a", "a"), "jsd_high"]


def test_identical_texts_score_like_halves():
    same = invented(3, 80)
    found = similarity(tokens({"a": same, "b": same}), draws=400).set_index(["a", "b"])
    for value, halves in (("cosine", found["cosine"]), ("jsd", found["jsd"])):
        # two samples of one text may share sentences where halves may not, so they are a little more alike
        assert halves[("a", "b")] == pytest.approx(halves[("a", "a")], abs=0.06), value
        assert halves[("b", "b")] == pytest.approx(halves[("a", "a")], abs=0.02), value


def test_bounds_and_seed():
    texts = tokens({"a": invented(1), "b": invented(2, 40), "c": invented(3, 50)})
    found = similarity(texts, draws=50)
    assert len(found) == 6
    for value in ("cosine", "jsd"):
        assert (found[f"{value}_low"] <= found[value]).all()
        assert (found[value] <= found[f"{value}_high"]).all()
        assert found[value].between(0, 1).all()
    pd.testing.assert_frame_equal(found, similarity(texts, draws=50))
    assert not found.equals(similarity(texts, draws=50, seed=1))


def test_groups_of_another_column():
    texts = tokens({"a": invented(1), "b": invented(2)}).rename(columns={"doc_id": "part"})
    assert similarity(texts, by="part", draws=5)["a"].tolist() == ["a", "a", "b"]


def test_the_matrix_is_symmetric_and_in_order():
    texts = tokens({"z": invented(1), "b": invented(2), "m": invented(3)})
    found = similarity(texts, draws=20)
    matrix = as_matrix(found, "jsd")
    assert matrix.index.tolist() == matrix.columns.tolist() == ["z", "b", "m"]
    np.testing.assert_array_equal(matrix, matrix.T)
    assert np.diag(matrix).tolist() == found.loc[found["a"] == found["b"], "jsd"].tolist()


def test_a_matrix_by_hand():
    pairs = pd.DataFrame(
        [["z", "z", 1], ["z", "b", 2], ["z", "m", 3], ["b", "b", 4], ["b", "m", 5], ["m", "m", 6]],
        columns=["a", "b", "x"],
    )
    assert as_matrix(pairs, "x").to_numpy().tolist() == [[1, 2, 3], [2, 4, 5], [3, 5, 6]]


@pytest.mark.parametrize(
    ("places", "order"),
    [
        ({"a": 0, "p": 9, "b": 1, "q": 10, "c": 2, "r": 11}, "abcpqr"),
        ({"c": 2, "a": 0, "e": 4, "b": 1, "d": 3}, "abcde"),  # a chain
        ({"p": 0, "a": 50, "b": 51}, "pab"),
        ({"b": 1, "a": 0}, "ba"),  # nothing to order
        ({"a": 0}, "a"),
    ],
)
def test_like_stands_beside_like(places, order):
    at = np.array(list(places.values()), float)
    matrix = pd.DataFrame(1 / (1 + np.abs(at[:, None] - at)), index=list(places), columns=list(places))
    found = "".join(order_alike(matrix))
    assert found in (order, order[::-1])


def test_the_diagonal_plays_no_part_in_the_order():
    names = list("apbqcr")
    alike = pd.DataFrame(
        [[0.9 if (a < "p") == (b < "p") else 0.1 for b in names] for a in names], names, names
    )
    found = order_alike(alike.where(~np.eye(6, dtype=bool), 0.5))
    assert {frozenset(found[:3]), frozenset(found[3:])} == {frozenset("abc"), frozenset("pqr")}


PAIR = tokens({"a": ["x y"] * 4, "b": ["x z"] * 6})


def test_contributions_by_hand():
    """½ of a is y, ½ of b is z: each adds ½ · ½ · log2(½ / ¼) = ¼; x adds nothing."""
    found = contributions(PAIR, "doc_id", "a", "b", draws=20)
    columns = ["a", "b", "term", "n_a", "n_b", "bits", "share", "difference", "low", "high"]
    assert found.columns.tolist() == columns
    assert found[["a", "b", "term", "n_a", "n_b"]].to_numpy().tolist() == [
        ["a", "b", "y", 4, 0],
        ["a", "b", "z", 0, 6],
        ["a", "b", "x", 4, 6],
    ]
    assert found["bits"].tolist() == [0.25, 0.25, 0]
    assert found["share"].tolist() == [0.5, 0.5, 0]
    for column in ("difference", "low", "high"):  # every sentence is alike, so nothing varies
        assert found[column].tolist() == pytest.approx([-500, 500, 0])
    turned = contributions(PAIR, "doc_id", "b", "a", draws=20).set_index("term")
    assert turned.loc[["y", "z"], "difference"].tolist() == pytest.approx([500, -500])
    assert turned.loc["y", ["n_a", "n_b"]].tolist() == [0, 4]


def test_contributions_add_up_to_the_distance_of_the_whole_texts():
    table = tokens({"a": invented(1), "c": invented(9), "b": invented(2, 40, "fghijklmnopqrstuvw")})
    found = contributions(table, "doc_id", "a", "b", top=10**6, draws=200)
    counts = count(table[table["doc_id"] != "c"]).loc[["a", "b"]]
    assert sorted(found["term"]) == counts.columns.tolist()
    squared = jensenshannon(*counts.to_numpy(), base=2) ** 2
    assert found["bits"].sum() == pytest.approx(squared, rel=1e-9)
    assert found["share"].tolist() == pytest.approx((found["bits"] / squared).tolist(), rel=1e-9)
    assert found["bits"].is_monotonic_decreasing and found["bits"].min() >= 0
    by_term = found.set_index("term").loc[counts.columns]
    assert by_term["n_a"].tolist() == counts.loc["a"].tolist()
    assert by_term["n_b"].tolist() == counts.loc["b"].tolist()
    rates = 1000 * counts.div(counts.sum(axis=1), axis=0)
    assert by_term["difference"].tolist() == pytest.approx((rates.loc["b"] - rates.loc["a"]).tolist())
    assert (by_term["low"] <= by_term["difference"]).all() and (
        by_term["difference"] <= by_term["high"]
    ).all()
    assert (by_term["low"] < by_term["high"]).all()
    assert (by_term.loc[["a", "b", "c"], "high"] < 0).all()  # words of a alone
    few = contributions(table, "doc_id", "a", "b", top=4, draws=200)
    pd.testing.assert_frame_equal(few, found.head(4))  # the rest of the terms still count


def test_contributions_of_identical_texts():
    """Each text is redrawn on its own, so the difference of none has a width around nought."""
    same = invented(5)
    found = contributions(tokens({"a": same, "b": same}), "doc_id", "a", "b", top=3, draws=100)
    assert found["bits"].tolist() == found["difference"].tolist() == [0, 0, 0]
    assert (found["low"] < 0).all() and (found["high"] > 0).all()


@settings(deadline=None)
@given(st.lists(st.sampled_from("abcd"), min_size=1), st.integers(1, 12))
def test_mattr_is_the_naive_loop(words, window):
    shares = [len(set(words[i : i + window])) / window for i in range(len(words) - window + 1)]
    expected = sum(shares) / len(shares) if shares else float("nan")
    assert mattr(np.array(words), window) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize(
    ("words", "window", "expected"),
    [("abab", 2, 1), ("aaaa", 2, 0.5), ("aab", 2, 0.75), ("abc", 3, 1), ("ab", 3, float("nan"))],
)
def test_mattr_by_hand(words, window, expected):
    assert mattr(np.array(list(words)), window) == pytest.approx(expected, nan_ok=True)
