"""MLPClassifier and MLPRegressor take the steps that scikit-learn's take, from the same weights."""

import numpy as np
import pytest
from sklearn import neural_network as scikit_learn
from sklearn.datasets import load_digits, make_friedman1
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

from chainrule.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(60, 5))
WEIGHTS = RANDOM.uniform(0.0, 3.0, 60)
LABELS = RANDOM.integers(0, 2, (60, 3))
NUMBERS = X[:, :2] * [1.0, -2.0] + RANDOM.normal(size=(60, 2))

TARGETS = {
    "two classes": (MLPClassifier, {}, np.where(X[:, 0] > 0, "yes", "no")),
    "three classes": (MLPClassifier, {}, RANDOM.integers(3, 6, 60)),
    "several labels": (MLPClassifier, {}, LABELS),
    "number": (MLPRegressor, {}, NUMBERS[:, 0]),
    "two numbers": (MLPRegressor, {}, NUMBERS),
    "count": (MLPRegressor, {"loss": "poisson"}, RANDOM.poisson(3.0, 60)),
    "two counts": (MLPRegressor, {"loss": "poisson"}, RANDOM.poisson(3.0, (60, 2))),
}
SOLVERS = {
    "adam": {"solver": "adam", "learning_rate_init": 0.01},
    "adam with other means": {"solver": "adam", "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.02},
    "sgd without look-ahead": {"solver": "sgd", "nesterovs_momentum": False, "momentum": 0.6},
    "sgd without momentum": {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.1},
}


def pair(ours, **arguments):
    """The same estimator by us and by scikit-learn."""
    arguments = {"hidden_layer_sizes": (7, 4), "alpha": 0.1, "random_state": 3, **arguments}
    return ours(**arguments), getattr(scikit_learn, ours.__name__)(**arguments)


def assert_same_parameters(ours, theirs, tolerance):
    assert len(ours.coefs_) == len(theirs.coefs_)
    for mine, other in zip(ours.coefs_, theirs.coefs_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=tolerance)
    for mine, other in zip(ours.intercepts_, theirs.intercepts_, strict=True):
        np.testing.assert_allclose(mine, other, rtol=0, atol=tolerance)


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal weights", "weights"])
@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("target", TARGETS)
def test_steps_on_all_samples(target, solver, weights):
    kind, arguments, y = TARGETS[target]
    ours, theirs = pair(kind, activation="tanh", **arguments, **SOLVERS[solver])
    classes = np.arange(3) if y is LABELS else np.unique(y)
    for _ in range(8):
        for estimator in (ours, theirs):
            given = {"classes": classes} if kind is MLPClassifier else {}
            estimator.partial_fit(X, y, sample_weight=weights, **given)
        assert_same_parameters(ours, theirs, 1e-6)
    assert_same_parameters(ours, theirs, 1e-11)
    assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-9)
    assert (ours.t_, ours.n_iter_) == (theirs.t_, theirs.n_iter_) == (8 * 60, 1)


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("target", ["two classes", "three classes", "two numbers"])
def test_epochs_of_batches_in_random_order(target, activation):
    kind, arguments, y = TARGETS[target]
    ours, theirs = pair(kind, activation=activation, batch_size=12, max_iter=5, **arguments)
    ours.fit(X, y), theirs.fit(X, y)
    assert_same_parameters(ours, theirs, 1e-9)
    assert ours.loss_curve_ == pytest.approx(theirs.loss_curve_, rel=1e-4)
    assert ours.best_loss_ == min(ours.loss_curve_)


def test_random_state_object_is_used_up_alike():
    states = np.random.RandomState(8), np.random.RandomState(8)
    for estimator, state in zip(pair(MLPRegressor, batch_size=12, max_iter=3), states, strict=True):
        estimator.set_params(random_state=state).fit(X, NUMBERS)
    assert states[0].randint(10**9) == states[1].randint(10**9)


