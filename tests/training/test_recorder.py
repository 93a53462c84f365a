"""What is written while a training goes on, and what stops it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from fontgan.data.views import Batch
from fontgan.errors import FontganError
from fontgan.models.base import Learnt
from fontgan.models.pix2pix import Pix2Pix
from fontgan.runs.folder import Run
from fontgan.runs.log import Broken, Measured
from fontgan.runs.weights import load_checkpoint
from fontgan.training.decision import decide
from fontgan.training.events import Event, Finished, Progressed, Sampled
from fontgan.training.run import run_training

SMALL = {"widths": "8,16", "batch_size": "8"}
HUGE = {"learning_rate": "10", "optimiser": "adamw", "warm_up": "0", "weight_decay": "10"}


def run(changes: Mapping[str, str] = SMALL, **options: Any) -> list[Event]:
    given = {"steps": 20, "device": "cpu", "precision": "float32", "run": Path("run"), **options}
    decision = decide(given, changes)
    return list(run_training(decision))


def spoil(monkeypatch: pytest.MonkeyPatch, after: int, bias: float) -> None:
    """After a step, what the network draws is all paper (much ink for a bias below 0), or no number."""
    step = Pix2Pix.step

    def spoilt(model: Pix2Pix, batch: Batch, number: int, progress: float) -> Learnt:
        learnt = step(model, batch, number, progress)
        if number > after:
            for network in (model.generator, model.average.network):
                head: Any = network.get_submodule("decoder.head")
                torch.nn.init.constant_(head[0].bias, bias)
        return learnt

    monkeypatch.setattr(Pix2Pix, "step", spoilt)


@pytest.mark.usefixtures("here")
def test_weights_that_are_no_numbers_stop_the_run_and_the_last_good_ones_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spoil(monkeypatch, after=7, bias=float("nan"))
    with pytest.raises(FontganError) as caught:
        run()
    message = str(caught.value)
    assert "failed at step 8" in message
    assert "last good checkpoint is run/checkpoints/step-0000005" in message
    assert "set clip_norm=1" in message
    assert "the weights contain NaN or infinity" in message
    kept = Run(Path("run"))
    assert isinstance(kept.log.lines[-1], Broken)
    network, _ = load_checkpoint(kept.newest_checkpoint)
    assert all(torch.isfinite(value).all() for value in network.state_dict().values())


@pytest.mark.usefixtures("here")
def test_a_loss_that_is_no_number_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pix2Pix.step

    def spoilt(model: Pix2Pix, batch: Batch, number: int, progress: float) -> Learnt:
        learnt = step(model, batch, number, progress)
        losses: dict[str, Tensor] = {name: loss * float("nan") for name, loss in learnt.losses.items()}
        return Learnt(losses, learnt.gradients)

    monkeypatch.setattr(Pix2Pix, "step", spoilt)
    with pytest.raises(FontganError, match="fixed-l1, dice became nan; there is no good checkpoint"):
        run()


@pytest.mark.usefixtures("here")
def test_a_learning_rate_that_is_far_too_large_ends_the_run() -> None:
    with pytest.raises(FontganError, match="training failed at step"):
        run({**SMALL, **HUGE})


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_blank_pages_stop_the_run_only_if_they_last(monkeypatch: pytest.MonkeyPatch) -> None:
    spoil(monkeypatch, after=8, bias=50.0)
    with pytest.raises(FontganError) as caught:
        run()
    assert "the last 3 sample sheets were blank" in str(caught.value)
    assert "the last good checkpoint is run/checkpoints/step-0000008" in str(caught.value)
    blank = [line.measures["ink"] for line in Run(Path("run")).log.of(Measured)]
    assert [ink < 0.02 for ink in blank][-4:] == [False, True, True, True]


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_the_log_has_what_was_told() -> None:
    events = run(tensorboard=True)
    log = Run(Path("run")).log
    steps = [event for event in events if isinstance(event, Progressed)]
    logged = log.of(Progressed)
    assert logged == steps
    assert set(logged[0].gradients) == {"G"}
    assert logged[0].gradients["G"] > 0
    assert 0 < logged[0].learning_rates["G"] < 3e-3
    assert logged[-1].images_per_second == pytest.approx(20 * 8 / steps[-1].seconds)
    samples = [event for event in events if isinstance(event, Sampled)]
    assert [line.measures for line in log.of(Measured)] == [event.measures for event in samples]
    assert log.of(Finished) == events[-1:]


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_tensorboard_has_losses_rates_gradients_samples_and_the_network() -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run(tensorboard=True)
    board = EventAccumulator("run/tensorboard")
    board.Reload()
    tags = board.Tags()
    assert {"loss/fixed-l1", "gradient/G", "learning rate/G", "held out/iou"} <= set(tags["scalars"])
    assert tags["images"] == ["samples"]
    assert tags["graph"]
    logged = Run(Path("run")).log.of(Progressed)
    shown = board.Scalars("loss/fixed-l1")
    assert [point.step for point in shown] == [line.step for line in logged]
    assert shown[0].value == pytest.approx(logged[0].losses["fixed-l1"])


@pytest.mark.usefixtures("here")
def test_memory_that_is_too_small_names_a_batch_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Pix2Pix.step

    def small(model: Pix2Pix, batch: Batch, number: int, progress: float) -> Learnt:
        if len(batch) > 3:
            raise torch.OutOfMemoryError("too large")
        return step(model, batch, number, progress)

    monkeypatch.setattr(Pix2Pix, "step", small)
    with pytest.raises(FontganError, match="set batch_size=2 fits, or set accumulation=4"):
        run()
    monkeypatch.setattr(
        Pix2Pix, "step", lambda *_, **__: (_ for _ in ()).throw(torch.OutOfMemoryError("none"))
    )
    with pytest.raises(FontganError, match="too small for this model, even with the smallest batch"):
        run(run=Path("other"))


@pytest.mark.slow
@pytest.mark.usefixtures("here")
def test_what_is_measured_at_the_end_is_the_best_checkpoint() -> None:
    end = run(keep=1)[-1]
    assert isinstance(end, Finished)
    assert end.checkpoint in Run(Path("run")).checkpoints
    assert end.checkpoint.parent.name == f"step-{end.best_step:07}"
    kept = json.loads((Path("run") / "log.jsonl").read_text().splitlines()[-1])
    assert kept["best_step"] == end.best_step
