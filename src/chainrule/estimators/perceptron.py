"""Perceptron: a neuron that learns from its mistakes."""

import os
from typing import Self

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.estimators.base import BinaryClassifier, check_samples, check_two_classes
from chainrule.estimators.boundary import Boundary
from chainrule.randomness import default_generator


class Perceptron(BinaryClassifier):
    """Tells two classes apart by a line (a plane, a hyperplane), learned by Rosenblatt's rule.

        y = 1 if w · x + b >= 0 else 0

    One sample after the other is predicted, and after a mistake

        w += learning_rate * (label - y) * x
        b += learning_rate * (label - y)

    Weights start at zero. If a hyperplane separates the classes, the rule finds one after at most
    (R / γ)² mistakes, where R is the length of the longest (x, 1) and γ the distance, in these
    coordinates, of the sample nearest to the best separating hyperplane.

    Args:
        learning_rate: Size of a correction. Positive.
        max_iter: Most passes over the samples.
        shuffle: Go through the samples in a new order in each pass.
        random_state: Seed of the orders; None takes them from the library's generator.

    Attributes:
        coef_: w, shape (1, features).
        intercept_: b, shape (1,).
        classes_: The two labels in order; the second is the neuron's 1.
        mistakes_: How many mistakes were made in each pass.
        n_iter_: How many passes were made.
        converged_: Whether the last pass was without mistake.
        n_features_in_: How many features a sample has.

    Source: Rosenblatt 1958; the bound is due to Novikoff 1962.

    >>> X, y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 0, 0, 1])
    >>> Perceptron().fit(X, y).predict(X)
    array([0, 0, 0, 1])
    """

    coef_: Array
    intercept_: Array
    classes_: Array
    mistakes_: list[int]
    n_iter_: int
    converged_: bool
    n_features_in_: int

    def __init__(
        self,
        learning_rate: float = 0.1,
        max_iter: int = 1000,
        shuffle: bool = False,
        random_state: int | None = None,
    ) -> None:
        self.learning_rate = learning_rate
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state

    def fit(self, X: Array, y: Array) -> Self:  # noqa: N803  # scikit-learn's name
        """Learn until a pass over the samples is without mistake, or ``max_iter`` passes are made.

        Args:
            X: Samples, shape (samples, features).
            y: Labels of exactly two kinds, shape (samples,).

        Raises:
            InvalidArgument: if an argument or a value cannot be used, or there are not two classes.
            InvalidShape: if the shapes do not fit.
        """
        if not 0 < self.learning_rate < np.inf:
            raise InvalidArgument(f"learning_rate must be positive, got {self.learning_rate}.")
        if self.max_iter < 1:
            raise InvalidArgument(f"max_iter must be at least 1, got {self.max_iter}.")
        samples = check_samples(X, "Perceptron")
        classes, targets = check_two_classes(y, len(samples), "Perceptron")
        weights, bias = np.zeros(samples.shape[1]), 0.0
        generator = default_generator.numpy
        if self.random_state is not None:
            generator = np.random.default_rng(self.random_state)
        order = np.arange(len(samples))
        mistakes: list[int] = []
        while len(mistakes) < self.max_iter and 0 not in mistakes[-1:]:
            if self.shuffle:
                order = generator.permutation(len(samples))
            mistakes.append(0)
            for x, target in zip(samples[order], targets[order], strict=True):
                error = int(target) - int(x @ weights + bias >= 0)
                if error:
                    weights += self.learning_rate * error * x
                    bias += self.learning_rate * error
                    mistakes[-1] += 1
        self.coef_, self.intercept_ = weights[None], np.array([bias])
        self.classes_, self.n_features_in_ = classes, samples.shape[1]
        self.mistakes_, self.n_iter_ = mistakes, len(mistakes)
        self.converged_ = mistakes[-1] == 0
        return self

    def decision_function(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return w · x + b, not negative for the second class.

        Shape:
            X: (features,) or (samples, features)  ->  () or (samples,).

        Raises:
            InvalidArgument: if nothing has been learned yet.
            InvalidShape: if a sample has more or fewer features than those learned from.
        """
        self._check_fitted()
        is_one = np.ndim(X) == 1
        samples = check_samples(np.asarray(X)[None] if is_one else X, "Perceptron")
        if samples.shape[1] != self.n_features_in_:
            raise InvalidShape(
                f"Perceptron has learned from {self.n_features_in_} features, but got samples of "
                f"shape {samples.shape}."
            )
        scores = samples @ self.coef_[0] + self.intercept_[0]
        return np.asarray(scores[0]) if is_one else scores

    def predict(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the class of one sample or of each of a batch.

        Shape:
            X: (features,) or (samples, features)  ->  () or (samples,).
        """
        fires = self.decision_function(X) >= 0
        return np.asarray(self.classes_[np.asarray(fires).astype(np.int64)])

    def boundary(self) -> Boundary:
        """Return the line between the classes in the plane of two features.

        Raises:
            InvalidShape: if there are not two features.
            InvalidArgument: if nothing has been learned yet, or all weights are zero.
        """
        self._check_fitted()
        if self.n_features_in_ != 2:
            raise InvalidShape(
                f"Only with 2 features is the boundary a line; this Perceptron has learned from "
                f"{self.n_features_in_}."
            )
        w1, w2 = self.coef_[0].tolist()
        return Boundary(w1, w2, float(self.intercept_[0]))

    def plot_boundary(self, path: str | os.PathLike[str], X: Array, y: Array) -> None:  # noqa: N803
        """Write a picture (PNG) of the boundary among samples X of classes y.

        Raises:
            InvalidShape: if there are not two features.
        """
        samples = check_samples(X, "plot_boundary")
        self.boundary().draw(path, samples, np.asarray(y))

    def _check_fitted(self) -> None:
        if not hasattr(self, "coef_"):
            raise InvalidArgument("This Perceptron has not learned anything yet: call fit(X, y).")
