"""Metrics on outputs and targets of every shape they take."""

import numpy as np
import pytest

from chainrule.errors import InvalidArgument, InvalidShape
from chainrule.training.metrics import METRICS, accuracy, find_metrics, mean_absolute_error

SCORES = np.array([[0.1, 2.0, -1.0], [3.0, 0.0, 0.0], [0.0, 0.5, 0.4], [0.0, 0.0, 9.0]])
LABELS = np.array([1, 0, 2, 2])


@pytest.mark.parametrize(
    ("outputs", "targets", "expected"),
    [
        (SCORES, LABELS, 0.75),
        (SCORES, np.eye(3)[LABELS], 0.75),
        (SCORES, LABELS.astype(np.int32), 0.75),
        (SCORES[:1], LABELS[:1], 1.0),
        (np.array([[1.0], [-1.0], [0.5], [-2.0]]), np.array([[1.0], [1.0], [1.0], [0.0]]), 0.75),
        (np.array([1.0, -1.0, 0.5, -2.0]), np.array([1, 1, 1, 0]), 0.75),
        (np.array([[1.0], [-1.0]]), np.array([1, 1]), 0.5),
        (np.moveaxis(SCORES[None], 2, 1), LABELS[None], 0.75),
    ],
    ids=["labels", "probabilities", "int32", "one", "column", "row", "mixed", "pictures"],
)
def test_accuracy_is_the_share_of_right_answers(
    outputs: np.ndarray, targets: np.ndarray, expected: float
) -> None:
    result = accuracy(outputs, targets)
    assert result == expected
    assert type(result) is float


def test_mean_absolute_error_is_the_mean_distance() -> None:
    outputs = np.array([[1.0, 2.0], [3.0, 4.0]], dtype=np.float32)
    result = mean_absolute_error(outputs, outputs + np.array([[1, -2], [0, 1]]))
    assert result == 1.0
    assert type(result) is float


def test_mean_absolute_error_compares_like_with_like() -> None:
    """Broadcast, a column and a row would be compared every one with every other."""
    with pytest.raises(InvalidShape, match=r"\(4, 1\) and targets of shape \(4,\)"):
        mean_absolute_error(np.zeros((4, 1)), np.zeros(4))


def test_labels_are_measured_by_accuracy_and_numbers_by_nothing_more() -> None:
    assert [metric.name for metric in find_metrics(None, has_labels=True)] == ["accuracy"]
    assert find_metrics(None, has_labels=False) == ()
    assert find_metrics([], has_labels=True) == ()


def test_metrics_are_found_by_name_and_functions_keep_theirs() -> None:
    names = [metric.name for metric in METRICS]
    assert find_metrics(names, has_labels=False) == METRICS
    assert find_metrics("accuracy", has_labels=False) == METRICS[:1]
    assert find_metrics([mean_absolute_error], has_labels=False)[0] == METRICS[1]
    with pytest.raises(InvalidArgument, match="'recall': choose one of accuracy, mean_absolute_er"):
        find_metrics(["recall"], has_labels=True)


def test_two_metrics_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="two metrics named 'accuracy'"):
        find_metrics(["accuracy", accuracy], has_labels=True)
