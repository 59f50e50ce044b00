"""Numerals as Chinese texts print them: 1.19亿, 3,400, 1万6千, 两千三百, 三点五亿, 十七八."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

DIGITS = "零〇一二两三四五六七八九"
CHINESE = DIGITS + "十百千万亿"
_VALUE = {c: n for n, cs in enumerate(("零〇", "一", "二两", *"三四五六七八九")) for c in cs}
SCALE = {"": 1, "十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000, "万亿": 1_000_000_000_000}
LONGEST = 20

_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\.\d+)?"
_UNIT_FOLLOWS = "[百千](?![米瓦克帕伏])"  # 50千米 is fifty kilometres
# Digits with a magnitude, and what goes on below it: 1亿3千多万, 1万6千.
ARABIC = (
    rf"{_PLAIN}\s?(?:亿\d+(?:{_UNIT_FOLLOWS})?[余多]?万|万\d+{_UNIT_FOLLOWS}"
    rf"|(?:{_UNIT_FOLLOWS})?(?:万亿|[万亿])?)"
)
CARDINAL = rf"(?<![{CHINESE}])[{CHINESE}]{{1,{LONGEST}}}(?:点[{DIGITS}]{{1,9}}[万亿]?)?"
NUMERAL = rf"(?:{ARABIC}|{CARDINAL})"
_DECIMAL = re.compile(rf"\d{{1,{LONGEST}}}(?:\.\d+)?", re.ASCII)
_FILLING = re.compile(r"[\s,余多]")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)([百千]?)(万亿|[万亿]?)")
_PAIR = re.compile("(十?)([一二两三四五六七八九])([二两三四五六七八九])([十百千万亿]*)")
_IN_A_ROW = re.compile(f"[{DIGITS.replace('零', '')}]{{2}}")  # years or names


@lru_cache(10_000)
def parse_numeral(numeral: str) -> float | None:
    """The value of a numeral in digits or in characters.

    Returns
    -------
    float or None
        None if the characters make no number, or one longer than any report's.
    """
    if _DECIMAL.fullmatch(numeral):
        return float(numeral)
    numeral = _FILLING.sub("", numeral)
    if len(numeral.partition(".")[0]) > LONGEST:
        return None
    if numeral[:1].isdecimal():
        parts = _PARTS.findall(numeral)
        values = [Decimal(n) * SCALE[small] * SCALE[large] for n, small, large in parts]
        return float(sum(values)) if "".join(map("".join, parts)) == numeral else None
    whole, point, rest = numeral.partition("点")
    if point:
        return _decimal(whole, rest)
    return _cardinal(numeral)


def parse_pair(numeral: str) -> tuple[float, float] | None:
    """Two neighbouring numbers written as one: 三五 (3 to 5), 二三十 (20 to 30), 十七八 (17 to 18)."""
    match = _PAIR.fullmatch(numeral)
    if match is None or not 0 < _VALUE[match[3]] - _VALUE[match[2]] <= 2:
        return None
    scale = _cardinal("一" + match[4]) if match[4] else 1
    if scale is None:
        return None
    first, second = (10 * bool(match[1]) + _VALUE[digit] for digit in (match[2], match[3]))
    return first * scale, second * scale


def _decimal(whole: str, rest: str) -> float | None:
    digits, scale = rest.rstrip("万亿"), rest[len(rest.rstrip("万亿")) :]
    above = _cardinal(whole)
    if above is None or not digits or scale not in SCALE:
        return None
    places = "".join(str(_VALUE[c]) for c in digits)
    return float((Decimal(str(above)) + Decimal(f"0.{places}")) * SCALE[scale])


def _cardinal(numeral: str) -> float | None:
    if not numeral or len(numeral) > LONGEST or _IN_A_ROW.search(numeral):
        return None
    total = section = digit = 0
    last = ""
    for c in numeral:
        if c in _VALUE:
            digit = _VALUE[c]
        elif c in "十百千":
            section, digit = section + (digit or 1) * SCALE[c], 0
        elif c == "万":
            section, digit = (section + digit or 1) * SCALE[c], 0
        elif c == "亿":
            total, section, digit = total + (section + digit or 1) * SCALE[c], 0, 0
        else:
            return None
        last = c if c not in _VALUE else "零" if c in "零〇" else last
    if digit and last in ("百", "千", "万"):  # 三千五 is 3,500, 三千零五 is 3,005
        digit *= SCALE[last] // 10
    return float(total + section + digit)
