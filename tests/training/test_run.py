"""One training run, from the store to its folder on disk."""

from __future__ import annotations

import json
import signal
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from fontgan.compute.engine import Engine
from fontgan.config.settings import TrainingPlan
from fontgan.data.render import render_dataset
from fontgan.data.store import GlyphStore
from fontgan.drawing.drawer import Drawer
from fontgan.errors import FontganError
from fontgan.fonts.location import FontLocation
from fontgan.training.decision import decide, decide_again
from fontgan.training.events import Event, Finished, Progressed, Sampled, Started
from fontgan.training.run import run_training
from tests.helpers import make_toy_store
from tests.toy_fonts import build_font
from tests.training.timing import time_by_steps

SMALL = {"widths": "8,16", "batch_size": "8"}


def run(changes: Mapping[str, str] = SMALL, **options: Any) -> list[Event]:
    decision = decide({"steps": 20, "device": "cpu", **options}, changes)
    return list(run_training(decision))


@pytest.mark.slow
@pytest.mark.parametrize(("count", "held_out"), [(1, 0), (3, 0), (4, 1), (20, 2)])
def test_a_few_characters_are_learnt_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, held_out: int
) -> None:
    """They were refused: «none of 15 is in the validation split»."""
    monkeypatch.chdir(tmp_path)
    make_toy_store(tmp_path, list(range(0x4E00, 0x4E00 + count)))
    events = run(steps=2)
    began = events[0]
    assert isinstance(began, Started)
    assert began.few is not None
    assert len(began.few) == count
    assert len(began.few.held_out) == held_out
    assert began.counts["train"] == count - held_out
    assert began.counts["validation"] == began.counts["test"] == (held_out or count)
    drawer = Drawer(finished(events).checkpoint)
    drawn = drawer.draw("".join(map(chr, range(0x4E00, 0x4E00 + count))))
    assert set(drawn.learnt) == set(map(ord, began.few.learnt))
    again = list(run_training(decide_again({"run": finished(events).run, "steps": 3})))
    assert isinstance(again[0], Started)
    assert again[0].few == began.few


def finished(events: list[Event]) -> Finished:
    end = events[-1]
    assert isinstance(end, Finished)
    return end


def weights(end: Finished) -> dict[str, torch.Tensor]:
    return load_file(end.checkpoint)


@pytest.mark.slow
def test_a_run_tells_and_keeps_what_happened(here: Path) -> None:
    events = run()
    assert isinstance(events[0], Started)
    assert events[0].counts["train"] + events[0].counts["test"] + events[0].counts["validation"] == 128
    end = finished(events)
    assert end.run == Path("runs/pix2pix-1")
    assert end.step == 20
    sampled = [event for event in events if isinstance(event, Sampled)]
    assert sampled[0].step == 0
    assert sampled[-1].step == 20
    assert all(event.sheet.read_bytes().startswith(b"\x89PNG") for event in sampled)
    assert len(list((end.run / "samples").iterdir())) == len(sampled)
    kept = sorted(path.parent.name for path in end.run.glob("checkpoints/*/generator.safetensors"))
    assert kept[-1] == "step-0000020"
    assert f"step-{end.best_step:07}" in kept
    text = (end.run / "config.toml").read_text()
    assert text.startswith("# pix2pix learning Style, all settings as decided\n")
    config = tomllib.loads(text)
    assert config["pix2pix"]["generator"]["widths"] == [8, 16]
    assert config["training"]["steps"] == 20
    log = [json.loads(line) for line in (end.run / "log.jsonl").read_text().splitlines()]
    assert [line["event"] for line in log].count("sample") == len(sampled)
    assert log[-1]["event"] == "finished"
    assert log[-1]["test"]["generated"]["iou"] == pytest.approx(end.test["generated"]["iou"])
    assert end.test["the style itself"]["iou"] == 1
    assert here in end.run.resolve().parents


@pytest.mark.slow
def test_training_brings_pictures_nearer_than_a_copy_of_the_content(here: Path) -> None:
    end = finished(run(steps=250, run=here / "long"))
    assert end.test["generated"]["fixed_l1"] < 0.5 * end.test["copy of the content"]["fixed_l1"]
    assert end.test["generated"]["iou"] > end.test["copy of the content"]["iou"]


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_same_seed_gives_the_same_weights_and_another_gives_others() -> None:
    first, second, third = (finished(run(seed=seed, best_by="newest")) for seed in (5, 5, 6))
    assert [end.run.name for end in (first, second, third)] == ["pix2pix-1", "pix2pix-2", "pix2pix-3"]
    one, same, other = map(weights, (first, second, third))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert any(not torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_minutes_end_a_run_and_samples_are_counted_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    time_by_steps(monkeypatch, step=0.5, sheet=60)
    events = run(steps=None, minutes=0.1)
    end = finished(events)
    assert (end.step, end.training_seconds, end.images_per_second) == (12, 6.0, 16.0)
    assert [event.step for event in events if isinstance(event, Sampled)] == [0, 3, 5, 7, 9, 11, 12]
    reported = [event.seconds for event in events if isinstance(event, Progressed)]
    assert reported == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.0]
    assert end.sample_seconds > 0
    assert end.start_seconds > 0


