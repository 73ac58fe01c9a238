"""How somebody computes training steps: rightly, but for some changes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Changes, Move, Moved, Visit
from chainrule.explain.detective.graph import Graph
from chainrule.explain.detective.question import Question

FORWARD = frozenset({"graph", "keep"})
BACKWARD = FORWARD | {"derivative", "batch", "updates_at_once"}
STEP = BACKWARD | {"gradient_scale", "gradient", "is_moved", "move"}
NOT_SCALING = frozenset({"keep", "updates_at_once"})
"""With these, a gradient does not simply grow with the scale it began with."""


class Procedure:
    """Every decision of a training step, made rightly unless a change says otherwise.

    Args:
        changes: The first has the last word.

    Attributes:
        forward, backward, step: The changes that matter for the forward pass, for the gradients of
            a first step, and for a whole step; what is computed with the same ones is the same.
        scales: Whether gradients grow with the scale of the loss, so that it may be applied last.
        updates_at_once: Whether a layer is updated before its gradient is passed on.
        keep: Returns what is written down of an intermediate result.
        differentiate: Takes a local derivative.
        take_step: Moves a parameter.
    """

    def __init__(self, changes: Changes = ()) -> None:
        self._points: dict[str, list[Any]] = {}
        for change in changes:
            for name in change.touches:
                self._points.setdefault(name, []).append(getattr(change, name))
        self.forward, self.backward, self.step = (
            tuple([change for change in changes if change.touches & points])
            for points in (FORWARD, BACKWARD, STEP)
        )
        self.scales = NOT_SCALING.isdisjoint(self._points)
        self.updates_at_once = "updates_at_once" in self._points
        self.keep: Callable[[Array], Array] = _all_of_it
        for keep in self._points.get("keep", ()):
            self.keep = keep
        self.differentiate = _around(differentiate, self._points.get("derivative", ()))
        self.take_step = _around(take_step, self._points.get("move", ()))

    def graph(self, graph: Graph) -> Graph:
        """Return what is computed from a batch."""
        return self._passed_on("graph", graph)

    def batch(self, step: int) -> int:
        """Return which batch a step sees."""
        return self._passed_on("batch", step)

    def num_steps(self, num_steps: int) -> int:
        """Return how many steps are taken."""
        return self._passed_on("num_steps", num_steps)

    def question(self, question: Question) -> Question:
        """Return what is written down."""
        return self._passed_on("question", question)

    def gradient_scale(self, graph: Graph) -> float:
        """Return by what all gradients are multiplied."""
        return self._multiplied("gradient_scale", graph)

    def loss_scale(self, graph: Graph) -> float:
        """Return by what the reported loss is multiplied."""
        return self._multiplied("loss_scale", graph)

    def is_moved(self, path: str, should: bool) -> bool:
        """Return whether a parameter is updated."""
        for decide in self._points.get("is_moved", ()):
            should = decide(path, should)
        return should

    @property
    def looks_back(self) -> bool:
        """Whether the optimiser is given more than the gradient of this step."""
        return "gradient" in self._points

    def gradient(self, gradients: Sequence[Array]) -> Array:
        """Return what the optimiser is given, from the gradients up to this step."""
        for collect in self._points.get("gradient", ()):
            gradients = [*gradients[:-1], collect(gradients)]
        return gradients[-1]

    def _passed_on(self, point: str, value: Any) -> Any:
        for change in self._points.get(point, ()):
            value = change(value)
        return value

    def _multiplied(self, point: str, graph: Graph) -> float:
        result = 1.0
        for scale in self._points.get(point, ()):
            result *= scale(graph)
        return result


def differentiate(visit: Visit) -> Array:
    """Take a local derivative as the operation's record says."""
    call = visit.call
    return call.operation.differentiate(
        visit.position, visit.gradient, visit.inputs, visit.output, visit.saved, call.options
    )


def take_step(move: Move) -> Moved:
    """Move a parameter as the optimiser's rule says."""
    rule, group = move.optimizer.rule, move.group
    names = move.optimizer.state_names(group)
    states = [
        move.states.get(name, np.zeros_like(move.parameter)) if name in names else None
        for name in rule.states
    ]
    numbers = move.optimizer.numbers(group, move.step)  # type: ignore[arg-type]  # or infinity
    flags = move.optimizer.flags(group)
    parameter, *after = rule.function(move.parameter, move.gradient, *states, *numbers, *flags)
    kept = {n: s for n, s in zip(rule.states, after, strict=True) if s is not None}
    return parameter, kept


def _around(right: Callable[..., Any], changes: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    """Return the right way with changes around it, the first outermost."""
    result = right
    for change in reversed(changes):
        result = _told(change, result)
    return result


def _told(change: Callable[..., Any], right: Callable[..., Any]) -> Callable[..., Any]:
    """Return a change that is told the right way."""
    return lambda given: change(given, right)


def _all_of_it(array: Array) -> Array:
    return array
