"""Metrics: how good a model's outputs are, in terms people use."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidShape


@dataclass(frozen=True)
class Metric:
    """A figure that is averaged over samples.

    Args:
        name: Under which it appears in the history.
        compute: ``compute(outputs, targets)`` -> mean over the samples of a batch.
        holds: For a share of samples: ``holds(outputs, targets)`` -> for each sample, whether it
            counts. Many batches are then measured at once.
    """

    name: str
    compute: Callable[[Array, Array], float]
    holds: Callable[[Array, Array], Array] | None = None

    def of_batches(self, outputs: Array, targets: Array, batch_size: int) -> list[float]:
        """Return the figure of every batch, the last of which may have fewer samples."""
        starts = np.arange(0, len(outputs), batch_size)
        if self.holds is not None and len(outputs):
            held = np.add.reduceat(self.holds(outputs, targets).astype(np.int64), starts)
            sizes = np.minimum(batch_size, len(outputs) - starts)
            return [float(share) for share in held / sizes]
        parts = [slice(start, start + batch_size) for start in starts.tolist()]
        return [float(self.compute(outputs[part], targets[part])) for part in parts]


def accuracy(outputs: Array, targets: Array) -> float:
    """Return the share of samples that are classified as they should be; see ``is_correct``."""
    return float(np.mean(is_correct(outputs, targets)))


def is_correct(outputs: Array, targets: Array) -> Array:
    """Return for each sample whether its largest output, or the sign of the one output, is right.

    Args:
        outputs: Scores, shape (batch, classes), or for two classes (batch, 1) or (batch).
        targets: Class numbers, shape (batch), probabilities, shaped as the outputs, or 0 and 1.
    """
    if outputs.ndim > 1 and outputs.shape[1] > 1:
        labels = targets.argmax(axis=1) if targets.ndim == outputs.ndim else targets
        chosen = outputs.argmax(axis=1)
    else:
        labels, chosen = targets.reshape(-1) > 0.5, outputs.reshape(-1) > 0
    return np.asarray(chosen == labels)


def mean_absolute_error(outputs: Array, targets: Array) -> float:
    """Return the mean distance between outputs and targets, which must be of one shape."""
    if outputs.shape != targets.shape:
        raise InvalidShape(
            f"mean_absolute_error got outputs of shape {outputs.shape} and targets of shape "
            f"{targets.shape}: they must be equal."
        )
    return float(np.mean(np.abs(outputs - targets)))


METRICS: tuple[Metric, ...] = (
    Metric("accuracy", accuracy, is_correct),
    Metric("mean_absolute_error", mean_absolute_error),
)


def find_metrics(
    wanted: str | Sequence[str | Metric | Callable[[Array, Array], float]] | None,
    has_labels: bool,
) -> tuple[Metric, ...]:
    """Return metrics by name, or as given; by default accuracy where the targets are labels.

    Raises:
        InvalidArgument: if there is no metric of a name, it lists those there are; or two metrics
            have one name.
    """
    if wanted is None:
        return METRICS[:1] if has_labels else ()
    if isinstance(wanted, str):
        wanted = [wanted]
    by_name = {metric.name: metric for metric in METRICS}
    found = []
    for metric in wanted:
        if isinstance(metric, Metric):
            found.append(metric)
        elif callable(metric):
            found.append(Metric(getattr(metric, "__name__", "metric"), metric))
        elif metric in by_name:
            found.append(by_name[metric])
        else:
            known = ", ".join(by_name)
            raise InvalidArgument(
                f"There is no metric {metric!r}: choose one of {known}, or pass a function."
            )
    names = [metric.name for metric in found]
    for name in names:
        if names.count(name) > 1:
            raise InvalidArgument(
                f"There are two metrics named {name!r}, and the history would hold one of them: "
                "name each with Metric(name, function)."
            )
    return tuple(found)
