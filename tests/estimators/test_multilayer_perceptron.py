"""MLPClassifier and MLPRegressor: weights, going on, stopping, dropout, attributes and errors."""

import copy
import math
import pickle
import re
import warnings

import joblib
import numpy as np
import pytest
from scipy import sparse
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from chainrule.errors import ChainruleWarning, InvalidArgument, InvalidShape, NotFinite
from chainrule.estimators import MLPClassifier, MLPRegressor
from chainrule.estimators.multilayer_perceptron.epoch_end import EpochEnd
from chainrule.estimators.multilayer_perceptron.network import OUTPUT_BATCH_SIZE
from chainrule.nn.activations import ACTIVATION_MODULES
from chainrule.optim import OPTIMIZERS
from chainrule.randomness import default_generator

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

IRIS_X, IRIS_Y = load_iris(return_X_y=True)
RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(40, 3))
Y = X @ [1.0, -2.0, 0.5] + 0.1 * RANDOM.normal(size=40)
CLASSES = np.where(Y > 1, "high", np.where(Y < -1, "low", "middle"))
LABELS = np.stack([Y > 0, X[:, 0] > 0], axis=1).astype(int)
SOLVERS = [optimizer.__name__.lower() for optimizer in OPTIMIZERS]
STARTS_WITH_ARGUMENTS = ["threshold"]
ACTIVATIONS = [*sorted({*map(str.lower, ACTIVATION_MODULES)} - {*STARTS_WITH_ARGUMENTS})]


def parameters(estimator):
    return [*estimator.coefs_, *estimator.intercepts_]


def assert_same(one, other, tolerance=0.0):
    for a, b in zip(parameters(one), parameters(other), strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=tolerance)


def small(kind, **arguments):
    return kind(**{"hidden_layer_sizes": (6,), "random_state": 0, "max_iter": 10, **arguments})


# How often samples count


@pytest.mark.parametrize("solver", ["adam", "sgd", "lbfgs", "rmsprop"])
@pytest.mark.parametrize(
    ("kind", "y"), [(MLPClassifier, CLASSES), (MLPClassifier, LABELS), (MLPRegressor, Y)]
)
def test_weights_are_repetitions(kind, y, solver):
    times = RANDOM.integers(0, 4, 40)
    estimators = [small(kind, solver=solver, alpha=0.3, batch_size=1000) for _ in range(2)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ChainruleWarning)
        estimators[0].fit(X, y, sample_weight=times)
        estimators[1].fit(X.repeat(times, axis=0), y.repeat(times, axis=0))
    assert_same(*estimators, tolerance=1e-8)
    assert estimators[0].loss_ == pytest.approx(estimators[1].loss_)


@pytest.mark.parametrize("batch_size", [8, 40])
def test_size_of_all_weights_does_not_matter(batch_size):
    one, other = (small(MLPRegressor, alpha=0.0, batch_size=batch_size) for _ in range(2))
    assert_same(one.fit(X, Y), other.fit(X, Y, sample_weight=7.0), tolerance=1e-10)


def test_class_weights_are_sample_weights():
    by_class = {"low": 3.0, "middle": 0.5, "high": 1.0}
    one = small(MLPClassifier, class_weight=by_class).fit(X, CLASSES)
    other = small(MLPClassifier).fit(X, CLASSES, sample_weight=[by_class[c] for c in CLASSES])
    assert_same(one, other)


def test_class_weights_and_sample_weights_are_multiplied():
    weights = RANDOM.uniform(1, 2, 40)
    one = small(MLPClassifier, class_weight={"low": 4.0}).fit(X, CLASSES, sample_weight=weights)
    product = np.where(CLASSES == "low", 4.0, 1.0) * weights
    assert_same(one, small(MLPClassifier).fit(X, CLASSES, sample_weight=product))


