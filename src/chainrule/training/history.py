"""History: what a training run achieved, epoch by epoch."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument
from chainrule.files import atomic_write

VALIDATION = "validation_"
INK = (
    "#0072b2",
    "#d55e00",
)  # blue and vermilion of the Okabe-Ito palette: safe for colour-blind eyes


@dataclass(frozen=True)
class EpochRow:
    """One epoch.

    Attributes:
        epoch: Its number, from 1.
        loss: Mean over the training samples, as the weights changed.
        metrics: Metrics on the training samples, by name, as the weights changed.
        validation_loss: Mean over the validation samples after the epoch; None without any.
        validation_metrics: Metrics on the validation samples, by name.
        seconds: Spent on training, validation left out.
        samples_per_second: Training speed.
        lr: Learning rate of the first parameter group in the epoch.
    """

    epoch: int
    loss: float
    metrics: Mapping[str, float]
    validation_loss: float | None
    validation_metrics: Mapping[str, float]
    seconds: float
    samples_per_second: float
    lr: float

    @property
    def accuracy(self) -> float | None:
        """Share of training samples classified rightly, if measured."""
        return self.metrics.get("accuracy")

    @property
    def validation_accuracy(self) -> float | None:
        """Share of validation samples classified rightly, if measured."""
        return self.validation_metrics.get("accuracy")

    def as_dict(self) -> dict[str, float]:
        """Return all figures by name, those that were not measured left out."""
        values: dict[str, float] = {"epoch": self.epoch, "loss": self.loss, **self.metrics}
        if self.validation_loss is not None:
            values[f"{VALIDATION}loss"] = self.validation_loss
        values |= {VALIDATION + name: value for name, value in self.validation_metrics.items()}
        return values | {
            "seconds": self.seconds,
            "samples_per_second": self.samples_per_second,
            "lr": self.lr,
        }


@dataclass
class History:
    """The epochs of a run; prints as a table.

    Attributes:
        engine: Name of the engine that ran.
        rows: One for each epoch.

    ``history["loss"]`` is the loss of every epoch, ``history[-1]`` the last row.
    """

    engine: str = ""
    rows: list[EpochRow] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[EpochRow]:
        return iter(self.rows)

    def __getitem__(self, key: int | str) -> Any:
        if isinstance(key, int):
            return self.rows[key]
        if not self.rows or key not in self.names():
            known = ", ".join(self.names()) or "none yet"
            raise InvalidArgument(f"The history has no {key!r}: it has {known}.")
        return [row.as_dict()[key] for row in self.rows]

    @property
    def seconds(self) -> float:
        """Time spent on training, validation left out."""
        return sum(row.seconds for row in self.rows)

    @property
    def samples_per_second(self) -> float:
        """Training speed over the whole run."""
        samples = sum(row.samples_per_second * row.seconds for row in self.rows)
        return samples / self.seconds if self.seconds else 0.0

    def names(self) -> list[str]:
        """Return the names of the figures."""
        return list(self.rows[0].as_dict()) if self.rows else []

    def to_rows(self) -> list[dict[str, float]]:
        """Return the rows as plain values."""
        return [row.as_dict() for row in self.rows]

    def to_csv(self, path: str | Path) -> None:
        """Write the rows to a file, one line each under a line of names."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.names(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.to_rows())
        atomic_write(path, text.getvalue().encode())

    def plot(self, path: str | Path) -> None:
        """Draw loss, and accuracy where measured, against the epoch into a PNG file."""
        from matplotlib.figure import Figure
        from matplotlib.ticker import MaxNLocator

        has_accuracy = bool(self.rows) and self.rows[0].accuracy is not None
        names = ["loss", "accuracy"] if has_accuracy else ["loss"]
        figure = Figure(figsize=(5 * len(names), 3.6), layout="constrained")
        for position, name in enumerate(names):
            axes = figure.add_subplot(1, len(names), position + 1)
            for kind, prefix, colour in (
                ("training", "", INK[0]),
                ("validation", VALIDATION, INK[1]),
            ):
                if prefix + name in self.names():
                    epochs, values = self["epoch"], self[prefix + name]
                    axes.plot(epochs, values, color=colour, label=kind, marker=".")
            axes.set(xlabel="epoch", title=name)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
            if axes.lines:
                axes.legend(frameon=False)
        picture = io.BytesIO()
        figure.savefig(picture, format="png", dpi=120)
        atomic_write(path, picture.getvalue())

    def __repr__(self) -> str:
        if not self.rows:
            return "History of no epochs yet"
        names = self.names()
        cells = [names, *([f"{row.as_dict()[name]:.6g}" for name in names] for row in self.rows)]
        widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
        return "\n".join(
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True))
            for line in cells
        )


def to_table(rows: Sequence[EpochRow], num_columns: int) -> Array:
    """Return the figures as numbers of shape (epochs, columns), as a checkpoint keeps them."""
    figures = [list(row.as_dict().values()) for row in rows]
    return np.array(figures, dtype=np.float64).reshape(len(rows), num_columns)


def count_columns(metrics: Sequence[str], is_validated: bool) -> int:
    """Return how many figures a row of these metrics has, with validation or without."""
    return 5 + len(metrics) + (1 + len(metrics) if is_validated else 0)


def from_table(table: Array, metrics: Sequence[str], is_validated: bool) -> list[EpochRow]:
    """Return the rows that ``to_table`` was given.

    Raises:
        ValueError: if these numbers cannot be the epochs of a run.
    """
    if table.shape != (len(table), count_columns(metrics, is_validated)):
        raise ValueError(f"a history of shape {table.shape} has other figures than the run")
    if table[:, 0].tolist() != list(range(1, len(table) + 1)):
        raise ValueError("the history does not hold one epoch after the other")
    rows = []
    for epoch, loss, *figures, seconds, rate, lr in table.tolist():
        tested = figures[len(metrics) :]
        rows.append(
            EpochRow(
                epoch=int(epoch),
                loss=loss,
                metrics=dict(zip(metrics, figures, strict=False)),
                validation_loss=tested[0] if tested else None,
                validation_metrics=dict(zip(metrics, tested[1:], strict=True)) if tested else {},
                seconds=seconds,
                samples_per_second=rate,
                lr=lr,
            )
        )
    return rows
