"""What people wrote around the study in two languages: captions, translations, primer, questions, READMEs."""

import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from jiedao.claims import fill_claims
from jiedao.corpus import read_corpus

ROOT = Path(__file__).parents[1]
CORPUS = read_corpus(ROOT)
LANGUAGES = ("en", "zh")
PRIMERS = {"en": ROOT / "site/primer.md", "zh": ROOT / "site/zh/primer.md"}
READMES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh-CN.md"}
HAN = "[\u4e00-\u9fff]"
HALF_WIDTH = re.compile(f"{HAN}[,;:?!()]|[,;:?!()]{HAN}")


def read_table(path):
    return pd.read_csv(ROOT / path, keep_default_na=False)


def read_prose(path):
    """The prose of a document: without code, comments, addresses and what is quoted as printed."""
    text = path.read_text("utf-8")
    text = re.sub(r"(?ms)^```.*?^```|`[^`\n]*`|<!--.*?-->", "", text)
    text = re.sub(r'(?s)<span class="as-printed".*?</span>', "", text)
    return re.sub(r"\]\([^)]*\)|<[^>]*>", "]", text)


CAPTIONS = read_table("data/lexicon/captions.csv").set_index("figure")
TRANSLATIONS = read_table("data/lexicon/translations.csv")
QUESTIONS = read_table("site/questions.csv").set_index("notebook")
CLAIMS = read_table("figures/claims.csv").astype({"printed": str})


def streets():
    """Names of the reports' streets as charts write them, in both languages."""
    short = CORPUS.documents["street"].str.removesuffix("街道")
    return {*short, *CORPUS.documents["doc_id"].str.split("-").str[0]}


def test_each_figure_has_a_caption_and_nothing_else_has():
    figures = {path.stem for path in (ROOT / "figures/en").glob("*.svg")}
    assert CAPTIONS.index.is_unique and set(CAPTIONS.index) == figures
    texts = [f"{kind}_{lang}" for kind in ("title", "caption", "alt") for lang in LANGUAGES]
    assert sorted(CAPTIONS.columns) == sorted(texts)
    assert (CAPTIONS.map(str.strip) == CAPTIONS).all(axis=None) and (CAPTIONS != "").all(axis=None)


@pytest.mark.parametrize("figure", CAPTIONS.index)
def test_captions_hold_for_any_corpus(figure):
    """No street and no result: only the level of intervals and the number of draws are numbers."""
    for text in CAPTIONS.loc[figure]:
        assert not [name for name in streets() if name in text.lower()]
        assert not re.search(
            r"\d", re.sub(r"(?<![\d.])95(?: ?%|th |百分位)|第95|(?<![\d.])1,000(?!\d)", "", text)
        )


@pytest.mark.parametrize("figure", CAPTIONS.index)
def test_captions_are_whole_sentences_below_short_titles(figure):
    row = CAPTIONS.loc[figure]
    assert len(row["title_en"].split()) <= 12 and len(row["title_zh"]) <= 30
    for kind in ("caption", "alt"):
        assert row[f"{kind}_en"].endswith(".") and row[f"{kind}_zh"].endswith("。")
    assert not re.search(HAN, row["title_en"] + row["alt_en"])


def test_both_captions_explain_the_same_marks():
    for sign in "†‡":
        held = CAPTIONS[["caption_en", "caption_zh"]].map(lambda text, sign=sign: sign in text)
        assert (held["caption_en"] == held["caption_zh"]).all() and held["caption_en"].any()


@pytest.mark.parametrize("figure", CAPTIONS.index)
def test_marks_drawn_in_a_figure_are_explained(figure):
    drawn = "".join(re.findall(r">([^<]*)<", (ROOT / f"figures/en/{figure}.svg").read_text("utf-8")))
    for sign in "†‡":
        assert sign not in drawn or sign in CAPTIONS.loc[figure, "caption_en"]


def chinese_texts():
    for figure, row in CAPTIONS.iterrows():
        yield from ((f"{figure} {key}", row[key]) for key in CAPTIONS if key.endswith("_zh"))
    for notebook, row in QUESTIONS.iterrows():
        yield from ((f"{notebook} {key}", row[key]) for key in QUESTIONS if key.endswith("_zh"))
    yield from ((lang_file.name, read_prose(lang_file)) for lang_file in (PRIMERS["zh"], READMES["zh"]))


@pytest.mark.parametrize(("name", "text"), [pytest.param(n, t, id=n) for n, t in chinese_texts()])
def test_chinese_prose_has_full_width_signs(name, text):
    bare = re.sub(r"\{claim:[^}]*\}", "", text)
    assert not HALF_WIDTH.findall(bare)
    assert not re.search(rf"{HAN} +{HAN}", bare)


