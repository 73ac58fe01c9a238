"""A batch to ask questions about: given as numbers, taken from a data set, or made up."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chainrule.array_types import Array, Shape
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.autograd.tensor import Tensor
from chainrule.data import Preprocessing, Split
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.explain.detective.description import LOSSES, TAKES_LABELS
from chainrule.explain.detective.graph import LossFunction
from chainrule.nn.embedding import Embedding
from chainrule.nn.module import Module
from chainrule.nn.summary import example_input

CROSS_ENTROPY = "cross-entropy"


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples, what their outputs should be, and how far they are from it.

    Attributes:
        inputs: The samples, in float64 where they are not integers.
        target: Class numbers, or numbers of the outputs' shape.
        loss_name: One of the detective's LOSSES.
        origin: Where the samples are from, in words.
    """

    inputs: Tensor
    target: Tensor
    loss_name: str
    origin: str

    def __str__(self) -> str:
        return f"{self.loss_name} of {self.origin}, in float64"

    @property
    def loss_function(self) -> LossFunction:
        """The loss of this name."""
        return LOSSES[self.loss_name]()


def given_batch(
    model: Module,
    samples: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    sample_shape: Shape | None = None,
    loss_name: str | None = None,
) -> Batch:
    """Return a batch of numbers that were typed in.

    Without a name of a loss it is the cross-entropy where a network of several outputs is given one
    number a sample, its class, and the mean squared error otherwise.

    Args:
        model: The network.
        samples: The numbers of each sample.
        targets: The class, or the desired outputs, of each.
        sample_shape: Shape of one sample, where the network does not say it.
        loss_name: One of LOSSES.

    Raises:
        InvalidShape: if the numbers do not fit the network or each other.
    """
    shape, dtype = _form(model, sample_shape)
    size = int(np.prod(shape))
    for row in samples:
        if len(row) != size:
            raise InvalidShape(
                f"A sample has {len(row)} numbers: the network takes {size}, of shape {shape}."
            )
    inputs = wrap(np.array(samples, dtype).reshape(-1, *shape))
    if len(targets) != len(samples):
        raise InvalidShape(f"There are {len(samples)} samples, but {len(targets)} targets.")
    width = {len(row) for row in targets}
    outputs = _outputs(model, inputs)
    name = _checked(loss_name) if loss_name else _usual_loss(outputs.shape, width == {1})
    expected = 1 if name in TAKES_LABELS else int(np.prod(outputs.shape[1:]))
    if width != {expected}:
        raise InvalidShape(
            f"A target has {sorted(width)[0]} numbers: {name} for outputs of shape "
            f"{outputs.shape[1:]} takes {expected}."
        )
    return Batch(inputs, _target(np.array(targets), outputs.shape, name), name, "given samples")


def data_batch(
    model: Module,
    split: Split,
    rows: Sequence[int],
    preprocessing: Preprocessing | None = None,
    loss_name: str | None = None,
) -> Batch:
    """Return some of the samples of a data set that a network learns from.

    Args:
        model: The network.
        split: The data set.
        rows: Which of its training samples.
        preprocessing: What samples go through for this network; without one, the data set's own.
        loss_name: One of LOSSES; by default cross-entropy for classes, the binary one for a single
            output, and the mean squared error for a regression.

    Raises:
        InvalidArgument: if there are no such samples, or no such loss.
    """
    count = len(split.x_train)
    if not rows or not all(0 <= row < count for row in rows):
        raise InvalidArgument(
            f"{split.name} has {count:,} samples to learn from, numbered from 0: there are none "
            f"such as {[*rows][:5]}."
        )
    samples = split.x_train[list(rows)]
    if preprocessing is not None:
        samples = preprocessing.apply(split.preprocessing.undo(samples))
    inputs = wrap(_widened(samples))
    outputs = _outputs(model, inputs)
    is_single = int(np.prod(outputs.shape[1:])) == 1
    usual = "mse" if split.task == "regression" else "bce-logits" if is_single else CROSS_ENTROPY
    name = _checked(loss_name) if loss_name else usual
    target = _target(split.y_train[list(rows)], outputs.shape, name)
    return Batch(inputs, target, name, f"{len(rows)} of the samples {split.name} learns from")


