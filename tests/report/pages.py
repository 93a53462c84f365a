"""Pages as tests read them: their elements, and what a browser makes of them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import escape
from html.parser import HTMLParser
from pathlib import Path

HOSTILE = "</script></style></title><img src=x onerror=alert(1)>\"'{{ 7*7 }}"
VOID = {"meta", "input", "br", "img"}
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Page(HTMLParser):
    """The elements of a page, with the text directly in them; asserts that they are balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self._open: list[int] = []
        self.feed(page)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self.texts.append("")
        if tag not in VOID:
            self._open.append(len(self.elements) - 1)

    def handle_endtag(self, tag: str) -> None:
        assert self.elements[self._open.pop()][0] == tag

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] += data

    def all(self, tag: str, **attributes: str) -> list[str]:
        """The texts of all elements of a kind that have these attributes."""
        wanted = attributes.items()
        found = zip(self.elements, self.texts, strict=True)
        return [text for (name, own), text in found if name == tag and wanted <= own.items()]

    @property
    def data(self) -> dict[str, object]:
        """What the script reads."""
        (data,) = self.all("script", id="data")
        read: dict[str, object] = json.loads(data)
        return read

    @property
    def policy(self) -> str:
        return next(own["content"] for _, own in self.elements if "http-equiv" in own)


def browsed(path: Path) -> tuple[str, str]:
    """What a browser makes of a page, once its script has run, and what it logs."""
    assert CHROMIUM
    options = [
        "--hide-scrollbars",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--dump-dom",
    ]
    profile = f"--user-data-dir={path.parent / 'profile'}"
    done = subprocess.run(
        [CHROMIUM, *options, profile, path.as_uri()], capture_output=True, text=True, check=True
    )
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def width_needed(page: str, folder: Path, width: int) -> int:
    """How wide a page is in a frame of that width: more where it scrolls to the side.

    In a frame, since no window of a browser is as narrow as a phone.
    """
    script = "document.body.dataset.width = frame.contentDocument.documentElement.scrollWidth"
    path = folder / "framed.html"
    path.write_text(
        f'<!DOCTYPE html><body><iframe id="frame" width="{width}" height="900" frameborder="0" '
        f'srcdoc="{escape(page)}"></iframe><script>frame.onload = () => {{ {script} }}</script>',
        encoding="utf-8",
    )
    seen, _ = browsed(path)
    return int(re.findall(r'data-width="(\d+)"', seen)[0])
