"""What a contender is: a library, in one of the ways its users run it."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from chainrule.benchmarks.works import Work
from chainrule.errors import ChainruleError


class NotRun(ChainruleError, RuntimeError):
    """A contender cannot do a work, or not on this machine; the message gives the reason."""


@dataclass(frozen=True)
class Setting:
    """One way to run a contender. All its settings are tried, and the fastest counts.

    Attributes:
        name: What is set.
        one_thread: Whether it computes on one thread; otherwise on all cores.
        option: Which variant to run, for contenders that have several.
    """

    name: str
    one_thread: bool = False
    option: str = ""

    @property
    def threads(self) -> int:
        """How many threads compute."""
        return 1 if self.one_thread else usable_cores()


@dataclass(frozen=True, eq=False)
class Training:
    """A network ready to be trained.

    Attributes:
        run: Trains for ``num_steps`` steps and returns the mean loss of the last epoch.
        num_steps: How many steps one call takes.
    """

    run: Callable[[], float]
    num_steps: int


@dataclass(frozen=True)
class Contender:
    """A library, in one of the ways its users run it.

    Attributes:
        name: By which it is asked for.
        title: In tables and plots.
        settings: Ways to run it.
        prepare: Builds a work's network and data.
        packages: Distributions whose versions are reported.
        is_ours: Whether it is chainrule.
    """

    name: str
    title: str
    settings: tuple[Setting, ...]
    prepare: Callable[[Work, Setting], Training]
    packages: tuple[str, ...]
    is_ours: bool = False


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


THREADS = (Setting("1 thread", one_thread=True), Setting("all threads"))
