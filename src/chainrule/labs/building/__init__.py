"""Section 9.5: building networks from modules, training and keeping them."""

from chainrule.labs.building.automatic_differentiation import LAB as AUTOMATIC_DIFFERENTIATION
from chainrule.labs.building.losses import LAB as LOSSES
from chainrule.labs.building.modules import LAB as MODULES
from chainrule.labs.building.sequential import LAB as SEQUENTIAL
from chainrule.labs.building.tensors import LAB as TENSORS
from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    TENSORS,
    AUTOMATIC_DIFFERENTIATION,
    MODULES,
    SEQUENTIAL,
    LOSSES,
)
