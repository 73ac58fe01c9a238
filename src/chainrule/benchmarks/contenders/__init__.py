"""The contenders. To add one: write its file, and its line in CONTENDERS."""

from chainrule.benchmarks.contender import Contender
from chainrule.benchmarks.contenders.chainrule_compiled import CHAINRULE_COMPILED
from chainrule.benchmarks.contenders.chainrule_eager import CHAINRULE_EAGER
from chainrule.benchmarks.contenders.jax import JAX
from chainrule.benchmarks.contenders.pytorch import PYTORCH
from chainrule.benchmarks.contenders.pytorch_compiled import PYTORCH_COMPILED
from chainrule.benchmarks.contenders.scikit_learn import CHAINRULE_ESTIMATOR, SCIKIT_LEARN
from chainrule.errors import InvalidArgument

CONTENDERS: tuple[Contender, ...] = (
    CHAINRULE_COMPILED,
    CHAINRULE_EAGER,
    CHAINRULE_ESTIMATOR,
    PYTORCH,
    PYTORCH_COMPILED,
    JAX,
    SCIKIT_LEARN,
)


def find_contender(name: str) -> Contender:
    """Return the contender of this name.

    Raises:
        InvalidArgument: if there is none; it lists those there are.

    >>> find_contender("jax").title
    'JAX'
    """
    for contender in CONTENDERS:
        if contender.name == name:
            return contender
    known = ", ".join(contender.name for contender in CONTENDERS)
    raise InvalidArgument(f"There is no contender {name!r}: choose one of {known}.")
