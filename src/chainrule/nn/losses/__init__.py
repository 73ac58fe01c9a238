"""Losses, as functions and as modules. To add one: write it, and its line in LOSSES."""

from chainrule.nn.losses.binary import BCELoss as BCELoss
from chainrule.nn.losses.binary import BCEWithLogitsLoss as BCEWithLogitsLoss
from chainrule.nn.losses.binary import binary_cross_entropy as binary_cross_entropy
from chainrule.nn.losses.binary import (
    binary_cross_entropy_with_logits as binary_cross_entropy_with_logits,
)
from chainrule.nn.losses.classification import CrossEntropyLoss as CrossEntropyLoss
from chainrule.nn.losses.classification import MultiMarginLoss as MultiMarginLoss
from chainrule.nn.losses.classification import NLLLoss as NLLLoss
from chainrule.nn.losses.classification import cross_entropy as cross_entropy
from chainrule.nn.losses.classification import multi_margin_loss as multi_margin_loss
from chainrule.nn.losses.classification import nll_loss as nll_loss
from chainrule.nn.losses.distances import HingeEmbeddingLoss as HingeEmbeddingLoss
from chainrule.nn.losses.distances import KLDivLoss as KLDivLoss
from chainrule.nn.losses.distances import SoftMarginLoss as SoftMarginLoss
from chainrule.nn.losses.distances import hinge_embedding_loss as hinge_embedding_loss
from chainrule.nn.losses.distances import kl_div as kl_div
from chainrule.nn.losses.distances import soft_margin_loss as soft_margin_loss
from chainrule.nn.losses.regression import HuberLoss as HuberLoss
from chainrule.nn.losses.regression import L1Loss as L1Loss
from chainrule.nn.losses.regression import MSELoss as MSELoss
from chainrule.nn.losses.regression import SmoothL1Loss as SmoothL1Loss
from chainrule.nn.losses.regression import huber_loss as huber_loss
from chainrule.nn.losses.regression import l1_loss as l1_loss
from chainrule.nn.losses.regression import mse_loss as mse_loss
from chainrule.nn.losses.regression import smooth_l1_loss as smooth_l1_loss
from chainrule.nn.module import Module

LOSSES: tuple[type[Module], ...] = (
    CrossEntropyLoss,
    NLLLoss,
    MSELoss,
    L1Loss,
    SmoothL1Loss,
    HuberLoss,
    BCELoss,
    BCEWithLogitsLoss,
    KLDivLoss,
    HingeEmbeddingLoss,
    MultiMarginLoss,
    SoftMarginLoss,
)
