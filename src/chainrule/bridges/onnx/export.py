"""A network as an ONNX graph."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from onnx import helper

from chainrule.array_types import Array
from chainrule.bridges.onnx.export_formulas import FORMULAS, Export
from chainrule.bridges.onnx.export_layers import LAYERS
from chainrule.bridges.onnx.export_shapes import SHAPES
from chainrule.bridges.onnx.refusal import NotExportable
from chainrule.bridges.onnx.writer import IR_VERSION, OPSET, Call, Writer, value_info
from chainrule.compiler.capture import Application, Capture, capture
from chainrule.compiler.graph import Value
from chainrule.compiler.refusal import NotCompilable
from chainrule.data.files import PathLike
from chainrule.errors import InvalidType
from chainrule.files import atomic_write
from chainrule.nn.module import Module

EXPORTS: dict[str, Export] = {**FORMULAS, **LAYERS, **SHAPES}
"""Name of an operation -> what writes it."""


def to_onnx(
    model: Module,
    samples: Array,
    path: PathLike | None,
    names: tuple[str, str],
    metadata: Mapping[str, object],
) -> onnx.ModelProto:
    """Return the network as a checked ONNX model; see ``bridges.onnx.to_onnx``."""
    if not isinstance(model, Module):
        raise InvalidType(f"to_onnx takes a module of chainrule, got {type(model).__name__}.")
    modes = [(module, module.training) for module in model.modules()]
    model.eval()
    try:
        captured = capture(model, None, samples, None)
    except NotCompilable as error:
        raise NotExportable(f"{type(model).__name__} cannot be exported: {error}") from None
    finally:
        for module, training in modes:
            module.training = training
    exported = Exporter(model, captured, *names).model()
    known = {name: json.dumps(value) for name, value in metadata.items() if value is not None}
    helper.set_model_props(exported, known)
    onnx.checker.check_model(exported, full_check=True)
    if path is not None:
        atomic_write(Path(path), exported.SerializeToString())
    return exported


class Exporter:
    """Writes one network.

    Args:
        model: The network.
        captured: What a batch left behind.
        input_name, output_name: Of the graph.
    """

    def __init__(self, model: Module, captured: Capture, input_name: str, output_name: str) -> None:
        self.captured, self.output_name, self.input_name = captured, output_name, input_name
        self.title = type(model).__name__
        self.writer = Writer(input_name)
        self.writer.unique(output_name)
        self.names: dict[Value, str] = {captured.inputs: input_name}
        self.paths = {
            id(tensor.array): path
            for path, tensor in (*model.named_parameters(), *model.named_buffers())
        }

    def model(self) -> onnx.ModelProto:
        """Return the model."""
        for application in self.captured.applications:
            self.names[application.output] = self._written(application)
        outputs = self.captured.outputs
        self.writer.nodes.append(
            helper.make_node("Identity", [self._name(outputs)], [self.output_name])
        )
        graph = helper.make_graph(
            self.writer.nodes,
            self.title,
            [value_info(self.input_name, self.captured.inputs)],
            [value_info(self.output_name, outputs)],
            list(self.writer.initializers.values()),
        )
        return helper.make_model(
            graph,
            producer_name="chainrule",
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
        )

    def _written(self, application: Application) -> str:
        """Add the nodes of an operation and return its output's name."""
        operation = application.operation
        export = EXPORTS.get(operation.name)
        if export is None:
            raise NotExportable(
                f"{application.path or self.title} uses {operation.name}, which has no counterpart "
                "in ONNX that is written here."
            )
        names = tuple("" if value is None else self._name(value) for value in application.inputs)
        return export(self.writer, Call(application, names))

    def _name(self, value: Value) -> str:
        """Return the name of a value; arrays become initialisers when they are first needed."""
        if value not in self.names:
            array = value.array
            if array is None:
                raise NotExportable(f"{value.name} is made outside of the recorded operations.")
            name = self.paths.get(id(array), value.name)
            self.names[value] = self.writer.initializer(name, np.asarray(array))
        return self.names[value]
