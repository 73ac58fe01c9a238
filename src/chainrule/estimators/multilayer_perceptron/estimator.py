"""What the classifier and the regressor share: fitting, and the attributes that tell of it."""

from contextlib import nullcontext
from typing import Any, ClassVar, Self

import numpy as np

from chainrule.array_types import Array
from chainrule.errors import InvalidArgument
from chainrule.estimators.multilayer_perceptron.arguments import (
    LBFGS,
    check_arguments,
    check_sample_weights,
    hidden_sizes,
)
from chainrule.estimators.multilayer_perceptron.network import (
    LiveArrays,
    biases_of,
    dtype_of,
    initialise,
    linear_layers,
    outputs_of,
    own_random_numbers,
)
from chainrule.estimators.multilayer_perceptron.objective import Objective, make_objective
from chainrule.estimators.multilayer_perceptron.pickling import Architecture, PackedOptimizer
from chainrule.estimators.multilayer_perceptron.quasi_newton import fit_by_lbfgs
from chainrule.estimators.multilayer_perceptron.scikit_learn import (
    BaseEstimator,
    check_is_fitted,
    check_random_state,
    column_or_1d,
    validate_data,
)
from chainrule.estimators.multilayer_perceptron.stochastic import FIGURES, fit_in_batches
from chainrule.nn.containers import Sequential
from chainrule.optim import Optimizer
from chainrule.randomness import default_generator
from chainrule.training.history import History

SPARSE = ("csr", "csc")


