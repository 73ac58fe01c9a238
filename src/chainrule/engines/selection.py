"""Choosing an engine by name. To add one: write its file, and its line in ENGINES."""

from dataclasses import dataclass
from typing import TypeAlias

from chainrule.array_types import Array
from chainrule.compiler.refusal import NotCompilable
from chainrule.engines.compiled import CompiledEngine
from chainrule.engines.eager import EagerEngine
from chainrule.engines.engine import LossFunction
from chainrule.errors import InvalidArgument
from chainrule.nn.module import Module
from chainrule.optim.optimizer import Optimizer

AUTO = "auto"
ENGINES: tuple[type[EagerEngine] | type[CompiledEngine], ...] = (EagerEngine, CompiledEngine)
AnyEngine: TypeAlias = EagerEngine | CompiledEngine

WORTH_COMPILING = 2.0
"""Seconds of eager work; compiling takes a few seconds once, and a moment ever after."""

SECONDS_PER_STEP = 4e-4
SECONDS_PER_PRODUCT = 2e-10
"""Of an eager training step: without any work in it, and for each parameter and sample."""


@dataclass(frozen=True, eq=False)
class Job:
    """What an engine is to run.

    Attributes:
        model: The network.
        loss: Takes outputs and targets.
        optimizer: Of the model's parameters.
        clip_norm: Largest norm of all gradients together; None leaves them as they are.
        threads: How many are to work on a step together; None for as many as help.
        inputs, targets: A few samples.
        steps: How many there are to be.
        batch_size: Samples per step.
    """

    model: Module
    loss: LossFunction
    optimizer: Optimizer
    clip_norm: float | None
    threads: int | None
    inputs: Array
    targets: Array
    steps: int
    batch_size: int

    def eager_seconds(self) -> float:
        """Return about how long the job takes on the eager engine."""
        parameters = sum(parameter.array.size for parameter in self.model.parameters())
        step = SECONDS_PER_STEP + SECONDS_PER_PRODUCT * parameters * self.batch_size
        return self.steps * step


def check_engine(name: str) -> None:
    """Refuse an engine that there is not.

    Raises:
        InvalidArgument: listing those there are.

    >>> check_engine("auto")
    """
    known = [AUTO, *(engine.name for engine in ENGINES)]
    if name not in known:
        raise InvalidArgument(f"There is no engine {name!r}: choose one of {', '.join(known)}.")


def make_engine(name: str, job: Job) -> AnyEngine:
    """Return the engine of this name, ready to run a job.

    "auto" takes the compiled engine where there is enough work and the network can be compiled,
    else the eager one; ``reason`` says why. It decides by the job alone, not by what the machine
    has compiled before: the same job gives the same result.

    Raises:
        InvalidArgument: if there is no engine of this name.
        NotCompilable: if the compiled engine is asked for and cannot run this network.
    """
    check_engine(name)
    eager = EagerEngine(job.model, job.loss, job.optimizer, job.clip_norm)
    if name == EagerEngine.name:
        return eager
    if name == AUTO and job.eager_seconds() < WORTH_COMPILING:
        eager.reason = "too little work to be worth compiling"
        return eager
    compiled = CompiledEngine(job.model, job.loss, job.optimizer, job.clip_norm, job.threads)
    try:
        compiled.prepare(job.inputs, job.targets)
    except NotCompilable as error:
        if name != AUTO:
            raise
        eager.reason = f"not compiled: {error}"
        return eager
    return compiled
