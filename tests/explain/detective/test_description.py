"""Training runs described in words and numbers."""

from pathlib import Path

import numpy as np
import pytest

from chainrule import manual_seed, nn
from chainrule.errors import InvalidArgument
from chainrule.explain.detective.description import LOSSES, Description
from chainrule.explain.detective.examples import EXAMPLES
from chainrule.storage import save_model

BATCHES = [{"input": [[0.5, -1.0], [1.5, 2.0]], "target": [[1.0], [0.0]]}]


def describe(**entries: object) -> Description:
    return Description.from_dict({"network": "2-3-1", "value": "0.1", "batches": BATCHES} | entries)


def test_drawn_weights_are_those_of_layers_made_after_the_same_seed() -> None:
    described = describe(seed=3, activation="tanh", output_activation="sigmoid").model()
    manual_seed(3)
    made = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1), nn.Sigmoid())
    assert repr(described) == repr(made)
    for one, other in zip(described.parameters(), made.parameters(), strict=True):
        np.testing.assert_array_equal(one.array, other.array)


def test_drawing_weights_leaves_the_random_numbers_of_others_alone() -> None:
    manual_seed(0)
    first = nn.Linear(2, 2).weight.array
    manual_seed(0)
    describe(seed=9).model()
    np.testing.assert_array_equal(nn.Linear(2, 2).weight.array, first)


def test_a_model_file_can_be_the_network(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 1))
    save_model(model, tmp_path / "model.safetensors")
    described = describe(network=str(tmp_path / "model.safetensors")).model()
    np.testing.assert_array_equal(described[0].weight.array, model[0].weight.array)
    assert described[0].weight.dtype == np.float64


@pytest.mark.parametrize("name", LOSSES)
def test_every_loss_can_be_asked_for(name: str) -> None:
    labels = name.startswith("cross-entropy")
    target = [[1], [0]] if labels else [[1.0], [0.0]]
    batches = [{"input": BATCHES[0]["input"], "target": target}]
    network = "2-3-2" if labels else "2-3-1"
    described = describe(
        network=network,
        loss=name,
        batches=batches,
        output_activation="sigmoid" if name in ("bce", "bce-sum") else "",
        value="5.4321",
    )
    findings = described.detect()
    assert findings.verdict == "none of these"
    value = f"{findings.correct:.9f}"
    assert describe(**vars(described) | {"value": value}).detect().verdict == "correct"


@pytest.mark.parametrize(("name", "mse"), [("half-mse", 0.5), ("sse", 2.0), ("half-sse", 1.0)])
def test_halves_and_sums_are_what_they_are_called(name: str, mse: float) -> None:
    described = describe(steps=0, loss="mse")
    mean = float(described.detect().correct)
    other = float(describe(steps=0, loss=name).detect().correct)
    assert other == pytest.approx(mse * mean)


def test_biases_can_be_fixed_together_or_one_by_one() -> None:
    for fixed in (["bias"], ["0.bias", "2.bias"]):
        described = describe(fixed=fixed)
        held = described.made_optimizer(described.model()).param_groups[0]["params"]
        assert [tuple(p.shape) for p in held] == [(3, 2), (1, 3)]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"colour": 1}, "does not know 'colour'"),
        ({"loss": "huber"}, "no loss 'huber': choose one of mse"),
        ({"network": "2"}, "sizes of its layers"),
        ({"network": "2-x-1"}, "sizes of its layers"),
        ({"activation": "bump"}, "no activation 'bump'"),
        ({"weights": {"0.weight": [[1.0]]}}, r"0\.weight has shape \(3, 2\), got \(1, 1\)"),
        ({"fixed": ["9.bias"]}, "no parameter '9.bias'"),
        ({"optimizer": {"name": "sgd", "beta": 1}}, "optimizer 'sgd'"),
        ({"optimizer": {"name": "best"}}, "no optimizer 'best'"),
        ({"batches": [{"input": [[1.0, 2.0]]}]}, "no 'target'"),
    ],
)
def test_what_is_not_understood_is_refused(entries: dict[str, object], words: str) -> None:
    with pytest.raises(InvalidArgument, match=words):
        describe(**entries).detect()


def test_what_is_missing_is_named() -> None:
    with pytest.raises(InvalidArgument, match="misses 'value'"):
        Description.from_dict({"network": "2-1"})


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_is_explained(name: str) -> None:
    assert EXAMPLES[name].detect().verdict == "explained"
