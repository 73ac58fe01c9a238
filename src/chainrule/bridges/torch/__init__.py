"""PyTorch: modules there and back, with the same weights, and state dicts from its files."""

from chainrule.bridges.torch.entrance import from_torch as from_torch
from chainrule.bridges.torch.entrance import read_state_dict as read_state_dict
from chainrule.bridges.torch.entrance import to_torch as to_torch
