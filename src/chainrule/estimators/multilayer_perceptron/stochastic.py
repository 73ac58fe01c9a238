"""Training in small batches."""

import warnings
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.autograd.tensor import Tensor
from chainrule.data import DataLoader, TensorDataset
from chainrule.errors import ChainruleWarning, InvalidArgument, NotFinite
from chainrule.estimators.multilayer_perceptron.arguments import AUTO
from chainrule.estimators.multilayer_perceptron.epoch_end import EpochEnd, HeldOut
from chainrule.estimators.multilayer_perceptron.objective import Diverged
from chainrule.estimators.multilayer_perceptron.optimizers import Solver
from chainrule.estimators.multilayer_perceptron.scikit_learn import (
    ConvergenceWarning,
    is_classifier,
    train_test_split,
)
from chainrule.training.fit import fit

if TYPE_CHECKING:
    from chainrule.estimators.multilayer_perceptron.estimator import MultilayerPerceptron

MOST_SAMPLES_PER_BATCH = 200
FIGURES = (
    "loss_curve_",
    "best_loss_",
    "validation_scores_",
    "validation_loss_curve_",
    "best_validation_score_",
)
"""The attributes that only training in batches gives an estimator."""


class OrderedLoader(DataLoader[tuple[Tensor, ...]]):
    """Batches in the orders that scikit-learn draws from a random state.

    Each order is the one before it, shuffled.

    Args:
        dataset: Samples and targets.
        batch_size: Samples per batch.
        random_state: Where the orders come from; None leaves the samples as they are.
    """

    def __init__(
        self,
        dataset: TensorDataset,
        batch_size: int,
        random_state: np.random.RandomState | None,
    ) -> None:
        super().__init__(dataset, batch_size, shuffle=random_state is not None)
        self._random_state = random_state
        self._order: Array = np.arange(len(dataset))

    def draw_order(self) -> Array:
        """Return the numbers of the samples in the order of a new epoch, shape (samples,)."""
        if self._random_state is not None:
            self._order = self._order[self._random_state.permutation(len(self._order))]
        return self._order


def fit_in_batches(
    estimator: "MultilayerPerceptron",
    samples: Array,
    targets: Array,
    weights: Array | None,
    random_state: np.random.RandomState,
    is_partial: bool,
) -> None:
    """Train an estimator's model, and note all that scikit-learn's attributes tell.

    Args:
        estimator: With a model.
        samples: To learn from, of the model's dtype.
        targets: As numbers.
        weights: How often each sample counts; None for once.
        random_state: Where the samples' orders come from.
        is_partial: Whether to train one epoch.

    Raises:
        InvalidArgument: if there are too few samples to hold some out.
        Diverged: if the loss or a gradient stops being finite, unless the best parameters so far
            are known from samples held out.

    Warns:
        ConvergenceWarning: if ``max_iter`` is reached before training has converged.
    """
    for name in FIGURES:
        estimator.__dict__.setdefault(name, None)
    estimator.loss_curve_ = estimator.loss_curve_ or []
    held_out = None
    if estimator.early_stopping:
        kept, tested = split(estimator, targets, random_state)
        held_weights = None if weights is None else weights[tested]
        held_out = HeldOut(
            samples[tested],
            estimator._objective(targets[tested], held_weights),
            partial(estimator._score_outputs, targets=targets[tested], weights=held_weights),
            estimator.validation_scores_ or [],
            estimator.validation_loss_curve_ or [],
        )
        samples, targets = samples[kept], targets[kept]
        weights = None if weights is None else weights[kept]
        estimator.validation_scores_, estimator.best_loss_ = held_out.scores, None
        estimator.validation_loss_curve_ = held_out.losses
    else:
        estimator.validation_scores_ = estimator.validation_loss_curve_ = None
        estimator.best_validation_score_ = None
    objective = estimator._objective(targets, weights)
    batch_size = batch_size_for(estimator.batch_size, len(samples))
    decay = float(estimator.alpha / batch_size * len(samples) / objective.total_weight)
    optimizer = solver_of(estimator, decay).proceed(estimator._optimizer, estimator.model_)
    estimator._optimizer = optimizer
    end = EpochEnd(estimator, objective, optimizer, decay, held_out)
    dataset = TensorDataset(wrap(samples), wrap(objective.targets))
    loader = OrderedLoader(dataset, batch_size, random_state if estimator.shuffle else None)
    estimator.n_iter_ = 0
    try:
        fit(
            estimator.model_,
            loader,
            loss=objective.loss,
            optimizer=optimizer,
            epochs=1 if is_partial else int(estimator.max_iter),
            metrics=(),
            engine=estimator.engine,
            callbacks=[end],
        )
    except KeyboardInterrupt:
        what = f"was interrupted after {estimator.n_iter_} epochs: it keeps what it has learned."
        warn(estimator, what, ChainruleWarning)
    except NotFinite as error:
        if estimator.best_validation_score_ is None:
            raise Diverged(f"{type(estimator).__name__} could not be fitted. {error}") from error
        what = f"diverged, and takes the parameters with the best validation score. {error}"
        warn(estimator, what, ConvergenceWarning)
    else:
        if not (is_partial or end.was_stopped):
            what = (
                f"reached max_iter={estimator.max_iter} before training converged: raise "
                "max_iter, or tol."
            )
            warn(estimator, what, ConvergenceWarning)
    end.restore_best()


