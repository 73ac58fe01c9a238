"""MLPClassifier and MLPRegressor among scikit-learn's tools: its checks, searches and pipelines."""

import copy
import inspect
import io
import pickle
import subprocess
import sys

import joblib
import numpy as np
import pytest
from sklearn import config_context
from sklearn import neural_network as scikit_learn
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from chainrule import estimators
from chainrule.estimators import MLPClassifier, MLPRegressor

IRIS_X, IRIS_Y = load_iris(return_X_y=True)
DIABETES_X, DIABETES_Y = load_diabetes(return_X_y=True)
OURS = [MLPClassifier, MLPRegressor]


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([MLPClassifier(), MLPRegressor()])
def test_scikit_learns_checks_pass(estimator, check):
    check(estimator)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.slow
@parametrize_with_checks(
    [
        MLPClassifier(solver="sgd", max_iter=50),
        MLPRegressor(solver="sgd", max_iter=50),
        MLPClassifier(solver="lbfgs", alpha=0.1, max_iter=50),
        MLPRegressor(solver="lbfgs", max_iter=50),
    ]
)
def test_scikit_learns_checks_pass_with_other_solvers(estimator, check):
    check(estimator)


@pytest.mark.parametrize("ours", OURS)
def test_arguments_are_scikit_learns_and_then_our_own(ours):
    theirs = inspect.signature(getattr(scikit_learn, ours.__name__)).parameters
    arguments = list(inspect.signature(ours).parameters.values())
    ordered = [(p.name, p.default, p.kind) for p in arguments]
    assert ordered[: len(theirs)] == [(p.name, p.default, p.kind) for p in theirs.values()]
    weights = [("class_weight", None)] if ours is MLPClassifier else []
    own = [("dropout", 0.0), *weights, ("engine", "auto")]
    assert ordered[len(theirs) :] == [(*pair, inspect.Parameter.KEYWORD_ONLY) for pair in own]


def test_kinds_are_told():
    assert is_classifier(MLPClassifier())
    assert is_regressor(MLPRegressor())


def test_clone_has_the_arguments_and_nothing_learned():
    fitted = MLPClassifier((5,), "tanh", solver="lbfgs", max_iter=3000, random_state=0)
    fitted.fit(IRIS_X, IRIS_Y)
    cloned = clone(fitted)
    assert cloned.get_params() == fitted.get_params()
    assert not hasattr(cloned, "model_")
    assert not hasattr(cloned, "coefs_")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_pipeline_and_cross_validation():
    network = MLPClassifier((20,), learning_rate_init=0.02, max_iter=60, random_state=0)
    scores = cross_val_score(make_pipeline(StandardScaler(), network), IRIS_X, IRIS_Y, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.9


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_grid_search_finds_the_layer_that_can_learn():
    grid = {"mlpregressor__hidden_layer_sizes": [(1,), (20,)], "mlpregressor__dropout": [0.0, 0.9]}
    network = MLPRegressor(learning_rate_init=0.02, max_iter=100, random_state=0)
    X = np.random.default_rng(0).uniform(-2, 2, (200, 1))
    search = GridSearchCV(make_pipeline(StandardScaler(), network), grid, cv=3)
    search.fit(X, np.sin(3 * X[:, 0]))
    assert search.best_params_ == {
        "mlpregressor__hidden_layer_sizes": (20,),
        "mlpregressor__dropout": 0.0,
    }
    assert search.best_score_ > 0.5


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.slow
def test_search_in_other_processes_gives_the_same():
    grid = {"alpha": [1e-4, 1.0]}
    network = MLPClassifier((8,), max_iter=20, learning_rate_init=0.05, random_state=0)
    alone = GridSearchCV(network, grid, cv=2).fit(IRIS_X, IRIS_Y)
    together = GridSearchCV(network, grid, cv=2, n_jobs=2).fit(IRIS_X, IRIS_Y)
    assert together.cv_results_["mean_test_score"].tolist() == pytest.approx(
        alone.cv_results_["mean_test_score"].tolist()
    )


def test_search_tells_which_argument_cannot_be_used():
    network = MLPClassifier((8,), max_iter=5, random_state=0)
    search = GridSearchCV(network, {"alpha": [-1.0]}, cv=2)
    with pytest.raises(ValueError, match=r"MLPClassifier got alpha=-1.0: it must be a number at"):
        search.fit(IRIS_X, IRIS_Y)
    with pytest.raises(ValueError, match=r"Invalid parameter 'hidden_sizes'.*hidden_layer_sizes"):
        GridSearchCV(network, {"hidden_sizes": [4]}, cv=2).fit(IRIS_X, IRIS_Y)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_weights_are_routed_through_cross_validation():
    weights = np.where(IRIS_Y == 2, 0.0, 1.0)
    network = MLPClassifier((8,), solver="lbfgs", max_iter=50, random_state=0)
    with config_context(enable_metadata_routing=True):
        network.set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
        given = cross_validate(
            network, IRIS_X, IRIS_Y, cv=3, params={"sample_weight": weights}, return_estimator=True
        )
    # The third class never counted, so it is never predicted.
    assert all((fitted.predict(IRIS_X) != 2).all() for fitted in given["estimator"])


def through_pickle(estimator):
    return pickle.loads(pickle.dumps(estimator))  # noqa: S301 - our own


def through_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


@pytest.mark.parametrize("copied", [through_pickle, through_joblib, copy.deepcopy])
@pytest.mark.parametrize("solver", ["adam", "sgd", "rmsprop", "adagrad", "adamw"])
@pytest.mark.parametrize("ours", OURS)
def test_copy_predicts_and_goes_on_learning_the_same(ours, solver, copied):
    X, y = (IRIS_X, IRIS_Y) if ours is MLPClassifier else (DIABETES_X, DIABETES_Y / 100)
    fitted = ours(hidden_layer_sizes=(6,), activation="prelu", solver=solver, random_state=0)
    fitted.set_params(dropout=0.25, learning_rate_init=0.01)
    for _ in range(3):
        fitted.partial_fit(X, y, **({"classes": [0, 1, 2]} if ours is MLPClassifier else {}))
    twin = copied(fitted)
    np.testing.assert_array_equal(twin.predict(X), fitted.predict(X))
    assert twin.model_ is not fitted.model_
    for estimator in (twin, fitted):
        for _ in range(2):
            estimator.partial_fit(X, y)
    for coefficient, other in zip(twin.coefs_, fitted.coefs_, strict=True):
        np.testing.assert_array_equal(coefficient, other)
    assert twin.loss_curve_ == fitted.loss_curve_
    assert len(twin.history_) == len(fitted.history_) == 5


def test_pickle_holds_no_tensor():
    data = pickle.dumps(MLPClassifier((3,), solver="lbfgs").fit(IRIS_X, IRIS_Y))
    assert b"chainrule.autograd" not in data
    assert b"chainrule.nn" not in data


def test_scikit_learn_is_loaded_with_the_first_of_the_names():
    program = (
        "import sys, chainrule\n"
        "from chainrule.estimators import Perceptron\n"
        "print('sklearn' in sys.modules, 'MLPClassifier' in dir(chainrule.estimators))\n"
        "from chainrule.estimators import MLPRegressor\n"
        "print('sklearn' in sys.modules, MLPRegressor.__name__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "True", "MLPRegressor"]


def test_name_that_is_not_there_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'MLPTransformer'"):
        _ = estimators.MLPTransformer