def test_translations_are_of_headings_as_printed():
    headings = CORPUS.sections.dropna(subset="heading")
    printed = set(zip(headings["doc_id"], headings["heading"], strict=True))
    translated = list(zip(TRANSLATIONS["doc_id"], TRANSLATIONS["zh"], strict=True))
    assert set(translated) <= printed and len(set(translated)) == len(translated)
    upper = headings[headings["level"] <= 2]
    assert set(zip(upper["doc_id"], upper["heading"], strict=True)) <= set(translated)
    assert (TRANSLATIONS["en"].str.strip() == TRANSLATIONS["en"]).all() and (TRANSLATIONS["en"] != "").all()
    assert not TRANSLATIONS["en"].str.contains(HAN).any()


def test_numbers_in_headings_are_translated():
    """Years and the like stand in both."""
    for row in TRANSLATIONS.itertuples():
        assert re.findall(r"\d+", row.zh) == re.findall(r"\d+", row.en), row.zh


QUOTE = re.compile(
    r'<span class="as-printed" lang="zh-Hans">(?P<text>[^<]+)</span>(?:(?!<span).)*?'
    r'<a href="(?P<root>(?:\.\./)?)reading/(?P<doc>[\w.-]+)\.html#s(?P<place>\d{3})">(?P<label>[^<]+)</a>',
    re.DOTALL,
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_primer_quotes_what_is_printed_in_the_sentence_it_links_to(lang):
    text = PRIMERS[lang].read_text("utf-8")
    sentences = CORPUS.sentences.set_index("sentence_id")
    quotes = list(QUOTE.finditer(text))
    assert len(quotes) == text.count("as-printed") == text.count("reading/") >= 4
    for quote in quotes:
        place = sentences.loc[f"{quote['doc']}/s{quote['place']}"]
        assert quote["text"] in CORPUS.text(quote["doc"])[place["start"] : place["end"]]
        assert re.findall(r"\d+", quote["label"])[-1] == str(int(quote["place"]))
        assert quote["root"] == {"en": "", "zh": "../"}[lang]
    assert len({quote["doc"] for quote in quotes}) >= 3


def test_both_primers_quote_the_same_sentences():
    english, chinese = (
        [(q["text"], q["doc"], q["place"]) for q in QUOTE.finditer(PRIMERS[lang].read_text("utf-8"))]
        for lang in LANGUAGES
    )
    assert english == chinese


def test_each_quotation_of_the_english_primer_is_translated():
    text = PRIMERS["en"].read_text("utf-8")
    blocks = re.findall(r"(?m)(?:^> .*\n)+", text)
    assert len(blocks) >= 4
    for block in blocks:
        assert "our translation)" in " ".join(block.replace("\n> ", " ").split())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_primers_have_one_title_and_the_same_chapters(lang):
    levels = {la: re.findall(r"(?m)^(#+) ", PRIMERS[la].read_text("utf-8")) for la in LANGUAGES}
    assert levels[lang][0] == "#" and levels[lang].count("#") == 1
    assert levels["en"] == levels["zh"]


def test_each_notebook_has_a_question():
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert QUESTIONS.index.is_unique
    assert notebooks <= set(QUESTIONS.index) <= notebooks | {"00-start-here"}
    assert QUESTIONS.columns.tolist() == ["question_en", "question_zh", "answer_en", "answer_zh"]
    assert (
        QUESTIONS["question_en"].str.endswith("?").all() and QUESTIONS["question_zh"].str.contains("？").all()
    )


@pytest.mark.parametrize("notebook", QUESTIONS.index)
def test_answers_state_claims_and_no_numbers_of_their_own(notebook):
    row = QUESTIONS.loc[notebook]
    named = {lang: Counter(re.findall(r"\{claim:([^}]*)\}", row[f"answer_{lang}"])) for lang in LANGUAGES}
    assert named["en"] == named["zh"]
    for text in row:
        bare = re.sub(r"\{claim:[^}]*\}", "", text)
        assert set(re.findall(r"\d[\d,.]*\d|\d", bare)) <= {"1,000", "0"}
        filled = fill_claims(text, CLAIMS)
        assert "{" not in filled and "}" not in filled
    assert not row.filter(like="question").str.contains("{claim:", regex=False).any()


def test_what_answers_say_in_words_is_so():
    shares = pd.read_csv(ROOT / "figures/en/fig1-1-composition.csv")
    plans = shares[shares["orientation"] == "prospective"].set_index("doc_id")["share"]
    reviewed = set(shares["doc_id"][shares["orientation"] == "retrospective"])
    assert "nearly the whole text, where no review is given" in QUESTIONS.loc["01-corpus", "answer_en"]
    assert (plans[~plans.index.isin(reviewed)] > 0.9).all() and plans[plans.index.isin(reviewed)].min() < 0.2

    changes = read_table("data/processed/verb_change.csv")
    assert "in each report that holds both parts" in QUESTIONS.loc["02-keywords", "answer_en"]
    assert (changes["difference"] > 0).all()
    counting = read_table("data/processed/quantification_change.csv")
    assert (counting["difference"] < 0).all()

    mutual = pd.read_csv(ROOT / "data/processed/confounding.csv", index_col="factor")
    by_chance = mutual["ami"].between(mutual["chance_low"], mutual["chance_high"])
    assert by_chance[["doc_id", "orientation"]].all() and not by_chance["theme"]

    promises = read_table("data/processed/promises.csv").set_index("doc_id")
    for column in ("own_date", "party"):
        assert promises.index[promises[column] > 0].tolist() == ["lvxianting-2021"]

    survival = pd.read_csv(ROOT / "data/processed/survival.csv").query("published == 'holds'")
    lowest = (survival["survives"] / survival["choices"]).idxmin()
    assert survival.loc[lowest, "finding"] == "themes-return"

    drawn = pd.read_csv(ROOT / "figures/en/fig7-2-tf-idf.csv").query("panel == 'naive'")
    assert (drawn["reports"] == 1).mean() > 0.5 and (drawn["what"] == "own_name").any()


def test_both_readmes_mark_the_same_claims():
    english, chinese = (
        Counter(re.findall(r"<!-- ([\w.-]+) -->", READMES[lang].read_text("utf-8"))) for lang in LANGUAGES
    )
    assert english == chinese


def list_commands(path):
    """The lines of the code blocks, without their comments."""
    blocks = re.findall(r"(?ms)^```(\w*)\n(.*?)^```", path.read_text("utf-8"))
    return [(kind, re.sub(r"\s*#.*", "", line)) for kind, block in blocks for line in block.splitlines()]


def test_both_readmes_give_the_same_commands():
    assert list_commands(READMES["en"]) == list_commands(READMES["zh"])
    assert any(kind == "sh" for kind, _ in list_commands(READMES["en"]))


def list_links(lang):
    text = READMES[lang].read_text("utf-8")
    return [t.replace(f"figures/{lang}/", "figures/own/") for t in re.findall(r"\]\(([^)]*)\)", text)]


def test_both_readmes_link_to_the_same_files_that_exist():
    english, chinese = (
        {re.sub("figures/(en|zh)/", "figures/other/", target) for target in list_links(lang)}
        for lang in LANGUAGES
    )
    assert english - {"README.zh-CN.md"} == chinese - {"README.md"}
    assert "README.zh-CN.md" in english and "README.md" in chinese
    for target in {*re.findall(r"\]\(([^)#]*)", READMES["zh"].read_text("utf-8"))}:
        assert (ROOT / target).exists(), target


def test_both_readmes_have_the_same_chapters():
    english, chinese = (re.findall(r"(?m)^#+ ", READMES[lang].read_text("utf-8")) for lang in LANGUAGES)
    assert english == chinese


def test_both_readmes_state_the_same_numbers():
    """Numbers without a marker too: those of the annotation, of the data, of time."""

    def numbers(path):
        text = re.sub(r"(?m)^> .*$", "", read_prose(path))  # the citation
        return set(re.findall(r"\d[\d,.]*\d", text)) - {"1,000", "7714"}  # 每千词; the number of a standard

    english, chinese = (numbers(READMES[lang]) for lang in LANGUAGES)
    assert english == chinese


def test_what_the_chinese_readme_says_in_words_is_so():
    readme = READMES["zh"].read_text("utf-8")
    changes = pd.read_csv(ROOT / "data/processed/verb_change.csv")
    above = changes[changes["low"] > 0].groupby("headings").size().reindex([True, False], fill_value=0)
    assert changes["headings"].sum() == 3 and above.tolist() == [2, 1]
    assert "三份报告中有两份，其差值的区间在零以上，不计标题时只有一份" in readme
    terms = pd.read_csv(ROOT / "data/processed/key_terms.csv")
    above = terms[terms["log_odds_z"] > terms["bar"]]
    assert above["term"].tolist() == ["居民", "企业"] and "吕仙亭的“居民”，金盆岭计划的“企业”" in readme
    months = pd.read_csv(ROOT / "data/processed/policy_verbs.csv").query("part == 'review' and headings")
    assert months["months"].is_unique and "各总结所涉期限的长短两两不同" in readme
    lost = pd.read_csv(ROOT / "data/processed/survival.csv").set_index("finding")["lost"]
    assert set(lost["verbs-jinpenling-2021h1"].split("; ")) == {"character pairs", "fewer verbs"}
    assert "金盆岭在缩短动词表或改用双字组时不成立" in readme
    carried = pd.read_csv(ROOT / "data/processed/carry_over.csv").query("what == 'content_words'")
    assert (carried["kept"] <= carried["chance_high"]).all() and "并不多于打乱小节时的共有词" in readme
    promises = pd.read_csv(ROOT / "data/processed/promises.csv").set_index("doc_id")
    assert "都在吕仙亭" in readme and "也在吕仙亭" in readme
    for column in ("own_date", "party"):
        assert promises.index[promises[column] > 0].tolist() == ["lvxianting-2021"]
