"""Drawing the picture of a lab: colours that everybody can tell apart, on light or dark ground."""

import io
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.errors import InvalidArgument
from chainrule.files import atomic_write
from chainrule.labs.plot import Bars, Field, Line, Panel, Points

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#999999")
"""Told apart by people with any kind of colour vision. Source: Okabe and Ito 2008."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
FIELD_COLOURS = "cividis"
SIZE = (5.2, 4.0)  # inches, of one panel
LETTERS = 44  # of the title, on the width of one panel
MAX_DECADES = 1  # of a logarithmic axis between which single steps are named, too
SUFFIXES = (".png", ".svg", ".pdf")


def draw(title: str, panels: Sequence[Panel], path: Path, is_dark: bool = False) -> None:
    """Draw the panels side by side into a file.

    Args:
        title: Above all panels.
        panels: From left to right.
        path: Whose suffix says the format: .png, .svg or .pdf.
        is_dark: Whether to draw on dark ground.

    Raises:
        InvalidArgument: if the format is another, or there is nothing to draw.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise InvalidArgument(f"A picture is one of {', '.join(SUFFIXES)}, got {path.name!r}.")
    if not panels:
        raise InvalidArgument("This lab has no picture: leave out --plot.")
    import matplotlib.style
    from matplotlib.figure import Figure

    theme = "dark_background" if is_dark else "default"
    fixed = {"svg.hashsalt": "chainrule", "font.size": 11.0}
    with matplotlib.style.context([theme, fixed]):
        figure = Figure(figsize=(SIZE[0] * len(panels), SIZE[1]), layout="constrained")
        figure.suptitle(textwrap.fill(title, LETTERS * len(panels)))
        for position, panel in enumerate(panels):
            _draw_panel(figure, figure.add_subplot(1, len(panels), position + 1), panel)
        picture = io.BytesIO()
        kind = path.suffix.lower().removeprefix(".")
        date = {"Date": None} if kind == "svg" else {}
        figure.savefig(picture, format=kind, dpi=150, metadata=date)
    atomic_write(path, picture.getvalue())


def _draw_panel(figure: Any, axes: Any, panel: Panel) -> None:
    """Draw one pair of axes."""
    from matplotlib.ticker import NullFormatter

    axes.set(title=panel.title, xlabel=panel.xlabel, ylabel=panel.ylabel)
    if panel.xscale != "linear":
        axes.set_xscale(panel.xscale)
    if panel.yscale != "linear":
        axes.set_yscale(panel.yscale)
    bars = [part for part in panel.parts if isinstance(part, Bars)]
    number = 0  # of the colour: a field has colours of its own and takes none
    for part in panel.parts:
        if isinstance(part, Bars):
            _draw_bars(axes, part, bars.index(part), len(bars), COLOURS[number % len(COLOURS)])
        else:
            _draw_part(figure, axes, part, number)
        number += not isinstance(part, Field)
    has_field = any(isinstance(part, Field) for part in panel.parts)
    if not has_field:
        axes.grid(visible=True, axis="y" if bars else "both", alpha=0.3)
        axes.set_axisbelow(True)
    for axis, scale in ((axes.xaxis, panel.xscale), (axes.yaxis, panel.yscale)):
        if scale == "log" and len(axis.get_ticklocs()) > MAX_DECADES:
            axis.set_minor_formatter(NullFormatter())  # whose labels would overlap
    if names := axes.get_legend_handles_labels()[1]:
        below = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.16), "ncols": min(len(names), 3)}
        axes.legend(framealpha=0.8, edgecolor="none", **(below if has_field else {}))


def _draw_part(figure: Any, axes: Any, part: Line | Points | Field, number: int) -> None:
    """Draw a line, points or a field."""
    colour = COLOURS[number % len(COLOURS)]
    match part:
        case Line():
            style = "--" if part.is_dashed else "-"
            marker = MARKERS[number % len(MARKERS)] if part.has_markers else None
            axes.plot(part.x, part.y, style, color=colour, marker=marker, label=part.label or None)
            if part.low is not None and part.high is not None:
                axes.fill_between(part.x, part.low, part.high, color=colour, alpha=0.2)
        case Points():
            _draw_points(axes, part, colour)
        case Field():
            shown = axes.pcolormesh(
                part.x, part.y, part.values, cmap=FIELD_COLOURS, shading="nearest", rasterized=True
            )
            figure.colorbar(shown, ax=axes, label=part.label)
            if part.contours:
                axes.contour(part.x, part.y, part.values, levels=part.contours, colors="white")


def _draw_bars(axes: Any, part: Bars, place: int, count: int, colour: str) -> None:
    """Draw bars, beside those of other parts."""
    width = 0.8 / count
    centres = np.arange(len(part.names)) + (place - (count - 1) / 2) * width
    axes.bar(
        centres, part.values, width, yerr=part.errors, color=colour, ecolor="grey", capsize=3,
        label=part.label or None,
    )  # fmt: skip
    axes.set_xticks(np.arange(len(part.names)), part.names)


def _draw_points(axes: Any, part: Points, colour: str) -> None:
    """Draw points, each class with a colour and a shape of its own."""
    if part.classes is None:
        axes.scatter(part.x, part.y, color=colour, s=24)
        return
    for number in np.unique(part.classes):
        of_class = part.classes == number
        name = part.names[int(number)] if part.names else None
        axes.scatter(
            part.x[of_class], part.y[of_class], s=30, label=name, linewidths=0.8,
            color=COLOURS[int(number) % len(COLOURS)], marker=MARKERS[int(number) % len(MARKERS)],
            edgecolors="white",
        )  # fmt: skip
