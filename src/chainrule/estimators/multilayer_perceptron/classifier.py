"""MLPClassifier: a multilayer perceptron that tells classes apart."""

from typing import Any, ClassVar, Self

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.errors import InvalidArgument
from chainrule.estimators.multilayer_perceptron.arguments import check_sample_weights
from chainrule.estimators.multilayer_perceptron.estimator import MultilayerPerceptron
from chainrule.estimators.multilayer_perceptron.objective import LOGISTIC, SOFTMAX
from chainrule.estimators.multilayer_perceptron.scikit_learn import (
    ClassifierMixin,
    available_if,
    check_classification_targets,
    compute_sample_weight,
    type_of_target,
)
from chainrule.nn import functional


class MLPClassifier(ClassifierMixin, MultilayerPerceptron):  # type: ignore[misc]  # without types
    """Tells classes apart by a network of fully connected layers, with scikit-learn's conventions.

        hidden = activation(x W + b), layer after layer;  p = softmax(hidden W + b)

    Two classes, and several labels for one sample, have the logistic function in place of softmax.
    The network is trained to make small

        mean over samples of -log(p[class]) + alpha / (2 * batch size) * sum of squared weights

    The first arguments are scikit-learn's, with its meanings and defaults. With the same
    ``random_state`` and equal batches training takes the same steps, up to rounding.

    Args:
        hidden_layer_sizes: Units of each hidden layer; one number for one layer, () for none.
        activation: "relu", "tanh", "logistic", "identity", or any other of this library's by name.
        solver: "adam", "sgd", "lbfgs", or any other of this library's optimisers by name.
        alpha: Strength of the penalty on squared weights.
        batch_size: Samples per step; "auto" for 200, or as many as there are.
        learning_rate: "constant"; "invscaling", divided by (samples seen + 1)^power_t; "adaptive",
            divided by 5 each time training no longer gains. Only for "sgd".
        learning_rate_init: Learning rate to begin with.
        power_t: Exponent of "invscaling".
        max_iter: Most epochs, or for "lbfgs" iterations.
        shuffle: Go through the samples in a new order in each epoch.
        random_state: Seed or RandomState of weights, orders, split and dropout.
        tol: What counts as a gain; for "lbfgs" the largest gradient to stop at.
        verbose: Print the loss of every epoch.
        warm_start: Have ``fit`` go on from the model and the optimiser's state as they are.
        momentum, nesterovs_momentum: Of "sgd".
        early_stopping: Hold samples out, stop when their score no longer gains, and take the
            parameters with the best score.
        validation_fraction: Share of the samples that is held out.
        beta_1, beta_2, epsilon: Of "adam" and "adamw".
        n_iter_no_change: Epochs without a gain of ``tol`` after which training stops.
        max_fun: Most evaluations of the loss for "lbfgs".
        dropout: Probability with which each hidden unit is dropped in a training step.
        class_weight: How much samples of each class count: a dictionary, one for each label of
            several, "balanced" for n / (classes * samples of the class), or None.
        engine: Who runs the training steps; "auto" for the fastest there is.

    Attributes:
        classes_: The classes in order.
        model_: The network, a module whose outputs are raw scores (logits).
        history_: All epochs; prints as a table.
        coefs_, intercepts_: Weights (inputs, outputs) and biases of each layer, in the memory of
            the live model.
        loss_, best_loss_, loss_curve_: Loss with penalty: the last, the least, of every epoch.
        validation_scores_, validation_loss_curve_, best_validation_score_: Of the samples held out
            for early stopping; otherwise None.
        t_: How many samples were seen in all epochs.
        n_iter_: How many epochs or iterations the last call of ``fit`` ran.
        n_layers_, n_outputs_, out_activation_: Of the network, inputs counted as a layer.
        n_features_in_, feature_names_in_: Of the samples.

    Raises: InvalidArgument, when fitted, for an argument that cannot be used.
    Source: Rumelhart, Hinton and Williams 1986; initialisation Glorot and Bengio 2010.

    >>> X, y = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([0, 1, 1, 0])
    >>> xor = MLPClassifier((8,), "tanh", solver="lbfgs", random_state=0).fit(X, y)
    >>> xor.predict(X)
    array([0, 1, 1, 0])
    """

    classes_: Array
    _is_multilabel: bool
    _targets_are_numbers: ClassVar[bool] = False

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-8,
        n_iter_no_change: float = 10,
        max_fun: int = 15000,
        dropout: float = 0.0,
        class_weight: Any = None,
        engine: str = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.dropout = dropout
        self.class_weight = class_weight
        self.engine = engine

    @available_if(MultilayerPerceptron._has_partial_fit)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: Array,  # noqa: N803
        y: Array,
        sample_weight: Array | None = None,
        classes: Array | None = None,
    ) -> Self:
        """Learn from these samples for one epoch, going on from where the estimator stands.

        Args:
            X: Samples, shape (samples, features); may be sparse.
            y: Their classes, shape (samples), or 0 and 1, shape (samples, labels).
            sample_weight: How often each sample counts, shape (samples).
            classes: All there will ever be; wanted by the first call.

        Raises:
            InvalidArgument: if the first call does not get all classes, or a later one gets others.
            AttributeError: for solver="lbfgs", which cannot learn from a part of the samples.
        """
        # Whether there is a model, not classes_: a first call that failed has taught nothing.
        is_first = not hasattr(self, "model_")
        if classes is not None:
            known = np.unique(np.asarray(classes))
            if is_first:
                self._expect_in_parts(known, y)
            elif not np.array_equal(known, self.classes_):
                raise InvalidArgument(
                    f"MLPClassifier.partial_fit got classes={known.tolist()}, but in the first "
                    f"call there were {self.classes_.tolist()}: leave classes out, or as it was."
                )
        elif is_first:
            raise InvalidArgument(
                "MLPClassifier.partial_fit got no classes: the first call must name all classes "
                "there will ever be, e.g. classes=numpy.unique(y)."
            )
        return self._fit(X, y, sample_weight, is_partial=True)

    # What the base asks

    def _expect(self, classes: Array, is_multilabel: bool) -> None:
        self.classes_ = classes
        self._is_multilabel = is_multilabel

    def _expect_in_parts(self, classes: Array, y: Array) -> None:
        """Take the classes that the first call of ``partial_fit`` names."""
        is_multilabel = y is not None and type_of_target(y).startswith("multilabel")
        if is_multilabel:
            shape = y.shape if hasattr(y, "shape") else np.shape(y)
            if not np.array_equal(classes, np.arange(shape[1])):
                raise InvalidArgument(
                    f"MLPClassifier.partial_fit got classes={classes.tolist()} for y of shape "
                    f"{shape}: where samples have several labels, the classes are the numbers of "
                    f"y's columns, numpy.arange({shape[1]})."
                )
        self._expect(classes, is_multilabel)

    def _encode(self, y: Array, is_first: bool, is_partial: bool) -> Array:
        check_classification_targets(y)
        kind = type_of_target(y)
        is_multilabel = kind.startswith("multilabel")
        labels = y if isinstance(y, np.ndarray) else y.toarray()
        is_binary = is_multilabel and bool(np.isin(labels, (0, 1)).all())
        if labels.ndim == 2 and not is_binary:
            raise InvalidArgument(
                f"MLPClassifier got y of shape {y.shape} with other numbers than 0 and 1: give one "
                "column of classes, or 0 and 1 for each of several labels. For several columns of "
                "classes, wrap the estimator in sklearn's MultiOutputClassifier."
            )
        found = np.arange(labels.shape[1]) if is_multilabel else np.unique(labels)
        if is_first and not is_partial:
            self._expect(found, is_multilabel)
        strange = np.setdiff1d(found, self.classes_)
        is_short = not is_partial and len(found) < len(self.classes_)
        if is_multilabel != self._is_multilabel or len(strange) or is_short:
            raise InvalidArgument(
                f"MLPClassifier got the classes {found.tolist()}, but is to tell apart "
                f"{self.classes_.tolist()}: keep to those, or set warm_start=False and call fit."
            )
        if is_multilabel:
            return (labels != 0).astype(np.float64)
        numbers = np.searchsorted(self.classes_, labels)
        return numbers if len(self.classes_) > 2 else numbers[:, None].astype(np.float64)

    def _count_outputs(self, targets: Array) -> int:
        if targets.ndim == 1:
            return len(self.classes_)
        return int(targets.shape[1])

    def _output_names(self) -> tuple[str, str]:
        is_softmax = len(self.classes_) > 2 and not self._is_multilabel
        name = SOFTMAX if is_softmax else LOGISTIC
        return name, name

    def _weigh_classes(self, y: Array, weights: Array | None, is_partial: bool) -> Array | None:
        if self.class_weight is None:
            return weights
        if is_partial and self.class_weight == "balanced":
            raise InvalidArgument(
                "MLPClassifier.partial_fit got class_weight='balanced', but it does not see all "
                "samples: give the weights as a dictionary, e.g. from sklearn's "
                "compute_class_weight."
            )
        labels = y if isinstance(y, np.ndarray) else y.toarray()
        try:
            by_class = np.asarray(compute_sample_weight(self.class_weight, labels))
        except ValueError as error:
            raise InvalidArgument(
                f"MLPClassifier got class_weight={self.class_weight!r}: expected a dictionary from "
                "each class to its weight, a list of them (one for each label of several), "
                f"'balanced' or None. {error}"
            ) from None
        product = by_class if weights is None else weights * by_class
        return check_sample_weights("MLPClassifier with class_weight", product, len(product))

    def _score_outputs(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        if targets.ndim == 1:
            right = outputs.argmax(axis=1) == targets
        else:
            right = ((outputs > 0) == (targets > 0)).all(axis=1)
        return float(np.average(right, weights=weights))

    # Prediction

    def predict(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the most probable class of each sample.

        Shape:
            X: (samples, features)  ->  (samples), or (samples, labels) of 0 and 1.

        Raises:
            NotFittedError: if nothing has been learned yet.
        """
        outputs = self._outputs(X)
        if self._is_multilabel:
            return (outputs > 0).astype(np.int64)
        if self.n_outputs_ > 1:
            return np.asarray(self.classes_[outputs.argmax(axis=1)])
        # With a single class there is none to be told from it.
        return np.asarray(self.classes_[np.minimum(outputs[:, 0] > 0, len(self.classes_) - 1)])

    def predict_proba(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the probability of each class.

        Shape:
            X: (samples, features)  ->  (samples, classes), or (samples, labels), each the
            probability that the label is 1.

        Raises:
            NotFittedError: if nothing has been learned yet.
        """
        scores = self._outputs(X)
        if self.out_activation_ == SOFTMAX:
            return functional.softmax(wrap(scores), dim=1).array
        if not self._is_multilabel:
            scores = np.concatenate([-scores, scores], axis=1)
        return functional.sigmoid(wrap(scores)).array

    def predict_log_proba(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the logarithms of what ``predict_proba`` returns, -inf for a probability of 0.

        Raises:
            NotFittedError: if nothing has been learned yet.
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn's tools that a sample may have several labels."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
