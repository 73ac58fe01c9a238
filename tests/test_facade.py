"""The package under PyTorch's names: dtypes, devices, rooms, switches, constants."""

import math
import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import InvalidArgument

DTYPES = ["float16", "half", "float32", "float", "float64", "double", "uint8", "int8", "int16",
          "short", "int32", "int", "int64", "long", "bool"]  # fmt: skip


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes_have_pytorchs_names_and_sizes(name: str) -> None:
    ours = chainrule.tensor([1], dtype=getattr(chainrule, name))
    theirs = torch.tensor([1], dtype=getattr(torch, name))
    assert f"torch.{ours.dtype}" == str(theirs.dtype)
    assert ours.element_size() == theirs.element_size()
    assert isinstance(getattr(chainrule, name), chainrule.dtype)


def test_constants() -> None:
    assert (chainrule.inf, chainrule.pi) == (math.inf, math.pi)
    assert math.isnan(chainrule.nan)


def test_there_is_no_gpu_and_scripts_may_ask() -> None:
    assert chainrule.cuda.is_available() is False
    assert chainrule.cuda.device_count() == 0
    chosen = chainrule.device("cuda" if chainrule.cuda.is_available() else "cpu")
    assert chosen == chainrule.device("cpu")
    assert isinstance(chosen, chainrule.device)
    with pytest.raises(InvalidArgument, match=r"no device 'cuda'.*PyTorch"):
        chainrule.device("cuda")


@pytest.mark.parametrize("library", [chainrule, torch])
def test_switches_that_scripts_set_before_training_are_there(library: ModuleType) -> None:
    for name in ("manual_seed", "manual_seed_all"):
        assert getattr(library.cuda, name)(42) is None
    assert library.cuda.empty_cache() is None
    assert library.backends.mps.is_available() in {True, False}
    assert library.backends.mps.is_built() in {True, False}
    assert library.backends.cudnn.is_available() in {True, False}


def test_switches_of_gpus_start_as_in_pytorch_and_can_be_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("enabled", "benchmark", "deterministic"):
        ours, theirs = (getattr(lib.backends.cudnn, name) for lib in (chainrule, torch))
        assert ours == theirs
        monkeypatch.setattr(chainrule.backends.cudnn, name, not ours)
    assert not chainrule.backends.mps.is_available()
    assert not chainrule.backends.cudnn.is_available()


@pytest.mark.parametrize("library", [chainrule, torch])
def test_shapes_that_do_not_fit_are_a_runtime_error(library: ModuleType) -> None:
    with pytest.raises(RuntimeError):
        library.ones(2, 3) @ library.ones(2, 3)
    with pytest.raises(RuntimeError):
        library.nn.Linear(3, 2)(library.ones(2, 4))


def test_rooms_have_pytorchs_names() -> None:
    from chainrule.utils.data import DataLoader, Dataset, Subset, TensorDataset, random_split

    assert chainrule.utils.data.DataLoader is DataLoader is chainrule.data.DataLoader
    assert issubclass(TensorDataset, Dataset)
    assert issubclass(Subset, Dataset)
    assert callable(random_split)
    assert chainrule.nn.Linear(2, 3)(chainrule.ones(1, 2)).shape == (1, 3)
    assert chainrule.autograd.grad is chainrule.autograd.gradient.grad


def test_a_shape_is_a_size() -> None:
    shape = chainrule.zeros(2, 3).shape
    assert isinstance(shape, chainrule.Size)
    assert shape == (2, 3)
    assert hash(shape) == hash((2, 3))
    assert repr(chainrule.Size([2, 3])) == "Size([2, 3])"


def test_seed_reaches_every_random_function() -> None:
    chainrule.manual_seed(5)
    first = chainrule.randn(3)
    assert chainrule.manual_seed(5).initial_seed() == 5
    assert chainrule.randn(3).equal(first)


def test_grad_modes_are_there() -> None:
    x = chainrule.ones(1, requires_grad=True)
    with chainrule.no_grad():
        assert not chainrule.is_grad_enabled()
        with chainrule.enable_grad():
            assert (x * 2).requires_grad
    with chainrule.set_grad_enabled(False), chainrule.inference_mode():
        assert not (x * 2).requires_grad


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'convolve'"):
        _ = chainrule.convolve


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert chainrule.__version__ == version("chainrule")


def test_names_loaded_late_are_there() -> None:
    program = "import chainrule; print(chainrule.save.__name__, chainrule.load.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["save", "load"]
    assert callable(chainrule.fit)


def test_check_gradient_is_at_hand() -> None:
    x = chainrule.from_numpy(np.ones(2))
    assert chainrule.check_gradient(lambda x: x * x, x)
