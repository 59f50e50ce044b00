"""Measured quantities in running text, and the many things that only look like one."""

import re
import timeit
from ast import literal_eval

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiedao import quantities
from jiedao.clean import normalise
from jiedao.quantities import find_quantities, parse_numeral

DIGITS = "零一二三四五六七八九"


def found(raw, names=()):
    """What is found in a text, as printed, with its value (low, high for a range), unit and kind."""
    text = normalise(raw)
    quantities = find_quantities(text, [(0, len(text))], names)
    values = [q.number if q.high is None else (q.number, q.high) for q in quantities]
    return [(raw[q.start : q.end], v, q.unit, q.kind) for q, v in zip(quantities, values, strict=True)]


def table(rows, kind):
    """Rows of text, what is printed, its value and unit."""
    cells = [row.split() for row in re.split(r"[|\n]", rows.strip())]
    return [(a, [(b, literal_eval(v), None if u == "-" else u, kind)]) for a, b, v, u in cells]


FOUND = [
    *table(
        """
        新增企业37家 37家 37 家 | 办理业务3,400件 3,400件 3400 件
        受理来电12,345,678次 12,345,678次 12345678 次 | 开展活动80余次 80余次 80 次
        走访10多户 10多户 10 户 | 调解纠纷2万余件 2万余件 20000 件 | 建成点位１２个 １２个 12 个
        吸引近百家企业 百家 100 家 | 改造老旧小区七个 七个 7 个 | 达到二十余家 二十余家 20 家
        两千三百户居民 两千三百户 2300 户 | 培育一至两家龙头企业 一至两家 (1,2) 家
        建设3-5个示范点 3-5个 (3,5) 个 | 引进三五家企业 三五家 (3,5) 家 | 培训班3期 3期 3 期
        总户数17489户 17489户 17489 户 | 个体户数11699 11699 11699 - | 实现零事故 零事故 0 -
        做到“零违建” 零违建 0 - | 接听12345热线1234件 1234件 1234 件 | 5星级酒店3家 3家 3 家
        棚户区改造2600多万套 2600多万套 26_000_000 套 | 惠及数千户居民 数千户 1000 户
        """,
        "count",
    ),
    *table(
        """
        人口７.３万人 ７.３万人 73000 人 | 带动数百人就业 数百人 100 人 | 服务12人次 12人次 12 人次
        接访2人(次) 2人(次) 2 人次 | 培训15000以上人次 15000以上人次 15000 人次
        30人至50人参加 30人至50人 (30,50) 人 | 约200名党员 200名 200 名 | 三十二名网格员 三十二名 32 名
        一千零五十人 一千零五十人 1050 人 | 基本医保覆盖13.5亿人 13.5亿人 1_350_000_000 人
        """,
        "person",
    ),
    *table(
        """
        完成投资1.19亿元 1.19亿元 119e6 元 | 投入资金1.2万亿元 1.2万亿元 1.2e12 元
        补助5百万元 5百万元 5e6 元 | 引进税收375万 375万 3.75e6 元 | 投入500多万元 500多万元 5e6 元
        发放慰问金20万余元 20万余元 2e5 元 | 补贴1-2万元 1-2万元 (10000,20000) 元
        投资10万元—20万元 10万元—20万元 (1e5,2e5) 元 | 投资10万—20万元 10万—20万元 (1e5,2e5) 元
        利用外资1363亿美元 1363亿美元 136.3e9 美元
        """,
        "money",
    ),
    *table(
        """
        场地800平米 800平米 800 平方米 | 拆除４１４２平方米 ４１４２平方米 4142 平方米
        播种面积6万多亩 6万多亩 60000 亩 | 辖区面积10.79平方公里 10.79平方公里 10.79 平方公里
        """,
        "area",
    ),
    *table(
        """
        清运垃圾3.5吨 3.5吨 3.5 吨 | 献血10.38万毫升 10.38万毫升 103800 毫升
        供能2000万千瓦 2000万千瓦 2e7 千瓦 | 粮食产量1.39万亿斤 1.39万亿斤 1.39e12 斤
        """,
        "volume",
    ),
    *table(
        """
        每年不少于8天 8天 8 天 | 为期三个月 三个月 3 个月 | 连续5年获评 5年 5 年
        24小时内办结 24小时 24 小时
        """,
        "duration",
    ),
    *table(
        """
        整改率达100% 100% 100 % | 增长5%—6% 5%—6% (5,6) % | 死亡率3.5‰ 3.5‰ 3.5 ‰
        提高1.5倍 1.5倍 1.5 倍 | 增长两倍 两倍 2 倍
        """,
        "ratio",
    ),
    *table(
        """
        达到四分之三 四分之三 75 % | 百分之五的党员 百分之五 5 % | 三分之二以上的代表 三分之二 66.666667 %
        千分之三 千分之三 0.3 % | 增长3成 3成 30 %
        """,
        "share",
    ),
    ("下降0.3个百分点", [("0.3个百分点", 0.3, "个百分点", "growth_rate")]),
    ("15户31人", [("15户", 15, "户", "count"), ("31人", 31, "人", "person")]),
    ("零事故、零上访", [("零事故", 0, None, "count"), ("零上访", 0, None, "count")]),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_found(text, expected):
    assert found(text) == expected
    assert found(f"全年{text},成效明显。") == expected  # also in the middle of a sentence


WRONG = {
    "1万6千多户": ("1万6千多户", 16000, "户", "count"),
    "里程2万5千公里": ("2万5千公里", 25000, "公里", "volume"),
    "三点五亿元": ("三点五亿元", 3.5e8, "元", "money"),
    "百分之三点五": ("百分之三点五", 3.5, "%", "share"),
    "3个亿的投资": ("3个亿", 3e8, "元", "money"),
    "慰问二三十户": ("二三十户", (20, 30), "户", "count"),
    "来访一两次": ("一两次", (1, 2), "次", "count"),
    "管网50千米": ("50千米", 50, "公里", "volume"),
    "光伏装机200千瓦": ("200千瓦", 200, "千瓦", "volume"),
    "1个半小时": ("1个半小时", 1.5, "小时", "duration"),
    "连续12年获评": ("12年", 12, "年", "duration"),
    "发动上百名志愿者": ("上百名", 100, "名", "person"),
    "占比达七成": ("七成", 70, "%", "share"),
    "惠及76万群众": ("76万", 760000, "人", "person"),
    "修订两部法规": ("两部", 2, "部", "count"),
    "走访1、2家企业": ("1、2家", (1, 2), "家", "count"),
    "2.20个小区开工": ("20个", 20, "个", "count"),  # a list marker: there are no 2.20 estates
}


@pytest.mark.parametrize(("text", "expected"), list(WRONG.items()))
def test_more_is_found(text, expected):
    assert found(text) == [expected]


UNTOUCHED = re.split(
    r"[|\n]",
    """\
一是加强领导,二是落实责任|“十四五”规划和十四五开局|三高四新|建立1+N+X机制|15分钟生活圈|24小时值班
365天服务不打烊|7×24小时|2021年3月5日召开会议|3月5日至8日|2021-2025年|2019年至2021年|2024.03.15
上午9:30到10:45|9时30分|建党100周年|庆祝建国七十周年|第五次全国人口普查|全区前100名|排名前十|世界500强企业
5G基站和PM2.5浓度|C919|3A级景区|二期工程、三期项目|三级联动|五位一体|七大行动|两个维护|四个意识|一老一小
一条街|一批项目|三农工作|两会期间|12345热线|拨打110报警|办发〔2021〕12号|65岁以上老人|0-3岁婴幼儿
年满十八周岁|“四上”企业|(1个牵头单位+N个共建单位)|三门峡市|五台县|八步区|四川省六安市|万州区|五一路社区
十里店街道|千家万户|千方百计|成千上万|三五成群|万众一心|千辛万苦|电话0731-85551234|联系电话:13800138000
邮编410000|1.加强党建|(1)加强党建|(一)加强党建|1、加强党建|①加强党建|②落实责任③|第一,提高认识|九三学社
一二三产业融合|三次产业|三会一课|两学一做|三重一大|五经普|八一建军节|“3·15”消费者权益日|318国道|307省道
一号文件|1号楼|3栋2单元501室|B座3楼|二十大精神|十九届六中全会|九年义务教育|一网通办|两不愁三保障|五老人员
六稳六保|百日攻坚|千村示范|一户一策|一对一帮扶|零距离服务|零容忍|零售|零基础|零的突破|每两个月|三个方面
三年行动计划|近三年|五年来|百年奋斗|80后、90后青年|618促销|QQ群123456789|新冠COVID-19|GB/T 19001-2016
ISO9001|2类产品|工业4.0|A4纸|二等奖|三等功|四线城市|二〇二一年|一九四九年|21世纪|正月十五|周一至周五
三类机制|十大优势产业|千万元税收企业|万吨级码头|亿元楼宇|半小时|前5个月|十月革命|五谷丰登|12·9运动
6.8级地震|8.3∶41.4∶50.3|35KV变电所|最后一公里|一站式服务|1355工作法|一把手|两手抓|一盘棋""",
)


@pytest.mark.parametrize("text", UNTOUCHED)
def test_untouched(text):
    assert found(text) == []
    assert found(f"我们{text},很好。") == []


LOOK_ALIKES = """
三个代表重要思想 中央八项规定精神 二次供水 五人小组 八小时以外 排名上升5位 1小时经济圈 十五分钟生活圈
第1、2、3批 1.5米线 三个有利于 两个一百年 六个一工程
""".split()


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_more_is_untouched(text):
    assert found(text) == []


def test_hedges_and_names():
    text = "近100家,约20名,不少于8天,5人左右,6%以上,30余次,7个"
    hedges = [q.approx for q in find_quantities(text, [(0, len(text))])]
    assert hedges == ["近", "约", "不少于", "左右", "以上", "余", ""]
    assert found("六座城街道", [(0, 3)]) == [] != found("六座城街道")
    assert found("13个村公司", [(2, 5)]) == [("13个", 13, "个", "count")]  # 个村 after digits is no name


def test_no_quantity_crosses_the_end_of_a_span():
    text = "建成12个"
    assert [q.unit for q in find_quantities(text, [(0, 4), (4, 5)])] == []
    assert find_quantities("", []) == []


def written(n, ten="十", two="二"):
    """A Chinese numeral by the rules of the primary school: by fours, one 零 for a gap."""
    if n >= 10_000:
        high, low = divmod(n, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return written(high, ten, two) + "万" + (gap + written(low, "一十", two) if low else "")
    text, gap = "", False
    for scale, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, n = divmod(n, scale)
        if digit:
            word = two if digit == 2 and scale > 10 else DIGITS[digit]
            text += ("零" if gap else "") + word + sign
        gap = bool(text) and not digit
    return (ten + text[2:] if text.startswith("一十") else text) or "零"


def test_the_writer():
    numerals = "零 七 十 十二 二十 一百零五 一百一十 二千零五十"
    assert [written(n) for n in (0, 7, 10, 12, 20, 105, 110, 2050)] == numerals.split()
    assert written(20_300_006, two="两") == "两千零三十万零六"


@settings(deadline=None)
@given(st.integers(0, 10**8 - 1), st.sampled_from(["十", "一十"]), st.sampled_from("二两"))
def test_numerals_are_read_as_written(n, ten, two):
    assert parse_numeral(written(n, ten, two)) == parse_numeral(str(n)) == parse_numeral(f"{n:,}") == n


@pytest.mark.parametrize(("numeral", "value"), [
    ("1.19亿", 119e6), ("3,400", 3400), ("5百", 500), ("3千万", 3e7), ("1.2万亿", 1.2e12), ("三十亿", 3e9),
    ("百万", 1e6), ("二〇二一", None), ("三门", None), ("1.2.3", None), ("abc", None),
    ("一亿二千万", 1.2e8),
    ("一万二", 12000),
    ("", None),
])  # fmt: skip
def test_parse_numeral(numeral, value):
    assert parse_numeral(numeral) == value


SIGNS = "。,、;:\n “”()《》0123一二十余约近至-—%元个家人年月零第前+A"
PIECES = [text for text, _ in FOUND] + UNTOUCHED + list(SIGNS)


def sound(raw):
    text = normalise(raw)
    quantities = find_quantities(text, [(0, len(text))])
    place = 0
    for q in quantities:
        assert place <= q.start < q.end <= len(raw)
        assert raw[q.start : q.end] == raw[q.start : q.end].strip()
        assert q.number >= 0 and (q.high is None or q.high >= q.number)
        place = q.end


@settings(deadline=None, max_examples=120)
@given(st.text(max_size=60) | st.text("0123456789.,一二两十百千%元个年月至余“”+-()零第", max_size=25))
def test_any_text_is_read(raw):
    sound(raw)


@settings(deadline=None, max_examples=120)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_texts_of_fragments_are_read(raw):
    sound(raw)


def test_a_numeral_without_end():
    assert parse_numeral("万" * 200) is None
    assert found("万" * 200) == []


def seconds(text, repeat):
    return min(timeit.repeat(lambda: find_quantities(text, [(0, len(text))]), number=1, repeat=repeat))


@pytest.mark.parametrize("unit", [
    "1", "“", "(", "《", "余", "第", "年", " ", "\n", "1-", "1,", "3个", "1月", "至", "a+", "(1+", "百分之",
    "一", "零", "A", "A1", "十五",
])  # fmt: skip
def test_time_grows_with_the_text_not_its_square(unit):
    find_quantities("3个", [(0, 2)])
    short, long = (seconds((unit * n)[:n], 3) for n in (250, 1000))
    assert long < 9 * short + 0.002  # four times as long; a square would be sixteen
    assert seconds((unit * 200_000)[:200_000], 1) < 20


DATES = "0123456789〇一二三十百万年月日号强栋单元岁周世纪时点分刻钟小公里圈天x*/.-—至 kmA位体次产业上半代"


@pytest.mark.parametrize(("first", "kinds", "sign"), [
    (r"\d", quantities._IN_DIGITS, quantities._AFTER_DIGITS),
    (f"[{quantities.CHINESE}]", quantities._IN_CHARACTERS, quantities._AFTER_CHARACTERS),
])  # fmt: skip
@given(text=st.text(DATES, max_size=12))
@settings(deadline=None, max_examples=2000)
def test_what_is_no_number_shows_it_at_a_glance(first, kinds, sign, text):
    """The sign that is looked for before some patterns are tried must stand wherever one of them does."""
    pattern = re.compile(f"(?={first})(?:{'|'.join(kinds)})", re.ASCII)
    sign = re.compile(sign, re.ASCII)
    assert [text[i:] for i in range(len(text)) if pattern.match(text, i) and not sign.match(text, i)] == []
