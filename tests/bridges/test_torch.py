"""Networks to PyTorch and back: same bits, same outputs and gradients, same training."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch

import chainrule
from bridges.networks import Branching, Deep, Head, Residual, scaled
from chainrule import nn
from chainrule.bridges import from_torch, read_state_dict, to_torch
from chainrule.errors import CorruptFile, InvalidArgument, InvalidType
from conformance.test_modules import CASES, NO_COUNTERPART, RANDOM_MODULES, Case, make_inputs
from conformance.torch_calls import PYTORCH_ROUNDS

BRIDGED = [case for case in CASES if case.name not in NO_COUNTERPART]
TOLERANCES = {"float32": 1e-6, "float64": 1e-12}


def state_bytes(state: Any) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
    """A state dict as bytes, with dtypes and shapes."""
    arrays = {name: np.asarray(getattr(t, "array", t)) for name, t in state.items()}
    return {name: (str(a.dtype), a.shape, a.tobytes()) for name, a in arrays.items()}


def make(case: Case, dtype: str) -> nn.Module:
    chainrule.manual_seed(0)
    module = getattr(nn, case.name)(*case.arguments, **case.options)
    return module.double() if dtype == "float64" else module


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", BRIDGED, ids=str)
def test_there_and_back_is_the_same_to_the_bit(case: Case, dtype: str) -> None:
    module = make(case, dtype)
    there = to_torch(module)
    back = from_torch(there)
    assert type(there) is getattr(torch.nn, case.name)
    assert repr(back) == repr(module)
    assert state_bytes(back.state_dict()) == state_bytes(module.state_dict())
    assert state_bytes(there.state_dict()) == state_bytes(module.state_dict())


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("case", BRIDGED, ids=str)
def test_outputs_and_gradients_agree(case: Case, dtype: str) -> None:
    module = make(case, dtype)
    if case.name in RANDOM_MODULES:
        module.eval()
    there = to_torch(module)
    inputs = [a.astype(dtype) if a.dtype.kind == "f" else a for a in make_inputs(case)]
    ours = [chainrule.from_numpy(array.copy()) for array in inputs]
    theirs = [torch.from_numpy(array.copy()) for array in inputs]
    if inputs[0].dtype.kind == "f":
        ours[0].requires_grad_()
        theirs[0].requires_grad_()
    output, expected = module(*ours), there(*theirs)
    scale = max(TOLERANCES[dtype], PYTORCH_ROUNDS.get(case.name.lower(), 0.0))
    close(output.detach().array, expected.detach().numpy(), scale)
    if not expected.requires_grad:
        return
    weights = np.random.default_rng(1).normal(size=output.shape).astype(dtype)
    (output * chainrule.from_numpy(weights)).sum().backward()
    (expected * torch.from_numpy(weights)).sum().backward()
    pairs = [*zip(module.parameters(), there.parameters(), strict=True), (ours[0], theirs[0])]
    for one, other in pairs:
        if other.grad is not None:
            close(one.grad.array, other.grad.numpy(), scale)


def close(ours: np.ndarray, theirs: np.ndarray, scale: float) -> None:
    """Hold two arrays together, relative to the largest number in them."""
    largest = float(np.abs(theirs[np.isfinite(theirs)]).max(initial=1.0))
    np.testing.assert_allclose(ours, theirs, rtol=scale, atol=scale * largest)


CUSTOM = {
    "residual": (Residual, (5, 6)),
    "branching": (Branching, (5, 6)),
    "deep": (Deep, (5, 6)),
    "head": (Head, (5, 6)),
}


@pytest.mark.parametrize("name", CUSTOM)
def test_classes_of_ones_own_come_along(name: str) -> None:
    kind, shape = CUSTOM[name]
    chainrule.manual_seed(0)
    module = kind().double().eval()
    there = to_torch(module)
    assert isinstance(there, torch.nn.Module)
    assert type(there).__name__ == kind.__name__
    back = from_torch(there)
    assert state_bytes(back.state_dict()) == state_bytes(module.state_dict())
    x = np.random.default_rng(0).normal(size=shape)
    expected = module(chainrule.from_numpy(x))
    expected.sum().backward()
    output = there(torch.from_numpy(x))
    output.sum().backward()
    again = back(chainrule.from_numpy(x))
    close(expected.detach().array, output.detach().numpy(), 1e-12)
    np.testing.assert_array_equal(again.detach().array, expected.detach().array)
    for ours, theirs in zip(module.parameters(), there.parameters(), strict=True):
        close(ours.grad.array, theirs.grad.numpy(), 1e-12)


def test_pytorch_classes_of_ones_own_come_along() -> None:
    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = torch.nn.Linear(4, 3)
            self.scale = torch.nn.Parameter(torch.tensor([2.0]))
            self.register_buffer("shift", torch.ones(3), persistent=False)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.inner(x)) * self.scale + self.shift

    module = Net()
    ours = from_torch(module)
    x = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    close(
        ours(chainrule.from_numpy(x)).detach().array,
        module(torch.from_numpy(x)).detach().numpy(),
        1e-6,
    )
    assert [*ours.state_dict()] == [*module.state_dict()]


def test_modes_frozen_and_shared_parameters_stay() -> None:
    shared = nn.Linear(4, 4)
    model = nn.Sequential(shared, nn.ReLU(), shared, nn.Dropout(0.3), nn.Linear(4, 4))
    model[4].weight = shared.weight
    model[4].bias.requires_grad = False
    model[3].eval()
    there = to_torch(model)
    assert there[0] is there[2]
    assert there[4].weight is there[0].weight
    assert [p.requires_grad for p in there.parameters()] == [
        p.requires_grad for p in model.parameters()
    ]
    assert [m.training for m in there.modules()] == [m.training for m in model.modules()]
    back = from_torch(there)
    assert back[0] is back[2]
    assert back[4].weight is back[0].weight
    assert not back[4].bias.requires_grad
    assert not back[3].training


@pytest.mark.parametrize("share", [False, True])
def test_memory_is_shared_or_not_as_asked(share: bool) -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    there = to_torch(model, share=share)
    with torch.no_grad():
        there[0].weight.fill_(7.0)
        there[1].running_mean.fill_(7.0)
    assert (model[0].weight.array == 7.0).all() == share
    assert (model[1].running_mean.array == 7.0).all() == share
    back = from_torch(there, share=share)
    back[0].bias.array[:] = 5.0
    assert bool((there[0].bias == 5.0).all()) == share


def test_pytorch_draws_no_random_numbers_for_it() -> None:
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    to_torch(nn.Sequential(nn.Linear(10, 10), nn.Conv2d(1, 2, 3), nn.Embedding(4, 2)))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_what_has_no_counterpart_is_named() -> None:
    with pytest.raises(InvalidType, match=r"Module '1' is a Step, and PyTorch has no such module"):
        to_torch(nn.Sequential(nn.Linear(2, 2), nn.Step()))
    with pytest.raises(InvalidType, match=r"Module 'a.0' is a LSTM, and chainrule has no such"):
        from_torch(torch.nn.ModuleDict({"a": torch.nn.ModuleList([torch.nn.LSTM(2, 2)])}))
    with pytest.raises(InvalidType, match=r"is a Embedding with max_norm=1.0"):
        from_torch(torch.nn.Embedding(2, 2, max_norm=1.0))
    with pytest.raises(InvalidType, match=r"no counterpart: Conv2d got padding_mode='reflect'"):
        from_torch(torch.nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"))
    with pytest.raises(InvalidType, match=r"torch\.nn\.Module, got Linear"):
        from_torch(nn.Linear(2, 2))
    with pytest.raises(InvalidType, match="module of chainrule, got Linear"):
        to_torch(torch.nn.Linear(2, 2))


class UsesStep(nn.Module):
    """Names a function that PyTorch does not have."""

    def forward(self, x: Any) -> Any:
        return nn.functional.step(x) + scaled(x)


class UsesLayerNormOfTorch(torch.nn.Module):
    """Names a function that chainrule does not have."""

    def forward(self, x: Any) -> Any:
        return torch.nn.functional.pixel_shuffle(x, 2)


def test_names_in_code_without_counterpart_are_refused() -> None:
    with pytest.raises(
        InvalidType, match=r"UsesStep.forward uses nn.functional.step, which PyTorch"
    ):
        to_torch(UsesStep())
    with pytest.raises(
        InvalidType, match=r"uses torch.nn.functional.pixel_shuffle, which chainrule"
    ):
        from_torch(UsesLayerNormOfTorch())


def test_hooks_are_refused() -> None:
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *_: None)
    with pytest.raises(InvalidArgument, match="Module '0', a Linear, has hooks"):
        to_torch(nn.Sequential(layer))


def test_numbers_that_numpy_does_not_have_are_refused() -> None:
    with pytest.raises(InvalidType, match=r"0.weight holds torch.bfloat16"):
        from_torch(torch.nn.Sequential(torch.nn.Linear(2, 2)).bfloat16())


OPTIMIZERS: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("Adagrad", {"lr": 0.1}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.5, "centered": True}),
    ("Adam", {"lr": 0.01}),
    ("Adam", {"lr": 0.01, "amsgrad": True, "weight_decay": 0.01}),
    ("AdamW", {"lr": 0.01}),
]


@pytest.mark.parametrize(("name", "options"), OPTIMIZERS, ids=str)
def test_a_hundred_steps_from_the_same_start_stay_together(
    name: str, options: dict[str, Any]
) -> None:
    chainrule.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.BatchNorm1d(16), nn.Linear(16, 3))
    there = to_torch(model)
    ours = getattr(chainrule.optim, name)(model.parameters(), **options)
    theirs = getattr(torch.optim, name)(there.parameters(), **options)
    random = np.random.default_rng(0)
    x = random.normal(size=(100, 20, 8)).astype(np.float32)
    y = random.integers(0, 3, (100, 20))
    for batch, labels in zip(x, y, strict=True):
        ours.zero_grad()
        nn.CrossEntropyLoss()(
            model(chainrule.from_numpy(batch)), chainrule.from_numpy(labels)
        ).backward()
        ours.step()
        theirs.zero_grad()
        torch.nn.CrossEntropyLoss()(
            there(torch.from_numpy(batch)), torch.from_numpy(labels)
        ).backward()
        theirs.step()
    for one, other in zip(model.parameters(), there.parameters(), strict=True):
        close(one.array, other.detach().numpy(), 1e-5)


def test_every_optimiser_is_in_the_table() -> None:
    kinds = {
        name
        for name, kind in vars(chainrule.optim).items()
        if isinstance(kind, type) and issubclass(kind, chainrule.optim.Optimizer)
    }
    assert kinds - {"Optimizer"} == {name for name, _ in OPTIMIZERS}


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_state_dicts_that_pytorch_wrote_are_read(tmp_path: Path, suffix: str) -> None:
    there = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    path = tmp_path / f"model{suffix}"
    if suffix == ".pth":
        torch.save(there.state_dict(), path)
    else:
        safetensors.torch.save_file(there.state_dict(), path)
    ours = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    ours.load_state_dict(read_state_dict(path))
    assert state_bytes(ours.state_dict()) == state_bytes(there.state_dict())


def test_state_dicts_we_wrote_are_read_by_safetensors_for_pytorch(tmp_path: Path) -> None:
    ours = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    chainrule.save(ours.state_dict(), tmp_path / "state.safetensors")
    there = to_torch(nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2)))
    there.load_state_dict(safetensors.torch.load_file(tmp_path / "state.safetensors"))
    assert state_bytes(there.state_dict()) == state_bytes(ours.state_dict())


class Malicious:
    """Unpickled, it would call a function."""

    def __reduce__(self) -> Any:
        return (pytest.fail, ("code ran",))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Malicious(), "weights_only=True"),
        ([1, 2], "holds no state dict"),
        ({"a": 1}, "holds no state dict"),
        (b"", "no file of tensors"),
    ],
)
def test_pickles_with_code_and_other_contents_are_refused(
    tmp_path: Path, content: Any, words: str
) -> None:
    path = tmp_path / "file.pth"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        torch.save(content, path)
    with pytest.raises(CorruptFile, match=words):
        read_state_dict(path)
