"""Perceptron: Rosenblatt's rule, its bound, its boundary and scikit-learn's conventions."""

import numpy as np
import pytest

from chainrule import estimators
from chainrule.data import blobs, logic_gate
from chainrule.errors import InvalidArgument, InvalidShape, InvalidType
from chainrule.estimators import Boundary, Perceptron
from chainrule.randomness import default_generator

AND_X, AND_Y = logic_gate("and")


@pytest.mark.parametrize("gate", ["and", "or", "nand", "nor"])
def test_separable_gate_is_learned(gate):
    X, y = logic_gate(gate)
    perceptron = Perceptron().fit(X, y)
    assert perceptron.predict(X).tolist() == y.tolist()
    assert perceptron.score(X, y) == 1.0
    assert perceptron.converged_
    assert perceptron.mistakes_[-1] == 0
    assert 0 not in perceptron.mistakes_[:-1]
    assert perceptron.n_iter_ == len(perceptron.mistakes_)


def naive_fit(X, y, rate, passes):
    """Slow twin: plain numbers in plain loops."""
    w, b, history = [0.0] * len(X[0]), 0.0, []
    for _ in range(passes):
        mistakes = 0
        for x, label in zip(X.tolist(), y.tolist(), strict=True):
            total = b
            for weight, value in zip(w, x, strict=True):
                total += weight * value
            error = label - (1 if total >= 0 else 0)
            if error != 0:
                w = [weight + rate * error * value for weight, value in zip(w, x, strict=True)]
                b += rate * error
                mistakes += 1
        history.append(mistakes)
        if mistakes == 0:
            break
    return w, b, history


@pytest.mark.parametrize("gate", ["and", "or", "nand", "nor", "xor"])
def test_learning_follows_the_rule_step_by_step(gate):
    X, y = logic_gate(gate)
    perceptron = Perceptron(learning_rate=0.5, max_iter=20).fit(X, y)
    w, b, history = naive_fit(X, y, 0.5, 20)
    assert (perceptron.coef_[0].tolist(), float(perceptron.intercept_[0])) == (w, b)
    assert perceptron.mistakes_ == history


def test_xor_never_converges_and_gets_two_of_four():
    X, y = logic_gate("xor")
    perceptron = Perceptron(learning_rate=0.1, max_iter=1000).fit(X, y)
    assert perceptron.predict(X).tolist() == [1, 1, 0, 0]
    assert perceptron.score(X, y) == 0.5
    assert not perceptron.converged_
    assert perceptron.n_iter_ == 1000
    assert min(perceptron.mistakes_) > 0


def test_boundary_of_or_separates_its_answers():
    X, y = logic_gate("or")
    perceptron = Perceptron().fit(X, y)
    w1, w2 = perceptron.coef_[0]
    line = perceptron.boundary()
    assert line.slope == pytest.approx(-w1 / w2)
    assert line.intercept == pytest.approx(-perceptron.intercept_[0] / w2)
    assert w2 > 0
    on_or_above = X[:, 1] >= line.slope * X[:, 0] + line.intercept
    assert on_or_above.astype(int).tolist() == y.tolist()


@pytest.mark.parametrize("seed", range(5))
def test_mistakes_stay_within_the_bound_on_separable_clouds(seed):
    X, y = blobs(100, num_classes=2, distance=8, seed=seed)
    perceptron = Perceptron(max_iter=5000).fit(X, y)
    assert perceptron.converged_
    extended = np.hstack([X, np.ones((len(X), 1))])
    signs = np.where(y == 1, 1, -1)
    # Any separating direction gives a valid bound; the perceptron's own is at hand.
    direction = np.append(perceptron.coef_[0], perceptron.intercept_[0])
    margin = (signs * (extended @ direction)).min() / np.linalg.norm(direction)
    assert margin > 0
    bound = (np.linalg.norm(extended, axis=1).max() / margin) ** 2
    assert sum(perceptron.mistakes_) <= bound


def test_one_sample_and_a_batch_get_the_same_classes():
    perceptron = Perceptron().fit(AND_X, AND_Y)
    assert int(perceptron.predict(AND_X[3])) == 1
    assert float(perceptron.decision_function(AND_X[3])) == perceptron.decision_function(AND_X)[3]


@pytest.mark.parametrize("labels", [["no", "yes"], [-1, 1], [3, 7], [False, True], [0.0, 1.0]])
def test_any_two_labels_are_told_apart(labels):
    y = np.array(labels)[AND_Y]
    perceptron = Perceptron().fit(AND_X, y)
    assert perceptron.predict(AND_X).tolist() == y.tolist()
    assert perceptron.classes_.tolist() == labels


def test_shuffled_learning_repeats_with_its_seed():
    X, y = blobs(60, num_classes=2, noise=3.0, seed=1)
    first, again = (
        Perceptron(shuffle=True, random_state=3, max_iter=5).fit(X, y) for _ in range(2)
    )
    other = Perceptron(shuffle=True, random_state=4, max_iter=5).fit(X, y)
    assert (first.coef_ == again.coef_).all()
    assert not (first.coef_ == other.coef_).all()


def test_shuffled_learning_without_a_seed_draws_from_the_library():
    state = default_generator.state_dict()
    Perceptron(shuffle=True).fit(AND_X, AND_Y)
    assert default_generator.state_dict() != state
    default_generator.load_state_dict(state)


