"""Training steps computed again, with or without mistakes, by the library's own operations."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import ChainruleError
from chainrule.explain.detective.change import Changes
from chainrule.explain.detective.graph import Graph, Numbers
from chainrule.explain.detective.passes import Forward, run_backward, run_forward
from chainrule.explain.detective.procedure import Procedure
from chainrule.explain.detective.scenario import Scenario
from chainrule.explain.detective.updates import State, Updater

Key: TypeAlias = tuple[object, ...]


class Recomputation:
    """Computes what a scenario asks for under any changes.

    What many answers have in common (the forward pass without changes, the gradients under one) is
    computed once and kept.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._known: dict[Key, Any] = {}

    def answer(self, changes: Changes = ()) -> Array | None:
        """Return what is asked for, or None where the changes leave no such number."""
        with np.errstate(all="ignore"):
            try:
                return _Answer(self.scenario, Procedure(changes), self._known).value()
            except (ChainruleError, ValueError, IndexError):
                return None  # a mistake after which the shapes no longer fit is none here


class _Answer:
    """One answer.

    Most methods say how things are after so many steps, or in the step of a number from 0. A path
    says that only this parameter is asked for; it is then an end result, which nobody rounds.
    """

    def __init__(self, scenario: Scenario, procedure: Procedure, known: dict[Key, Any]) -> None:
        self.scenario = scenario
        self.procedure = procedure
        self._lasting = known
        self._passing: dict[Key, Any] = {}

    def value(self) -> Array | None:
        """Return what is asked for."""
        question = self.procedure.question(self.scenario.question)
        num_steps = self.procedure.num_steps(self.scenario.num_steps)
        if question.kind == "gradient":
            if num_steps < 1:
                return None
            found = self._gradients(num_steps - 1, question.path).get(question.path)
            return None if found is None else question.pick(found)
        if question.kind == "weight":
            state = self._state(num_steps, question.path)
            return question.pick(state.parameters[question.path])
        forward = self._forward(max(self.scenario.num_steps - 1, 0), num_steps)
        if question.kind == "output":
            return question.pick(forward.values[forward.graph.output])
        loss: Array = forward.values[forward.graph.loss].reshape(())
        return loss * self.procedure.loss_scale(forward.graph)

    def _state(self, num_steps: int, path: str = "") -> State:
        """Return where training stands."""
        if num_steps == 0:
            return State(self.scenario.parameters, self.scenario.states)
        key = ("state", num_steps, path)
        return self._once(key, self.procedure.step, lambda: self._step(num_steps - 1, path))

    def _step(self, step: int, path: str) -> State:
        """Take a step."""
        keep = self.procedure.keep
        gradients = {name: keep(g) for name, g in self._gradients(step, path).items()}
        after = self._updater(step).move_all(gradients)
        if path:
            return after
        return State({name: keep(p) for name, p in after.parameters.items()}, after.states)

    def _updater(self, step: int) -> Updater:
        return Updater(self.scenario, self.procedure, self._state(step), step)

    def _gradients(self, step: int, path: str) -> Numbers:
        """Return what the optimiser is given."""
        now = self._raw_gradients(step, path)
        if not self.procedure.looks_back:
            return now
        steps = [*self._earlier(step, path), now]
        return {name: self.procedure.gradient([g[name] for g in steps]) for name in now}

    def _earlier(self, step: int, path: str) -> list[Numbers]:
        """Return the gradients of all batches before."""
        return [self._raw_gradients(i, path) for i in range(step)]

    def _raw_gradients(self, step: int, path: str) -> Numbers:
        """Return the gradients of the batch that this step sees."""
        procedure, batch = self.procedure, self.procedure.batch(step)
        scale = procedure.gradient_scale(self._graph(batch))
        key = ("gradients", step, path)
        if not procedure.scales:
            changes = procedure.step
            return self._once(key, changes, lambda: self._backward(step, batch, path, scale))
        changes = procedure.step if step > 0 else procedure.backward
        found = self._once(key, changes, lambda: self._backward(step, batch, path, 1.0))
        return found if scale == 1 else {name: scale * g for name, g in found.items()}

    def _backward(self, step: int, batch: int, path: str, scale: float) -> Numbers:
        forward = self._forward(batch, step)
        if not self.procedure.updates_at_once:
            return run_backward(forward, self.procedure, scale, path)
        updater = self._updater(step)
        earlier = self._earlier(step, "") if self.procedure.looks_back else []

        def update(name: str, gradient: Array) -> Array | None:
            steps = [*(gradients[name] for gradients in earlier), gradient]
            return updater.move(name, self.procedure.gradient(steps))

        return run_backward(forward, self.procedure, scale, update=update)

    def _forward(self, batch: int, num_steps: int) -> Forward:
        """Return the forward pass of a batch."""
        graph = self._graph(batch)
        changes = self.procedure.step if num_steps > 0 else self.procedure.forward
        parameters = self._state(num_steps).parameters
        return self._once(
            ("forward", id(graph), num_steps),
            changes,
            lambda: run_forward(graph, parameters, self.procedure),
        )

    def _graph(self, batch: int) -> Graph:
        """Return the graph of a batch; after the last comes the first again."""
        return self.scenario.graphs[batch % len(self.scenario.graphs)]

    def _once(self, key: Key, changes: Changes, compute: Callable[[], Any]) -> Any:
        """Return what is known under a key and changes, computed if need be.

        What holds under several changes is wanted again within this answer only.
        """
        known = self._lasting if len(changes) < 2 else self._passing
        full_key = (*key, *changes)
        if full_key not in known:
            known[full_key] = compute()
        return known[full_key]
