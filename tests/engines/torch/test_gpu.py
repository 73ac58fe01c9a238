"""The PyTorch engine on a GPU; where there is none, each test says that it was not run."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn, optim
from chainrule.data import blobs
from chainrule.engines import Job
from chainrule.engines.torch.engine import TorchEngine
from chainrule.training import fit

needs_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU that PyTorch can use"
)
X, Y = blobs(203, seed=1)


def network(dropout: float = 0.0) -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Dropout(dropout), nn.Linear(32, 3))


def train(device: str | None, model: nn.Module, **options: Any) -> nn.Module:
    engine = "eager" if device is None else "torch"
    given: dict[str, Any] = {"epochs": 6, "batch_size": 16, "seed": 2, "optimizer": "adam"}
    fit(model, (X, Y), engine=engine, device=device, validation=(X, Y), **{**given, **options})
    return model


@needs_gpu
@pytest.mark.parametrize("optimizer", ["sgd", "rmsprop", "adagrad", "adam", "adamw"])
def test_a_gpu_computes_what_the_eager_engine_does(optimizer: str) -> None:
    one, other = (train(device, network(), optimizer=optimizer) for device in (None, "cuda"))
    for path, tensor in one.state_dict().items():
        np.testing.assert_allclose(
            other.state_dict()[path].array, tensor.array, rtol=1e-4, atol=1e-5
        )


@needs_gpu
def test_steps_are_recorded_and_follow_a_schedule() -> None:
    model = network()
    optimizer = optim.Adam(model.parameters(), lr=0.01)
    sample: dict[str, Any] = {"inputs": X[:1], "targets": Y[:1], "steps": 50, "batch_size": 16}
    job = Job(model, nn.CrossEntropyLoss(), optimizer, None, None, **sample, device="cuda")
    engine = TorchEngine(job)
    engine.train_steps(X, Y, np.arange(160), 16)
    assert engine._steps._recorded
    before = model[0].weight.array.copy()
    optimizer.param_groups[0]["lr"] = 0.0
    engine.train_steps(X, Y, np.arange(160), 16)
    assert (model[0].weight.array == before).all()


@needs_gpu
def test_dropout_differs_from_step_to_step_and_follows_the_seed() -> None:
    one, same, other = (train("cuda", network(0.5), seed=seed) for seed in (1, 1, 2))
    assert (one[0].weight.array == same[0].weight.array).all()
    assert (one[0].weight.array != other[0].weight.array).any()


@needs_gpu
def test_a_run_on_a_gpu_goes_on_exactly(tmp_path: Path) -> None:
    whole = train("cuda", network(0.5))
    train("cuda", network(0.5), epochs=3, out=tmp_path)
    resumed = train("cuda", network(0.5), out=tmp_path, resume=True)
    for path, tensor in whole.state_dict().items():
        assert (resumed.state_dict()[path].array == tensor.array).all()


@needs_gpu
def test_mixed_precision_learns() -> None:
    model = train("cuda", network(), mixed_precision=True, epochs=30, lr=0.01)
    predicted = model(chainrule.from_numpy(X)).array.argmax(axis=1)
    assert (predicted == Y).mean() > 0.9
