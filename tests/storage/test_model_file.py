"""Model files: a model comes back as it was, with all that was said of it, or is refused."""

import inspect
import math
import os
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import chainrule
from chainrule import nn
from chainrule.errors import InvalidArgument, InvalidType, StateMismatch
from chainrule.randomness import default_generator
from chainrule.storage import load_model, read_model, read_model_info, save_model
from chainrule.storage.architecture import CLASSES, describe

ARGUMENTS = {
    "Linear": (3, 5), "Conv1d": (2, 4, 3), "Conv2d": (4, 2, (3, 2), 2, "valid", 1, 2, False),
    "BatchNorm1d": (3,), "BatchNorm2d": (3, 1e-4, None, False, False), "LayerNorm": ((2, 3),),
    "GroupNorm": (2, 4), "Embedding": (7, 4, -1), "MaxPool1d": (2,), "MaxPool2d": ((2, 1), 1),
    "AvgPool1d": (2,), "AvgPool2d": (2, None, 1), "AdaptiveAvgPool1d": (3,),
    "AdaptiveAvgPool2d": ((None, 3),), "Unflatten": (1, (2, -1)), "Threshold": (0.5, -math.inf),
    "PReLU": (3, 0.1), "Softmax": (1,), "LogSoftmax": (-1,), "Softmin": (0,),
}  # fmt: skip
WITH_WEIGHTS = {
    name: {"weight": chainrule.tensor([1.0, 2.0])}
    for name in ("CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss", "MultiMarginLoss")
}


def make(name: str) -> nn.Module:
    """A module of a class, with other arguments than the usual where there are some."""
    return CLASSES[name](*ARGUMENTS.get(name, ()))


def assert_same_model(ours: nn.Module, expected: nn.Module) -> None:
    """The same modules with the same arguments and, bit for bit, the same values."""
    assert repr(ours) == repr(expected)
    assert describe(ours) == describe(expected)
    mine, other = ours.state_dict(), expected.state_dict()
    assert list(mine) == list(other)
    for name, tensor in mine.items():
        assert tensor.dtype == other[name].dtype
        assert tensor.shape == other[name].shape
        assert tensor.array.tobytes() == other[name].array.tobytes()


def saved_and_loaded(model: nn.Module, tmp_path: Path) -> nn.Module:
    """The model after a trip through a file."""
    save_model(model, tmp_path / "model.safetensors")
    return load_model(tmp_path / "model.safetensors")


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_module_of_nn_comes_back(name: str, tmp_path: Path) -> None:
    model = make(name)
    assert_same_model(saved_and_loaded(model, tmp_path), model)


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_every_argument_of_a_constructor_is_an_attribute(name: str) -> None:
    model = make(name)
    for argument in inspect.signature(CLASSES[name]).parameters:
        assert argument in {"args", "kwargs", "modules", "device", "dtype"} or hasattr(
            model, argument
        )


@pytest.mark.parametrize("name", sorted(WITH_WEIGHTS))
def test_weights_of_a_loss_come_back(name: str, tmp_path: Path) -> None:
    model = nn.ModuleDict({"loss": CLASSES[name](**WITH_WEIGHTS[name])})
    assert_same_model(saved_and_loaded(model, tmp_path), model)


def classifier() -> nn.Sequential:
    """A network with buffers, dropout and parts in parts; more than ten, to test their order."""
    return nn.Sequential(
        nn.Flatten(),
        *[nn.Sequential(nn.Linear(6, 6), nn.BatchNorm1d(6), nn.ReLU()) for _ in range(10)],
        nn.Dropout(0.5),
        nn.Linear(6, 3),
    )


def test_loaded_model_evaluates_bit_for_bit_the_same(tmp_path: Path) -> None:
    model = classifier()
    model(chainrule.randn(8, 2, 3))
    loaded = saved_and_loaded(model, tmp_path)
    assert_same_model(loaded, model)
    x = chainrule.randn(5, 2, 3)
    assert loaded(x).array.tobytes() == model.eval()(x).array.tobytes()


