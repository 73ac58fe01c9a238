"""Choosing an engine: by name, or by whether the work is worth compiling."""

from typing import Any

import numpy as np
import pytest

from chainrule.autograd.tensor import Tensor
from chainrule.compiler import NotCompilable
from chainrule.engines.selection import ENGINES, Job, check_engine, make_engine
from chainrule.errors import InvalidArgument
from chainrule.nn import CrossEntropyLoss, Linear, Module
from chainrule.optim import SGD


class Branching(Module):
    """Looks at numbers to decide what to do."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.linear(x)
        return y if y.sum().item() > 0 else -y


def job(model: Module, steps: int, **changes: Any) -> Job:
    given: dict[str, Any] = {
        "model": model,
        "loss": CrossEntropyLoss(),
        "optimizer": SGD(model.parameters(), lr=0.1),
        "clip_norm": None,
        "threads": 1,
        "inputs": np.ones((2, 4), np.float32),
        "targets": np.zeros(2, np.int64),
        "steps": steps,
        "batch_size": 8,
    }
    return Job(**{**given, **changes})


def test_names_are_different_and_accepted() -> None:
    names = [engine.name for engine in ENGINES]
    assert len({*names}) == len(names)
    for name in ("auto", *names):
        check_engine(name)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidArgument, match=r"no engine 'warp'.* auto, eager, compiled"):
        check_engine("warp")


@pytest.mark.parametrize("name", [engine.name for engine in ENGINES])
def test_engines_by_name(name: str) -> None:
    engine = make_engine(name, job(Linear(4, 3), steps=1))
    assert engine.name == name
    assert engine.reason == ("PyTorch on cpu" if name == "torch" else "")


@pytest.mark.parametrize(("steps", "name"), [(100, "eager"), (1_000_000, "compiled")])
def test_auto_compiles_where_there_is_much_to_do(steps: int, name: str) -> None:
    engine = make_engine("auto", job(Linear(4, 3), steps))
    assert engine.name == name
    assert ("too little work" in engine.reason) == (name == "eager")


def test_auto_falls_back_where_a_model_cannot_be_compiled_and_says_why() -> None:
    engine = make_engine("auto", job(Branching(), 1_000_000))
    assert engine.name == "eager"
    assert "not compiled: Branching takes numbers out of a tensor with item()" in engine.reason
    with pytest.raises(NotCompilable, match="Branching"):
        make_engine("compiled", job(Branching(), 1_000_000))


def test_threads_and_clipping_reach_the_program() -> None:
    model = Linear(4, 3)
    engine = make_engine("compiled", job(model, 1, threads=2, clip_norm=0.5))
    program = engine.prepare(np.ones((2, 4), np.float32), np.zeros(2, np.int64))  # type: ignore[union-attr]
    assert program.threads == 2
    assert "clip_factor" in program.source
