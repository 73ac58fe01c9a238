"""Bridges: the same network in other libraries, and back."""

from chainrule.bridges.onnx import from_onnx as from_onnx
from chainrule.bridges.onnx import to_onnx as to_onnx
from chainrule.bridges.torch import from_torch as from_torch
from chainrule.bridges.torch import read_state_dict as read_state_dict
from chainrule.bridges.torch import to_torch as to_torch
