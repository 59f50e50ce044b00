"""Decoding and one-to-one normalisation."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from jiedao import JiedaoError
from jiedao.clean import decode, lines, normalise

CHINESE = "街道2024年工作总结:完成1.2亿元。\r\n一、党建"


MARKED = [
    ("", "utf-8"),
    ("", "gb18030"),
    *(("\ufeff", e) for e in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")),
]


@pytest.mark.parametrize(("mark", "encoding"), MARKED)
def test_decode_names_the_encoding_and_drops_the_mark(mark, encoding):
    assert decode((mark + CHINESE).encode(encoding)) == (CHINESE, encoding)


@pytest.mark.parametrize("encoding", ["gbk", "gb2312"])
def test_decode_reads_the_older_standards_as_gb18030(encoding):
    assert decode(CHINESE.encode(encoding)) == (CHINESE, "gb18030")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_decode_knows_wide_text_without_a_mark_by_its_line_ends(encoding, end):
    text = f"{CHINESE}{end}2024{end}{CHINESE}"
    assert decode(text.encode(encoding)) == (text, encoding)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n\r\n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        ("\ufeff \n".encode("utf-16-le"), "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "not a text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\x00", "not a text"),
        ("Déjà vu, café, à côté".encode("latin-1"), "not a text"),
        (b"\xef\xbb\xbf\xff\xff", "not a text"),
        (b"\xff\xfea", "not a text"),
        ("街道".encode("utf-16-le") + b"\x00\x00", "not a text"),
    ],
)
def test_decode_refuses_with_the_name_and_the_reason(data, message):
    with pytest.raises(JiedaoError, match=f"^report.txt: .*{message}"):
        decode(data, "report.txt")


@settings(deadline=None)
@given(
    st.text("街道工作总结办事处党建引领一二三、。,()0123456789 \n", min_size=1),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_decode_round_trip(text, encoding):
    assume(text.strip())
    data = text.encode(encoding)
    assume(encoding == "utf-8" or not _is_utf8(data))
    assert decode(data)[0] == text


def _is_utf8(data):
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@pytest.mark.parametrize(
    ("printed", "plain"),
    [
        ("(一)党建,提升:", "(一)党建,提升:"),
        ("2024年1月", "2024年1月"),
        ("85%", "85%"),
        ("⼯作⾰新", "工作革新"),
        ("﹙一﹚、", "(一)、"),
        ("a\u00a0b\u3000c\td\u200be", "a b c d e"),
        ("街道<U+00A0>办事处", "街道        办事处"),
        ("来源:&nbsp;街道", "来源:      街道"),
        ("一\u2028二\x0b三\x85四", "一\n二\n三\n四"),
    ],
)
def test_normalise(printed, plain):
    assert normalise(printed) == plain


@pytest.mark.parametrize(
    "text",
    [
        "“六稳”、《条例》——‘一核多元’…",
        "①②③ⅠⅡ㎡℃",
        "一、二。三",
        "溁湾镇𠮷",
        "a\r\nb",
        "x < U+00A0 & y",
        "1+N+X≥3",
    ],
)
def test_normalise_leaves_alone(text):
    assert normalise(text) == text


@settings(deadline=None)
@given(st.text())
def test_normalise_keeps_every_offset_and_is_done_after_once(text):
    once = normalise(text)
    assert len(once) == len(text)
    assert normalise(once) == once


def test_lines_are_trimmed_and_never_blank():
    text = "  一 \r\n\r\n 二二\r三\n   "
    assert [text[a:b] for a, b in lines(text)] == ["一", "二二", "三"]
