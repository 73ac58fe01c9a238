"""Learning-rate schedules, under PyTorch's names."""

from chainrule.optim.lr_scheduler.decay import CosineAnnealingLR as CosineAnnealingLR
from chainrule.optim.lr_scheduler.decay import ExponentialLR as ExponentialLR
from chainrule.optim.lr_scheduler.decay import LambdaLR as LambdaLR
from chainrule.optim.lr_scheduler.decay import MultiStepLR as MultiStepLR
from chainrule.optim.lr_scheduler.decay import StepLR as StepLR
from chainrule.optim.lr_scheduler.one_cycle import OneCycleLR as OneCycleLR
from chainrule.optim.lr_scheduler.plateau import ReduceLROnPlateau as ReduceLROnPlateau
from chainrule.optim.lr_scheduler.schedule import LRScheduler as LRScheduler
