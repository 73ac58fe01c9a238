"""Training on all samples at once with L-BFGS."""

import time
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.array_types import Array
from chainrule.autograd.graph import wrap
from chainrule.estimators.multilayer_perceptron.network import linear_layers
from chainrule.estimators.multilayer_perceptron.objective import Diverged, Objective
from chainrule.estimators.multilayer_perceptron.scikit_learn import ConvergenceWarning
from chainrule.nn.module import Module
from chainrule.training.history import EpochRow

if TYPE_CHECKING:
    from chainrule.estimators.multilayer_perceptron.estimator import MultilayerPerceptron


class FlatObjective:
    """The penalised loss of all samples as a function of all parameters in one row.

    Args:
        model: The network.
        samples: Of its dtype, shape (samples, features).
        objective: With their targets.
        decay: Strength of the penalty on squared weights.
    """

    def __init__(self, model: Module, samples: Array, objective: Objective, decay: float) -> None:
        self.model = model
        self.objective = objective
        self.decay = decay
        self.samples, self.targets = wrap(samples), wrap(objective.targets)
        self.parameters = list(model.parameters())
        self.weights = {id(layer.weight) for layer in linear_layers(model)}
        self.reported = float("nan")

    def read(self) -> Array:
        """Return the parameters, float64."""
        flat = np.concatenate([parameter.array.reshape(-1) for parameter in self.parameters])
        return flat.astype(np.float64)

    def write(self, flat: Array) -> None:
        """Set the parameters."""
        start = 0
        for parameter in self.parameters:
            stop = start + parameter.array.size
            parameter.array[...] = flat[start:stop].reshape(parameter.array.shape)
            start = stop

    def __call__(self, flat: Array) -> tuple[float, Array]:
        """Return the penalised loss and its gradient, and leave the model with these parameters."""
        self.write(flat)
        self.model.zero_grad()
        loss = self.objective.loss(self.model(self.samples), self.targets)
        loss.backward()
        data, penalty, gradients = float(loss.item()), 0.0, []
        for parameter in self.parameters:
            gradient = (
                np.zeros(parameter.array.size)
                if parameter.grad is None
                else parameter.grad.array.reshape(-1)
            )
            if id(parameter) in self.weights:
                row = parameter.array.reshape(-1)
                penalty += 0.5 * self.decay * float(row @ row)
                gradient = gradient + self.decay * row
            gradients.append(gradient)
        self.reported = self.objective.reported(data) + penalty
        return data + penalty, np.concatenate(gradients).astype(np.float64)


def fit_by_lbfgs(estimator: "MultilayerPerceptron", samples: Array, objective: Objective) -> None:
    """Train an estimator's model, and note all that scikit-learn's attributes tell.

    Raises:
        Diverged: if the parameters found are not finite.

    Warns:
        ConvergenceWarning: if the iterations end before the gradient is below ``tol``.

    Source: Liu and Nocedal 1989; Byrd et al. 1995 for the program.
    """
    from scipy.optimize import minimize

    decay = float(estimator.alpha) / objective.total_weight
    function = FlatObjective(estimator.model_, samples, objective, decay)
    started = time.perf_counter()

    def note(_: Any) -> None:
        nonlocal started
        now = time.perf_counter()
        seconds, started = now - started, now
        loss = function.reported  # an iteration ends with the parameters that were tried last
        rate = len(samples) / max(seconds, 1e-9)
        number = len(estimator.history_) + 1
        row = EpochRow(number, loss, {}, None, {}, seconds, rate, lr=float("nan"))
        estimator.history_.rows.append(row)
        if estimator.verbose:
            print(f"Iteration {number}, loss = {loss:.8f}")

    estimator.history_.engine = "eager"
    with np.errstate(all="ignore"):
        result = minimize(
            function,
            function.read(),
            method="L-BFGS-B",
            jac=True,
            callback=note,
            options={
                "maxiter": int(estimator.max_iter),
                "maxfun": int(estimator.max_fun),
                "gtol": float(estimator.tol),
            },
        )
        function(result.x)
    estimator.model_.zero_grad()
    estimator.n_iter_ = min(int(result.nit), int(estimator.max_iter))
    estimator.loss_ = function.reported
    if not np.isfinite(result.x).all():
        raise Diverged(
            "L-BFGS found parameters that are not finite: bring the features to a common scale, "
            "e.g. with StandardScaler."
        )
    if result.status != 0:
        warnings.warn(
            f"L-BFGS stopped after {estimator.n_iter_} iterations before it converged "
            f"({result.message}): raise max_iter or max_fun, or bring the features to a common "
            "scale, e.g. with StandardScaler.",
            ConvergenceWarning,
            stacklevel=4,
        )
