"""The update of a step, by the optimiser's own rule unless a procedure says otherwise."""

from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array
from chainrule.explain.detective.change import Move
from chainrule.explain.detective.graph import Numbers
from chainrule.explain.detective.procedure import Procedure
from chainrule.explain.detective.scenario import Scenario


@dataclass(frozen=True, eq=False)
class State:
    """Where training stands.

    Attributes:
        parameters: By path.
        states: The optimiser's, by name, of each parameter that has moved.
    """

    parameters: Numbers
    states: dict[str, Numbers]


class Updater:
    """Moves parameters in one step.

    Args:
        scenario: Whose optimiser does it.
        procedure: How it is done.
        state: Before the step.
        step: Its number, the first of the scenario being 0.
    """

    def __init__(self, scenario: Scenario, procedure: Procedure, state: State, step: int) -> None:
        self.scenario = scenario
        self.procedure = procedure
        self.state = state
        self.step = scenario.first_step + step

    def move(self, path: str, gradient: Array) -> Array | None:
        """Return one parameter after the step, or None if it stays."""
        after = self.move_all({path: gradient})
        return None if after is self.state else after.parameters[path]

    def move_all(self, gradients: Numbers) -> State:
        """Return where training stands after moving the parameters that have a gradient here."""
        groups: dict[int, list[str]] = {}
        for path in gradients:
            if self.procedure.is_moved(path, path in self.scenario.groups):
                groups.setdefault(id(self.scenario.group_of(path)), []).append(path)
        if not groups:
            return self.state
        parameters, states = dict(self.state.parameters), dict(self.state.states)
        for paths in groups.values():
            # An update is a formula of single numbers: many parameters are one long array.
            flat, after = self._move_together(paths, gradients)
            end = 0
            for path in paths:
                shape, start = parameters[path].shape, end
                end += parameters[path].size
                parameters[path] = flat[start:end].reshape(shape)
                states[path] = {
                    name: state[start:end].reshape(shape) for name, state in after.items()
                }
        return State(parameters, states)

    def _move_together(self, paths: list[str], gradients: Numbers) -> tuple[Array, Numbers]:
        """Return parameters of one group after the step, one after the other, and their states."""
        before, optimizer = self.state, self.scenario.optimizer
        if optimizer is None:
            raise AssertionError("steps without an optimizer are refused before")
        names = dict.fromkeys(name for path in paths for name in before.states.get(path, ()))
        states = {name: _flat([self._state_of(path, name) for path in paths]) for name in names}
        return self.procedure.take_step(
            Move(
                _flat([before.parameters[path] for path in paths]),
                _flat([gradients[path] for path in paths]),
                states,
                self.scenario.group_of(paths[0]),
                self.step,
                optimizer,
            )
        )

    def _state_of(self, path: str, name: str) -> Array:
        """Return a state, zeros for a parameter that has not moved yet."""
        found = self.state.states.get(path, {}).get(name)
        return np.zeros_like(self.state.parameters[path]) if found is None else found


def _flat(arrays: list[Array]) -> Array:
    """Return arrays one after the other, as one of one axis."""
    return np.concatenate(arrays, axis=None)