@pytest.mark.parametrize(
    ("X", "y", "error", "words"),
    [
        (AND_X, [0, 0, 0, 0], InvalidArgument, r"1 classes \(0\)"),
        (AND_X, [0, 1, 2, 1], InvalidArgument, r"3 classes \(0, 1, 2\)"),
        (np.zeros((6, 1)), list("abcdef"), InvalidArgument, r"6 classes.*, \.\.\."),
        (AND_X, [0.5, 1, 0, 1], InvalidArgument, "not whole"),
        (AND_X, [np.nan, 1, 0, 1], InvalidArgument, "NaN"),
        (AND_X, [0, 1], InvalidShape, r"\(2,\): expected \(4,\)"),
        (AND_X, AND_Y[:, None], InvalidShape, r"\(4, 1\)"),
        (AND_X, [None, 1, 0, 1], InvalidType, "labels of object"),
        (AND_X[0], [0, 1], InvalidShape, r"shape \(2,\)"),
        (np.zeros((0, 2)), [], InvalidShape, "at least one"),
        ([["a"], ["b"]], [0, 1], InvalidType, "no table of numbers"),
        ([[1.0, np.nan], [0, 0]], [0, 1], InvalidArgument, "sample 0, feature 1"),
    ],
)
def test_samples_and_labels_that_cannot_be_used_are_refused(X, y, error, words):
    with pytest.raises(error, match=words):
        Perceptron().fit(X, y)


@pytest.mark.parametrize(
    "arguments", [{"learning_rate": 0}, {"learning_rate": np.nan}, {"max_iter": 0}]
)
def test_arguments_that_cannot_be_used_are_refused(arguments):
    with pytest.raises(InvalidArgument, match=next(iter(arguments))):
        Perceptron(**arguments).fit(AND_X, AND_Y)


def test_nothing_is_predicted_before_learning():
    with pytest.raises(InvalidArgument, match="call fit"):
        Perceptron().predict(AND_X)
    with pytest.raises(InvalidArgument, match="call fit"):
        Perceptron().boundary()


def test_samples_of_another_size_are_refused():
    with pytest.raises(InvalidShape, match="learned from 2 features"):
        Perceptron().fit(AND_X, AND_Y).predict(np.zeros((1, 3)))


def test_score_needs_a_label_per_sample():
    with pytest.raises(InvalidShape, match="4 samples and labels of shape"):
        Perceptron().fit(AND_X, AND_Y).score(AND_X, [0])


def test_boundary_needs_two_features():
    X, y = blobs(20, num_classes=2, num_features=3)
    with pytest.raises(InvalidShape, match="learned from 3"):
        Perceptron().fit(X, y).boundary()


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (Boundary(1.0, 2.0, -1.0), "x2 = -0.5 x1 + 0.5"),
        (Boundary(-1.0, 1.0, 2.0), "x2 = 1 x1 - 2"),
        (Boundary(0.0, 1.0, 0.0), "x2 = 0 x1 + 0"),
        (Boundary(2.0, 0.0, -3.0), "x1 = 1.5"),
    ],
)
def test_line_is_written_as_an_equation(line, text):
    assert str(line) == text


def test_vertical_line_has_no_slope():
    line = Boundary(2.0, 0.0, -3.0)
    assert line.is_vertical
    assert line.slope == np.inf
    assert np.isnan(line.intercept)


def test_line_without_weights_is_refused():
    with pytest.raises(InvalidArgument, match="no boundary"):
        Boundary(0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    "X", [AND_X, [[0, 0], [0, 1], [-1, 0], [-1, 1]]], ids=["sloped", "upright"]
)
def test_boundary_is_drawn_into_a_file(tmp_path, X):
    path = tmp_path / "line.png"
    y = AND_Y if X is AND_X else [1, 1, 0, 0]
    Perceptron().fit(X, y).plot_boundary(path, X, y)
    assert path.read_bytes().startswith(b"\x89PNG")
    assert [entry.name for entry in tmp_path.iterdir()] == ["line.png"]


def test_parameters_are_read_and_changed_by_name():
    perceptron = Perceptron(learning_rate=0.5).set_params(max_iter=7)
    assert perceptron.get_params() == {
        "learning_rate": 0.5,
        "max_iter": 7,
        "shuffle": False,
        "random_state": None,
    }
    assert repr(perceptron).startswith("Perceptron(learning_rate=0.5, max_iter=7")
    with pytest.raises(InvalidArgument, match="no parameter 'alpha'"):
        perceptron.set_params(alpha=1)


def test_scikit_learn_clones_validates_and_chains_it():
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    X, y = blobs(60, num_classes=2, distance=8)
    perceptron = Perceptron(max_iter=50)
    assert is_classifier(perceptron)
    assert clone(perceptron).get_params() == perceptron.get_params()
    scores = cross_val_score(make_pipeline(StandardScaler(), perceptron), X, y, cv=3)
    assert scores.min() > 0.9


def test_base_class_leaves_prediction_to_its_classes():
    with pytest.raises(NotImplementedError):
        estimators.base.BinaryClassifier().predict(AND_X)


@pytest.mark.parametrize("words", [["no", "no", "no", "yes"], [False, False, False, True]])
def test_labels_in_a_column_of_objects_are_told_apart(words):
    column = np.array(words, dtype=object)
    perceptron = Perceptron().fit(AND_X, column)
    assert perceptron.classes_.tolist() == sorted(set(words))
    assert perceptron.predict(AND_X).tolist() == words
    assert perceptron.score(AND_X, column) == 1.0
