"""MLPRegressor: a multilayer perceptron that predicts numbers."""

from typing import Any, ClassVar, Self

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument
from chainrule.estimators.multilayer_perceptron.arguments import check_choice
from chainrule.estimators.multilayer_perceptron.estimator import MultilayerPerceptron
from chainrule.estimators.multilayer_perceptron.objective import POISSON, SQUARED_ERROR
from chainrule.estimators.multilayer_perceptron.scikit_learn import (
    RegressorMixin,
    available_if,
    r2_score,
)


class MLPRegressor(RegressorMixin, MultilayerPerceptron):  # type: ignore[misc]  # without types
    """Predicts numbers by a network of fully connected layers, with scikit-learn's conventions.

        hidden = activation(x W + b), layer after layer;  prediction = hidden W + b

    The network is trained to make small

        mean over samples of (prediction - y)^2 / 2 + alpha / (2 * batch size) * sum of squared
        weights

    The first arguments are scikit-learn's, with its meanings and defaults. With the same
    ``random_state`` and equal batches training takes the same steps, up to rounding.

    Args:
        loss: "squared_error"; or "poisson" for counts, which predicts exp(hidden W + b) and has
            half the Poisson deviance, y log(y / prediction) - y + prediction.
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
        engine: Who runs the training steps; "auto" for the fastest there is.

    Attributes:
        model_: The network, a module.
        history_: All epochs; prints as a table.
        coefs_, intercepts_: Weights (inputs, outputs) and biases of each layer, in the memory of
            the live model.
        loss_, best_loss_, loss_curve_: Loss with penalty: the last, the least, of every epoch.
        validation_scores_, validation_loss_curve_, best_validation_score_: Of the samples held out
            for early stopping, the scores R²; otherwise None.
        t_: How many samples were seen in all epochs.
        n_iter_: How many epochs or iterations the last call of ``fit`` ran.
        n_layers_, n_outputs_, out_activation_: Of the network, inputs counted as a layer.
        n_features_in_, feature_names_in_: Of the samples.

    Raises: InvalidArgument, when fitted, for an argument that cannot be used.
    Source: Rumelhart, Hinton and Williams 1986; initialisation Glorot and Bengio 2010.

    >>> X = np.linspace(-1.0, 1.0, 50)[:, None]
    >>> parabola = MLPRegressor(
    ...     hidden_layer_sizes=(16,), activation="tanh", solver="lbfgs", random_state=0
    ... ).fit(X, X[:, 0] ** 2)
    >>> parabola.predict(np.array([[0.5]])).round(2)
    array([0.25])
    """

    loss: str
    _targets_are_numbers: ClassVar[bool] = True

    def __init__(
        self,
        loss: str = "squared_error",
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
        engine: str = "auto",
    ) -> None:
        self.loss = loss
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
        self.engine = engine

    @available_if(MultilayerPerceptron._has_partial_fit)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: Array,  # noqa: N803
        y: Array,
        sample_weight: Array | None = None,
    ) -> Self:
        """Learn from these samples for one epoch, going on from where the estimator stands.

        Args:
            X: Samples, shape (samples, features); may be sparse.
            y: Numbers, shape (samples) or (samples, outputs).
            sample_weight: How often each sample counts, shape (samples).

        Raises:
            InvalidArgument: if an argument or a value cannot be used.
            AttributeError: for solver="lbfgs", which cannot learn from a part of the samples.
        """
        return self._fit(X, y, sample_weight, is_partial=True)

    # What the base asks

    def _encode(self, y: Array, is_first: bool, is_partial: bool) -> Array:
        check_choice("MLPRegressor", "loss", self.loss, (SQUARED_ERROR, POISSON))
        if self.loss == POISSON and y.min() < 0:
            raise InvalidArgument(
                f"MLPRegressor(loss='poisson') got the target {y.min():g}: counts are 0 or more."
            )
        return np.asarray(y if y.ndim == 2 else y[:, None], np.float64)

    def _count_outputs(self, targets: Array) -> int:
        return int(targets.shape[1])

    def _output_names(self) -> tuple[str, str]:
        return self.loss, "exp" if self.loss == POISSON else "identity"

    def _score_outputs(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        return float(r2_score(targets, self._predictions(outputs), sample_weight=weights))

    def _predictions(self, outputs: Array) -> Array:
        numbers = np.exp(outputs) if self.out_activation_ == "exp" else outputs
        return numbers[:, 0] if self.n_outputs_ == 1 else numbers

    # Prediction

    def predict(self, X: Array) -> Array:  # noqa: N803  # scikit-learn's name
        """Return the numbers predicted for each sample.

        Shape:
            X: (samples, features)  ->  (samples), or (samples, outputs) for several.

        Raises:
            NotFittedError: if nothing has been learned yet.
        """
        return self._predictions(self._outputs(X))
