"""Activation functions, one file each. To add one: write its file, and its line in ACTIVATIONS."""

from chainrule.operations.activations.activation import Activation as Activation
from chainrule.operations.activations.celu import CELU as CELU
from chainrule.operations.activations.elu import ELU as ELU
from chainrule.operations.activations.gelu import GELU as GELU
from chainrule.operations.activations.gelu import GELU_TANH as GELU_TANH
from chainrule.operations.activations.hardshrink import HARDSHRINK as HARDSHRINK
from chainrule.operations.activations.hardsigmoid import HARDSIGMOID as HARDSIGMOID
from chainrule.operations.activations.hardswish import HARDSWISH as HARDSWISH
from chainrule.operations.activations.hardtanh import HARDTANH as HARDTANH
from chainrule.operations.activations.leaky_relu import LEAKY_RELU as LEAKY_RELU
from chainrule.operations.activations.logsigmoid import LOGSIGMOID as LOGSIGMOID
from chainrule.operations.activations.mish import MISH as MISH
from chainrule.operations.activations.relu import RELU as RELU
from chainrule.operations.activations.relu6 import RELU6 as RELU6
from chainrule.operations.activations.selu import SELU as SELU
from chainrule.operations.activations.sigmoid import SIGMOID as SIGMOID
from chainrule.operations.activations.silu import SILU as SILU
from chainrule.operations.activations.softplus import SOFTPLUS as SOFTPLUS
from chainrule.operations.activations.softshrink import SOFTSHRINK as SOFTSHRINK
from chainrule.operations.activations.softsign import SOFTSIGN as SOFTSIGN
from chainrule.operations.activations.step import STEP as STEP
from chainrule.operations.activations.tanh import TANH as TANH
from chainrule.operations.activations.tanhshrink import TANHSHRINK as TANHSHRINK
from chainrule.operations.activations.threshold import THRESHOLD as THRESHOLD

ACTIVATIONS: tuple[Activation, ...] = (
    STEP,
    SIGMOID,
    TANH,
    RELU,
    RELU6,
    LEAKY_RELU,
    ELU,
    SELU,
    CELU,
    GELU,
    GELU_TANH,
    SILU,
    MISH,
    SOFTPLUS,
    SOFTSIGN,
    HARDTANH,
    HARDSIGMOID,
    HARDSWISH,
    HARDSHRINK,
    SOFTSHRINK,
    TANHSHRINK,
    THRESHOLD,
    LOGSIGMOID,
)