def test_balanced_classes_count_the_same():
    samples = np.array([[0.0]] * 90 + [[1.0]] * 10)
    y = np.array([0] * 45 + [1] * 45 + [1] * 10)  # of 1 in feature 0: 45 of 90; of feature 1: all
    plain, balanced = (
        MLPClassifier((), solver="lbfgs", alpha=0.0, class_weight=weight, random_state=0)
        for weight in (None, "balanced")
    )
    plain.fit(samples, y), balanced.fit(samples, y)
    weights = {0: 100 / (2 * 45), 1: 100 / (2 * 55)}
    expected = 45 * weights[1] / (45 * weights[1] + 45 * weights[0])
    assert plain.predict_proba([[0.0]])[0, 1] == pytest.approx(0.5, abs=1e-3)
    assert balanced.predict_proba([[0.0]])[0, 1] == pytest.approx(expected, abs=1e-3)


def test_class_weights_of_several_labels():
    one = small(MLPClassifier, class_weight=[{0: 1.0, 1: 2.0}, {0: 1.0, 1: 3.0}]).fit(X, LABELS)
    product = (1 + LABELS[:, 0]) * (1 + 2 * LABELS[:, 1])
    assert_same(one, small(MLPClassifier).fit(X, LABELS, sample_weight=product))


def test_penalty_pulls_at_weights_and_not_at_biases():
    nothing = np.zeros((10, 2))
    arguments = {"solver": "sgd", "momentum": 0.0, "learning_rate_init": 0.5, "max_iter": 1}
    free, pulled = (small(MLPRegressor, alpha=alpha, **arguments) for alpha in (0.0, 4.0))
    free.fit(nothing, Y[:10]), pulled.fit(nothing, Y[:10])
    # Without inputs the first weights have no other gradient: one step takes lr * alpha / n away.
    np.testing.assert_allclose(pulled.coefs_[0], free.coefs_[0] * (1 - 0.5 * 4.0 / 10))
    for one, other in zip(pulled.intercepts_, free.intercepts_, strict=True):
        np.testing.assert_array_equal(one, other)


# Going on


@pytest.mark.parametrize("solver", SOLVERS)
def test_warm_start_goes_on_exactly(solver):
    arguments = {"solver": solver, "shuffle": False, "batch_size": 7, "dropout": 0.2}
    at_once = small(MLPClassifier, max_iter=5, **arguments).fit(X, CLASSES)
    in_parts = small(MLPClassifier, max_iter=2, warm_start=True, **arguments).fit(X, CLASSES)
    in_parts.set_params(max_iter=3).fit(X, CLASSES)
    assert_same(at_once, in_parts)
    assert at_once.loss_curve_ == in_parts.loss_curve_
    assert (in_parts.n_iter_, in_parts.t_) == (3, 5 * 40)
    assert in_parts.history_["epoch"] == [1, 2, 3, 4, 5]


def test_warm_start_goes_on_with_a_lowered_learning_rate():
    arguments = {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.3}
    arguments |= {"shuffle": False}
    at_once = small(MLPRegressor, max_iter=6, **arguments).fit(X, Y)
    in_parts = small(MLPRegressor, max_iter=3, warm_start=True, **arguments).fit(X, Y).fit(X, Y)
    assert_same(at_once, in_parts)
    assert in_parts.history_["lr"] == at_once.history_["lr"]


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize(("kind", "y"), [(MLPClassifier, CLASSES), (MLPRegressor, Y)])
def test_partial_fit_is_one_epoch_of_fit(kind, y, solver):
    fitted = small(kind, solver=solver, max_iter=1, batch_size=9).fit(X, y)
    given = {"classes": np.unique(y)} if kind is MLPClassifier else {}
    partly = small(kind, solver=solver, batch_size=9).partial_fit(X, y, **given)
    assert_same(fitted, partly)
    assert partly.n_iter_ == 1


