"""What a comparison is asked for, and the cells that follow."""

from __future__ import annotations

from pathlib import Path

import pytest

from fontgan.comparison.asked import Asked, every_model, jobs_of, parse_values, safe_name
from fontgan.errors import FontganError
from fontgan.models import model_names


def test_commas_separate_values_but_not_what_stands_in_brackets_or_lists() -> None:
    texts = ["residual=0,1", "widths=[64,128],[32,64]", "learning_rate=1e-3, 4e-3", "optimiser=adam"]
    assert parse_values(texts, ["pix2pix"]) == {
        "residual": ("0", "1"),
        "widths": ("[64,128]", "[32,64]"),
        "learning_rate": ("1e-3", "4e-3"),
        "optimiser": ("adam",),
    }
    assert parse_values(["widths=64,128"], ["pix2pix"]) == {"widths": ("64,128",)}
    assert parse_values(["residual=0", "residual=1,0"], ["pix2pix"]) == {"residual": ("0", "1")}


@pytest.mark.parametrize("name", ["seed", "learn", "style", "minutes", "run"])
def test_what_has_an_option_of_its_own_is_not_a_setting(name: str) -> None:
    with pytest.raises(FontganError, match=f"{name} is not a setting of a model: pass it with {name}"):
        parse_values([f"{name}=1,2"], ["pix2pix"])


def test_all_means_every_model_once() -> None:
    assert sorted(every_model(["gan", "all", "gan"])) == model_names()
    with pytest.raises(FontganError, match="did you mean 'pix2pix'"):
        every_model(["pix2pics"])


def test_every_combination_is_a_cell_with_a_folder_and_a_title_of_its_own() -> None:
    asked = Asked(
        presets=("default", "paper"),
        values={"residual": ("0", "1"), "learning_rate": ("1e-3",)},
        learn=(20, 100),
        seeds=(0, 1, 2),
        steps=2,
    )
    jobs = jobs_of(asked, ["a", "b"], Path("runs"))
    assert len(jobs) == len({job.name for job in jobs}) == 2 * 2 * 2 * 3 * 2
    assert len({job.title for job in jobs}) == 2 * 2 * 2  # but for styles and seeds
    first = jobs[0]
    assert first.title == "pix2pix, residual=0, 20 characters"
    assert first.swept == {"residual": "0", "learn": "20"}
    assert first.changes == {"residual": "0", "learning_rate": "1e-3"}
    assert first.run == Path("runs") / first.name
    assert first.options["learn"] == 20
    assert asked.usual_name == "pix2pix-paper-residual-learn-seed"


def test_a_model_of_many_styles_learns_them_in_one_run() -> None:
    asked = Asked(models=("pix2pix", "zi2zi"), steps=2)
    jobs = jobs_of(asked, ["a", "b"], Path("runs"))
    assert [(job.model, job.styles, job.options.get("style")) for job in jobs] == [
        ("pix2pix", ("a",), "a"),
        ("pix2pix", ("b",), "b"),
        ("zi2zi", ("a", "b"), None),
    ]
    assert [job.styles for job in jobs_of(asked, ["a"], Path("runs"))] == [("a",), ("a",)]


def test_a_denoiser_cleans_the_run_of_pix2pix_that_is_like_it() -> None:
    asked = Asked(models=("denoiser", "pix2pix"), learn=(20, 100), seeds=(0, 1), steps=2)
    jobs = jobs_of(asked, ["a", "b"], Path("runs"))
    by_name = {job.name: job for job in jobs}
    cleaners = [job for job in jobs if job.model == "denoiser"]
    assert len(cleaners) == 8
    for job in cleaners:
        first = by_name[job.after]
        assert (first.model, first.styles, first.seed, first.swept) == (
            "pix2pix",
            job.styles,
            job.seed,
            job.swept,
        )
        assert job.options["stage1"] == str(first.run)
        assert jobs.index(first) < jobs.index(job)
    with pytest.raises(FontganError, match="add pix2pix as a model"):
        jobs_of(Asked(models=("denoiser",), seeds=(0, 1)), ["a"], Path("runs"))


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(), "pix2pix alone is nothing to compare"),
        (Asked(seeds=tuple(range(2000))), "2,000 cells, more than 1,000"),
        (Asked(values={"residul": ("0", "1")}), "pix2pix, residul=0: there is no setting 'residul'"),
        (Asked(values={"residual": ("0", "x")}), "residual=x: expected a whole number"),
        (Asked(presets=("default", "papre")), "did you mean 'paper'"),
        (Asked(models=("pix2pix", "wnet"), values={"dice_weight": ("-1",)}), "dice_weight=-1"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(asked: Asked, words: str) -> None:
    with pytest.raises(FontganError) as error:
        jobs_of(asked, ["a"], Path("runs"))
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_name_of_a_folder_has_no_separators() -> None:
    assert safe_name("widths=[64, 128]/x") == "widths=-64-128-x"
    assert safe_name("../..") == "comparison"
    assert len(safe_name("x" * 500)) <= 100
