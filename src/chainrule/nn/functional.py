"""All functions behind the modules, under PyTorch's names: activations, layers, dropout, losses."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from chainrule.autograd.creation import one_hot as one_hot
from chainrule.autograd.functions import pad as pad
from chainrule.autograd.tensor import Tensor
from chainrule.nn.dropout import dropout as dropout
from chainrule.nn.dropout import dropout1d as dropout1d
from chainrule.nn.dropout import dropout2d as dropout2d
from chainrule.nn.functional_activations import ACTIVATION_FUNCTIONS
from chainrule.nn.functional_activations import gelu as gelu
from chainrule.nn.functional_activations import glu as glu
from chainrule.nn.functional_activations import log_softmax as log_softmax
from chainrule.nn.functional_activations import prelu as prelu
from chainrule.nn.functional_activations import softmax as softmax
from chainrule.nn.functional_activations import softmin as softmin
from chainrule.nn.functional_layers import adaptive_avg_pool1d as adaptive_avg_pool1d
from chainrule.nn.functional_layers import adaptive_avg_pool2d as adaptive_avg_pool2d
from chainrule.nn.functional_layers import avg_pool1d as avg_pool1d
from chainrule.nn.functional_layers import avg_pool2d as avg_pool2d
from chainrule.nn.functional_layers import batch_norm as batch_norm
from chainrule.nn.functional_layers import conv1d as conv1d
from chainrule.nn.functional_layers import conv2d as conv2d
from chainrule.nn.functional_layers import embedding as embedding
from chainrule.nn.functional_layers import group_norm as group_norm
from chainrule.nn.functional_layers import layer_norm as layer_norm
from chainrule.nn.functional_layers import linear as linear
from chainrule.nn.functional_layers import max_pool1d as max_pool1d
from chainrule.nn.functional_layers import max_pool2d as max_pool2d
from chainrule.nn.losses import binary_cross_entropy as binary_cross_entropy
from chainrule.nn.losses import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from chainrule.nn.losses import cross_entropy as cross_entropy
from chainrule.nn.losses import hinge_embedding_loss as hinge_embedding_loss
from chainrule.nn.losses import huber_loss as huber_loss
from chainrule.nn.losses import kl_div as kl_div
from chainrule.nn.losses import l1_loss as l1_loss
from chainrule.nn.losses import mse_loss as mse_loss
from chainrule.nn.losses import multi_margin_loss as multi_margin_loss
from chainrule.nn.losses import nll_loss as nll_loss
from chainrule.nn.losses import smooth_l1_loss as smooth_l1_loss
from chainrule.nn.losses import soft_margin_loss as soft_margin_loss

# The functions made from records: relu, sigmoid, tanh and all others of one formula.
globals().update(ACTIVATION_FUNCTIONS)

if TYPE_CHECKING:

    def __getattr__(name: str) -> Callable[..., Tensor]: ...
