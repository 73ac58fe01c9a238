"""What is called from outside; ONNX is loaded when it is."""

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from chainrule.autograd.core import TensorCore
from chainrule.data.files import PathLike
from chainrule.errors import InvalidArgument, MissingPackage
from chainrule.nn.module import Module

if TYPE_CHECKING:
    import onnx


def to_onnx(
    model: Module,
    samples: Any,
    path: PathLike | None = None,
    *,
    input_name: str = "input",
    output_name: str = "output",
    metadata: Mapping[str, object] | None = None,
) -> "onnx.ModelProto":
    """Return a network as an ONNX model, in evaluation mode, for batches of any size.

    The graph is checked by ``onnx.checker``; weights have the names of the state dict.

    Args:
        model: The network. It is recorded on a few samples, as for ``compile``.
        samples: A few like those to come, as a tensor or an array; the first axis is theirs.
        path: Where to write it as well.
        input_name: Of the batch in the graph.
        output_name: Of the outputs.
        metadata: What else is to be known of the model, by name; written as JSON.

    Raises:
        MissingPackage: if onnx is not installed.
        NotExportable: naming the first operation without counterpart in ONNX, or what in the
            network cannot be recorded.

    >>> import chainrule
    >>> len(to_onnx(chainrule.nn.Linear(3, 2), chainrule.zeros(1, 3)).graph.initializer)
    2
    """
    array = samples.array if isinstance(samples, TensorCore) else np.asarray(samples)
    if array.ndim == 0 or len(array) == 0:
        raise InvalidArgument("to_onnx got no samples: pass a few like those to come.")
    names = (input_name, output_name)
    return _bridge("export").to_onnx(model, array, path, names, metadata or {})


def from_onnx(model: "PathLike | onnx.ModelProto") -> Any:
    """Return an ONNX model as a module: its weights are parameters that go on learning.

    Args:
        model: A file, or a model in memory, made of operations that this library has.

    Raises:
        MissingPackage: if onnx is not installed.
        NotExportable: naming the first operation that is not here.
        CorruptFile: if it is not a valid ONNX model.
    """
    return _bridge("reader").from_onnx(model)


def _bridge(name: str) -> Any:
    try:
        return importlib.import_module(f"chainrule.bridges.onnx.{name}")
    except ModuleNotFoundError as error:
        if error.name != "onnx":
            raise
        raise MissingPackage(
            "onnx is not installed: pip install 'chainrule[onnx]' brings it."
        ) from None
