"""The two libraries."""

import numpy as np
import torch

from chainrule.bridges.torch.code import Library
from chainrule.nn.module import Module

OURS = Library("chainrule", "chainrule", Module, np.dtype)
PYTORCH = Library("torch", "PyTorch", torch.nn.Module, torch.dtype)
