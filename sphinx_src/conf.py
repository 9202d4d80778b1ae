"""Sphinx configuration of a dossier. It reads `dossier.json` beside it and nothing else."""

import json
from html import escape
from pathlib import Path

_snapshot = json.loads((Path(__file__).parent / "dossier.json").read_text("utf-8"))["dossier"]["snapshot"]
_subject = _snapshot["subject"]
_plain = "".join(char if char.isprintable() else "?" for char in _subject["name"])[:80]

project = f"{_plain} {_subject['version'] or ''}".strip()
author = ""
copyright = ""
version = release = str(_subject["version"] or "")
language = "en"

# An allow-list: extensions that run code, read files or ask the network are not here.
extensions = ["myst_parser", "sphinx_needs", "docgen"]
docgen_dossier = "dossier.json"
docgen_confined = True
exclude_patterns = ["_figures", "Thumbs.db", ".DS_Store"]
suppress_warnings = ["docutils"]
smartquotes = False  # would rewrite what was logged
nitpicky = True

myst_enable_extensions: list[str] = []  # never "substitution": it is an unguarded template engine
myst_disable_syntax = ["html_block", "html_inline"]
myst_url_schemes = ["http", "https", "mailto"]
myst_heading_anchors = 0

needs_types = [
    {"directive": "clause", "title": "Clause", "prefix": "CL_", "color": "#f3ecf9", "style": "node"},
    {"directive": "requirement", "title": "Requirement", "prefix": "REQ_", "color": "#e6f0f7", "style": "node"},
    {"directive": "check", "title": "Check", "prefix": "CHK_", "color": "#eef0f3", "style": "node"},
    {"directive": "evidence", "title": "Evidence", "prefix": "EV_", "color": "#e3f3ec", "style": "node"},
    {"directive": "modification", "title": "Modification", "prefix": "EV_", "color": "#f9ece6", "style": "node"},
    {"directive": "procedure", "title": "Method", "prefix": "EV_", "color": "#f9f3e6", "style": "node"},
    {"directive": "step", "title": "Step", "prefix": "EV_", "color": "#f9f9e6", "style": "node"},
    {"directive": "criterion", "title": "Criterion", "prefix": "EV_", "color": "#eef9e6", "style": "node"},
    {"directive": "risk", "title": "Risk", "prefix": "EV_", "color": "#f9e6ec", "style": "node"},
    {"directive": "run", "title": "Run", "prefix": "RUN_", "color": "#fdf3e1", "style": "node"},
]
needs_links = {
    "checked_by": {"outgoing": "checked by", "incoming": "checks"},
    "evidenced_by": {"outgoing": "evidenced by", "incoming": "is evidence for"},
    "uses": {"outgoing": "uses", "incoming": "is used by"},
    "judged_by": {"outgoing": "judged by", "incoming": "judges"},
    "has_step": {"outgoing": "has step", "incoming": "is a step of"},
    "threatens": {"outgoing": "threatens", "incoming": "is threatened by"},
    "verified_by": {"outgoing": "verified by", "incoming": "verifies"},
    "from_run": {"outgoing": "comes from", "incoming": "gave"},
    "derived_from": {"outgoing": "derived from", "incoming": "asks for"},
    "read_from": {"outgoing": "read from", "incoming": "holds"},
    "made_from": {"outgoing": "made from", "incoming": "made"},
}
needs_id_regex = r"^[A-Za-z0-9_.-]+$"
needs_build_json = True
needs_reproducible_json = True
needs_parse_dynamic_functions = False
needs_fields = {  # fields that sphinx-needs would otherwise evaluate
    name: {"parse_dynamic_functions": False, "parse_variants": False} for name in ("status", "title", "tags")
}

html_theme = "furo"
html_title = escape(project)  # the theme takes it for HTML
html_static_path = ["_static"]
html_css_files = ["docgen.css"]
html_js_files = ["docgen.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_last_updated_fmt = None
html_permalinks = True
pygments_style = "friendly"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0b5c8a", "color-brand-content": "#0b5c8a"},
    "dark_css_variables": {"color-brand-primary": "#7cc4ee", "color-brand-content": "#7cc4ee"},
}
