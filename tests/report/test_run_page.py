"""The page of a run: all that is known of it, nothing that strangers wrote, on screens of any width."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fontgan.judging.doubts import Doubt
from fontgan.measures.table import ALL
from fontgan.report.run_page import EXPLAINED, RunReport, draw_run_page, save_run_page
from fontgan.report.settings import Setting, settings_of
from fontgan.runs.log import Curves, Point
from tests.report.evaluations import evaluation
from tests.report.pages import CHROMIUM, HOSTILE, Page, width_needed


def curves(name: str = "one") -> Curves:
    points = [Point(step, step * 60.0, 1 / (step + 1)) for step in range(12)]
    return Curves(name, {"fixed_l1": points}, {"l1": [*points, Point(12, 720.0, float("inf"))]}, points)


def report(**changes: object) -> RunReport:
    known = RunReport(
        name="one",
        facts=["pix2pix", "64 px"],
        details={"style": "Toy 字", "source": ""},
        evaluation=evaluation(),
        samples=[("step 0", "data:image/png;base64,AAAA")],
        curves=curves(),
        settings=[
            Setting("optimisation.batch_size", "8", "32", "characters per step"),
            Setting("x", "1", "1", ""),
        ],
        network='<svg xmlns="http://www.w3.org/2000/svg"/>',
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def sections(page: str) -> list[str]:
    return Page(page).all("h2")


def test_the_page_has_all_that_is_known() -> None:
    page = draw_run_page(report())
    assert sections(page) == [
        "Run",
        "Measures",
        "Characters",
        "Samples over time",
        "Curves",
        "Greys",
        "Settings",
        "Network",
    ]
    read = Page(page)
    assert read.all("h1") == ["one"]
    assert read.all("dd") == ["Toy 字"]
    assert read.all("h3") == ["Worst", "Median", "Best"]
    assert page.count("<svg") == 4  # fixed L1, the loss, the speed, greys
    assert page.count('class="glyph"') == 18


def test_measures_stand_beside_what_they_have_to_beat() -> None:
    page = " ".join(draw_run_page(report()).split())
    row = re.search(r"<th>fixed L1 ↓.*?</tr>", page)
    assert row is not None
    cells = re.findall(r"<td>(.*?)</td>", row[0])
    assert cells == ["0.500<small>0.180 · 0.500 · 0.820</small>", "1.500", "2.500", "0.000"]
    assert "right character ↑" in page
    assert re.search(r"<th>recall ↑<small>[^<]+</small></th> (<td>–</td> ?){4}", page)
    assert "30 characters that the run did not learn from" in page


def test_worst_characters_come_first_and_each_comes_once() -> None:
    page = draw_run_page(report())
    shown = re.findall(r"<small>U\+(\w+)</small> (\d\.\d+)", page)
    codes = [int(code, 16) for code, _ in shown]
    assert len(set(codes)) == len(codes) == 18
    assert codes[:6] == [0x4E00 + row for row in range(29, 23, -1)]
    assert codes[12:] == [0x4E00 + row for row in range(6)]
    assert page.count("read as another character") == sum(float(error) >= 0.5 for _, error in shown)
    few = draw_run_page(report(evaluation=evaluation(4)))
    assert len(re.findall(r"<small>U\+\w+</small>", few)) == 4
    assert Page(few).all("h3") == ["Worst"]


def test_errors_are_orange_where_ink_is_missing_and_blue_where_there_is_too_much() -> None:
    page = draw_run_page(report(evaluation=evaluation(4)))
    pictures = dict(re.findall(r'src="data:image/png;base64,([^"]+)" alt="U\+4E03, (\w+)"', page)[::-1])
    (packed,) = (packed for packed, what in pictures.items() if what == "error")
    error = np.asarray(Image.open(io.BytesIO(base64.b64decode(packed))))
    assert error.shape == (64, 64, 3)
    red, green, blue = (int(value) for value in error[30, 21])  # true ink starts at 20, drawn at 23
    assert red > green > blue
    assert red > blue + 100
    red, _, blue = (int(value) for value in error[30, 33])  # true ink ends at 32, drawn at 35
    assert blue > red + 100
    assert tuple(error[0, 0]) == (255, 255, 255)


def test_a_doubt_is_drawn_where_there_is_one() -> None:
    empty, full = np.zeros((16, 16)), np.ones((16, 16))
    doubt = Doubt(0x4E1D, 1.0, f"a stroke {HOSTILE}", full, empty, None, 0.0)
    page = draw_run_page(report(marks={doubt.code: doubt}))
    assert page.count("glyph five") == 1
    assert page.count(", doubt") == 1
    assert "a stroke &lt;/script&gt;" in page
    assert "Doubt: the same" in page
    assert ", doubt" not in draw_run_page(report())


def test_what_is_missing_is_omitted_and_named() -> None:
    page = draw_run_page(RunReport("bare", notes=["the content font a.ttf is missing"]))
    assert sections(page) == ["Run", "Measures"]
    assert "There are no measures" in page
    assert Page(page).all("li") == ["the content font a.ttf is missing"]


def test_nothing_is_loaded_and_nothing_runs() -> None:
    read = Page(draw_run_page(report()))
    names = {name for _, own in read.elements for name in own}
    assert not names & {"href", "srcset", "action", "style"}
    assert not [name for name in names if name.startswith("on")]
    assert all(own["src"].startswith("data:image/") for _, own in read.elements if "src" in own)
    assert {tag for tag, _ in read.elements}.isdisjoint({"script", "iframe", "object", "link", "base"})
    assert read.policy.startswith("default-src 'none'; img-src data:; style-src 'sha256-")
    assert "script-src" not in read.policy


def test_what_strangers_wrote_stays_text() -> None:
    evil = HOSTILE + "\u202e\x1b"
    page = draw_run_page(
        report(
            name=evil,
            facts=[evil],
            details={"style": evil},
            evaluation=evaluation(8, evil, [evil]),
            curves=replace(curves(evil), losses={evil: curves().speed}),
            settings=settings_of({"training": {evil: evil}, evil: {"a": 1}}, evil),
            notes=[evil],
            network=f"<svg><script>alert(1)</script>{evil}</svg>",
        )
    )
    read = Page(page)
    assert {tag for tag, _ in read.elements}.isdisjoint({"script", "iframe", "object", "base"})
    images = [own for tag, own in read.elements if tag == "img"]
    assert all(own["src"].startswith("data:image/") and "onerror" not in own for own in images)
    assert len(read.all("style")) == 1
    assert read.all("h1") == [f"{HOSTILE}\\u202e\\u001b"]
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in page


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_run_page(tmp_path / f"{name}.html", report())
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_every_measure_is_explained() -> None:
    assert set(EXPLAINED) == set(ALL)


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [390, 1100])
def test_the_page_does_not_scroll_to_the_side(width: int, tmp_path: Path) -> None:
    long = "x" * 500
    page = draw_run_page(
        report(
            name=long,
            details={"style": long},
            notes=[long],
            settings=[Setting(long[:200], long[:200], "1", long)],
        )
    )
    assert width_needed(page, tmp_path, width) == width
