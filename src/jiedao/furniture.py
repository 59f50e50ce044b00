"""What a line of site furniture looks like, kind by kind; `jiedao.clean` says where it may stand."""

from __future__ import annotations

import re

LABELS = (
    "索引号 信息索引 统一登记号 发布机构 发布单位 发文机关 发文单位 公开责任部门 责任部门 信息来源 "
    "主题分类 体裁分类 组配分类 信息分类 所属分类 公开目录 成文日期 生成日期 公开日期 发布日期 发布时间 "
    "发文日期 更新时间 生效日期 废止日期 日期 时间 公开方式 公开范围 公开形式 公开程序 公开时限 公开属性 "
    "有效性 信息状态 文号 文件编号 信息名称 名称 标题 主题词 关键词 关键字 来源 稿源 作者 撰稿 供稿 编辑 "
    "责任编辑 审核 初审 复审 终审 校对 浏览量 浏览次数 浏览 点击 点击数 点击量 点击率 阅读 阅读量 阅读次数 "
    "访问量 访问次数 字体大小 字体 字号 视力保护色 背景色 打印 分享 分享到 分享至 收藏"
).split()
SITE_WORDS = (
    "首页 主页 返回 顶部 打印 关闭 关闭窗口 收藏 分享 分享到 微信 微博 新浪微博 QQ空间 QQ好友 朋友圈 大 中 "
    "小 默认 下载 无障碍 繁体 简体 登录 注册 搜索 政务公开 政务服务 互动交流 新闻中心 信息公开 走进.{2,4} "
    "网站地图 联系我们 关于我们 站点地图 隐私声明 网站声明 打印本页 关闭本页 保存 字体 字号 纠错 我要纠错 "
    "上一页 下一页"
).split()
# Blanks may stand inside a label (索 引 号); the longest label is tried first.
LABEL = "(?:" + "|".join(" *".join(label) for label in sorted(LABELS, key=len, reverse=True)) + ")"
DATE = r"(?:19|20)\d\d[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?"
LONGEST_LINE = 300

# One or more "label: value" pairs and nothing else; values hold no sentence.
_PAIRS = re.compile(rf"[\s•·|【\[]*{LABEL}\s*[:|][^。!;]*")
_WORDS = "|".join(SITE_WORDS)
_SHARES = "微信|微博|新浪微博|腾讯微博|QQ空间|QQ好友|QQ|人人网|朋友圈"
_KINDS = {
    "breadcrumb": (
        r"您?(?:现在|当前)?的?(?:所在)?位置(?:是|为)?\s*:.*|.*首页\s*(?:>|»|/|-).*"
        r"|[^>。]{2,12}(?:\s*>+\s*[^>。]{2,20}){2,}>?"
    ),
    "QR line": (
        r"(?:请|使?用|打开|手机|微信|支付宝|[,\s【\[(])*(?:扫一扫|扫描|扫码)"
        r".{0,12}(?:打开|查看|浏览|关注|分享|二维码|当前页面?|本页).{0,12}"
    ),
    "share bar": (
        rf"[【\[]?分享(?:到|至)?[\]】]?\s*:?(?:\s*(?:{_SHARES}|更多|打印|收藏|[|/]))*"
        rf"|(?:(?:{_SHARES})\s*){{2,}}"
    ),
    "footer": (
        r".*(?:版权所有|ICP备|公网安备|网站标识码|(?:主办|承办)(?:单位)?\s*:|技术支持\s*:|网站地图"
        r"|Copyright|All Rights Reserved).*"
        r"|[【\[(]?(?:上一篇|下一篇|上一条|下一条|相关(?:阅读|链接|新闻|文章))\s*[:|].*"
    ),
    "toolbar": rf"[【\[(<|\s]*(?:{_WORDS})(?:[】\])>|/\s【\[(<·:]+(?:{_WORDS})?)*",
    "source line": (
        rf"(?:(?:发布|更新)?(?:时间|日期)?\s*:?\s*)?{DATE}(?:\s+\d{{1,2}}:\d\d(?::\d\d(?:\.\d)?)?)?"
        rf"(?:\s+{LABEL}\s*[:|].*)?"
    ),
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in _KINDS.items()}
# How the labels begin whose pairs are of another kind than an index block.
_LABEL_KINDS = {
    "source line": "发布(?!机构|单位)|来源|稿源|作者|时间|日期|撰稿|供稿",
    "counter": "浏览|点击|阅读|访问",
    "toolbar": "字|打印|收藏|视力|背景",
    "share bar": "分享",
    "footer": "责任编辑|编辑|审核|[初复终]审|校对",
}
_OPEN_LABEL = re.compile(rf"[\s•·|]*{LABEL}\s*[:|]?\s*\|?")


def line_kind(line: str) -> str | None:
    """The kind of furniture that a normalised, stripped line is, or None."""
    # Furniture is short, and but for a copyright notice it does not speak in sentences.
    if len(line) > LONGEST_LINE or re.fullmatch(r"(?!版权所有|Copyright).{29,}[。;!?]", line):
        return None
    if _PAIRS.fullmatch(line):
        return _label_kind(line)
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(line)), None)


def opens_value(line: str) -> bool:
    """Whether a line is a label whose value stands on the next line."""
    return _OPEN_LABEL.fullmatch(line) is not None and _label_kind(line) not in ("toolbar", "share bar")


def _label_kind(line: str) -> str:
    label = re.sub(r"[\s•·|【\[]", "", line)
    return next((kind for kind, start in _LABEL_KINDS.items() if re.match(start, label)), "index block")