class MultilayerPerceptron(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Base of classifier and regressor.

    A subclass has all arguments as attributes, and says what targets and outputs mean.
    """

    hidden_layer_sizes: Any
    activation: str
    solver: str
    alpha: float
    batch_size: int | str
    learning_rate: str
    learning_rate_init: float
    power_t: float
    max_iter: int
    shuffle: bool
    random_state: Any
    tol: float
    verbose: bool | int
    warm_start: bool
    momentum: float
    nesterovs_momentum: bool
    early_stopping: bool
    validation_fraction: float
    beta_1: float
    beta_2: float
    epsilon: float
    n_iter_no_change: float
    max_fun: int
    dropout: float
    engine: str

    model_: Sequential
    history_: History
    loss_: float
    best_loss_: float | None
    loss_curve_: list[float]
    validation_scores_: list[float] | None
    validation_loss_curve_: list[float] | None
    best_validation_score_: float | None
    t_: int
    n_iter_: int
    n_layers_: int
    n_outputs_: int
    n_features_in_: int
    out_activation_: str
    _optimizer: Optimizer | None
    _epochs_without_gain: int
    _masks: tuple[int, int]
    _architecture: Architecture
    _targets_are_numbers: ClassVar[bool]

    # What a subclass says

    def _encode(self, y: Array, is_first: bool, is_partial: bool) -> Array:
        """Return targets as numbers: class numbers, shape (samples), or (samples, outputs)."""
        raise NotImplementedError

    def _count_outputs(self, targets: Array) -> int:
        """Return how many outputs the network has."""
        raise NotImplementedError

    def _output_names(self) -> tuple[str, str]:
        """Return the objective's name and scikit-learn's name of the output's activation."""
        raise NotImplementedError

    def _weigh_classes(self, y: Array, weights: Array | None, is_partial: bool) -> Array | None:
        """Return the samples' weights times those of their classes."""
        return weights

    def _score_outputs(self, outputs: Array, targets: Array, weights: Array | None) -> float:
        """Return the score of the network's outputs."""
        raise NotImplementedError

    # Attributes

    @property
    def coefs_(self) -> list[Array]:
        """The weights of each layer, shape (inputs, outputs), in the memory of the live model.

        What is assigned to it, or to one of its places, is written into the model.
        """
        layers = linear_layers(self._fitted_model("coefs_"))
        return LiveArrays("coefs_", [layer.weight.array.T for layer in layers])

    @coefs_.setter
    def coefs_(self, arrays: list[Array]) -> None:
        self.coefs_[:] = arrays

    @property
    def intercepts_(self) -> list[Array]:
        """The biases of each layer, shape (outputs), as ``coefs_`` has the weights."""
        layers = linear_layers(self._fitted_model("intercepts_"))
        return LiveArrays("intercepts_", [biases_of(layer) for layer in layers])

    @intercepts_.setter
    def intercepts_(self, arrays: list[Array]) -> None:
        self.intercepts_[:] = arrays

    def _fitted_model(self, name: str) -> Sequential:
        if not self.__sklearn_is_fitted__():
            raise AttributeError(
                f"{type(self).__name__} has no {name} before it is fitted: call fit first."
            )
        return self.model_

    # Fitting

    def fit(self, X: Array, y: Array, sample_weight: Array | None = None) -> Self:  # noqa: N803
        """Learn from samples, from the beginning or, with ``warm_start``, from where it stands.

        Args:
            X: Samples, shape (samples, features); may be sparse.
            y: Targets, shape (samples) or (samples, outputs).
            sample_weight: How often each sample counts, shape (samples); None for once.

        Raises:
            InvalidArgument: if an argument or a value cannot be used.
            InvalidShape: if the shapes do not fit.
            NotFinite: if training diverges.

        Warns:
            ConvergenceWarning: if ``max_iter`` is reached before training has converged.
        """
        return self._fit(X, y, sample_weight, is_partial=False)

    def _fit(
        self,
        samples: Array,
        y: Array,
        sample_weight: Array | None,
        *,
        is_partial: bool,
    ) -> Self:
        name = type(self).__name__
        check_arguments(name, vars(self))
        if is_partial and self.early_stopping:
            raise InvalidArgument(
                f"{name}.partial_fit got early_stopping=True, but one call is one epoch: set "
                "early_stopping=False, or call fit."
            )
        is_first = not (hasattr(self, "model_") and (is_partial or self.warm_start))
        samples, y = validate_data(
            self,
            samples,
            y,
            accept_sparse=SPARSE,
            multi_output=True,
            y_numeric=self._targets_are_numbers,
            dtype=(np.float64, np.float32),
            reset=is_first,
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = check_sample_weights(name, sample_weight, samples.shape[0])
        weights = self._weigh_classes(y, weights, is_partial)
        targets = self._encode(y, is_first, is_partial)
        random_state = check_random_state(self.random_state)
        hidden = hidden_sizes(name, self.hidden_layer_sizes)
        architecture = Architecture(
            sizes=(samples.shape[1], *hidden, self._count_outputs(targets)),
            activation=self.activation,
            dropout=float(self.dropout),
            dtype=samples.dtype if is_first else dtype_of(self.model_),
        )
        if is_first:
            self._initialise(architecture, random_state)
        self._check_goes_on(architecture)
        dense = samples if isinstance(samples, np.ndarray) else samples.toarray()
        samples = dense.astype(dtype_of(self.model_), copy=False)
        seed, counter = self._masks
        # Only dropout draws from the generator: without it, threads need not take turns.
        with own_random_numbers(seed, counter) if self.dropout else nullcontext():
            if self.solver == LBFGS:
                fit_by_lbfgs(self, samples, self._objective(targets, weights))
            else:
                fit_in_batches(self, samples, targets, weights, random_state, is_partial)
            if self.dropout:
                self._masks = seed, default_generator.counter
        self.model_.eval()
        return self

    def _initialise(self, architecture: Architecture, random_state: np.random.RandomState) -> None:
        """Make a new model, and forget what was learned before."""
        self._architecture, self.model_ = architecture, architecture.build()
        initialise(self.model_, self.activation, random_state)
        # Drawn only where it is needed: all other draws are then those of scikit-learn.
        self._masks = (int(random_state.randint(2**31 - 1)) if self.dropout else 0, 0)
        self._optimizer = None
        self._epochs_without_gain = 0
        self.history_ = History()
        self.n_iter_ = self.t_ = 0
        self.n_layers_, self.n_outputs_ = len(architecture.sizes), architecture.sizes[-1]
        _, self.out_activation_ = self._output_names()
        for name in FIGURES:
            self.__dict__.pop(name, None)

    def _check_goes_on(self, architecture: Architecture) -> None:
        """Refuse to go on with a model that was made with other arguments."""
        _, out_activation = self._output_names()
        if architecture != self._architecture or out_activation != self.out_activation_:
            raise InvalidArgument(
                f"{type(self).__name__} is to go on from {self._architecture} with "
                f"{self.out_activation_} outputs, but got {architecture} with {out_activation}: "
                "leave arguments and the number of targets as they were, or set warm_start=False "
                "and call fit."
            )

    def _objective(self, targets: Array, weights: Array | None) -> Objective:
        """Return what training makes small."""
        name, _ = self._output_names()
        return make_objective(name, targets, weights, self.n_outputs_, dtype_of(self.model_))

    # Prediction

    def _outputs(self, X: Array) -> Array:  # noqa: N803
        """Return the network's outputs for samples, shape (samples, outputs)."""
        check_is_fitted(self)
        samples = validate_data(
            self, X, accept_sparse=SPARSE, dtype=(np.float64, np.float32), reset=False
        )
        return outputs_of(self.model_, samples)

    def __sklearn_is_fitted__(self) -> bool:
        return "model_" in vars(self)

    def _has_partial_fit(self) -> bool:
        """Return whether the solver can learn from part of the samples."""
        if self.solver == LBFGS:
            raise AttributeError(
                "partial_fit needs a solver that learns in batches, and 'lbfgs' does not: take "
                "another one, such as 'adam'."
            )
        return True

    # Pickling

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            state["model_"] = [parameter.array for parameter in self.model_.parameters()]
        if state.get("_optimizer") is not None:
            state["_optimizer"] = PackedOptimizer.pack(state["_optimizer"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.model_ = self._architecture.rebuild(state["model_"])
        packed = state.get("_optimizer")
        if packed is not None:
            self._optimizer = packed.unpack(self.model_)

    def __sklearn_tags__(self) -> Any:
        """Tell scikit-learn's tools that samples may be sparse."""
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags
