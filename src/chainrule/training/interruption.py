"""Ctrl-C while a model trains: held back until the step is over, so that none is left half done."""

import signal
import threading
from types import FrameType, TracebackType


class Interruption:
    """Notes interruptions while training runs, to be raised where everything is in order.

    A second Ctrl-C is not held back. In threads other than the main one, and where Ctrl-C already
    does something of the caller's own, that stays as it is.
    """

    def __init__(self) -> None:
        self.is_due = False
        self._is_listening = False

    def __enter__(self) -> "Interruption":
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._listen)
            self._is_listening = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._is_listening:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._is_listening = False
        if error is None:
            self.check()

    def _listen(self, number: int, frame: FrameType | None) -> None:
        """Take Ctrl-C."""
        if self.is_due:
            raise KeyboardInterrupt
        self.note()

    def note(self) -> None:
        """Have the next ``check`` interrupt."""
        self.is_due = True

    def check(self) -> None:
        """Interrupt now, if it is due.

        Raises:
            KeyboardInterrupt: then.
        """
        if self.is_due:
            self.is_due = False
            raise KeyboardInterrupt
