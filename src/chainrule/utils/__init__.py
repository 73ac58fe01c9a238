"""PyTorch's place for data sets and loaders."""

from chainrule.utils import data as data
