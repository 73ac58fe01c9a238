"""Tensors and models in files of the safetensors format, which holds numbers and texts, no code."""

from chainrule.storage.model_file import ModelInfo as ModelInfo
from chainrule.storage.model_file import load_model as load_model
from chainrule.storage.model_file import read_model as read_model
from chainrule.storage.model_file import read_model_info as read_model_info
from chainrule.storage.model_file import save_model as save_model
from chainrule.storage.value_file import load as load
from chainrule.storage.value_file import save as save