@pytest.mark.parametrize(
    "arguments",
    [
        {"learning_rate": "invscaling", "learning_rate_init": 0.5, "power_t": 0.4},
        {"learning_rate": "adaptive", "learning_rate_init": 0.2, "tol": 0.05},
        {"learning_rate": "adaptive", "learning_rate_init": 0.2, "tol": 10.0},
    ],
    ids=["invscaling", "adaptive", "adaptive until too small"],
)
def test_schedule_of_the_learning_rate(arguments):
    ours, theirs = pair(MLPClassifier, solver="sgd", max_iter=150, n_iter_no_change=2, **arguments)
    y = TARGETS["three classes"][2]
    ours.fit(X, y), theirs.fit(X, y)
    assert ours.n_iter_ == theirs.n_iter_
    assert_same_parameters(ours, theirs, 1e-9)
    rates = ours.history_["lr"]
    assert rates[-1] < rates[0] / 4


@pytest.mark.parametrize("target", ["two classes", "three classes", "several labels", "number"])
@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal weights", "weights"])
def test_early_stopping(target, weights):
    kind, arguments, y = TARGETS[target]
    stopping = {"early_stopping": True, "validation_fraction": 0.2, "n_iter_no_change": 4}
    ours, theirs = pair(kind, learning_rate_init=0.02, **stopping, **arguments)
    ours.fit(X, y, sample_weight=weights), theirs.fit(X, y, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_ < 200
    assert ours.validation_scores_ == pytest.approx(theirs.validation_scores_)
    assert ours.best_validation_score_ == pytest.approx(theirs.best_validation_score_)
    assert ours.best_loss_ is theirs.best_loss_ is None
    assert_same_parameters(ours, theirs, 1e-7)


@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
@pytest.mark.parametrize("target", ["three classes", "number"])
def test_parts_in_random_batches_with_a_schedule(target, schedule):
    kind, _, y = TARGETS[target]
    ours, theirs = pair(kind, solver="sgd", learning_rate=schedule, batch_size=12)
    given = {"classes": np.unique(y)} if kind is MLPClassifier else {}
    for _ in range(4):
        ours.partial_fit(X, y, **given), theirs.partial_fit(X, y, **given)
    assert_same_parameters(ours, theirs, 1e-12)


@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
def test_early_stopping_with_a_schedule(schedule):
    stopping = {"early_stopping": True, "n_iter_no_change": 3, "learning_rate_init": 0.3}
    ours, theirs = pair(MLPClassifier, solver="sgd", learning_rate=schedule, **stopping)
    y = TARGETS["two classes"][2]
    ours.fit(X, y), theirs.fit(X, y)
    assert (ours.n_iter_, ours.t_) == (theirs.n_iter_, theirs.t_)
    assert ours.best_validation_score_ == theirs.best_validation_score_
    assert_same_parameters(ours, theirs, 1e-12)


@pytest.mark.parametrize("limit", [{"max_fun": 3}, {"max_fun": 10}, {"tol": 0.1}], ids=str)
def test_lbfgs_stops_at_the_same_iteration(limit):
    ours, theirs = pair(MLPClassifier, solver="lbfgs", **limit)
    y = TARGETS["three classes"][2]
    ours.fit(X, y), theirs.fit(X, y)
    assert ours.n_iter_ == theirs.n_iter_
    assert_same_parameters(ours, theirs, 1e-9)


@pytest.mark.parametrize(
    "form", [np.ndarray.tolist, lambda y: y.astype(str).astype(object), lambda y: y == 3]
)
def test_labels_in_other_forms(form):
    y = form(TARGETS["three classes"][2])
    ours, theirs = pair(MLPClassifier, max_iter=5)
    ours.fit(X, y), theirs.fit(X, y)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    assert_same_parameters(ours, theirs, 1e-12)


def test_training_stops_at_the_same_epoch():
    ours, theirs = pair(MLPRegressor, learning_rate_init=0.05, tol=1e-2, n_iter_no_change=3)
    ours.fit(X, NUMBERS), theirs.fit(X, NUMBERS)
    assert ours.n_iter_ == theirs.n_iter_ < 200


@pytest.mark.parametrize("weights", [None, WEIGHTS], ids=["equal weights", "weights"])
@pytest.mark.parametrize("target", [name for name in TARGETS if name != "two numbers"])
def test_lbfgs(target, weights):
    kind, arguments, y = TARGETS[target]
    ours, theirs = pair(kind, solver="lbfgs", activation="tanh", max_iter=15, **arguments)
    ours.fit(X, y, sample_weight=weights), theirs.fit(X, y, sample_weight=weights)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=1e-7)
    assert_same_parameters(ours, theirs, 1e-4)
    assert len(ours.history_) == ours.n_iter_
    assert ours.history_[-1].loss == pytest.approx(ours.loss_)


