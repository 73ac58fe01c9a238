"""Inputs for checking any operation, made from its own record: its examples, domain and kinks."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from chainrule.operations import OPERATIONS
from chainrule.operations.operation import Example, Integers, Interval, Operation

DISTANCE_FROM_KINK = 0.05  # far more than the step of a finite difference


@dataclass(frozen=True)
class Case:
    """One operation with one of its examples."""

    operation: Operation
    example: Example
    number: int

    def __str__(self) -> str:
        return f"{self.operation.name}-{self.number}"

    @property
    def options(self) -> tuple[Any, ...]:
        """All options in order: the example's, else the value function's defaults."""
        defaults = self.operation.value.__defaults__ or ()
        names = self.operation.option_names
        by_name = dict(zip(names[len(names) - len(defaults) :], defaults, strict=False))
        by_name.update(self.example.options)
        missing = [name for name in names if name not in by_name]
        assert not missing, f"{self}: the example gives no value for {missing}"
        return tuple(by_name[name] for name in names)

    @property
    def named_options(self) -> dict[str, Any]:
        return dict(zip(self.operation.option_names, self.options, strict=True))

    def inputs(self, dtype: type = np.float64, seed: int = 0) -> list[Any]:
        """Arrays drawn from the domain, away from kinks; integers and ready arrays as they are."""
        random = np.random.default_rng([seed, self.number])
        kinks = self.operation.kinks_for(self.options) if self.operation.kinks else ()
        drawn = []
        for position, wanted in enumerate(self.example.inputs):
            if wanted is None:
                drawn.append(None)
            elif isinstance(wanted, Integers):
                drawn.append(random.integers(wanted.low, wanted.high, wanted.shape))
            elif isinstance(wanted, np.ndarray):
                is_float = wanted.dtype.kind == "f"
                drawn.append(wanted.astype(dtype) if is_float else wanted.copy())
            else:
                domains = self.operation.domain
                domain = domains[min(position, len(domains) - 1)]
                array = np.asarray(draw(random, domain, wanted))
                array = step_off(array, kinks if position == 0 else ())
                drawn.append(array.astype(dtype))
        return drawn


def draw(random: np.random.Generator, domain: Interval, shape: tuple[int, ...]) -> np.ndarray:
    """Draw numbers from inside an interval."""
    if np.isfinite(domain.low) and np.isfinite(domain.high):
        margin = 0.02 * (domain.high - domain.low)
        return random.uniform(domain.low + margin, domain.high - margin, shape)
    if np.isfinite(domain.low):
        return domain.low + 0.1 + np.exp(random.normal(size=shape))
    if np.isfinite(domain.high):
        return domain.high - 0.1 - np.exp(random.normal(size=shape))
    return random.normal(size=shape) * 2


def step_off(array: np.ndarray, kinks: tuple[float, ...]) -> np.ndarray:
    """Move numbers that lie within reach of a kink away from it."""
    for kink in kinks:
        near = np.abs(array - kink) < DISTANCE_FROM_KINK
        array = np.where(near, kink + 2 * DISTANCE_FROM_KINK, array)
    return array


def all_cases() -> list[Case]:
    """Every operation with every one of its examples."""
    return [
        Case(operation, example, number)
        for operation in OPERATIONS
        for number, example in enumerate(operation.examples)
    ]