def test_fit_without_warm_start_begins_again():
    estimator = small(MLPRegressor, early_stopping=True).fit(X, Y)
    first = [array.copy() for array in parameters(estimator)]
    estimator.fit(X, Y)
    for one, other in zip(parameters(estimator), first, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(estimator.loss_curve_) == len(estimator.history_) == estimator.n_iter_
    estimator.set_params(solver="lbfgs").fit(X, Y)
    assert not hasattr(estimator, "loss_curve_")


def test_warm_start_takes_another_learning_rate_if_one_is_given():
    estimator = small(MLPRegressor, solver="sgd", warm_start=True).fit(X, Y)
    estimator.set_params(learning_rate_init=1e-5, alpha=0.0).fit(X, Y)
    assert estimator.history_["lr"] == [1e-3] * 10 + [1e-5] * 10


def test_warm_start_changes_solver_and_keeps_the_weights():
    estimator = small(MLPRegressor, solver="lbfgs", warm_start=True, max_iter=200).fit(X, Y)
    loss = estimator.loss_
    estimator.set_params(solver="adam", max_iter=1).fit(X, Y)
    assert estimator.loss_curve_ == [pytest.approx(loss)]


def test_partial_fit_keeps_to_the_classes_of_the_first_call():
    estimator = small(MLPClassifier).partial_fit(X[:5], CLASSES[:5], classes=np.unique(CLASSES))
    estimator.partial_fit(X[:1], CLASSES[:1])
    assert estimator.classes_.tolist() == ["high", "low", "middle"]
    assert estimator.predict_proba(X).shape == (40, 3)
    with pytest.raises(InvalidArgument, match=r"got the classes \['other'\], but is to tell"):
        estimator.partial_fit(X[:1], ["other"])
    with pytest.raises(InvalidArgument, match=r"got classes=\['low'\], but in the first"):
        estimator.partial_fit(X[:1], ["low"], classes=["low"])


@pytest.mark.parametrize(
    "changed",
    [{"hidden_layer_sizes": (5,)}, {"activation": "tanh"}, {"dropout": 0.1}, {"loss": "poisson"}],
)
def test_going_on_with_another_network_is_refused(changed):
    estimator = small(MLPRegressor, warm_start=True).fit(X, Y**2).set_params(**changed)
    with pytest.raises(InvalidArgument, match="is to go on from layers 3 - 6 - 1"):
        estimator.fit(X, Y**2)


# Stopping


def test_best_parameters_are_taken_after_early_stopping():
    estimator = small(
        MLPClassifier, early_stopping=True, max_iter=200, learning_rate_init=0.1, n_iter_no_change=5
    ).fit(IRIS_X, IRIS_Y)
    assert estimator.best_validation_score_ == max(estimator.validation_scores_)
    assert estimator.history_["validation_score"] == estimator.validation_scores_
    assert estimator.history_["validation_loss"] == estimator.validation_loss_curve_
    assert len(estimator.validation_loss_curve_) == estimator.n_iter_ < 200
    best = int(np.argmax(estimator.validation_scores_))
    again = small(MLPClassifier, early_stopping=True, max_iter=best + 1, learning_rate_init=0.1)
    assert_same(estimator, again.fit(IRIS_X, IRIS_Y))


def test_best_parameters_of_an_earlier_call_are_kept():
    arguments = {"early_stopping": True, "warm_start": True, "learning_rate_init": 0.05}
    estimator = small(MLPClassifier, max_iter=60, n_iter_no_change=60, **arguments)
    estimator.fit(X, X[:, 0] > 0)
    assert estimator.best_validation_score_ == 1.0
    before = [array.copy() for array in parameters(estimator)]
    estimator.set_params(max_iter=4).fit(X, X[:, 0] > 0)
    for one, other in zip(parameters(estimator), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_end_of_all_epochs_is_warned_of_where_fit_is_called():
    with pytest.warns(ConvergenceWarning, match="MLPRegressor reached max_iter=10") as caught:
        small(MLPRegressor).fit(X, Y)
    assert caught[0].filename == __file__
    with pytest.warns(ConvergenceWarning, match="L-BFGS stopped after 10 iterations") as caught:
        small(MLPRegressor, solver="lbfgs").fit(X, Y)
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "arguments",
    [
        {"max_iter": 500, "tol": 0.1},
        {"solver": "lbfgs", "max_iter": 2000, "max_fun": 4000, "alpha": 1.0},
        {"max_iter": 1000, "early_stopping": True, "learning_rate_init": 0.01},
    ],
)
def test_convergence_is_not_warned_of(arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        small(MLPRegressor, **arguments).fit(X, Y)


def test_large_batch_is_warned_of_and_has_all_samples():
    with pytest.warns(ChainruleWarning, match="batch_size=41 is more than the 40 samples"):
        one = small(MLPRegressor, batch_size=41).fit(X, Y)
    assert_same(one, small(MLPRegressor, batch_size=40).fit(X, Y))


def test_interruption_keeps_what_was_learned(monkeypatch):
    finish = EpochEnd.on_epoch_end

    def interrupt(self, trainer, row):
        finish(self, trainer, row)
        if self.estimator.n_iter_ == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochEnd, "on_epoch_end", interrupt)
    with pytest.warns(ChainruleWarning, match="was interrupted after 3 epochs"):
        estimator = small(MLPRegressor).fit(X, Y)
    monkeypatch.undo()
    assert_same(estimator, small(MLPRegressor, max_iter=3).fit(X, Y))


def test_divergence_is_an_error_of_both_libraries():
    estimator = small(MLPRegressor, solver="sgd", learning_rate_init=1e6, activation="identity")
    with pytest.raises(NotFinite, match=r"MLPRegressor could not be fitted.*epoch"):
        estimator.fit(X, 1e6 * Y)
    with pytest.raises(ValueError, match="could not be fitted"):
        estimator.fit(X, 1e6 * Y)


def test_divergence_with_samples_held_out_takes_the_best_parameters():
    estimator = small(
        MLPRegressor,
        solver="sgd",
        learning_rate_init=1e3,
        activation="identity",
        early_stopping=True,
        max_iter=200,
        n_iter_no_change=200,
    )
    with pytest.warns(ConvergenceWarning, match="diverged, and takes the parameters with the best"):
        estimator.fit(X, Y)
    assert all(np.isfinite(array).all() for array in parameters(estimator))
    assert estimator.best_validation_score_ == np.nanmax(estimator.validation_scores_)


def test_epochs_are_told_if_asked_for(capsys):
    small(MLPRegressor, early_stopping=True, verbose=True, max_iter=2).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0].split(":")[0] for line in lines] == [
        "Iteration 1", "Validation score", "Iteration 2", "Validation score"
    ]  # fmt: skip
    small(MLPRegressor, verbose=True, max_iter=500, tol=0.5, n_iter_no_change=1).fit(X, Y)
    assert "Training loss did not improve more than tol=0.5" in capsys.readouterr().out


