"""chainrule: neural networks you can see through, at the speed of the machine.

The names are PyTorch's: a script runs after ``import torch`` becomes ``import chainrule as torch``.
"""

from math import inf as inf
from math import nan as nan
from math import pi as pi
from typing import TYPE_CHECKING, Any

import numpy as _np

from chainrule import autograd as autograd
from chainrule import cuda as cuda
from chainrule.array_types import Size as Size
from chainrule.array_types import bool_ as bool  # noqa: F401 - a public name
from chainrule.array_types import double as double
from chainrule.array_types import float16 as float16
from chainrule.array_types import float32 as float32
from chainrule.array_types import float64 as float64
from chainrule.array_types import get_default_dtype as get_default_dtype
from chainrule.array_types import half as half
from chainrule.array_types import int8 as int8
from chainrule.array_types import int16 as int16
from chainrule.array_types import int32 as int32
from chainrule.array_types import int64 as int64
from chainrule.array_types import long as long
from chainrule.array_types import set_default_dtype as set_default_dtype
from chainrule.array_types import short as short
from chainrule.array_types import uint8 as uint8
from chainrule.autograd.creation import arange as arange
from chainrule.autograd.creation import as_tensor as as_tensor
from chainrule.autograd.creation import empty as empty
from chainrule.autograd.creation import empty_like as empty_like
from chainrule.autograd.creation import eye as eye
from chainrule.autograd.creation import from_numpy as from_numpy
from chainrule.autograd.creation import full as full
from chainrule.autograd.creation import full_like as full_like
from chainrule.autograd.creation import linspace as linspace
from chainrule.autograd.creation import logspace as logspace
from chainrule.autograd.creation import ones as ones
from chainrule.autograd.creation import ones_like as ones_like
from chainrule.autograd.creation import tensor as tensor
from chainrule.autograd.creation import zeros as zeros
from chainrule.autograd.creation import zeros_like as zeros_like
from chainrule.autograd.functions import abs as abs
from chainrule.autograd.functions import absolute as absolute
from chainrule.autograd.functions import add as add
from chainrule.autograd.functions import all as all
from chainrule.autograd.functions import allclose as allclose
from chainrule.autograd.functions import amax as amax
from chainrule.autograd.functions import amin as amin
from chainrule.autograd.functions import any as any
from chainrule.autograd.functions import argmax as argmax
from chainrule.autograd.functions import argmin as argmin
from chainrule.autograd.functions import argsort as argsort
from chainrule.autograd.functions import atan as atan
from chainrule.autograd.functions import bincount as bincount
from chainrule.autograd.functions import bmm as bmm
from chainrule.autograd.functions import broadcast_to as broadcast_to
from chainrule.autograd.functions import cat as cat
from chainrule.autograd.functions import ceil as ceil
from chainrule.autograd.functions import chunk as chunk
from chainrule.autograd.functions import clamp as clamp
from chainrule.autograd.functions import clip as clip
from chainrule.autograd.functions import clone as clone
from chainrule.autograd.functions import concat as concat
from chainrule.autograd.functions import concatenate as concatenate
from chainrule.autograd.functions import cos as cos
from chainrule.autograd.functions import cosh as cosh
from chainrule.autograd.functions import count_nonzero as count_nonzero
from chainrule.autograd.functions import cumsum as cumsum
from chainrule.autograd.functions import diag as diag
from chainrule.autograd.functions import diagonal as diagonal
from chainrule.autograd.functions import div as div
from chainrule.autograd.functions import divide as divide
from chainrule.autograd.functions import dot as dot
from chainrule.autograd.functions import eq as eq
from chainrule.autograd.functions import equal as equal
from chainrule.autograd.functions import erf as erf
from chainrule.autograd.functions import exp as exp
from chainrule.autograd.functions import expm1 as expm1
from chainrule.autograd.functions import flatten as flatten
from chainrule.autograd.functions import flip as flip
from chainrule.autograd.functions import floor as floor
from chainrule.autograd.functions import floor_divide as floor_divide
from chainrule.autograd.functions import gather as gather
from chainrule.autograd.functions import ge as ge
from chainrule.autograd.functions import gt as gt
from chainrule.autograd.functions import index_select as index_select
from chainrule.autograd.functions import is_floating_point as is_floating_point
from chainrule.autograd.functions import is_tensor as is_tensor
from chainrule.autograd.functions import isclose as isclose
from chainrule.autograd.functions import isfinite as isfinite
from chainrule.autograd.functions import isinf as isinf
from chainrule.autograd.functions import isnan as isnan
from chainrule.autograd.functions import le as le
from chainrule.autograd.functions import lerp as lerp
from chainrule.autograd.functions import log as log
from chainrule.autograd.functions import log1p as log1p
from chainrule.autograd.functions import log2 as log2
from chainrule.autograd.functions import log10 as log10
from chainrule.autograd.functions import log_softmax as log_softmax
from chainrule.autograd.functions import logical_and as logical_and
from chainrule.autograd.functions import logical_not as logical_not
from chainrule.autograd.functions import logical_or as logical_or
from chainrule.autograd.functions import logical_xor as logical_xor
from chainrule.autograd.functions import logsumexp as logsumexp
from chainrule.autograd.functions import lt as lt
from chainrule.autograd.functions import masked_fill as masked_fill
from chainrule.autograd.functions import masked_select as masked_select
from chainrule.autograd.functions import matmul as matmul
from chainrule.autograd.functions import max as max
from chainrule.autograd.functions import maximum as maximum
from chainrule.autograd.functions import mean as mean
from chainrule.autograd.functions import median as median
from chainrule.autograd.functions import meshgrid as meshgrid
from chainrule.autograd.functions import min as min
from chainrule.autograd.functions import minimum as minimum
from chainrule.autograd.functions import mm as mm
from chainrule.autograd.functions import movedim as movedim
from chainrule.autograd.functions import mul as mul
from chainrule.autograd.functions import multiply as multiply
from chainrule.autograd.functions import mv as mv
from chainrule.autograd.functions import narrow as narrow
from chainrule.autograd.functions import ne as ne
from chainrule.autograd.functions import neg as neg
from chainrule.autograd.functions import negative as negative
from chainrule.autograd.functions import nonzero as nonzero
from chainrule.autograd.functions import norm as norm
from chainrule.autograd.functions import numel as numel
from chainrule.autograd.functions import outer as outer
from chainrule.autograd.functions import permute as permute
from chainrule.autograd.functions import pow as pow
from chainrule.autograd.functions import prod as prod
from chainrule.autograd.functions import ravel as ravel
from chainrule.autograd.functions import reciprocal as reciprocal
from chainrule.autograd.functions import relu as relu
from chainrule.autograd.functions import remainder as remainder
from chainrule.autograd.functions import reshape as reshape
from chainrule.autograd.functions import roll as roll
from chainrule.autograd.functions import round as round
from chainrule.autograd.functions import rsqrt as rsqrt
from chainrule.autograd.functions import select as select
from chainrule.autograd.functions import sigmoid as sigmoid
from chainrule.autograd.functions import sign as sign
from chainrule.autograd.functions import sin as sin
from chainrule.autograd.functions import sinh as sinh
from chainrule.autograd.functions import softmax as softmax
from chainrule.autograd.functions import sort as sort
from chainrule.autograd.functions import split as split
from chainrule.autograd.functions import sqrt as sqrt
from chainrule.autograd.functions import square as square
from chainrule.autograd.functions import squeeze as squeeze
from chainrule.autograd.functions import stack as stack
from chainrule.autograd.functions import std as std
from chainrule.autograd.functions import sub as sub
from chainrule.autograd.functions import subtract as subtract
from chainrule.autograd.functions import sum as sum
from chainrule.autograd.functions import swapaxes as swapaxes
from chainrule.autograd.functions import t as t
from chainrule.autograd.functions import take_along_dim as take_along_dim
from chainrule.autograd.functions import tan as tan
from chainrule.autograd.functions import tanh as tanh
from chainrule.autograd.functions import tile as tile
from chainrule.autograd.functions import topk as topk
from chainrule.autograd.functions import transpose as transpose
from chainrule.autograd.functions import tril as tril
from chainrule.autograd.functions import triu as triu
from chainrule.autograd.functions import unbind as unbind
from chainrule.autograd.functions import unflatten as unflatten
from chainrule.autograd.functions import unique as unique
from chainrule.autograd.functions import unsqueeze as unsqueeze
from chainrule.autograd.functions import var as var
from chainrule.autograd.functions import where as where
from chainrule.autograd.modes import enable_grad as enable_grad
from chainrule.autograd.modes import inference_mode as inference_mode
from chainrule.autograd.modes import is_grad_enabled as is_grad_enabled
from chainrule.autograd.modes import no_grad as no_grad
from chainrule.autograd.modes import set_grad_enabled as set_grad_enabled
from chainrule.autograd.printing import set_printoptions as set_printoptions
from chainrule.autograd.random_creation import bernoulli as bernoulli
from chainrule.autograd.random_creation import multinomial as multinomial
from chainrule.autograd.random_creation import normal as normal
from chainrule.autograd.random_creation import rand as rand
from chainrule.autograd.random_creation import rand_like as rand_like
from chainrule.autograd.random_creation import randint as randint
from chainrule.autograd.random_creation import randint_like as randint_like
from chainrule.autograd.random_creation import randn as randn
from chainrule.autograd.random_creation import randn_like as randn_like
from chainrule.autograd.random_creation import randperm as randperm
from chainrule.autograd.tensor import Tensor as Tensor
from chainrule.device import Device as device  # noqa: F401, N813 - PyTorch's name
from chainrule.randomness import Generator as Generator
from chainrule.randomness import manual_seed as manual_seed

