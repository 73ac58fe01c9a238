"""Trained models at work: predictions and scores against a forward pass of the network itself."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import chainrule
from chainrule import nn
from chainrule.data import Preprocessing, Split, load
from chainrule.errors import ChainruleError, CorruptFile, DataNotFound, InvalidShape, StateMismatch
from chainrule.nn.feedforward import feedforward
from chainrule.storage import save_model
from chainrule.training import LoadedModel
from chainrule.training.inference import BATCH_SIZE, Score

CLASS_NAMES = ("cat", "dog", "owl")
PREPROCESSING = Preprocessing((2,), mean=(1.0, -1.0), std=(2.0, 0.5))
RAW = np.random.default_rng(0).normal(size=(7, 2)).astype(np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2, 0])


def network(outputs: int = 3) -> nn.Module:
    """With dropout and running statistics, so that the mode matters."""
    chainrule.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 5), nn.BatchNorm1d(5), nn.Dropout(0.5), nn.Linear(5, outputs))


def classifier(folder: Path) -> LoadedModel:
    path = folder / "model.safetensors"
    save_model(network(), path, class_names=CLASS_NAMES, preprocessing=PREPROCESSING.to_dict())
    return LoadedModel.open(path)


def regressor(folder: Path, outputs: int = 1) -> LoadedModel:
    path = folder / "model.safetensors"
    save_model(network(outputs), path, preprocessing=PREPROCESSING.to_dict())
    return LoadedModel.open(path)


def scores(samples: np.ndarray, outputs: int = 3) -> np.ndarray:
    """What the network itself gives."""
    return network(outputs).eval()(chainrule.from_numpy(samples)).detach().array


def softmax(values: np.ndarray) -> np.ndarray:
    powers = np.exp(values - values.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def split(task: str = "classification") -> Split:
    is_labelled = task == "classification"
    targets = LABELS if is_labelled else (RAW[:, :1] * 2).astype(np.float32)
    prepared = PREPROCESSING.apply(RAW)
    return Split(
        "animals", task, prepared, targets, prepared, targets,  # type: ignore
        CLASS_NAMES if is_labelled else (), PREPROCESSING,
    )  # fmt: skip


# Predicting


def test_outputs_are_those_of_the_network_in_evaluation_mode(tmp_path: Path) -> None:
    samples = PREPROCESSING.apply(RAW)
    model = classifier(tmp_path)
    np.testing.assert_array_equal(model.outputs(samples), scores(samples))
    np.testing.assert_array_equal(model.outputs(samples), model.outputs(samples))


@pytest.mark.parametrize("count", [1, BATCH_SIZE - 1, BATCH_SIZE, BATCH_SIZE + 1, 3 * BATCH_SIZE])
def test_samples_are_taken_in_batches_without_losing_any(tmp_path: Path, count: int) -> None:
    samples = np.random.default_rng(1).normal(size=(count, 2)).astype(np.float32)
    outputs = classifier(tmp_path).outputs(samples)
    assert outputs.shape == (count, 3)
    np.testing.assert_allclose(outputs, scores(samples), rtol=1e-5, atol=1e-6)


def test_predictions_name_the_most_probable_class(tmp_path: Path) -> None:
    samples = PREPROCESSING.apply(RAW)
    expected = softmax(scores(samples).astype(np.float64))
    predictions = classifier(tmp_path).predict(samples, "some.npy")
    assert [p.label for p in predictions] == [CLASS_NAMES[best] for best in expected.argmax(1)]
    assert [p.row for p in predictions] == list(range(7))
    assert {p.file for p in predictions} == {"some.npy"}
    for prediction, row in zip(predictions, expected, strict=True):
        assert prediction.values == pytest.approx(tuple(row), rel=1e-5)
        assert prediction.probability == max(prediction.values)
        assert sum(prediction.values) == pytest.approx(1.0)


def test_a_prediction_prints_in_one_line(tmp_path: Path) -> None:
    first = classifier(tmp_path).predict(PREPROCESSING.apply(RAW), "a.csv")[1]
    assert str(first) == f"a.csv, row 1: {first.label} ({first.probability:.1%})"
    alone = classifier(tmp_path).predict(PREPROCESSING.apply(RAW[:1]), "a.png")[0]
    assert alone.row is None
    assert str(alone).startswith("a.png: ")
    assert alone.as_dict() == {
        "file": "a.png", "row": None, "label": alone.label, "probability": alone.probability,
        "values": alone.values,
    }  # fmt: skip


def test_a_regression_predicts_its_numbers(tmp_path: Path) -> None:
    samples = PREPROCESSING.apply(RAW)
    predictions = regressor(tmp_path, 2).predict(samples, "x.csv")
    np.testing.assert_array_equal([p.values for p in predictions], scores(samples, 2))
    assert {(p.label, p.probability) for p in predictions} == {(None, None)}
    assert str(predictions[0]) == "x.csv, row 0: " + ", ".join(
        f"{value:.6g}" for value in predictions[0].values
    )


@pytest.mark.parametrize("suffix", [".npy", ".csv", ".tsv"])
def test_files_are_prepared_as_the_training_data_were(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"samples{suffix}"
    if suffix == ".npy":
        np.save(path, RAW)
    else:
        np.savetxt(path, RAW, delimiter="," if suffix == ".csv" else "\t", fmt="%.9g")
    model = classifier(tmp_path)
    predictions = model.predict_file(path)
    expected = softmax(scores(PREPROCESSING.apply(RAW)))
    np.testing.assert_allclose([p.values for p in predictions], expected, rtol=1e-5)
    assert {p.file for p in predictions} == {str(path)}


# Evaluating


def test_a_score_is_loss_and_accuracy_on_the_test_samples(tmp_path: Path) -> None:
    score = classifier(tmp_path).evaluate(split())
    probabilities = softmax(scores(PREPROCESSING.apply(RAW)).astype(np.float64))
    assert score.loss == pytest.approx(-np.log(probabilities[np.arange(7), LABELS]).mean())
    assert score.accuracy == np.mean(probabilities.argmax(1) == LABELS)
    assert score.num_samples == 7
    assert score.as_dict() == {
        "test_loss": score.loss, "test_accuracy": score.accuracy, "num_samples": 7,
    }  # fmt: skip
    assert str(score) == (
        f"test accuracy {score.accuracy:.2%}, test loss {score.loss:.4f} on 7 samples"
    )


def test_a_regression_is_scored_by_its_squared_error(tmp_path: Path) -> None:
    score = regressor(tmp_path).evaluate(split("regression"))
    expected = np.mean((scores(PREPROCESSING.apply(RAW), 1) - 2 * RAW[:, :1]) ** 2)
    assert score.loss == pytest.approx(float(expected), rel=1e-5)
    assert score.accuracy is None
    assert str(score) == f"test loss {score.loss:.4f} on 7 samples"
    assert Score(0.5, None, 1234).as_dict()["test_accuracy"] is None


def test_samples_prepared_in_another_way_are_prepared_anew(tmp_path: Path) -> None:
    """The model's own preprocessing counts, not the data set's."""
    other = Preprocessing((2,), mean=(5.0,), std=(3.0,))
    prepared = other.apply(RAW)
    moved = replace(split(), x_test=prepared, x_train=prepared, preprocessing=other)
    model = classifier(tmp_path)
    assert model.evaluate(moved).loss == pytest.approx(model.evaluate(split()).loss, rel=1e-4)


def test_other_classes_or_features_are_refused(tmp_path: Path) -> None:
    model = classifier(tmp_path)
    with pytest.raises(StateMismatch, match=r"knows the classes cat, dog, owl, but moons has 0, 1"):
        model.evaluate(load("moons"))
    with pytest.raises(StateMismatch, match=r"but sine has \(none\)"):
        model.evaluate(load("sine"))
    wide = replace(split(), preprocessing=Preprocessing((3,)))
    with pytest.raises(StateMismatch, match=r"samples of shape \(2,\), but animals has \(3,\)"):
        model.evaluate(wide)
    with pytest.raises(StateMismatch, match=r"knows the classes \(none\), but animals has cat"):
        regressor(tmp_path).evaluate(split())


# Mistakes


def test_no_samples_cannot_be_predicted(tmp_path: Path) -> None:
    with pytest.raises(InvalidShape, match="no samples to predict"):
        classifier(tmp_path).outputs(np.zeros((0, 2), np.float32))


def test_samples_of_another_width_are_refused(tmp_path: Path) -> None:
    model = classifier(tmp_path)
    with pytest.raises(InvalidShape, match="last axis is 3, expected 2"):
        model.predict(np.zeros((4, 3), np.float32))
    np.save(tmp_path / "wide.npy", np.zeros((4, 3)))
    with pytest.raises(InvalidShape, match=r"takes samples of 2 numbers.*shape \(4, 3\)"):
        model.predict_file(tmp_path / "wide.npy")


def test_files_that_are_not_there_or_not_samples_are_named(tmp_path: Path) -> None:
    model = classifier(tmp_path)
    with pytest.raises(DataNotFound, match=r"none\.npy"):
        model.predict_file(tmp_path / "none.npy")
    (tmp_path / "bad.npy").write_bytes(b"text")
    with pytest.raises(CorruptFile, match=r"bad\.npy"):
        model.predict_file(tmp_path / "bad.npy")
    with pytest.raises(ChainruleError, match="unknown kind"):
        model.predict_file(tmp_path / "samples.docx")


def test_models_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataNotFound, match=r"none\.safetensors"):
        LoadedModel.open(tmp_path / "none.safetensors")
    (tmp_path / "bad.safetensors").write_bytes(b"text")
    with pytest.raises(CorruptFile, match=r"bad\.safetensors"):
        LoadedModel.open(tmp_path / "bad.safetensors")
    save_model(feedforward([2, 3]), tmp_path / "bare.safetensors")
    with pytest.raises(StateMismatch, match="does not say how samples are to be prepared"):
        LoadedModel.open(tmp_path / "bare.safetensors")
    save_model(feedforward([2, 3]), tmp_path / "odd.safetensors", preprocessing={"mean": "x"})
    with pytest.raises(CorruptFile, match="preprocessing is damaged"):
        LoadedModel.open(tmp_path / "odd.safetensors")


def test_a_model_with_other_class_names_than_outputs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.safetensors"
    save_model(network(4), path, class_names=CLASS_NAMES, preprocessing=PREPROCESSING.to_dict())
    with pytest.raises(StateMismatch, match="4 outputs, but 3 class names"):
        LoadedModel.open(path).predict(PREPROCESSING.apply(RAW))
