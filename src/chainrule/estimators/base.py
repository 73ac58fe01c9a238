"""What all estimators share: parameters by name, as scikit-learn's tools want them."""

import inspect
from typing import TYPE_CHECKING, Self

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType

if TYPE_CHECKING:
    from sklearn.utils import Tags


class Estimator:
    """Base of estimators: whose constructor arguments are attributes of the same names."""

    @classmethod
    def _parameter_names(cls) -> tuple[str, ...]:
        return tuple(name for name in inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Return the constructor's arguments by name; ``deep`` is there for scikit-learn."""
        del deep
        return {name: getattr(self, name) for name in self._parameter_names()}

    def set_params(self, **params: object) -> Self:
        """Change constructor arguments by name, and return this estimator.

        Raises:
            InvalidArgument: if there is no such argument.
        """
        for name, value in params.items():
            if name not in self._parameter_names():
                raise InvalidArgument(
                    f"{type(self).__name__} has no parameter {name!r}: it has "
                    f"{', '.join(self._parameter_names())}."
                )
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({shown})"


class BinaryClassifier(Estimator):
    """Base of classifiers of two classes."""

    def predict(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the class of each sample."""
        raise NotImplementedError

    def score(self, X: Array, y: Array) -> float:  # noqa: N803  # scikit-learn's name
        """Return the share of samples that are given their class.

        Raises:
            InvalidShape: if there are not as many labels as samples.
        """
        labels = np.asarray(y)
        predictions = np.asarray(self.predict(X))
        if labels.shape != predictions.shape:
            raise InvalidShape(
                f"score got {predictions.size} samples and labels of shape {labels.shape}: "
                "expected one label for each sample."
            )
        return float((predictions == labels).mean())

    def __sklearn_tags__(self) -> "Tags":
        """Tell scikit-learn's tools that this is a classifier of two classes."""
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(multi_class=False),
            input_tags=InputTags(),
        )


def check_samples(X: object, name: str) -> Array:  # noqa: N803  # scikit-learn's name
    """Return samples as a float64 array of shape (samples, features).

    Raises:
        InvalidType: if they are no numbers.
        InvalidShape: if there is no sample or no feature, or there are not two axes.
        InvalidArgument: if a value is not finite.
    """
    try:
        samples = np.asarray(X, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidType(f"{name} got samples that are no table of numbers: {error}.") from None
    if samples.ndim != 2 or samples.size == 0:
        raise InvalidShape(
            f"{name} got samples of shape {samples.shape}: expected (samples, features), at least "
            "one of each."
        )
    if not np.isfinite(samples).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(samples))[0])
        raise InvalidArgument(
            f"{name} got a value that is not finite (NaN or infinity) in sample {row}, feature "
            f"{column}: remove the sample or fill in the value."
        )
    return samples


def check_two_classes(y: object, count: int, name: str) -> tuple[Array, Array]:
    """Return the two classes in order, and for each sample 0 or 1.

    Raises:
        InvalidShape: if there is not one label for each of ``count`` samples.
        InvalidArgument: if there are not exactly two classes, or labels are quantities.
    """
    labels = np.asarray(y)
    if labels.dtype == object and len({type(label) for label in labels.flat}) == 1:
        labels = np.array(labels.tolist())  # a column of words, as pandas keeps it
    if labels.shape != (count,):
        raise InvalidShape(
            f"{name} got labels of shape {labels.shape}: expected ({count},), one for each sample."
        )
    if labels.dtype.kind == "f" and not (labels == np.floor(labels)).all():
        raise InvalidArgument(
            f"{name} got labels that are NaN or not whole: it tells two classes apart, so give "
            "each sample one of two labels."
        )
    if labels.dtype.kind not in "fiubUS":
        raise InvalidType(f"{name} got labels of {labels.dtype}: expected numbers or words.")
    classes, numbers = np.unique(labels, return_inverse=True)
    if len(classes) != 2:
        found = ", ".join(map(str, classes[:5].tolist()))
        raise InvalidArgument(
            f"{name} got {len(classes)} classes ({found}{', ...' * (len(classes) > 5)}): it tells "
            "exactly two apart."
        )
    return classes, numbers
