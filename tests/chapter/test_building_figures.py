"""Section 9.5: tensors, modules, losses, optimisers, saving, layers."""

from pathlib import Path

import pytest

import chainrule as torch
from chainrule import data, nn, optim
from chainrule.nn.feedforward import feedforward
from chainrule.utils.data import DataLoader, TensorDataset


def test_tensors() -> None:
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    assert (a + b).tolist() == [4.0, 6.0]
    assert (a * b).tolist() == [3.0, 8.0]
    assert (a @ b).item() == 11.0
    assert torch.randn(2, 3).shape == (2, 3)
    assert torch.zeros(2, requires_grad=True).requires_grad


def test_automatic_differentiation() -> None:
    x = torch.tensor(3.0, requires_grad=True)
    (x**2).backward()
    assert x.grad.item() == 6.0
    W, b = torch.randn(4, 3, requires_grad=True), torch.zeros(4, requires_grad=True)
    torch.relu(W @ torch.randn(3) + b).sum().backward()
    assert W.grad.shape == (4, 3)
    assert b.grad.shape == (4,)


class SimpleNet(nn.Module):
    """The chapter's subclassed module."""

    def __init__(self, inputs: int, hidden: int, outputs: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(inputs, hidden)
        self.relu = nn.ReLU()
        self.fc2 = nn.Linear(hidden, outputs)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc2(self.relu(self.fc1(x)))


def test_subclassed_module() -> None:
    network = SimpleNet(10, 20, 3)
    assert sum(p.numel() for p in network.parameters()) == 283
    names = [name for name, _ in network.named_parameters()]
    assert names == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"]
    assert repr(network).splitlines() == [
        "SimpleNet(",
        "  (fc1): Linear(in_features=10, out_features=20, bias=True)",
        "  (relu): ReLU()",
        "  (fc2): Linear(in_features=20, out_features=3, bias=True)",
        ")",
    ]


def test_sequential_by_position_and_by_name() -> None:
    by_position = nn.Sequential(nn.Linear(10, 20), nn.ReLU(), nn.Linear(20, 3))
    by_name = nn.Sequential()
    by_name.add_module("fc1", nn.Linear(10, 20))
    by_name.add_module("act", nn.ReLU())
    by_name.add_module("fc2", nn.Linear(20, 3))
    assert [name for name, _ in by_position.named_children()] == ["0", "1", "2"]
    assert [name for name, _ in by_name.named_children()] == ["fc1", "act", "fc2"]
    assert by_name(torch.randn(4, 10)).shape == by_position(torch.randn(4, 10)).shape == (4, 3)


def test_losses() -> None:
    logits = torch.tensor([[2.0, 1.0, 0.1], [0.5, 2.5, 0.3], [0.1, 0.2, 3.0]])
    loss = nn.CrossEntropyLoss()(logits, torch.tensor([0, 1, 2]))
    assert loss.item() == pytest.approx(0.2489, abs=5e-5)
    error = nn.MSELoss()(torch.tensor([2.5, 0.0, 2.1]), torch.tensor([3.0, -0.5, 2.0]))
    assert error.item() == pytest.approx(0.17, abs=5e-5)


@pytest.mark.parametrize(
    ("optimizer_class", "options"),
    [
        (optim.SGD, {"lr": 0.01, "momentum": 0.9}),
        (optim.RMSprop, {"lr": 0.001}),
        (optim.Adam, {"lr": 0.001}),
        (optim.AdamW, {"lr": 0.001, "weight_decay": 0.01}),
    ],
)
def test_optimisers_lower_the_loss(optimizer_class: type, options: dict[str, float]) -> None:
    torch.manual_seed(0)
    network, loss_function = SimpleNet(10, 20, 3), nn.CrossEntropyLoss()
    optimizer = optimizer_class(network.parameters(), **options)
    x, y = torch.randn(32, 10), torch.randint(0, 3, (32,))
    losses = []
    for _ in range(50):
        optimizer.zero_grad()
        loss = loss_function(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


def test_training_loop_on_random_labels() -> None:
    torch.manual_seed(42)
    x, y = torch.randn(1000, 20), torch.randint(0, 5, (1000,))
    loader = DataLoader(TensorDataset(x, y), batch_size=32, shuffle=True)
    network = nn.Sequential(
        nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 5)
    )
    optimizer = optim.Adam(network.parameters(), lr=0.01)
    loss_function = nn.CrossEntropyLoss()
    rows = []
    for _ in range(5):
        total_loss = correct = 0.0
        for batch_x, batch_y in loader:
            optimizer.zero_grad()
            scores = network(batch_x)
            loss = loss_function(scores, batch_y)
            loss.backward()
            optimizer.step()
            total_loss += loss.item()
            correct += (scores.argmax(dim=1) == batch_y).sum().item()
        rows.append((total_loss / len(loader), correct / 1000))
    # Labels are random, so the first epoch is near log(5) and a fifth, and only memory improves it.
    assert rows[0][0] == pytest.approx(1.61, abs=0.05)
    assert rows[0][1] == pytest.approx(0.22, abs=0.05)
    assert rows[-1][0] < 1.5
    assert rows[-1][1] > 0.32


def test_saved_weights_load_bit_for_bit(tmp_path: Path) -> None:
    first, second = SimpleNet(10, 20, 3), SimpleNet(10, 20, 3)
    torch.save(first.state_dict(), tmp_path / "model.pth")
    second.load_state_dict(torch.load(tmp_path / "model.pth"))
    second.eval()
    assert not second.training
    for name, parameter in first.named_parameters():
        assert parameter.array.tobytes() == second.get_parameter(name).array.tobytes()


def test_layers() -> None:
    image = nn.Conv2d(3, 16, kernel_size=3, padding=1)(torch.randn(4, 3, 32, 32))
    assert image.shape == (4, 16, 32, 32)
    assert nn.Embedding(1000, 64)(torch.randint(0, 1000, (2, 7))).shape == (2, 7, 64)
    assert nn.BatchNorm1d(8)(torch.randn(5, 8)).shape == (5, 8)
    assert nn.Flatten()(torch.randn(4, 3, 2)).shape == (4, 6)
    dropped = nn.Dropout(0.5)(torch.ones(10_000))
    assert set(dropped.tolist()) == {0.0, 2.0}


@pytest.mark.slow
def test_mnist_classifier_is_right_about_98_percent_of_the_time(mnist_folder: Path) -> None:
    mnist = data.load("mnist", data_dir=mnist_folder, download=False)
    torch.manual_seed(0)
    network = feedforward([784, 256, 128, 10], "relu", dropout=0.2)
    history = torch.fit(
        network,
        mnist.train,
        optimizer=optim.Adam(network.parameters(), lr=0.001),
        epochs=5,
        batch_size=32,
        validation=mnist.test,
        seed=0,
    )
    accuracies = [row.validation_accuracy for row in history]
    assert all(row.accuracy is not None for row in history)
    assert accuracies[0] == pytest.approx(0.965, abs=0.01)
    assert accuracies[-1] == pytest.approx(0.98, abs=0.006)
