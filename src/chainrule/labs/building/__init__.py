"""Section 9.5: building networks from modules, training and keeping them."""

from chainrule.labs.building.adam import LAB as ADAM
from chainrule.labs.building.automatic_differentiation import LAB as AUTOMATIC_DIFFERENTIATION
from chainrule.labs.building.batch_size import LAB as BATCH_SIZE
from chainrule.labs.building.devices import LAB as DEVICES
from chainrule.labs.building.dropout import LAB as DROPOUT
from chainrule.labs.building.handwritten_digits import LAB as HANDWRITTEN_DIGITS
from chainrule.labs.building.layers import LAB as LAYERS
from chainrule.labs.building.losses import LAB as LOSSES
from chainrule.labs.building.modules import LAB as MODULES
from chainrule.labs.building.optimisers import LAB as OPTIMISERS
from chainrule.labs.building.saving import LAB as SAVING
from chainrule.labs.building.sequential import LAB as SEQUENTIAL
from chainrule.labs.building.tensors import LAB as TENSORS
from chainrule.labs.building.training_loop import LAB as TRAINING_LOOP
from chainrule.labs.lab import Lab

LABS: tuple[Lab, ...] = (
    TENSORS,
    AUTOMATIC_DIFFERENTIATION,
    MODULES,
    SEQUENTIAL,
    LOSSES,
    OPTIMISERS,
    TRAINING_LOOP,
    DEVICES,
    SAVING,
    LAYERS,
    HANDWRITTEN_DIGITS,
    DROPOUT,
    BATCH_SIZE,
    ADAM,
)
