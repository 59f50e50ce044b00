"""What a line of site furniture looks like, kind by kind; `jiedao.page` says where it may stand."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Labels that only a site's index block has.
INDEX_LABELS = (
    "索引号 信息索引号 索取号 信息索引 统一登记号 登记号 信息编号 发布机构 发布单位 发文机关 发文机构 "
    "发文单位 制发机关 公开机构 公开主体 公开责任部门 责任部门 主办部门 主题分类 体裁分类 组配分类 "
    "信息分类 信息类别 公开类别 所属分类 所属主题 服务对象 公文种类 公开目录 成文日期 成文时间 "
    "生成日期 生成时间 形成日期 公开日期 公开时间 发文日期 发文时间 印发日期 生效日期 生效时间 "
    "失效日期 失效时间 废止日期 废止时间 实施日期 公开方式 公开范围 公开形式 公开程序 公开时限 "
    "公开属性 公开类型 公开期限 信息状态 有效性 效力状态 公文时效 发文字号 发布文号 文件编号 内容概述 "
    "信息名称 关键字"
).split()
# Labels that a report may have as well, of a meeting or a contact.
OTHER_LABELS = (
    "文号 有效期 原标题 名称 标题 主题 主题词 关键词 摘要 语种 载体类型 更新时间 更新日期 发布日期 "
    "发布时间 发表时间 发表日期 发布者 发布人 录入时间 录入 录入者 录入人 上传时间 添加时间 日期 时间 "
    "来源 信息来源 文章来源 稿件来源 内容来源 稿源 出处 信息发布人 信息提供 供稿 供稿单位 作者 "
    "信息作者 撰稿 撰写 撰稿人 文字 图片 摄影 记者 通讯员 编辑 责任编辑 责编 编审 初审 复审 终审 一审 "
    "二审 三审 审核 审核人 审签 核稿 校对 校审 校稿 签发 监制 浏览量 浏览次数 浏览数 浏览人数 浏览 "
    "点击 点击数 点击量 点击率 点击次数 阅读 阅读量 阅读数 阅读次数 访问量 访问次数 访问人数 查看次数 "
    "阅览次数 人气 累计访问 字体大小 字体 字号 文字大小 视力保护色 视力保护 保护视力色 背景色 打印 "
    "分享 分享到 分享至 收藏 语音播报 扫码阅读 下载次数"
).split()
SITE_WORDS = (
    "首页 正文 网站首页 主页 返回 返回首页 返回列表 返回上页 返回顶部 回到顶部 顶部 TOP 打印 打印本页 "
    "打印本文 关闭 关闭窗口 关闭本页 关闭页面 收藏 加入收藏 我要打印 我要收藏 收藏本页 设为首页 分享 "
    "分享到 分享至 一键分享 转发 微信 微信分享 微博 新浪微博 微信公众号 官方微信 官方微博 QQ空间 "
    "QQ好友 QQ 朋友圈 大 中 小 特大 超大 加大 减小 还原 放大 缩小 恢复 默认 正常 下载 导出 全屏 无障碍 "
    "无障碍浏览 无障碍阅读 关怀版 长者版 长者模式 适老化 繁体 繁體 简体 English EN RSS订阅 手机版 "
    "移动版 登录 注册 退出 搜索 高级搜索 站内搜索 热门搜索 热搜 政务公开 政府信息公开 政务服务 "
    "办事服务 网上办事 在线办事 互动交流 政民互动 公众参与 解读回应 数据开放 数据发布 政务动态 "
    "新闻中心 新闻动态 要闻动态 信息公开 专题专栏 通知公告 机构职能 网站地图 站点地图 "
    "联系我们 关于我们 网站介绍 使用帮助 隐私声明 隐私保护 网站声明 免责声明 版权声明 保存 字体 字号 "
    "纠错 我要纠错 网站纠错 页面纠错 上一页 下一页 上一篇 下一篇 末页 尾页 朗读 朗读本文 语音播报 "
    "语音朗读 复制链接 二维码 播放 暂停 更多 展开 收起 当前位置 Print Close"
).split()


def told_apart(patterns: Iterable[str]) -> str:
    """Any of some patterns without groups; the group that is set, which holds nothing, tells which it was.

    It closes the pattern, for a group that opens one hides from the engine with what sign it begins.
    """
    return "|".join(f"(?:{pattern})()" for pattern in patterns)


def _spaced(words: list[str]) -> str:
    """Any of some words, the longest first, with blanks inside or not (索 引 号); tried where one begins."""
    longest_first = sorted(words, key=len, reverse=True)
    first = "".join(sorted({word[0] for word in words}))
    return f"(?=[{first}])(?:" + "|".join(" *".join(word) for word in longest_first) + ")"


LABEL = _spaced(INDEX_LABELS + OTHER_LABELS)
_INDEX_LABEL = _spaced(INDEX_LABELS)
DATE = r"(?:19|20)\d\d[-/.年]\s*\d{1,2}(?:[-/.月]\s*\d{1,2}日?)?"
_CLOCK = r"\d{1,2}(?::\d\d|时\d{1,2}分?)(?:(?::\d\d|\d{1,2}秒)(?:\.\d+)?)?"
LONGEST_LINE = 300

_EDGE = r"[\s•·|【\[(<*]*+"
# One or more "label: value" pairs and nothing else; values hold no sentence.
_PAIRS = rf"{_EDGE}{LABEL}\s*[:|][^。!;]*"
# In index blocks that were tables, only blanks part labels from values.
_BRACKETED = rf"[【\[]\s*{LABEL}\s*[\]】]\s*:?[^。!;]{{0,80}}"
_SPACED_PAIRS = (
    rf"{_EDGE}(?:{_INDEX_LABEL}\s++(?=\S)[^。!;]{{1,60}}?(?<=\S)\s++{LABEL}(?:\s[^。!;]*)?|{_INDEX_LABEL}\s+\S{{1,40}}"
    r"|(?:发布|发表|添加|更新|录入)(?:时间|日期)\s*(?:19|20)\d\d[-/.年].{0,80}"
    r"|(?:浏览|点击|阅读|访问)(?:次数|量|数)?\s*\d+\s*次?)"
)
_BETWEEN = r"[】\])>|/\s【\[(<·:,、+-]"
_WORDS = _spaced(SITE_WORDS)
_SHARES = "微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|人人网|朋友圈|豆瓣|百度贴吧"
_RELATED = (
    r"(?:相关|推荐|热门|延伸|更多)(?:阅读|链接|新闻|文章|报道|附件|信息|文件|稿件|专题|解读|内容|推荐|资讯)"
)


def _with(signs: str) -> str:
    """What a pattern may begin with, to pass over lines at once that hold none of some signs."""
    return f"(?=[^{signs}]*+[{signs}])"


_KINDS = {
    "index block": f"{_PAIRS}|{_SPACED_PAIRS}|{_BRACKETED}",
    "breadcrumb": _with(r":>»/→\\›|-")
    + (
        r"(?:您?(?:现在|当前)?的?(?:所在|当前)?位置(?:是|为)?\s*[:>].*|.*首页\s*(?:>|»|/|-|→|\\|›|\|).*"
        r"|[^>»。]{2,14}(?:[>»]++\s*+[^>»。]{2,22}){2,}[>»]?|(?:[>»]\s*+[^>»。]{2,22}){1,8}"
        r"|[\u4e00-\u9fff]{2,16}(?:政府|网|网站|门户)\s*[/›→\\]\s*+[^/›→\\。,;]{2,18}+"
        r"(?:[/›→\\]\s*+[^/›→\\。,;]{2,18}+){0,7}[/›→\\]?)"
    ),
    "QR line": _with("扫")
    + (
        r"(?:[请使用可打开手机您微信支付宝]|通过|[,\s【\[(])*(?:扫一扫|扫描|扫码)"
        r".{0,12}(?:打开|查看|浏览|关注|分享|二维码|当前页面?|本页|阅读|访问|手机).{0,14}"
    ),
    "share bar": (
        rf"[【\[]?(?:一键)?分享(?:到|至|本页|给好友)?[\]】]?\s*:?(?:\s*(?:分享到)?(?:{_SHARES}|更多|打印|收藏|[|/]))*"
        rf"|(?:(?:{_SHARES})[\s|/]*){{2,}}"
    ),
    "footer": (
        _with("权备码:|图CA©") + r".*(?:版权所有|ICP备|公网安备|网站标识码|技术支持\s*[:|]|网站地图"
        r"|(?:主办|承办|维护|管理)(?:单位)?\s*:|Copyright|All Rights Reserved|©).*"
        r"|[【\[(<> ]*(?:上一篇|下一篇|上一条|下一条|上篇|下篇|上一个|下一个)\s*[:|].*"
        r"|您访问的链接即将离开.*|是否继续\?|》》.{2,30}《《|法律声明|关于本站"
        r"|(?:友情链接|网站导航|政府网站找错).{0,120}|您?是?第?\s*\d+\s*位?(?:访问者|访客).{0,10}|本文已?被?浏览.{0,12}"
        rf"|[【\[(]?{_RELATED}(?:\s*(?:[:|>»].{{0,60}}|[\]】)]))?"
        r"|(?:邮编|邮政编码|网站邮箱|联系邮箱|站长统计|为确保最佳浏览效果).{0,80}|"
        + _with(r"/:|\s器率")
        + r"(?:.{0,10}https?://\S+|.{0,8}(?:微信公众号|政务微博|移动客户端|适老化)(?:[\s|]++[^\s|]{2,12}+)++"
        r"|.{0,12}建议使用?.{0,40}(?:浏览器|分辨率).{0,40}|.{0,10}(?:网站管理|网站维护|网站运维|网站联系)(?:电话|单位)?\s*:.*)"
    ),
    "toolbar": rf"{_BETWEEN}*+(?:(?:{_WORDS}|[TA]\s?[大小+-])(?:{_BETWEEN}++|$))+",
    # A row of short words; a table in a report looks so too, but not above or below it.
    "navigation": r"(?:[\u4e00-\u9fffA-Za-z]{2,9}[\s|·]+){3,}[\u4e00-\u9fffA-Za-z]{2,9}",
    "attachment": (
        r"(?:\d{1,2}[.、]\s*)?(?:附件.{0,4}:\s*)?.{2,60}\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|rtf|zip|rar|jpe?g|png)"
        r"(?:\s*[\[(].{0,12}[\])])?|(?:附件|文件)下载\s*\d*\s*:?"
    ),
    "pager": _with("页")
    + (
        r"(?:共\s*\d+\s*页|第\s*\d+\s*页\s*[,/]?\s*共\s*\d+\s*页"
        r"|(?=.*[上下]一页)(?:(?:首页|[上下]一页|尾页|末页|\[?\d{1,2}\]?)(?:\s+|$)){3,}+)"
    ),
    "source line": (
        rf"新华社[\u4e00-\u9fff]{{2,8}}\d{{1,2}}月\d{{1,2}}日电.{{0,20}}|(?:(?:发布|更新|发表)?(?:于|时间|日期)?\s*:?\s*)?{DATE}(?:\s*{_CLOCK})?(?:\s*星期.)?"
        rf"(?:\s+{LABEL}\s*[:|].*|\s+[\u4e00-\u9fffA-Za-z]{{2,16}}(?:网|报|社|政府|街道|办公室|客户端))?"
    ),
}
_KIND = re.compile(told_apart(_KINDS.values()))
# How the labels begin whose pairs are of another kind than an index block.
_LABEL_KINDS = {
    "source line": (
        "发布(?!机构|单位|文号)|发表|(?:信息|文章|稿件|内容)?来源|稿源|出处|作者|时间|日期|撰|供稿|录入|上传|添加"
        "|文字(?!大小)|图片|摄影|记者|通讯员|信息(?:提供|作者)"
    ),
    "counter": "浏览|点击|阅[读览]|访问|查看|人气|累计|下载次数",
    "toolbar": "字|打印|收藏|视力|保护|背景|语音|扫码",
    "share bar": "分享",
    "footer": "责任编辑|责编|编[辑审]|审|核稿|[初复终一二三]审|校|签发|监制",
}
_LABEL_KIND = re.compile(told_apart(_LABEL_KINDS.values()))
_LABEL_EDGE = re.compile(r"[\s•·|【\[(<*]")
_TOOLS_BEFORE = re.compile(rf"(?:[【\[]\s*{_WORDS}\s*[\]】]\s*)+")
_FIELD_END = re.compile(r"\s{2,}|\|")
_OPEN_LABEL = re.compile(rf"{_EDGE}{LABEL}\s*[:|]?\s*\|?")
# What is furniture wherever it stands on a line of its own; the rest only around the report, or beside such.
_CERTAIN = re.compile(
    rf"{_EDGE}(?:{_INDEX_LABEL}\s*[:|]|(?:责任编辑|责编|浏览(?:量|次数|数)|点击(?:数|量|率|次数)|阅读(?:量|数|次数)|访问(?:量|次数)"
    rf"|字体(?:大小)?|字号|视力保护色?|分享[到至]?)\s*:)"
)
_CERTAIN_KINDS = ("breadcrumb", "QR line", "share bar", "footer", "pager")
_UNCERTAIN = re.compile(
    r"(?:主办|承办|维护|管理|技术支持|邮编|邮政编码|网站地图|建议使用|浏览效果)(?!.*备案?)"
)
_CERTAIN_TOOLBAR = re.compile(r"打印|关闭(?:窗口|本页)|字[体号]|收藏本?页?|返回(?:顶部|首页|列表)|无障碍")


def line_kind(line: str) -> str | None:
    """The kind of furniture that a normalised, stripped line is, or None."""
    # Furniture is short, and but for a copyright notice it does not speak in sentences.
    if len(line) > LONGEST_LINE:
        return None
    if len(line) >= 30 and line[-1] in "。;!?" and not line.startswith(("版权所有", "Copyright")):
        return None
    if found := _KIND.fullmatch(line):
        kind = list(_KINDS)[found.lastindex - 1]
        return _label_kind(line) if kind == "index block" else kind
    if (tools := _TOOLS_BEFORE.match(line)) and tools.end() < len(line):
        return line_kind(line[tools.end() :])
    if "|" not in line and "  " not in line:
        return None
    fields = [field for field in _FIELD_END.split(line) if field.strip()]
    if len(fields) < 2:
        return None
    kinds = [line_kind(field.strip()) for field in fields]
    return next((k for k in kinds if k != "toolbar"), "toolbar") if all(kinds) else None


def is_certain(line: str, kind: str) -> bool:
    """Whether a line of furniture can be nothing else, even between two paragraphs of the report."""
    if kind == "toolbar" and _CERTAIN_TOOLBAR.search(line):
        return True
    if kind in _CERTAIN_KINDS:
        return not _UNCERTAIN.search(line)
    return _CERTAIN.match(line) is not None


def opens_value(line: str) -> bool:
    """Whether a line is a label whose value stands on the next line."""
    return _OPEN_LABEL.fullmatch(line) is not None and _label_kind(line) not in ("toolbar", "share bar")


def _label_kind(line: str) -> str:
    found = _LABEL_KIND.match(_LABEL_EDGE.sub("", line))
    return list(_LABEL_KINDS)[found.lastindex - 1] if found else "index block"
