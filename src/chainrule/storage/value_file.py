"""``save`` and ``load``: state dicts and other nested values of tensors, numbers and texts."""

import os
from typing import IO, Any

from chainrule.autograd.graph import wrap
from chainrule.device import Device, check_device
from chainrule.errors import InvalidArgument, InvalidType
from chainrule.files import PathLike, atomic_write
from chainrule.nn import Module
from chainrule.storage.container import MAX_FILE_BYTES, Content, damaged, pack, read_content, unpack
from chainrule.storage.encoding import Encoder, decode

KIND, VALUES = "kind", "values"


def save(obj: object, f: PathLike | IO[bytes]) -> None:
    """Save a state dict, or any nested value of tensors, numbers and texts.

    The file is a safetensors file, whatever its name ends in. The tensors of a state dict have its
    keys as their names, so that other programs can read them.

    Args:
        obj: A tensor, or dicts, lists and tuples of tensors, NumPy arrays, numbers, texts and None.
        f: Path of the file, or a file open for writing bytes.

    Raises:
        InvalidType: if something in it cannot be saved, naming where it stands.
    """
    if isinstance(obj, Module):
        raise InvalidType(
            f"save got a module ({type(obj).__name__}): save its values with "
            "save(model.state_dict(), path), or the whole model with "
            "chainrule.storage.save_model(model, path)."
        )
    encoder = Encoder()
    encoded = encoder.encode(obj)
    content = pack(encoder.tensors, {KIND: VALUES, "value": encoded})
    if isinstance(f, (str, os.PathLike)):
        atomic_write(f, content)
    else:
        f.write(content)


def load(
    f: PathLike | IO[bytes],
    map_location: Device | str | None = None,
    *,
    weights_only: bool | None = True,
) -> Any:
    """Return what was saved; of a file by another program, its tensors by name.

    Args:
        f: Path of the file, or a file open for reading bytes.
        map_location: "cpu" or None.
        weights_only: Without effect: a file never holds code.

    Raises:
        DataNotFound: if there is no such file.
        InvalidArgument: if it is not an ordinary file, or too large, or map_location is not the
            CPU.
        CorruptFile: if it is damaged, truncated or of another format.
    """
    del weights_only
    check_device(map_location)
    if isinstance(f, (str, os.PathLike)):
        content, source = read_content(f), os.fspath(f)
    else:
        source = "The open file"
        content = unpack(read_open_file(f), source)
    return value_of(content, source)


def read_open_file(file: IO[bytes]) -> bytes:
    """Return the rest of an open file."""
    data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise InvalidArgument(
            f"The open file has more than the {MAX_FILE_BYTES} bytes that are read."
        )
    return data


def value_of(content: Content, source: str) -> Any:
    """Return the value a file's content stands for: for a model, its state dict."""
    description = content.description
    if description is None or description.get(KIND) != VALUES:
        return {name: wrap(array) for name, array in content.tensors.items()}
    try:
        return decode(description.get("value"), content.tensors)
    except ValueError as error:
        raise damaged(source, str(error)) from None
