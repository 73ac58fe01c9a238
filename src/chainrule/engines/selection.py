"""Choosing an engine by name. To add one: write its file, and a function and a line here."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from chainrule.compiler.refusal import NotCompilable
from chainrule.engines.compiled import CompiledEngine
from chainrule.engines.eager import EagerEngine
from chainrule.engines.engine import Engine
from chainrule.engines.job import Job
from chainrule.engines.processes import launched_processes
from chainrule.errors import InvalidArgument, MissingPackage

AUTO = "auto"

WORTH_COMPILING = 2.0
"""Seconds of eager work; compiling takes a few seconds once, and a moment ever after."""


def eager_engine(job: Job) -> Engine:
    """Return the engine that runs every operation in NumPy."""
    return EagerEngine(job.model, job.loss, job.optimizer, job.clip_norm)


def compiled_engine(job: Job) -> Engine:
    """Return the engine that runs steps in machine code.

    Raises:
        NotCompilable: naming what in the network cannot be compiled.
    """
    compiled = CompiledEngine(job.model, job.loss, job.optimizer, job.clip_norm, job.threads)
    compiled.prepare(job.inputs, job.targets)
    return compiled


def torch_engine(job: Job) -> Engine:
    """Return the engine whose steps PyTorch takes.

    Raises:
        MissingPackage: if PyTorch is not installed.
    """
    engine: Engine = _load("engine").TorchEngine(job)
    return engine


def check_device(name: str) -> None:
    """Refuse a device that the PyTorch engine does not find.

    Raises:
        InvalidArgument: if there is no such device.
        MissingPackage: if PyTorch is not installed.
    """
    _load("devices").choose_device(name)


def _load(name: str) -> ModuleType:
    """Return a part of the PyTorch engine, which loads PyTorch."""
    try:
        return importlib.import_module(f"chainrule.engines.torch.{name}")
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingPackage(
            "The torch engine needs PyTorch: pip install 'chainrule[torch]' brings it."
        ) from None


@dataclass(frozen=True)
class EngineKind:
    """An engine that can be chosen.

    Attributes:
        name: As chosen with ``engine=``.
        make: Returns one, ready to run a job.
    """

    name: str
    make: Callable[[Job], Engine]


ENGINES = (
    EngineKind("eager", eager_engine),
    EngineKind("compiled", compiled_engine),
    EngineKind("torch", torch_engine),
)


def check_engine(name: str) -> None:
    """Refuse an engine that there is not.

    Raises:
        InvalidArgument: listing those there are.

    >>> check_engine("auto")
    """
    known = [AUTO, *(kind.name for kind in ENGINES)]
    if name not in known:
        raise InvalidArgument(f"There is no engine {name!r}: choose one of {', '.join(known)}.")


def make_engine(name: str, job: Job) -> Engine:
    """Return the engine of this name, ready to run a job.

    "auto" takes the compiled engine where there is enough work and the network can be compiled,
    else the eager one; ``reason`` says why. It decides by the job alone, not by what the machine
    has compiled before: the same job gives the same result. What only PyTorch can do, another
    device, lower precision or several processes, it leaves to PyTorch.

    Raises:
        InvalidArgument: if there is no engine of this name, or it cannot do what the job asks for.
        NotCompilable: if the compiled engine is asked for and cannot run this network.
        MissingPackage: if PyTorch is needed and not installed.
    """
    check_engine(name)
    needed = need_of_torch(job)
    if needed and name == AUTO:
        name = "torch"
    if needed and name != "torch":
        raise InvalidArgument(
            f"The {name} engine runs in one process, on the CPU, in full precision, and was asked "
            f"for {needed}: choose engine='torch' for that."
        )
    if name != AUTO:
        return next(kind for kind in ENGINES if kind.name == name).make(job)
    return quickest_engine(job)


def need_of_torch(job: Job) -> str | None:
    """Return what about a job only the PyTorch engine can do, or None."""
    if launched_processes() > 1:
        return f"{launched_processes()} processes"
    if job.device is not None and job.device != "cpu":
        return f"the device {job.device}"
    return "mixed precision" if job.mixed_precision else None


def quickest_engine(job: Job) -> Engine:
    """Return the compiled engine where it pays and is possible, else the eager one."""
    eager = eager_engine(job)
    if job.eager_seconds() < WORTH_COMPILING:
        eager.reason = "too little work to be worth compiling"
        return eager
    try:
        return compiled_engine(job)
    except NotCompilable as error:
        eager.reason = f"not compiled: {error}"
        return eager
