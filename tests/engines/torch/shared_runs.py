"""Training runs for several processes: ``torchrun shared_runs.py FOLDER`` leaves all numbers.

Every run is a function that returns a trained model and its history; a test calls the same function
in one process and compares.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import chainrule
from chainrule import nn, optim
from chainrule.data import blobs
from chainrule.errors import ChainruleError
from chainrule.training import Callback, EpochRow, History, fit
from chainrule.training.trainer import Trainer

SAMPLES = 193  # batches of 16 leave one sample over: some processes get none of it
X, Y = blobs(SAMPLES, seed=1)
X64 = chainrule.from_numpy(X.astype(np.float64))
RANK = int(os.environ.get("RANK", "0"))
Result = tuple[nn.Module, History]


def network(dropout: float = 0.0) -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(
        nn.Linear(2, 16), nn.Tanh(), nn.Dropout(dropout), nn.Linear(16, 3)
    ).double()


def train(model: nn.Module, **options: Any) -> Result:
    given: dict[str, Any] = {
        "epochs": 3, "batch_size": 16, "seed": 3, "engine": "torch", "device": "cpu",
        "validation": (X64, chainrule.from_numpy(Y)),
    }  # fmt: skip
    return model, fit(model, (X64, chainrule.from_numpy(Y)), **{**given, **options})


def adam() -> Result:
    return train(network(), optimizer="adam", lr=0.01)


def clipped_momentum() -> Result:
    model = network()
    return train(model, optimizer=optim.SGD(model.parameters(), 0.1, 0.9), clip_norm=0.05)


def summed_loss() -> Result:
    return train(network(), loss=nn.CrossEntropyLoss(reduction="sum"), optimizer="sgd")


class Partly(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.used, self.unused = network(), nn.Linear(2, 3).double()

    def forward(self, x: Any) -> Any:
        return self.used(x)


def unused_parameters() -> Result:
    return train(Partly())


def observed() -> Result:
    class Observer(Callback):
        def observes(self, step: int) -> bool:
            return step == 5

    return train(network(), callbacks=[Observer()])


AS_ALONE: tuple[Callable[[], Result], ...] = (
    adam, clipped_momentum, summed_loss, unused_parameters, observed,
)  # fmt: skip
"""What comes out the same in one process and in several."""


def normalized() -> Result:
    chainrule.manual_seed(0)
    model = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Linear(8, 3)).double()
    return train(model, batch_size=18)  # no process gets a single sample


def dropped_out() -> Result:
    return train(network(dropout=0.5))


def begun_differently() -> Result:
    model = network()
    chainrule.manual_seed(RANK)
    for parameter in model.parameters():
        parameter.array[...] = np.random.default_rng(RANK).normal(size=parameter.array.shape)
    return train(model, seed=None)


def stopped_by_one() -> Result:
    class Stop(Callback):
        def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
            trainer.should_stop = RANK == 0 and trainer.epoch == 2

    return train(network(), callbacks=[Stop()])


ALIKE: tuple[Callable[[], Result], ...] = (
    normalized, dropped_out, begun_differently, stopped_by_one,
)  # fmt: skip
"""What is the same in all processes, but not what one alone computes."""


def halfway(folder: Path) -> Result:
    """Two epochs of the run ``adam``, with a checkpoint."""
    return train(network(), optimizer="adam", lr=0.01, epochs=2, out=folder)


def refused() -> str:
    loss = nn.CrossEntropyLoss(weight=chainrule.tensor([1.0, 2.0, 5.0], dtype=chainrule.float64))
    try:
        train(network(), loss=loss)
    except ChainruleError as error:
        return str(error)
    return ""


def figures(result: Result) -> dict[str, np.ndarray]:
    model, history = result
    rows = history.to_rows()
    named = {path: tensor.array for path, tensor in model.state_dict().items()}
    wanted = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    return {**named, **{name: np.array([row[name] for row in rows]) for name in wanted}}


def main() -> None:
    folder = Path(sys.argv[1])
    for run in (*AS_ALONE, *ALIKE):
        np.savez(folder / f"{run.__name__}-{RANK}.npz", **figures(run()))  # type: ignore[arg-type]
    halfway(folder)
    (folder / f"refused-{RANK}.txt").write_text(refused())


if __name__ == "__main__":
    main()
