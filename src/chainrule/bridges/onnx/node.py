"""A node of an ONNX graph that is being run, and how an operation is looked up."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from chainrule.array_types import Array
from chainrule.autograd.tensor import Tensor
from chainrule.bridges.onnx.refusal import NotExportable


@dataclass(frozen=True)
class Node:
    """One operation of the graph.

    Attributes:
        kind: ONNX's name of it.
        name: Of the node, or of its output, for errors.
        attributes: By name, as Python values.
        inputs, outputs: Names of what it takes and gives; "" for absent ones.
    """

    kind: str
    name: str
    attributes: dict[str, Any]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def get(self, name: str, default: Any = None) -> Any:
        """Return an attribute."""
        return self.attributes.get(name, default)

    def refuse(self, what: str) -> NotExportable:
        """Return the error that says what of the node is not here."""
        return NotExportable(f"Node {self.name!r}, a {self.kind}, has {what}, which is not here.")


Result: TypeAlias = Tensor | tuple[Tensor, ...]
Run: TypeAlias = Callable[..., Result]
"""Computes a node's outputs: ``run(node, *inputs)``, with None for absent inputs."""


def numbers(tensor: Tensor | None) -> list[int] | None:
    """Return an input that says sizes, axes or positions as Python numbers."""
    return None if tensor is None else [int(number) for number in tensor.array.reshape(-1)]


def axes_of(node: Node, axes: Tensor | None) -> list[int] | None:
    """Return the axes a node works on, from an input or, as older graphs have it, an attribute."""
    given = numbers(axes)
    return node.get("axes") if given is None else given


def array_of(tensor: Tensor) -> Array:
    """Return a tensor's numbers."""
    return tensor.array
