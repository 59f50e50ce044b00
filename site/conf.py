"""Sphinx configuration of the reading site; `build.py` writes the sources and calls Sphinx."""

from pathlib import Path

HERE = Path(__file__).parent

project = "jiedao · 街道"
author = copyright = "The jiedao authors"
html_title = project
language = "en"

extensions = ["myst_nb"]
templates_path = ["templates"]
html_static_path = ["static"]
html_favicon = "static/icon.svg"
html_theme = "pydata_sphinx_theme"
html_css_files = [
    "site.css",
    *sorted(p.name for p in (HERE / "static").glob("*.css") if p.name != "site.css"),
]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
smartquotes = False
html_permalinks_icon = "#"

# Notebooks are shown as they were executed, never run here.
nb_execution_mode = "off"
nb_render_markdown_format = "myst"
nb_code_prompt_show = "Show code"
nb_code_prompt_hide = "Hide code"
myst_enable_extensions = ["attrs_inline"]
myst_heading_anchors = 3

# Where a figure, a page or a table has its place in the header: name, page, pages that belong to it.
NAVIGATION = [
    ("Findings", "index", ["index"]),
    ("Primer", "primer", ["primer"]),
    ("Chapters", "chapters/index", ["chapters/"]),
    ("Reading room", "reading/index", ["reading/"]),
    ("Themes & terms", "themes/index", ["themes/", "terms/", "glossary"]),
    ("Figures & data", "figures/index", ["figures/", "data/", "cite"]),
    ("中文", "zh/index", ["zh/"]),
]
NAVIGATION_ZH = [
    ("研究发现", "zh/index", ["zh/index"]),
    ("导读", "zh/primer", ["zh/primer"]),
    ("研究各章", "chapters/index", []),
    ("阅读室", "reading/index", []),
    ("主题与词语", "themes/index", []),
    ("图与数据", "figures/index", []),
    ("English", "index", []),
]
# What the theme says, on pages in Chinese.
ZH = {
    "Skip to main content": "跳到正文",
    "Back to top": "回到顶部",
    "On this page": "本页内容",
    "previous": "上一页",
    "next": "下一页",
    "previous page": "上一页",
    "next page": "下一页",
    "Breadcrumb": "所在位置",
    "Home": "首页",
    "Color mode": "明暗",
    "Light": "浅色",
    "Dark": "深色",
    "System Settings": "随系统",
}
html_context = {"default_mode": "auto", "site_navigation": NAVIGATION}
html_sidebars = {
    name: []
    for name in (
        "index",
        "primer",
        "glossary",
        "cite",
        "search",
        "terms/**",
        "figures/**",
        "data/**",
        "zh/**",
    )
}
html_theme_options = {
    "navbar_center": ["site-navigation.html"],
    "navbar_persistent": ["search-form.html"],
    "navbar_end": ["theme-switcher.html"],
    "article_header_start": ["breadcrumbs.html"],
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["site-footer.html"],
    "footer_end": [],
    "back_to_top_button": False,  # it would cover the bar of the sentences behind a number
    "disable_search": True,
    "show_toc_level": 2,
    "logo": {"text": "jiedao 街道"},
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app):
    """Leave out Sphinx's own search: the site brings one that finds Chinese words."""
    app.connect("builder-inited", _without_search)
    app.connect("html-page-context", _in_chinese)


def _in_chinese(app, pagename, templatename, context, doctree):
    """Give a page in Chinese its frame in Chinese too."""
    if pagename.startswith("zh/"):
        context.update(language="zh-CN", site_navigation=NAVIGATION_ZH, _=lambda text: ZH.get(text, text))
    if pagename == "zh/index":
        context["prev"] = None  # the last page in English


def _without_search(app):
    app.builder.search = False
