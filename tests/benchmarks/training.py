"""Training against the plainest way to write it, the loop against a bare one, threads, memory.

python -m tests.benchmarks.training reference --size 256 --batch 1
python -m tests.benchmarks.training overhead
python -m tests.benchmarks.training default
python -m tests.benchmarks.training ranks

`reference` makes the step of the published code: same networks, float32, torch's usual layout, Adam, no
tricks, in a process of its own. `overhead` sets `fontgan train`'s loop, with all that it logs, averages and
shows, against nothing but forward, backward and step. All by turns; medians, with the quarters beside them.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional as F

from fontgan.assets import bundled_font
from fontgan.cli.training_view import TrainingView
from fontgan.compute.engine import Engine, choose_engine
from fontgan.compute.optimisers import in_memory_order
from fontgan.config.settings import TrainingPlan
from fontgan.data.render import render_dataset
from fontgan.data.views import Batch
from fontgan.fonts.charset import parse_charset
from fontgan.fonts.location import FontLocation
from fontgan.losses.reconstruction import fixed_l1, l1, soft_dice
from fontgan.models import find_model
from fontgan.models.base import GeneratorSpec, Model
from fontgan.models.pix2pix import Pix2Pix
from fontgan.networks.discriminator import Opinion
from fontgan.runs.folder import Run
from fontgan.runs.log import Finished
from fontgan.training.decision import Decision
from fontgan.training.events import Progressed, Sampled
from fontgan.training.preparation import prepared
from fontgan.training.run import run_training
from tests.benchmarks.batches import random_batch

Step = Callable[[], object]


def said(opinion: Opinion, real: bool) -> torch.Tensor:
    """Binary cross-entropy with what is to be said."""
    return F.binary_cross_entropy_with_logits(opinion.logits, torch.full_like(opinion.logits, float(real)))


def plain_step(model: Pix2Pix, batch: Batch) -> Step:
    """The published step with the model's own networks, written down plainly."""
    generator, judge = model.generator, model.networks["discriminator"]
    settings = model.settings.optimisation
    betas = (settings.beta1, settings.beta2)
    of_g = torch.optim.Adam(generator.parameters(), settings.learning_rate, betas)
    of_d = torch.optim.Adam(judge.parameters(), settings.learning_rate, betas)

    def step() -> None:
        fake_b = generator(batch.real_a)
        judge.requires_grad_(True)
        of_d.zero_grad()
        on_fake = said(judge(batch.real_a, fake_b.detach()), real=False)
        on_real = said(judge(batch.real_a, batch.real_b), real=True)
        ((on_fake + on_real) / 2).backward()
        of_d.step()
        judge.requires_grad_(False)
        of_g.zero_grad()
        loss = said(judge(batch.real_a, fake_b), real=True) + 100 * l1(fake_b, batch.real_b)
        loss.backward()
        of_g.step()

    return step


def compare_with_reference(size: int, batch_size: int, rounds: int, compiled: bool) -> None:
    """Print images a second of the plain step and of ours, each in a process of its own, by turns."""
    context = multiprocessing.get_context("spawn")
    seconds: dict[str, list[float]] = {"plain": [], "ours": []}
    lines = {}
    for name in seconds:
        lines[name], theirs = context.Pipe()
        context.Process(target=work, args=(name, size, batch_size, compiled, theirs), daemon=True).start()
        print(f"{name}: {lines[name].recv()}")
    for turn, name in itertools.product(range(rounds + 2), seconds):
        lines[name].send("step")
        found = lines[name].recv()
        if turn > 1:  # the first two make room
            seconds[name].append(found)
    for there in lines.values():
        there.send("")
    for name, values in seconds.items():
        print(f"{name}: {batch_size / statistics.median(values):.2f} images/s ({spread(values)} s a step)")
    ratios = [one / other for one, other in zip(seconds["plain"], seconds["ours"], strict=True)]
    print(f"ours / plain: {statistics.median(ratios):.2f} ({spread(ratios)})")


def work(name: str, size: int, batch_size: int, compiled: bool, line: Connection) -> None:
    """Make a step whenever told to, and tell its seconds."""
    settings = Pix2Pix.preset("paper").changed(batch_size=batch_size)
    torch.manual_seed(0)
    if name == "ours":
        engine = choose_engine(compiled=compiled)
        reason = engine.reason
    else:
        engine = Engine(torch.device("cuda" if torch.cuda.is_available() else "cpu"), torch.float32)
        reason = f"float32, {torch.get_num_threads()} threads, as torch would"
    batch = random_batch(batch_size, size, engine.device)
    model = Pix2Pix(settings, GeneratorSpec(size), engine)
    if name == "ours":
        numbers = itertools.count(1)
        step: Step = lambda: model.step(batch, next(numbers), 0.3)  # noqa: E731
    else:
        for network in model.networks.values():
            network.to(memory_format=torch.contiguous_format)
        step = plain_step(model, batch)
    line.send(reason)
    while line.recv():
        line.send(by_turns({name: step}, 1, engine, unseen=0)[name][0])


