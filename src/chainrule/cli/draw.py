"""``chainrule draw``: a picture of a network or of its computational graph."""

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from chainrule.autograd.creation import from_numpy, tensor
from chainrule.autograd.random_creation import randn
from chainrule.autograd.tensor import Tensor
from chainrule.cli.network import GivenNetwork, open_network
from chainrule.cli.options import Json, SampleShape, show
from chainrule.errors import InvalidArgument
from chainrule.explain.drawing import Picture, draw_neurons, shows_as_neurons
from chainrule.explain.drawing import draw as draw_graph
from chainrule.explain.drawing.picture import check_file_name
from chainrule.nn import CrossEntropyLoss, MSELoss
from chainrule.nn.measurement import in_evaluation
from chainrule.nn.module import Module
from chainrule.nn.summary import example_input
from chainrule.randomness import manual_seed

KINDS = ("auto", "graph", "modules", "neurons")


def draw(
    model: Annotated[str, typer.Argument(help="A model file, or layer sizes such as 784-256-10.")],
    out: Annotated[
        Path | None,
        typer.Option(help="File to write: .svg, .png, .dot or .mmd.  [default: MODEL.svg]"),
    ] = None,
    kind: Annotated[str, typer.Option(help=f"Which of: {', '.join(KINDS)}.")] = "auto",
    values: Annotated[bool, typer.Option("--values", help="Show what is computed.")] = False,
    gradients: Annotated[
        bool,
        typer.Option(
            "--gradients", help="Show gradients: of the loss with --target, else of all outputs."
        ),
    ] = False,
    sample: Annotated[
        str | None, typer.Option(help="Numbers of one sample, e.g. 0,1.  [default: random numbers]")
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="Class or number for the output: the loss is drawn, too.")
    ] = None,
    depth: Annotated[int, typer.Option(help="For modules: levels of containers to unfold.")] = 1,
    dark: Annotated[bool, typer.Option("--dark", help="For a dark background.")] = False,
    activation: Annotated[
        str, typer.Option(help="For layer sizes: of the hidden layers.")
    ] = "relu",
    seed: Annotated[int, typer.Option(help="Of all random numbers.")] = 0,
    shape: SampleShape = None,
    as_json: Json = False,
) -> None:
    """Draw a network: neuron by neuron, module by module, or its computational graph.

    By default neurons for a small network of fully connected layers, the graph where numbers of a
    small network are asked for, and modules for everything else.

    Example: chainrule draw 2-2-1 --out net.svg
    """
    if kind not in KINDS:
        raise InvalidArgument(f"draw got --kind {kind}: expected one of {', '.join(KINDS)}.")
    file = out or Path(f"{Path(model).stem}.svg")
    check_file_name(file)
    manual_seed(seed)
    network = open_network(model, shape, activation=activation)
    wants_graph = gradients or target is not None
    if kind == "auto" and not wants_graph and shows_as_neurons(network.model):
        kind = "neurons"
    if kind == "neurons":
        if wants_graph:
            raise InvalidArgument("Neurons show no gradients and no loss: use --kind graph.")
        inputs = sample_of(network, sample) if values or sample is not None else None
        picture = draw_neurons(network.model, inputs, output_names=network.class_names, dark=dark)
    else:
        inputs = sample_of(network, sample)
        options: dict[str, Any] = {"kind": kind, "depth": depth, "dark": dark}
        options |= {"values": values, "gradients": gradients}
        if target is None:
            picture = draw_graph(network.model, inputs, **options)
        else:
            loss = loss_of(network.model, inputs, target)
            picture = draw_graph(loss, model=network.model, **options)
    picture.save(file)
    show(as_result(model, file, picture), f"saved {file}: {picture.description}", as_json)


def sample_of(network: GivenNetwork, given: str | None) -> Tensor:
    """Return one sample with a batch axis: the numbers given, or random ones.

    Raises:
        InvalidArgument: if the shape of a sample is not known, or the numbers do not fit it.
    """
    example = example_input(network.model, network.sample_shape)
    if example is None:
        raise InvalidArgument(
            "The network does not say what a sample looks like: pass its shape, e.g. --shape "
            "1,28,28."
        )
    if given is None:
        return randn(*example.shape) if example.dtype.kind == "f" else from_numpy(example)
    numbers = parse_numbers("--sample", given)
    if len(numbers) != example.size:
        raise InvalidArgument(
            f"--sample got {len(numbers)} numbers: the network takes {example.size}, of shape "
            f"{example.shape[1:]}."
        )
    return from_numpy(np.array(numbers, example.dtype).reshape(example.shape))


def loss_of(model: Module, inputs: Tensor, target: str) -> Tensor:
    """Return the cross-entropy of several outputs, or the mean squared error of one.

    Raises:
        InvalidArgument: if the target is not one number, or no class there is.
    """
    numbers = parse_numbers("--target", target)
    with in_evaluation(model):
        outputs = model(inputs)
    count = outputs.shape[-1]
    if len(numbers) != 1 or (count > 1 and numbers[0] not in range(count)):
        expected = "the desired output" if count == 1 else f"a class from 0 to {count - 1}"
        raise InvalidArgument(f"--target got {target}: expected one number, {expected}.")
    if count > 1:
        return CrossEntropyLoss()(outputs, tensor([int(numbers[0])]))
    return MSELoss()(outputs, from_numpy(np.full(outputs.shape, numbers[0], outputs.dtype)))


def parse_numbers(option: str, text: str) -> list[float]:
    """Return the numbers in a text such as "0,1.5".

    Raises:
        InvalidArgument: if it holds anything else.
    """
    try:
        return [float(number) for number in text.split(",")]
    except ValueError:
        raise InvalidArgument(
            f"{option} got {text}: expected numbers with commas between, e.g. 0,1.5."
        ) from None


def as_result(model: str, file: Path, picture: Picture) -> dict[str, object]:
    """Return what was drawn, under names."""
    return {
        "model": model,
        "file": str(file),
        "kind": picture.diagram.kind,
        "boxes": len(picture.diagram.vertices),
        "edges": len(picture.diagram.edges),
        "width": round(picture.scene.width),
        "height": round(picture.scene.height),
        "bytes": file.stat().st_size,
    }
