"""Helpers for all parameters of a model at once, where PyTorch has them: ``torch.nn.utils``."""

from chainrule.nn.clipping import clip_grad_norm_ as clip_grad_norm_
from chainrule.nn.clipping import clip_grad_value_ as clip_grad_value_
from chainrule.nn.clipping import clip_grads_with_norm_ as clip_grads_with_norm_
from chainrule.nn.clipping import get_total_norm as get_total_norm
from chainrule.nn.clipping import parameters_to_vector as parameters_to_vector
from chainrule.nn.clipping import vector_to_parameters as vector_to_parameters
