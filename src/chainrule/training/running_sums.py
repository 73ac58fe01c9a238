"""Sums over the batches of an epoch, from which its means are made."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.training.metrics import Metric


class RunningSums:
    """Loss and metrics summed over samples, and the time that took.

    Args:
        metrics: What is measured beside the loss.
    """

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self.metrics = metrics
        self.reset()

    def reset(self) -> None:
        """Start a new epoch."""
        self.loss = 0.0
        self.totals = [0.0] * len(self.metrics)
        self.count = 0
        self.seconds = 0.0
        self._started = time.perf_counter()

    def add(self, loss: float, outputs: Array, targets: Array) -> None:
        """Add one batch."""
        self.add_batches(np.array([loss]), outputs, targets, max(len(outputs), 1))

    def add_batches(self, losses: Array, outputs: Array, targets: Array, batch_size: int) -> None:
        """Add several batches.

        The sums are the same whether batches come one by one or many at a time.

        Args:
            losses: Of each batch.
            outputs: For all their samples.
            targets: Of all their samples.
            batch_size: Samples per batch; the last one may have fewer.
        """
        starts = range(0, len(outputs), batch_size)
        counts = [min(batch_size, len(outputs) - start) for start in starts]
        for loss, count in zip(losses.tolist(), counts, strict=True):
            self.loss += loss * count
        for position, metric in enumerate(self.metrics):
            means = metric.of_batches(outputs, targets, batch_size)
            for mean, count in zip(means, counts, strict=True):
                self.totals[position] += mean * count
        self.count += len(outputs)

    def pause(self) -> None:
        """Stop the clock: what follows is not training."""
        self.seconds += time.perf_counter() - self._started

    def proceed(self) -> None:
        """Start the clock again."""
        self._started = time.perf_counter()

    def elapsed(self) -> float:
        """Return the seconds so far, the clock running."""
        return self.seconds + time.perf_counter() - self._started

    def rate(self) -> float:
        """Return the samples per second so far, the clock running."""
        return self.count / max(self.elapsed(), 1e-9)

    def mean_loss(self) -> float:
        """Return the mean loss of a sample."""
        return self.loss / self.count if self.count else float("nan")

    def mean_metrics(self) -> dict[str, float]:
        """Return the metrics' means by name."""
        return {
            metric.name: total / self.count if self.count else float("nan")
            for metric, total in zip(self.metrics, self.totals, strict=True)
        }

    def describe(self) -> str:
        """Return the means so far as a short text."""
        metrics = "".join(f"  {name} {value:.4f}" for name, value in self.mean_metrics().items())
        return f"loss {self.mean_loss():.4f}{metrics}"

    def state_dict(self) -> dict[str, Any]:
        """Return the sums."""
        return {
            "loss": self.loss,
            "totals": list(self.totals),
            "count": self.count,
            "seconds": self.elapsed(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from these sums."""
        self.loss, self.totals = state["loss"], list(state["totals"])
        self.count, self.seconds = state["count"], state["seconds"]
        self._started = time.perf_counter()
