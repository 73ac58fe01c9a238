"""The PyTorch engine: what is its own beside what all engines are held to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import chainrule
from chainrule import nn, optim
from chainrule.data import blobs
from chainrule.engines.torch.not_finite import layer_error
from chainrule.errors import InvalidArgument, InvalidType, MissingPackage, NotFinite, StateMismatch
from chainrule.training import Callback, EpochRow, fit
from chainrule.training.trainer import Trainer

X, Y = blobs(203, seed=1)
IMAGES = np.random.default_rng(0).standard_normal((64, 2, 6, 6)).astype(np.float32)
LABELS = np.random.default_rng(1).integers(0, 3, 64)
NETWORKS = {
    "dense": lambda: nn.Sequential(nn.Flatten(), nn.Linear(72, 9), nn.GELU(), nn.Linear(9, 3)),
    "pictures": lambda: nn.Sequential(
        nn.Conv2d(2, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.LayerNorm(16), nn.Linear(16, 3),
    ),
}  # fmt: skip
OPTIMIZERS: dict[str, Any] = {
    "SGD": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01),
    "SGD, dampened": lambda p: optim.SGD(p, lr=0.05, momentum=0.9, dampening=0.3),
    "RMSprop": lambda p: optim.RMSprop(p, lr=0.003, momentum=0.5, centered=True),
    "Adagrad": lambda p: optim.Adagrad(p, lr=0.05, initial_accumulator_value=0.1),
    "Adam": lambda p: optim.Adam(p, lr=0.003, amsgrad=True, weight_decay=0.01),
    "AdamW": lambda p: optim.AdamW(p, lr=0.003, betas=(0.8, 0.99)),
}


def trained(engine: str, network: str, optimizer: str, dtype: Any, **options: Any) -> nn.Module:
    """A network after a hundred steps."""
    chainrule.manual_seed(0)
    model = NETWORKS[network]().to(dtype)
    fit(
        model, (chainrule.from_numpy(IMAGES.astype(dtype)), chainrule.from_numpy(LABELS)),
        optimizer=OPTIMIZERS[optimizer](model.parameters()), epochs=25, batch_size=16, seed=4,
        engine=engine, **options,
    )  # fmt: skip
    return model


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float64, 1e-10)])
def test_a_hundred_steps_end_where_the_eager_engines_do(
    network: str, optimizer: str, dtype: Any, tolerance: float
) -> None:
    # Relative to the largest weight: the two libraries add up in different orders.
    one = trained("eager", network, optimizer, dtype)
    other = trained("torch", network, optimizer, dtype, device="cpu")
    for path, tensor in one.state_dict().items():
        scale = max(float(np.abs(tensor.array).max()), 1e-3)
        difference = np.abs(other.state_dict()[path].array - tensor.array).max()
        assert difference <= tolerance * scale, path


def small_network() -> nn.Sequential:
    chainrule.manual_seed(0)
    return nn.Sequential(nn.Linear(2, 16), nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 3))


def train(model: nn.Module | None = None, **options: Any) -> nn.Module:
    model = model or small_network()
    given: dict[str, Any] = {"engine": "torch", "device": "cpu", "epochs": 2, "seed": 3}
    fit(model, (X, Y), **{**given, **options})
    return model


def test_dropout_follows_the_seed_and_leaves_pytorchs_generator_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    one, same, other = train(), train(), train(seed=4)
    assert torch.equal(torch.get_rng_state(), before)
    first = [next(model.parameters()).array for model in (one, same, other)]
    assert (first[0] == first[1]).all()
    assert (first[0] != first[2]).any()


def test_a_loss_written_as_a_function_runs_there_too() -> None:
    from chainrule.nn import functional as F

    def loss(outputs: Any, targets: Any) -> Any:
        return F.cross_entropy(outputs, targets) + 0.01 * (outputs**2).mean()

    chosen: dict[str, Any] = {"optimizer": "sgd", "lr": 0.1, "loss": loss}
    model = nn.Sequential(nn.Linear(2, 3))
    start = {path: tensor.clone() for path, tensor in model.state_dict().items()}
    train(model, **chosen)
    twin = nn.Sequential(nn.Linear(2, 3))
    twin.load_state_dict(start)
    train(twin, engine="eager", device=None, **chosen)
    np.testing.assert_allclose(model[0].weight.array, twin[0].weight.array, rtol=1e-5)


def test_parameters_without_a_gradient_stay_and_get_no_state() -> None:
    class Partly(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(2, 3), nn.Linear(2, 3)

        def forward(self, x: Any) -> Any:
            return self.used(x)

    model = Partly()
    before = model.unused.weight.array.copy()
    optimizer = optim.AdamW(model.parameters(), lr=0.01)
    train(model, optimizer=optimizer)
    assert (model.unused.weight.array == before).all()
    assert model.unused.weight not in optimizer.state
    assert int(optimizer.state[model.used.weight]["step"].array) == 14


def test_a_layer_let_loose_later_begins_to_learn() -> None:
    model = small_network()
    model[0].requires_grad_(False)
    seen: list[np.ndarray] = []

    class Unfreeze(Callback):
        def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
            seen.append(model[0].weight.array.copy())
            model[0].requires_grad_(True)

    train(model, callbacks=[Unfreeze()])
    assert (seen[0] == small_network()[0].weight.array).all()
    assert (seen[0] != seen[1]).any()


def test_a_group_added_while_training_learns() -> None:
    model = small_network()
    optimizer = optim.SGD(model[3].parameters(), lr=0.1)

    class Add(Callback):
        def on_epoch_end(self, trainer: Trainer, row: EpochRow) -> None:
            if trainer.epoch == 1:
                optimizer.add_param_group({"params": model[0].parameters(), "lr": 0.05})

    before = model[0].weight.array.copy()
    train(model, optimizer=optimizer, callbacks=[Add()])
    assert (model[0].weight.array != before).any()


# Precision


def test_mixed_precision_learns_and_keeps_weights_in_full_precision() -> None:
    chosen: dict[str, Any] = {"epochs": 20, "optimizer": "adam", "lr": 0.01}
    full, mixed = train(**chosen), train(mixed_precision=True, **chosen)
    ours, theirs = (model[3].weight.array for model in (full, mixed))
    assert theirs.dtype == np.float32
    assert (ours != theirs).any()
    np.testing.assert_allclose(ours, theirs, atol=0.1)


def test_a_run_in_mixed_precision_does_not_go_on_in_full(tmp_path: Path) -> None:
    train(mixed_precision=True, out=tmp_path)
    with pytest.raises(StateMismatch, match="another precision"):
        train(out=tmp_path, resume=True)


# What stops being finite


def test_what_overflows_only_in_pytorch_is_reported_by_layer() -> None:
    class Brittle(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = nn.Parameter(chainrule.tensor([1.0]))

        def forward(self, x: Any) -> Any:
            return x / (self.scale - 1) * 0 if self.training else x

    model = nn.Sequential(nn.Linear(2, 3), Brittle())
    with pytest.raises(NotFinite, match="layer 1") as error:
        train(model)
    assert "before the weights were changed" in str(error.value)


@pytest.mark.parametrize(("power", "what"), [(0.0, "output"), (0.5, "derivative")])
def test_the_layer_is_named_by_pytorch_itself(power: float, what: str) -> None:
    from chainrule.engines.torch.network import NetworkTwin

    class Root(nn.Module):
        def forward(self, x: Any) -> Any:
            return (x - x) ** 0.5 if power else x / (x - x)

    model = nn.Sequential(nn.Linear(2, 3), Root(), nn.Tanh())
    twin = NetworkTwin(model, nn.CrossEntropyLoss(), torch.device("cpu"))
    error = layer_error(twin, chainrule.from_numpy(X[:4]), chainrule.from_numpy(Y[:4]))
    assert f"the {what} of layer 1 (Root) was the first not to be finite" in str(error)


# What is refused


class Custom(optim.SGD):
    pass


def test_what_pytorch_does_not_have_is_named() -> None:
    model = small_network()
    with pytest.raises(InvalidType, match="optimiser of the class Custom"):
        train(model, optimizer=Custom(model.parameters()))
    with pytest.raises(InvalidType, match="is a Step, and PyTorch has no such module"):
        train(nn.Sequential(nn.Linear(2, 3), nn.Step()))


@pytest.mark.parametrize("name", ["abacus", "cuda:99"])
def test_a_device_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(InvalidArgument, match=name):
        train(device=name)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_other_engines_leave_devices_and_lower_precision_to_this_one(engine: str) -> None:
    with pytest.raises(InvalidArgument, match="choose engine='torch'"):
        train(engine=engine, device="cuda")
    with pytest.raises(InvalidArgument, match="mixed precision"):
        train(engine=engine, device=None, mixed_precision=True)


def test_auto_takes_it_where_only_pytorch_can() -> None:
    history = fit(small_network(), (X, Y), epochs=1, mixed_precision=True, device="cpu")
    assert history.engine == "torch"


def test_without_pytorch_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    def fail(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}", name="torch")

    monkeypatch.setattr(importlib, "import_module", fail)
    with pytest.raises(MissingPackage, match=r"pip install 'chainrule\[torch\]'"):
        train()
