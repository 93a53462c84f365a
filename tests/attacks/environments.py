"""Environments: other encodings, odd terminals, folders of the user that are missing."""

from __future__ import annotations

from collections.abc import Mapping

from tests.attacks.attack import attack
from tests.attacks.kit import CHARACTERS
from tests.attacks.trial import Fell, Trial

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
VARIABLES: dict[str, Mapping[str, str]] = {
    "ASCII": ASCII,
    "ASCII output": {"PYTHONIOENCODING": "ascii"},
    "no locale": {"LC_ALL": "xx_YY.nothing"},
    "Latin-1 output": {"PYTHONIOENCODING": "latin-1"},
    "no home": {"HOME": "/nonexistent", "XDG_CACHE_HOME": "/nonexistent", "MPLCONFIGDIR": "/dev/null/x"},
    "no temporary folder": {"TMPDIR": "/nonexistent"},
    "no columns": {"COLUMNS": "0", "LINES": "0"},
    "one column": {"COLUMNS": "1"},
    "many columns": {"COLUMNS": "100000"},
    "columns that are none": {"COLUMNS": "abc"},
    "a dumb terminal": {"TERM": "dumb"},
    "no colours": {"NO_COLOR": "1", "TERM": "xterm"},
    "all warnings": {"PYTHONWARNINGS": "default"},
    "threads that are none": {"OMP_NUM_THREADS": "abc"},
    "an odd time zone": {"TZ": "\x01/x"},
    "a process of none": {"WORLD_SIZE": "x", "RANK": "y"},
}


@attack(tested=True, variants=VARIABLES)
def variables(trial: Trial, values: Mapping[str, str]) -> None:
    trial.environment |= values
    trial.bounded("inspect", trial.kit.content, "--sheet", "字.png", "--charset", CHARACTERS)
    trial.bounded("render-dataset", *trial.kit.rendering("字.lmdb"))
    trial.bounded("inspect", "字不在")
    trial.check_no_leftovers()


@attack(variants=VARIABLES)
def variables_of_a_run(trial: Trial, values: Mapping[str, str]) -> None:
    trial.environment |= values
    trial.bounded("generate", *trial.kit.drawing("字"))
    trial.bounded("plot", trial.kit.run, "--output", "字.png")
    trial.bounded("models")
    trial.check_no_leftovers()


ENCODED = {
    "GB18030": CHARACTERS[:5].encode("gb18030"),
    "Big5": "永和".encode("big5"),
    "Shift JIS": "永和".encode("shift-jis"),
    "UTF-16": CHARACTERS[:5].encode("utf-16-be").replace(b"\0", b"\1"),
    "random": bytes(range(128, 256)),
    "surrogates": "\ud800\udfff".encode("utf-8", "surrogatepass"),
}


@attack(variants=ENCODED)
def arguments(trial: Trial, text: bytes) -> None:
    options = ("--checkpoint", trial.kit.run, "--output", "drawn", "--device", "cpu")
    trial.bounded("generate", "--chars", text, *options)
    trial.bounded("render-dataset", "--source", trial.kit.content, "--charset", text, "--output", "a.lmdb")
    trial.bounded("inspect", trial.kit.content, "--charset", text, "--sheet", "sheet.png")
    trial.bounded("train", "--data", trial.kit.store, "--style", text, "--steps", "1")
    trial.refused("train", "--data", trial.kit.store, "--steps", "1", "--set", text + b"=1", status=(1, 2))
    trial.check_no_leftovers()


@attack(variants=ENCODED)
def texts(trial: Trial, text: bytes) -> None:
    """A list of characters in another encoding: read rightly, or refused."""
    characters = trial.file("characters.txt", text)
    trial.bounded(
        "render-dataset", "--source", trial.kit.content, "--charset", characters, "--output", "a.lmdb"
    )


@attack()
def a_folder_that_cannot_be_written(trial: Trial) -> None:
    """For root, who may write everywhere, a file stands in its place."""
    trial.file("blocked", b"")
    for words in (
        ("render-dataset", *trial.kit.rendering("blocked/glyphs.lmdb")),
        ("train", *trial.kit.training("blocked/run")),
        ("generate", *trial.kit.drawing("blocked/drawn")),
        ("plot", str(trial.kit.run), "--output", "blocked/curves.png"),
        ("inspect", str(trial.kit.content), "--sheet", "blocked/sheet.png"),
    ):
        if "blocked" not in trial.refused(*words):
            raise Fell("does not name what cannot be written")
