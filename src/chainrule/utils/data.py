"""Data sets and loaders under PyTorch's module name."""

from chainrule.data.collate import default_collate as default_collate
from chainrule.data.dataset import ConcatDataset as ConcatDataset
from chainrule.data.dataset import Dataset as Dataset
from chainrule.data.dataset import Subset as Subset
from chainrule.data.dataset import TensorDataset as TensorDataset
from chainrule.data.dataset import random_split as random_split
from chainrule.data.loader import DataLoader as DataLoader
