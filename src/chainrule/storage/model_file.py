"""One model, one file: its tensors, its architecture, and what is needed to use it.

The tensors are the state dict under PyTorch's keys: any program that reads safetensors sees them.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chainrule.errors import InvalidArgument, InvalidType, StateMismatch
from chainrule.files import PathLike, atomic_write
from chainrule.nn import Module
from chainrule.storage.architecture import build, describe
from chainrule.storage.checked_json import Json
from chainrule.storage.container import Content, damaged, pack, read_content
from chainrule.storage.encoding import Encoder, decode
from chainrule.storage.value_file import KIND

MODEL = "model"


@dataclass(frozen=True)
class ModelInfo:
    """What a model file says beside its tensors.

    Attributes:
        architecture: The modules as JSON.
        class_names: Names of the outputs in order; None if they were not given.
        preprocessing: How samples are prepared for the model; None if it was not given.
        training: How it was trained; None if it was not given.
        num_numbers: How many numbers its parameters and buffers hold.
    """

    architecture: dict[str, Any]
    class_names: tuple[str, ...] | None
    preprocessing: dict[str, Any] | None
    training: dict[str, Any] | None
    num_numbers: int


def save_model(
    model: Module,
    path: PathLike,
    *,
    class_names: Sequence[str] | None = None,
    preprocessing: Mapping[str, object] | None = None,
    training: Mapping[str, object] | None = None,
) -> None:
    """Save a whole model: architecture, values, and how to use it.

    Hooks and gradients are not saved. Shared parameters and modules stay shared.

    Args:
        model: Made of modules of ``chainrule.nn``.
        path: The file to write.
        class_names: Names of the outputs in order.
        preprocessing: How samples are prepared: numbers, texts, lists and dicts of them.
        training: How it was trained, likewise.

    Raises:
        InvalidType: if the model has a module of your own class, naming it, or one of the other
            arguments holds something that cannot be saved.
        InvalidArgument: if a module was changed so that its constructor would not make it again.
    """
    architecture = describe(model)
    tensors = {name: tensor.array for name, tensor in model.state_dict().items()}
    try:
        build(architecture, tensors)
    except ValueError as error:
        raise InvalidArgument(
            f"The model cannot be built again from its description: {error}. Was a layer changed "
            "after it was made? Save its values instead: chainrule.save(model.state_dict(), path)."
        ) from None
    description: dict[str, Json] = {
        KIND: MODEL,
        "architecture": architecture,
        "class_names": encode_class_names(class_names),
        "preprocessing": encode_record("preprocessing", preprocessing),
        "training": encode_record("training", training),
    }
    atomic_write(path, pack(tensors, description))


def load_model(path: PathLike) -> Module:
    """Return the model in a file, in evaluation mode: call ``train()`` to go on training it.

    Raises:
        DataNotFound: if there is no such file.
        StateMismatch: if the file holds tensors, but no model.
        CorruptFile: if it is damaged, truncated or of another format.
    """
    return read_model(path)[0]


def read_model(path: PathLike) -> tuple[Module, ModelInfo]:
    """Return the model in a file, in evaluation mode, and what the file says of it.

    Raises: as ``load_model``.
    """
    content = read_content(path)
    info = info_of(content, os.fspath(path))
    try:
        model = build(info.architecture, content.tensors)
    except ValueError as error:
        raise damaged(os.fspath(path), str(error)) from None
    return model.eval(), info


def read_model_info(path: PathLike) -> ModelInfo:
    """Return what a model file says of its model, without building it.

    Raises: as ``load_model``.
    """
    return info_of(read_content(path), os.fspath(path))


def info_of(content: Content, source: str) -> ModelInfo:
    """Return the description of a model."""
    description = content.description
    if description is None or description.get(KIND) != MODEL:
        raise StateMismatch(
            f"{source} holds tensors, but not the model they belong to: build the model and call "
            "model.load_state_dict(chainrule.load(path)). save_model() saves both."
        )
    architecture, class_names = description.get("architecture"), description.get("class_names")
    if not isinstance(architecture, dict):
        raise damaged(source, "it describes no architecture")
    if class_names is not None and not (
        isinstance(class_names, list) and all(isinstance(name, str) for name in class_names)
    ):
        raise damaged(source, "its class names are not a list of texts")
    return ModelInfo(
        architecture,
        None if class_names is None else tuple([str(name) for name in class_names]),
        decode_record("preprocessing", description, source),
        decode_record("training", description, source),
        sum(array.size for array in content.tensors.values()),
    )


def encode_class_names(class_names: Sequence[str] | None) -> Json:
    """Return the names as a list of texts."""
    if class_names is None:
        return None
    if isinstance(class_names, str) or not all(isinstance(name, str) for name in class_names):
        raise InvalidType(f"class_names must be a list of texts, got {class_names!r}.")
    return list(class_names)


def encode_record(name: str, record: Mapping[str, object] | None) -> Json:
    """Return a record of plain values as JSON."""
    encoder = Encoder()
    encoded = encoder.encode(record, name)
    if encoder.tensors:
        raise InvalidType(
            f"{next(iter(encoder.tensors))} is a tensor or an array: convert it with .tolist()."
        )
    return encoded


def decode_record(name: str, description: dict[str, Json], source: str) -> dict[str, Any] | None:
    """Return a record of plain values."""
    try:
        record = decode(description.get(name), {})
    except ValueError as error:
        raise damaged(source, str(error)) from None
    if record is not None and not isinstance(record, dict):
        raise damaged(source, f"its {name} is not an object")
    return record
