"""Made-up problems: their shapes are what their names say."""

import numpy as np
import pytest

from chainrule.data import blobs, logic_gate, moons, random_labels, ring, sine, spirals, xor
from chainrule.errors import InvalidArgument

PROBLEMS = [xor, ring, moons, spirals, blobs, sine, random_labels]


@pytest.mark.parametrize(
    ("gate", "answers"),
    [
        ("and", [0, 0, 0, 1]),
        ("or", [0, 1, 1, 1]),
        ("nand", [1, 1, 1, 0]),
        ("nor", [1, 0, 0, 0]),
        ("xor", [0, 1, 1, 0]),
    ],
)
def test_gate_answers(gate, answers):
    inputs, found = logic_gate(gate)
    assert inputs.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert found.tolist() == answers


def test_unknown_gate_is_refused():
    with pytest.raises(InvalidArgument, match="no gate 'not'"):
        logic_gate("not")


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.__name__)
@pytest.mark.parametrize("num_samples", [1, 7, 100])
def test_problem_has_as_many_samples_as_asked_for(problem, num_samples):
    features, labels = problem(num_samples)
    assert features.dtype == np.float32
    assert len(features) == len(labels) == num_samples
    assert np.isfinite(features).all()


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.__name__)
def test_problem_repeats_with_its_seed(problem):
    first, again = problem(50, seed=4), problem(50, seed=4)
    assert (first[0] == again[0]).all()
    assert (first[1] == again[1]).all()


def test_ring_lies_at_radius_two_around_a_cloud():
    points, classes = ring()
    assert np.bincount(classes).tolist() == [50, 50]
    np.testing.assert_allclose(np.linalg.norm(points[classes == 0], axis=1), 2, rtol=1e-6)
    assert abs(points[classes == 1].std() - 0.5) < 0.1  # 100 coordinates: standard error 0.035


def test_moons_without_noise_lie_on_circles():
    points, classes = moons(60, noise=0)
    upper, lower = points[classes == 0], points[classes == 1]
    np.testing.assert_allclose(np.linalg.norm(upper, axis=1), 1, rtol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(lower - [1, 0.5], axis=1), 1, rtol=1e-6)


def test_arms_of_a_spiral_are_one_arm_turned():
    points, classes = spirals(90, num_classes=3, noise=0)
    angle = 2 * np.pi / 3
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    np.testing.assert_allclose(points[classes == 0] @ turn, points[classes == 1], atol=1e-6)


def test_blobs_keep_their_distance():
    points, classes = blobs(300, num_classes=4, num_features=3, noise=0, distance=5)
    centres = np.array([points[classes == k][0] for k in range(4)])
    gaps = np.linalg.norm(centres[:, None] - centres[None], axis=-1)[np.triu_indices(4, 1)]
    np.testing.assert_allclose(gaps.min(), 5, rtol=1e-5)


def test_sine_runs_from_minus_pi_to_pi():
    x, y = sine(101)
    assert (x.shape, y.shape) == ((101, 1), (101, 1))
    np.testing.assert_allclose([x[0, 0], x[-1, 0]], [-np.pi, np.pi], rtol=1e-6)
    np.testing.assert_allclose(y, np.sin(x.astype(np.float64)), atol=1e-6)


def test_random_labels_use_every_class():
    points, classes = random_labels(300, num_features=4, num_classes=3)
    assert points.shape == (300, 4)
    assert set(classes.tolist()) == {0, 1, 2}


@pytest.mark.parametrize(
    ("problem", "arguments", "words"),
    [
        (moons, {"num_samples": 0}, "num_samples"),
        (moons, {"noise": -1}, "noise"),
        (moons, {"noise": float("nan")}, "noise"),
        (moons, {"seed": -1}, "seed"),
        (spirals, {"num_classes": 0}, "num_classes"),
        (blobs, {"num_features": 0}, "num_features"),
        (random_labels, {"num_features": 0}, "num_features"),
    ],
)
def test_problem_refuses(problem, arguments, words):
    with pytest.raises(InvalidArgument, match=words):
        problem(**arguments)
