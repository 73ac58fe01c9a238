"""ONNX: networks as files that many programs run, and networks from such files."""

from chainrule.bridges.onnx.entrance import from_onnx as from_onnx
from chainrule.bridges.onnx.entrance import to_onnx as to_onnx
