"""Settings: numbers beyond all sense, files of settings that are deep, large or of wrong types."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

from tests.attacks.attack import attack
from tests.attacks.trial import Trial

EXTREMES = (
    *(
        "accumulation=0",
        "accumulation=-1",
        "batch_size=0",
        "batch_size=1000000000",
        "batch_size=" + "9" * 400,
    ),
    *("shift=1000000000", "shift=-1", "scale=nan", "scale=1e308", "learning_rate=inf", "learning_rate=nan"),
    *("learning_rate=1e308", "residual=1000000000", "residual=" + "9" * 400, "widths=20000,20000"),
    *("widths=" + ",".join(["8"] * 5000), "widths=", "widths=0", "widths=-8,16", "widths=" + "9" * 400),
    *("blocks=1000000", "warm_up=" + "9" * 400, "ema_decay=nan", "clip_norm=inf", "weight_decay=1e308"),
    *("beta1=1", "seed=" + "9" * 400, "seed=-1", "keep=" + "9" * 400, "threads=1000000000", "minutes=1e308"),
    *("minutes=nan", "minutes=inf", "save_minutes=nan", "save_minutes=1e308", "steps=0", "steps=-1"),
    *("frozen=" + "x," * 10_000, "=", "=1", "a=b=c", "\x1b[31m=1", "widths=\x1b[31m", "residual=\u202e1"),
    "discriminator.width=1000000",
)


@attack(tested=True, variants={text[:40].encode("unicode_escape").decode(): text for text in EXTREMES})
def extremes(trial: Trial, text: str) -> None:
    given = () if text.startswith(("minutes", "steps")) else ("--steps", "2")
    trial.bounded(
        *("train", "--data", trial.kit.store, "--run", "new", "--device", "cpu", "--precision", "float32"),
        *(*given, "--set", "widths=8,16", "--set", "residual=0", "--set", text),
    )


@attack(by_chance=True)
def any_setting(trial: Trial) -> None:
    config = tomllib.loads((trial.kit.run / "config.toml").read_text(encoding="utf-8"))
    name, value = trial.chance.choice(list(_flat(config)))
    values = ["0", "-1", "-1e308", "nan", "", "[]", "none", "true", "字", "1e-400"]
    if not name.endswith(("steps", "minutes")):  # somebody may wish to train for very long
        values += ["1e308", "inf", "9" * 400, "1000000000"]
    extreme = trial.chance.choice(values)
    if isinstance(value, str):
        extreme = trial.chance.choice((extreme, "x" * 100_000, "../../../etc/passwd", "\x1b[31m"))
    trial.bounded(
        *("train", "--config", trial.kit.run / "config.toml", "--data", trial.kit.store, "--run", "new"),
        *("--steps", "2", "--set", f"{name}={extreme}"),
    )


def _flat(table: dict[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(
                value, f"{before}{name}." if name not in ("training", "model", "settings") else before
            )
        else:
            yield before + name, value


OPTIONS = (
    ("train", "--steps", "9" * 400),
    ("train", "--seed", "9" * 400),
    ("train", "--minutes", "1e400"),
    ("train", "--threads", "9" * 20),
    ("train", "--keep", "9" * 400),
    ("train", "--model", "\x1b[31mpix2pix"),
    ("train", "--style", "\x1b[31m\n"),
    ("render-dataset", "--size", "9" * 400),
    ("render-dataset", "--margin", "nan"),
    ("render-dataset", "--margin", "1e308"),
    ("render-dataset", "--jobs", "9" * 400),
    ("render-dataset", "--charset", ""),
    ("render-dataset", "--charset", "\x1b[31m\x07"),
    ("render-dataset", "--charset", "gb2312-1," * 10_000),
    ("render-dataset", "--charset", "missing:" * 1000),
    ("render-dataset", "--source", "x.ttf@wght=" + "9" * 400),
    ("render-dataset", "--source", "x.ttf#" + "9" * 400),
    ("models", "--size", "9" * 400),
    ("models", "--size", "16384"),
    ("inspect", "x", "--seed", "9" * 400),
)


@attack(variants={f"{one[0]} {one[-2]} {one[-1][:12]!r}": one for one in OPTIONS})
def options(trial: Trial, words: tuple[str, ...]) -> None:
    output = ("--output", "glyphs.lmdb") if words[0] == "render-dataset" else ()
    data = ("--data", str(trial.kit.store), "--dry-run") if words[0] == "train" else ()
    trial.bounded(*words, *output, *data)


TABLES = {
    "deep lists": "a = " + "[" * 100_000,
    "deep and closed": "a = " + "[" * 50_000 + "]" * 50_000,
    "deep tables": "".join(f"{'.'.join(['a'] * 3000)}.b{n} = 1\n" for n in range(20)),
    "deep inline": "a = " + "{a = " * 20_000 + "1" + "}" * 20_000,
    "large": "# " + "x" * (100 << 20),
    "a million keys": "".join(f"k{n} = 1\n" for n in range(300_000)),
    "long number": "[training]\nsteps = " + "9" * 100_000,
    "not UTF-8": "\udcff\udcfe",
    "wrong types": "training = 1\nmodel = [1, 2]\n",
    "dates": "[training]\nsteps = 2020-01-01\nmodel = 10:00:00\nseed = 1979-05-27T07:32:00Z\n",
    "lists for numbers": '[training]\nsteps = [[1], ["x"]]\nseed = {a = 1}\n',
    "escapes": '"\\u001b[31mx" = "\\u001b[31m"\n[training]\nmodel = "\\u001b]0;x\\u0007"\n',
    "twice": "a = 1\na = 2\n",
    "lists of tables": "[[training]]\nsteps = 1\n[[training]]\nsteps = 2\n",
}


@attack(variants=TABLES)
def files(trial: Trial, text: str) -> None:
    config = trial.file("my.toml", text.encode("utf-8", "surrogateescape"))
    refused = trial.refused(
        "train", "--config", config, "--data", trial.kit.store, "--steps", "2", "--dry-run"
    )
    assert refused