# Dropout and the library's random numbers


def test_dropout_changes_training_and_not_prediction():
    dropped = small(MLPRegressor, dropout=0.5).fit(X, Y)
    np.testing.assert_array_equal(dropped.predict(X), dropped.predict(X))
    assert_same(dropped, small(MLPRegressor, dropout=0.5).fit(X, Y))
    assert abs(dropped.coefs_[0] - small(MLPRegressor).fit(X, Y).coefs_[0]).max() > 1e-3


def test_masks_of_later_calls_are_new_ones():
    estimator = small(MLPRegressor, dropout=0.5, learning_rate_init=1e-12, shuffle=False)
    losses = [estimator.partial_fit(X, Y).loss_ for _ in range(3)]
    assert len(set(losses)) == 3


def test_library_generator_is_left_as_it_was():
    default_generator.manual_seed(5)
    default_generator.reserve(3)
    before = default_generator.state_dict()
    small(MLPRegressor, dropout=0.5).fit(X, Y).predict(X)
    assert default_generator.state_dict() == before


def test_threads_fit_as_one_alone_does():
    def fit(seed):
        return small(MLPRegressor, dropout=0.5, random_state=seed, batch_size=5).fit(X, Y)

    before = default_generator.manual_seed(5).state_dict()
    alone = [fit(seed) for seed in range(12)]
    together = joblib.Parallel(n_jobs=4, prefer="threads")(
        joblib.delayed(fit)(seed) for seed in range(12)
    )
    for one, other in zip(alone, together, strict=True):
        assert_same(one, other)
    assert default_generator.state_dict() == before


