"""From what a person asks of ``fit`` to a training run that is ready to begin."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from chainrule.array_types import Array
from chainrule.engines import Job, LossFunction, check_engine, make_engine
from chainrule.engines.selection import AUTO
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.nn import CrossEntropyLoss, MSELoss
from chainrule.nn.losses import LOSSES
from chainrule.nn.module import Module
from chainrule.optim import Optimizer, find_optimizer
from chainrule.randomness import manual_seed
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import Checkpoint, engine_of, goes_on
from chainrule.training.checkpoint import resume as resume_run
from chainrule.training.given_data import Data, as_loader, first_samples
from chainrule.training.metrics import Metric, find_metrics
from chainrule.training.recording import Recorder
from chainrule.training.trainer import Parts, Schedule, Trainer

Metrics: TypeAlias = str | Sequence[str | Metric | Callable[[Array, Array], float]]
"""Names of metrics, or functions of outputs and targets."""

VALIDATION_BATCH_SIZE = 1024


@dataclass(frozen=True, eq=False)
class FitOptions:
    """The options of ``fit``, under their names; see there."""

    loss: LossFunction | str | None
    optimizer: Optimizer | str
    lr: float | None
    epochs: int
    batch_size: int
    validation: Data | None
    metrics: Metrics | None
    engine: str
    callbacks: Sequence[Callback]
    scheduler: Schedule | None
    clip_norm: float | None
    threads: int | None
    device: str | None
    mixed_precision: bool
    seed: int | None
    out: str | Path | None
    resume: bool
    record: str | Path | None


def prepare(model: Module, data: Data, options: FitOptions) -> Trainer:
    """Return the training run that ``fit`` runs, ready to begin or, if it is resumed, to go on.

    Raises:
        InvalidArgument, InvalidShape, InvalidType: if something does not fit; see the message.
        StateMismatch: if the checkpoint to resume from belongs to another run.
    """
    check_arguments(model, options)
    if options.seed is not None:
        manual_seed(options.seed)
    loader = as_loader(data, options.batch_size, shuffle=True)
    sample = first_samples(loader)
    loss = find_loss(options.loss, sample[1] if options.loss is None else None)
    optimizer = make_optimizer(options.optimizer, options.lr, model)
    if getattr(options.scheduler, "optimizer", optimizer) is not optimizer:
        raise InvalidArgument(
            "The schedule was made for another optimiser than the one that trains: make the "
            "optimiser first, and pass it to both."
        )
    folder = None if options.out is None else Path(options.out)
    resume = goes_on(folder, options.resume)
    engine = resumed_engine(options.engine, folder) if resume else options.engine
    job = Job(
        model=model,
        loss=loss,
        optimizer=optimizer,
        clip_norm=options.clip_norm,
        threads=options.threads,
        inputs=sample[0],
        targets=sample[1],
        steps=options.epochs * len(loader),
        batch_size=loader.batch_size or 1,
        device=options.device,
        mixed_precision=options.mixed_precision,
    )
    trainer = Trainer(
        Parts(
            model=model,
            engine=make_engine(engine, job),
            optimizer=optimizer,
            loader=loader,
            validation=None
            if options.validation is None
            else as_loader(options.validation, VALIDATION_BATCH_SIZE, shuffle=False),
            metrics=find_metrics(options.metrics, isinstance(loss, CrossEntropyLoss)),
            scheduler=options.scheduler,
            callbacks=all_callbacks(options, folder),
            epochs=options.epochs,
            seed=options.seed,
        )
    )
    if resume:
        if folder is None:
            raise InvalidArgument("fit got resume=True without out: pass the folder of the run.")
        resume_run(trainer, folder)
    return trainer


def all_callbacks(options: FitOptions, folder: Path | None) -> list[Callback]:
    """Return the callbacks given, and those that checkpoints and a recording ask for."""
    callbacks = list(options.callbacks)
    if options.record is not None:
        callbacks.append(Recorder(options.record))
    if folder is not None and not any(isinstance(c, Checkpoint) for c in callbacks):
        callbacks.append(Checkpoint(folder))
    return callbacks


def check_arguments(model: object, options: FitOptions) -> None:
    """Refuse what cannot be trained, or not for so long, or only backwards.

    Raises:
        InvalidType: if the model is not a module.
        InvalidArgument: if a number is out of range, or there is no such engine.
    """
    if not isinstance(model, Module):
        what = model.__name__ if isinstance(model, type) else type(model).__name__
        raise InvalidType(f"fit got {what} to train: pass a module, an object and not its class.")
    epochs, clip_norm, threads = options.epochs, options.clip_norm, options.threads
    if isinstance(epochs, bool) or not isinstance(epochs, (int, np.integer)) or epochs < 0:
        raise InvalidArgument(f"fit got epochs={epochs!r}: it must be a whole number of 0 or more.")
    if clip_norm is not None and not clip_norm > 0:
        raise InvalidArgument(f"fit got clip_norm={clip_norm!r}: a largest norm must be positive.")
    check_engine(options.engine)
    if threads is not None and threads < 1:
        raise InvalidArgument(f"fit got threads={threads!r}: at least 1 is needed.")


def resumed_engine(engine: str, folder: Path | None) -> str:
    """Return the engine to go on with: "auto" stands for the one that ran before."""
    before = None if folder is None or engine != AUTO else engine_of(folder)
    return before or engine


def find_loss(loss: LossFunction | str | None, targets: Array | None) -> LossFunction:
    """Return the loss function meant.

    Args:
        loss: As given to ``fit``.
        targets: Some of the targets, for where no loss is given.

    Raises:
        InvalidArgument: if there is no loss of this name; it lists those there are.
        InvalidType: if it is neither a name nor a function.
    """
    if loss is None:
        is_labels = targets is None or targets.dtype.kind in "iub"
        return CrossEntropyLoss() if is_labels else MSELoss()
    if isinstance(loss, type) or not (isinstance(loss, str) or callable(loss)):
        what = f"the class {loss.__name__}" if isinstance(loss, type) else type(loss).__name__
        raise InvalidType(
            f"The loss must be a module, a function or a name, got {what}: pass e.g. nn.MSELoss()."
        )
    if not isinstance(loss, str):
        return loss
    by_name = {short_name(loss_class.__name__): loss_class for loss_class in LOSSES}
    wanted = short_name(loss)
    if wanted not in by_name:
        raise InvalidArgument(f"There is no loss {loss!r}: choose one of {', '.join(by_name)}.")
    return by_name[wanted]()


def short_name(name: str) -> str:
    """Return a loss's name without case, underscores and "loss".

    >>> short_name("CrossEntropyLoss"), short_name("cross_entropy")
    ('crossentropy', 'crossentropy')
    """
    return name.lower().replace("_", "").removesuffix("loss")


def make_optimizer(optimizer: Optimizer | str, lr: float | None, model: Module) -> Optimizer:
    """Return an optimiser of this model's parameters.

    Raises:
        InvalidArgument: if the one given has none of them, or the model has none.
        InvalidType: if it is neither an optimiser nor a name.
    """
    parameters = list(model.parameters())
    if not parameters:
        raise InvalidArgument(
            f"{type(model).__name__} has no parameters: there is nothing to train."
        )
    if isinstance(optimizer, str):
        chosen = find_optimizer(optimizer)
        return chosen(parameters) if lr is None else chosen(parameters, lr=lr)
    if not isinstance(optimizer, Optimizer):
        raise InvalidType(
            "The optimizer must be a name, or made from the model's parameters, got "
            f"{optimizer!r:.80}: pass e.g. chainrule.optim.SGD(model.parameters(), lr=0.1)."
        )
    if lr is not None:
        raise InvalidArgument(
            "fit got both an optimiser and lr: set lr where the optimiser is made."
        )
    held = {id(p) for group in optimizer.param_groups for p in group["params"]}
    missing = [
        path for path, p in model.named_parameters() if id(p) not in held and p.requires_grad
    ]
    if missing and len(missing) == len([p for p in parameters if p.requires_grad]):
        raise InvalidArgument(
            "The optimiser holds none of this model's parameters: make it with "
            "model.parameters() of the model that is trained."
        )
    return optimizer