@pytest.mark.usefixtures("here", "interrupts")
def test_ctrl_c_ends_after_the_step_and_keeps_what_was_learnt() -> None:
    events: list[Event] = []
    before = signal.getsignal(signal.SIGINT)
    decision = decide({"minutes": 5.0, "device": "cpu"}, SMALL)
    for event in run_training(decision):
        events.append(event)
        if isinstance(event, Progressed) and not any(isinstance(one, Progressed) for one in events[:-1]):
            signal.raise_signal(signal.SIGINT)
    end = finished(events)
    assert end.interrupted
    assert end.step >= 1
    assert end.checkpoint.is_file()
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.usefixtures("here", "interrupts")
def test_ctrl_c_before_the_first_step_is_told() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(FontganError, match="stopped before the first step"):
        for event in _begun():
            if isinstance(event, Sampled):
                signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def _begun() -> Iterator[Event]:
    decision = decide({"minutes": 5.0, "device": "cpu"}, SMALL)
    return run_training(decision)


def test_a_plan_that_cannot_be_followed_is_told_and_makes_no_run(here: Path) -> None:
    for changes, words in (
        ({"data": Path("none.lmdb")}, "make it with fontgan.render first"),
        ({"style": "kai"}, "has no face 'kai': there are content, style"),
        ({"model": "pix2pax"}, "did you mean 'pix2pix'"),
        ({"preset": "best"}, "there is no preset 'best'"),
        ({"changes": {"bach_size": "3"}}, "did you mean 'batch_size'"),
    ):
        with pytest.raises(FontganError, match=words):
            run(**changes)
    assert not (here / "runs").exists()
    (here / "mine").mkdir()
    (here / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(FontganError, match="exists already and is not a run"):
        run(run=here / "mine")
    assert [path.name for path in (here / "mine").iterdir()] == ["letter.txt"]


@pytest.mark.slow
def test_a_network_that_does_not_fit_into_memory_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "free_memory", lambda _: 100_000)
    before = sorted(here.rglob("*"))
    with pytest.raises(
        FontganError, match=r"takes at least .*B, .* and 100 kB are free: choose smaller widths"
    ):
        run(SMALL)
    assert sorted(here.rglob("*")) == before


@pytest.mark.usefixtures("here")
def test_pictures_that_do_not_fit_into_memory_are_read_as_they_are_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    augmented = {**SMALL, "shift": "1", "scale": "0.05"}
    inside = weights(finished(run(augmented, best_by="newest")))
    monkeypatch.setattr(Engine, "free_memory", lambda _: 1000)
    monkeypatch.setattr("fontgan.training.preparation.check_memory", lambda *_: None)
    read: list[int] = []
    glyphs = GlyphStore.glyphs

    def counted(store: GlyphStore, keys: Sequence[tuple[str, int]]) -> np.ndarray:
        read.append(len(keys))
        return glyphs(store, keys)

    monkeypatch.setattr(GlyphStore, "glyphs", counted)
    outside = weights(finished(run(augmented, best_by="newest")))
    assert read.count(8) == 2 * 20  # both sides of each of 20 batches
    assert inside.keys() == outside.keys()
    assert all(torch.equal(inside[name], outside[name]) for name in inside)


@pytest.mark.slow
def test_a_run_learns_from_several_content_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    codes = list(range(0x4E00, 0x4E80))
    contents = [build_font(Path(f"{name}.ttf"), codes[start:], name) for name, start in (("b", 64), ("a", 0))]
    style = build_font(Path("style.ttf"), codes, "Style", width=200)
    sources = [FontLocation(path) for path in contents]
    render_dataset(sources, [FontLocation(style)], codes, 64, TrainingPlan.data)
    end = finished(run())
    made = Drawer(end.checkpoint, device="cpu").draw([codes[3], codes[100]])
    with GlyphStore(TrainingPlan.data) as store:
        assert np.array_equal(made.content[:, 0], store.glyphs([("a", codes[3]), ("b", codes[100])]))
    assert made.notes == []
    contents[0].unlink()
    with pytest.raises(FontganError, match=r"the content font .*b.ttf is missing"):
        Drawer(end.checkpoint, device="cpu")


def test_stacked_content_fonts_are_channels_from_the_store_to_the_drawing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    codes = list(range(0x4E00, 0x4E80))
    contents = [build_font(Path(f"{name}.ttf"), codes[start:], name) for name, start in (("b", 64), ("a", 0))]
    style = build_font(Path("style.ttf"), codes, "Style", width=200)
    sources = [FontLocation(path) for path in contents]
    render_dataset(sources, [FontLocation(style)], codes, 64, TrainingPlan.data)
    end = finished(run(stacked=True, steps=3))
    drawing = Drawer(end.checkpoint, device="cpu").draw([codes[3], codes[100]])
    assert drawing.record.stacked
    with GlyphStore(TrainingPlan.data) as store:
        assert np.array_equal(drawing.content[1], store.glyphs([("b", codes[100]), ("a", codes[100])]))
    assert (drawing.content[0, 0] == 255).all()  # b lacks it
    assert (drawing.content[0, 1] < 255).any()
