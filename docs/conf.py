"""How the documentation becomes a site: ``python -m sphinx -W docs build/site``."""

import re
from pathlib import Path
from typing import Any

import chainrule

project = "chainrule"
author = "the chainrule developers"
version = release = chainrule.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.viewcode"]
html_theme = "pydata_sphinx_theme"
html_title = "chainrule"
html_theme_options = {
    "show_prev_next": True,
    "navigation_with_keys": False,
    "use_edit_page_button": False,
}
html_context = {"default_mode": "auto"}
myst_heading_anchors = 3
myst_enable_extensions = ["dollarmath"]
autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_google_docstring = True
napoleon_custom_sections = ["Shape", "Derivative", "Numerics", "Source"]
nitpicky = False

REPOSITORY = Path(__file__).resolve().parent.parent
SECTION = re.compile(r"[A-Z][a-z]+:")
LINK = re.compile(r"\[([^\]]*)\]\((\.\./[^)#]+)(?:#[^)]*)?\)")


def leave_out_links_to_code(app: Any, name: str, source: list[str]) -> None:
    """Show links that lead to files of the repository as the names of these files."""
    source[0] = LINK.sub(lambda link: f"`{link[2].removeprefix('../')}`", source[0])


def as_plain_text(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Have docstrings read as they are written: plain text, with formulas in indented blocks."""
    told: list[str] = [""]
    before, is_formula = "", False
    for line in lines:
        is_indented = line.startswith("    ")
        if is_indented and not told[-1] and not before.startswith(" "):
            is_formula = bool(before) and not SECTION.fullmatch(before)
            told += ["::", ""] if is_formula else []
        is_formula = is_formula and (is_indented or not line.strip())
        told.append(line if is_formula else escaped(line))
        before = line if line.strip() else before
    lines[:] = told[1:]


def escaped(line: str) -> str:
    """Return a line in which stars and bars mean themselves, but for what is marked as code."""
    parts = line.split("``")
    parts[::2] = [part.replace("*", r"\*").replace("|", r"\|") for part in parts[::2]]
    return "``".join(parts)


def setup(app: Any) -> None:
    """Register what is done to each page and to each docstring."""
    app.connect("source-read", leave_out_links_to_code)
    app.connect("autodoc-process-docstring", as_plain_text, priority=400)
