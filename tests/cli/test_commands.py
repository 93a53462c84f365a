"""The commands as they are typed: what they print, and how they end."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from tests.helpers import Command, make_toy_store
from tests.toy_fonts import CHARACTERS, build_font

QUICK = ("--steps", "3", "--set", "widths=8,16", "--device", "cpu", "--best-by", "newest")


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to type in, with the toy fonts at hand."""
    make_toy_store(tmp_path / "toys")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def fails(outcome: tuple[int, str, str], *words: str) -> None:
    """The command ended as a user's mistake should: status 1, one line of error, no traceback."""
    status, out, err = outcome
    assert status == 1, err
    assert out == ""
    assert "Traceback" not in err
    assert "\n\n" not in err
    last = err.strip().splitlines()[-1]
    assert last.startswith("error: ")
    for word in words:
        assert word in last


@pytest.mark.slow
def test_the_three_commands_each_say_what_comes_next(here: Path, type_command: Command) -> None:
    toys = ("--source", "toys/content.ttf", "--target", "toys/style.ttf", "--charset", _text())
    status, out, err = type_command("render-dataset", *toys)
    assert (status, out) == (0, "data/glyphs.lmdb\n")
    assert "fontgan train --model pix2pix" in err
    status, out, err = type_command("train", "--model", "pix2pix", *QUICK)
    assert (status, out) == (0, "runs/pix2pix-1/checkpoints/step-0000003/generator.safetensors\n")
    assert "IoU ↑" in err
    assert "fontgan generate" in err
    status, out, err = type_command("generate", "--chars", "一丁A")
    assert (status, out) == (0, "generated/pix2pix-1/sheet.png\ngenerated/pix2pix-1/glyphs\n")
    assert "A U+0041" in err
    made = sorted(path.name for path in (here / "generated" / "pix2pix-1" / "glyphs").iterdir())
    assert made == ["U+4E00.png", "U+4E01.png"]
    assert type_command("generate", "--chars", "一", "--output", "one.png")[1] == "one.png\n"
    assert type_command("generate", "--chars", "一", "--checkpoint", "runs/pix2pix-1")[0] == 0


@pytest.mark.slow
def test_what_comes_next_names_what_is_elsewhere(here: Path, type_command: Command) -> None:
    toys = ("--source", "toys/content.ttf", "--target", "toys/style.ttf", "--charset", _text())
    _, out, err = type_command("render-dataset", *toys, "--output", "my store.lmdb")
    assert out == "my store.lmdb\n"
    assert "train --model pix2pix --data 'my store.lmdb'" in err
    data = ("--data", "my store.lmdb", "--run", "[my] run")
    _, out, err = type_command("train", "--model", "pix2pix", *QUICK, *data)
    assert (here / out.strip()).is_file()
    # The toy fonts have no 永和, hence some of the test characters.
    assert re.search(r"generate --chars [一-丿]{2,4} --checkpoint '\[my\] run'", err)


@pytest.mark.slow
def test_bad_fonts_end_in_one_line_and_harm_nothing(here: Path, type_command: Command) -> None:
    before = Path("toys/data/glyphs.lmdb").read_bytes()
    Path("empty.ttf").touch()
    Path("text.ttf").write_text("some text")
    build_font(Path("blank.ttf"), CHARACTERS, blank=CHARACTERS)
    common = ("--charset", _text(), "--output", "toys/data/glyphs.lmdb")
    for font, words in (
        ("empty.ttf", "is empty"),
        ("text.ttf", "is not a font"),
        ("toys/data", "holds no font and no glyph picture"),
        ("none.ttf", "there is no font file or folder"),
        ("blank.ttf", "draws none of the 64 characters"),
    ):
        fails(type_command("render-dataset", "--source", font, "--target", "toys/style.ttf", *common), words)
        fails(
            type_command("render-dataset", "--source", "toys/content.ttf", "--target", font, *common), words
        )
    fails(type_command("render-dataset", "--size", "50"), "64, 128 or 256")
    Path("letter.txt").write_text("dear")
    fails(type_command("render-dataset", "--output", "letter.txt"), "letter.txt is not a dataset")
    assert Path("letter.txt").read_text() == "dear"
    assert Path("toys/data/glyphs.lmdb").read_bytes() == before
    assert not (here / "data").exists()


