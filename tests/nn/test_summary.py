"""The summary table: counts, costs and memory of whole networks."""

import pytest

import chainrule as torch
from chainrule import nn
from chainrule.nn.costs import Cost
from chainrule.nn.feedforward import feedforward
from chainrule.nn.summary import bytes_text, summarize


def small_cnn() -> nn.Sequential:
    """Two convolutions for pictures of 28 × 28."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(32 * 7 * 7, 10),
    )  # fmt: skip


def test_a_feedforward_network_takes_as_many_multiply_adds_as_it_has_weights() -> None:
    summary = summarize(feedforward([784, 256, 128, 10], dropout=0.2))
    assert summary.cost is not None
    assert summary.cost.multiply_adds == summary.num_weights == 234_752
    assert summary.parameter_bytes == 235_146 * 4


def test_a_cnn_takes_its_kernels_at_every_place() -> None:
    summary = summarize(small_cnn(), (1, 28, 28))
    assert summary.cost is not None
    first, second, last = 28 * 28 * 16 * 9, 14 * 14 * 32 * 16 * 9, 32 * 7 * 7 * 10
    assert summary.cost.multiply_adds == first + second + last
    pooled = 16 * 14 * 14 + 32 * 7 * 7
    results = 2 * 16 * 28 * 28 + 2 * 32 * 14 * 14 + pooled + 10
    assert summary.cost.backward_bytes == 4 * results
    assert summary.cost.forward_bytes == 4 * results + pooled  # and which was largest


def test_what_a_container_computes_itself_has_a_row() -> None:
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = nn.Linear(6, 6)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(x + self.layer(x))

    summary = summarize(nn.Sequential(Block(), nn.Linear(6, 2)))
    assert [(row.path, row.cost and row.cost.multiply_adds) for row in summary.layers] == [
        ("0", 6),
        ("0.layer", 36),
        ("1", 12),
    ]


def test_costs_are_unknown_where_the_input_is() -> None:
    summary = summarize(small_cnn())
    assert summary.cost is None
    assert all(row.cost is None for row in summary.layers)
    assert "?" in str(summary)
    assert "each sample" not in str(summary)


def test_the_table_says_multiply_adds_and_memory_with_units() -> None:
    lines = str(summarize(feedforward([4, 8, 3]))).splitlines()
    assert lines[0].split()[-3:] == ["multiply-adds", "forward", "backward"]
    assert lines[3].split() == [
        "1",
        "Linear(4,",
        "8)",
        "(8,)",
        "32",
        "8",
        "40",
        "32",
        "32",
        "B",
        "32",
        "B",
    ]
    assert [line for line in lines if line.startswith("parameters: 268 B")]
    assert lines[-1] == "each sample: 76 B of results forward, 76 B of gradients backward"


def test_shared_parameters_count_once_and_their_products_twice() -> None:
    layer = nn.Linear(4, 4)
    summary = summarize(nn.Sequential(layer, nn.ReLU(), layer))
    assert summary.num_parameters == 20
    assert summary.cost is not None
    assert summary.cost.multiply_adds == 32


def test_an_embedding_needs_no_shape() -> None:
    summary = summarize(nn.Sequential(nn.Embedding(10, 4), nn.Flatten(), nn.Linear(4, 2)))
    assert [row.cost for row in summary.layers] == [
        Cost(0, 16, 16),
        Cost(),
        Cost(8, 8, 8),
    ]


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (5 * 2**30, "5.0 GiB"),
        (3 * 2**50, "3,072.0 TiB"),
    ],
)
def test_bytes_are_written_in_the_unit_that_suits_them(count: int, text: str) -> None:
    assert bytes_text(count) == text
