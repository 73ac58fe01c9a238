"""fit: train a model on data, in one call."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from chainrule.array_types import Array, Dtype, get_default_dtype
from chainrule.autograd.core import TensorCore
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.data import (
    ConvertedDataset,
    DataLoader,
    Dataset,
    TensorDataset,
    find_not_finite,
)
from chainrule.engines import Job, LossFunction, check_engine, make_engine
from chainrule.engines.selection import AUTO
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.nn import CrossEntropyLoss, MSELoss
from chainrule.nn.losses import LOSSES
from chainrule.nn.module import Module
from chainrule.optim import Optimizer, find_optimizer
from chainrule.randomness import manual_seed
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import Checkpoint, engine_of, goes_on
from chainrule.training.checkpoint import resume as resume_run
from chainrule.training.history import History
from chainrule.training.metrics import Metric, find_metrics
from chainrule.training.recording import Recorder
from chainrule.training.trainer import Parts, Schedule, Trainer, as_pair

Data: TypeAlias = tuple[Tensor | Array, Tensor | Array] | Dataset[object] | DataLoader[object]
"""Samples and targets, as arrays or tensors, a data set of pairs, or a loader of batches."""

Metrics: TypeAlias = str | Sequence[str | Metric | Callable[[Array, Array], float]]
"""Names of metrics, or functions of outputs and targets."""

VALIDATION_BATCH_SIZE = 1024


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


def as_loader(data: Data, batch_size: int, shuffle: bool) -> DataLoader[object]:
    """Return data of any of the accepted forms as a loader of batches.

    Raises:
        InvalidArgument: if there are no samples, or some are not finite.
        InvalidShape: if samples and targets are not equally many.
        InvalidType: if the data are of another form.
    """
    if isinstance(data, DataLoader):
        if data.sampler is None and len(data) == 0:
            raise InvalidArgument(
                f"The loader gives no batches of its {len(data.dataset)} samples: there is nothing "
                "to learn from. Pass more samples, or leave out drop_last."
            )
        return data
    if isinstance(data, tuple):
        if len(data) != 2:
            raise InvalidArgument(f"Data must be a pair (X, y), got {len(data)} parts.")
        inputs, targets = (as_tensor(part) for part in data)
        if inputs.ndim == 0 or targets.ndim == 0 or len(inputs) != len(targets):
            raise InvalidShape(
                f"X has shape {inputs.array.shape} and y has {targets.array.shape}: the first axis "
                "counts the samples and must be equal."
            )
        data = ConvertedDataset(inputs, targets, dtypes=[dtype_of(part) for part in data])
    if not hasattr(data, "__getitem__") or not hasattr(data, "__len__"):
        raise InvalidType(
            f"Data must be (X, y), a Dataset or a DataLoader, got {type(data).__name__}."
        )
    if len(data) == 0:
        raise InvalidArgument("The data have no samples: there is nothing to learn from.")
    if isinstance(data, TensorDataset):
        check_finite(data)
        batch_size = batch_size if shuffle else data.most_at_once(batch_size)
    return DataLoader(data, batch_size, shuffle=shuffle)


def as_tensor(part: Tensor | Array) -> Tensor:
    """Return samples or targets as a tensor of the same memory."""
    if isinstance(part, TensorCore):
        return part
    if not isinstance(part, np.ndarray) or part.dtype.kind not in "biuf":
        is_array = isinstance(part, np.ndarray)
        what = f"an array of {part.dtype}" if is_array else type(part).__name__
        raise InvalidType(
            f"Data must be tensors or NumPy arrays of numbers, got {what}: convert them, e.g. with "
            "numpy.array(x, dtype=float)."
        )
    return wrap(part)


def dtype_of(part: Tensor | Array) -> Dtype:
    """Return what is computed with: a tensor's own dtype; of arrays, the default one or int64."""
    if isinstance(part, TensorCore):
        return part.array.dtype
    return get_default_dtype() if part.dtype.kind == "f" else np.dtype(np.int64)


def check_finite(data: TensorDataset) -> None:
    """Refuse data with NaN or infinity in them; those in files are gone through once.

    Raises:
        InvalidArgument: naming the first sample.
    """
    for rows in data.rows:
        place = find_not_finite(rows)
        if place is not None:
            raise InvalidArgument(
                f"The data hold NaN or infinity, first in sample {place[0]}, at {place}: remove or "
                "replace such samples first, e.g. with numpy.nan_to_num."
            )


def first_samples(loader: DataLoader[object]) -> tuple[Array, Array]:
    """Return a batch made of the first sample and its target, whatever order is to come.

    Raises:
        InvalidShape: if the loader's batches are not pairs.
    """
    count = loader.batch_size if loader.drop_last and loader.batch_size else 1
    inputs, targets = as_pair(next(loader.batches(order=np.zeros(count, np.int64))))
    return inputs.array, targets.array


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
