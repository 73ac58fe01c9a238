"""Runs that are stopped and resumed, for the tests of checkpoints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import chainrule
from chainrule import nn, optim
from chainrule.data import TensorDataset, blobs
from chainrule.engines import StepResult
from chainrule.optim import lr_scheduler
from chainrule.randomness import default_generator
from chainrule.training import Callback, Checkpoint, EpochRow, History, fit
from chainrule.training.trainer import Trainer
from training.helpers import figures, network, optimizer_bits, weights

X, Y = blobs(50, seed=1)
X_TEST, Y_TEST = blobs(20, seed=2)
STEPS = 5  # in an epoch
EPOCHS = 4


class Crash(Exception):
    """Ends a run as nothing that chainrule expects."""


class Stopper(Callback):
    """Raises something once, at a hook, when so many steps have been taken."""

    def __init__(self, hook: str, step: int, error: type[BaseException]) -> None:
        def stop(trainer: Trainer, *_: object) -> None:
            if trainer.step == step and self.is_armed:
                self.is_armed = False
                raise error

        self.is_armed = True
        setattr(self, hook, stop)


class Counter(Callback):
    """Counts what it is told, and keeps the count in checkpoints."""

    def __init__(self) -> None:
        self.counts = {"steps": 0, "epochs": 0}

    def on_step_end(self, trainer: Trainer, result: StepResult) -> None:
        self.counts["steps"] += 1

    def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
        self.counts["epochs"] += 1

    def state_dict(self) -> dict[str, Any]:
        return dict(self.counts)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.counts = dict(state)


OPTIMIZERS: dict[str, Callable[[Any], optim.Optimizer]] = {
    "SGD": lambda parameters: optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True),
    "RMSprop": lambda parameters: optim.RMSprop(parameters, lr=0.01, momentum=0.5, centered=True),
    "Adagrad": lambda parameters: optim.Adagrad(parameters, lr=0.1, lr_decay=0.01),
    "Adam": lambda parameters: optim.Adam(parameters, lr=0.02, amsgrad=True),
    "AdamW": lambda parameters: optim.AdamW(parameters, lr=0.02),
}
SCHEDULES: dict[str, Callable[[optim.Optimizer], Any]] = {
    "none": lambda _: None,
    "StepLR": lambda optimizer: lr_scheduler.StepLR(optimizer, 2),
    "MultiStepLR": lambda optimizer: lr_scheduler.MultiStepLR(optimizer, [1, 3]),
    "LambdaLR": lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch)),
    "Cosine": lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, EPOCHS),
    "OneCycle": lambda optimizer: lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=EPOCHS),
    "Plateau": lambda o: lr_scheduler.ReduceLROnPlateau(o, patience=0, threshold=0.2),
}


class Run:
    """One run and all that must come out the same."""

    def __init__(
        self,
        optimizer: str = "Adam",
        schedule: str = "Cosine",
        data: Callable[[], Any] = lambda: (X, Y),
        model: Callable[[], nn.Module] = lambda: network(dropout=0.3),
        **options: Any,
    ) -> None:
        self.model = model()
        self.optimizer = OPTIMIZERS[optimizer](self.model.parameters())
        self.scheduler = SCHEDULES[schedule](self.optimizer)
        self.counter = Counter()
        self.history = History()
        self.data = data()
        self.options: dict[str, Any] = {
            "epochs": EPOCHS, "batch_size": 10, "seed": 3, "validation": (X_TEST, Y_TEST),
            **options,
        }  # fmt: skip

    def train(
        self,
        folder: Path | None = None,
        resume: bool = False,
        stop: Stopper | None = None,
        every_steps: int | None = 3,
        callbacks: tuple[Callback, ...] = (),
    ) -> "Run":
        stop = stop or Stopper("on_fit_start", -1, Crash)
        checkpoint = Callback() if folder is None else Checkpoint(folder, every_steps=every_steps)
        self.history = fit(
            self.model,
            self.data,
            optimizer=self.optimizer,
            scheduler=self.scheduler,
            callbacks=[checkpoint, stop, self.counter, *callbacks],
            out=folder,
            resume=resume,
            **self.options,
        )
        return self

    def result(self) -> dict[str, Any]:
        """Everything the run leaves, bit for bit, but the seconds."""
        return {
            "weights": weights(self.model),
            "modes": [module.training for module in self.model.modules()],
            "optimizer": optimizer_bits(self.optimizer),
            "schedule": self.scheduler and self.scheduler.state_dict(),
            "history": figures(self.history),
            "generator": default_generator.state_dict(),
            "counts": self.counter.counts,
        }


def tensors() -> TensorDataset:
    return TensorDataset(chainrule.from_numpy(X), chainrule.from_numpy(Y))


def stopped_and_resumed(
    folder: Path, stop: Stopper, every_steps: int | None = 3, **options: Any
) -> tuple[Run, Run]:
    """A run stopped by something, and the run that went on with it elsewhere and later."""
    first = Run(**options)
    with pytest.raises((Crash, KeyboardInterrupt)):
        first.train(folder, stop=stop, every_steps=every_steps)
    second = Run(**options)
    second.model.load_state_dict({p: t * 0 - 1 for p, t in second.model.state_dict().items()})
    chainrule.manual_seed(99)
    return first, second.train(folder, resume=True, every_steps=every_steps)
