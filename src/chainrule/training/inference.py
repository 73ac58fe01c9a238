"""A trained model at work: loaded from its file, evaluated, asked about new samples."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.autograd.modes import no_grad
from chainrule.data import DataLoader, Preprocessing, Split, read_samples
from chainrule.errors import InvalidShape, StateMismatch
from chainrule.nn import functional
from chainrule.nn.module import Module
from chainrule.storage import read_model
from chainrule.training.given_data import check_finite

BATCH_SIZE = 1024


@dataclass(frozen=True)
class Score:
    """How well a model does on samples it was not trained on.

    Attributes:
        loss: Mean cross-entropy in nats, or mean squared error.
        accuracy: Share of samples classified rightly; None for a regression.
        num_samples: How many were tried.
    """

    loss: float
    accuracy: float | None
    num_samples: int

    def as_dict(self) -> dict[str, object]:
        """Return the figures under the names that train uses."""
        return {
            "test_loss": self.loss,
            "test_accuracy": self.accuracy,
            "num_samples": self.num_samples,
        }

    def __str__(self) -> str:
        accuracy = "" if self.accuracy is None else f"test accuracy {self.accuracy:.2%}, "
        return f"{accuracy}test loss {self.loss:.4f} on {self.num_samples:,} samples"


@dataclass(frozen=True)
class Prediction:
    """What a model says of one sample.

    Attributes:
        file: Where the sample comes from.
        row: Its number in the file, from 0; None if it is the only one.
        label: Name of the most probable class; None for a regression.
        probability: Of that class; None for a regression.
        values: Probability of each class, or the numbers predicted.
    """

    file: str
    row: int | None
    label: str | None
    probability: float | None
    values: tuple[float, ...]

    def as_dict(self) -> dict[str, object]:
        """Return the fields by name."""
        return asdict(self)

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}, row {self.row}"
        if self.label is None:
            return f"{place}: {', '.join(f'{value:.6g}' for value in self.values)}"
        return f"{place}: {self.label} ({self.probability:.1%})"


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model with what its file says of it.

    Attributes:
        model: The network, in evaluation mode.
        class_names: Names of its outputs; empty for a regression.
        preprocessing: What its samples go through first.
        path: Its file.
    """

    model: Module
    class_names: tuple[str, ...]
    preprocessing: Preprocessing
    path: Path

    @staticmethod
    def open(path: Path) -> "LoadedModel":
        """Load a model written by ``train``.

        Raises:
            DataNotFound: if there is no such file.
            CorruptFile: if it is damaged.
            StateMismatch: if it does not say how samples are to be prepared.
        """
        model, info = read_model(path)
        if not info.preprocessing:
            raise StateMismatch(
                f"{path} does not say how samples are to be prepared for it: only models saved "
                "with preprocessing, as `chainrule train` saves them, can be used here."
            )
        model.eval()
        preprocessing = Preprocessing.from_dict(info.preprocessing)
        return LoadedModel(model, tuple(info.class_names or ()), preprocessing, path)

    def outputs(self, samples: Array) -> Array:
        """Return the network's outputs for prepared samples, a batch at a time."""
        batches = range(0, len(samples), BATCH_SIZE)
        with no_grad():
            rows = [self.model(wrap(samples[i : i + BATCH_SIZE])).array for i in batches]
        if not rows:
            raise InvalidShape("There are no samples to predict: the array is empty.")
        return np.concatenate(rows)

    def predict(self, samples: Array, file: str = "") -> list[Prediction]:
        """Return what the model says of prepared samples.

        Raises:
            InvalidShape: if there are none.
            StateMismatch: if the file does not name each of the model's outputs.
        """
        outputs = self.outputs(samples)
        rows = [None] if len(outputs) == 1 else range(len(outputs))
        if not self.class_names:
            return [
                Prediction(file, row, None, None, tuple(values))
                for row, values in zip(rows, outputs.tolist(), strict=True)
            ]
        if outputs.shape[1:] != (len(self.class_names),):
            raise StateMismatch(
                f"{self.path} is of a model with {outputs.shape[-1]} outputs, but "
                f"{len(self.class_names)} class names: save it with one name for each output."
            )
        probabilities = functional.softmax(wrap(outputs), dim=1).array
        labels = [self.class_names[best] for best in probabilities.argmax(axis=1)]
        return [
            Prediction(file, row, label, max(values), tuple(values))
            for row, label, values in zip(rows, labels, probabilities.tolist(), strict=True)
        ]

    def predict_file(self, path: Path) -> list[Prediction]:
        """Return what the model says of each sample in a picture or table."""
        return self.predict(read_samples(path, self.preprocessing), str(path))

    def evaluate(self, split: Split) -> Score:
        """Return loss and accuracy on the test part of a data set.

        Raises:
            StateMismatch: if the data set has other classes or features than the model's.
            InvalidArgument: if a sample is not finite.
        """
        if split.class_names != self.class_names:
            raise StateMismatch(
                f"{self.path} knows the classes {', '.join(self.class_names) or '(none)'}, but "
                f"{split.name} has {', '.join(split.class_names) or '(none)'}."
            )
        if split.feature_shape != self.preprocessing.feature_shape:
            raise StateMismatch(
                f"{self.path} takes samples of shape {self.preprocessing.feature_shape}, but "
                f"{split.name} has {split.feature_shape}."
            )
        check_finite(split.test)
        rows, answers = [], []
        for samples, given in DataLoader(split.test, split.test.most_at_once(BATCH_SIZE)):
            raw = split.preprocessing.undo(samples.array)
            rows.append(self.outputs(self.preprocessing.apply(raw)))
            answers.append(given.array)
        outputs, targets = wrap(np.concatenate(rows)), wrap(np.concatenate(answers))
        if not self.class_names:
            loss = functional.mse_loss(outputs, targets).item()
            return Score(loss, None, len(targets.array))
        loss = functional.cross_entropy(outputs, targets).item()
        accuracy = float(np.mean(outputs.array.argmax(axis=1) == targets.array))
        return Score(loss, accuracy, len(targets.array))