def made_up_batch(
    model: Module,
    sample_shape: Shape | None = None,
    count: int = 4,
    seed: int = 0,
    loss_name: str | None = None,
) -> Batch:
    """Return random samples with random targets.

    Args:
        model: The network.
        sample_shape: Shape of one sample, where the network does not say it.
        count: How many.
        seed: Of the random numbers.
        loss_name: One of LOSSES; by default cross-entropy for several outputs.
    """
    shape, dtype = _form(model, sample_shape)
    random = np.random.default_rng(seed)
    if dtype.kind == "f":
        inputs = wrap(random.normal(size=(count, *shape)))
    else:
        table = next(m for m in model.modules() if isinstance(m, Embedding))
        inputs = wrap(random.integers(0, table.num_embeddings, (count, *shape)))
    outputs = _outputs(model, inputs)
    name = _checked(loss_name) if loss_name else _usual_loss(outputs.shape, is_one_number=True)
    if name in TAKES_LABELS:
        numbers: Array = random.integers(0, outputs.shape[1], (count, *outputs.shape[2:]))
    elif name.startswith("bce"):
        numbers = random.integers(0, 2, outputs.shape)
    else:
        numbers = random.normal(size=outputs.shape)
    return Batch(inputs, _target(numbers, outputs.shape, name), name, f"{count} made-up samples")


def parse_rows(text: str) -> list[int]:
    """Return the numbers of the samples that a text such as ``0:4`` or ``3,7`` means.

    Raises:
        InvalidArgument: if it is not of this form.

    >>> parse_rows("0:4"), parse_rows("3,7")
    ([0, 1, 2, 3], [3, 7])
    """
    rows: list[int] = []
    try:
        for part in text.split(","):
            first, colon, last = part.partition(":")
            rows += range(int(first or 0), int(last)) if colon else [int(first)]
    except ValueError:
        raise InvalidArgument(f"Samples are numbered as in 0:4 or 3,7, got {text!r}.") from None
    return rows


def _form(model: Module, sample_shape: Shape | None) -> tuple[Shape, np.dtype]:
    """Return shape and dtype of one sample.

    Raises:
        InvalidArgument: if the shape is not known.
    """
    example = example_input(model, sample_shape)
    if example is None:
        raise InvalidArgument(
            "The network does not say what a sample looks like: pass its shape, e.g. --shape "
            "1,28,28."
        )
    return example.shape[1:], example.dtype


def _outputs(model: Module, inputs: Tensor) -> Array:
    with no_grad():
        outputs = model(inputs)
    return outputs.array


def _usual_loss(outputs: Shape, is_one_number: bool) -> str:
    has_classes = len(outputs) > 1 and outputs[1] > 1
    return CROSS_ENTROPY if has_classes and is_one_number else "mse"


def _checked(name: str) -> str:
    if name not in LOSSES:
        raise InvalidArgument(f"There is no loss {name!r}: choose one of {', '.join(LOSSES)}.")
    return name


def _target(numbers: Array, outputs: Shape, loss_name: str) -> Tensor:
    """Return targets in the form a loss takes."""
    if loss_name in TAKES_LABELS:
        labels = np.asarray(numbers).reshape(outputs[0], *outputs[2:])
        if (labels != labels.astype(np.int64)).any():
            raise InvalidArgument(
                f"{loss_name} takes class numbers, got {labels.reshape(-1)[:5].tolist()}."
            )
        return wrap(labels.astype(np.int64))
    return wrap(np.asarray(numbers, np.float64).reshape(outputs))


def _widened(samples: Array) -> Array:
    return samples.astype(np.float64) if samples.dtype.kind == "f" else samples