def test_loaded_model_is_in_evaluation_mode_and_can_be_trained(tmp_path: Path) -> None:
    loaded = saved_and_loaded(classifier().train(), tmp_path)
    assert not any(module.training for module in loaded.modules())
    loaded.train()(chainrule.randn(4, 6)).sum().backward()
    assert all(parameter.grad is not None for parameter in loaded.parameters())


def test_what_is_said_of_a_model_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "model"
    said = {
        "class_names": ["Ä", "b"],
        "preprocessing": {"mean": [0.5], "feature_shape": (8, 8), "limits": {"low": -math.inf}},
        "training": {"epochs": 5, "seed": None, "optimizer": "adam"},
    }
    save_model(nn.Linear(2, 2), path, **said)
    _, info = read_model(path)
    assert info == read_model_info(path)
    assert info.class_names == ("Ä", "b")
    assert info.preprocessing == said["preprocessing"]
    assert info.training == said["training"]
    assert info.num_numbers == 6
    assert info.architecture["model"]["class"] == "Linear"


def test_nothing_said_is_none_and_no_classes_are_none(tmp_path: Path) -> None:
    save_model(nn.ReLU(), tmp_path / "a")
    info = read_model_info(tmp_path / "a")
    assert (info.class_names, info.preprocessing, info.training) == (None, None, None)
    save_model(nn.ReLU(), tmp_path / "b", class_names=())
    assert read_model_info(tmp_path / "b").class_names == ()


def test_tied_weights_stay_tied(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.ReLU(), nn.Linear(3, 3))
    model[2].weight = model[0].weight
    loaded = saved_and_loaded(model, tmp_path)
    assert loaded[2].weight is loaded[0].weight
    assert loaded[2].bias is not loaded[0].bias
    assert_same_model(loaded, model)


def test_module_used_twice_is_one_module(tmp_path: Path) -> None:
    shared = nn.Sequential(nn.Linear(3, 3), nn.ReLU())
    model = nn.Sequential(shared, nn.Tanh(), shared, nn.ModuleList([shared[1]]))
    loaded = saved_and_loaded(model, tmp_path)
    assert loaded[2] is loaded[0]
    assert loaded[3][0] is loaded[0][1]
    assert_same_model(loaded, model)


def test_frozen_parameters_stay_frozen(tmp_path: Path) -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    model[0].requires_grad_(False)
    loaded = saved_and_loaded(model, tmp_path)
    assert [p.requires_grad for p in loaded.parameters()] == [False, False, True, True]


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_dtype_of_the_model_comes_back(dtype: str, tmp_path: Path) -> None:
    model = classifier().to(np.dtype(dtype))
    assert_same_model(saved_and_loaded(model, tmp_path), model)


def test_names_of_parts_and_absent_parts_come_back(tmp_path: Path) -> None:
    model = nn.Sequential(OrderedDict([("z", nn.Linear(1, 2)), ("a", nn.ReLU())]))
    model.add_module("nothing", None)
    model.add_module("parts", nn.ModuleDict({"ü": nn.Tanh()}))
    assert_same_model(saved_and_loaded(model, tmp_path), model)


def test_other_programs_find_the_tensors_under_their_keys(tmp_path: Path) -> None:
    model = classifier()
    model[-1] = nn.Linear(6, 3)
    save_model(model, tmp_path / "model")
    found = safetensors.numpy.load_file(tmp_path / "model")
    state = model.state_dict()
    assert set(found) == set(state)
    for name, tensor in state.items():
        np.testing.assert_array_equal(found[name], tensor.array)


def test_load_gives_the_state_dict_of_a_model_file(tmp_path: Path) -> None:
    model, twin = classifier(), classifier()
    save_model(model, tmp_path / "model")
    twin.load_state_dict(chainrule.load(tmp_path / "model"))
    assert_same_model(twin, model)


