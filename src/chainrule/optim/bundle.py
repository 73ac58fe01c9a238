"""Bundles: parameters that take a step together, in pieces that stay in the processor's cache.

The states of a bundle lie one after the other in flat memory. A large parameter is updated in
blocks; small neighbours are gathered into one block, so that many tiny parameters cost little more
than one.
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.errors import InvalidShape
from chainrule.optim.rule import UpdateRule

BLOCK = 64 * 1024  # numbers per block: measured; larger ones leave the second-level cache
STEP = "step"

State: TypeAlias = dict[str, Tensor]


class Piece:
    """A part of a bundle that is updated at once: some whole parameters, or a block of one.

    Args:
        first, last: Positions of the parameters, ``last`` excluded.
        start, stop: Where it lies in the flat memory.
        offset: Where it begins in its parameter; None if whole parameters are gathered.
        states: Its part of each state, or None for an absent state.
    """

    __slots__ = ("first", "last", "offset", "start", "states", "stop")

    def __init__(
        self,
        first: int,
        last: int,
        start: int,
        stop: int,
        offset: int | None,
        memory: Sequence[Array | None],
    ) -> None:
        self.first, self.last = first, last
        self.start, self.stop = start, stop
        self.offset = offset
        self.states = [None if state is None else state[start:stop] for state in memory]


class Bundle:
    """Parameters of one dtype that have taken equally many steps, and their states.

    Args:
        parameters: What to update.
        rule: The optimiser's formula.
        names: Which of the rule's states are kept.
        taken: Steps taken so far.
        state: The optimiser's state by parameter; what it holds is moved into the bundle's memory.
    """

    def __init__(
        self,
        parameters: list[Tensor],
        rule: UpdateRule,
        names: tuple[str, ...],
        taken: int,
        state: dict[Tensor, State],
    ) -> None:
        self.parameters = parameters
        self.rule = rule
        self.names = names
        self.taken = taken
        self.arrays = [parameter.array for parameter in parameters]
        self.ends = np.cumsum([array.size for array in self.arrays]).tolist()
        self.steps = np.full(len(parameters), taken, dtype=np.float32)
        total, dtype = self.ends[-1], parameters[0].dtype
        self.memory = [np.zeros(total, dtype) if name in names else None for name in rule.states]
        self.held: list[tuple[Tensor, str, Tensor, Array]] = []
        if names or rule.counts_steps:
            self._adopt(state)
        self.pieces = self._cut()

    def _adopt(self, state: dict[Tensor, State]) -> None:
        """Make the states of every parameter views of the flat memory, keeping their numbers."""
        for position, parameter in enumerate(self.parameters):
            entry = state.setdefault(parameter, {})
            start, stop = self.ends[position] - parameter.array.size, self.ends[position]
            if self.rule.counts_steps:
                self._hold(parameter, entry, STEP, self.steps[position, ...])
            for name, memory in zip(self.rule.states, self.memory, strict=True):
                if memory is not None:
                    view = memory[start:stop].reshape(parameter.array.shape)
                    if name in entry:
                        view[...] = entry[name].array
                    self._hold(parameter, entry, name, view)

    def _hold(self, parameter: Tensor, entry: State, name: str, view: Array) -> None:
        if name in entry:
            entry[name].array = view
        else:
            entry[name] = wrap(view)
        self.held.append((parameter, name, entry[name], view))

    def _cut(self) -> list[Piece]:
        """Divide the parameters into pieces: blocks of large ones, small neighbours together."""
        pieces: list[Piece] = []
        first, count = 0, len(self.arrays)
        while first < count:
            array, start = self.arrays[first], self.ends[first] - self.arrays[first].size
            last = first + 1
            if array.size > BLOCK and array.flags.c_contiguous:
                for offset in range(0, array.size, BLOCK):
                    stop = min(start + offset + BLOCK, self.ends[first])
                    pieces.append(Piece(first, last, start + offset, stop, offset, self.memory))
            else:
                while last < count and self.ends[last] - start <= BLOCK:
                    last += 1
                pieces.append(Piece(first, last, start, self.ends[last - 1], None, self.memory))
            first = last
        return pieces

    def is_current(self, state: dict[Tensor, State]) -> bool:
        """Return whether parameters and states are still the objects this bundle was made of."""
        for parameter, array in zip(self.parameters, self.arrays, strict=True):
            if parameter.array is not array:
                return False
        for parameter, name, tensor, view in self.held:
            entry = state.get(parameter)
            if entry is None or entry.get(name) is not tensor or tensor.array is not view:
                return False
        return True

    def state_of(self, parameter: Tensor, name: str) -> Array:
        """Return the memory of a parameter's state, in the parameter's shape."""
        return next(view for p, n, _, view in self.held if p is parameter and n == name)

    def count_steps(self, count: int) -> None:
        """Note steps taken, here or by somebody else in this memory."""
        self.taken += count
        self.steps.fill(self.taken)
        for changed in self.parameters:
            changed.mark_changed("optimizer.step()")

    def update(self, numbers: tuple[float | None, ...], flags: tuple[bool, ...]) -> None:
        """Take one step: apply the rule to every piece and write the results back."""
        function, arrays = self.rule.function, self.arrays
        gradients = self._gradients()
        for piece in self.pieces:
            parameter, gradient = self._gather(piece, gradients)
            new, *states = function(parameter, gradient, *piece.states, *numbers, *flags)
            for memory, result in zip(piece.states, states, strict=True):
                if memory is not None:
                    memory[...] = result
            if piece.offset is None:
                start = 0
                for array in arrays[piece.first : piece.last]:
                    array[...] = new[start : start + array.size].reshape(array.shape)
                    start += array.size
            else:
                parameter[...] = new
        self.count_steps(1)

    def _gather(self, piece: Piece, gradients: list[Array]) -> tuple[Array, Array]:
        """Return the piece's parameters and gradients, flat."""
        if piece.offset is None:
            part = slice(piece.first, piece.last)
            return (
                np.concatenate(self.arrays[part], axis=None),
                np.concatenate(gradients[part], axis=None),
            )
        block = slice(piece.offset, piece.offset + piece.stop - piece.start)
        return self.arrays[piece.first].reshape(-1)[block], gradients[piece.first][block]

    def _gradients(self) -> list[Array]:
        """Return the gradients; flat where they are taken in blocks."""
        found = []
        for parameter, array in zip(self.parameters, self.arrays, strict=True):
            gradient = parameter.grad
            if gradient is None or gradient.array.shape != array.shape:
                raise InvalidShape(
                    f"optimizer.step(): a parameter of shape {array.shape} has a gradient of shape "
                    f"{None if gradient is None else gradient.array.shape}: they must be equal. "
                    "Was .grad assigned by hand?"
                )
            found.append(gradient.array.reshape(-1) if array.size > BLOCK else gradient.array)
        return found


def bundle_parameters(
    parameters: list[Tensor],
    rule: UpdateRule,
    names: tuple[str, ...],
    state: dict[Tensor, State],
) -> list[Bundle]:
    """Divide parameters into bundles of the same dtype and the same number of steps taken."""
    alike: dict[tuple[Dtype, int], list[Tensor]] = {}
    for parameter in parameters:
        taken = steps_taken(state.get(parameter, {}), rule, names)
        alike.setdefault((parameter.dtype, taken), []).append(parameter)
    return [Bundle(same, rule, names, taken, state) for (_, taken), same in alike.items()]


def steps_taken(entry: State, rule: UpdateRule, names: tuple[str, ...]) -> int:
    """Return how many steps a state has seen; without a count, 1 stands for one or more."""
    if rule.counts_steps:
        return int(entry[STEP].array) if STEP in entry else 0
    return int(any(name in entry for name in names))
