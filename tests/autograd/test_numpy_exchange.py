"""Tensors and NumPy: shared memory, functions, operators; copies, conversions, and no pickle."""

import copy
import operator
import pickle

import numpy as np
import pytest
import torch

import chainrule
from chainrule.errors import GradientError, InvalidArgument, InvalidType


def test_numpy_shares_memory() -> None:
    x = chainrule.zeros(2)
    x.numpy()[0] = 5
    assert x.tolist() == [5.0, 0.0]
    assert chainrule.from_numpy(x.numpy()).array is x.array


def test_numpy_refuses_to_lose_a_gradient() -> None:
    x = chainrule.ones(2, requires_grad=True)
    with pytest.raises(GradientError, match=r"detach\(\)\.numpy\(\)"):
        x.numpy()
    with pytest.raises(GradientError, match=r"detach\(\)\.numpy\(\)"):
        np.asarray(x)
    assert x.detach().numpy().tolist() == x.numpy(force=True).tolist() == [1.0, 1.0]


def test_arrays_are_made_of_tensors() -> None:
    x = chainrule.ones(2)
    assert np.asarray(x) is x.array
    assert np.asarray(x, np.float64).dtype == np.float64
    assert not np.shares_memory(np.array(x), x.array)
    assert np.array([chainrule.tensor(1.0), chainrule.tensor(2.0)]).tolist() == [1.0, 2.0]


@pytest.mark.parametrize("value", [np.ones(2, np.float32), np.float32(3), np.float64(3)], ids=repr)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow", "lt", "eq", "ge"])
def test_operators_with_numpy_on_the_left_stay_in_the_graph(value: object, name: str) -> None:
    x = chainrule.ones(2, requires_grad=True)
    result = getattr(operator, name)(value, x)
    assert isinstance(result, chainrule.Tensor)
    assert result.requires_grad == (name not in ("lt", "eq", "ge"))


def test_functions_of_numpy_return_tensors_as_in_pytorch() -> None:
    result = np.exp(chainrule.tensor([0.0, 1.0]))
    assert isinstance(result, chainrule.Tensor)
    np.testing.assert_allclose(result.numpy(), [1.0, np.e], rtol=1e-6)  # a rounding of float32
    with pytest.raises(GradientError, match=r"detach\(\)"):
        np.exp(chainrule.ones(2, requires_grad=True))


# Single numbers, lists


def test_item_and_tolist_return_pythons_numbers() -> None:
    assert type(chainrule.tensor(2.5).item()) is float
    assert type(chainrule.tensor([[3]]).item()) is int
    assert type(chainrule.tensor(True).item()) is bool
    assert chainrule.tensor([[1, 2]]).tolist() == [[1, 2]]
    assert chainrule.tensor(1.5).tolist() == 1.5


def test_item_of_several_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=r"item\(\).*shape \(2,\).*tolist"):
        chainrule.ones(2).item()


# What it is


def test_sizes_are_pytorchs() -> None:
    ours, theirs = chainrule.zeros(2, 3), torch.zeros(2, 3)
    for name in ("numel", "nelement", "dim", "ndimension", "element_size", "is_floating_point"):
        assert getattr(ours, name)() == getattr(theirs, name)(), name
    assert ours.size() == tuple(theirs.size())
    assert (ours.size(0), ours.size(-1), len(ours)) == (2, 3, 2)
    assert str(ours.shape) == str(theirs.shape).replace("torch.", "")
    assert repr(ours.shape[1:]) == repr(theirs.shape[1:]).replace("torch.", "")
    assert ours.shape.numel() == theirs.shape.numel()


# Dtypes and devices


@pytest.mark.parametrize("name", ["float", "double", "half", "long", "int", "short", "bool"])
@pytest.mark.parametrize("start", [[0.0, 1.7, -2.5], [0, 1, 300], [True, False]])
def test_conversions_are_pytorchs(name: str, start: list[float]) -> None:
    ours, theirs = (getattr(library.tensor(start), name)() for library in (chainrule, torch))
    assert ours.tolist() == theirs.tolist()
    assert f"torch.{ours.dtype}" == str(theirs.dtype)


def test_to_takes_dtypes_devices_and_tensors() -> None:
    x = chainrule.ones(2)
    assert x.to("cpu") is x.to(chainrule.device("cpu")) is x.to(chainrule.float32) is x.cpu() is x
    assert x.to("cpu", chainrule.float64).dtype == x.to(dtype=chainrule.float64).dtype == np.float64
    assert x.to(chainrule.tensor([1])).dtype == x.type_as(chainrule.tensor([1])).dtype == np.int64
    assert x.to(float).dtype == np.float32
    assert x.to(device="cpu") is x.to("cpu", non_blocking=True) is x
    assert x.to(chainrule.float32, copy=True) is not x


def test_conversion_passes_gradients_and_copies_only_if_needed() -> None:
    x = chainrule.ones(2, requires_grad=True)
    x.double().sum().backward()
    assert x.grad.dtype == np.float32
    assert x.contiguous() is x
    assert chainrule.ones(2, 3).T.contiguous().is_contiguous()


def test_there_is_no_gpu() -> None:
    x = chainrule.ones(2)
    assert not x.is_cuda
    assert str(x.device) == "cpu"
    assert repr(x.device) == repr(torch.ones(2).device)
    for call in (x.cuda, lambda: x.cuda(1), lambda: x.to("cuda"), lambda: x.to(device="mps")):
        with pytest.raises(InvalidArgument, match=r"There is no device.*CPU"):
            call()


@pytest.mark.parametrize("dtype", ["complex64", "nonsense", object])
def test_what_is_no_dtype_is_refused(dtype: object) -> None:
    with pytest.raises(InvalidType, match=r"no dtype|real numbers"):
        chainrule.ones(2).to(dtype=dtype)


# .data


def test_data_shares_memory_and_can_be_assigned() -> None:
    x = chainrule.ones(2, requires_grad=True)
    x.data.mul_(3)
    assert not x.data.requires_grad
    assert x.tolist() == [3.0, 3.0]
    x.data = chainrule.zeros(3)
    assert x.shape == (3,)
    assert x.requires_grad


def test_data_takes_only_what_can_have_the_gradient() -> None:
    x = chainrule.ones(2, requires_grad=True)
    with pytest.raises(InvalidType, match=r"int64.*gradient"):
        x.data = chainrule.tensor([1, 2])
    with pytest.raises(InvalidType, match="takes a tensor, got ndarray"):
        x.data = np.ones(2)


# Copies


def test_deepcopy_copies_numbers_gradient_and_wish() -> None:
    x = chainrule.ones(2, requires_grad=True)
    (x * 2).sum().backward()
    copied = copy.deepcopy([x, x])
    assert copied[0] is copied[1]
    assert copied[0].requires_grad
    assert copied[0].grad.tolist() == [2.0, 2.0]
    with chainrule.no_grad():
        copied[0].zero_()
        copied[0].grad.zero_()
    assert (x.tolist(), x.grad.tolist()) == ([1.0, 1.0], [2.0, 2.0])
    assert copy.copy(x).equal(x)


def test_deepcopy_of_a_result_is_refused() -> None:
    with pytest.raises(GradientError, match=r"clone\(\)"):
        copy.deepcopy(chainrule.ones(2, requires_grad=True) * 2)


def test_clone_stays_in_the_graph() -> None:
    x = chainrule.ones(2, requires_grad=True)
    x.clone().sum().backward()
    assert x.grad.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_tensors_are_not_pickled(protocol: int) -> None:
    with pytest.raises(InvalidType, match=r"chainrule\.save"):
        pickle.dumps(chainrule.ones(2), protocol)