# The network


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "identity", "logistic", "leaky_relu"])
def test_every_activation_learns(activation):
    arguments = {"max_iter": 30, "learning_rate_init": 0.02, "batch_size": 10}
    estimator = small(MLPClassifier, activation=activation, **arguments).fit(X, CLASSES)
    assert estimator.loss_curve_[-1] < 0.9 * estimator.loss_curve_[0]


@pytest.mark.parametrize("solver", [*SOLVERS, "lbfgs"])
@pytest.mark.parametrize("sizes", [(), 4, (4,), [5, 3], np.array([4, 4, 4])], ids=str)
def test_every_solver_learns_with_any_layers(solver, sizes):
    samples = np.linspace(-1, 1, 50)[:, None]
    estimator = small(MLPRegressor, solver=solver, hidden_layer_sizes=sizes, activation="tanh")
    estimator.set_params(max_iter=80, learning_rate_init=0.05).fit(samples, samples[:, 0])
    assert estimator.score(samples, samples[:, 0]) > 0.8
    assert [c.shape[1] for c in estimator.coefs_] == [*np.atleast_1d(sizes).astype(int), 1]


def test_coefficients_are_the_live_model():
    estimator = small(MLPRegressor).fit(X, Y)
    assert estimator.coefs_[0].shape == (3, 6)
    assert np.shares_memory(estimator.coefs_[0], estimator.model_[0].weight.array)
    hidden = np.maximum(X @ estimator.coefs_[0] + estimator.intercepts_[0], 0)
    expected = hidden @ estimator.coefs_[1] + estimator.intercepts_[1]
    np.testing.assert_allclose(estimator.predict(X), expected[:, 0])
    estimator.coefs_[1][...] = 0
    estimator.intercepts_[1][...] = 2.5
    assert set(estimator.predict(X)) == {2.5}


def test_coefficients_that_are_assigned_are_those_of_the_model():
    estimator, other = small(MLPRegressor).fit(X, Y), small(MLPRegressor, random_state=1).fit(X, Y)
    live = estimator.model_[0].weight.array
    estimator.coefs_[0] = other.coefs_[0]
    estimator.coefs_[1:] = other.coefs_[1:]
    estimator.intercepts_ = [bias.tolist() for bias in other.intercepts_]
    np.testing.assert_array_equal(estimator.predict(X), other.predict(X))
    assert estimator.model_[0].weight.array is live
    # Training goes on from them.
    for one in (estimator, other):
        one.set_params(warm_start=True, solver="lbfgs", random_state=0).fit(X, Y)
    assert_same(estimator, other)


def test_coefficients_may_be_exchanged():
    estimator = small(MLPRegressor, hidden_layer_sizes=(3, 3)).fit(X, Y)
    first, second = (array.copy() for array in estimator.coefs_[:2])
    estimator.coefs_[:2] = estimator.coefs_[1::-1]
    np.testing.assert_array_equal(estimator.coefs_[0], second)
    np.testing.assert_array_equal(estimator.coefs_[1], first)


def test_coefficients_of_another_shape_are_refused():
    estimator = small(MLPRegressor).fit(X, Y)
    before = estimator.predict(X)
    with pytest.raises(InvalidShape, match=r"coefs_ got shapes \[\(6, 3\)\], but .* \[\(3, 6\)\]"):
        estimator.coefs_[0] = np.ones((6, 3))
    with pytest.raises(InvalidShape, match=r"intercepts_ got shapes \[\(6,\)\]"):
        estimator.intercepts_ = estimator.intercepts_[:1]
    np.testing.assert_array_equal(estimator.predict(X), before)


