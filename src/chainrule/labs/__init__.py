"""Labs: every system and every claim of the chapter, run, measured and judged.

To add one: write its file, and its line in the tuple of its section's folder.
"""

from chainrule.errors import InvalidArgument
from chainrule.labs.activations import LABS as ACTIVATIONS
from chainrule.labs.backpropagation import LABS as BACKPROPAGATION
from chainrule.labs.building import LABS as BUILDING
from chainrule.labs.lab import Lab as Lab
from chainrule.labs.networks import LABS as NETWORKS
from chainrule.labs.parameter import Choice as Choice
from chainrule.labs.parameter import Real as Real
from chainrule.labs.parameter import Settings as Settings
from chainrule.labs.parameter import Whole as Whole
from chainrule.labs.perceptrons import LABS as PERCEPTRONS
from chainrule.labs.result import Outcome as Outcome
from chainrule.labs.result import Result as Result
from chainrule.labs.result import Verdict as Verdict

SECTIONS = {
    "9.1": "Perceptrons",
    "9.2": "Activation functions",
    "9.3": "Feedforward networks",
    "9.4": "Backpropagation",
    "9.5": "Building networks",
}
LABS: tuple[Lab, ...] = (*PERCEPTRONS, *ACTIVATIONS, *NETWORKS, *BACKPROPAGATION, *BUILDING)


def find_lab(name: str) -> Lab:
    """Return the lab of this name, or the one that covers this system or claim.

    Raises:
        InvalidArgument: if there is none.

    >>> find_lab("S01").name
    'threshold-neuron'
    """
    for lab in LABS:
        if lab.name == name or name.upper() in lab.covers:
            return lab
    raise InvalidArgument(f"There is no lab {name!r}: chainrule lab lists those there are.")