def test_lbfgs_with_two_numbers_finds_less_loss():
    # There the loss is the mean over the outputs, and its gradient that of the sum.
    ours, theirs = pair(MLPRegressor, solver="lbfgs", activation="tanh", max_iter=2000, alpha=0.01)
    ours.fit(X, NUMBERS), theirs.fit(X, NUMBERS)
    difference = ours.predict(X) - NUMBERS
    penalty = 0.5 * 0.01 / len(X) * sum((weights**2).sum() for weights in ours.coefs_)
    assert ours.loss_ == pytest.approx(0.5 * (difference**2).mean() + penalty)
    assert ours.loss_ < theirs.loss_


@pytest.mark.parametrize("target", TARGETS)
def test_attributes_and_predictions(target):
    kind, arguments, y = TARGETS[target]
    ours, theirs = pair(kind, max_iter=5, **arguments)
    ours.fit(X, y), theirs.fit(X, y)
    names = ["n_layers_", "n_outputs_", "out_activation_", "n_features_in_", "n_iter_", "t_"]
    assert {n: getattr(ours, n) for n in names} == {n: getattr(theirs, n) for n in names}
    mine, others = ours.predict(X), theirs.predict(X)
    assert (mine.shape, mine.dtype) == (others.shape, others.dtype)
    assert ours.score(X, y) == pytest.approx(theirs.score(X, y))
    if kind is MLPRegressor:
        np.testing.assert_allclose(mine, others, rtol=1e-9)
        return
    np.testing.assert_array_equal(mine, others)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-9)
    np.testing.assert_allclose(
        ours.predict_log_proba(X), theirs.predict_log_proba(X), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs"])
def test_dtype_is_kept_if_it_is_float32(dtype, solver):
    samples = (10 * X).astype(dtype)
    ours, theirs = pair(MLPRegressor, solver=solver, max_iter=3, learning_rate_init=1e-4)
    ours.fit(samples, NUMBERS), theirs.fit(samples, NUMBERS)
    expected = np.float32 if dtype == np.float32 else np.float64
    assert {array.dtype for array in (*ours.coefs_, *ours.intercepts_)} == {np.dtype(expected)}
    assert ours.predict(samples).dtype == expected
    np.testing.assert_allclose(ours.predict(samples), theirs.predict(samples), rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "rmsprop"])
def test_digits_are_told_apart(solver):
    digits, y = load_digits(return_X_y=True)
    parts = train_test_split(digits / 16, y, test_size=0.25, random_state=0, stratify=y)
    rate = {"adam": 0.005, "sgd": 0.1, "lbfgs": 0.001, "rmsprop": 0.002}[solver]
    ours = MLPClassifier(solver=solver, learning_rate_init=rate, max_iter=40, random_state=0)
    ours.fit(parts[0], parts[2])
    assert ours.score(parts[1], parts[3]) >= 0.96


def test_friedmans_function_is_learned_as_well():
    samples, y = make_friedman1(600, noise=0.5, random_state=0)
    parts = train_test_split(StandardScaler().fit_transform(samples), y, random_state=0)
    ours, theirs = pair(
        MLPRegressor,
        hidden_layer_sizes=(30,),
        alpha=1.0,
        learning_rate_init=0.02,
        batch_size=50,
        max_iter=100,
    )
    ours.fit(parts[0], parts[2]), theirs.fit(parts[0], parts[2])
    score = ours.score(parts[1], parts[3])
    assert score > 0.9
    assert score == pytest.approx(theirs.score(parts[1], parts[3]), abs=0.01)
