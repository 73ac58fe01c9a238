"""Neural networks: modules, losses and initialisers, under PyTorch's names."""

from typing import TYPE_CHECKING

from chainrule.nn import functional as functional
from chainrule.nn import init as init
from chainrule.nn import utils as utils
from chainrule.nn.activations import ACTIVATION_MODULES
from chainrule.nn.activations import GELU as GELU
from chainrule.nn.activations import GLU as GLU
from chainrule.nn.activations import PReLU as PReLU
from chainrule.nn.containers import ModuleDict as ModuleDict
from chainrule.nn.containers import ModuleList as ModuleList
from chainrule.nn.containers import Sequential as Sequential
from chainrule.nn.convolution import Conv1d as Conv1d
from chainrule.nn.convolution import Conv2d as Conv2d
from chainrule.nn.dropout import Dropout as Dropout
from chainrule.nn.dropout import Dropout1d as Dropout1d
from chainrule.nn.dropout import Dropout2d as Dropout2d
from chainrule.nn.embedding import Embedding as Embedding
from chainrule.nn.flatten import Flatten as Flatten
from chainrule.nn.flatten import Identity as Identity
from chainrule.nn.flatten import Unflatten as Unflatten
from chainrule.nn.linear import Linear as Linear
from chainrule.nn.losses import BCELoss as BCELoss
from chainrule.nn.losses import BCEWithLogitsLoss as BCEWithLogitsLoss
from chainrule.nn.losses import CrossEntropyLoss as CrossEntropyLoss
from chainrule.nn.losses import HingeEmbeddingLoss as HingeEmbeddingLoss
from chainrule.nn.losses import HuberLoss as HuberLoss
from chainrule.nn.losses import KLDivLoss as KLDivLoss
from chainrule.nn.losses import L1Loss as L1Loss
from chainrule.nn.losses import MSELoss as MSELoss
from chainrule.nn.losses import MultiMarginLoss as MultiMarginLoss
from chainrule.nn.losses import NLLLoss as NLLLoss
from chainrule.nn.losses import SmoothL1Loss as SmoothL1Loss
from chainrule.nn.losses import SoftMarginLoss as SoftMarginLoss
from chainrule.nn.module import Module as Module
from chainrule.nn.normalization import BatchNorm1d as BatchNorm1d
from chainrule.nn.normalization import BatchNorm2d as BatchNorm2d
from chainrule.nn.normalization import GroupNorm as GroupNorm
from chainrule.nn.normalization import LayerNorm as LayerNorm
from chainrule.nn.parameter import Parameter as Parameter
from chainrule.nn.pooling import AdaptiveAvgPool1d as AdaptiveAvgPool1d
from chainrule.nn.pooling import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from chainrule.nn.pooling import AvgPool1d as AvgPool1d
from chainrule.nn.pooling import AvgPool2d as AvgPool2d
from chainrule.nn.pooling import MaxPool1d as MaxPool1d
from chainrule.nn.pooling import MaxPool2d as MaxPool2d
from chainrule.nn.softmax import LogSoftmax as LogSoftmax
from chainrule.nn.softmax import Softmax as Softmax
from chainrule.nn.softmax import Softmax2d as Softmax2d
from chainrule.nn.softmax import Softmin as Softmin

# The modules made from records: ReLU, Sigmoid, Tanh and all others of one formula.
globals().update(ACTIVATION_MODULES)

if TYPE_CHECKING:

    def __getattr__(name: str) -> type[Module]: ...
