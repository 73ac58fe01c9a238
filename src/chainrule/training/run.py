"""A training run as a person orders it: a data set, a network and how to train it, in one record.

The record is what the command line fills in, what is written beside the results as ``run.json``,
and what a resumed run is held to.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from threading import Thread
from typing import Any

from chainrule import errors
from chainrule.compiler.object_code import blas_addresses
from chainrule.data import DATA_SETS, Split, load
from chainrule.engines import check_engine, is_first_process
from chainrule.files import atomic_write
from chainrule.nn.feedforward import activation_module, feedforward
from chainrule.nn.module import Module
from chainrule.nn.summary import count_parameters
from chainrule.optim import find_optimizer
from chainrule.optim.lr_scheduler import CosineAnnealingLR
from chainrule.randomness import manual_seed
from chainrule.storage import save_model
from chainrule.storage.checked_json import parse_json
from chainrule.training.callbacks import Callback
from chainrule.training.checkpoint import goes_on
from chainrule.training.fit import fit
from chainrule.training.history import History

MIN_SAMPLES_SEEN = 100_000  # small data sets are gone through more often
MIN_EPOCHS = 5
DEFAULT_LAYERS = (256, 128)
SCHEDULES = ("constant", "cosine")
RUN_FILE, MODEL_FILE, HISTORY_FILE, CURVES_FILE = (
    "run.json",
    "model.safetensors",
    "history.csv",
    "curves.png",
)
RECORDING_FOLDER = "recording"


@dataclass(frozen=True)
class RunOptions:
    """How a feedforward network is trained on a data set.

    Attributes:
        dataset: Name of a data set, or path of a table.
        layers: Units of each hidden layer.
        activation: Of the hidden layers, by name.
        dropout: Probability with which a hidden unit is dropped.
        optimizer: By name.
        lr: Learning rate, at the start.
        schedule: "cosine", by which the rate falls to zero along half a cosine, or "constant".
        batch_size: Samples per step.
        epochs: Passes over the training samples; None for 5, or as many more as it takes to see
            100,000 samples.
        seed: Of the initial weights, the order of the samples and dropout.
        engine: By name, or "auto".
        mixed_precision: Whether PyTorch is to compute products in bfloat16.

    Raises:
        InvalidArgument: if one of them cannot be used.
    """

    dataset: str
    layers: tuple[int, ...] = DEFAULT_LAYERS
    activation: str = "relu"
    dropout: float = 0.2
    optimizer: str = "adam"
    lr: float = 0.001
    schedule: str = "cosine"
    batch_size: int = 32
    epochs: int | None = None
    seed: int = 0
    engine: str = "auto"
    mixed_precision: bool = False

    def epochs_for(self, num_samples: int) -> int:
        """Return the number of epochs for this many training samples."""
        if self.epochs is not None:
            return self.epochs
        return max(MIN_EPOCHS, math.ceil(MIN_SAMPLES_SEEN / num_samples))

    def __post_init__(self) -> None:
        for name in ("dataset", "activation", "optimizer", "schedule", "engine"):
            if not isinstance(getattr(self, name), str):
                raise errors.InvalidArgument(f"{name} must be a text, got {getattr(self, name)!r}.")
        activation_module(self.activation)
        find_optimizer(self.optimizer)
        check_engine(self.engine)
        if not isinstance(self.mixed_precision, bool):
            raise errors.InvalidArgument(
                f"mixed_precision must be true or false, got {self.mixed_precision!r}."
            )
        require_whole("batch_size", self.batch_size, 1)
        require_whole("seed", self.seed, 0)
        if self.epochs is not None:
            require_whole("epochs", self.epochs, 0)
        object.__setattr__(self, "layers", tuple(self.layers))
        for size in self.layers:
            require_whole("every layer's size", size, 1)
        if not is_number(self.dropout) or not 0 <= self.dropout <= 1:
            raise errors.InvalidArgument(
                f"dropout must be a probability, from 0 to 1, got {self.dropout!r}."
            )
        if not is_number(self.lr) or not 0 <= self.lr < math.inf:
            raise errors.InvalidArgument(f"lr must be a number of 0 or more, got {self.lr!r}.")
        if self.schedule not in SCHEDULES:
            raise errors.InvalidArgument(
                f"There is no schedule {self.schedule!r}: choose one of {', '.join(SCHEDULES)}."
            )

    def check_same(self, other: "RunOptions", folder: Path) -> None:
        """Refuse to go on with a run under other options than it was started with.

        Raises:
            StateMismatch: naming the first option that differs. At a constant rate, more epochs are
                allowed.
        """
        for option in fields(self):
            before, now = getattr(self, option.name), getattr(other, option.name)
            may_change = option.name == "epochs" and self.schedule == "constant"
            if before != now and not may_change:
                raise errors.StateMismatch(
                    f"The run in {folder} was started with {option.name} = {before}, not {now}: "
                    "resume it without that option, or start a new run in another folder."
                )


def require_whole(name: str, value: object, least: int) -> None:
    """Refuse what is not a whole number, or less than allowed.

    Raises:
        InvalidArgument: naming the option.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise errors.InvalidArgument(
            f"{name} must be a whole number of {least} or more, got {value!r}."
        )


