"""How a command ends: its exit status, and the lines that say what went wrong."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, TextIO

import typer

from fontgan.compute.launch import end_process, process_count
from fontgan.errors import FontganError, MistakesError, joined
from fontgan.untrusted import printable, shortened, shown

INTERRUPTED = 130  # the exit status after Ctrl-C: 128 and the number of the signal
INTERRUPTION = "interrupted: existing files were left unchanged"

# What typer raises for wrong usage; it can show itself, and has an exit status of its own.
_WrongUsage: Any = typer.BadParameter.__bases__[0]

_MOST_LETTERS = 300  # of a message that another library wrote


def run(command: Callable[..., object]) -> int:
    """Run a command and say what went wrong, if anything did.

    Args:
        command: typer's.

    Returns:
        The exit status: 0; 1 after a mistake; 2 after wrong usage; 130 after Ctrl-C.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal's encoding lacks is spelt \\u6c38
            stream.reconfigure(errors="backslashreplace")
    status, lines = _refused_arguments() or _outcome(command)
    if fault := _fault_of_output():
        status, lines = 1, [fault]
    for line in lines:
        say(line)
    with contextlib.suppress(OSError, AttributeError):
        sys.stderr.flush()
    if process_count() > 1:
        end_process(status)
    return status


def say(line: str) -> None:
    """Print a line on standard error, if that is possible at all."""
    with contextlib.suppress(OSError):
        print(printable(line), file=sys.stderr)


def _refused_arguments() -> tuple[int, list[str]] | None:
    """Refuse an argument that is not text: neither records nor the libraries that open files can spell it."""
    encoding = sys.getfilesystemencoding()
    remedy = "type it in UTF-8, or rename the file" if encoding == "utf-8" else "set PYTHONUTF8=1"
    wrong = [text for text in sys.argv[1:] if any("\ud800" <= char <= "\udfff" for char in text)]
    return (
        (1, [f"error: {text} is not text in {encoding.upper()}: {remedy}" for text in wrong])
        if wrong
        else None
    )


def _outcome(command: Callable[..., object]) -> tuple[int, list[str]]:
    """The exit status, and what is to be said."""
    try:
        status = command(standalone_mode=False)
    except SystemExit as ended:
        status = ended.code
    except KeyboardInterrupt:
        status = INTERRUPTED
    except _WrongUsage as error:
        text = io.StringIO()
        error.show(file=text)
        return error.exit_code, text.getvalue().splitlines()
    except Exception as error:
        if "--traceback" in sys.argv:
            sys.excepthook = _show_traceback
            raise
        return 1, [f"error: {line}" for line in _lines(error)]
    if status == INTERRUPTED:
        return INTERRUPTED, [INTERRUPTION]
    return (status if isinstance(status, int) else int(status is not None)), []


def _lines(error: Exception) -> Iterator[str]:
    """What is wrong, a line for each mistake."""
    match error:
        case MistakesError():
            for mistake in error.errors:
                yield from _lines(mistake)
        case FontganError():
            yield joined(error.problem, error.spell(_typed))
        case OSError(errno=errno.ENAMETOOLONG):
            yield f"{shown(error.filename)} is too long for the name of a file: choose a shorter one"
        case OSError(errno=errno.ENOSPC, filename=None):  # whatever writes files names them
            yield _unprinted(error)
        case OSError():
            where = f": {error.filename}" if error.filename is not None else ""
            yield f"{error.strerror or error}{where}"
        case UnicodeEncodeError(encoding="utf-8"):
            yield "a name or a text is not UTF-8, which cannot be used here: give it another name"
        case UnicodeEncodeError():
            yield f"a name or a text cannot be spelt in {error.encoding}: set PYTHONUTF8=1"
        case _ if _memory_ran_out(error):
            yield "memory ran out: close other programs, or ask for less at a time"
        case _:
            # Not the user's mistake.
            said = shortened(" ".join(str(error).split()), _MOST_LETTERS)
            yield f"fontgan failed ({type(error).__name__}: {said}): `fontgan --traceback …` shows where"


def _memory_ran_out(error: Exception) -> bool:
    """Python's exception, or torch's, which has no class of its own on a CPU."""
    return isinstance(error, MemoryError) or "can't allocate memory" in str(error)


def _typed(name: str) -> str:
    """How a parameter or a call that a remedy names is typed on the command line."""
    if name in ("render_dataset", "train", "generate", "inspect", "export_font"):
        return f"`fontgan {name.replace('_', '-')}`"
    return f"--{name.replace('_', '-')}"


def _fault_of_output() -> str | None:
    """Why standard output could not be written; a reader that has gone is not a fault."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _give_up(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            return f"error: {_unprinted(error)}"
    return None


def _unprinted(error: OSError) -> str:
    return f"standard output cannot be written ({error.strerror})"


def _give_up(stream: TextIO) -> None:
    """Send what is left in a stream nowhere, so that Python does not fail on it in the end."""
    with contextlib.suppress(OSError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _show_traceback(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """A traceback whose texts are safe to print."""
    for part in traceback.format_exception(kind, error, trace):
        for line in part.splitlines():
            say(line)