def test_commands_typed_too_early_name_the_one_to_type_first(here: Path, type_command: Command) -> None:
    fails(type_command("train", "--model", "pix2pix"), "`fontgan render-dataset`")
    fails(type_command("generate"), "`fontgan train")
    assert not (here / "runs").exists()
    assert not (here / "generated").exists()


def test_bad_settings_end_in_one_line(
    here: Path, type_command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = ("--data", "toys/data/glyphs.lmdb")
    fails(type_command("train", "--model", "pix2pics", *data), "did you mean 'pix2pix'")
    fails(type_command("train", "--model", "pix2pix", "--preset", "x", *data), "default, paper")
    fails(type_command("train", "--model", "pix2pix", "--set", "skp=add", *data), "did you mean 'skip'")
    fails(type_command("train", "--model", "pix2pix", "--data", "toys/style.ttf"), "is not a dataset")
    if not torch.cuda.is_available():
        fails(type_command("train", "--model", "pix2pix", "--device", "cuda", *data), "--device cpu")
    # Not after a trial of threads, which takes a second.
    monkeypatch.setattr("fontgan.compute.choosing.choose_engine", lambda *_: pytest.fail("too early"))
    fails(type_command("train", "--style", "stlye", *data), "did you mean 'style'")
    assert not (here / "runs").exists()


@pytest.mark.slow
def test_an_output_that_cannot_be_is_told_before_the_work(here: Path, type_command: Command) -> None:
    data = ("--data", "toys/data/glyphs.lmdb")
    assert type_command("train", "--model", "pix2pix", *QUICK, *data)[0] == 0
    Path("letter.txt").write_text("dear")
    Path("toys/x.png").mkdir()
    fails(type_command("generate", "--chars", "一", "--output", "letter.txt"), "letter.txt is a file")
    fails(type_command("generate", "--chars", "AB"), "cannot draw A U+0041, B U+0042")
    fails(type_command("generate", "--chars", "一", "--output", "one.jpg"), "one.png")
    fails(
        type_command("generate", "--chars", "一", "--output", "MyFont.ttf"),
        "`fontgan export-font`",
        "MyFont.png",
    )
    fails(type_command("generate", "--chars", "一", "--output", "toys/x.png"), "is a folder")
    Path("bad.safetensors").write_bytes(b"no weights")
    fails(type_command("generate", "--chars", "一", "--checkpoint", "bad.safetensors"), "is not a checkpoint")
    assert Path("letter.txt").read_text() == "dear"
    assert not (here / "generated").exists()


def test_ctrl_c_is_answered(type_command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fontgan.data.render.render_dataset", interrupted)
    status, out, err = type_command("render-dataset")
    assert (status, out) == (130, "")
    assert "interrupted: existing files were left unchanged" in err


def test_wrong_usage_is_status_two(type_command: Command) -> None:
    assert type_command("train", "--minutes", "0")[0] == 2
    assert type_command("train", "--model", "pix2pix", "--set", "skip")[0] == 2
    assert type_command("render-dataset", "--colour", "red")[0] == 2


def test_a_traceback_is_shown_where_it_is_asked_for(type_command: Command) -> None:
    from fontgan.errors import FontganError

    with pytest.raises(FontganError):
        type_command("--traceback", "render-dataset", "--size", "50")


@pytest.mark.slow
def test_help_imports_neither_torch_nor_the_fonts_library() -> None:
    script = (
        "import sys; sys.argv = ['fontgan', '--help']\n"
        "from fontgan.cli import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'torch', 'numpy', 'freetype', 'PIL', 'lmdb', 'rich.console'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in ("render-dataset", "train", "generate"):
        assert name in done.stdout


def _text() -> str:
    return "".join(map(chr, CHARACTERS))


def test_drawings_of_another_style_or_direction_get_a_folder_of_their_own() -> None:
    from fontgan.cli.outputs import folder_of

    assert folder_of("generated", "run", None, None, None, "none") == Path("generated/run")
    assert folder_of("generated", "run", "kai", None, None, "levels") == Path("generated/run-kai-levels")
    assert folder_of("generated", "run", None, "My Font", "backward", "none") == Path(
        "generated/run-My Font-backward"
    )
