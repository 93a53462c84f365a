"""Turns Ctrl-C into a request, so that the current step is finished first."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from fontgan.compute.launch import process_count

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")  # Windows has no closed terminals


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """An event that Ctrl-C, SIGTERM or a closed terminal sets, instead of interrupting the current step."""
    pressed = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield pressed  # only the main thread may handle signals
        return
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in numbers}
    heard = [number for number, handler in handlers.items() if handler != signal.SIG_IGN]  # such as by nohup

    def press(number: int, _frame: FrameType | None) -> None:
        pressed.set()
        # A second one interrupts at once.
        signal.signal(number, signal.default_int_handler)

    for number in heard:
        signal.signal(number, press)
    try:
        yield pressed
    except BaseException:
        if process_count() > 1:
            # When a process fails, torchrun ends the others; this one is about to report why.
            handlers[signal.SIGTERM] = signal.SIG_IGN
        raise
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
