"""Sections 9.1 and 9.3: networks, their shapes, parameters, initialisation."""

from functools import partial

import numpy as np
import pytest

import chainrule as torch
from chainrule import nn
from chainrule.nn.feedforward import feedforward
from chainrule.nn.summary import summarize


def test_hand_set_weights_compute_xor() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.Sigmoid(), nn.Linear(2, 1), nn.Sigmoid())
    with torch.no_grad():
        network[0].weight.fill_(20.0)
        network[0].bias.copy_(torch.tensor([-30.0, -10.0]))
        network[2].weight.copy_(torch.tensor([[-60.0, 60.0]]))
        network[2].bias.fill_(-30.0)
    inputs = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    assert network(inputs).round().flatten().tolist() == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("sizes", "weights", "biases", "total"),
    [
        ([10, 20, 10, 1], 410, 31, 441),
        ([784, 256, 128, 10], 234_752, 394, 235_146),
        ([784, 1024, 10], 813_056, 1034, 814_090),
        ([784, 128, 64, 32, 16, 10], 111_264, 250, 111_514),
        ([784, *[64] * 6, 10], 71_296, 394, 71_690),
    ],
)
def test_parameter_counts(sizes: list[int], weights: int, biases: int, total: int) -> None:
    summary = summarize(feedforward(sizes))
    assert summary.num_parameters == total
    assert (summary.num_weights, summary.num_biases) == (weights, biases)


def test_description_table() -> None:
    summary = summarize(feedforward([784, 256, 128, 10]))
    with_parameters = [layer for layer in summary.layers if layer.num_parameters]
    assert [layer.num_parameters for layer in with_parameters] == [200_960, 32_896, 1_290]
    assert [layer.output_shape for layer in with_parameters] == [(256,), (128,), (10,)]
    text = str(summary)
    assert "200,960" in text
    (totals,) = [line.split() for line in text.splitlines() if line.startswith("total")]
    assert totals[:4] == ["total", "234,752", "394", "235,146"]


def keep_output(
    seen: dict[str, torch.Tensor],
    name: str,
    _module: nn.Module,
    _inputs: object,
    output: torch.Tensor,
) -> None:
    seen[name] = output


def test_every_pre_activation_and_activation_can_be_inspected() -> None:
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3), nn.Softmax(dim=1)
    )
    seen: dict[str, torch.Tensor] = {}
    for name, layer in network.named_children():
        layer.register_forward_hook(partial(keep_output, seen, name))
    x = torch.randn(5, 4)
    output = network(x)
    assert [x.shape[1]] + [seen[name].shape[1] for name in ("1", "3", "5")] == [4, 8, 8, 3]
    assert torch.equal(torch.relu(seen["0"]), seen["1"])
    assert output.sum(dim=1).tolist() == pytest.approx([1.0] * 5, abs=1e-6)


@pytest.mark.parametrize("batch", [1, 64])
def test_one_sample_and_many_through_the_same_code(batch: int) -> None:
    assert feedforward([10, 8, 5])(torch.randn(batch, 10)).shape == (batch, 5)


def test_initialisation_decides_whether_the_signal_survives() -> None:
    # The chapter's numbers: one input, then three networks, drawn in this order from seed 42.
    random = np.random.RandomState(42)
    inputs = torch.from_numpy(random.randn(100, 256))
    means = []
    for std in (0.01, 1.0, np.sqrt(2 / 256)):
        signal = inputs
        for _ in range(10):
            weight = torch.from_numpy(random.randn(256, 256) * std)
            signal = torch.relu(signal @ weight)
        means.append(signal.abs().mean().item())
    assert means == pytest.approx([1.96e-10, 1.49e10, 0.529], rel=3e-3)


def test_our_initialisers_have_those_deviations() -> None:
    torch.manual_seed(0)
    weight = torch.empty(256, 256)
    # The deviation of 65,536 samples is known to 1 / sqrt(2 * 65536); five times that is 1.4 %.
    nn.init.kaiming_normal_(weight, nonlinearity="relu")
    assert weight.std().item() == pytest.approx(np.sqrt(2 / 256), rel=0.014)
    nn.init.xavier_normal_(weight)
    assert weight.std().item() == pytest.approx(np.sqrt(2 / 512), rel=0.014)


def test_untrained_classifier_is_right_about_a_third_of_the_time() -> None:
    torch.manual_seed(0)
    network = feedforward([4, 16, 8, 3])
    x, y = torch.randn(300, 4), torch.randint(0, 3, (300,))
    scores = network(x)
    accuracy = (scores.argmax(dim=1) == y).float().mean().item()
    assert 0.2 < accuracy < 0.47  # a third, give or take five standard deviations of 300 guesses
    clipped = torch.softmax(scores, dim=1).clamp(1e-15, 1.0)
    by_hand = -torch.log(clipped[torch.arange(300), y]).mean()
    assert nn.CrossEntropyLoss()(scores, y).item() == pytest.approx(by_hand.item(), rel=1e-5)