def solver_of(estimator: "MultilayerPerceptron", weight_decay: float) -> Solver:
    """Return the optimiser that an estimator's arguments ask for."""
    return Solver(
        name=estimator.solver,
        lr=float(estimator.learning_rate_init),
        weight_decay=weight_decay,
        momentum=float(estimator.momentum),
        nesterov=bool(estimator.nesterovs_momentum),
        betas=(float(estimator.beta_1), float(estimator.beta_2)),
        eps=float(estimator.epsilon),
    )


def warn(estimator: "MultilayerPerceptron", what: str, category: type[Warning]) -> None:
    """Warn where ``fit`` was called."""
    warnings.warn(f"{type(estimator).__name__} {what}", category, stacklevel=5)


def batch_size_for(batch_size: int | str, samples: int) -> int:
    """Return how many samples a batch has.

    Args:
        batch_size: "auto" for 200, or as many as there are.
        samples: How many there are.

    Warns:
        ChainruleWarning: if a batch is to have more samples than there are.
    """
    if batch_size == AUTO:
        return min(MOST_SAMPLES_PER_BATCH, samples)
    if int(batch_size) > samples:
        warnings.warn(
            f"batch_size={batch_size} is more than the {samples} samples there are: all of them "
            "make one batch.",
            ChainruleWarning,
            stacklevel=5,
        )
    return min(int(batch_size), samples)


def split(
    estimator: "MultilayerPerceptron", targets: Array, random_state: np.random.RandomState
) -> tuple[Array, Array]:
    """Return the numbers of the samples to learn from, and of those to be stopped by.

    As in scikit-learn, only where there are two classes both parts get their share of each.

    Raises:
        InvalidArgument: if there are too few samples.
    """
    has_two_classes = is_classifier(estimator) and estimator.n_outputs_ == 1
    name = type(estimator).__name__
    try:
        kept, tested = train_test_split(
            np.arange(len(targets)),
            random_state=random_state,
            test_size=estimator.validation_fraction,
            stratify=targets if has_two_classes else None,
        )
    except ValueError as error:
        raise InvalidArgument(
            f"{name} could not hold out validation_fraction={estimator.validation_fraction} of "
            f"{len(targets)} samples for early_stopping: {error} Change it, give more samples, or "
            "set early_stopping=False."
        ) from None
    if len(tested) < 2:
        raise InvalidArgument(
            f"{name} got {len(targets)} samples, of which validation_fraction="
            f"{estimator.validation_fraction} holds out {len(tested)}: at least 2 are needed, so "
            "raise it or give more samples."
        )
    return kept, tested
