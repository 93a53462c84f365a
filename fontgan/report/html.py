"""HTML pages that are one file each: all that they show is in them, and their policy forbids all else.

Names, notes and settings may come from strangers, so all of them are escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib import resources
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined


def file_of_page(name: str) -> str:
    """A template, style sheet or script of this folder."""
    return resources.files("fontgan.report").joinpath(name).read_text(encoding="utf-8")


def render_page(template: str, **values: Any) -> str:
    """A page of the template of that name; texts among the values are escaped."""
    templates = Environment(
        loader=FunctionLoader(file_of_page),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["char"] = chr
    return templates.get_template(template).render(**values)


def policy_of(styles: Sequence[str], scripts: Sequence[str] = (), data: Sequence[str] = ()) -> str:
    """A Content-Security-Policy: these styles and scripts, and no network.

    Args:
        styles: the whole texts of the page's own.
        scripts: likewise.
        data: what the page holds as `data:`: font, img.
    """
    rules = ["default-src 'none'", *(f"{kind}-src data:" for kind in data)]
    for kind, texts in (("style", styles), ("script", scripts)):
        digests = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts)
        if allowed := " ".join(f"'sha256-{digest}'" for digest in digests):
            rules.append(f"{kind}-src {allowed}")
    return "; ".join([*rules, "base-uri 'none'", "form-action 'none'"])