float = float32
int = int32
dtype = _np.dtype
__version__ = "0.1.0"

if TYPE_CHECKING:
    from chainrule import backends as backends
    from chainrule import bridges as bridges
    from chainrule import compiler as compiler
    from chainrule import data as data
    from chainrule import estimators as estimators
    from chainrule import explain as explain
    from chainrule import nn as nn
    from chainrule import optim as optim
    from chainrule import storage as storage
    from chainrule import training as training
    from chainrule import utils as utils
    from chainrule.bridges import from_torch as from_torch
    from chainrule.bridges import to_torch as to_torch
    from chainrule.compiler import compile as compile
    from chainrule.explain import check_gradient as check_gradient
    from chainrule.storage import load as load
    from chainrule.storage import save as save
    from chainrule.training.fit import fit as fit

LATE_ROOMS = (
    "backends", "bridges", "compiler", "data", "estimators", "explain", "nn", "optim", "storage",
    "training", "utils",
)  # fmt: skip
LATE_NAMES = {
    "compile": "compiler",
    "check_gradient": "explain",
    "fit": "training.fit",
    "from_torch": "bridges",
    "load": "storage",
    "save": "storage",
    "to_torch": "bridges",
}


def __getattr__(name: str) -> Any:
    """Load a room when a script first names it: ``import chainrule`` stays quick."""
    import importlib

    if name in LATE_ROOMS:
        return importlib.import_module(f"chainrule.{name}")
    if name in LATE_NAMES:
        return getattr(importlib.import_module(f"chainrule.{LATE_NAMES[name]}"), name)
    raise AttributeError(f"module 'chainrule' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is loaded and what would be."""
    return sorted({*globals(), *LATE_ROOMS, *LATE_NAMES})
