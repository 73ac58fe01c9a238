"""Showing comparisons: a table for people, JSON for programs."""

import io
import platform
from collections.abc import Sequence

from chainrule.benchmarks.comparison import Comparison, Ratio, Run, ratio_of
from chainrule.benchmarks.contender import usable_cores
from chainrule.benchmarks.contenders import find_contender

WIDTH = 128
MICROSECONDS = 1e6
MEBIBYTE = 2**20
COLUMNS = ("setting", "µs/step", "÷ ours", "range", "first use", "again", "memory")


def machine() -> dict[str, object]:
    """Return what the figures were measured on."""
    return {
        "processor": processor(),
        "cores": usable_cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def processor() -> str:
    """Return the processor's name, if the system tells it."""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def as_text(comparisons: Sequence[Comparison]) -> str:
    """Return the tables of all rows, and what they come to."""
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, width=WIDTH, force_terminal=False)
    for comparison in comparisons:
        if any(comparison.best(name) for name in comparison.contenders()):
            console.print(_table(comparison))
        else:
            console.print(heading(comparison))
        for name in comparison.contenders():
            if comparison.best(name) is None:
                reason = f"{find_contender(name).title}: not run: {comparison.reason(name)}"
                console.print(reason, highlight=False, soft_wrap=True)
        for ours, theirs, ratio in comparison.pairs():
            console.print(conclusion(ours, theirs, ratio), highlight=False, soft_wrap=True)
        console.print()
    return text.getvalue().rstrip()


def conclusion(ours: Run, theirs: Run, ratio: Ratio) -> str:
    """Return one comparison as a sentence; a loss is said as plainly as a gain."""
    factor = max(ratio.median, 1 / ratio.median)
    claim = f"{factor:.2f} times {ratio.verdict} than"
    if ratio.verdict == "no difference seen":
        claim = "no difference seen from"
    return (
        f"{title(ours)}: {claim} {title(theirs)} "
        f"(their time is {ratio.median:.2f} of ours, rounds {ratio.low:.2f} to {ratio.high:.2f})"
    )


def heading(comparison: Comparison) -> str:
    """Return what a row is about."""
    rounds = f"{comparison.rounds} round{'s' if comparison.rounds > 1 else ''}"
    return f"{comparison.work}, batch {comparison.batch_size}, {rounds}"


def _table(comparison: Comparison) -> object:
    """Return the table of one row, the fastest first."""
    from rich import box
    from rich.table import Table

    reference = comparison.reference
    table = Table(title=heading(comparison), title_justify="left", box=box.SIMPLE)
    table.add_column("contender")
    for name in COLUMNS:
        table.add_column(name, justify="left" if name == "setting" else "right")
    best = {name: comparison.best(name) for name in comparison.contenders()}
    ran = [run for run in best.values() if run]
    for run in sorted(ran, key=lambda run: run.seconds_per_step):
        table.add_row(title(run), *cells(run, reference))
    return table


def cells(run: Run, reference: Run | None) -> list[str]:
    """Return a run's figures as texts, one for each column."""
    ratio = ratio_of(run.times, reference.times) if reference and run is not reference else None
    warm = run.warm_seconds
    return [
        run.setting,
        f"{run.seconds_per_step * MICROSECONDS:,.1f}",
        f"{ratio.median:.2f}" if ratio else "1" if reference else "",
        f"{ratio.low:.2f}–{ratio.high:.2f}" if ratio else "",
        f"{run.cold_seconds:.1f} s",
        "" if warm is None else f"{warm:.1f} s",
        f"{run.peak_bytes / MEBIBYTE:.0f} MiB",
    ]


def title(run: Run) -> str:
    """Return a contender's title."""
    return find_contender(run.contender).title