def through_pickle(arrays):
    return pickle.loads(pickle.dumps(arrays))  # noqa: S301 - our own


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, through_pickle])
def test_copy_of_the_coefficients_is_a_list(copied):
    estimator = small(MLPRegressor).fit(X, Y)
    coefficients = copied(estimator.coefs_)
    assert type(coefficients) is list
    np.testing.assert_array_equal(coefficients[0], estimator.coefs_[0])
    coefficients[0] = None
    assert estimator.coefs_[0] is not None


def test_prediction_goes_through_the_network_in_large_batches():
    estimator = small(MLPRegressor).fit(X, Y)
    sizes = []
    estimator.model_.register_forward_hook(lambda *given: sizes.append(len(given[-1])))
    estimator.predict(np.zeros((OUTPUT_BATCH_SIZE + 5, 3)))
    assert sizes == [OUTPUT_BATCH_SIZE, 5]


@pytest.mark.parametrize("form", [sparse.csr_array, sparse.csc_matrix])
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_sparse_samples_are_the_dense_ones(solver, form):
    samples = np.where(X > 0.5, X, 0.0)
    dense = small(MLPClassifier, solver=solver).fit(samples, CLASSES)
    other = small(MLPClassifier, solver=solver).fit(form(samples), CLASSES)
    assert_same(dense, other)
    np.testing.assert_array_equal(dense.predict_proba(samples), other.predict_proba(form(samples)))


def test_sparse_labels_are_the_dense_ones():
    one = small(MLPClassifier).fit(X, LABELS)
    other = small(MLPClassifier).fit(X, sparse.csr_array(LABELS))
    assert_same(one, other)
    assert one.classes_.tolist() == other.classes_.tolist() == [0, 1]


@pytest.mark.parametrize("y", [CLASSES, CLASSES == "low", np.zeros(40, int)])
def test_probabilities_are_of_the_classes_in_order(y):
    estimator = small(MLPClassifier, max_iter=200, learning_rate_init=0.05).fit(X, y)
    probabilities = estimator.predict_proba(X)
    assert estimator.classes_.tolist() == sorted(set(y.tolist()))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0)
    if len(estimator.classes_) > 1:
        chosen = estimator.classes_[probabilities.argmax(axis=1)]
        np.testing.assert_array_equal(estimator.predict(X), chosen)
    assert estimator.score(X, y) > 0.9
    np.testing.assert_allclose(np.exp(estimator.predict_log_proba(X)), probabilities)


def test_probability_of_zero_has_an_infinite_logarithm():
    estimator = small(MLPClassifier).fit(X, CLASSES)
    estimator.intercepts_[1][...] = [2000.0, 0.0, 0.0]
    assert estimator.predict_log_proba(X[:1]).tolist() == [[0.0, -math.inf, -math.inf]]


def test_names_of_columns_are_noted():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame(X, columns=["length", "width", "height"])
    estimator = small(MLPRegressor).fit(table, Y)
    assert estimator.feature_names_in_.tolist() == ["length", "width", "height"]
    with pytest.raises(ValueError, match="feature names should match"):
        estimator.predict(table[["width", "length", "height"]])


def test_engine_is_the_one_asked_for():
    assert small(MLPRegressor, engine="eager").fit(X, Y).history_.engine == "eager"
    with pytest.raises(InvalidArgument, match="no engine 'steam'"):
        small(MLPRegressor, engine="steam").fit(X, Y)


# Errors


