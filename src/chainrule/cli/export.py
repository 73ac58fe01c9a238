"""``chainrule export``: a saved model for other programs."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from chainrule.bridges.onnx import to_onnx
from chainrule.bridges.torch.script import write_torch_script
from chainrule.cli.options import Json, parse_shape, show
from chainrule.errors import InvalidArgument
from chainrule.storage import read_model

TARGETS = ("onnx", "torch")


def export(
    model: Annotated[Path, typer.Argument(help="A model file written by train.")],
    to: Annotated[str, typer.Option(help=f"Which of: {', '.join(TARGETS)}.")] = "onnx",
    out: Annotated[
        Path | None, typer.Option(help="The file to write.  [default: beside the model]")
    ] = None,
    shape: Annotated[
        str | None,
        typer.Option(help="Shape of one sample, e.g. 1,28,28, where the model file does not say."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a model for ONNX, or as a Python file with weights for PyTorch.

    Example: chainrule export runs/digits/model.safetensors --to onnx
    """
    if to not in TARGETS:
        raise InvalidArgument(f"export got --to {to}: expected one of {', '.join(TARGETS)}.")
    network, info = read_model(model)
    if to == "torch":
        target = out or model.with_name(f"{model.stem}_torch.py")
        written = write_torch_script(
            network, target, class_names=info.class_names, preprocessing=info.preprocessing
        )
        files = [str(path) for path in written]
        text = f"saved {files[0]} and {files[1]}\nnext: python {files[0]}"
    else:
        target = out or model.with_suffix(".onnx")
        samples = np.zeros((2, *sample_shape(shape, info.preprocessing)), np.float32)
        metadata = {"preprocessing": info.preprocessing, "class_names": info.class_names}
        graph = to_onnx(network, samples, target, metadata=metadata).graph
        files = [str(target)]
        sizes = ", ".join(["batch", *map(str, samples.shape[1:])])
        text = f"saved {target}: {len(graph.node)} nodes, input ({sizes})"
    show({"model": str(model), "to": to, "files": files}, text, as_json)


def sample_shape(given: str | None, preprocessing: dict[str, object] | None) -> tuple[int, ...]:
    """Return the shape of one sample, as given or as the model file says.

    Raises:
        InvalidArgument: if neither says it, or what was given is no shape.
    """
    if given is None:
        known = (preprocessing or {}).get("feature_shape")
        if not isinstance(known, (list, tuple)):
            raise InvalidArgument(
                "The model file does not say what samples look like: pass their shape, e.g. "
                "--shape 784."
            )
        return tuple(int(size) for size in known)
    return parse_shape(given)