def test_saving_and_loading_draws_no_random_numbers(tmp_path: Path) -> None:
    model = classifier()
    before = default_generator.state_dict()
    saved_and_loaded(model, tmp_path)
    assert default_generator.state_dict() == before


def test_same_model_gives_the_same_bytes(tmp_path: Path) -> None:
    model = classifier()
    for name in ("a", "b"):
        save_model(model, tmp_path / name, training={"epochs": 1, "a": 2})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


class Own(nn.Module):
    """A class of the user's."""


class Linear(nn.Linear):
    """A class of the user's with the name of one of ours."""


@pytest.mark.parametrize("own", [Own(), Linear(1, 1)])
def test_own_class_is_refused_by_name_with_the_way_out(own: nn.Module, tmp_path: Path) -> None:
    name = type(own).__name__
    model = nn.Sequential(nn.ReLU(), nn.ModuleDict({"mine": own}))
    with pytest.raises(InvalidType, match=rf"'1\.mine' is of the class {name}.*state_dict\(\)"):
        save_model(model, tmp_path / "model")
    with pytest.raises(InvalidType, match=f"The model is of the class {name}"):
        save_model(own, tmp_path / "model")
    assert not os.listdir(tmp_path)


def changed_size() -> nn.Module:
    layer = nn.Linear(2, 2)
    layer.weight = nn.Parameter(chainrule.ones(3, 3))
    return layer


def changed_parameters() -> nn.Module:
    layer = nn.Linear(2, 2)
    layer.extra = nn.Parameter(chainrule.ones(1))
    return layer


def changed_argument() -> nn.Module:
    layer = nn.Dropout(0.5)
    layer.p = 7
    return layer


@pytest.mark.parametrize("model", [changed_size(), changed_parameters(), changed_argument()])
def test_layer_changed_behind_its_constructor_is_refused(model: nn.Module, tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"cannot be built again.*state_dict\(\)"):
        save_model(model, tmp_path / "model")


def test_layer_with_added_parts_is_refused(tmp_path: Path) -> None:
    layer = nn.Linear(2, 2)
    layer.extra = nn.ReLU()
    with pytest.raises(InvalidArgument, match=r"a Linear, has parts of its own \(extra\)"):
        save_model(layer, tmp_path / "model")


def test_container_in_itself_is_refused(tmp_path: Path) -> None:
    model = nn.ModuleList()
    inner = nn.ModuleList([model])
    model.append(inner)
    with pytest.raises(InvalidArgument, match="contains itself"):
        save_model(model, tmp_path / "model")


def test_deepest_model_that_is_saved_is_loaded(tmp_path: Path) -> None:
    model: nn.Module = nn.Linear(1, 1)
    for _ in range(30):
        model = nn.Sequential(model)
    assert_same_model(saved_and_loaded(model, tmp_path), model)
    with pytest.raises(InvalidArgument, match="inside more than 30 others"):
        save_model(nn.Sequential(model), tmp_path / "model")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"class_names": "abc"}, "class_names must be a list of texts, got 'abc'"),
        ({"class_names": [1, 2]}, "class_names must be a list of texts"),
        ({"preprocessing": {"mean": np.ones(2)}}, "preprocessing.mean is a tensor or an array"),
        ({"training": {"when": object()}}, "training.when is of type object"),
    ],
)
def test_what_cannot_be_said_of_a_model_is_refused(said, message: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidType, match=message):
        save_model(nn.ReLU(), tmp_path / "model", **said)


@pytest.mark.parametrize("read", [load_model, read_model, read_model_info])
def test_file_without_a_model_says_what_to_do(read, tmp_path: Path) -> None:
    chainrule.save({"weight": chainrule.ones(1)}, tmp_path / "ours")
    safetensors.numpy.save_file({"weight": np.ones(1)}, tmp_path / "other")
    for name in ("ours", "other"):
        with pytest.raises(StateMismatch, match=r"but not the model.*load_state_dict"):
            read(tmp_path / name)