@pytest.mark.parametrize(
    ("argument", "value", "expected"),
    [
        ("hidden_layer_sizes", (5, 0), "the number of units of each hidden layer"),
        ("hidden_layer_sizes", "wide", "the number of units of each hidden layer"),
        ("activation", "cubic", "no activation 'cubic'"),
        ("activation", "threshold", "cannot be chosen by name alone"),
        ("activation", None, "must be a name"),
        ("solver", "newton", "choose one of 'lbfgs', 'sgd'"),
        ("alpha", -1.0, "must be a number at least 0"),
        ("alpha", math.nan, "must be a number at least 0"),
        ("batch_size", 0, "a whole number at least 1 or 'auto'"),
        ("batch_size", True, "a whole number at least 1 or 'auto'"),
        ("learning_rate", "falling", "choose one of 'constant', 'invscaling', 'adaptive'"),
        ("learning_rate_init", 0, "must be a number above 0"),
        ("power_t", -0.5, "must be a number at least 0"),
        ("max_iter", 0, "must be a whole number at least 1"),
        ("max_iter", 2.5, "must be a whole number at least 1"),
        ("shuffle", "yes", "must be True or False"),
        ("tol", -1e-4, "must be a number at least 0"),
        ("verbose", "loud", "must be a whole number at least 0 or False or True"),
        ("warm_start", 1, "must be True or False"),
        ("momentum", 1.5, "at least 0 and at most 1"),
        ("validation_fraction", 1.0, "at least 0 and below 1"),
        ("beta_1", 1.0, "at least 0 and below 1"),
        ("epsilon", 0.0, "must be a number above 0"),
        ("n_iter_no_change", 0, "a whole number at least 1 or inf"),
        ("max_fun", 0, "must be a whole number at least 1"),
        ("dropout", 1.0, "at least 0 and below 1"),
        ("loss", "hinge", "choose one of 'squared_error', 'poisson'"),
    ],
)
def test_argument_that_cannot_be_used_is_named(argument, value, expected):
    estimator = small(MLPRegressor).set_params(**{argument: value})
    with pytest.raises(InvalidArgument, match=expected) as caught:
        estimator.fit(X, Y)
    assert argument in str(caught.value)


@pytest.mark.parametrize(
    ("weights", "kind", "expected"),
    [
        (np.ones(39), InvalidShape, r"shape \(39,\): expected \(40,\)"),
        (np.ones((40, 1)), InvalidShape, r"shape \(40, 1\): expected \(40,\)"),
        (np.linspace(-1, 1, 40), InvalidArgument, "negative sample_weight, -1"),
        (np.zeros(40), InvalidArgument, "zero for every sample"),
        (np.full(40, np.inf), ValueError, "sample_weight contains infinity"),
    ],
)
def test_sample_weights_that_cannot_be_used(weights, kind, expected):
    with pytest.raises(kind, match=expected):
        small(MLPRegressor).fit(X, Y, sample_weight=weights)


def test_class_weights_that_leave_nothing_are_refused():
    estimator = small(MLPClassifier, class_weight={"low": 0, "middle": 0, "high": 0})
    with pytest.raises(InvalidArgument, match="class_weight got a sample_weight that is zero"):
        estimator.fit(X, CLASSES)


@pytest.mark.parametrize(
    ("weight", "reason"),
    [
        ("balance", "a str among {'balanced'}"),
        ({"lo": 2.0}, r"\['high', 'low', 'middle'\], are not in class_weight"),
        (3.0, "Got 3.0 instead"),
    ],
)
def test_class_weights_that_cannot_be_used(weight, reason):
    estimator = small(MLPClassifier, class_weight=weight)
    with pytest.raises(InvalidArgument, match=r"class_weight=.*: expected a dict") as caught:
        estimator.fit(X, CLASSES)
    assert re.search(reason, str(caught.value))


def test_several_columns_of_classes_are_refused():
    columns = np.stack([RANDOM.integers(1, 3, 40), RANDOM.integers(1, 4, 40)], axis=1)
    for y in (columns, np.minimum(columns, 2)):
        with pytest.raises(InvalidArgument, match=r"y of shape \(40, 2\).*MultiOutputClassifier"):
            small(MLPClassifier).fit(X, y)


def test_first_part_that_is_refused_does_not_settle_the_classes():
    estimator = small(MLPClassifier)
    with pytest.raises(ValueError, match="NaN"):
        estimator.partial_fit(np.full((3, 3), np.nan), [0, 1, 0], classes=[0, 1])
    with pytest.raises(InvalidArgument, match="the first call must name all classes"):
        estimator.partial_fit(X, CLASSES)
    estimator.partial_fit(X, CLASSES, classes=np.unique(CLASSES))
    assert estimator.classes_.tolist() == ["high", "low", "middle"]