def is_number(value: object) -> bool:
    """Return whether an option is a number; True and False are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


@dataclass(frozen=True)
class RunResult:
    """What a finished run leaves behind.

    Attributes:
        options: As ordered, with the number of epochs filled in.
        engine: Name of the engine that ran.
        num_parameters: Of the model.
        history: Loss and accuracy by epoch.
        model_path: Where the model was saved.
    """

    options: RunOptions
    engine: str
    num_parameters: int
    history: History
    model_path: Path


def order_run(dataset: str, given: Mapping[str, Any]) -> RunOptions:
    """Return the options of a run: those given, else the data set's recipe, else the general ones.

    Raises:
        InvalidArgument: if an option cannot be used.

    >>> order_run("digits", {"seed": 3}).epochs
    40
    """
    recipes = {source.name: source.recipe for source in DATA_SETS}
    return RunOptions(dataset, **{**recipes.get(dataset, {}), **given})


def build_model(options: RunOptions, split: Split) -> Module:
    """Return the untrained network for a data set."""
    inputs = math.prod(split.feature_shape)
    outputs = len(split.class_names) if split.task == "classification" else split.y_train.shape[1]
    return feedforward([inputs, *options.layers, outputs], options.activation, options.dropout)


def read_run_options(folder: Path) -> RunOptions:
    """Return the options a run was started with.

    Raises:
        DataNotFound: if there is no run in the folder.
        CorruptFile: if its record cannot be read.
    """
    path = folder / RUN_FILE
    if not path.is_file():
        raise errors.DataNotFound(
            f"There is no training run in {folder}: {RUN_FILE} is missing. Start one with --out "
            f"{folder}."
        )
    try:
        values: Any = parse_json(path.read_bytes())
        if not isinstance(values, dict) or values.keys() != {o.name for o in fields(RunOptions)}:
            raise ValueError("it does not hold the options of a run")
        return RunOptions(**{**values, "layers": tuple(values["layers"])})
    except (ValueError, TypeError) as error:
        raise errors.CorruptFile(f"{path} is damaged: {error}. Start a new run.") from None


def execute(
    options: RunOptions,
    out: Path,
    *,
    data_dir: Path | None = None,
    resume: bool = False,
    threads: int | None = None,
    device: str | None = None,
    record: bool = False,
    callbacks: Sequence[Callback] = (),
) -> RunResult:
    """Train a network as ordered and leave model, history and curves in a folder.

    Args:
        options: What to train on what, and how.
        out: Folder for the results, made if need be.
        data_dir: Where to look for data files first.
        resume: Go on with the interrupted run in ``out``, which must have been started with the
            same options; at a constant rate, the number of epochs may be another one.
        threads: How many work on a step of the compiled engine; None for as many as help.
        device: Where PyTorch computes, by its name; None for a GPU if there is one.
        record: Whether to keep what it takes to go back to any step of the run.
        callbacks: Shown the run as it happens.

    Raises:
        DataNotFound: if there is no run to resume, or no such data set.
        StateMismatch: if the run to resume was started with other options; it names the first.
    """
    resume = goes_on(out, resume)
    if resume:
        read_run_options(out).check_same(options, out)
    Thread(target=blas_addresses, daemon=True).start()  # takes a while; the data are read meanwhile
    split = load(options.dataset, data_dir=data_dir)
    manual_seed(options.seed)
    model = build_model(options, split)
    chosen = training_options(options, model, split)
    if is_first_process():
        out.mkdir(parents=True, exist_ok=True)
        atomic_write(out / RUN_FILE, json.dumps(asdict(options), indent=2).encode() + b"\n")
    history = fit(
        model,
        split.train,
        **chosen,
        threads=threads,
        device=device,
        callbacks=callbacks,
        out=out,
        resume=resume,
        record=out / RECORDING_FOLDER if record else None,
    )
    model_path = out / MODEL_FILE
    complete = replace(options, epochs=chosen["epochs"])
    result = RunResult(complete, history.engine, count_parameters(model), history, model_path)
    if is_first_process():
        save_results(result, model, split)
    return result


def training_options(options: RunOptions, model: Module, split: Split) -> dict[str, Any]:
    """Return what ``fit`` is to be given for a run, beside the network and its data."""
    epochs = options.epochs_for(len(split.train))
    optimizer = find_optimizer(options.optimizer)(model.parameters(), lr=options.lr)
    is_cosine = options.schedule == "cosine"
    return {
        "optimizer": optimizer,
        "scheduler": CosineAnnealingLR(optimizer, max(epochs, 1)) if is_cosine else None,
        "epochs": epochs,
        "batch_size": options.batch_size,
        "validation": split.test,
        "engine": options.engine,
        "mixed_precision": options.mixed_precision,
        "seed": options.seed,
    }


def save_results(result: RunResult, model: Module, split: Split) -> None:
    """Leave model, history and curves of a finished run in its folder."""
    history, out = result.history, result.model_path.parent
    save_model(
        model,
        result.model_path,
        class_names=split.class_names,
        preprocessing=split.preprocessing.to_dict(),
        training={**asdict(result.options), "history": history.to_rows()[-1:]},
    )
    history.to_csv(out / HISTORY_FILE)
    history.plot(out / CURVES_FILE)
