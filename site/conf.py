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
    "disable_search": True,
    "show_toc_level": 2,
    "logo": {"text": "jiedao 街道"},
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}


def setup(app):
    """Leave out Sphinx's own search: the site brings one that finds Chinese words."""
    app.connect("builder-inited", _without_search)


def _without_search(app):
    app.builder.search = False