@pytest.mark.parametrize("form", [np.asarray, np.ndarray.tolist, sparse.csr_array])
def test_several_labels_in_parts_are_numbered(form):
    estimator, columns = small(MLPClassifier), np.column_stack([LABELS, 1 - LABELS[:, 0]])
    with pytest.raises(InvalidArgument, match=r"classes=\[0, 1\] for y of shape \(40, 3\).*arange"):
        estimator.partial_fit(X, form(columns), classes=[0, 1])
    estimator.partial_fit(X, form(columns), classes=[0, 1, 2])
    assert estimator.predict(X).shape == (40, 3)


def test_missing_targets_are_told_of():
    with pytest.raises(ValueError, match="requires y to be passed"):
        small(MLPClassifier).partial_fit(X, None, classes=[0, 1])


@pytest.mark.parametrize(
    ("fraction", "y", "reason"),
    [(0.0, CLASSES, "validation_fraction=0.0 of 40 samples"), (0.1, np.arange(40) < 1, "1 member")],
)
def test_samples_that_cannot_be_split_are_refused(fraction, y, reason):
    estimator = small(MLPClassifier, early_stopping=True, validation_fraction=fraction)
    with pytest.raises(InvalidArgument, match=f"could not hold out.*{reason}"):
        estimator.fit(X, y)


def test_samples_held_out_that_do_not_count_are_refused():
    weights = np.zeros(40)
    weights[0] = 1
    with pytest.raises(InvalidArgument, match="samples of a part have the weight 0"):
        small(MLPRegressor, early_stopping=True).fit(X, Y, sample_weight=weights)


def test_calls_that_do_not_fit_the_arguments_are_refused():
    with pytest.raises(InvalidArgument, match=r"dropout=0.5 with solver='lbfgs'"):
        small(MLPRegressor, solver="lbfgs", dropout=0.5).fit(X, Y)
    with pytest.raises(InvalidArgument, match="partial_fit got early_stopping=True"):
        small(MLPRegressor, early_stopping=True).partial_fit(X, Y)
    with pytest.raises(InvalidArgument, match="got class_weight='balanced'"):
        small(MLPClassifier, class_weight="balanced").partial_fit(X, CLASSES, classes=CLASSES)
    with pytest.raises(InvalidArgument, match="the first call must name all classes"):
        small(MLPClassifier).partial_fit(X, CLASSES)
    with pytest.raises(InvalidArgument, match="holds out 1: at least 2 are needed"):
        small(MLPRegressor, early_stopping=True).fit(X[:8], Y[:8])
    with pytest.raises(InvalidArgument, match="got the target -1: counts"):
        small(MLPRegressor, loss="poisson").fit(X[:2], [-1, 3])
    assert not hasattr(small(MLPRegressor, solver="lbfgs"), "partial_fit")


def test_other_classes_with_warm_start_are_refused():
    estimator = small(MLPClassifier, warm_start=True).fit(X, CLASSES)
    with pytest.raises(InvalidArgument, match=r"got the classes \['high', 'low'\]"):
        estimator.fit(X[CLASSES != "middle"], CLASSES[CLASSES != "middle"])
    with pytest.raises(InvalidArgument, match=r"got the classes \[0, 1\]"):
        estimator.fit(X, LABELS)


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_nothing_is_predicted_before_fitting(kind):
    with pytest.raises(NotFittedError):
        kind().predict(X)
    with pytest.raises(AttributeError, match="no coefs_ before it is fitted"):
        _ = kind().coefs_
    assert not hasattr(kind(), "intercepts_")


def test_nothing_is_predicted_after_a_fit_that_failed():
    estimator = MLPClassifier()
    with pytest.raises(ValueError, match="Unknown label type"):
        estimator.fit(X, Y)
    with pytest.raises(NotFittedError):
        estimator.predict(X)
