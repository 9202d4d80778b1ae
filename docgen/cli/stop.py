"""Ctrl-C and SIGTERM: they stop a command at once, or at its next step where the code that runs swallows them."""

from __future__ import annotations

import signal
import sys
from types import FrameType


class Stop:
    """Whether the user wants a command to end."""

    def __init__(self) -> None:
        self.wanted = False

    def listen(self) -> None:
        """Answer signals from now on; for a process that is docgen's own."""
        signal.signal(signal.SIGTERM, self._answer)
        signal.signal(signal.SIGINT, self._answer)
        sys.unraisablehook = _unraisable

    def check(self) -> None:
        """Raise `KeyboardInterrupt` when an earlier one went lost, in a callback of the interpreter's for example."""
        if self.wanted:
            raise KeyboardInterrupt

    @staticmethod
    def deafen() -> None:
        """Answer no signal any more: the outcome stands, and a late Ctrl-C must not cover it with a stack."""
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _answer(self, _signal: int, _frame: FrameType | None) -> None:
        self.wanted = True
        raise KeyboardInterrupt


def _unraisable(event: sys.UnraisableHookArgs) -> None:
    if not isinstance(event.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(event)
