"""What somebody computed: a gradient, an updated parameter, a loss or an output."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from chainrule.array_types import Array, Shape
from chainrule.errors import InvalidArgument, InvalidIndex

Kind: TypeAlias = Literal["gradient", "weight", "loss", "output"]
OF_PARAMETER = ("gradient", "weight")
FORM = re.compile(r"(?P<kind>\w+)(?:\s+(?P<path>[\w.]+))?\s*(?:\[(?P<index>[\d,\s]*)\])?")


@dataclass(frozen=True)
class Question:
    """What a number is said to be.

    Attributes:
        kind: "gradient" of a parameter in the last step, "weight" for a parameter after the last
            step, "loss" or "output" after it.
        path: Of the parameter; empty for loss and output.
        index: Of the one number meant, or None for all of them.
    """

    kind: Kind
    path: str = ""
    index: tuple[int, ...] | None = None

    def __str__(self) -> str:
        index = "" if self.index is None else f"[{','.join(map(str, self.index))}]"
        return f"{self.kind} {self.path}".strip() + index

    def pick(self, array: Array) -> Array:
        """Return the number or numbers meant."""
        return array if self.index is None else array[self.index]

    def check(self, shapes: Mapping[str, Shape], output: Shape) -> None:
        """Refuse a parameter or a place that there is not.

        Args:
            shapes: Of the parameters, by path.
            output: Shape of the network's output.

        Raises:
            InvalidArgument: naming the parameters there are.
            InvalidIndex: naming the shape.
        """
        if self.kind in OF_PARAMETER and self.path not in shapes:
            raise InvalidArgument(
                f"There is no parameter {self.path!r}: choose one of {', '.join(shapes)}, e.g. "
                f"'{self.kind} {next(iter(shapes))}'."
            )
        shape = {"loss": (), "output": output}.get(self.kind) if not self.path else None
        shape = shapes[self.path] if shape is None else shape
        if self.index is not None and (
            len(self.index) != len(shape)
            or any(i >= length for i, length in zip(self.index, shape, strict=True))
        ):
            raise InvalidIndex(
                f"'{self}' asks for position {list(self.index)} of an array of shape {shape}: give "
                "one number for each axis, counted from 0."
            )


def read_question(text: str) -> Question:
    """Return the question that a text such as ``gradient 0.weight[0,1]`` asks.

    Raises:
        InvalidArgument: if it is not of that form.

    >>> read_question("weight 2.bias[1]")
    Question(kind='weight', path='2.bias', index=(1,))
    """
    found = FORM.fullmatch(text.strip())
    kinds = get_args(Kind)
    if (
        found is None
        or found["kind"] not in kinds
        or bool(found["path"]) != (found["kind"] in OF_PARAMETER)
    ):
        raise InvalidArgument(
            f"asked={text!r} is not understood: write 'loss', 'output[0,1]', "
            "'gradient 0.weight[0,1]' or 'weight 0.weight[0,1]'; without brackets all numbers of "
            "the array are meant."
        )
    index = None
    if found["index"] is not None:
        index = tuple(int(i) for i in found["index"].split(",") if i.strip())
    return Question(found["kind"], found["path"] or "", index)  # type: ignore[arg-type]  # checked