def compare_with_bare_loop(turns: int) -> None:
    """Print what `fontgan train` takes for its steps beside a bare loop, by turns of a second each."""
    with small_dataset() as (folder, plan):
        with prepared(plan, Pix2Pix.preset("default")) as ready:
            bare = bare_steps(ready.model, next(ready.batches()))
        begun = replace(plan, run=folder / "run", threads=torch.get_num_threads())
        shares: list[float] = []
        last, seconds = 0, 0.0
        with TrainingView() as view:
            events = run_training(Decision(begun, Pix2Pix.preset("default")))
            while len(shares) < turns:
                began = time.perf_counter()
                event = next(events)
                view.show(event)
                if isinstance(event, Progressed) and event.step - last > 1:
                    ours = (time.perf_counter() - began) / (event.step - last)
                    seconds = mean_of(bare, event.step - last)
                    shares.append(ours / seconds)
                last = event.step if isinstance(event, Progressed | Sampled) else last
            events.close()  # type: ignore[attr-defined]
        print(f"{1000 * seconds:.1f} ms a step bare, {torch.get_num_threads()} threads")
        print(f"overhead: {statistics.median(shares) - 1:+.1%} ({spread(shares)})")


def mean_of(steps: Iterator[float], count: int) -> float:
    """The mean of so many."""
    return statistics.mean(itertools.islice(steps, count))


def bare_steps(model: Model[Any], batch: Batch) -> Iterator[float]:
    """The seconds of steps of forward, backward and optimisers alone, on one batch that is there."""
    optimisers = model.phases[0].optimisers._optimisers
    while True:
        began = time.perf_counter()
        with model.engine.autocast():
            fake_b = model.generator(batch.real_a)
        loss = fixed_l1(fake_b, batch.real_b) + 0.5 * soft_dice(fake_b, batch.real_b)
        loss.backward()
        for weight, same in model.phases[0].optimisers._in_order:
            same.grad = None if weight.grad is None else in_memory_order(weight.grad, weight)
        for optimiser in optimisers:
            optimiser.step()
        for weight in model.generator.parameters():
            weight.grad = None
        yield time.perf_counter() - began


def measure_default(rounds: int) -> None:
    """Print images a second of the default preset by threads, and the memory of the process."""
    model = find_model("pix2pix")(
        find_model("pix2pix").preset("default"), GeneratorSpec(64), choose_engine("cpu")
    )
    batch = random_batch(32, 64)

    def with_threads(threads: int) -> Step:
        def step() -> None:
            torch.set_num_threads(threads)
            for number in range(10):
                model.step(batch, number + 100, 0.3)

        return step

    steps = {f"{threads} thread(s)": with_threads(threads) for threads in (1, os.cpu_count() or 1)}
    for name, found in by_turns(steps, rounds, model.engine).items():
        print(f"{name}: {320 / statistics.median(found):.0f} images/s")
    print(f"peak memory of the process: {model.engine.peak_memory() / 2**20:.0f} MiB")


def compare_ranks(rounds: int) -> None:
    """Print images a second of one process with one and two threads, and of two processes, as commands."""
    train = ["fontgan", "--", "train", "--steps", "150", "--save-minutes", "600"]
    torchrun = ["torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m"]
    ways = {
        "one process, one thread": [train[0], *train[2:], "--threads", "1"],
        "one process, two threads": [train[0], *train[2:], "--threads", "2"],
        "two processes": [*torchrun, *train, "--threads", "1"],
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    with small_dataset() as (folder, plan):
        for turn, (name, way) in itertools.product(range(rounds), ways.items()):
            run = folder / f"{turn}-{len(speeds[name])}-{name.replace(' ', '-')}"
            command = [sys.executable, "-m", *way, "--set", f"run={run}", "--data", str(plan.data)]
            subprocess.run(command, check=True, capture_output=True)
            speeds[name].append(Run(run).log.of(Finished)[-1].images_per_second)
    for name, found in speeds.items():
        print(f"{name}: {statistics.median(found):.0f} images/s")


def by_turns(steps: dict[str, Step], rounds: int, engine: Engine, unseen: int = 1) -> dict[str, list[float]]:
    """The seconds of each step, made in turn, after some that are not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + unseen):
        for name, step in steps.items():
            began = time.perf_counter()
            step()
            if engine.device.type == "cuda":
                torch.cuda.synchronize()
            if number >= unseen:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def spread(values: list[float]) -> str:
    """The quarters about the middle."""
    low, _, high = statistics.quantiles(values, n=4)
    return f"{low:.3g} – {high:.3g}"


class small_dataset:  # noqa: N801
    """A temporary dataset of the bundled fonts, and a plan of many steps on it."""

    def __enter__(self) -> tuple[Path, TrainingPlan]:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        fonts = [FontLocation(bundled_font(name)) for name in ("noto-sans-sc.otf", "fontgan-kai.ttf")]
        render_dataset(fonts[:1], fonts[1:], parse_charset("gb2312-1"), 64, folder / "glyphs.lmdb")
        return folder, TrainingPlan(data=folder / "glyphs.lmdb", steps=100_000, save_minutes=600)

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("reference", "overhead", "default", "ranks"))
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--compile", action="store_true")
    given = parser.parse_args()
    if given.what == "reference":
        compare_with_reference(given.size, given.batch, given.rounds, given.compile)
    elif given.what == "ranks":
        compare_ranks(given.rounds)
    elif given.what == "overhead":
        compare_with_bare_loop(given.rounds)
    else:
        measure_default(given.rounds)


if __name__ == "__main__":
    main()
