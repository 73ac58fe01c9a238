"""Plots: bars of one row after the other, or the lines of a sweep."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chainrule.benchmarks.comparison import Comparison, Run
from chainrule.benchmarks.contenders import CONTENDERS, find_contender
from chainrule.benchmarks.report import MICROSECONDS
from chainrule.benchmarks.works import find_work
from chainrule.files import atomic_write

COLOURS = ("#0072b2", "#56b4e9", "#009e73", "#d55e00", "#e69f00", "#cc79a7", "#999999")
"""Of the Okabe-Ito palette: safe for colour-blind eyes. One for each contender."""

AXES = {"width": "units of each of two hidden layers", "depth": "hidden layers of 64 units"}
MARKERS = "os^DvPX"
BAR_INCHES = 0.24
ROW_INCHES = 0.75
DOTS_PER_INCH = 120


def plot_rows(comparisons: Sequence[Comparison], path: Path) -> None:
    """Draw the time of a step of every contender at every row into a PNG file."""
    from matplotlib.figure import Figure

    rows = [best_runs(comparison) for comparison in comparisons]
    inches = [ROW_INCHES + BAR_INCHES * max(len(runs), 1) for runs in rows]
    figure = Figure(figsize=(8, sum(inches)), layout="constrained")
    all_axes = figure.subplots(len(rows), 1, squeeze=False, height_ratios=inches)[:, 0]
    for axes, comparison, runs in zip(all_axes, comparisons, rows, strict=True):
        draw_bars(axes, runs)
        axes.set_title(f"{comparison.work}, batch {comparison.batch_size}", loc="left", fontsize=10)
    all_axes[-1].set_xlabel("µs per step, logarithmic; lines from the fastest to the slowest round")
    save(figure, path)


def draw_bars(axes: Any, runs: Sequence[Run]) -> None:
    """Draw one row, the fastest at the top."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    if not runs:
        axes.set_yticks([])
        axes.text(0.5, 0.5, "nobody ran", transform=axes.transAxes, ha="center", va="center")
        return
    medians = [run.seconds_per_step * MICROSECONDS for run in runs]
    for position, (run, median) in enumerate(zip(runs, medians, strict=True)):
        low, high = min(run.times) * MICROSECONDS, max(run.times) * MICROSECONDS
        axes.barh(position, median, color=colour(run.contender), height=0.7)
        axes.plot([low, high], [position, position], color="black", linewidth=1)
        axes.annotate(
            f" {median:,.3g}" if median < 100 else f" {median:,.0f}",
            *((high, position),),
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(runs)), [find_contender(run.contender).title for run in runs])
    axes.tick_params(axis="y", labelsize=8)
    axes.invert_yaxis()
    axes.set_xlim(min(medians) / 3, max(medians) * 3)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(axis="x", alpha=0.3)
    axes.set_axisbelow(True)


def plot_sweep(kind: str, comparisons: Sequence[Comparison], path: Path) -> None:
    """Draw the time of a step against a network's width or depth into a PNG file."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.add_subplot()
    for number, contender in enumerate(CONTENDERS):
        points = [
            (find_work(comparison.work).size, run.seconds_per_step * MICROSECONDS)
            for comparison in comparisons
            if (run := comparison.best(contender.name))
        ]
        if points:
            axes.plot(
                *zip(*points, strict=True),
                color=COLOURS[number],
                marker=MARKERS[number],
                markersize=4,
                label=contender.title,
            )
    axes.set(xscale="log", yscale="log", xlabel=AXES[kind], ylabel="µs per step")
    sizes = [find_work(comparison.work).size for comparison in comparisons]
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    if axes.lines:
        axes.legend(frameon=False, fontsize=8)
    save(figure, path)


def best_runs(comparison: Comparison) -> list[Run]:
    """Return every contender's best run, the fastest first."""
    runs = [run for name in comparison.contenders() if (run := comparison.best(name))]
    return sorted(runs, key=lambda run: run.seconds_per_step)


def colour(contender: str) -> str:
    """Return a contender's colour, the same in every plot."""
    return COLOURS[[known.name for known in CONTENDERS].index(contender)]


def save(figure: Any, path: Path) -> None:
    """Write a figure to a PNG file."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=DOTS_PER_INCH)
    atomic_write(path, picture.getvalue())
