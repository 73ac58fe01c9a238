"""fit: train a model on data, in one call."""

import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from chainrule.engines import LossFunction
from chainrule.nn.module import Module
from chainrule.optim import Optimizer
from chainrule.training.callbacks import Callback
from chainrule.training.given_data import Data
from chainrule.training.history import History
from chainrule.training.preparation import FitOptions, Metrics, prepare
from chainrule.training.trainer import Schedule


def fit(
    model: Module,
    data: Data,
    *,
    loss: LossFunction | str | None = None,
    optimizer: Optimizer | str = "adam",
    lr: float | None = None,
    epochs: int = 5,
    batch_size: int = 32,
    validation: Data | None = None,
    metrics: Metrics | None = None,
    engine: str = "auto",
    callbacks: Sequence[Callback] = (),
    scheduler: Schedule | None = None,
    clip_norm: float | None = None,
    threads: int | None = None,
    device: str | None = None,
    mixed_precision: bool = False,
    seed: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    record: str | Path | None = None,
) -> History:
    """Train a model and return what it achieved, epoch by epoch.

    Args:
        model: The network; trained in place.
        data: Samples and targets to learn from; shuffled anew each epoch unless a loader is given.
        loss: A loss module, a function of outputs and targets, or a name such as "mse". By default
            cross-entropy for whole-number targets and mean squared error for others.
        optimizer: An optimiser of this model's parameters, or a name such as "sgd".
        lr: Learning rate for an optimiser given by name; by default that optimiser's own.
        epochs: Passes over the data; with ``resume``, counted from the start of the run.
        batch_size: Samples per step, unless a loader is given.
        validation: Samples to be tested on after every epoch.
        metrics: Names or functions of outputs and targets, each a mean over samples; by default
            accuracy for labels.
        engine: "eager"; "compiled" for steps in machine code; "torch" for steps taken by PyTorch,
            on a GPU or in several processes; or "auto" for machine code where the work is enough to
            be worth compiling, and the network can be.
        callbacks: Shown the run as it happens.
        scheduler: A learning-rate schedule, stepped after every epoch; ReduceLROnPlateau is shown
            the validation loss, or without validation the loss.
        clip_norm: Largest norm of all gradients together.
        threads: How many work on a step of the compiled engine; None for as many as help.
        device: Where PyTorch computes, by its name, such as "cuda"; None for a GPU if there is one.
        mixed_precision: Have PyTorch compute products in bfloat16.
        seed: Of the samples' order and dropout; without it the library's generator goes on.
        out: Folder for checkpoints; none are kept without it.
        resume: Go on from the checkpoint in ``out``, bit for bit as if never interrupted. Processes
            that ``torchrun`` has started anew do so by themselves.
        record: Folder for a recording, with which ``explain.reopen`` goes back to any step.

    Returns:
        The history; ``print`` it for a table.

    Raises:
        InvalidArgument, InvalidShape, InvalidType: if something does not fit; see the message.
        NotFinite: if the loss or a gradient stops being finite; the weights are still those before.
        StateMismatch: if the checkpoint to resume from belongs to another run.

    >>> from chainrule.nn.feedforward import feedforward
    >>> from chainrule.data import moons
    >>> history = fit(feedforward([2, 16, 2]), moons(100, seed=0), epochs=2, seed=0)
    >>> len(history)
    2
    """
    options = FitOptions(
        loss=loss,
        optimizer=optimizer,
        lr=lr,
        epochs=epochs,
        batch_size=batch_size,
        validation=validation,
        metrics=metrics,
        engine=engine,
        callbacks=callbacks,
        scheduler=scheduler,
        clip_norm=clip_norm,
        threads=threads,
        device=device,
        mixed_precision=mixed_precision,
        seed=seed,
        out=out,
        resume=resume,
        record=record,
    )
    return prepare(model, data, options).run()


def complete_options(given: Mapping[str, Any]) -> FitOptions:
    """Return options with ``fit``'s own for those that are not given.

    Raises:
        TypeError: if ``fit`` has no option of such a name.

    >>> complete_options({"epochs": 3}).batch_size
    32
    """
    bound = inspect.signature(fit).bind(None, None, **given)
    bound.apply_defaults()
    arguments = bound.arguments
    return FitOptions(**{name: arguments[name] for name in FitOptions.__dataclass_fields__})
