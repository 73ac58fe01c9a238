"""Optimisers and learning-rate schedules, under PyTorch's names.

To add an optimiser: write its file, and its line in OPTIMIZERS.
"""

from typing import TypeAlias

from chainrule.errors import InvalidArgument
from chainrule.optim import lr_scheduler as lr_scheduler
from chainrule.optim.adagrad import Adagrad as Adagrad
from chainrule.optim.adam import Adam as Adam
from chainrule.optim.adam import AdamW as AdamW
from chainrule.optim.optimizer import Optimizer as Optimizer
from chainrule.optim.rmsprop import RMSprop as RMSprop
from chainrule.optim.rule import UpdateRule as UpdateRule
from chainrule.optim.sgd import SGD as SGD

OptimizerClass: TypeAlias = type[SGD] | type[RMSprop] | type[Adagrad] | type[Adam] | type[AdamW]

OPTIMIZERS: tuple[OptimizerClass, ...] = (SGD, RMSprop, Adagrad, Adam, AdamW)


def find_optimizer(name: str) -> OptimizerClass:
    """Return the optimiser of this name, in any spelling of upper and lower case.

    Raises:
        InvalidArgument: listing the names there are.

    >>> find_optimizer("adam").__name__
    'Adam'
    """
    for optimizer in OPTIMIZERS:
        if optimizer.__name__.lower() == name.lower():
            return optimizer
    known = ", ".join(optimizer.__name__.lower() for optimizer in OPTIMIZERS)
    raise InvalidArgument(f"There is no optimizer {name!r}: choose one of {known}.")
